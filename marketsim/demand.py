"""Who the children are and when they need a home."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim.children import COMPLEX, SEVERE, STANDARD, Newcomers
from marketsim.columns import Floats, Ints, Keys
from marketsim.compiling import compiled, compiled_part
from marketsim.luck import arrived, luck_of, mixed
from marketsim.purchasing.arrangement import Authorities, Market
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.schema import Demand, Scenario
from marketsim.streams import beginning, beginnings, key, name_key, uniform
from marketsim.units import WEEKS_PER_YEAR
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


def new_needs(market: Market) -> Newcomers:
    """The children who newly need a home this week.

    A child for whom fostering would be the better match needs no home if a foster home is found.
    """
    scenario, authorities = market.scenario, market.authorities
    demand = scenario.demand
    children = _arrivals(market, "arrivals", weekly_needs(demand, authorities) * market.demand_index, "child")
    if demand.extra_complex_per_year > 0:
        extra = demand.extra_complex_per_year / WEEKS_PER_YEAR * authorities.share_of_children
        more = _arrivals(market, "extra arrivals", extra, "extra child", least_score=scenario.need.share_standard)
        children = Newcomers._make(np.concatenate(columns) for columns in zip(children, more, strict=True))
    if demand.fostering_recovered == 0:
        return children
    fostered = uniform(market.seed, "foster home found", children.key) < demand.fostering_recovered
    kept = ~(children.displaced & fostered)
    return Newcomers._make(column[kept] for column in children)


def _arrivals(market: Market, decision: str, expected: Floats, kind: str, least_score: float = 0.0) -> Newcomers:
    """Children who newly need a home, so many of them `expected` in each authority."""
    authorities, week = market.authorities, market.week
    if expected.max() > MOST_NEEDS_A_WEEK:
        name = authorities.name[int(expected.argmax())]
        message = (
            f"means {expected.max():,.0f} new needs a week in {name}; at most {MOST_NEEDS_A_WEEK} can be simulated"
        )
        raise ScenarioError(message, "demand.new_needs_per_year:")
    arrivals, who = beginning(market.seed, decision), np.uint64(name_key(kind))
    odds = _odds(market.scenario, market.seed, authorities)
    return _newcomers(authorities.key, expected, arrivals, who, week, *odds, least_score)


@compiled
def _newcomers(
    areas: Keys, expected: Floats, arrivals: np.uint64, kind: np.uint64, week: int, discs: Discs, begins: Keys,
    shares: Shares, least_score: float,
) -> Newcomers:  # fmt: skip
    """The children who arrive, and what luck makes of them."""
    rows, keys = _arriving(areas, expected, arrivals, kind, week)
    return _drawn(keys, rows, discs, begins, shares, least_score)


@compiled_part
def _arriving(areas: Keys, expected: Floats, arrivals: np.uint64, kind: np.uint64, week: int) -> tuple[Ints, Keys]:
    """Poisson numbers of children by authority (means up to 600): a row and a key for each child."""
    count, now = np.empty(len(areas), dtype=np.int64), np.uint64(week)
    for area in range(len(areas)):
        count[area] = arrived(luck_of(mixed(mixed(arrivals, areas[area]), now)), expected[area])
    rows, keys = np.empty(count.sum(), dtype=np.int64), np.empty(count.sum(), dtype=np.uint64)
    child = 0
    for area in range(len(areas)):
        there = mixed(mixed(mixed(np.uint64(0), areas[area]), kind), now)
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
    return _drawn(keys, rows, *_odds(scenario, seed, authorities), 0.0)


def _odds(scenario: Scenario, seed: int, authorities: Authorities) -> tuple[Discs, Keys, Shares]:
    """Where children live, where the luck of their points and traits begins, and the shares of their traits."""
    discs = Discs(authorities.x, authorities.y, authorities.radius)
    return discs, beginnings(seed, (*POINT, *TRAITS)), _shares(scenario)


class Discs(NamedTuple):
    """By authority the middle and the radius of the disc in which its children live (miles)."""

    x: Floats
    y: Floats
    radius: Floats


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
def _drawn(keys: Keys, authority: Ints, discs: Discs, begins: Keys, shares: Shares, least_score: float) -> Newcomers:
    """Points and traits by luck, which `begins` with a key for each of `POINT` and `TRAITS`; need scores are drawn from
    `least_score` up.

    Fostering would suit children of standard need best, so many of them that their share of all is the one given.
    """
    east, north = scattered(begins, keys, discs.x[authority], discs.y[authority], discs.radius[authority])
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
