"""The front among points that were run with the same luck: who is surely beaten, and which points are one.

Points are compared with each other, not through their intervals: on the same replicates the difference of two points
has an interval much narrower than theirs. All pairs and objectives are told side by side, so they are held to a false
discovery rate (Benjamini and Hochberg, over all pairs times objectives): a point is *surely* better than another in an
objective if at most 5% of the differences that are at least as sure would be false.

- One point beats another if it is surely better in some objective and surely worse in none.
- The front is who is beaten by nobody. Since luck hides some differences, points may beat each other in a circle: these
  count as one, beaten only by who is outside of it.
- Two points of the front are one if they are surely apart in no objective. That has no natural groups (A and B may be
  one, B and C too, A and C not), so each entry is a point and those that are one with it: the point nearest to the
  scenario's own values, then the nearest of those left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.experiments import uncertainty
from marketsim.scenario.errors import ScenarioError


@dataclass(frozen=True)
class Entry:
    """Points of the front that can't be told apart: the one that stands for them, and all, itself too (rows)."""

    point: int
    points: tuple[int, ...]


def check_basis(count: int, vectors: Ints | None, option: str) -> None:
    """Raises ScenarioError, in one line, for so few replicates (or vectors) that nothing can be told apart."""
    basis = uncertainty.basis(count, vectors)
    if basis < uncertainty.FEWEST:
        noun = "replicates" if vectors is None else "vectors of the plausible set"
        words = f"a front takes at least {uncertainty.FEWEST} {noun}, got {basis}: from fewer nothing can be told apart"
        raise ScenarioError(words, option)


def surely(values: Floats, vectors: Ints | None = None) -> Ints:
    """For points (rows), against each other (columns) and by objective: -1 where the first is surely lower, 1 where it
    is surely higher, 0 where that can't be told; see `compared`."""
    return compared(values, vectors)[0]


def compared(values: Floats, vectors: Ints | None = None) -> tuple[Ints, float]:
    """What `surely` says, and the false discovery rate of the surest of all differences (NaN where there is none).

    `values`: points x replicates x objectives; `vectors` as of replicates. Raises ScenarioError for fewer than four
    replicates or vectors."""
    check_basis(values.shape[1], vectors, "")
    count, objectives = values.shape[0], values.shape[2]
    first, second = np.triu_indices(count, 1)
    differences = values[first] - values[second]
    chances = [uncertainty.chance(pair[:, n], vectors) for pair in differences for n in range(objectives)]
    false = uncertainty.discoveries(np.array(chances, dtype=np.float64)).reshape(-1, objectives)
    means = [[uncertainty.mean_of(pair[:, n], vectors) for n in range(objectives)] for pair in differences]
    signs = np.sign(np.array(means).reshape(-1, objectives)).astype(np.int64) * (false <= uncertainty.FALSE_SHARE)
    found = np.zeros((count, count, objectives), dtype=np.int64)
    found[first, second], found[second, first] = signs, -signs
    return found, float(false.min()) if false.size else np.nan


def beats(sure: Ints) -> Bools:
    """Which points (rows) beat which (columns)."""
    return np.asarray((sure < 0).any(axis=2) & ~(sure > 0).any(axis=2))


def unbeaten(sure: Ints) -> list[int]:
    """The points of the front: those that nobody beats, and circles that nobody outside of them beats."""
    graph = nx.from_numpy_array(beats(sure), create_using=nx.DiGraph)
    circles = nx.condensation(graph)
    return sorted(point for node in circles if circles.in_degree(node) == 0 for point in circles.nodes[node]["members"])


def entries(sure: Ints, from_base: Sequence[float]) -> list[Entry]:
    """The front, with points that are one as one entry, the nearest to the scenario's own values first; `from_base` is
    how far each point is from these."""
    left = sorted(unbeaten(sure), key=lambda point: (from_base[point], point))
    found = []
    while left:
        first = left[0]
        alike = [point for point in left if not sure[first, point].any()]
        found.append(Entry(first, tuple(sorted(alike))))
        left = [point for point in left if point not in alike]
    return found
