"""Providers: what they ask, whom they would take, which places they can staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from marketsim.columns import Floats, Ints
from marketsim.homes import LOCAL_AUTHORITY, SECTORS, Homes
from marketsim.purchasing.arrangement import Market
from marketsim.scenario.schema import Providers
from marketsim.streams import key, to_unit, uniform

if TYPE_CHECKING:
    from marketsim.model import MarketModel


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
    apart = np.hypot(areas.x[:, None] - areas.x[None, :], areas.y[:, None] - areas.y[None, :])
    within = (apart <= providers.pressure_reach_miles).astype(np.float64)
    children, places = within @ searching, within @ free
    felt = children + providers.pressure_half * places
    return np.divide(children, felt, out=np.zeros_like(felt), where=felt > 0)


def wanted_asks(market: Market, pressure_by_area: Floats) -> Floats:
    """The weekly fee that each home would like for a child of middling need.

    Between cost with the floor margin and the cost of the last resort, by the pressure in its area and by its own
    occupancy; authorities' own homes ask the lower bound.
    """
    scenario, homes = market.scenario, market.homes
    floor = homes.unit_cost * market.cost_index * (1 + scenario.providers.floor_margin)
    most = np.maximum(scenario.unregistered.weekly_cost * market.cost_index, floor)
    full = np.clip(homes.recent_occupancy, 0, 1) ** scenario.providers.occupancy_power
    tightness = np.where(homes.sector == LOCAL_AUTHORITY, 0.0, pressure_by_area[homes.authority] * full)
    return np.asarray(floor + tightness * (most - floor))


def revise_asks(market: Market, pressure_by_area: Floats) -> None:
    """Every 4 weeks: note the home's occupancy and go part of the way to the wanted fee."""
    homes, providers = market.homes, market.scenario.providers
    staffed = np.maximum(homes.places - homes.blocked, homes.occupied)
    occupancy = homes.occupied / np.maximum(staffed, 1)
    homes.recent_occupancy += providers.occupancy_memory * (occupancy - homes.recent_occupancy)
    homes.ask += providers.fee_adjustment * (wanted_asks(market, pressure_by_area) - homes.ask)


def redraw_blocked(seed: int, homes: Homes, providers: Providers, week: int, all_homes: bool = False) -> None:
    """Decide anew which places cannot be filled, for the homes whose turn it is (each every `blocked_weeks`)."""
    phase = (to_unit(key(homes.key, 1)) * providers.blocked_weeks).astype(np.int64)
    turn = (week + phase) // providers.blocked_weeks
    rows = np.flatnonzero(((week + phase) % providers.blocked_weeks == 0) | all_homes)
    if len(rows) == 0:
        return
    place = np.arange(int(homes.places[rows].max()))
    luck = uniform(seed, "blocked", homes.key[rows][:, None], place[None, :], turn[rows][:, None])
    blocked = (luck < providers.blocked_share) & (place[None, :] < homes.places[rows][:, None])
    homes.blocked[rows] = blocked.sum(axis=1)
