"""Which authorities are taken to be neighbours. Boundaries are not in the package, so this is an assumption."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import networkx as nx
import numpy as np
from scipy.spatial import Delaunay, QhullError

from marketsim.core.columns import Floats

FEWEST = 4  # points that can be triangulated to advantage
SAME = 1e-9  # relative difference of squared distances that counts as none


def neighbours(codes: Sequence[str], x: Floats, y: Floats) -> nx.Graph:
    """The Gabriel graph of centres (miles): two are neighbours if no third lies in the circle of which they span the
    diameter (K. R. Gabriel and R. R. Sokal, Systematic Zoology 18, 1969). It always hangs together."""
    graph = nx.Graph()
    graph.add_nodes_from(codes)
    for one, other in _candidates(np.column_stack([x, y])):
        ends = [one, other]
        to_third = ((x - x[ends, None]) ** 2 + (y - y[ends, None]) ** 2).sum(axis=0)
        to_third[ends] = np.inf
        apart = (x[one] - x[other]) ** 2 + (y[one] - y[other]) ** 2
        if to_third.min() > apart * (1 + SAME):
            graph.add_edge(codes[one], codes[other])
    return graph


def _candidates(points: Floats) -> Iterator[tuple[int, int]]:
    """Pairs among which all Gabriel neighbours are: Delaunay's; all pairs of few points, or of points in a line."""
    every = combinations(range(len(points)), 2)
    try:
        indptr, indices = Delaunay(points).vertex_neighbor_vertices if len(points) >= FEWEST else ([], [])
    except QhullError:
        indptr, indices = [], []
    if not len(indptr):
        yield from every
        return
    for one in range(len(points)):
        yield from ((one, int(other)) for other in indices[indptr[one] : indptr[one + 1]] if one < other)
