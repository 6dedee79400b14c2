"""Result tables as people read them in a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from marketsim.reports import fitting
from marketsim.results.outcomes import ENGLAND
from marketsim.results.result import Result

HEADLINES = {
    "weekly_fee_mean_gbp": "fee GBP/week",
    "out_of_area_share": "out of area",
    "over_20_miles_share": "over 20 miles",
    "void_rate": "void rate",
    "children_unregistered": "unreg. children",
}
MOST_PLACES = 4


def number(value: float, unit: str, signed: bool = False) -> str:
    """A value in its unit: shares as percent (differences in percentage points), pounds without pence.

    What isn't zero gets as many places as it takes to see that; what would take too many is 0, without a sign.
    """
    if pd.isna(value):
        return "-"
    scaled, places, suffix = _scaled(float(value), unit)
    while scaled and round(scaled, places) == 0 and places < MOST_PLACES:
        places += 1
    rounded = round(scaled, places) + 0.0  # which makes 0 of -0
    if signed:
        return f"{rounded:+,.{places}f}{suffix.strip('%')}" if rounded else "0"
    return f"{rounded:,.{places}f}{suffix}"


def _scaled(value: float, unit: str) -> tuple[float, int, str]:
    """The value as it is shown, the places it usually gets, and what stands behind it."""
    if unit.startswith("share"):
        return 100 * value, 1, "%"
    if unit == "offers per 1,000":
        return 1_000 * value, 2, ""
    if unit == "GBP" and abs(value) >= 1e6:
        return value / 1e3, 0, "k"
    if unit.startswith("GBP") or abs(value) >= 1_000:
        return value, 0, ""
    return value, 2 if abs(value) < 10 else 1, ""


def table(title: str, *headings: str, words: Sequence[str] = (), whole: Sequence[str] = (), **look: Any) -> Table:
    """A table without rows: the first column and those of `words` to the left, others to the right.

    The columns of `whole` are not broken into lines; `look` goes to rich's Table.
    """
    empty = Table(title=title, title_justify="left", **look)
    for number, heading in enumerate(headings):
        left = number == 0 or heading in words
        empty.add_column(heading, justify="left" if left else "right", overflow="fold", no_wrap=heading in whole)
    return empty


def print_run(result: Result, title: str, console: Console) -> None:
    """Print the outcomes of a run for England."""
    shown = table(title, "outcome", "value")
    outcomes = result.outcomes
    for name, value in _columns(outcomes[outcomes["region"] == ENGLAND], "outcome", "value"):
        label, unit, _ = Result.column(name)
        shown.add_row(label, number(float(value), unit))
    fitting.print_table(shown, console)


def print_comparison(comparison: Result, console: Console) -> None:
    """Print all outcomes for England, then the main ones by region, for each scenario compared.

    With a plausible set, also how much of the uncertainty about the main ones comes from luck and how much from what is
    unknown; the notes below hold for all tables.
    """
    differences = comparison.table
    baseline, *others = comparison.labels
    for other in others:
        rows = differences[differences["scenario"] == other]
        fitting.print_table(_england_table(baseline, other, rows[rows["region"] == ENGLAND]), console)
        fitting.print_table(_region_table(baseline, other, rows[rows["region"] != ENGLAND]), console)
        if rows["parameter_share"].notna().any():
            fitting.print_table(_shares_table(baseline, other, rows[rows["region"] == ENGLAND]), console)
    console.print(_footnote(comparison))
    console.print(comparison.footing)


def _england_table(baseline: str, other: str, rows: pd.DataFrame) -> Table:
    title = f"England: {other} against {baseline}"
    shown = table(title, "outcome", baseline, other, "difference", "95% interval")
    wanted = ("outcome", "baseline_mean", "scenario_mean", "difference", "ci_low", "ci_high")
    for name, base, scenario, difference, low, high in _columns(rows, *wanted):
        label, unit, _ = Result.column(name)
        cells = number(base, unit), number(scenario, unit), number(difference, unit, True)
        shown.add_row(label, *cells, interval(low, high, unit))
    return shown


def _region_table(baseline: str, other: str, rows: pd.DataFrame) -> Table:
    """Differences with half the width of the 95% interval, a row a region."""
    shown = table(f"By region: {other} less {baseline}, with 95% interval", "region", *HEADLINES.values())
    cells = {
        (region, outcome): _plus_minus(difference, high - difference, Result.column(outcome).unit)
        for region, outcome, difference, high in _columns(rows, "region", "outcome", "difference", "ci_high")
    }
    for region in sorted(set(rows["region"])):
        shown.add_row(region, *(cells[region, outcome] for outcome in HEADLINES))
    return shown


def _shares_table(baseline: str, other: str, rows: pd.DataFrame) -> Table:
    """Shares of the variance of England's differences between replicates."""
    shown = table(f"England: what makes {other} less {baseline} uncertain", "from", *HEADLINES.values())
    shares = rows.set_index("outcome").loc[list(HEADLINES)]
    for label, column in (("luck", "luck_share"), ("unknown", "parameter_share")):
        shown.add_row(label, *("-" if pd.isna(share) else f"{100 * share:.0f}%" for share in shares[column]))
    return shown


def _columns(rows: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(rows[name] for name in names), strict=True))


def _plus_minus(difference: float, half: float, unit: str) -> str:
    width = "" if pd.isna(half) else f" ±{number(half, unit, True).lstrip('+')}"
    return number(difference, unit, True) + width


def interval(low: float, high: float, unit: str) -> str:
    """The ends of an interval of a difference."""
    return "-" if pd.isna(low) else f"[{number(low, unit, True)}, {number(high, unit, True)}]"


def _footnote(comparison: Result) -> str:
    table = comparison.table
    saved = table.loc[table["region"] == ENGLAND, "variance_saved"].median()
    weeks, replicates = int(comparison.tables.read("weekly", ["week"])["week"].max()), int(table["replicates"].max())
    saving = "" if pd.isna(saved) else f" Pairing saved {100 * saved:.0f}% of the variance of unpaired runs (median)."
    return (
        f"{replicates} paired replicates of {weeks} weeks, the same children and luck in both; means of the last "
        f"{min(52, weeks)} weeks. Shares: differences in percentage points.{saving} {_meaning(comparison)}"
    )


def _meaning(comparison: Result) -> str:
    """What the intervals hold, and what they don't."""
    vectors = comparison.outcomes["vector"].nunique()
    if vectors == 0:
        return (
            "The intervals hold the luck of runs, not what is unknown about the market: read them with "
            "`marketsim docs limits`."
        )
    return (
        f"The replicates use {vectors} vectors of the plausible set. The intervals hold the luck of runs and what is "
        f"unknown about the market, as far as that set spans it: read them with `marketsim docs limits`."
    )
