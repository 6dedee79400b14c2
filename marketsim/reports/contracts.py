"""Contracts that hold places, in words and as cells: places, use, refusals, what empty ones cost, what they spare."""

from __future__ import annotations

import pandas as pd

from marketsim.experiments.comparison import Comparison
from marketsim.experiments.contracts import MEASURES
from marketsim.reports import headline
from marketsim.reports.tables import columns, number

MOST_USERS = 3  # authorities that are named
GROWN = 1.0  # places by which a contract must have changed for that to be said


def user_cells(comparison: Comparison, scenario: str, concerned: str | None) -> list[list[str]]:
    """Who lives in held places and who pays for them under a scenario: contract, authority, children, places of its
    share; those with most children first, contracts that one authority has for itself left out."""
    users = comparison.contract_users(concerned)
    users = users[(users["scenario"] == scenario) & users["arrangement"].str.contains(":", regex=False)]
    users = users.sort_values(["arrangement", "children", "ons_code"], ascending=[True, False, True])
    told = columns(users, "arrangement", "ons_code", "children", "places_held")
    return [[f"{name}: {comparison.names[code]}", f"{children:.1f}", f"{places:.1f}"]
            for name, code, children, places in told]  # fmt: skip


def sentences(comparison: Comparison, other: str, concerned: str | None) -> list[str]:
    """For each contract of a scenario, in a sentence, how many places it holds, whether it grew, how they are filled,
    who uses them, what it refuses and what it spares."""
    found = of_scenario(comparison.contracts(concerned), other)
    users = comparison.contract_users(concerned)
    said = []
    for arrangement, rows in found.groupby("arrangement", sort=False):
        mean = dict(columns(rows, "measure", "mean"))
        own = users[(users["scenario"] == other) & (users["arrangement"] == arrangement)]
        parts = [_places(mean), _filled(mean), _used_by(comparison, own), _refused(mean)]
        said.append(f"{arrangement}: {'; '.join(part for part in parts if part)}; {_value(mean)}.")
    return said


def of_scenario(found: pd.DataFrame, scenario: str) -> pd.DataFrame:
    """The rows of `Comparison.contracts` of one scenario."""
    return found[found["scenario"] == scenario]


def cells(found: pd.DataFrame) -> list[list[str]]:
    """A row a measure: its name, then for each arrangement of `found`, in order, the mean and the range of the runs."""
    told = columns(found, "arrangement", "measure", "mean", "lowest", "highest")
    wide = {(name, measure): _cell(mean, low, high, MEASURES[measure]) for name, measure, mean, low, high in told}
    names = list(dict.fromkeys(found["arrangement"]))
    return [[f"{measure}{_of(unit)}", *(wide[name, measure] for name in names)] for measure, unit in MEASURES.items()]


def _of(unit: str) -> str:
    return "" if unit in ("places", "share") else f", {unit.replace('children/', 'a ')}"


def _cell(mean: float, low: float, high: float, unit: str) -> str:
    if pd.isna(mean):
        return "-"
    return number(mean, unit) if low == high else f"{number(mean, unit)} ({number(low, unit)} to {number(high, unit)})"


def _places(mean: dict[str, float]) -> str:
    first, last = mean["held in its first week"], mean["held in the last week"]
    if last - first > GROWN:
        return f"grew from {first:,.0f} to {last:,.0f} places"
    if first - last > GROWN:
        return f"shrank from {first:,.0f} to {last:,.0f} places"
    return f"holds {mean['places held']:,.0f} places"


def _filled(mean: dict[str, float]) -> str:
    return f"{100 * mean['filled']:.0f}% filled"


def _used_by(comparison: Comparison, own: pd.DataFrame) -> str:
    """The authorities with most children there, if several use it."""
    several = own[own["children"] > 0].sort_values(["children", "ons_code"], ascending=[False, True])
    if len(several) < 2:
        return ""
    names = comparison.names
    most = [f"{names[code]} {count:.1f}" for code, count in columns(several.head(MOST_USERS), "ons_code", "children")]
    return f"used by {len(several)} authorities, most by {', '.join(most)} children"


def _refused(mean: dict[str, float]) -> str:
    if pd.isna(mean["children refused"]):
        return ""
    asked = mean["children asked for"]
    return f"refused {100 * mean['children refused']:.0f}% of the {asked:,.0f} children a year that it was asked for"


def _value(mean: dict[str, float]) -> str:
    saved = mean["saved against spot fees"]
    way = "less" if saved >= 0 else "more"
    held = headline.pounds(mean["paid for empty places"])
    return f"{held} a year for empty places, and {headline.pounds(abs(saved))} a year {way} than these homes asked " \
           "on the spot"
