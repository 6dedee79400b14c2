"""What homes earn and what they cost, week by week."""

from __future__ import annotations

import numpy as np

from marketsim.children import PLACED
from marketsim.columns import Floats
from marketsim.homes import PRIVATE
from marketsim.purchasing.arrangement import Market


def revenue(market: Market) -> Floats:
    """Weekly revenue of each home (GBP): fees of residents, what is paid for places beside them, and retainers for held
    places that stand empty."""
    children, homes, holdings = market.children, market.homes, market.holdings
    placed = children.in_state(PLACED)
    paid = children.fee[placed] + children.beside_fee[placed]
    fees = np.bincount(children.home[placed], weights=paid, minlength=len(homes))
    retainers = np.bincount(holdings.home, weights=holdings.empty() * holdings.retainer, minlength=len(homes))
    return np.asarray(fees + retainers)


def running_cost(market: Market) -> Floats:
    """Weekly running cost of each home (GBP): fixed for the places that are planned and staffed, variable with need.

    At planned occupancy it is the unit cost per resident. Blocked places are not staffed and cost nothing.
    """
    scenario, children, homes = market.scenario, market.children, market.homes
    placed = children.in_state(PLACED)
    above_fixed = scenario.need.cost_by_need.array() - scenario.providers.fixed_cost_share
    residents = np.bincount(children.home[placed], weights=above_fixed[children.band[placed]], minlength=len(homes))
    staffed = np.maximum(homes.places - homes.blocked, homes.occupied) * homes.in_market(market.week)
    planned = scenario.providers.fixed_cost_share * scenario.providers.planned_occupancy * staffed
    return np.asarray(homes.unit_cost * market.cost_index * (planned + residents))


def private_margin(market: Market) -> float:
    """Operating margin of private homes this week (share of revenue); 0 without revenue."""
    private = market.homes.sector == PRIVATE
    earned = float(revenue(market)[private].sum())
    return 1 - float(running_cost(market)[private].sum()) / earned if earned > 0 else 0.0
