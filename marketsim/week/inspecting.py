"""Inspection: how homes are judged at the start, and every year on the day of each home."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from marketsim.core.columns import Floats, Ints
from marketsim.core.streams import uniform
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.market import Market
from marketsim.market.matching import residents_fit
from marketsim.week.stays import stay_table

DAYS_PER_YEAR = 365
INSPECTION = 2  # of the things that come round to homes
LEAST_LUCK = 1e-12  # of which the normal deviate is finite


def judge_all(market: Market) -> None:
    """Judge all homes of week 0."""
    rows = np.arange(len(market.homes))
    _judge(market, rows, np.zeros(len(rows)), np.zeros(len(rows)))


def inspect(market: Market) -> None:
    """Judge the homes whose yearly inspection falls into this week, by how far their breakdowns a place lie above the
    usual number, and the fit of their residents below the usual; the count of breakdowns begins anew."""
    homes, scenario, week = market.homes, market.scenario, market.week
    days = np.zeros(DAYS_PER_YEAR, dtype=np.bool_)
    days[market.calendar.days_of_year(week)] = True
    rows = np.flatnonzero(days[homes.phase(INSPECTION, DAYS_PER_YEAR)] & homes.in_market(week))
    rows = rows[homes.opened_week[rows] < week]
    usual = scenario.demand.breakdown_share * WEEKS_PER_YEAR / max(stay_table(scenario.stays).mean_weeks, 1.0)
    places, occupied = homes.places[rows], homes.occupied[rows]
    fit_of = residents_fit(homes, rows, scenario.matching.usual_fit)
    breakdowns = homes.breakdowns[rows] / places - usual * (occupied / places)
    _judge(market, rows, breakdowns, scenario.matching.usual_fit - fit_of)


def _judge(market: Market, rows: Ints, above: Floats, misfit: Floats) -> None:
    """Write the judgements of the homes in `rows`, which have had so many breakdowns a place `above` the usual, and
    whose residents fit so much worse than usual.

    What inspectors see is made of the home's lasting quality and the luck of the day, both standard normal.
    """
    homes, ratings = market.homes, market.scenario.ratings
    keys = homes.key[rows]
    quality = _normal(uniform(market.seed, "quality of home", keys))
    luck = _normal(uniform(market.seed, "inspection", keys, market.week))
    impression = np.sqrt(ratings.lasting_share) * quality + np.sqrt(1 - ratings.lasting_share) * luck
    impression -= ratings.breakdown_effect * above + market.scenario.matching.rating_effect * misfit
    least = _least_impressions(ratings.share_outstanding, ratings.share_good, ratings.share_inadequate)
    homes.rating[rows] = (impression[:, None] <= least).sum(axis=1)  # ratings are numbered from the best
    homes.breakdowns[rows] = 0


def _normal(luck: Floats) -> Floats:
    return np.asarray(ndtri(np.maximum(luck, LEAST_LUCK)))


@lru_cache
def _least_impressions(outstanding: float, good: float, inadequate: float) -> Floats:
    """What a home must exceed to be judged outstanding, good, and not inadequate."""
    least = ndtri(np.clip([1 - outstanding, 1 - (outstanding + good), inadequate], 0, 1))
    return np.asarray(np.minimum.accumulate(least))
