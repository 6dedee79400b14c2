"""How providers decide: what they ask, whom they would take, which places they can staff."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.streams import uniform
from marketsim.market import costs, matching, rotas
from marketsim.market.children import OPEN_PLACE, SHARED
from marketsim.market.fit import NEEDS
from marketsim.market.homes import HEALTH, LARGE_FROM_HOMES, LOCAL_AUTHORITY, PRIVATE, SECTORS, VOLUNTARY
from marketsim.market.market import Market
from marketsim.policies import asking_policies
from marketsim.scenario.schema import Providers

NO_PLACE = 1e9  # children on a free place where there is none
LEAST_OCCUPANCY = 0.4  # that anybody plans on (assumption)
BLOCKING = 1  # of the things that come round to homes


def willingness(providers: Providers, score: Floats, breakdowns: Ints) -> Floats:
    """Chance that a home with a free place offers it to a child of this need, residents and fee aside.

    The logarithm falls with a power of need from the chance for the least to that for the most need; each earlier
    breakdown makes providers more careful.
    """
    least, most = providers.acceptance_least_need, providers.acceptance_most_need
    fall = most / least if least > 0 else 0.0
    chance = least * fall ** (score**providers.acceptance_need_power)
    return np.asarray(chance * providers.breakdown_caution**breakdowns)


def price(market: Market) -> None:
    """Write this week's running costs and spot fees, by home and need band, into the market.

    Fee = cost of the child + the home's margin, which is what it asks for a child of middling need over its cost; more
    or less if its provider has decided so. No more than the last resort costs, since no authority pays more; and within
    the limits of policies.
    """
    homes, cost = market.homes, market.homes.unit_cost * market.cost_index
    market.costs = cost[:, None] * market.scenario.need.cost_by_need.array()
    decided = np.asarray(asking_policies.asking_factor(market))[..., None]
    asked = (market.costs + (homes.ask - cost)[:, None]) * decided
    market.quotes = asking_policies.limited_fees(market, np.minimum(asked, way_out(market)[SHARED]))


def last_resort(market: Market) -> float:
    """What a child in an unregistered setting costs now (GBP/week)."""
    return market.scenario.unregistered.weekly_cost * market.cost_index


def extra_fee(market: Market) -> Floats:
    """What providers quote for the staff that a child needs for itself, by care (GBP/week)."""
    margin = asking_policies.margin_on_own_staff(market, market.scenario.providers.bespoke_margin)
    return costs.extra_cost(market) * (1 + margin)


def way_out(market: Market) -> Floats:
    """What the last resort would cost for a child, by care (GBP/week)."""
    return last_resort(market) * market.scenario.unregistered.cost_by_care.array()


def pressure(market: Market, searching: Floats) -> Floats:
    """Pressure on fees (0-1) by area and by what homes take (`Homes.takes_needs`): S / (S + half x V), with the free
    places within reach (V) and the children searching who press on them (S); 0 with places in plenty, 1 without one.

    `searching` is by authority and by what children need. Each presses on all free places within reach, on the fitting
    ones more.
    """
    areas, providers, homes = market.authorities, market.scenario.providers, market.homes
    of_kind = homes.authority * NEEDS + homes.takes_needs
    free = np.bincount(of_kind, weights=market.free(), minlength=len(areas) * NEEDS).reshape(-1, NEEDS)
    within, fitting = areas.within(providers.pressure_reach_miles), matching.left_of_fit(market.scenario.matching)
    children, places = within @ searching, within @ free
    shared_by = places @ fitting
    on_each = np.divide(children, shared_by, out=np.where(children > 0, NO_PLACE, 0.0), where=shared_by > 0)
    per_place = on_each @ fitting.T
    return np.asarray(per_place / (per_place + max(providers.pressure_half, 1e-9)))


def wanted_asks(market: Market, pressure: Floats, rows: Ints | None = None) -> Floats:
    """The weekly fee that homes (those of some rows, or all) would like for a child of middling need; authorities' own
    homes feel no pressure."""
    homes = market.homes
    rows = np.arange(len(homes)) if rows is None else rows
    felt = pressure[homes.authority[rows], homes.takes_needs[rows]]
    felt = np.where(homes.sector[rows] == LOCAL_AUTHORITY, 0.0, felt)
    cost = homes.unit_cost[rows] * market.cost_index
    return wanted_fees(market, cost, _floor_margins(market)[rows], felt, homes.recent_occupancy[rows])


def wanted_fees(market: Market, cost: Floats, margin: Floats, felt: Floats, occupancy: Floats) -> Floats:
    """The weekly fees wanted at some unit cost: what a resident costs at the occupancy that is planned on, and a margin
    over it; on top, where children press, part of the way to what the last resort costs."""
    providers = market.scenario.providers
    planned = providers.planned_occupancy
    at = np.maximum(planned + providers.occupancy_pass_through * (occupancy - planned), LEAST_OCCUPANCY)
    fixed = providers.fixed_cost_share
    floor = cost * (fixed * planned / at + 1 - fixed) * (1 + margin)
    scarcity = felt**providers.scarcity_power
    return np.asarray(floor + scarcity * (np.maximum(last_resort(market), floor) - floor))


def revise_asks(market: Market, pressure: Floats) -> None:
    """Every month: note the home's occupancy and go part of the way to the wanted fee and what was accepted last, but
    in own homes."""
    homes, providers = market.homes, market.scenario.providers
    staffed = np.maximum(np.maximum(homes.places - homes.blocked - homes.beside, homes.occupied), 1)
    seen = homes.occupied / staffed
    homes.recent_occupancy[:] += providers.occupancy_memory * (seen - homes.recent_occupancy)
    weight = np.where(homes.sector == LOCAL_AUTHORITY, 0.0, providers.accepted_weight)
    aim = (1 - weight) * wanted_asks(market, pressure) + weight * homes.accepted
    homes.ask[:] += providers.fee_adjustment * (aim - homes.ask)


def remember_accepted(market: Market, rows: Ints) -> None:
    """Homes remember the fee last accepted for an open place by the children of some rows, in terms of one of middling
    need."""
    children, homes = market.children, market.homes
    rows = rows[children.holding[rows] == OPEN_PLACE]
    home = children.home[rows]
    above_middle = market.costs[home, children.band[rows]] - homes.unit_cost[home] * market.cost_index
    fee = children.fee[rows] - children.extra_fee[rows]
    homes.accepted[home] = _without_decision(market, home, fee, children.asked_fee[rows]) - above_middle


def _without_decision(market: Market, home: Ints, fee: Floats, quote: Floats) -> Floats:
    """What fees would have been if providers had left homes to ask as they would: else what one decides would be added
    anew to what it brought, month after month. Fees below the quote are bounded by something else than the home."""
    decided = np.broadcast_to(np.asarray(asking_policies.asking_factor(market)), len(market.homes))[home]
    return np.asarray(np.where(fee < quote, np.minimum(fee, quote / decided), fee / decided))


def earn(market: Market, received: Floats, needs: Floats, extra: Floats) -> None:
    """Every month: what homes have been earning moves towards what they earn now, revenue less cost (GBP/week).

    `received`, `needs` and `extra` as in `census.Fees`.
    """
    revenue, cost = costs.books(market, received, needs, extra)
    profit = market.homes.recent_profit
    profit[:] += market.scenario.providers.occupancy_memory * ((revenue - cost) - profit)


class Caution(NamedTuple):
    """What the risk of a child costs a home, by need band (GBP/week), and how much less willing a loss makes it."""

    risk: Floats
    loss_sensitivity: float


def caution(market: Market) -> Caution:
    """How careful homes are at today's prices."""
    providers = market.scenario.providers
    risk = providers.risk_cost * market.cost_index * middle_scores(market)
    return Caution(risk, float(providers.loss_sensitivity))


