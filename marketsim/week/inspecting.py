"""Inspection: how homes are judged at the start, and every year in the week of each home."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from marketsim.core.columns import Bools, Floats, Ints, Keys
from marketsim.core.compiling import compiled, compiled_part
from marketsim.core.luck import luck_of, mixed, normal
from marketsim.core.streams import beginning
from marketsim.market.homes import GOOD, INADEQUATE, OUTSTANDING, REQUIRES_IMPROVEMENT, Homes
from marketsim.scenario.schema import Scenario

YEAR_WEEKS = 52
INSPECTION = 2  # of the things that come round to homes
LEAST_LUCK = 1e-12  # of which the normal deviate is finite


class Impressions(NamedTuple):
    """What inspectors see of each home is standard normal: its lasting quality and the luck of the year."""

    quality: Floats
    luck: Floats


class Standards(NamedTuple):
    """How impressions are weighed (quality, luck, and what each breakdown a place above the usual number counts against
    a home), what a home must exceed to be outstanding, good, and not inadequate, and the usual number of breakdowns in
    a year for a child."""

    of_quality: float
    of_luck: float
    of_breakdowns: float
    least: Floats
    usual_breakdowns: float


def standards_of(scenario: Scenario) -> Standards:
    """The standards of a scenario: homes are judged in the published shares when breakdowns are as usual."""
    ratings = scenario.ratings
    least = _least_impressions(ratings.share_outstanding, ratings.share_good, ratings.share_inadequate)
    usual = scenario.demand.breakdown_share * YEAR_WEEKS / max(scenario.stays.mean_weeks, 1.0)
    of_quality, of_luck = np.sqrt(ratings.lasting_share), np.sqrt(1 - ratings.lasting_share)
    return Standards(float(of_quality), float(of_luck), float(ratings.breakdown_effect), least, float(usual))


class Inspectors:
    """They judge every home once a year, in a week of its own.

    All luck of a year is drawn at once, and later only that of new homes.
    """

    def __init__(self, seed: int, homes: Homes) -> None:
        self._seed, self._homes, self._year = seed, homes, 0
        self._seen = Impressions(np.zeros(0), np.zeros(0))

    def judge_all(self, standards: Standards) -> None:
        """Judge all homes of week 0."""
        rows = np.arange(len(self._homes))
        _judge(self._homes.table, rows, np.zeros(len(rows)), self.impressions(0), standards)

    def impressions(self, week: int) -> Impressions:
        """What they see in the year of a week."""
        year = (week - 1) // YEAR_WEEKS + 1
        if year != self._year:
            self._year, self._seen = year, self._seen._replace(luck=np.zeros(0))
        if len(self._seen.luck) < len(self._homes):
            begins = beginning(self._seed, "quality of home"), beginning(self._seed, "inspection")
            self._seen = _seen_too(self._seen, self._homes.key, *begins, year)
        return self._seen


@compiled
def _seen_too(seen: Impressions, keys: Keys, quality: np.uint64, luck: np.uint64, year: int) -> Impressions:
    """The impressions of all homes: those `seen` already, and those of others by where the luck of each begins."""
    all_seen = Impressions(np.empty(len(keys)), np.empty(len(keys)))
    all_seen.quality[: len(seen.quality)], all_seen.luck[: len(seen.luck)] = seen.quality, seen.luck
    for home in range(len(seen.quality), len(keys)):
        all_seen.quality[home] = normal(max(luck_of(mixed(quality, keys[home])), LEAST_LUCK))
    for home in range(len(seen.luck), len(keys)):
        drawn = luck_of(mixed(mixed(luck, keys[home]), np.uint64(year)))
        all_seen.luck[home] = normal(max(drawn, LEAST_LUCK))
    return all_seen


@compiled_part
def inspect(homes: Homes, phase: Ints, in_market: Bools, seen: Impressions, standards: Standards, week: int) -> None:
    """Judge the homes whose yearly inspection falls into this week, by how far their breakdowns lie above the usual
    number; the count of breakdowns begins anew."""
    columns, due = homes.columns, -week % YEAR_WEEKS
    rows, above, count = np.empty(len(phase), dtype=np.int64), np.empty(len(phase)), 0
    for home in range(len(phase)):
        if phase[home] == due and in_market[home] and columns.opened_week[home] < week:
            usual = standards.usual_breakdowns * (columns.occupied[home] / columns.places[home])
            rows[count], above[count] = home, columns.breakdowns[home] / columns.places[home] - usual
            count += 1
    _judge(homes, rows[:count], above, seen, standards)


@compiled
def _judge(homes: Homes, rows: Ints, above: Floats, seen: Impressions, standards: Standards) -> None:
    """Write the judgements of the homes in `rows`, which have had so many breakdowns a place `above` the usual."""
    homes = homes.columns
    for turn, home in enumerate(rows):
        impression = standards.of_quality * seen.quality[home] + standards.of_luck * seen.luck[home]
        impression -= standards.of_breakdowns * above[turn]
        homes.breakdowns[home] = 0
        if impression > standards.least[0]:
            homes.rating[home] = OUTSTANDING
        elif impression > standards.least[1]:
            homes.rating[home] = GOOD
        elif impression > standards.least[2]:
            homes.rating[home] = REQUIRES_IMPROVEMENT
        else:
            homes.rating[home] = INADEQUATE


@lru_cache
def _least_impressions(outstanding: float, good: float, inadequate: float) -> Floats:
    """What a home must exceed to be judged outstanding, good, and not inadequate."""
    return np.asarray(ndtri(np.clip([1 - outstanding, 1 - (outstanding + good), inadequate], 0, 1)))
