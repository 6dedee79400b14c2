"""Divisions as markets, in a table for the terminal."""

from __future__ import annotations

import pandas as pd
from rich.console import Console
from rich.markup import escape

from marketsim.experiments.cooperatives import markets
from marketsim.experiments.cooperatives.partition import Partition
from marketsim.reports import fitting, tables
from marketsim.reports.partition import LITTLE
from marketsim.results import definitions
from marketsim.results.outcomes import ENGLAND


def print_markets(rows: pd.DataFrame, found: Partition, console: Console) -> None:
    """What each division does as a market, for everybody and for members, less the scenario without."""
    heads = [_head(name) for name in markets.OUTCOMES]
    interval = ", with 95% interval" if rows["ci_low"].notna().any() else ""
    shown = tables.table(escape(f"As markets: difference from the scenario{interval}"), "division", "of", *heads,
                         words=("of",))  # fmt: skip
    labels = {one.name: one.label for one in found.told}
    whole = ENGLAND if found.placed.places[0].code[0] == "E" else "all"
    for (division, area), own in rows.groupby(["division", "area"], sort=False):
        cells = []
        for value, high, unit, false in tables.columns(own, "difference", "ci_high", "unit", "false_discovery"):
            star = "*" if false <= LITTLE and value else ""
            cells.append(tables.with_half(value, high, unit) + star)
        shown.add_row(escape(labels[str(division)]), whole if area == ENGLAND else str(area), *cells)
    fitting.print_table(shown, console)
    sure = int((rows["false_discovery"] <= LITTLE).sum())
    console.print(escape(
        f"The same children and luck in all. Of {len(rows)} differences {sure} have a star: at most "
        f"{100 * LITTLE:.0f}% of those are false. Members: of the division's cooperatives, together. An office costs 1.0m GBP a year for each "
        "cooperative unless the file says otherwise (assumption)."
    ))  # fmt: skip


def _head(outcome: str) -> str:
    label, unit, _ = definitions.column("outcomes", outcome)
    return label if unit in ("share", "children") or "," in label else f"{label}, {unit}"
