"""Providers: what they ask, whom they would take, which places they can staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from marketsim.accounts import books, fees
from marketsim.columns import Bools, Floats, Ints
from marketsim.compiling import compiled
from marketsim.homes import LOCAL_AUTHORITY, PRIVATE, SECTORS, Homes
from marketsim.purchasing.arrangement import Market
from marketsim.scenario.schema import Providers
from marketsim.streams import uniform

if TYPE_CHECKING:
    from marketsim.model import MarketModel


LARGE_FROM_HOMES = 10  # design section 2


class Provider(mesa.Agent):
    """One organisation; its homes are rows of the home columns. Providers numbered below the count of authorities
    are the authorities as providers of their own homes."""

    model: MarketModel

    def __init__(self, model: MarketModel, number: int) -> None:
        super().__init__(model)
        self.number = number

    @property
    def homes(self) -> Ints:
        """Rows of its open homes."""
        homes = self.model.market.homes
        return np.flatnonzero((homes.provider == self.number) & homes.is_open(self.model.market.week))

    @property
    def sector(self) -> str | None:
        """`private`, `voluntary`, `local_authority` or `health`; None without homes."""
        rows = self.homes
        return SECTORS[self.model.market.homes.sector[rows[0]]] if len(rows) else None


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

    Fee = cost of the child + the home's margin, which is what it asks for a child of middling need over its cost. No
    more than the last resort costs, since no authority pays more.
    """
    ratio = market.scenario.need.cost_by_need.array()
    cost = market.homes.unit_cost * market.cost_index
    market.costs = cost[:, None] * ratio[None, :]
    most = market.scenario.unregistered.weekly_cost * market.cost_index
    market.quotes = np.minimum(market.costs + (market.homes.ask - cost)[:, None], most)


def pressure(market: Market, searching: Floats) -> Floats:
    """Pressure on fees by area (0-1): S / (S + half x V), with the children searching (S) and the free places (V)
    within reach; 0 with places in plenty, 1 without a free place."""
    areas, providers = market.authorities, market.scenario.providers
    free = np.bincount(market.homes.authority, weights=market.free(), minlength=len(areas))
    within = (areas.apart <= providers.pressure_reach_miles).astype(np.float64)
    children, places = within @ searching, within @ free
    felt = children + providers.pressure_half * places
    return np.divide(children, felt, out=np.zeros_like(felt), where=felt > 0)


def wanted_asks(market: Market, pressure_by_area: Floats) -> Floats:
    """The weekly fee that each home would like for a child of middling need; authorities' own homes ask the lower bound
    of `wanted_fee`."""
    homes = market.homes
    pressure_felt = np.where(homes.sector == LOCAL_AUTHORITY, 0.0, pressure_by_area[homes.authority])
    cost = homes.unit_cost * market.cost_index
    return wanted_fee(market, cost, homes.recent_occupancy, pressure_felt, floor_margins(market))


def wanted_fee(
    market: Market, cost: Floats, occupancy: Floats | float, pressure_felt: Floats, floor_margin: Floats | float
) -> Floats:
    """The weekly fee wanted at some cost: between cost with the floor margin and the cost of the last resort, by the
    pressure on the home and by its own occupancy."""
    scenario = market.scenario
    floor = cost * (1 + floor_margin)
    most = np.maximum(scenario.unregistered.weekly_cost * market.cost_index, floor)
    full = np.clip(occupancy, 0, 1) ** scenario.providers.occupancy_power
    return np.asarray(floor + pressure_felt * full * (most - floor))


def floor_margins(market: Market) -> Floats:
    """The least margin over cost that each home asks (share): large groups aim at more than covering their cost,
    voluntary homes at a small surplus."""
    homes, providers = market.homes, market.scenario.providers
    number = np.bincount(homes.provider[homes.is_open(market.week)], minlength=int(homes.provider.max(initial=0)) + 1)
    private = np.where(number[homes.provider] >= LARGE_FROM_HOMES, providers.floor_margin_large, providers.floor_margin)
    return np.select(
        [homes.sector == PRIVATE, homes.sector == LOCAL_AUTHORITY],
        [private, providers.floor_margin],
        providers.floor_margin_voluntary,
    )


def revise_asks(market: Market, pressure_by_area: Floats) -> None:
    """Every 4 weeks: note the home's occupancy and go part of the way to the wanted fee and what was accepted last."""
    homes, providers = market.homes, market.scenario.providers
    staffed = np.maximum(homes.places - homes.blocked - homes.beside, homes.occupied)
    occupancy = homes.occupied / np.maximum(staffed, 1)
    homes.recent_occupancy += providers.occupancy_memory * (occupancy - homes.recent_occupancy)
    weight = np.where(homes.sector == LOCAL_AUTHORITY, 0.0, providers.accepted_weight)
    wanted = (1 - weight) * wanted_asks(market, pressure_by_area) + weight * homes.accepted
    homes.ask += providers.fee_adjustment * (wanted - homes.ask)


def earn(market: Market) -> None:
    """Every 4 weeks: note what each home earns, fees and what is paid for empty places less running cost (GBP/week)."""
    homes = market.homes
    revenue, cost = books(market, fees(market))
    profit = revenue - cost
    homes.recent_profit += market.scenario.providers.occupancy_memory * (profit - homes.recent_profit)


def temper(market: Market, homes: Ints, fee: Floats, eager: Floats) -> None:
    """Lower the factor `eager` on the willingness of homes (n) to take a child, by need band, where the fees (n, 3)
    that they would get leave a loss once the risk of the child is counted."""
    scenario = market.scenario
    risk = scenario.providers.risk_cost * market.cost_index * middle_scores(market)
    own = market.homes.sector == LOCAL_AUTHORITY  # which are not run for a surplus
    _temper(homes, fee, eager, market.costs, risk, own, float(scenario.providers.loss_sensitivity))


@compiled
def _temper(
    homes: Ints, fee: Floats, eager: Floats, costs: Floats, risk: Floats, own: Bools, sensitivity: float
) -> None:
    """By lot and need band: `costs` (homes, 3) and `own` by home, `risk` by band (GBP/week)."""
    for lot in range(len(homes)):
        home = homes[lot]
        if own[home]:
            continue
        for band in range(3):
            cost = costs[home, band]
            loss = cost + risk[band] - fee[lot, band]
            if loss > 0.0:
                eager[lot, band] *= min(max(1.0 - sensitivity * (loss / max(cost, 1.0)), 0.0), 1.0)


def middle_scores(market: Market) -> Floats:
    """The middle of the need scores of each band."""
    upper = np.cumsum(market.need_shares)
    return np.asarray(upper - market.need_shares / 2)


def redraw_blocked(seed: int, homes: Homes, providers: Providers, week: int, all_homes: bool = False) -> None:
    """Decide anew which places cannot be filled, for the homes whose turn it is (each every `blocked_weeks`)."""
    phase = homes.phase(1, providers.blocked_weeks)
    rows = np.flatnonzero((phase == -week % providers.blocked_weeks) | all_homes)
    if len(rows) == 0:
        return
    turn = (week + phase[rows]) // providers.blocked_weeks
    place = np.arange(int(homes.places[rows].max()))
    luck = uniform(seed, "blocked", homes.key[rows][:, None], place[None, :], turn[:, None])
    blocked = (luck < providers.blocked_share) & (place[None, :] < homes.places[rows][:, None])
    homes.blocked[rows] = blocked.sum(axis=1)
