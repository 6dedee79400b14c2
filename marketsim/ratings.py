"""Inspection: how homes are judged at the start, and every year in the week of each home."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import ndtri

from marketsim.columns import Bools, Floats, Ints, Keys
from marketsim.compiling import compiled
from marketsim.homes import GOOD, INADEQUATE, OUTSTANDING, REQUIRES_IMPROVEMENT, Homes
from marketsim.luck import luck_of, mixed
from marketsim.scenario.schema import Ratings, Scenario
from marketsim.streams import beginning

YEAR_WEEKS = 52
LEAST_LUCK = 1e-12  # of which the normal deviate is finite


def first_ratings(seed: int, homes: Homes, ratings: Ratings) -> None:
    """Judge all homes of week 0."""
    rows, nothing = np.arange(len(homes)), np.zeros(len(homes))
    homes.rating[:] = _judgement(ratings, _impression(seed, homes, rows, nothing.astype(np.int64)), nothing)


def inspect(seed: int, homes: Homes, scenario: Scenario, week: int) -> None:
    """Judge the homes whose yearly inspection falls into this week; the count of breakdowns begins anew."""
    a_year = scenario.demand.breakdown_share * YEAR_WEEKS / max(scenario.stays.mean_weeks, 1.0)
    rows, year, above = _inspected(homes.table, homes.phase(2, YEAR_WEEKS), homes.in_market(week), week, a_year)
    homes.rating[rows] = _judgement(scenario.ratings, _impression(seed, homes, rows, year), above)
    homes.breakdowns[rows] = 0


@compiled
def _inspected(homes: Homes, phase: Ints, in_market: Bools, week: int, a_year: float) -> tuple[Ints, Ints, Floats]:
    """Rows of the homes whose turn it is, the number of the inspection, and the breakdowns by place above the usual
    number, which is `a_year` for a child."""
    homes = homes.columns
    rows, count, due = np.empty(len(phase), dtype=np.int64), 0, -week % YEAR_WEEKS
    for home in range(len(phase)):
        if phase[home] == due and in_market[home] and homes.opened_week[home] < week:
            rows[count] = home
            count += 1
    rows = rows[:count].copy()
    year, above = np.empty(count, dtype=np.int64), np.empty(count)
    for turn, row in enumerate(rows):
        year[turn] = (week + phase[row]) // YEAR_WEEKS
        usual = a_year * (homes.occupied[row] / homes.places[row])
        above[turn] = homes.breakdowns[row] / homes.places[row] - usual
    return rows, year, above


def _impression(seed: int, homes: Homes, rows: Ints, year: Ints) -> Floats:
    """What inspectors see, standard normal (2, n): the home's lasting quality and the luck of the year."""
    lasting, of_year = beginning(seed, "quality of home"), beginning(seed, "inspection")
    return np.asarray(ndtri(_luck(homes.key, rows, year, lasting, of_year)))


@compiled
def _luck(key: Keys, rows: Ints, year: Ints, lasting: np.uint64, of_year: np.uint64) -> Floats:
    """Both as numbers between 0 and 1."""
    luck = np.empty((2, len(rows)))
    for turn, home in enumerate(rows):
        luck[0, turn] = max(luck_of(mixed(lasting, key[home])), LEAST_LUCK)
        luck[1, turn] = max(luck_of(mixed(mixed(of_year, key[home]), np.uint64(year[turn]))), LEAST_LUCK)
    return luck


def _judgement(ratings: Ratings, impression: Floats, above: Floats) -> Ints:
    """Judgements in the published shares when breakdowns are as usual; `above` that they count against a home."""
    least = _least_impressions(ratings.share_outstanding, ratings.share_good, ratings.share_inadequate)
    return _judged(impression, above, ratings.lasting_share, ratings.breakdown_effect, least)


@compiled
def _judged(impression: Floats, above: Floats, lasting_share: float, effect: float, least: Floats) -> Ints:
    """Judgements by home; an impression above `least[0]` means outstanding, and so on."""
    judgement = np.empty(len(above), dtype=np.int64)
    of_lasting, of_year = np.sqrt(lasting_share), np.sqrt(1 - lasting_share)
    for turn in range(len(above)):
        seen = of_lasting * impression[0, turn] + of_year * impression[1, turn] - effect * above[turn]
        if seen > least[0]:
            judgement[turn] = OUTSTANDING
        elif seen > least[1]:
            judgement[turn] = GOOD
        elif seen > least[2]:
            judgement[turn] = REQUIRES_IMPROVEMENT
        else:
            judgement[turn] = INADEQUATE
    return judgement


@lru_cache
def _least_impressions(outstanding: float, good: float, inadequate: float) -> Floats:
    """What a home must exceed to be judged outstanding, good, and not inadequate."""
    return np.asarray(ndtri(np.clip([1 - outstanding, 1 - (outstanding + good), inadequate], 0, 1)))
