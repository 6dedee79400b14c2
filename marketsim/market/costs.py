"""What homes cost to run, and what they earn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.core.streams import uniform
from marketsim.market import rotas
from marketsim.market.homes import HEALTH, LOCAL_AUTHORITY, SECTORS, VOLUNTARY
from marketsim.market.market import Market
from marketsim.scenario.schema import Scenario


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


def extra_cost(market: Market) -> Floats:
    """What the staff that a child needs for itself costs now, by care (GBP/week)."""
    return rotas.extra_cost(market.scenario.staffing) * market.cost_index


def resident_costs(market: Market, rows: Ints) -> Floats:
    """What the children of some rows cost where they live now (GBP/week): by need, by fit, and for staff of their
    own."""
    children, homes, matching = market.children, market.homes, market.scenario.matching
    home = children.home[rows]
    misfit = matching.cost_effect * (matching.usual_fit - children.fit[rows])
    shared = market.costs[home, children.band[rows]] + market.cost_index * homes.unit_cost[home] * misfit
    return np.asarray(shared + extra_cost(market)[children.care[rows]])


def books(market: Market, received: Floats, needs: Floats, extra: Floats) -> tuple[Floats, Floats]:
    """Weekly revenue and running cost of each home (GBP); `received`, `needs` and `extra` as in `census.Fees`.

    Revenue: fees of residents, what is paid for places beside them, retainers for held places that stand empty. Cost:
    fixed for the places that are planned and staffed, variable with need, and the staff that residents need for
    themselves; at planned occupancy it is the unit cost per resident. Blocked places are not staffed and cost nothing.
    """
    homes, holdings, of = market.homes, market.holdings, prices(market)
    retainers = np.bincount(holdings.home, weights=holdings.empty() * holdings.retainer, minlength=len(homes))
    staffed = np.maximum(homes.places - homes.blocked, homes.occupied) * homes.in_market(market.week)
    return retainers + received, of.cost_index * (homes.unit_cost * (of.staffed * staffed + needs) + extra)


def place_cost(market: Market, rows: Ints) -> Floats:
    """Running cost per resident of middling need at planned occupancy (GBP/week), for some homes: what their rota,
    their house and the rest come to (or the figure that the scenario gives for the sector), and luck of the home."""
    homes, scenario = market.homes, market.scenario
    sector = homes.sector[rows]
    price = market.authorities.house_price[homes.authority[rows]] * (1 - homes.house_paid[rows])
    cost = resident_cost(scenario, sector, homes.places[rows], price)
    luck = 2 * uniform(market.seed, "unit cost", homes.key[rows]) - 1
    return np.asarray(cost * (1 + scenario.providers.cost_spread * luck) * (1 + homes.cost_over[rows]))


def setting_up(market: Market) -> Floats:
    """What the house of a new home and setting it up cost now, by area (GBP); house prices rise with costs
    (assumption)."""
    areas, providers = market.authorities, market.scenario.providers
    return np.asarray((areas.house_price + providers.setting_up_cost) * market.cost_index)


def resident_cost(scenario: Scenario, sector: Ints, places: Ints | float, house_price: Floats) -> Floats:
    """The same without luck, for homes of a sector, size and price of house."""
    providers, staffing = scenario.providers, scenario.staffing
    residents = providers.planned_occupancy * rotas.usable(places, rotas.blocked_share(scenario))
    pay, stated = np.ones(len(SECTORS)), np.full(len(SECTORS), np.nan)
    pay[[VOLUNTARY, HEALTH]], pay[LOCAL_AUTHORITY] = staffing.pay_voluntary, staffing.pay_local_authority
    given = (providers.cost_private, providers.cost_voluntary, providers.cost_local_authority, providers.cost_voluntary)
    for number, cost in enumerate(given):  # in the order of SECTORS
        stated[number] = np.nan if cost is None else cost
    made = rotas.home_cost(staffing, residents, house_price, pay[sector]) / np.maximum(residents, 1e-9)
    return np.where(np.isnan(stated[sector]), made, stated[sector])
