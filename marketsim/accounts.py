"""What homes earn and what they cost, week by week."""

from __future__ import annotations

from marketsim.columns import Floats
from marketsim.counting import Fees, Prices, sum_books
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


def books(market: Market, due: Fees) -> tuple[Floats, Floats]:
    """Weekly revenue and running cost of each home (GBP) at the fees that are due.

    Revenue: fees of residents, what is paid for places beside them, retainers for held places that stand empty. Cost:
    fixed for the places that are planned and staffed, variable with need; at planned occupancy it is the unit cost per
    resident. Blocked places are not staffed and cost nothing.
    """
    homes = market.homes
    return sum_books(homes.table, market.holdings.table, due, homes.in_market(market.week), prices(market))
