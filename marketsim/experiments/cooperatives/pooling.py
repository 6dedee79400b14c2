"""What sharing does in theory: places that several need together, and how well their new needs can be foreseen."""

from __future__ import annotations

import numpy as np
from scipy.stats import poisson

from marketsim.core.columns import Floats

BLOCKED = 0.05  # share of children who may find no place free: an assumption by which divisions are set side by side
BEYOND = 10  # places above the load that are always enough for it


def erlang_b(places: Floats, load: Floats) -> Floats:
    """Erlang's loss formula: the share of children who find all places taken, if on average `load` would be in them.

    The chance of so many in a Poisson distribution, of at most so many (A. K. Erlang, Post Office Electrical Engineers'
    Journal 10, 1917). Holds for any length of stay; needs that arise by chance, and places that suit everybody.
    """
    return np.asarray(np.exp(poisson.logpmf(places, load) - poisson.logcdf(places, load)))


def places_needed(load: float, blocked: float = BLOCKED) -> int:
    """The fewest places at which no more than that share of children find all taken; none for nobody."""
    if load <= 0:
        return 0
    places = np.arange(int(load) + BEYOND + 1, dtype=np.float64)
    return int(np.argmax(erlang_b(places, np.full(len(places), load)) <= blocked))


def spare_places(load: float) -> float:
    """Places of those needed that stand empty on average."""
    needed = places_needed(load)
    return needed - load * (1 - float(erlang_b(np.array(needed), np.array(load)))) if needed else 0.0


def forecast_error(needs: Floats) -> Floats:
    """Relative standard error of a year's new needs, if so many are expected and they arise by chance (Poisson); NaN
    for none.

    The least that it can be: whoever is wrong about the trend is as wrong for many as for few.
    """
    return np.asarray(np.divide(1.0, np.sqrt(needs), out=np.full(np.shape(needs), np.nan), where=needs > 0))