def middle_scores(market: Market) -> Floats:
    """The middle of the need scores of each band."""
    upper = np.cumsum(market.need_shares)
    return np.asarray(upper - market.need_shares / 2)


def draw_blocked(market: Market, all_homes: bool = False) -> None:
    """Decide anew which places cannot be filled, for all homes or those whose turn it is.

    Luck is of the home, the place and the turn.
    """
    homes, providers, week = market.homes, market.scenario.providers, market.week
    phase = homes.phase(BLOCKING, providers.blocked_weeks)
    rows = np.flatnonzero((phase == -week % providers.blocked_weeks) | all_homes)
    places, turn = homes.places[rows], (week + phase[rows]) // providers.blocked_weeks
    home = np.repeat(np.arange(len(rows)), places)
    place = np.arange(len(home)) - (np.cumsum(places) - places)[home]
    luck = uniform(market.seed, "blocked", homes.key[rows][home], place, turn[home])
    share = rotas.blocked_share(market.scenario, market.relative_pay)
    homes.blocked[rows] = np.bincount(home[luck < share], minlength=len(rows))


def _floor_margins(market: Market) -> Floats:
    """The least margin over cost that homes ask (share): large private groups aim at more than covering their cost,
    voluntary homes at a small surplus."""
    homes, providers = market.homes, market.scenario.providers
    by_sector = np.full(len(SECTORS), providers.floor_margin)
    by_sector[[VOLUNTARY, HEALTH]] = providers.floor_margin_voluntary
    return np.where(large(market), providers.floor_margin_large, by_sector[homes.sector])


def large(market: Market) -> Bools:
    """By home: True for those of private providers with at least LARGE_FROM_HOMES open homes."""
    homes = market.homes
    return np.asarray((homes.sector == PRIVATE) & (homes.of_same_provider(market.week) >= LARGE_FROM_HOMES))
