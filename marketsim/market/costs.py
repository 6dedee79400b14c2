"""What the running cost of homes is made of."""

from __future__ import annotations

from marketsim.core.columns import Floats
from marketsim.market.census import Prices
from marketsim.purchasing.arrangement import Market


def cost_above_fixed(market: Market) -> Floats:
    """What a resident costs beyond the fixed cost of a place, by need band (over the unit cost)."""
    scenario = market.scenario
    return scenario.need.cost_by_need.array() - scenario.providers.fixed_cost_share


def prices(market: Market) -> Prices:
    """What running costs are made of this week."""
    providers = market.scenario.providers
    planned = float(providers.fixed_cost_share * providers.planned_occupancy)
    return Prices(float(providers.fixed_cost_share), planned, float(market.cost_index))
