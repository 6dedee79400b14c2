"""What homes cost to run, and what they earn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.core.streams import uniform
from marketsim.market.authorities import Authorities
from marketsim.market.homes import LOCAL_AUTHORITY, PRIVATE, SECTORS, Homes
from marketsim.market.market import Market
from marketsim.scenario.schema import Providers

PLACES_AT_COST = 4.0  # size of home for which running costs are given


class Prices(NamedTuple):
    """What a place costs that stands empty and one that is staffed (both over the unit cost), and the index by which
    unit costs have risen."""

    fixed: float
    staffed: float
    cost_index: float


def prices(market: Market) -> Prices:
    """What running costs are made of this week."""
    providers = market.scenario.providers
    planned = float(providers.fixed_cost_share * providers.planned_occupancy)
    return Prices(float(providers.fixed_cost_share), planned, float(market.cost_index))


def above_fixed(market: Market) -> Floats:
    """What a resident costs beyond the fixed cost of a place, by need band (over the unit cost)."""
    scenario = market.scenario
    return scenario.need.cost_by_need.array() - scenario.providers.fixed_cost_share


def books(market: Market, received: Floats, needs: Floats) -> tuple[Floats, Floats]:
    """Weekly revenue and running cost of each home (GBP); `received` and `needs` as in `census.Fees`.

    Revenue: fees of residents, what is paid for places beside them, retainers for held places that stand empty. Cost:
    fixed for the places that are planned and staffed, variable with need; at planned occupancy it is the unit cost per
    resident. Blocked places are not staffed and cost nothing.
    """
    homes, holdings, of = market.homes, market.holdings, prices(market)
    retainers = np.bincount(holdings.home, weights=holdings.empty() * holdings.retainer, minlength=len(homes))
    staffed = np.maximum(homes.places - homes.blocked, homes.occupied) * homes.in_market(market.week)
    return retainers + received, homes.unit_cost * of.cost_index * (of.staffed * staffed + needs)


def place_cost(seed: int, homes: Homes, authorities: Authorities, providers: Providers, rows: Ints) -> Floats:
    """Running cost per resident of middling need at planned occupancy (GBP/week), for some homes: by sector, house
    price of the area, size, and luck of the home."""
    by_sector = np.full(len(SECTORS), providers.cost_voluntary, dtype=np.float64)
    by_sector[[PRIVATE, LOCAL_AUTHORITY]] = providers.cost_private, providers.cost_local_authority
    luck = 2 * uniform(seed, "unit cost", homes.key[rows]) - 1
    local = local_cost(authorities, providers)[homes.authority[rows]] * size_cost(homes.places[rows], providers)
    return np.asarray(by_sector[homes.sector[rows]] * local * (1 + providers.cost_spread * luck))


def size_cost(places: Ints | float, providers: Providers) -> Floats:
    """Factor on the cost of a place by the size of the home: a manager and a night shift are needed in every one."""
    return np.asarray((np.asarray(places) / PLACES_AT_COST) ** -providers.cost_size_elasticity)


def local_cost(authorities: Authorities, providers: Providers) -> Floats:
    """Factor on running cost by house price, for each area."""
    return np.asarray(1 + providers.cost_house_price_elasticity * authorities.dearness)
