"""How those who buy together share what is owed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from marketsim.core.columns import Floats
from marketsim.market.market import Market
from marketsim.purchasing.rule import Arrangement


def share_by(arrangement: Arrangement, weights: Floats) -> None:
    """Members' shares follow weights, one for each; equal shares where there are none."""
    if weights.sum() <= 0:
        weights = np.ones(len(arrangement.members))
    arrangement.shares[:] = weights / weights.sum()


def share_by_children(market: Market, arrangement: Arrangement) -> None:
    """By the children whom members had in homes at the start."""
    share_by(arrangement, market.authorities.children[arrangement.members].astype(np.float64))


def share_by_use(market: Market, arrangement: Arrangement) -> None:
    """By the children who live where the arrangement, or what is inside it, placed them."""
    numbers = arrangement.inner or [arrangement.number]
    placed = sum(market.children_placed_through(number) for number in numbers)
    share_by(arrangement, np.asarray(placed, dtype=np.float64)[arrangement.members])


def weights_of(market: Market, arrangement: Arrangement, weights: Mapping[str, float]) -> Floats:
    """The weight of each member, by its name or ONS code; 0 for who has none."""
    areas = market.authorities
    named = (weights.get(areas.name[row], weights.get(areas.code[row], 0.0)) for row in arrangement.members)
    return np.array(list(named), dtype=np.float64)
