"""Folders of results as tables for the terminal: which there are, what is in one, what SQL gives, how two differ."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from marketsim.experiments.sweeps_compared import SetDifferences
from marketsim.reports import fitting, tables
from marketsim.reports.workbook import notes
from marketsim.results import definitions
from marketsim.results.outcomes import ENGLAND
from marketsim.results.result import Result

PLAIN = ("text", "number", "date", "false", "row", "outcome", "method", "key")  # units that say nothing in a list
INTERVAL = (
    "The interval is that of the mean over these points, and holds what differs between replicates: luck, and the "
    "vectors of the plausible set if they have any."
)
MOST_SHOWN, MOST_SHOWN_WIDE = 100, 20  # rows of a query, and of one with more columns than fit beside each other


def print_folders(found: Mapping[str, Result | None], console: Console) -> None:
    """Two lines a folder, the latest first: they fit into a window of 80 columns."""
    headings = ("folder, scenarios", "kind, status", "when (UTC)", "runs")
    title = f"{len(found)} folders of results"
    table = tables.table(title, *headings, words=headings[1:2], whole=headings[1:], show_lines=True)
    for name, one in found.items():
        table.add_row(*map(escape, (f"{name}\n", "?\nunreadable", "-", "-\n") if one is None else _lines(one)))
    fitting.print_table(table, console)


def _lines(one: Result) -> tuple[str, str, str, str]:
    planned = "" if one.planned is None or one.planned == one.done else f" of {one.planned:,}"
    runs = f"{one.done:,}{planned}" if one.done or one.planned else "-"
    failed = f"{one.failed:,} failed" if one.failed else ""
    named, status, started = ", ".join(one.labels), one.manifest["status"], one.manifest["started"]
    return f"{one.name}\n{named}", f"{one.kind}\n{status}", _when(started), f"{runs}\n{failed}"


def print_folder(found: Result, console: Console) -> None:
    """What a folder rests on, and its tables with rows and columns; nothing if one of its files is damaged."""
    if found.kind == "sweep":
        _ = found.design, found.failures
    facts = tables.table(escape(str(found.folder)), "what", "value", words=["value"])
    for what, value in notes(found):
        if value != "":
            facts.add_row(escape(what), escape(str(value)))
    title = 'Tables (read them with: marketsim results query FOLDER "SQL")'
    listed = tables.table(title, "table", "rows", "columns", words=["columns"], whole=["table"])
    for name in found.tables:
        columns = (_with_unit(column, name) for column in found.tables.source(name).schema.names)
        said = ".\n".join(filter(None, [definitions.TABLES.get(name, "").capitalize(), ", ".join(columns)]))
        listed.add_row(escape(name), f"{found.tables.rows(name):,}", escape(said))
    fitting.print_table(facts, console)
    fitting.print_table(listed, console)


def _with_unit(column: str, table: str) -> str:
    """A column with its unit, if it has one that its name doesn't say."""
    unit = Result.column(column, table).unit
    return column if not unit or unit.endswith(PLAIN) or unit.partition("/")[0] in column else f"{column} ({unit})"


def print_query(given: pd.DataFrame, console: Console) -> None:
    """The rows that a query gave, the first hundred; of more columns than fit the first twenty, with their numbers."""
    table = _rows(given, MOST_SHOWN)
    shown = MOST_SHOWN if fitting.fits(table, console) else MOST_SHOWN_WIDE
    if shown == MOST_SHOWN_WIDE:
        numbered = given.head(shown).reset_index(drop=True)
        numbered.insert(0, "row", range(1, len(numbered) + 1), allow_duplicates=True)
        table = _rows(numbered, shown)
    fitting.print_table(table, console)
    more = "" if len(given) <= shown else f", the first {shown} shown; --out FILE.csv writes all"
    console.print(f"{len(given):,} row{'' if len(given) == 1 else 's'}{more}")


def _rows(given: pd.DataFrame, most: int) -> Table:
    table = Table(title_justify="left")
    for column in given.dtypes.items():
        right = pd.api.types.is_numeric_dtype(column[1])
        table.add_column(escape(str(column[0])), justify="right" if right else "left", overflow="fold")
    for values in given.head(most).itertuples(index=False):
        table.add_row(*(escape(_plain(value)) for value in values))
    return table


def print_set_differences(done: SetDifferences, first: str, second: str, console: Console) -> None:
    """Outcomes of all areas together: what the second set gives less the first."""
    rows = done.table[done.table["region"] == ENGLAND]
    for arm in dict.fromkeys(rows["scenario"]):
        table = tables.table(escape(f"All areas, {arm}: {second} less {first}"), "outcome", first, second,
                             "difference", "95% interval", "over the points")  # fmt: skip
        for row in rows[rows["scenario"] == arm].itertuples():
            table.add_row(*_cells(row))
        fitting.print_table(table, console)
    points, replicates = done.table[["points", "replicates"]].max()
    console.print(
        f"{points} points, {replicates} paired replicates: the same seeds in both sets. "
        f"{INTERVAL if done.table['ci_low'].notna().any() else tables.too_few(replicates, 'replicates')} "
        f"'Over the points': lowest and highest mean difference at a point. Shares: differences in percentage points."
        f"{tables.fewer(done.table, 'points', 'replicates', whole='all areas')}"
    )
    if said := tables.by_chance(done.table):
        console.print(said)
    if done.unpaired:
        console.print(f"{done.unpaired} runs are finished in one of the sets only and are left out.")


def _cells(row: Any) -> list[str]:
    label, unit, _ = Result.column(row.outcome)
    first, second = (tables.number(mean, unit) for mean in (row.first_mean, row.second_mean))
    difference, low, high = (
        tables.number(value, unit, True) for value in (row.difference, row.lowest_point, row.highest_point)
    )
    return [label, first, second, difference, tables.interval(row.ci_low, row.ci_high, unit), f"{low} to {high}"]


def _plain(value: Any) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return "-"
    if isinstance(value, float):
        return f"{value + 0.0:,.0f}" if 1e5 <= abs(value) < 1e15 else f"{value + 0.0:,.6g}"
    return str(value).removesuffix(" 00:00:00") if isinstance(value, datetime) else str(value)


def _when(started: str) -> str:
    try:
        return datetime.fromisoformat(started).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return "-"
