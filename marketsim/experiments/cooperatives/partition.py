"""A division of authorities by where their children are placed, beside other divisions, with how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from marketsim.core.columns import Floats
from marketsim.experiments import uncertainty
from marketsim.experiments.cooperatives import communities, contiguity, divisions, measures
from marketsim.experiments.cooperatives.divisions import Division
from marketsim.experiments.cooperatives.network import Count, Placed, graph_of
from marketsim.experiments.cooperatives.wishes import Wishes
from marketsim.experiments.who import areas_of
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.sections.world import Place, World


@dataclass(frozen=True)
class Partition:
    """Divisions of `among`, the one found first, with their measures (rows of measures.COLUMNS; `part` is empty for all
    of a division); the `modularity` of the parts found; and `agreement`: for each replicate how well the parts found
    from it alone agree with them (adjusted Rand index: 1 the same, 0 chance; None: some replicate has no such parts).
    """

    placed: Placed
    world: World
    wishes: Wishes
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
        """The rows of a whole division, by measure."""
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
        mean, codes = self.placed.flows.mean(axis=0), [place.code for place in self.placed.places]
        own = [place.code for place in self.among]
        home, host = np.nonzero(mean[self.placed.rows(own)])
        weeks = mean[self.placed.rows(own)][home, host]
        between = {"home_authority": np.take(own, home), "host_authority": np.take(codes, host)}
        return pd.DataFrame(between | {"sum_children_placed": weeks})


def partition(
    placed: Placed, world: World, within: str | None, wishes: Wishes, count: Count = "children", seed: int = 1
) -> Partition:
    """Divide the authorities of a world, or of a region, and measure that beside other divisions. Raises ScenarioError
    for wishes that can't be met, and where nobody is placed."""
    among = divisions.meant(placed.places, within)
    network = Network.among(placed, among, world, count)
    mean = placed.flows.mean(axis=0)
    if not mean[network.rows].any():
        raise ScenarioError("no child is placed in a home in these runs, so there is nothing to divide by", "partition")
    parts = network.parts(mean, wishes, seed)
    told = divisions.divisions(placed, among, parts, within)
    quality = communities.modularity(network.graph(mean), parts, wishes.resolution)
    agreement = _agreement(network, parts, placed.flows, wishes, seed)
    return Partition(placed, world, wishes, among, told, measures.measured(placed, told), quality, agreement)


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
