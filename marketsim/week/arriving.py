"""Who the children are and when they need a home."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats, Ints, Keys
from marketsim.core.geometry import scatter
from marketsim.core.streams import arrivals, draws, key, name_key, uniform
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.authorities import Authorities
from marketsim.market.children import (
    COMPLEX,
    ONE_TO_ONE,
    SEVERE,
    SHARED,
    SOLO,
    STANDARD,
    TWO_TO_ONE,
    WAITING,
    Newcomers,
)
from marketsim.market.market import Market
from marketsim.market.matching import needs_of
from marketsim.policies import asking_policies
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.schema import Demand, Need, Scenario

MOST_NEEDS_A_WEEK = 600  # in one authority; above it the Poisson inversion is out of its range
TRAITS = (
    "need",
    "age",
    "sex",
    "notice",
    "away on purpose",
    "displaced from fostering",
    "place beside",
    "staff of its own",
    "help with mental health",
)
YOUNGEST, TEN, SIXTEEN, EIGHTEEN = 5, 10, 16, 18


def weekly_growth(demand: Demand, areas: Authorities) -> Floats:
    """Needs of each authority in a week over those of the week before, along the path of its region."""
    by_region = [demand.growth_by_region.get(name, demand.growth_share_per_year) for name in areas.region_names]
    return np.asarray((1 + np.array(by_region)[areas.region]) ** (1 / WEEKS_PER_YEAR))


def weekly_needs(demand: Demand, authorities: Authorities) -> Floats:
    """Expected new needs of each authority in a week of the start, shared out like children in homes then, or as own
    data say."""
    return demand.level * demand.new_needs_per_year / WEEKS_PER_YEAR * authorities.share_of_needs


def new_needs(market: Market) -> Newcomers:
    """The children who newly need a home this week: the usual ones, and more of complex and severe need beside.

    A child for whom fostering would be the better match needs no home if a foster home is found; nor does one for whom
    a policy found something else. Raises ScenarioError
    for more children than can be drawn.
    """
    demand, areas = market.scenario.demand, market.authorities
    usual = _expected(market) * asking_policies.more_needs(market)
    children = _arrivals(market, usual, "arrivals", "child", 0.0)
    if demand.extra_complex_per_year > 0:
        extra = demand.extra_complex_per_year / WEEKS_PER_YEAR * areas.share_of_needs
        more = _arrivals(market, extra, "extra arrivals", "extra child", market.scenario.need.share_standard)
        children = Newcomers._make(np.concatenate(columns) for columns in zip(children, more, strict=True))
    if demand.fostering_recovered > 0:
        found = uniform(market.seed, "foster home found", children.key) < demand.fostering_recovered
        children = Newcomers._make(column[~(children.displaced & found)] for column in children)
    return asking_policies.needing_a_home(market, children)


def _expected(market: Market) -> Floats:
    """New needs of the week by the path of each region, or by the forecast that an authority has of its own."""
    demand, areas = market.scenario.demand, market.authorities
    at_start = weekly_needs(demand, areas)
    usual = at_start * market.demand_index
    if areas.recorded is None or areas.recorded.path is None or market.week < 1:
        return usual
    forecast = areas.recorded.path.expected(market.week, at_start / max(demand.level, 1e-9))
    return np.where(np.isnan(forecast), usual, demand.level * forecast)


def prepare(market: Market) -> None:
    """Emergencies for which policies bring time search as planned moves from now on."""
    children = market.children
    if market.policies:
        emergencies = np.flatnonzero((children.state == WAITING) & children.emergency)
        children.set(asking_policies.prepared(market, emergencies), emergency=False)


def _arrivals(market: Market, expected: Floats, decision: str, kind: str, least_score: float) -> Newcomers:
    """Children of a kind, in Poisson numbers of which so many are `expected` by authority."""
    areas, week = market.authorities, market.week
    if expected.max() > MOST_NEEDS_A_WEEK:
        name = areas.name[int(expected.argmax())]
        most = f"at most {MOST_NEEDS_A_WEEK} can be simulated"
        message = f"means {expected.max():,.0f} new needs a week in {name}; {most}"
        raise ScenarioError(message, "demand.new_needs_per_year:")
    count = arrivals(uniform(market.seed, decision, areas.key, week), expected)
    rows = np.repeat(np.arange(len(areas)), count)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    keys = key(areas.key[rows], np.uint64(name_key(kind)), week, number)
    return traits(market.scenario, market.seed, areas, rows, keys, least_score, week)


def starting_children(authorities: Authorities, per_authority: Ints, kind: str) -> tuple[Ints, Keys]:
    """Children already there in week 0: the row of their authority, and their identity for luck."""
    rows = np.repeat(np.arange(len(authorities)), per_authority)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(per_authority) - per_authority, per_authority)
    return rows, key(authorities.key[rows], np.uint64(name_key(kind)), number)


def traits(
    scenario: Scenario, seed: int, areas: Authorities, rows: Ints, keys: Keys, least_score: float = 0.0, week: int = 0
) -> Newcomers:  # fmt: skip
    """What luck makes of children: need (scores are drawn from `least_score` up), age, sex, notice, home point, and
    what they need of a place; `rows` are their authorities. Where those have data of their own, needs, ages, sex and
    notice follow them.

    Fostering would suit children of standard need best, so many of them that their share of all is the one given.
    """
    need, displaced = scenario.need, scenario.demand.fostering_displacement
    luck = dict(zip(TRAITS, draws(seed, TRAITS, keys), strict=True))
    if areas.recorded is not None and least_score == 0:
        luck = areas.recorded.in_week(week, need).luck(need, rows, luck)
    x, y = scatter(seed, "child point", keys, areas.x[rows], areas.y[rows], areas.radius[rows])
    score = need.highest * (least_score + (1 - least_score) * luck["need"])
    band = bands(score, need.share_standard, need.share_severe)
    return Newcomers(
        key=keys,
        authority=rows,
        x=x,
        y=y,
        score=score,
        band=band,
        age=_ages(luck["age"], need.share_under_10, need.share_16_and_over),
        boy=luck["sex"] < need.share_boys,
        emergency=luck["notice"] < need.emergency_share,
        away=luck["away on purpose"] < need.away_share,
        displaced=(band == STANDARD) & (luck["displaced from fostering"] < displaced / max(need.share_standard, 1e-9)),
        needs_beside=luck["place beside"] < need.beside_share.array()[band],
        care=_care(need, luck["staff of its own"], band),
        needs=needs_of(scenario.matching, band, luck["help with mental health"]),
    )


def _care(need: Need, luck: Floats, band: Ints) -> Ints:
    """The staff that children need, from those alone in a home down to those who share."""
    solo, two, one = (
        shares.array()[band] * need.extra_staff_level for shares in (need.solo, need.two_to_one, need.one_to_one)
    )
    return np.where(
        luck < solo,
        SOLO,
        np.where(luck < solo + two, TWO_TO_ONE, np.where(luck < solo + two + one, ONE_TO_ONE, SHARED)),
    )


def bands(score: Floats, share_standard: float, share_severe: float) -> Ints:
    """Need band of a percentile of need."""
    return np.where(score < share_standard, STANDARD, np.where(score < 1 - share_severe, COMPLEX, SEVERE))


def _ages(luck: Floats, share_under_10: float, share_16_and_over: float) -> Ints:
    """Ages in whole years: three groups of the shares given, evenly within each."""
    limits = [0.0, share_under_10, 1 - share_16_and_over, 1.0]
    whole = np.floor(np.interp(luck, limits, [YOUNGEST, TEN, SIXTEEN, EIGHTEEN]))
    return np.asarray(np.minimum(whole, EIGHTEEN - 1).astype(np.int64))
