"""What a search for terms found: the headline, the front with its levers, and how sure it is."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from marketsim.experiments import uncertainty
from marketsim.experiments.cooperatives import search_tables
from marketsim.experiments.cooperatives.objectives import OBJECTIVES
from marketsim.experiments.cooperatives.search import Found
from marketsim.experiments.cooperatives.search_tables import Told
from marketsim.reports import fitting, tables
from marketsim.results.result import Result
from marketsim.scenario.drawn_values import plausible_set


def print_search(found: Found, footing: str, console: Console) -> None:
    """The headline, the front and what it sets, and what the numbers hold."""
    console.print(escape(headline(found)), style="bold")
    for line in (of_own(found), of_hidden(found)):
        if line:
            console.print(escape(line))
    fitting.print_table(_values_table(found), console)
    fitting.print_table(_levers_table(found), console)
    for line in [*how(found), footing]:
        console.print(escape(line))


def headline(found: Found) -> str:
    """How many points are on the front, how many choices these are, and how many of them hold on fresh runs."""
    tried, on, choices = len(found.points), sum(len(one.points) for one in found.entries), len(found.entries)
    if choices == 1 and on == tried:
        return f"None of {tried} points can be told apart by {basis(found, 0)}; that doesn't mean they are the same."
    first = f"Of {tried} points {on} {'is' if on == 1 else 'are'} on the front"
    if choices == 1:
        one = "" if on == 1 else ", one choice that can't be told apart"
        return f"{first}{one}: the others are surely beaten."
    still = sum(not status(found, number) for number in range(choices))
    again = f"on fresh runs {'all' if still == choices else f'{still} of them'} still are"
    return f"{first}, which is {choices} choices that can be told apart; {again}."


def status(found: Found, number: int) -> str:
    """What became of an entry (from 0) on fresh runs: `failed`, `beaten` by another, `as 1`; empty if it holds."""
    same = found.again.same_as[number]
    if np.isnan(found.again.differences[number]).any():
        return "failed"
    if not found.again.holds[number]:
        return "beaten"
    return "" if same is None else f"as {same + 1}"


def of_own(found: Found) -> str:
    """Where the scenario's own values are, if they were tried."""
    own = [row for row, point in enumerate(found.points)
           if all(point[lever.key] == lever.base for lever in found.search.levers)]  # fmt: skip
    if not own:
        return "The scenario's own values lie outside of these ranges, so they were not tried."
    inside = [number for number, one in enumerate(found.entries, start=1) if own[0] in one.points]
    if inside:
        return f"The scenario's own values are on the front: they are part of {inside[0]}."
    if np.isnan(found.differences[own[0]]).any():
        return "Of the scenario's own values runs failed."
    return f"The scenario's own values are surely beaten, by {found.beaten_by[own[0]]} of the points."


def of_hidden(found: Found) -> str:
    """How near to sure the surest difference is, where nothing is sure; empty where something is."""
    if not found.least_false > uncertainty.FALSE_SHARE:
        return ""
    unknown = "" if found.search.vectors is None else " and what is unknown about the market"
    return (
        f"The surest difference between two of them has a false discovery rate of {found.least_false:.0%}, and "
        f"{uncertainty.FALSE_SHARE:.0%} is asked: luck{unknown} may hide what more --replicates would tell."
    )


def _values_table(found: Found) -> Table:
    """Two rows an entry: on the runs by which it was chosen, and on fresh ones."""
    labels = [Result.column(OBJECTIVES[aim]).label for aim in found.search.aims]
    title = f"{found.search.whom.name}: less {found.search.baseline.words}, with half the 95% interval"
    shown = tables.table(escape(title), "front", "runs", *labels, words=["runs"], whole=["front", "runs"])
    sure, (own, fresh) = search_tables.surely_different(found), found.search.own_vectors
    for number, one in enumerate(found.entries):
        chosen = search_tables.told(found.differences[one.point], own)
        again = search_tables.told(found.again.differences[number], fresh)
        marks = [tables.MARK if told else "" for told in sure[number]]
        shown.add_row(str(number + 1), "searched", *_cells(found, chosen, [""] * len(labels)))
        shown.add_row("", ": ".join(filter(None, ["fresh", status(found, number)])), *_cells(found, again, marks))
    return shown


