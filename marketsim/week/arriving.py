"""Who the children are and when they need a home."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Floats, Ints, Keys
from marketsim.core.compiling import Handle, compiled, compiled_part, handle
from marketsim.core.luck import arrived, luck_of, mixed
from marketsim.core.streams import beginning, beginnings, key, name_key, uniform
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.children import COMPLEX, SEVERE, STANDARD, Newcomers
from marketsim.purchasing.arrangement import Authorities, Market
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.schema import Demand, Scenario
from marketsim.world.geometry import scattered

MOST_NEEDS_A_WEEK = 600  # in one authority; above it the Poisson inversion is out of its range
POINT = ("child point radius", "child point angle")
TRAITS = ("need", "age", "sex", "notice", "away on purpose", "displaced from fostering", "place beside")
YOUNGEST, TEN, SIXTEEN, EIGHTEEN = 5, 10, 16, 18


def weekly_growth(demand: Demand, areas: Authorities) -> Floats:
    """Needs of each authority in a week over those of the week before, along the path of its region."""
    by_region = [demand.growth_by_region.get(name, demand.growth_share_per_year) for name in areas.region_names]
    return np.asarray((1 + np.array(by_region)[areas.region]) ** (1 / WEEKS_PER_YEAR))


def weekly_needs(demand: Demand, authorities: Authorities) -> Floats:
    """Expected new needs of each authority in a week of the start, shared out like children in homes then."""
    return demand.level * demand.new_needs_per_year / WEEKS_PER_YEAR * authorities.share_of_children


class Arrivals(NamedTuple):
    """New needs of one kind: how many are `expected` in a week of the start, by authority, and whether they follow the
    path of demand; where the luck of their number begins, and what tells them from other children; and what they are
    drawn by, with the least score of need."""

    areas: Keys
    expected: Floats
    follows_path: bool
    begins: np.uint64
    kind: np.uint64
    odds: Odds
    least_score: float


def arrivals_of(market: Market) -> list[Handle[Arrivals]]:
    """The kinds of new needs under the values of now."""
    scenario, seed, areas = market.scenario, market.seed, market.authorities
    demand, odds = scenario.demand, _odds(scenario, seed, areas)
    usual = beginning(seed, "arrivals"), np.uint64(name_key("child")), odds, 0.0
    kinds = [handle(Arrivals(areas.key, weekly_needs(demand, areas), True, *usual))]
    if demand.extra_complex_per_year > 0:
        extra = demand.extra_complex_per_year / WEEKS_PER_YEAR * areas.share_of_children
        luck = beginning(seed, "extra arrivals"), np.uint64(name_key("extra child"))
        kinds.append(handle(Arrivals(areas.key, extra, False, *luck, odds, scenario.need.share_standard)))
    return kinds


def new_needs(market: Market, kinds: Sequence[Handle[Arrivals]]) -> Newcomers:
    """The children who newly need a home this week.

    A child for whom fostering would be the better match needs no home if a foster home is found.
    """
    every, recovered = [_arrivals(market, kind) for kind in kinds], market.scenario.demand.fostering_recovered
    children = every[0]
    if len(every) > 1:
        children = Newcomers._make(np.concatenate(columns) for columns in zip(*every, strict=True))
    if recovered == 0:
        return children
    kept = ~(children.displaced & (uniform(market.seed, "foster home found", children.key) < recovered))
    return Newcomers._make(column[kept] for column in children)


def _arrivals(market: Market, kind: Handle[Arrivals]) -> Newcomers:
    expected, area, children = _arriving(kind, market.demand_index, market.week)
    if expected > MOST_NEEDS_A_WEEK:
        name = market.authorities.name[area]
        message = f"means {expected:,.0f} new needs a week in {name}; at most {MOST_NEEDS_A_WEEK} can be simulated"
        raise ScenarioError(message, "demand.new_needs_per_year:")
    return children


@compiled
def _arriving(kind: Handle[Arrivals], index: Floats, week: int) -> tuple[float, int, Newcomers]:
    """The children who arrive, as the most that are expected in one authority and its row; nobody if they are too many.

    `index` is new needs by authority over those of the start.
    """
    of = kind.columns
    expected = of.expected * index if of.follows_path else of.expected.copy()
    most = np.argmax(expected)
    few = expected if expected[most] <= MOST_NEEDS_A_WEEK else np.zeros_like(expected)
    rows, keys = _numbered(of, few, np.uint64(week))
    return expected[most], int(most), _drawn(keys, rows, of.odds, of.least_score)


@compiled_part
def _numbered(of: Arrivals, expected: Floats, week: np.uint64) -> tuple[Ints, Keys]:
    """Poisson numbers of children by authority (means up to 600): a row and a key for each child."""
    count = np.empty(len(of.areas), dtype=np.int64)
    for area in range(len(of.areas)):
        count[area] = arrived(luck_of(mixed(mixed(of.begins, of.areas[area]), week)), expected[area])
    rows, keys = np.empty(count.sum(), dtype=np.int64), np.empty(count.sum(), dtype=np.uint64)
    child = 0
    for area in range(len(of.areas)):
        there = mixed(mixed(mixed(np.uint64(0), of.areas[area]), of.kind), week)
        for number in range(count[area]):
            rows[child], keys[child] = area, mixed(there, np.uint64(number))
            child += 1
    return rows, keys


def starting_children(authorities: Authorities, per_authority: Ints, kind: str) -> tuple[Ints, Keys]:
    """Children already there in week 0: the row of their authority, and their identity for luck."""
    rows = np.repeat(np.arange(len(authorities)), per_authority)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(per_authority) - per_authority, per_authority)
    return rows, key(authorities.key[rows], np.uint64(name_key(kind)), number)


def traits(scenario: Scenario, seed: int, authorities: Authorities, rows: Ints, keys: Keys) -> Newcomers:
    """What luck makes of children: need, age, sex, notice, home point, and what they need of a place."""
    return _drawn(keys, rows, _odds(scenario, seed, authorities), 0.0)


class Odds(NamedTuple):
    """What children are drawn by: the discs in which they live by authority (miles), where the luck of their points and
    traits begins, with a key for each of `POINT` and `TRAITS`, and the shares of their traits."""

    x: Floats
    y: Floats
    radius: Floats
    begins: Keys
    shares: Shares


def _odds(scenario: Scenario, seed: int, areas: Authorities) -> Odds:
    return Odds(areas.x, areas.y, areas.radius, beginnings(seed, (*POINT, *TRAITS)), _shares(scenario))


class Shares(NamedTuple):
    """The shares of all children who have a trait; by need band of those beside whom a place should stay empty."""

    standard: float
    severe: float
    under_10: float
    from_16: float
    boys: float
    emergency: float
    away: float
    displaced: float
    beside: Floats


def _shares(scenario: Scenario) -> Shares:
    need = scenario.need
    return Shares(
        need.share_standard,
        need.share_severe,
        need.share_under_10,
        need.share_16_and_over,
        need.share_boys,
        need.emergency_share,
        need.away_share,
        scenario.demand.fostering_displacement,
        need.beside_share.array(),
    )


def bands(score: Floats, share_standard: float, share_severe: float) -> Ints:
    """Need band of a percentile of need."""
    return np.where(score < share_standard, STANDARD, np.where(score < 1 - share_severe, COMPLEX, SEVERE))


_bands = compiled_part(bands)


@compiled
def _drawn(keys: Keys, authority: Ints, odds: Odds, least_score: float) -> Newcomers:
    """Points and traits by luck; need scores are drawn from `least_score` up.

    Fostering would suit children of standard need best, so many of them that their share of all is the one given.
    """
    begins, shares = odds.begins, odds.shares
    east, north = scattered(begins, keys, odds.x[authority], odds.y[authority], odds.radius[authority])
    luck = np.empty((len(TRAITS), len(keys)))
    for trait in range(len(TRAITS)):
        for child in range(len(keys)):
            luck[trait, child] = luck_of(mixed(begins[len(POINT) + trait, 0], keys[child]))
    score = least_score + (1 - least_score) * luck[0]
    band = _bands(score, shares.standard, shares.severe)
    beside = np.empty(len(score))
    for child in range(len(score)):
        beside[child] = shares.beside[band[child]]
    return Newcomers(
        keys,
        authority,
        east,
        north,
        score,
        band,
        _ages(luck[1], shares.under_10, shares.from_16),
        luck[2] < shares.boys,
        luck[3] < shares.emergency,
        luck[4] < shares.away,
        (band == STANDARD) & (luck[5] < shares.displaced / max(shares.standard, 1e-9)),
        luck[6] < beside,
    )


@compiled_part
def _ages(luck: Floats, share_under_10: float, share_16_and_over: float) -> Ints:
    """Ages in whole years: three groups of the shares given, evenly within each."""
    limits = np.array([0.0, share_under_10, 1 - share_16_and_over, 1.0])
    ages = np.array([YOUNGEST, TEN, SIXTEEN, EIGHTEEN])
    whole = np.floor(np.interp(luck, limits, ages))
    return np.asarray(np.minimum(whole, EIGHTEEN - 1).astype(np.int64))
