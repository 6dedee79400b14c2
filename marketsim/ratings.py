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
INSPECTION = 2  # of the things that come round to homes
LEAST_LUCK = 1e-12  # of which the normal deviate is finite


def first_ratings(seed: int, homes: Homes, ratings: Ratings) -> None:
    """Judge all homes of week 0."""
    rows, nothing = np.arange(len(homes)), np.zeros(len(homes))
    luck = _luck(homes.table, rows, nothing.astype(np.int64), _luck_begins(seed))
    _judge(homes, rows, luck, nothing, ratings)


def inspect(seed: int, homes: Homes, scenario: Scenario, week: int) -> None:
    """Judge the homes whose yearly inspection falls into this week; the count of breakdowns begins anew."""
    a_year = scenario.demand.breakdown_share * YEAR_WEEKS / max(scenario.stays.mean_weeks, 1.0)
    phase, in_market = homes.phase(INSPECTION, YEAR_WEEKS), homes.in_market(week)
    rows, luck, above = _inspected(homes.table, phase, in_market, week, a_year, _luck_begins(seed))
    _judge(homes, rows, luck, above, scenario.ratings)


@lru_cache
def _luck_begins(seed: int) -> Keys:
    """Where the luck of a home's lasting quality begins, and that of an inspection."""
    return np.array([beginning(seed, "quality of home"), beginning(seed, "inspection")])


@compiled
def _inspected(
    homes: Homes, phase: Ints, in_market: Bools, week: int, a_year: float, begins: Keys
) -> tuple[Ints, Floats, Floats]:
    """Rows of the homes whose turn it is, their luck, and the breakdowns by place above the usual number, which is
    `a_year` for a child."""
    table, homes = homes, homes.columns
    rows, count, due = np.empty(len(phase), dtype=np.int64), 0, -week % YEAR_WEEKS
    for home in range(len(phase)):
        if phase[home] == due and in_market[home] and homes.opened_week[home] < week:
            rows[count] = home
            count += 1
    rows = rows[:count].copy()
    above = np.empty(count)
    for turn, row in enumerate(rows):
        usual = a_year * (homes.occupied[row] / homes.places[row])
        above[turn] = homes.breakdowns[row] / homes.places[row] - usual
    return rows, _luck(table, rows, (week + phase[rows]) // YEAR_WEEKS, begins), above


@compiled
def _luck(homes: Homes, rows: Ints, year: Ints, begins: Keys) -> Floats:
    """The luck of the home and of the year (2, n), as numbers between 0 and 1."""
    key, luck = homes.columns.key, np.empty((2, len(rows)))
    for turn, home in enumerate(rows):
        luck[0, turn] = max(luck_of(mixed(begins[0], key[home])), LEAST_LUCK)
        luck[1, turn] = max(luck_of(mixed(mixed(begins[1], key[home]), np.uint64(year[turn]))), LEAST_LUCK)
    return luck


def _judge(homes: Homes, rows: Ints, luck: Floats, above: Floats, ratings: Ratings) -> None:
    """Judge homes in the published shares when breakdowns are as usual; `above` that they count against a home.

    What inspectors see is standard normal: the home's lasting quality and the luck of the year.
    """
    least = _least_impressions(ratings.share_outstanding, ratings.share_good, ratings.share_inadequate)
    _write_judgements(homes.table, rows, ndtri(luck), above, ratings.lasting_share, ratings.breakdown_effect, least)


@compiled
def _write_judgements(
    homes: Homes, rows: Ints, impression: Floats, above: Floats, lasting_share: float, effect: float, least: Floats
) -> None:
    """Judgements by home; an impression above `least[0]` means outstanding, and so on."""
    homes = homes.columns
    of_lasting, of_year = np.sqrt(lasting_share), np.sqrt(1 - lasting_share)
    for turn, home in enumerate(rows):
        seen = of_lasting * impression[0, turn] + of_year * impression[1, turn] - effect * above[turn]
        homes.breakdowns[home] = 0
        if seen > least[0]:
            homes.rating[home] = OUTSTANDING
        elif seen > least[1]:
            homes.rating[home] = GOOD
        elif seen > least[2]:
            homes.rating[home] = REQUIRES_IMPROVEMENT
        else:
            homes.rating[home] = INADEQUATE


@lru_cache
def _least_impressions(outstanding: float, good: float, inadequate: float) -> Floats:
    """What a home must exceed to be judged outstanding, good, and not inadequate."""
    return np.asarray(ndtri(np.clip([1 - outstanding, 1 - (outstanding + good), inadequate], 0, 1)))
