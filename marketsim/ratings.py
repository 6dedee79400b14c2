"""Inspection: how homes are judged at the start, and every year in the week of each home."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from marketsim.columns import Floats, Ints, Keys
from marketsim.homes import GOOD, INADEQUATE, OUTSTANDING, REQUIRES_IMPROVEMENT, Homes
from marketsim.scenario.schema import Ratings, Scenario
from marketsim.streams import uniform

YEAR_WEEKS = 52


def first_ratings(seed: int, homes: Homes, ratings: Ratings) -> None:
    """Judge all homes of week 0."""
    rows = np.arange(len(homes))
    homes.rating[:] = _judgement(ratings, _impression(seed, homes, ratings, rows, np.zeros(len(rows), dtype=np.int64)))


def inspect(seed: int, homes: Homes, scenario: Scenario, week: int) -> None:
    """Judge the homes whose yearly inspection falls into this week; the count of breakdowns begins anew."""
    ratings = scenario.ratings
    phase = homes.phase(2, YEAR_WEEKS)
    rows = np.flatnonzero((phase == -week % YEAR_WEEKS) & homes.in_market(week) & (homes.opened_week < week))
    a_year = scenario.demand.breakdown_share * YEAR_WEEKS / max(scenario.stays.mean_weeks, 1.0)
    usual = a_year * (homes.occupied[rows] / homes.places[rows])
    above = homes.breakdowns[rows] / homes.places[rows] - usual
    impression = _impression(seed, homes, ratings, rows, (week + phase[rows]) // YEAR_WEEKS)
    homes.rating[rows] = _judgement(ratings, impression - ratings.breakdown_effect * above)
    homes.breakdowns[rows] = 0


def _impression(seed: int, homes: Homes, ratings: Ratings, rows: Ints, year: Ints) -> Floats:
    """What inspectors see, standard normal: the home's lasting quality and the luck of the year."""
    lasting = _normal(seed, "quality of home", homes.key[rows])
    luck = _normal(seed, "inspection", homes.key[rows], year)
    return np.asarray(np.sqrt(ratings.lasting_share) * lasting + np.sqrt(1 - ratings.lasting_share) * luck)


def _normal(seed: int, decision: str, *who_and_when: Ints | Keys) -> Floats:
    return np.asarray(ndtri(np.clip(uniform(seed, decision, *who_and_when), 1e-12, 1.0)))


def _judgement(ratings: Ratings, impression: Floats) -> Ints:
    """Judgements in the published shares when breakdowns are as usual."""
    outstanding, good = ratings.share_outstanding, ratings.share_outstanding + ratings.share_good
    least = ndtri(np.clip([1 - outstanding, 1 - good, ratings.share_inadequate], 0, 1))
    return np.select(
        [impression > least[0], impression > least[1], impression > least[2]],
        [OUTSTANDING, GOOD, REQUIRES_IMPROVEMENT],
        INADEQUATE,
    )