def _cells(found: Found, values: list[Told], marks: list[str]) -> list[str]:
    units = [Result.column(OBJECTIVES[aim]).unit for aim in found.search.aims]
    several = zip(values, units, marks, strict=True)
    return [f"{tables.with_half(mean, high, unit)}{mark}" for (mean, _, high), unit, mark in several]


def _levers_table(found: Found) -> Table:
    """What each entry sets, and over what its points range."""
    heads = [lever.short.replace("_", " ") for lever in found.search.levers]
    shown = tables.table("What it sets (in brackets: all points that it stands for)", "front", "points", *heads)
    for number, one in enumerate(found.entries, start=1):
        cells = []
        for lever in found.search.levers:
            among = search_tables.spread(found, one, lever)
            value = search_tables.said(found.points[one.point][lever.key])
            cells.append(f"{value} ({among})" if among else value)
        shown.add_row(*map(escape, (str(number), str(len(one.points)), *cells)))
    return shown


def how(found: Found) -> list[str]:
    """How points were compared, what the two rows are, and what intervals hold."""
    tried, aims = len(found.points), len(found.search.aims)
    pairs, differences = tried * (tried - 1) // 2, len(found.entries) * aims
    drawn = found.search.vectors is not None
    hold = "the luck of runs and what is unknown, as far as the plausible set spans it" if drawn else \
        "the luck of runs, not what is unknown about the market"  # fmt: skip
    said = [
        f"A point beats another if it is surely lower in one of the {aims} and surely higher in none, by differences "
        f"on the same replicates. Sure: at most 5% of such differences are false (Benjamini and Hochberg, over "
        f"{pairs:,} pairs x {aims}). Points that are surely apart in none are one.",
        f"Searched: on the {basis(found, 0)} by which it was chosen, hence too good. Fresh: {basis(found, 1)} with "
        f"{_fresh_with(found)}: believe these. {tables.MARK}: surely another than the baseline's (same rate, over "
        f"{differences}). Shares: in points. Intervals hold {hold}.",
    ]
    few = min(uncertainty.basis(len(range_), vectors) for range_, vectors in _bases(found))
    if few < uncertainty.FEW:
        said.append(f"From only {few} they are rough: others could well halve or double them.")
    told = {status(found, number).partition(" ")[0] for number in range(len(found.entries))}
    if "beaten" in told:
        said.append("Beaten: on fresh runs another of the front surely beats it, so don't choose it.")
    if "as" in told:
        said.append("As 1: on fresh runs it can't be told apart from entry 1, so that they may be one choice.")
    if found.failed:
        said.append(f"{found.failed} runs failed; points without all of their runs are left out of the front.")
    return said


def _bases(found: Found) -> list[tuple[range, Any]]:
    counts = found.search.replicates, found.search.check_replicates
    return [(range(count), vectors) for count, vectors in zip(counts, found.search.own_vectors, strict=True)]


def basis(found: Found, which: int) -> str:
    """How many replicates the search has (0), or the check (1)."""
    return f"{len(_bases(found)[which][0])} replicates"


def _fresh_with(found: Found) -> str:
    """What is new in the runs of the check: luck always, vectors as far as there are others."""
    vectors = found.search.vectors
    if vectors is None:
        return "other luck"
    return "other luck and vectors" if len(vectors) <= len(plausible_set()) else "other luck, and some vectors again"


def remark(found: Found, number: int) -> str:
    """What was found of an entry (from 0), in a line for its scenario file."""
    entry, search = found.entries[number], found.search
    values = search_tables.told(found.again.differences[number], search.own_vectors[1])
    measures = [Result.column(OBJECTIVES[aim]) for aim in search.aims]
    told = [f"{measure.label} {tables.with_half(mean, high, measure.unit)}"
            for measure, (mean, _, high) in zip(measures, values, strict=True)]  # fmt: skip
    now = status(found, number)
    words = {"beaten": "it is surely beaten by another entry", "failed": "not all of its runs were made"}
    held = f" There {words.get(now, f'it can not be told apart from entry {now[3:]}')}." if now else ""
    return (
        f"Entry {number + 1} of {len(found.entries)} of the front, for {search.whom.name}, less "
        f"{search.baseline.words}, on {basis(found, 1)} that the search had not seen: {'; '.join(told)} (95%). It "
        f"stands for {len(entry.points)} of {len(found.points)} points.{held}"
    )
