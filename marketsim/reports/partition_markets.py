"""Divisions as markets, in a table for the terminal."""

from __future__ import annotations

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from marketsim.experiments.contracts import WEEKS_PER_YEAR
from marketsim.experiments.cooperatives import markets
from marketsim.experiments.cooperatives.partition import Partition
from marketsim.experiments.uncertainty import FALSE_SHARE
from marketsim.reports import fitting, tables
from marketsim.results import definitions
from marketsim.results.outcomes import ENGLAND

MONEY = "GBP/week"


def print_markets(rows: pd.DataFrame, found: Partition, console: Console) -> None:
    """What each division does as a market, for everybody and for members, less the scenario without, and less the
    division that all are measured against."""
    for less, own in rows.groupby("less", sort=False):
        what = f"less {found.reference.label}" if less else "less the scenario"
        fitting.print_table(_table(own, found, what), console)
    sure = int((rows["false_discovery"] <= FALSE_SHARE).sum())
    console.print(escape(
        f"The same children and luck in all. Of {len(rows)} differences {sure} have a star: at most "
        f"{100 * FALSE_SHARE:.0f}% of those are false. Members: of the division's cooperatives, together. Each "
        "pays for an office of its own (running_cost_per_year, an assumption), so that many small ones cost more."
    ))  # fmt: skip


def _table(rows: pd.DataFrame, found: Partition, less: str) -> Table:
    interval = ", with 95% interval" if rows["ci_low"].notna().any() else ""
    heads = [_head(name) for name in markets.OUTCOMES]
    shown = tables.table(escape(f"As markets, {less}{interval}"), "division", "of", *heads, words=("of",))
    labels = {one.name: one.label for one in found.told}
    whole = ENGLAND if found.world.kind == "england" else "all"
    for (division, area), own in rows.groupby(["division", "area"], sort=False):
        cells = [_cell(*row) for row in tables.columns(own, "difference", "ci_high", "unit", "false_discovery")]
        shown.add_row(escape(labels[str(division)]), whole if area == ENGLAND else str(area), *cells)
    return shown


def _cell(value: float, high: float, unit: str, false: float) -> str:
    """A difference with half its interval, and a star if it is sure; money by the million and year."""
    star = tables.MARK if false <= FALSE_SHARE and value else ""
    if unit != MONEY:
        return tables.with_half(value, high, unit) + star
    million, half = (WEEKS_PER_YEAR * pounds / 1e6 for pounds in (value, high - value))
    return f"{million:+,.2f}{'' if pd.isna(half) else f' ±{half:,.2f}'}{star}"


def _head(outcome: str) -> str:
    label, unit, _ = definitions.column("outcomes", outcome)
    return "spend, million GBP/year" if unit == MONEY else label
