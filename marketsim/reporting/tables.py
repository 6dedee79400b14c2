"""Comparison tables as people read them."""

from __future__ import annotations

import pandas as pd
from rich.console import Console
from rich.table import Table

from marketsim.experiments.compare import Comparison
from marketsim.outcomes import MEASURES

HEADLINES = ["weekly_fee_mean_gbp", "out_of_area_share", "over_20_miles_share", "void_rate", "children_unregistered"]


def number(value: float, unit: str, signed: bool = False) -> str:
    """A value in its unit: shares as percent (differences in percentage points), pounds without pence."""
    if pd.isna(value):
        return "-"
    sign = "+" if signed and value > 0 else ""
    if signed and value == 0:
        return "0"
    if unit == "share":
        return f"{sign}{100 * value:.1f}{' pp' if signed else '%'}"
    if unit.startswith("GBP"):
        return f"{sign}{value:,.0f}"
    if abs(value) >= 1_000:
        return f"{sign}{value:,.0f}"
    return f"{sign}{value:.3g}" if abs(value) < 1 else f"{sign}{value:,.1f}"


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print all outcomes for England, then the main ones by region, for each scenario compared."""
    for other in comparison.others:
        rows = comparison.table[comparison.table["scenario"] == other]
        england = rows[rows["region"] == "England"]
        console.print(_england_table(comparison.baseline, other, england))
        console.print(_region_table(comparison.baseline, other, rows[rows["region"] != "England"]))
    console.print(_footnote(comparison))


def _england_table(baseline: str, other: str, rows: pd.DataFrame) -> Table:
    table = Table(title=f"England: {other} against {baseline}", title_justify="left")
    for heading in ("outcome", "unit"):
        table.add_column(heading, overflow="fold")
    for heading in (baseline, other, "difference", "95% interval"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows.itertuples():
        unit = MEASURES[str(row.outcome)].unit
        table.add_row(str(row.outcome), unit, number(row.baseline_mean, unit), number(row.scenario_mean, unit),
                      number(row.difference, unit, signed=True), _interval(row.ci_low, row.ci_high, unit))  # fmt: skip
    return table


def _region_table(baseline: str, other: str, rows: pd.DataFrame) -> Table:
    table = Table(title=f"By region: difference, {other} less {baseline} (95% interval)", title_justify="left")
    table.add_column("region")
    for outcome in HEADLINES:
        table.add_column(outcome, justify="right")
    for region, part in rows.groupby("region", sort=True):
        cells = []
        for outcome in HEADLINES:
            row = part[part["outcome"] == outcome].iloc[0]
            unit = MEASURES[outcome].unit
            cells.append(
                f"{number(row['difference'], unit, signed=True)} {_interval(row['ci_low'], row['ci_high'], unit)}"
            )
        table.add_row(str(region), *cells)
    return table


def _interval(low: float, high: float, unit: str) -> str:
    if pd.isna(low):
        return "-"
    return f"[{number(low, unit, signed=True).removesuffix(' pp')}, {number(high, unit, signed=True).removesuffix(' pp')}]"


def _footnote(comparison: Comparison) -> str:
    table = comparison.table
    fee = table[(table["outcome"] == "weekly_fee_mean_gbp") & (table["region"] == "England")].iloc[0]
    saved = table.loc[table["region"] == "England", "variance_saved"].median()
    weeks = int(comparison.weekly["week"].max())
    return (
        f"{int(fee['replicates'])} paired replicates of {weeks} weeks with the same children and luck; means over the "
        f"last {min(52, weeks)} weeks. Pairing saved {100 * saved:.0f}% of the variance of unpaired runs (median of "
        f"outcomes). Intervals hold the luck of runs, not what is unknown about the market."
    )
