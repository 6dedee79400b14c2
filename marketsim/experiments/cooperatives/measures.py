"""Divisions of authorities measured: where children are placed today, and what sharing does in theory.

Nothing here is what a market would do under a division: `markets.py` runs that. Every measure is worked out run by run,
so that it has an interval, and differences between divisions are paired.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from marketsim.core.columns import Floats, Ints
from marketsim.experiments import uncertainty
from marketsim.experiments.cooperatives import divisions, pooling
from marketsim.experiments.cooperatives.divisions import Division
from marketsim.experiments.cooperatives.network import Placed
from marketsim.experiments.differences import chance_of_none, paired


class Measure(NamedTuple):
    """What a measure is called, its unit, and what it means."""

    label: str
    unit: str
    meaning: str


MEASURES = {
    "contained": Measure("placed within", "share", "children placed in an area of their own part, of children placed"),
    "places_saved": Measure(
        "places saved", "share",
        f"fewer places needed so that {100 * pooling.BLOCKED:.0f}% of children find none free, if a part shares them, "
        "of those needed by each member alone (Erlang B; as if every place suited every child)",
    ),
    "spare_places": Measure(
        "spare places", "share", "places that then stand empty on average, of those needed"
    ),
    "forecast_error": Measure(
        "forecast error", "share",
        "relative standard error of a year's new needs of the part, mean over children (Poisson; the least it can be)",
    ),
    "miles_within": Measure("miles within", "miles", "mean distance of today's placements within the own part"),
    "miles_anywhere": Measure(
        "miles anywhere", "miles", "mean distance from a child's home point to a place anywhere in its part"
    ),
}  # fmt: skip
SIZES = {
    "parts": Measure("parts", "parts", "parts of the division"),
    "members_least": Measure("least members", "members", "members of the smallest part"),
    "members_median": Measure("median members", "members", "members of the middle part"),
    "members_most": Measure("most members", "members", "members of the largest part"),
    "children": Measure("children", "children", "children in homes at a time"),
}
COLUMNS = [
    "division", "part", "measure", "unit", "value", "ci_low", "ci_high", "difference", "difference_low",
    "difference_high", "chance", "false_discovery", "replicates",
]  # fmt: skip


def measured(placed: Placed, told: Sequence[Division]) -> pd.DataFrame:
    """All measures of divisions and of their parts: rows of COLUMNS. Differences, of whole divisions, are from the
    reference among them; `false_discovery` is the share of false ones among those at least as sure."""
    against = divisions.reference(told[1:])
    base = _of_parts(placed, list(against.parts.values()))
    rows = []
    for one in told:
        values = _of_parts(placed, list(one.parts.values()))
        rows += [(one.name, "", name, SIZES[name].unit, value, *[np.nan] * 7, len(placed.flows))
                 for name, value in _sizes(one, placed).items()]  # fmt: skip
        for name, value in values.items():
            other = None if one is against else base[name]
            rows.append((one.name, "", name, MEASURES[name].unit, *_told(value, other, placed.vectors)))
        for part, codes in one.parts.items():
            for name, value in _of_parts(placed, [codes]).items():
                rows.append((one.name, part, name, MEASURES[name].unit, *_told(value, None, placed.vectors)))
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(false_discovery=uncertainty.discoveries(table["chance"].to_numpy(dtype=np.float64)))


def _sizes(one: Division, placed: Placed) -> dict[str, float]:
    members = np.array([len(codes) for codes in one.parts.values()])
    children = placed.children[placed.rows(list(one.part_of))].sum()
    sizes = len(members), members.min(), np.median(members), members.max(), children
    return dict(zip(SIZES, map(float, sizes), strict=True))


def _told(values: Floats, base: Floats | None, vectors: Ints | None) -> tuple[float, ...]:
    """Value and difference with their intervals, the chance of the difference, a place for false discoveries, and how
    many replicates they rest on."""
    _, _, mean, low, high, count, *_ = paired(np.zeros(len(values)), values, vectors)
    if base is None:
        return mean, low, high, *[np.nan] * 5, count
    apart = paired(base, values, vectors)[2:5]
    return mean, low, high, *apart, chance_of_none(base, values, vectors), np.nan, count


def _of_parts(placed: Placed, parts: Sequence[Collection[str]]) -> dict[str, Floats]:
    """MEASURES of some parts together, by replicate."""
    by_replicate = [_of_run(placed, number, [placed.rows(sorted(codes)) for codes in parts])
                    for number in range(len(placed.flows))]  # fmt: skip
    return dict(zip(MEASURES, np.array(by_replicate).T, strict=True))


def _of_run(placed: Placed, replicate: int, parts: Sequence[list[int]]) -> tuple[float, ...]:
    """MEASURES of some parts in one run."""
    flows, miles = placed.flows[replicate], placed.miles[replicate]
    inside = sum(flows[np.ix_(rows, rows)].sum() for rows in parts)
    children = flows.sum(axis=1) / placed.weeks
    loads = [float(children[rows].sum()) for rows in parts]
    needed = sum(map(pooling.places_needed, loads))
    apart = sum(pooling.places_needed(float(children[row])) for rows in parts for row in rows)
    needs = np.array([placed.needs[replicate][rows].sum() for rows in parts])
    return (
        _share(inside, sum(flows[rows].sum() for rows in parts)),
        1 - _share(needed, apart),
        _share(sum(map(pooling.spare_places, loads)), needed),
        _mean(pooling.forecast_error(needs), np.array(loads)),
        _share(sum(miles[np.ix_(rows, rows)].sum() for rows in parts), inside),
        _anywhere(placed, replicate, parts, children),
    )


def _anywhere(placed: Placed, replicate: int, parts: Sequence[list[int]], children: Floats) -> float:
    """Mean miles from a child to a place anywhere in its part; children of parts without a place are left out."""
    stock, reach = placed.stock[replicate], placed.reach[replicate]
    there = np.full(len(children), np.nan)
    for rows in parts:
        if stock[rows].sum() > 0:
            there[rows] = reach[np.ix_(rows, rows)].sum(axis=1) / stock[rows].sum()
    own = [row for rows in parts for row in rows]
    return _mean(there[own], children[own])


def _mean(values: Floats, weights: Floats) -> float:
    known = ~np.isnan(values)
    return _share(float((values[known] * weights[known]).sum()), float(weights[known].sum()))


def _share(above: float, below: float) -> float:
    return above / below if below > 0 else np.nan
