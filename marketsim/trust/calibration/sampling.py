"""Points in the unit cube: spread evenly over it, or over what is left of it, however small; and how small that is.

What is left is found by subset simulation (Au and Beck, Probabilistic Engineering Mechanics 2001): the bound on the
score comes down in steps, each of which leaves a fifth of the points; those left multiply and wander within the bound.
Moves are those of differential evolution (ter Braak, Statistics and Computing 2006): by a share of the difference of
two other points, so that they suit the shape of the space.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from scipy.stats import qmc

from marketsim.core import streams
from marketsim.core.columns import Floats

POWER = 11  # 2,048 points
KEPT_SHARE = 0.2
MOVES, LAST_MOVES = 5, 10
LEAST_SHARE = 1e-9  # a smaller space counts as empty
LEAST_PROGRESS = 0.995

Score: TypeAlias = Callable[[Floats, float], Floats]


@dataclass(frozen=True)
class Region:
    """Points spread evenly over the space that is not ruled out, and its share of the unit cube."""

    points: Floats
    share: float


def hypercube(count: int, dimensions: int, seed: int) -> Floats:
    """A Latin hypercube of low discrepancy (SciPy), `count` points by `dimensions`.

    SciPy wants a seed of its own: a number fixed by ours.
    """
    design = qmc.LatinHypercube(dimensions, optimization="random-cd", seed=_library_seed(seed, "hypercube"))
    return np.asarray(design.random(count))


def cube(power: int, dimensions: int, seed: int) -> Floats:
    """The first 2**power points of a scrambled Sobol sequence (SciPy) in the unit cube."""
    return np.asarray(qmc.Sobol(dimensions, seed=_library_seed(seed, "cube")).random_base2(power))


def spread_out(candidates: Floats, count: int, taken: Floats | None = None) -> list[int]:
    """Rows of the candidates, at most `count`, each as far as can be from those before it and from `taken`.

    Distances count in standard deviations of the candidates. The first is the one nearest their middle if nothing is
    taken. (Greedy maximin: Kennard and Stone, Technometrics 1969.)
    """
    if not len(candidates):
        return []
    scale = np.maximum(candidates.std(axis=0), 1e-9)
    places, chosen = candidates / scale, list[int]()
    if taken is not None and len(taken):
        nearest = np.min([_distances(places, one) for one in taken / scale], axis=0)
    else:
        chosen.append(int(np.argmin(_distances(places, places.mean(axis=0)))))
        nearest = _distances(places, places[chosen[0]])
    while len(chosen) < min(count, len(candidates)):
        nearest[chosen] = -np.inf
        chosen.append(int(np.argmax(nearest)))
        nearest = np.minimum(nearest, _distances(places, places[chosen[-1]]))
    return chosen


def _distances(places: Floats, one: Floats) -> Floats:
    return np.asarray(np.sqrt(((places - one) ** 2).sum(axis=1)))


def _library_seed(seed: int, purpose: str) -> int:
    return int(streams.stream(seed, f"calibration {purpose}")[0] >> np.uint64(33))


def find_region(score: Score, limit: float, dimensions: int, seed: int) -> Region | None:
    """The space where the score is below the limit; None if there is none, or too little to be found.

    `score(points, bound)` need not be exact for points above the bound.
    """
    points = cube(POWER, dimensions, seed)
    scores, share, bound = score(points, np.inf), 1.0, np.inf
    for level in range(100):
        inside = scores < limit
        if inside.mean() >= KEPT_SHARE:
            found, _ = _wander(score, points[inside], scores[inside], limit, LAST_MOVES, (seed, level))
            return Region(found, share * float(inside.mean()))
        lower = max(float(np.quantile(scores, KEPT_SHARE)), limit)
        kept = scores < lower
        share *= float(kept.mean())
        if not kept.any() or lower > LEAST_PROGRESS * bound or share < LEAST_SHARE:
            return None
        points, scores = _wander(score, points[kept], scores[kept], lower, MOVES, (seed, level))
        bound = lower
    return None


def _wander(
    score: Score, start: Floats, scores: Floats, bound: float, moves: int, luck: tuple[int, int]
) -> tuple[Floats, Floats]:
    """2,048 points below the bound, from copies of those at the start, with their scores."""
    count, dimensions = 2**POWER, start.shape[1]
    rows = np.arange(count)
    points, scores = start[rows % len(start)], scores[rows % len(start)]
    seed, level = luck
    for move in range(moves):
        one, other, length = streams.uniform(seed, "calibration move", level, move, np.arange(3)[:, None], rows)
        difference = points[(one * count).astype(int)] - points[(other * count).astype(int)]
        tried = points + (length * 2 * 2.38 / np.sqrt(2 * dimensions))[:, None] * difference
        possible = np.flatnonzero(((tried >= 0) & (tried <= 1)).all(axis=1))
        reached = score(tried[possible], bound)
        better = reached < bound
        points[possible[better]], scores[possible[better]] = tried[possible[better]], reached[better]
    return points, scores
