"""Homes whose fee is known, by a list or what is paid there: what they ask, and what they cost so that they ask it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.market.costs import place_cost
from marketsim.market.market import Market
from marketsim.week import providers

ROUNDS = 6
COST_OVER = 0.3, 5.0  # least and most that the cost of such a home is taken to be, over that of its kind (assumption)


def fit_costs(market: Market, ask_anew: Callable[[], None]) -> None:
    """Such homes cost so much more or less than others of their kind that their known fee is what they ask when all
    `ask_anew`."""
    known = _known(market)
    for _ in range(ROUNDS if len(known) else 0):  # a fee isn't in proportion to cost: margins and scarcity come on top
        _cost_more(market, known, market.homes.known_fee[known] / market.homes.ask[known])
        ask_anew()


def keep(market: Market) -> None:
    """After the past has been lived they ask it again, and cost so much more or less for it."""
    homes, known = market.homes, _known(market)
    if len(known) == 0:
        return
    _cost_more(market, known, homes.known_fee[known] / homes.ask[known])
    homes.ask[known] = homes.accepted[known] = homes.known_fee[known]
    providers.price(market)


def _known(market: Market) -> Ints:
    return np.flatnonzero(market.homes.known_fee > 0)


def _cost_more(market: Market, rows: Ints, ratio: Floats) -> None:
    """Homes cost so much more than they did, within COST_OVER of their kind."""
    homes = market.homes
    homes.cost_over[rows] = np.clip((1 + homes.cost_over[rows]) * ratio, *COST_OVER) - 1
    homes.unit_cost[rows] = place_cost(market, rows)
