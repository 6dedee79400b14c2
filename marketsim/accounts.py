"""What homes earn and what they cost, week by week."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim.children import PLACED, Children
from marketsim.columns import Bools, Floats
from marketsim.compiling import compiled
from marketsim.homes import Holdings, Homes
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
    scenario = market.scenario
    above_fixed = scenario.need.cost_by_need.array() - scenario.providers.fixed_cost_share
    return _fees(market.children.table, above_fixed, len(market.authorities), len(market.homes))


@compiled
def _fees(children: Children, above_fixed: Floats, authorities: int, homes: int) -> Fees:
    """The same for so many authorities and homes; `above_fixed` is the cost by need band (over the unit cost)."""
    placements, beside = np.zeros(authorities), np.zeros(authorities)
    received, needs = np.zeros(homes), np.zeros(homes)
    for child in range(len(children.state)):
        if children.state[child] == PLACED:
            payer, home = children.authority[child], children.home[child]
            placements[payer] += children.fee[child]
            beside[payer] += children.beside_fee[child]
            received[home] += children.fee[child] + children.beside_fee[child]
            needs[home] += above_fixed[children.band[child]]
    return Fees(placements, beside, received, needs)


def books(market: Market, due: Fees) -> tuple[Floats, Floats]:
    """Weekly revenue and running cost of each home (GBP) at the fees that are due.

    Revenue: fees of residents, what is paid for places beside them, retainers for held places that stand empty. Cost:
    fixed for the places that are planned and staffed, variable with need; at planned occupancy it is the unit cost per
    resident. Blocked places are not staffed and cost nothing.
    """
    homes, providers = market.homes, market.scenario.providers
    fixed = float(providers.fixed_cost_share * providers.planned_occupancy)
    in_market = homes.in_market(market.week)
    return _books(homes.table, market.holdings.table, due, in_market, fixed, float(market.cost_index))


@compiled
def _books(
    homes: Homes, holdings: Holdings, due: Fees, in_market: Bools, fixed: float, cost_index: float
) -> tuple[Floats, Floats]:
    """The same; `fixed` is what a staffed place costs (over the unit cost)."""
    retainers, cost = np.zeros(len(in_market)), np.zeros(len(in_market))
    for row in range(len(holdings.home)):
        empty = max(holdings.places[row] - holdings.used[row], 0)
        retainers[holdings.home[row]] += empty * holdings.retainer[row]
    for home in range(len(cost)):
        staffed = max(homes.places[home] - homes.blocked[home], homes.occupied[home]) if in_market[home] else 0
        cost[home] = homes.unit_cost[home] * cost_index * (fixed * staffed + due.needs[home])
    return due.received + retainers, cost
