"""How long placements last, and what is left of those that run in week 0."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy.special import ndtri

from marketsim.core.columns import Floats, Ints
from marketsim.core.units import DAYS_PER_WEEK, WEEKS_PER_YEAR
from marketsim.england.published_stays import published_stays
from marketsim.market.recorded import Lengths, Recorded
from marketsim.scenario.schema import Demand, Stays

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class StayTable:
    """Stays in weeks as a list of lengths with the weight of each among placements that start."""

    lengths: Floats
    weights: Floats
    growth_per_week: float

    @property
    def mean_weeks(self) -> float:
        """Mean stay of a placement that starts."""
        return float(self.lengths @ self.weights)

    def draw(self, luck: Floats) -> Floats:
        """Stays (weeks) of placements that start, one for each number in [0, 1)."""
        return self._at(luck, self.cumulative)

    def draw_running(self, luck: Floats, age_luck: Floats) -> tuple[Floats, Floats]:
        """Weeks gone and weeks left of placements found running at one moment in a stock that grows steadily.

        A stay of length s is found with weight (1 - exp(-g s)) / g; its age is then exponentially weighted towards
        recent starts.
        """
        growth = self.growth_per_week
        if abs(growth) < 1e-9:
            total = self._at(luck, np.cumsum(self.weights * self.lengths))
            return total * age_luck, total * (1 - age_luck)
        total = self._at(luck, np.cumsum(self.weights * -np.expm1(-growth * self.lengths) / growth))
        gone = -np.log1p(age_luck * np.expm1(-growth * total)) / growth
        return gone, total - gone

    def weeks_left(self, gone: Floats, luck: Floats, rounding: Floats) -> Ints:
        """Whole weeks left, at least one, of placements that have lasted `gone` weeks."""
        before = np.concatenate([[0.0], self.cumulative])[np.searchsorted(self.lengths, gone, side="right")]
        left = self._at(np.minimum(before + luck * (1 - before), 1 - 1e-12), self.cumulative) - gone
        return whole_weeks(np.maximum(left, 1.0), rounding)

    @cached_property
    def cumulative(self) -> Floats:
        """The weights added up."""
        return np.cumsum(self.weights)

    def _at(self, luck: Floats, cumulative: Floats) -> Floats:
        position = np.searchsorted(cumulative, luck * cumulative[-1], side="right")
        return np.asarray(self.lengths[np.minimum(position, len(self.lengths) - 1)])


@lru_cache(maxsize=32)
def stay_table(stays: Stays) -> StayTable:
    """The stays of a scenario."""
    growth = np.log1p(stays.growth_tilt_per_year) / WEEKS_PER_YEAR
    if stays.distribution == "fixed":
        return StayTable(np.array([stays.mean_weeks]), np.ones(1), 0.0)
    if stays.distribution == "exponential":
        many = (np.arange(20_000) + 0.5) / 20_000
        return StayTable(-stays.mean_weeks * np.log1p(-many), np.full(20_000, 1 / 20_000), 0.0)
    return StayTable(*published_stays(growth), growth)


def own_table(recorded: Recorded | None) -> StayTable | None:
    """The stays that own data say; None if they say nothing of them."""
    return None if recorded is None or recorded.stays is None else _table_of(recorded.stays)


@lru_cache(maxsize=8)
def _table_of(curve: Lengths) -> StayTable:
    return StayTable(np.array(curve.weeks), np.array(curve.weights), 0.0)


def weeks_elsewhere(demand: Demand, luck: Floats) -> Floats:
    """Weeks that children live in care elsewhere after a home: lognormal with the published median and mean, from which
    the spread of its logarithm follows."""
    return np.asarray(demand.elsewhere_median_weeks * np.exp(_spread_elsewhere(demand) * ndtri(luck)))


def weeks_elsewhere_left(demand: Demand, luck: Floats, age_luck: Floats) -> Floats:
    """Weeks left of children found living there at one moment: long stays are found more often, part is over."""
    median, spread = demand.elsewhere_median_weeks, _spread_elsewhere(demand)
    return np.asarray(median * np.exp(spread**2 + spread * ndtri(luck)) * age_luck)


def _spread_elsewhere(demand: Demand) -> float:
    ratio = demand.elsewhere_mean_weeks / max(demand.elsewhere_median_weeks, 1e-9)
    return float(np.sqrt(2 * np.log(max(ratio, 1.0))))


def season(demand: Demand, start: datetime.date, week: Ints) -> Floats:
    """Factor on breakdowns in weeks of a run from `start`: a cosine over the year, its peak in mid-month."""
    days = (start - datetime.date(start.year, demand.breakdown_peak_month, 15)).days
    return np.asarray(1 + demand.breakdown_season * np.cos(2 * np.pi * (days + DAYS_PER_WEEK * week) / DAYS_PER_YEAR))


def whole_weeks(weeks: Floats, luck: Floats) -> Ints:
    """Round stays to whole weeks, up or down by luck so that the mean is kept; at least one week."""
    return np.maximum(np.floor(weeks + luck).astype(np.int64), 1)
