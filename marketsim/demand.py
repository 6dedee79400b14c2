"""Who the children are and when they need a home."""

from __future__ import annotations

from typing import Any

import numpy as np

from marketsim.children import COMPLEX, SEVERE, STANDARD
from marketsim.columns import Floats, Ints, Keys
from marketsim.purchasing.arrangement import Authorities
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.schema import Need, Scenario
from marketsim.streams import key, name_key, poisson, uniform
from marketsim.units import WEEKS_PER_YEAR
from marketsim.world.geometry import scatter

MOST_NEEDS_A_WEEK = 600  # in one authority; above it the Poisson inversion is out of its range
YOUNGEST, TEN, SIXTEEN, EIGHTEEN = 5, 10, 16, 18


def weekly_needs(scenario: Scenario, authorities: Authorities, week: int) -> Floats:
    """Expected new needs of each authority in a week, shared out like children in homes at the start."""
    demand = scenario.demand
    weights = authorities.children.astype(np.float64)
    shares = weights / weights.sum() if weights.sum() > 0 else np.full(len(weights), 1 / len(weights))
    growth = (1 + demand.growth_share_per_year) ** (week / WEEKS_PER_YEAR)
    return np.asarray(demand.new_needs_per_year / WEEKS_PER_YEAR * growth * shares)


def arrivals(scenario: Scenario, seed: int, authorities: Authorities, week: int) -> tuple[Ints, Keys]:
    """Children who newly need a home in `week`: the row of their authority, and their identity for luck."""
    expected = weekly_needs(scenario, authorities, week)
    if expected.max() > MOST_NEEDS_A_WEEK:
        name = authorities.name[int(expected.argmax())]
        message = (
            f"means {expected.max():,.0f} new needs a week in {name}; at most {MOST_NEEDS_A_WEEK} can be simulated"
        )
        raise ScenarioError(message, "demand.new_needs_per_year:")
    counts = poisson(seed, "arrivals", expected, authorities.key, week)
    rows = np.repeat(np.arange(len(authorities)), counts)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    return rows, key(authorities.key[rows], np.uint64(name_key("child")), week, number)


def starting_children(authorities: Authorities, per_authority: Ints, kind: str) -> tuple[Ints, Keys]:
    """Children already there in week 0: the row of their authority, and their identity for luck."""
    rows = np.repeat(np.arange(len(authorities)), per_authority)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(per_authority) - per_authority, per_authority)
    return rows, key(authorities.key[rows], np.uint64(name_key(kind)), number)


def traits(scenario: Scenario, seed: int, authorities: Authorities, rows: Ints, keys: Keys) -> dict[str, Any]:
    """Columns that describe children: need, age, sex, notice and home point."""
    need = scenario.need
    x, y = scatter(seed, "child point", keys, authorities.x[rows], authorities.y[rows], authorities.radius[rows])
    score = uniform(seed, "need", keys)
    return {
        "key": keys,
        "authority": rows,
        "x": x,
        "y": y,
        "score": score,
        "band": bands(need, score),
        "age": _ages(need, uniform(seed, "age", keys)),
        "boy": (uniform(seed, "sex", keys) < need.share_boys),
        "emergency": (uniform(seed, "notice", keys) < need.emergency_share),
    }


def bands(need: Need, score: Floats) -> Ints:
    """Need band of a percentile of need."""
    return np.where(
        score < need.share_standard, STANDARD, np.where(score < 1 - need.share_severe, COMPLEX, SEVERE)
    ).astype(np.int64)


def _ages(need: Need, luck: Floats) -> Ints:
    """Ages in whole years: three groups of the shares given, evenly within each."""
    limits = np.array([0, need.share_under_10, 1 - need.share_16_and_over, 1])
    ages = np.array([YOUNGEST, TEN, SIXTEEN, EIGHTEEN])
    return np.asarray(np.minimum(np.floor(np.interp(luck, limits, ages)), EIGHTEEN - 1).astype(np.int64))
