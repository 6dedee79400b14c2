"""A small market at the end of a quarter, in which a policy of demand can be asked what it would do."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from marketsim.experiments.run import forget, run
from marketsim.market.children import Newcomers
from marketsim.market.market import Market
from marketsim.model import MarketModel
from marketsim.policies.policy import InForce
from marketsim.scenario.levers import POLICIES, parse_lever
from marketsim.scenario.overlay import laid_over
from marketsim.scenario.schema import Scenario
from marketsim.week import arriving

MEMBERS = np.array([True, False, True, True])
BUSY: dict[str, Any] = {
    "world": {
        "kind": "synthetic", "authorities": 4, "regions": 2, "homes": 90, "places_per_home": 3,
        "children_at_start": 160, "unregistered_at_start": 4,
    },
    "demand": {"new_needs_per_year": 160.0},
    "providers": {"acceptance_most_need": 0.02},
    "purchasing": {
        "arrangements": {"in_house": {"rule": "in_house", "radius_miles": 60.0}, "spot": {"rule": "spot"}},
        "order": ["in_house", "spot"],
    },
}  # fmt: skip


def busy(**sections: Any) -> Scenario:
    """A synthetic market of 90 homes and 160 children, with some sections changed."""
    return Scenario.model_validate(laid_over(BUSY, sections))


@cache
def quarter_end() -> MarketModel:
    """That market after the last week of a quarter; hooks only read it."""
    model = MarketModel(busy(), 1)
    while not (model.market.week > 20 and model.market.ends("quarter")):
        model.step()
    forget(model)
    return model


def put(market: Market, name: str, member: Any = MEMBERS, **fields: Any) -> tuple[Any, InForce]:
    """A policy in force from now on for some authorities, alone: the policy, and what it has in force."""
    policy = parse_lever({"policy": name} | fields, POLICIES)
    on = InForce(name, 0, 1, policy, np.array(member), market.week)
    market.policies = [on]
    return policy, on


def newcomers(market: Market, weeks: int = 40) -> Newcomers:
    """The children who newly need a home in some weeks to come, all at once."""
    now, market.policies, found = market.week, [], []
    for week in range(now + 1, now + 1 + weeks):
        market.week = week
        found.append(arriving.new_needs(market))
    market.week = now
    return Newcomers._make(np.concatenate(columns) for columns in zip(*found, strict=True))


@cache
def without(weeks: int = 78, seed: int = 1) -> pd.DataFrame:
    """The market's weeks without a policy."""
    return run(busy(), seed=seed, weeks=weeks).weekly


def with_policy(name: str, weeks: int = 78, seed: int = 1, **fields: Any) -> pd.DataFrame:
    """The same with a policy."""
    return run(busy(policies={"tried": {"policy": name} | fields}), seed=seed, weeks=weeks).weekly


def by_authority(authority: Any) -> list[int]:
    """How many entries each of the four has."""
    return np.bincount(authority, minlength=4).tolist()
