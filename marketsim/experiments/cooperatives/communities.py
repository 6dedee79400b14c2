"""Communities of a placement network: parts within which more children are placed than chance would place there.

Modularity is the share of children placed within their own part less the share that would be if children went anywhere
in proportion to what authorities send and take (M. Newman and M. Girvan, Physical Review E 69, 2004). Found by the
method of Louvain (V. Blondel and others, Journal of Statistical Mechanics, 2008) from several orders, and by greedy
merging (A. Clauset, M. Newman and C. Moore, Physical Review E 70, 2004); the best of all is kept. What is asked besides
is done by mending.py in greedy steps, each the best for modularity. Who places nobody and takes nobody is put beside a
neighbour. The order in which authorities are given makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import networkx as nx
import numpy as np

from marketsim.core import streams
from marketsim.core.columns import Floats
from marketsim.experiments.cooperatives.mending import Mending
from marketsim.experiments.cooperatives.wishes import Wishes
from marketsim.scenario.errors import ScenarioError

Parts: TypeAlias = list[frozenset[str]]
LOUVAINS = 10  # orders in which Louvain's method is begun
FINER, FINEST = 1.35, 14  # steps of resolution, and how many are tried, until a division has parts enough


def communities(graph: nx.Graph, wishes: Wishes, near: nx.Graph | None = None, seed: int = 1) -> Parts:
    """The parts of the network, largest first, as wished; `near` says who are neighbours, for parts that must hang
    together and for authorities without children, who stay alone without it.

    Raises ScenarioError, in one line, if no such division can be or none was found.
    """
    wishes.check(len(graph))
    order = sorted(graph)
    weights = nx.to_numpy_array(graph, order)
    beside = None if near is None else nx.to_numpy_array(near, order, weight=None)
    mending = Mending(_gains(weights, wishes.resolution), beside if wishes.contiguous else None, wishes)
    for start in _starts(weights, wishes.resolution, seed):
        parts = mending.mended(start if beside is None else _settled(start, weights, beside))
        if parts is not None:
            named = [frozenset(order[row] for row in part) for part in parts]
            return sorted(named, key=lambda part: (-len(part), min(part)))
    raise ScenarioError("no division was found that is all that is asked for; ask for less", "partition")


def modularity(graph: nx.Graph, parts: Parts, resolution: float = 1.0) -> float:
    """Share of weight within parts less what chance would have there; 0 for a network without any."""
    return float(nx.community.modularity(graph, parts, resolution=resolution)) if graph.size("weight") else 0.0


def _gains(weights: Floats, resolution: float) -> Floats:
    """What a pair in one part adds to modularity (each pair stands there twice)."""
    both = weights + np.diag(np.diag(weights))  # a loop has two ends
    degree, total = both.sum(axis=1), both.sum()
    return np.asarray(both / total - resolution * np.outer(degree, degree) / total**2) if total else both


def _starts(weights: Floats, resolution: float, seed: int) -> Iterator[list[set[int]]]:
    """Divisions to begin from, by modularity alone, finer and finer; at last everybody alone."""
    graph = nx.from_numpy_array(weights)
    if graph.size("weight"):
        yield _best(graph, resolution, seed)
        for step in range(1, FINEST):  # only to begin from, so one order will do
            yield nx.community.louvain_communities(graph, resolution=resolution * FINER**step, seed=_seeds(seed)[0])
    yield [{row} for row in graph]


def _settled(parts: list[set[int]], weights: Floats, beside: Floats) -> list[set[int]]:
    """The same parts, but those whose only member has no children put with a neighbour who has, if parts are fewer
    than authorities."""
    if len(parts) == len(weights):
        return parts
    lonely = {row for row in range(len(weights)) if not weights[row].any()}
    homes = {row: next(iter(set(np.flatnonzero(beside[row]).tolist()) - lonely), None) for row in sorted(lonely)}
    settled = [set(part) for part in parts if not part <= lonely]
    for row, neighbour in homes.items():
        for part in settled:
            if neighbour in part:
                part.add(row)
    left = lonely - set().union(*settled)
    return [*settled, *({row} for row in sorted(left))]


def _best(graph: nx.Graph, resolution: float, seed: int) -> list[set[int]]:
    """The library's division with the highest modularity; the first of those that have the same."""
    louvain = nx.community.louvain_communities
    found: list[list[set[int]]] = [louvain(graph, resolution=resolution, seed=one) for one in _seeds(seed)]
    found.append([set(part) for part in nx.community.greedy_modularity_communities(graph, "weight", resolution)])
    quality = [nx.community.modularity(graph, parts, resolution=resolution) for parts in found]
    return found[int(np.argmax(np.round(quality, 12)))]


def _seeds(seed: int) -> list[int]:
    """Seeds for the library, which wants its own, fixed by ours."""
    return [int(one) for one in streams.stream(seed, "communities", np.arange(LOUVAINS)) >> np.uint64(33)]
