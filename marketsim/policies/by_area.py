"""What policies reckon by area from the market's columns; no policy itself."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Bools, Floats
from marketsim.market.children import PLACED, UNREGISTERED, WAITING
from marketsim.market.market import Market


def in_need(market: Market) -> Floats:
    """Children of each authority who live in a home or look for one."""
    children = market.children
    return _by_authority(market, _searching(market) | (children.state == PLACED))


def living_elsewhere(market: Market) -> Bools:
    """Which children live in a home outside their area though they needn't be away."""
    children = market.children
    placed = (children.state == PLACED) & ~children.away
    return np.asarray(placed & (market.homes.authority[np.where(placed, children.home, 0)] != children.authority))


def unmet_need(market: Market, *, of_fostering: bool = True) -> Floats:
    """Children of each authority who live in homes elsewhere though they needn't, or have none; with those whom
    fostering would suit, or without."""
    children = market.children
    unmet = living_elsewhere(market) | (_searching(market) & ~children.away)
    return _by_authority(market, unmet if of_fostering else unmet & ~children.displaced)


def placed(market: Market) -> Floats:
    """Children of each authority for whom a home was bought, wherever it is."""
    return _by_authority(market, market.children.state == PLACED)


def _searching(market: Market) -> Bools:
    state = market.children.state
    return np.asarray((state == WAITING) | (state == UNREGISTERED))


def _by_authority(market: Market, which: Bools) -> Floats:
    areas = len(market.authorities)
    return np.bincount(market.children.authority[which], minlength=areas).astype(np.float64)
