"""What every column of every table is: unit and meaning, from which headings, notes and printed tables are made.

One name can stand in several tables: `children_placed` in a week, at a year's end, as a mean. So a column is defined
with its table: outcomes by their measure and the weeks that the table adds up, values of a scenario by the schema, all
others by columns.csv.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from marketsim.england.figures import target_rows
from marketsim.results.outcomes import MEASURES
from marketsim.scenario import shape as shapes
from marketsim.scenario.schema import Scenario

TEXT = "text"
ROUTE, OF_ROUTE = "share_", "sum_route_"
LAST_WEEKS = "the last 52 weeks of the run (all of a shorter one)"
OF_MEASURES = {"weekly": "in the week", "authorities": "in the last week of the year"}  # what is added up
WITH_KEYS = ("design", "wide", "runs", "plausible")  # some columns of which are keys of scenarios
TABLES = {
    "weekly": "a row a week, and what is counted and paid in that week",
    "authorities": "a row an authority and year: money and waits are the year's, all else is of its last week",
    "placements": "a row a placement",
    "homes": "a row a home, in the state of the last week",
    "outcomes": f"a row an outcome and region, over {LAST_WEEKS}",
    "sums": "a row an authority and year, and the last weeks: what outcomes of any group are worked out from",
    "contracts": "a row an arrangement that holds places, authority and year, and the last weeks: held, used, paid",
    "flows": "a row a home and a host authority: who lives where, in the last weeks",
    "comparison": f"a row an outcome, region and scenario: its difference from the baseline, over {LAST_WEEKS}",
    "design": "a row a run that is planned, with the values of its factors",
    "runs": f"a row a run, outcome and region, over {LAST_WEEKS}; of a calibration a row a run",
    "wide": f"a row a run with factors and England's outcomes over {LAST_WEEKS}; empty where it is missing or failed",
    "sensitivity": "a row an outcome, quantity and factor: how strongly it moves the outcome",
    "effects": "a row an outcome, quantity and factor: its change over the factor's range (main effects)",
    "waves": "a row a wave of the calibration",
    "parameters": "a row a key that was fitted",
    "targets": "a row a published figure: what was fitted to, and what was held out",
    "plausible": "a row a vector that was kept",
    "scorecard": "a row a published figure or pattern, and whether the model passes",
    "predictions": "a row a measure and area",
    "backcast": "a row a measure and year",
    "partition": "a row an authority that was divided: its part in each division",
    "measures": "a row a measure of a division, or of a part of it",
    "markets": "a row an outcome under a division of authorities into cooperatives, and area",
    "against": "a row a figure of yours beside the prediction",
}


class Column(NamedTuple):
    """What a column is: `label` for people, `unit`, and `definition`; the last two empty if nothing is known of it."""

    label: str
    unit: str
    definition: str


def column(table: str, name: str) -> Column:
    """What a column of a table is; of a table that the program doesn't write nothing is known."""
    written = _written()
    if found := written.get((table, name)) or (table in TABLES and written.get(("", name))):
        return Column(_plain(name), *found)
    if table == "sums" and name.startswith(OF_ROUTE):
        route = _plain(name.removeprefix(OF_ROUTE))
        what = f"children placed through {route}, added up over the weeks"
        return Column(f"placed through {route}", "child-weeks", what)
    if table in OF_MEASURES and name.startswith(ROUTE):
        route = _plain(name.removeprefix(ROUTE))
        what = f"children placed through {route}, of children placed, {OF_MEASURES[table]}"
        return Column(f"placed through {route}", "share", what)
    if table == "outcomes" and name == "outside_members_share":
        what = f"children whose home stands in no member's area, of children placed, over {LAST_WEEKS}"
        return Column("outside members' areas", "share", what)
    if table in (*OF_MEASURES, "outcomes", "wide") and name in MEASURES:
        return _of_measure(name, table)
    if table == "runs" and (published := _published().get(name)):  # of a calibration
        return published
    return _of_scenario(name) if table in WITH_KEYS else Column(_plain(name), "", "")


@cache
def text_columns() -> frozenset[str]:
    """The columns that hold words, whatever they look like: a scenario may be called 007."""
    return frozenset(name for (_, name), (unit, _) in _written().items() if unit == TEXT)


def _of_measure(name: str, table: str) -> Column:
    one = MEASURES[name]
    over = ", mean of the weeks of " if one.mean else ", over "
    period = f", {OF_MEASURES[table]}" if table in OF_MEASURES else over + LAST_WEEKS
    return Column(one.label, one.unit, one.definition + period)


def _of_scenario(key: str) -> Column:
    """What a value at a dotted key of scenarios is; nothing is known of it if there is no such key."""
    shape = _at(key)
    return Column(_plain(key), shapes.unit_of(shape), shape.schema.get("description", ""))


def _at(key: str) -> shapes.Shape:
    """The place in the schema; of an arrangement that is named after its rule, the rule's."""
    shape, rule = shapes.shape_of(Scenario), ""
    for step in key.split("."):
        tag = shape.tag()
        if tag is not None and rule in tag[1]:
            shape = shape.settled({tag[0]: rule})
        shape, rule = shape.at(step), step
    return shape


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _published() -> dict[str, Column]:
    return {row["measure"]: Column(_plain(row["measure"]), row["unit"], row["definition"]) for row in target_rows()}


@cache
def _written() -> dict[tuple[str, str], tuple[str, str]]:
    """Unit and definition by table and column as columns.csv has them; without a table they hold for all."""
    text = files("marketsim.results").joinpath("columns.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {(row["table"], row["column"]): (row["unit"], row["definition"]) for row in rows}
