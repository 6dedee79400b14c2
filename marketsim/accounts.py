"""What homes earn and what they cost, week by week."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim.children import PLACED
from marketsim.columns import Floats
from marketsim.counting import sum_fees
from marketsim.homes import PRIVATE
from marketsim.purchasing.arrangement import Market


class Fees(NamedTuple):
    """Sums over the children placed now (GBP/week).

    By authority what it pays for placements and for places beside; by home what it gets for both, and what the needs of
    its residents cost above the fixed cost of a place (over the unit cost).
    """

    placements: Floats
    beside: Floats
    received: Floats
    needs: Floats


def fees(market: Market) -> Fees:
    """What is due for the children placed this week."""
    scenario, children = market.scenario, market.children
    above_fixed = scenario.need.cost_by_need.array() - scenario.providers.fixed_cost_share
    by_authority, by_home = sum_fees(
        children.state == PLACED, children.authority, children.home, children.band, children.fee, children.beside_fee,
        above_fixed, len(market.authorities), len(market.homes),
    )  # fmt: skip
    return Fees(by_authority[0], by_authority[1], by_home[0], by_home[1])


def books(market: Market, due: Fees) -> tuple[Floats, Floats]:
    """Weekly revenue and running cost of each home (GBP) at the fees that are due.

    Revenue: fees of residents, what is paid for places beside them, retainers for held places that stand empty. Cost:
    fixed for the places that are planned and staffed, variable with need; at planned occupancy it is the unit cost per
    resident. Blocked places are not staffed and cost nothing.
    """
    homes, holdings, providers = market.homes, market.holdings, market.scenario.providers
    retainers = np.bincount(holdings.home, weights=holdings.empty() * holdings.retainer, minlength=len(homes))
    staffed = np.maximum(homes.places - homes.blocked, homes.occupied) * homes.in_market(market.week)
    planned = providers.fixed_cost_share * providers.planned_occupancy * staffed
    return due.received + retainers, homes.unit_cost * market.cost_index * (planned + due.needs)


def private_margin(market: Market) -> float:
    """Operating margin of private homes this week (share of revenue); 0 without revenue."""
    private = market.homes.sector == PRIVATE
    revenue, cost = books(market, fees(market))
    earned = float(revenue[private].sum())
    return 1 - float(cost[private].sum()) / earned if earned > 0 else 0.0
