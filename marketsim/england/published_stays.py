"""How long placements last in England, from the published bands of those that ended."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats
from marketsim.core.units import DAYS_PER_WEEK
from marketsim.england.figures import distribution

# Limits of the published bands in days; the last band is open and taken to end after eight years (assumption).
BAND_LIMITS = np.array([1.0, 8.0, 30.4, 91.3, 182.6, 365.25, 730.5, 1826.25, 2922.0])
POINTS_PER_BAND = 400


def published_stays(growth_per_week: float) -> tuple[Floats, Floats]:
    """Stays in weeks, rising, and the weight of each among placements that start; the weights add up to 1.

    The bands of endings in 2023/24, evenly spread on a log scale within each band. In a stock that grows by g a week,
    endings of length s are rarer than starts of that length by exp(-g s), so the weights of starts are those of endings
    times exp(g s).
    """
    middle = (np.arange(POINTS_PER_BAND) + 0.5) / POINTS_PER_BAND
    low, high = np.log(BAND_LIMITS[:-1]), np.log(BAND_LIMITS[1:])
    days = np.exp(low[:, None] + (high - low)[:, None] * middle[None, :]).ravel()
    shares = np.repeat(list(distribution("stay_band").values()), POINTS_PER_BAND) / POINTS_PER_BAND
    weeks = days / DAYS_PER_WEEK
    weights = shares * np.exp(growth_per_week * weeks)
    return weeks, weights / weights.sum()
