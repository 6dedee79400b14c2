"""Values with the ends of their 95% intervals: shares, means, medians, rates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import bdtrik, gammaincinv, ndtri, stdtrit

from marketsim.core.columns import Floats

LEVEL = 0.95
BELOW, ABOVE = (1 - LEVEL) / 2, (1 + LEVEL) / 2
Z = float(ndtri(ABOVE))
NAN = float("nan")


class Found(NamedTuple):
    """A value and the ends of its interval (NaN: it has none on that side)."""

    value: float
    low: float = NAN
    high: float = NAN


def share(yes: int, count: int) -> Found:
    """A share with Wilson's interval; `count` is at least 1."""
    value, square = yes / count, Z**2 / count
    middle = (value + square / 2) / (1 + square)
    half = Z * np.sqrt(value * (1 - value) / count + square / count / 4) / (1 + square)
    return Found(value, float(middle - half) if yes else 0.0, float(middle + half) if yes < count else 1.0)


def mean(values: Floats) -> Found:
    """A mean with Student's interval; of one value without."""
    count = len(values)
    if count < 2:
        return Found(float(np.mean(values)))
    half = float(stdtrit(count - 1, ABOVE) * np.std(values, ddof=1) / np.sqrt(count))
    value = float(np.mean(values))
    return Found(value, value - half, value + half)


def median(values: Floats) -> Found:
    """A median between the ordered values that hold it with at least 95%; without ends where too few do."""
    count, ordered = len(values), np.sort(values)
    below = int(np.floor(bdtrik(BELOW, count, 0.5))) if 0.5**count < BELOW else -1  # P(as many or fewer lie below)
    if below < 0:
        return Found(float(np.median(values)))
    return Found(float(np.median(values)), float(ordered[below]), float(ordered[count - 1 - below]))


def rate(count: int, per: float) -> Found:
    """Events over the time in which they were counted, with the exact interval of a Poisson number."""
    low = float(gammaincinv(count, BELOW)) if count else 0.0
    return Found(count / per, low / per, float(gammaincinv(count + 1, ABOVE)) / per)
