"""Result tables as people read them in a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table

from marketsim.experiments import uncertainty
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
LAST_WEEKS = "last 52 weeks"  # of the runs, where they don't end with a year
MOST_NAMED = 4  # rows that rest on fewer runs than others
MOST_PLACES = 4
MARK = "*"  # behind what is sure although many are told side by side


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
    if unit == "offers/referral":
        return value, 4, ""
    if unit.startswith("GBP") and abs(value) >= 1e6:
        return value / 1e3, 0, "k"
    if unit.startswith("GBP") or abs(value) >= 1_000:
        return value, 0, ""
    return value, 2 if abs(value) < 10 else 1, ""


def capital(words: str) -> str:
    """The same words with a capital in front."""
    return words[:1].upper() + words[1:]


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
    for name, value in columns(outcomes[outcomes["region"] == ENGLAND], "outcome", "value"):
        label, unit, _ = Result.column(name)
        shown.add_row(label, number(float(value), unit))
    fitting.print_table(shown, console)


def print_comparison(comparison: Result, console: Console) -> None:
    """Print all outcomes for all areas together, then the main ones by region, for each scenario compared.

    With a plausible set, also how much of the uncertainty about the main ones comes from luck and how much from what is
    unknown; the notes below hold for all tables.
    """
    differences = comparison.table
    baseline, *others = comparison.labels
    for other in others:
        rows = differences[differences["scenario"] == other]
        all_areas, regions = rows[rows["region"] == ENGLAND], rows[rows["region"] != ENGLAND]
        fitting.print_table(whole_table(all_of(comparison), baseline, other, all_areas), console)
        fitting.print_table(_region_table(f"By region: {other} less {baseline}", regions), console)
        if rows["parameter_share"].notna().any():
            title = f"{all_of(comparison)}: what makes {other} less {baseline} uncertain"
            fitting.print_table(_shares_table(title, all_areas), console)
    console.print(footnote(comparison))
    console.print(comparison.footing)


def all_of(found: Result) -> str:
    """What all areas of a result together are called."""
    worlds = [one.get("values", {}).get("world", {}) for one in found.manifest.get("scenarios", {}).values()]
    return "Made-up world" if any(world.get("kind") == "synthetic" for world in worlds) else ENGLAND


def whole_table(whole: str, baseline: str, other: str, rows: pd.DataFrame) -> Table:
    """All outcomes of an area under both scenarios, with their differences."""
    told = rows["ci_low"].notna().any()
    headings = (baseline, other, "difference", *(["95% interval"] if told else []))
    shown = table(f"{whole}: {other} against {baseline}", "outcome", *headings)
    wanted = ("outcome", "baseline_mean", "scenario_mean", "difference", "ci_low", "ci_high")
    for name, base, scenario, difference, low, high in columns(rows, *wanted):
        label, unit, _ = Result.column(name)
        cells = number(base, unit), number(scenario, unit), number(difference, unit, True)
        shown.add_row(label, *cells, *([interval(low, high, unit)] if told else []))
    return shown


def _region_table(title: str, rows: pd.DataFrame) -> Table:
    """Differences with half the width of the 95% interval, a row a region."""
    with_interval = ", with 95% interval" if rows["ci_low"].notna().any() else ""
    shown = table(f"{title}{with_interval}", "region", *HEADLINES.values())
    cells = {
        (region, outcome): with_half(difference, high, Result.column(outcome).unit)
        for region, outcome, difference, high in columns(rows, "region", "outcome", "difference", "ci_high")
    }
    for region in sorted(set(rows["region"])):
        shown.add_row(region, *(cells[region, outcome] for outcome in HEADLINES))
    return shown


def _shares_table(title: str, rows: pd.DataFrame) -> Table:
    """Shares of the variance of the differences between replicates."""
    shown = table(title, "from", *HEADLINES.values())
    shares = rows.set_index("outcome").loc[list(HEADLINES)]
    for label, column in (("luck", "luck_share"), ("unknown", "parameter_share")):
        shown.add_row(label, *("-" if pd.isna(share) else f"{100 * share:.0f}%" for share in shares[column]))
    return shown


def columns(rows: pd.DataFrame, *names: str) -> list[tuple[Any, ...]]:
    """The values of some columns, row by row."""
    return list(zip(*(rows[name] for name in names), strict=True))


def with_half(difference: float, high: float, unit: str) -> str:
    """A difference and half the width of its interval, of which `high` is the upper end."""
    half = high - difference
    width = "" if pd.isna(half) else f" ±{number(half, unit, True).lstrip('+')}"
    return number(difference, unit, True) + width


def interval(low: float, high: float, unit: str) -> str:
    """The ends of an interval of a difference; of one that is the same in all runs, that."""
    if low == high:
        return "the same in all" if low else "no difference"
    return "-" if pd.isna(low) else f"[{number(low, unit, True)}, {number(high, unit, True)}]"


def footnote(comparison: Result, told: pd.DataFrame | None = None) -> str:
    """What holds for all tables of a comparison: replicates, weeks, pairing, what intervals hold. `told` are the rows
    of outcomes that are shown, the whole area's first (not given: those of comparison.csv)."""
    table = comparison.table if told is None else told.rename(columns={"area": "region"})
    whole = ENGLAND if told is None else table["region"].iloc[0]
    saved = table.loc[table["region"] == whole, "variance_saved"].median()
    weeks, replicates = int(comparison.tables.read("weekly", ["week"])["week"].max()), int(table["replicates"].max())
    many = "1 paired replicate" if replicates == 1 else f"{replicates} paired replicates"
    saving = "" if pd.isna(saved) else f" Pairing saved {100 * saved:.1f}% of the variance of unpaired runs (median)."
    fewer_runs = fewer(table, "replicates", whole=all_of(comparison))
    return (
        f"{many} of {weeks} weeks, the same children and luck in both; means of the last "
        f"{min(52, weeks)} weeks. Shares: differences in percentage points.{saving}{fewer_runs} "
        f"{_meaning(comparison, replicates, table)}"
    )


