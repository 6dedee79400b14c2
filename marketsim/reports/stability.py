"""Whether a cooperative holds together, as tables in the terminal."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from marketsim.experiments import uncertainty
from marketsim.experiments.cooperatives import sharing
from marketsim.experiments.cooperatives.judging import INSIDE, OUTSIDE
from marketsim.experiments.cooperatives.question import SHAPLEY
from marketsim.experiments.cooperatives.stability import Stability
from marketsim.reports import fitting, tables
from marketsim.reports import stability_words as words
from marketsim.reports.headline import pounds

MEANT = sharing.WAYS | {SHAPLEY: "what each adds to the spend of all, on average of orders in which they could join"}
MOST_GROUPS = 10  # in the table, those that gain least from being in; all are in groups.csv
MARKS = {INSIDE: " in", OUTSIDE: " OUT"}


def print_stability(found: Stability, console: Console) -> None:
    """The headline, who gains under which way of sharing, what else changes, groups, transfers and Shapley values."""
    console.print(escape(words.headline(found)), style="bold")
    for line in words.lines(found):
        console.print(escape(f"- {line}"))
    console.print()
    for shown in (_gains(found), _changes(found), _groups(found), _transfers(found), _shapley(found)):
        if len(shown.rows):
            fitting.print_table(shown, console)
    for line in _notes(found):
        console.print(escape(line))


def _gains(found: Stability) -> Table:
    """What each member gains from being in, under every way of sharing."""
    ways = list(dict.fromkeys(found.members["sharing"]))
    title = f"What being in is worth a year, GBP{', with 95% interval' if found.tells else ''} (+ better off inside)"
    shown = tables.table(title, "member", *(words.WORDS[way] for way in ways))
    cells = {
        (way, name): gain_cell(gain, low, high) + MARKS.get(judgement, "")
        for way, name, gain, low, high, judgement in tables.columns(
            found.members, "sharing", "name", "gain_gbp_per_year", "ci_low", "ci_high", "judgement"
        )
    }
    for name in dict.fromkeys(found.members["name"]):
        shown.add_row(escape(name), *(cells[way, name] for way in ways))
    return shown


def gain_cell(gain: float, low: float, high: float) -> str:
    """A gain and half the width of its interval, in thousands or millions as it takes."""
    if pd.isna(gain):
        return "-"
    half = "" if pd.isna(low) else f" ±{short((high - low) / 2)}"
    return f"{'+' if round(gain) > 0 else '-' if round(gain) < 0 else ''}{short(abs(gain))}{half}"


def short(value: float) -> str:
    """An amount without its currency: 1.2m, 830k, 420."""
    return pounds(value).removesuffix(" GBP")


def _changes(found: Stability) -> Table:
    """What being in changes besides a member's money, as set."""
    shown = tables.table(
        "What being in changes for a member's children (inside less outside), and what leaving costs the others",
        "member", "joint cost, GBP", "out of area", "miles", "unreg. children", "waiting", "others pay if it leaves",
    )  # fmt: skip
    wanted = (
        "name", "joint_cost_gbp_per_year", "out_of_area_share_change", "distance_mean_miles_change",
        "children_unregistered_change", "children_waiting_change", "others_pay_more_if_it_leaves_gbp_per_year",
    )  # fmt: skip
    for name, joint, away, miles, unregistered, waiting, others in tables.columns(
        words.of_way(found, sharing.AS_SET), *wanted
    ):
        shown.add_row(
            escape(name), short(joint), tables.number(away, "share", True), tables.number(miles, "miles", True),
            tables.number(unregistered, "children", True), tables.number(waiting, "children", True),
            gain_cell(others, float("nan"), float("nan")),
        )  # fmt: skip
    return shown


def _groups(found: Stability) -> Table:
    """The groups that gain least from being in, as set."""
    own = found.groups[found.groups["sharing"] == sharing.AS_SET]
    least = own.sort_values("gain_gbp_per_year", kind="stable").head(MOST_GROUPS)
    of_all = f", the {len(least)} that gain least" if len(least) < len(own) else ""
    shown = tables.table(f"Groups that could leave together{of_all}: what being in is worth a year, GBP", "group",
                         "gain", "judgement", words=("judgement",))  # fmt: skip
    for names, gain, low, high, judgement in tables.columns(
        least, "names", "gain_gbp_per_year", "ci_low", "ci_high", "judgement"
    ):
        shown.add_row(escape(names.replace("; ", ", ")), gain_cell(gain, low, high), judgement)
    return shown


def _transfers(found: Stability) -> Table:
    """Who gets and who pays what, as set; none where nothing is moved."""
    shown = tables.table("Smallest transfers that keep all in, GBP a year", "member", "gets", "gain before", "after",
                         "surely needed")  # fmt: skip
    if not found.kept[sharing.AS_SET].found.moved:
        return shown
    own = found.transfers[found.transfers["sharing"] == sharing.AS_SET]
    for name, *amounts in tables.columns(own, "name", "gets_gbp_per_year", "gain_before_gbp_per_year",
                                         "gain_after_gbp_per_year", "surely_needed_gbp_per_year"):  # fmt: skip
        shown.add_row(escape(name), *(f"{amount:+,.0f}" if round(amount) else "0" for amount in amounts))
    return shown


def _shapley(found: Stability) -> Table:
    """Shapley values beside what was paid."""
    question = found.question
    how = f"from {question.orders} sampled orders" if question.orders else "exact"
    shown = tables.table(
        f"Shapley values ({how}; runs of {question.shapley_weeks} weeks), million GBP a year", "member",
        "with nobody in", "paid as set", "Shapley value", "saves against nobody in, GBP",
    )  # fmt: skip
    for name, alone, paid, value, saving, low, high in tables.columns(
        found.shapley, "name", "alone_gbp_per_year", "as_set_gbp_per_year", "shapley_gbp_per_year",
        "saving_gbp_per_year", "ci_low", "ci_high",
    ):  # fmt: skip
        amounts = (f"{amount / 1e6:,.2f}" for amount in (alone, paid, value))
        shown.add_row(escape(name), *amounts, gain_cell(saving, low, high))
    return shown


def _notes(found: Stability) -> Iterator[str]:
    """What the tables mean, and what intervals hold."""
    question = found.question
    yield (
        f"Means of a year over all {question.weeks} weeks of {question.replicates} runs a coalition, the same children "
        "and luck in all; outside: that member alone is out, the others go on."
    )
    for way in dict.fromkeys(found.members["sharing"]):
        weeks = f" (runs of {question.shapley_weeks} weeks)" if way == SHAPLEY else ""
        yield f"{tables.capital(words.WORDS[way])}: {MEANT[way]}{weeks}."
    yield "All but as set share anew what was paid: that members with other shares might buy otherwise is left out."
    if any(looked < all_of for looked, all_of in found.looked_at.values()):
        yield (
            "Groups were chosen by what their members gain in these same runs, so that what groups gain by leaving and "
            "the transfers that rest on it, lean to the high side."
        )
    count, noun = found.rests_on
    if not found.tells:
        yield tables.too_few(count, noun).replace("No intervals", "No intervals and no judgement")
        return
    yield (
        "in, OUT: surely better off inside or outside; of those called sure in one column or table at most 1 in 20 is "
        f"not, on average (false discovery rate). Intervals, from {words.basis(found)}, hold the luck of runs"
        + (" and what is unknown about the market." if "vector" in noun else ", not what is unknown about the market.")
    )
    if count < uncertainty.FEW:
        yield f"Warning: from only {words.basis(found)} intervals are rough: others could well halve or double them."
