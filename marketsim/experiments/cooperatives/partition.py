"""Divisions of authorities measured: where children are placed today, and what sharing does in theory.

Nothing here is what a market would do under a division: `markets.py` runs that. Every measure is worked out run by run,
so that it has an interval, and differences between divisions are paired.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from marketsim.core.columns import Floats, Ints
from marketsim.experiments import uncertainty
from marketsim.experiments.cooperatives import communities, contiguity, divisions, pooling
from marketsim.experiments.cooperatives.divisions import Division
from marketsim.experiments.cooperatives.network import Count, Placed, graph_of
from marketsim.experiments.cooperatives.wishes import Wishes
from marketsim.experiments.differences import paired
from marketsim.experiments.who import areas_of
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.sections.world import Place, World


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


@dataclass(frozen=True)
class Partition:
    """Divisions of `among`, the one found first, with their measures (rows of COLUMNS; `part` is empty for a whole
    division); the `modularity` of the parts found; and `agreement`: for each replicate how well the parts found from it
    alone agree with them (adjusted Rand index: 1 the same, 0 as by chance; None: some replicate has no such parts)."""

    placed: Placed
    world: World
    among: Sequence[Place]
    told: Sequence[Division]
    measures: pd.DataFrame
    modularity: float
    agreement: Floats | None

    @property
    def found(self) -> Division:
        """The division that was found."""
        return self.told[0]

    @property
    def reference(self) -> Division:
        """The division that the others are measured against."""
        return divisions.reference(self.told[1:])

    def whole(self, division: Division) -> dict[str, dict[str, Any]]:
        """The rows of a whole division (COLUMNS), by measure."""
        rows = self.measures[(self.measures["division"] == division.name) & (self.measures["part"] == "")]
        return {str(row["measure"]): {str(key): value for key, value in row.items()} for row in rows.to_dict("records")}

    @property
    def rests_on(self) -> tuple[int, str]:
        """What intervals rest on: vectors of the plausible set, or replicates where none is drawn."""
        vectors, replicates = self.placed.vectors, len(self.placed.flows)
        noun = "replicates" if vectors is None else "vectors of the plausible set"
        return uncertainty.basis(replicates, vectors), noun

    def assignment(self) -> pd.DataFrame:
        """A row an authority: ONS code, name, region, children in homes, and its part in each division."""
        children = self.placed.children[self.placed.rows([place.code for place in self.among])]
        rows = pd.DataFrame([(place.code, place.name, place.region) for place in self.among],
                            columns=["ons_code", "name", "region"]).assign(children=children)  # fmt: skip
        part_of = {one.name: one.part_of for one in self.told}
        return rows.assign(**{f"part_{name}": rows["ons_code"].map(of) for name, of in part_of.items()})

    def flows(self) -> pd.DataFrame:
        """Child-weeks of the authorities divided by home and host authority, mean of the replicates."""
        mean = self.placed.flows.mean(axis=0)
        codes = [place.code for place in self.placed.places]
        rows = [(code, host, mean[row, to]) for code, row in self._rows() for to, host in enumerate(codes)]
        return pd.DataFrame([row for row in rows if row[2] > 0], columns=["home", "host", "child_weeks"])

    def _rows(self) -> Iterator[tuple[str, int]]:
        codes = [place.code for place in self.among]
        return zip(codes, self.placed.rows(codes), strict=True)


def partition(
    placed: Placed, world: World, within: str | None, wishes: Wishes, count: Count = "children", seed: int = 1
) -> Partition:
    """Divide the authorities of a world, or of a region, and measure that beside other divisions. Raises ScenarioError
    for wishes that can't be met."""
    among = divisions.meant(placed.places, within)
    network = Network.among(placed, among, world, count)
    mean = placed.flows.mean(axis=0)
    parts = network.parts(mean, wishes, seed)
    told = divisions.divisions(placed, among, parts, within)
    quality = communities.modularity(network.graph(mean), parts, wishes.resolution)
    agreement = _agreement(network, parts, placed.flows, wishes, seed)
    return Partition(placed, world, among, told, measured(placed, told), quality, agreement)


@dataclass(frozen=True)
class Network:
    """Some authorities (ONS codes, and their rows), who are neighbours among them, and how children count."""

    codes: Sequence[str]
    rows: Sequence[int]
    near: nx.Graph
    count: Count

    @classmethod
    def among(cls, placed: Placed, among: Sequence[Place], world: World, count: Count) -> Network:
        """That of some authorities of a world."""
        codes, areas = [place.code for place in among], areas_of(world)
        rows = placed.rows(codes)
        return cls(codes, rows, contiguity.neighbours(codes, areas.x[rows], areas.y[rows]), count)

    def graph(self, flows: Floats) -> nx.Graph:
        """The placement network among them, of flows (home, host) of all."""
        return graph_of(self.codes, flows[np.ix_(self.rows, self.rows)], self.count)

    def parts(self, flows: Floats, wishes: Wishes, seed: int) -> communities.Parts:
        """Its communities, as wished."""
        return communities.communities(self.graph(flows), wishes, self.near, seed)


def _agreement(
    network: Network, parts: communities.Parts, flows: Floats, wishes: Wishes, seed: int
) -> Floats | None:  # fmt: skip
    """How well the parts found from each replicate alone agree with those found from all."""
    try:
        found = [network.parts(own, wishes, seed) for own in flows]
    except ScenarioError:
        return None
    numbers = [_numbers(one, network.codes) for one in (parts, *found)]
    return np.array([adjusted_rand_score(numbers[0], other) for other in numbers[1:]])


def _numbers(parts: communities.Parts, codes: Sequence[str]) -> list[int]:
    """The number of each authority's part."""
    number = {code: place for place, part in enumerate(parts) for code in part}
    return [number[code] for code in codes]


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
    both = ~(np.isnan(values) | np.isnan(base))
    own = None if vectors is None else vectors[both]
    _, _, apart, *ends, _, _, _, _ = paired(base, values, vectors)
    few = uncertainty.basis(int(both.sum()), own) < uncertainty.FEWEST
    return (
        mean,
        low,
        high,
        apart,
        *ends,
        np.nan if few else uncertainty.chance((values - base)[both], own),
        np.nan,
        count,
    )


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
