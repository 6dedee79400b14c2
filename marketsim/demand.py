"""Who the children are and when they need a home."""

from __future__ import annotations

from typing import Any

import numpy as np

from marketsim.children import COMPLEX, SEVERE, STANDARD
from marketsim.columns import Bools, Floats, Ints, Keys
from marketsim.purchasing.arrangement import Authorities, Market
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.schema import Demand, Need, Scenario
from marketsim.streams import key, name_key, poisson, uniform, uniforms
from marketsim.units import WEEKS_PER_YEAR
from marketsim.world.geometry import scatter

MOST_NEEDS_A_WEEK = 600  # in one authority; above it the Poisson inversion is out of its range
TRAITS = ("need", "age", "sex", "notice", "away on purpose", "displaced from fostering", "place beside")
YOUNGEST, TEN, SIXTEEN, EIGHTEEN = 5, 10, 16, 18


def grow(market: Market) -> None:
    """New needs of each authority grow by a week, along the path of its region."""
    demand, areas = market.scenario.demand, market.authorities
    by_region = [demand.growth_by_region.get(name, demand.growth_share_per_year) for name in areas.region_names]
    market.demand_index *= (1 + np.array(by_region)[areas.region]) ** (1 / WEEKS_PER_YEAR)


def weekly_needs(demand: Demand, authorities: Authorities) -> Floats:
    """Expected new needs of each authority in a week of the start, shared out like children in homes then."""
    return demand.level * demand.new_needs_per_year / WEEKS_PER_YEAR * _shares(authorities)


def new_needs(market: Market) -> tuple[Ints, dict[str, Any]]:
    """The children who newly need a home this week: the rows of their authorities, and the columns that describe them.

    A child for whom fostering would be the better match needs no home if a foster home is found.
    """
    scenario, seed, authorities = market.scenario, market.seed, market.authorities
    demand = scenario.demand
    rows, keys = _arrivals(market, "arrivals", weekly_needs(demand, authorities) * market.demand_index, "child")
    columns = traits(scenario, seed, authorities, rows, keys)
    if demand.extra_complex_per_year > 0:
        extra = demand.extra_complex_per_year / WEEKS_PER_YEAR * _shares(authorities)
        more_rows, more_keys = _arrivals(market, "extra arrivals", extra, "extra child")
        above = scenario.need.share_standard
        more = traits(scenario, seed, authorities, more_rows, more_keys, above)
        rows = np.concatenate([rows, more_rows])
        columns = {name: np.concatenate([columns[name], more[name]]) for name in columns}
    fostered = uniform(seed, "foster home found", columns["key"]) < demand.fostering_recovered
    kept = ~(columns["displaced"] & fostered)
    return rows[kept], {name: column[kept] for name, column in columns.items()}


def _shares(authorities: Authorities) -> Floats:
    weights = authorities.children.astype(np.float64)
    return weights / weights.sum() if weights.sum() > 0 else np.full(len(weights), 1 / len(weights))


def _arrivals(market: Market, decision: str, expected: Floats, kind: str) -> tuple[Ints, Keys]:
    """Children who newly need a home: the row of their authority, and their identity for luck."""
    authorities, week = market.authorities, market.week
    if expected.max() > MOST_NEEDS_A_WEEK:
        name = authorities.name[int(expected.argmax())]
        message = (
            f"means {expected.max():,.0f} new needs a week in {name}; at most {MOST_NEEDS_A_WEEK} can be simulated"
        )
        raise ScenarioError(message, "demand.new_needs_per_year:")
    counts = poisson(market.seed, decision, expected, authorities.key, week)
    rows = np.repeat(np.arange(len(authorities)), counts)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return rows, key(authorities.key[rows], np.uint64(name_key(kind)), week, number)


def starting_children(authorities: Authorities, per_authority: Ints, kind: str) -> tuple[Ints, Keys]:
    """Children already there in week 0: the row of their authority, and their identity for luck."""
    rows = np.repeat(np.arange(len(authorities)), per_authority)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(per_authority) - per_authority, per_authority)
    return rows, key(authorities.key[rows], np.uint64(name_key(kind)), number)


def traits(
    scenario: Scenario, seed: int, authorities: Authorities, rows: Ints, keys: Keys, least_score: float = 0.0
) -> dict[str, Any]:
    """Columns that describe children: need, age, sex, notice, home point, and what they need of a place.

    Need scores are drawn from `least_score` up.
    """
    need = scenario.need
    x, y = scatter(seed, "child point", keys, authorities.x[rows], authorities.y[rows], authorities.radius[rows])
    luck = dict(zip(TRAITS, uniforms(seed, TRAITS, keys), strict=True))
    score = least_score + (1 - least_score) * luck["need"]
    band = bands(need, score)
    return {
        "key": keys,
        "authority": rows,
        "x": x,
        "y": y,
        "score": score,
        "band": band,
        "age": _ages(need, luck["age"]),
        "boy": luck["sex"] < need.share_boys,
        "emergency": luck["notice"] < need.emergency_share,
        "away": luck["away on purpose"] < need.away_share,
        "displaced": _displaced(scenario, band, luck["displaced from fostering"]),
        "needs_beside": luck["place beside"] < need.beside_share.array()[band],
    }


def bands(need: Need, score: Floats) -> Ints:
    """Need band of a percentile of need."""
    return np.where(
        score < need.share_standard, STANDARD, np.where(score < 1 - need.share_severe, COMPLEX, SEVERE)
    ).astype(np.int64)


def _displaced(scenario: Scenario, band: Ints, luck: Floats) -> Bools:
    """Children whom fostering would suit better: of standard need, so many that their share of all is the one given."""
    share = scenario.demand.fostering_displacement / max(scenario.need.share_standard, 1e-9)
    return np.asarray((band == STANDARD) & (luck < share))


def _ages(need: Need, luck: Floats) -> Ints:
    """Ages in whole years: three groups of the shares given, evenly within each."""
    limits = np.array([0, need.share_under_10, 1 - need.share_16_and_over, 1])
    ages = np.array([YOUNGEST, TEN, SIXTEEN, EIGHTEEN])
    return np.asarray(np.minimum(np.floor(np.interp(luck, limits, ages)), EIGHTEEN - 1).astype(np.int64))
