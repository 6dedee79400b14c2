"""A comparison for whom it concerns, as tables in the terminal: the group, its members, its neighbours, the money."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from marketsim.experiments import outside
from marketsim.experiments.comparison import WHOLE, Comparison
from marketsim.experiments.contracts import WEEKS_PER_YEAR
from marketsim.experiments.uncertainty import FALSE_SHARE
from marketsim.experiments.who import NEIGHBOUR_MILES
from marketsim.reports import contracts, fitting, headline, tables
from marketsim.results.outcomes import ENGLAND

SHOWN = {"spend_gbp": "spend GBP/week"} | tables.HEADLINES
OF_MEMBERS = {
    "spend_gbp": "spend GBP/week", "weekly_fee_mean_gbp": "fee GBP/week", "distance_mean_miles": "miles from home",
    "over_20_miles_share": "over 20 miles", "out_of_area_share": "out of own area",
    outside.OUTSIDE: "outside members' areas", "wait_mean_weeks": "wait, weeks",
    "children_unregistered": "unreg. children", "void_rate": "void rate",
}  # fmt: skip
WHY = "why spend differs, thousand GBP a year"
LEAST_TOLD = 500.0  # GBP a year, which rounds to a thousand
MARKED = (
    f"{tables.MARK} sure for this member although many are told: of those marked in a column at most {FALSE_SHARE:.0%} "
    "are luck."
)


def print_for(comparison: Comparison, words: str, console: Console) -> None:
    """The headline, what moved and why, all outcomes of the group, its members and neighbours, money by cause; England
    last. Raises ScenarioError if nobody of that name is there."""
    name = comparison.group(words).name
    rows, money = comparison.members(words), comparison.money(words)
    baseline, *others = comparison.labels
    for other in others:
        print_told(comparison, money, rows, other, name, console)
        of_arm = rows[rows["scenario"] == other]
        whole = of_arm[of_arm["area"] == name].rename(columns={"area": "region"})
        fitting.print_table(tables.whole_table(name, baseline, other, whole), console)
        told = ", with 95% interval" if comparison.tells else ""
        title = f"One by one: {other} less {comparison.labels[0]}{told}"
        fitting.print_table(_members_table(comparison, title, of_arm[of_arm["area"] != name]), console)
        fitting.print_table(money_table(comparison, money, other, name), console)
        of_members = money[(money["scenario"] == other) & (money["area"] != name)]
        fitting.print_table(_causes_table(of_members, f"One by one: {WHY}"), console)
        _print_years_and_contracts(comparison, other, words, console)
    if neighbours := comparison.group(words).neighbours.values():
        _print_neighbours(comparison, words, console)
        console.print(escape(neighbours_named(neighbours)))
    console.print(tables.footnote(comparison, rows))
    console.print(comparison.footing)


def _print_neighbours(comparison: Comparison, words: str, console: Console) -> None:
    """Each neighbour outside under every other scenario: outcomes, and why its spend differs."""
    rows, money = comparison.neighbours(words), comparison.neighbours_money(words)
    for other in comparison.labels[1:]:
        title = f"Neighbours outside, one by one: {other} less {comparison.labels[0]}"
        fitting.print_table(_members_table(comparison, title, rows[rows["scenario"] == other]), console)
        fitting.print_table(_causes_table(money[money["scenario"] == other], f"Neighbours outside: {WHY}"), console)


def neighbours_named(neighbours: Iterable[str]) -> str:
    """Who the neighbours outside are."""
    return f"Neighbours outside (centres within {NEIGHBOUR_MILES:.0f} miles of a member's): {', '.join(neighbours)}."


def print_all(comparison: Comparison, console: Console) -> None:
    """The headline and what moved and why for all areas together, then all outcomes, and the main ones by region."""
    rows, money = comparison.table.rename(columns={"region": "area"}), comparison.money()
    for other in comparison.labels[1:]:
        print_told(comparison, money, rows, other, ENGLAND, console)
        fitting.print_table(money_table(comparison, money, other, ENGLAND), console)
        _print_years_and_contracts(comparison, other, None, console)
    tables.print_comparison(comparison, console)


def _print_years_and_contracts(comparison: Comparison, other: str, words: str | None, console: Console) -> None:
    """What spend is year by year, and what contracts do that hold places."""
    years = year_cells(comparison.money_by_year(words), other)
    if len(years) > 1:
        baseline = comparison.labels[0]
        heads = ("year", baseline, other, "difference", "95% interval", f"of {baseline}")
        shown = tables.table("Spend year by year, million GBP", *heads)
        for cells in years:
            shown.add_row(*map(escape, cells))
        fitting.print_table(shown, console)
    found = comparison.contracts(words)
    for scenario in (comparison.labels[0], other):
        if len(own := contracts.of_scenario(found, scenario)):
            names = map(escape, dict.fromkeys(own["arrangement"]))
            shown = tables.table(escape(f"Contracts under {scenario}: mean (lowest to highest run)"), "", *names)
            for cells in contracts.cells(own):
                shown.add_row(*map(escape, cells))
            fitting.print_table(shown, console)
    for line in contracts.sentences(comparison, other, words):
        console.print(escape(f"- {line}"))
    console.print()


def year_cells(rows: pd.DataFrame, other: str) -> list[list[str]]:
    """For each year its number, what both scenarios spend (million GBP), the difference, its interval, and its share of
    what the baseline spends."""
    own = rows[rows["scenario"] == other]
    wanted = ("year", "baseline_spend", "scenario_spend", "difference", "ci_low", "ci_high", "of_baseline")
    return [
        [str(year) if year else tables.LAST_WEEKS, _millions(base), _millions(spend), _millions(mean, "+"),
         "-" if pd.isna(low) else f"[{_millions(low, '+')}, {_millions(high, '+')}]", _percent(share)]
        for year, base, spend, mean, low, high, share in tables.columns(own, *wanted)
    ]  # fmt: skip


def _percent(share: float) -> str:
    return f"{100 * share:+.1f}%" if round(100 * share, 1) else "0%"


def _millions(pounds: float, sign: str = "") -> str:
    return f"{pounds / 1e6:{sign},.{1 if abs(pounds) >= 1e7 else 2}f}"


def print_told(
    comparison: Comparison, money: pd.DataFrame, rows: pd.DataFrame, other: str, area: str, console: Console
) -> None:
    """The headline and the lines below it."""
    for line in filter(None, (headline.headline(comparison, money, other, area), headline.spillover(money, other))):
        console.print(escape(line), style="bold")
    for line in headline.reasons(comparison, money, rows, other, area):
        console.print(escape(f"- {line}"))
    console.print()


def _members_table(comparison: Comparison, title: str, rows: pd.DataFrame) -> Table:
    """Members one by one, then neighbours outside, then England; or each neighbour."""
    shown = tables.table(title, "authority", *OF_MEMBERS.values(), caption=MARKED if comparison.tells else None)
    for cells in area_cells(comparison, rows):
        shown.add_row(*map(escape, cells))
    return shown


def area_cells(comparison: Comparison, rows: pd.DataFrame) -> list[list[str]]:
    """For each area its name and the differences of the outcomes in `heads_of`, with half the width of the interval;
    those of members that are sure are marked."""
    shown = heads_of(rows)
    cells = {}
    for area, outcome, mean, high, unit in tables.columns(rows, "area", "outcome", "difference", "ci_high", "unit"):
        cells[area, outcome] = tables.with_half(mean, high, unit)
    for area, outcome in sure_ones(rows):
        cells[area, outcome] += tables.MARK
    names = {area: tables.all_of(comparison) if area == ENGLAND else area for area in dict.fromkeys(rows["area"])}
    return [[name, *(cells.get((area, outcome), "-") for outcome in shown)] for area, name in names.items()]


def marked(comparison: Comparison) -> list[str]:
    """What a mark means, where there are any."""
    return [MARKED] if comparison.tells else []


def heads_of(rows: pd.DataFrame) -> dict[str, str]:
    """The outcomes that are told one by one, with their heads: of members more than of regions."""
    return OF_MEMBERS if "false_discovery" in rows else SHOWN


def sure_ones(rows: pd.DataFrame) -> set[tuple[str, str]]:
    """Member and outcome of the differences that are sure although many are told side by side."""
    if "false_discovery" not in rows:
        return set()
    found = rows[(rows["false_discovery"] <= FALSE_SHARE) & (rows["difference"] != 0)]
    return set(zip(found["area"], found["outcome"], strict=True))


def spend_cells(comparison: Comparison, rows: pd.DataFrame) -> list[list[str]]:
    """For each area its name, what it spends under the baseline (million GBP a year), the difference under the other
    scenario with its interval, and that as a share of what the baseline spends."""
    own = rows[rows["outcome"] == "spend_gbp"]
    cells = []
    for area, base, mean, low, high in tables.columns(own, "area", "baseline_mean", "difference", "ci_low", "ci_high"):
        millions = [WEEKS_PER_YEAR * value for value in (base, mean, low, high)]
        ends = "-" if pd.isna(low) else f"[{_millions(millions[2], '+')}, {_millions(millions[3], '+')}]"
        name = tables.all_of(comparison) if area == ENGLAND else area
        share = _percent(mean / base) if base else "-"
        cells.append([name, _millions(millions[0]), _millions(millions[1], "+"), ends, share])
    return cells


def money_table(comparison: Comparison, money: pd.DataFrame, other: str, area: str) -> Table:
    """Why spend differs: a row a cause, adding up to the last."""
    told = ["95% interval"] if comparison.tells else []
    place = tables.all_of(comparison) if area == ENGLAND else area
    title = f"{place}: why spend under {other} differs, GBP a year"
    shown = tables.table(title, "cause", "difference", *told)
    for cells in cause_cells(money[(money["scenario"] == other) & (money["area"] == area)]):
        shown.add_row(*map(escape, cells[: 2 + len(told)]), style="bold" if cells[0] == WHOLE else None)
    return shown


def _causes_table(money: pd.DataFrame, title: str) -> Table:
    """Why spend differs for each of some areas: a row each, a column a cause that moves."""
    heads, cells = cause_by_area(money)
    shown = tables.table(title, "authority", *heads)
    for row in cells:
        shown.add_row(*map(escape, row))
    return shown


def cause_by_area(rows: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """The causes that move spend somewhere, all of them last; and for each area its name and the differences by cause
    (thousand GBP a year), which add up to the last."""
    wide = rows.pivot(index="area", columns="cause", values="difference").loc[list(dict.fromkeys(rows["area"]))]
    moving = [cause for cause in dict.fromkeys(rows["cause"]) if (wide[cause].abs() >= LEAST_TOLD).any()]
    heads = [*(cause for cause in moving if cause != WHOLE), WHOLE]
    return heads, [[str(area), *(_thousands(value) for value in wide.loc[area, heads])] for area in wide.index]


def _thousands(pounds: float) -> str:
    return f"{pounds / 1e3:+,.0f}" if abs(pounds) >= LEAST_TOLD else "0"


def cause_cells(rows: pd.DataFrame) -> list[list[str]]:
    """For each cause its name, the difference of spend (GBP a year) and its interval."""
    found = tables.columns(rows, "cause", "difference", "ci_low", "ci_high")
    return [[cause, _pounds(mean), _between(low, high)] for cause, mean, low, high in found]


def _pounds(value: float) -> str:
    return f"{value:+,.0f}" if round(value) else "0"


def _between(low: float, high: float) -> str:
    if pd.isna(low):
        return "-"
    return "no difference" if low == high == 0 else f"[{_pounds(low)}, {_pounds(high)}]"
