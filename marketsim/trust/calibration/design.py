"""Where to run: points that fill the space evenly."""

from __future__ import annotations

import numpy as np
from scipy.stats import qmc

from marketsim.core import streams
from marketsim.core.columns import Floats


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
    places = candidates / np.maximum(candidates.std(axis=0), 1e-9)
    chosen: list[int] = []
    if taken is not None and len(taken):
        others = taken / np.maximum(candidates.std(axis=0), 1e-9)
        nearest = np.min([_distances(places, one) for one in others], axis=0)
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
