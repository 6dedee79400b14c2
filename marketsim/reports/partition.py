"""A division of authorities into cooperatives in words and tables: what was found, beside what, and how sure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from marketsim.experiments import uncertainty
from marketsim.experiments.cooperatives import pooling
from marketsim.experiments.cooperatives.measures import MEASURES
from marketsim.experiments.cooperatives.partition import Partition
from marketsim.experiments.uncertainty import FALSE_SHARE
from marketsim.reports import fitting, tables
from marketsim.reports.tables import capital
from marketsim.results.outcomes import ENGLAND


def print_partition(found: Partition, console: Console) -> None:
    """The headline; all divisions, and their differences; the parts found, and who is in each; what it rests on."""
    console.print(escape(headline(found)), style="bold")
    console.print(escape(trade(found)))
    console.print()
    fitting.print_table(_levels(found), console)
    if found.rests_on[0] >= uncertainty.FEWEST:
        fitting.print_table(_differences(found), console)
    fitting.print_table(_parts(found), console)
    for line in members(found):
        console.print(escape(line))
    console.print()
    for line in notes(found):
        console.print(escape(f"- {line}"))


def headline(found: Partition) -> str:
    """What was found, in a sentence, beside the division that all are measured against."""
    own, other = (found.whole(one)["contained"] for one in (found.found, found.reference))
    sizes = sorted(len(codes) for codes in found.found.parts.values())
    said = (
        f"Divided by where its children are placed, {place(found)} has {count(len(sizes), 'part')} of "
        f"{_between(sizes[0], sizes[-1])}, within which {percent(own['value'])} of children are placed today; within "
        f"{found.reference.label} {percent(other['value'])}"
    )
    low, high = own["difference_low"], own["difference_high"]
    if pd.isna(low):
        return f"{said}."
    sure = f"{tables.interval(low, high, 'share')}, 95% interval from {found.rests_on[0]} {found.rests_on[1]}"
    return f"{said}: {tables.number(own['difference'], 'share', True)} points ({sure})."


def trade(found: Partition) -> str:
    """What sharing saves in theory, and how far children would go for it, under every division that is told."""
    told = [(one.label, found.whole(one)) for one in found.told if one.cooperatives]
    said = [f"{label} {percent(rows['places_saved']['value'])} and {rows['miles_anywhere']['value']:.0f} miles"
            for label, rows in told]  # fmt: skip
    if not said:
        return "No part has two members, so that nothing is shared."
    return (
        "Places that sharing saves in theory, against every authority alone, and how far away a child would live on "
        f"average if it were placed anywhere in its part: {'; '.join(said)}."
    )


def place(found: Partition) -> str:
    """What is divided."""
    regions = {place.region for place in found.among}
    if len(found.among) < len(found.placed.places):
        return regions.pop()
    return ENGLAND if found.world.kind == "england" else "the made-up world"


def _between(least: int, most: int) -> str:
    return count(least, "authority") if least == most else f"{least} to {most} authorities"


def count(number: int, noun: str) -> str:
    """A number of things."""
    many = f"{noun.removesuffix('y')}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number} {noun if number == 1 else many}"


def percent(share: float) -> str:
    """A share in whole percent."""
    return "none" if pd.isna(share) else f"{100 * share:.0f}%"


def _levels(found: Partition) -> Table:
    """Every division with its size and its measures, with half the width of the 95% interval."""
    interval = ", with 95% interval" if found.rests_on[0] >= uncertainty.FEWEST else ""
    heads = ("parts", "members", *(one.label for one in MEASURES.values()))
    shown = tables.table(f"Divisions{interval}", "division", *heads)
    for one in found.told:
        rows = found.whole(one)
        least, median, most = (float(rows[f"members_{name}"]["value"]) for name in ("least", "median", "most"))
        size = f"{least:.0f}" if least == most else f"{least:.0f}, {median:g}, {most:.0f}"
        cells = [_level(rows[name]) for name in MEASURES]
        shown.add_row(escape(one.label), str(len(one.parts)), size, *cells)
    return shown


def _level(row: Mapping[str, Any]) -> str:
    """A value and half the width of its interval; none of what is the same in every run."""
    unit, value = str(row["unit"]), tables.number(row["value"], str(row["unit"]))
    half = row["ci_high"] - row["value"]
    return value if pd.isna(half) or half < 1e-9 else f"{value} ±{tables.number(half, unit).rstrip('%')}"


def _differences(found: Partition) -> Table:
    """What every division has more or less than the reference; a star behind those that are sure."""
    heads = [one.label for one in MEASURES.values()]
    shown = tables.table(f"Less {escape(found.reference.label)}, with 95% interval", "division", *heads)
    for one in found.told:
        if one is found.reference:
            continue
        cells, rows = [], found.whole(one)
        for name, measure in MEASURES.items():
            row = rows[name]
            star = tables.MARK if row["false_discovery"] <= FALSE_SHARE and row["difference"] else ""
            cells.append(tables.with_half(row["difference"], row["difference_high"], measure.unit) + star)
        shown.add_row(escape(one.label), *cells)
    return shown


def _parts(found: Partition) -> Table:
    """The parts found, those with most children first."""
    rows = found.measures[found.measures["division"] == found.found.name].set_index(["part", "measure"])["value"]
    children = dict(zip([place.code for place in found.placed.places], found.placed.children, strict=True))
    shown = tables.table("The parts found", "part", "members", "children", *(one.label for one in MEASURES.values()))
    for number, (name, codes) in enumerate(found.found.parts.items(), start=1):
        cells = [tables.number(rows.loc[(name, measure)], one.unit) for measure, one in MEASURES.items()]
        own = sum(children[code] for code in codes)
        shown.add_row(escape(f"{number} {name}"), str(len(codes)), f"{own:,.0f}", *cells)
    return shown


def members(found: Partition) -> Iterator[str]:
    """Who is in each part, in a line."""
    names = {place.code: place.name for place in found.among}
    for number, (name, codes) in enumerate(found.found.parts.items(), start=1):
        yield f"{number} {name}: {'; '.join(sorted(names[code] for code in codes))}."


def notes(found: Partition) -> Iterator[str]:
    """What the measures mean, what they don't say, and how sure they are."""
    yield (
        "This is where children are placed today, and what theory says of sharing; not what such a market would do: "
        "--run lives it, --write leaves scenarios for compare."
    )
    for one in MEASURES.values():
        yield f"{capital(one.label)}: {one.meaning}."
    yield (
        f"Modularity of the parts found: {found.modularity:.3f}, the share of children placed within them less what it "
        "would be if children went anywhere in proportion to what authorities send and take. They were found from the "
        "runs that they are measured on, which flatters them a little."
    )
    if found.agreement is not None:
        yield (
            f"Found from each of {count(len(found.agreement), 'run')} alone, the parts agree with these by "
            f"{found.agreement.mean():.2f} on average, at worst {found.agreement.min():.2f} (adjusted Rand index: 1 "
            "the same, 0 chance)."
        )
    yield (
        "Forecasts: only the chance of how many come is pooled away; an error of the trend is as large for many. The "
        f"load is children in homes, and {100 * pooling.BLOCKED:.0f}% who find none free an assumption."
    )
    yield (
        "Fewer or larger parts hold more children, whoever draws them: --parts sets as many beside others. How large "
        "they come out is a matter of --resolution."
    )
    if found.wishes.contiguous:
        yield (
            "Boundaries are not in the package: two authorities are taken to be neighbours if no third lies in the "
            "circle of which their centres span the diameter (Gabriel graph, an assumption)."
        )
    if empty := _without_children(found):
        yield f"Without children in homes, so put beside a neighbour or left alone: {'; '.join(empty)}."
    yield _sure(found)


def _without_children(found: Partition) -> list[str]:
    rows = found.assignment()
    return list(rows.loc[rows["children"] == 0, "name"])


def _sure(found: Partition) -> str:
    number, noun = found.rests_on
    replicates = count(len(found.placed.flows), "run")
    over = f"{replicates}, counted over the last {count(found.placed.weeks, 'week')}"
    if number < uncertainty.FEWEST:
        return f"{over}. {tables.too_few(number, noun)}"
    hold = "the luck of runs, not what is unknown about the market"
    if found.placed.vectors is not None:
        hold = "the luck of runs and what is unknown about the market, as far as the plausible set spans it"
    rough = f" From only {number} they are rough." if number < uncertainty.FEW else ""
    return (
        f"{over}. Intervals, from {number} {noun}, hold {hold}.{rough} A star: of the differences "
        f"at least as sure, at most {100 * FALSE_SHARE:.0f}% are false (Benjamini and Hochberg)."
    )