def fewer(rows: pd.DataFrame, *counts: str, whole: str = ENGLAND) -> str:
    """A sentence on the outcomes that rest on less than others, as they aren't known in all runs; empty if none do.
    `whole`: what all areas together are called."""
    known = rows[(rows[list(counts)] > 0).all(axis=1)]
    less = known[(known[list(counts)] < known[list(counts)].max()).any(axis=1)]
    named = [
        f"{Result.column(row['outcome']).label} ({whole if row['region'] == ENGLAND else row['region']}: "
        f"{', '.join(f'{row[one]} {one}' for one in counts)})"
        for row in less.head(MOST_NAMED).to_dict("records")
    ]
    more = f" and {len(less) - MOST_NAMED} more" if len(less) > MOST_NAMED else ""
    return f" Not defined in every run, so of fewer: {'; '.join(named)}{more}." if named else ""


def _meaning(comparison: Result, replicates: int, table: pd.DataFrame) -> str:
    """What the intervals hold, and what they don't."""
    vectors = comparison.outcomes["vector"].nunique()
    hold = "the luck of runs and what is unknown about the market, as far as the plausible set spans it"
    if vectors == 0:
        hold = "the luck of runs, not what is unknown about the market"
    rests, noun = (vectors, "vectors of the plausible set") if vectors else (replicates, "replicates")
    if rests < uncertainty.FEWEST:
        return too_few(rests, noun)
    rough = f" From only {rests} {noun} they are rough: others could well halve or double them."
    return (
        f"The intervals, from {rests} {noun}, hold {hold}: read them with `marketsim docs limits`."
        f"{rough if rests < uncertainty.FEW else ''} {by_chance(table)}"
    ).strip()


def too_few(count: int, noun: str) -> str:
    """Why there are no intervals."""
    return f"No intervals: they take at least {uncertainty.FEWEST} {noun}, here {count}."


def by_chance(table: pd.DataFrame) -> str:
    """What many intervals at once are to be held against; empty where there are few."""
    told = table[table["ci_high"] > table["ci_low"]]
    without_zero = int(((told["ci_low"] > 0) | (told["ci_high"] < 0)).sum())
    chance = int((1 - uncertainty.LEVEL) * len(told))
    if not chance:
        return ""
    return f"Of {len(told)} intervals {without_zero} exclude zero; if nothing differed, about {chance} would by chance."
