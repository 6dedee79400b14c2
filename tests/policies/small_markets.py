"""A small market in which some policies are in force, and what a year of it looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from marketsim.core.columns import Floats
from marketsim.experiments.run import Watched, run
from marketsim.market.market import Market
from marketsim.model import MarketModel
from marketsim.scenario.schema import Scenario

Small = Callable[..., Scenario]
# Homes open soon and find a manager, so that a short run shows what is planned.
SOON = {"registration_weeks_least": 8, "registration_weeks_most": 16, "managers_per_year": 1.0}


def scenario(small: Small, *policies: dict[str, Any], weeks: int = 100, **sections: Any) -> Scenario:
    """A small market in which some policies are in force."""
    named = {f"policy_{number}": policy for number, policy in enumerate(policies)}
    return small(**{"providers": SOON, "policies": named, "horizon": {"weeks": weeks}} | sections)


@contextmanager
def market_of(small: Small, *policies: dict[str, Any], **more: Any) -> Iterator[tuple[Market, Any, MarketModel]]:
    """The market of week 0, with the first of its policies (if any) in force."""
    with Watched(scenario(small, *policies, **more), 1) as watched:
        market = watched.model.market
        yield market, market.policies[0] if policies else None, watched.model


def last_year(of: Scenario, *columns: str, seeds: tuple[int, ...] = (1, 2)) -> Floats:
    """Means of some columns over the last 52 weeks of runs with some seeds."""
    means = [run(of, seed).weekly[list(columns)].tail(52).mean().to_numpy(dtype=float) for seed in seeds]
    return np.asarray(np.mean(means, axis=0))
