"""Providers: what they ask, whom they would take, which places they can staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import mesa
import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.core.compiling import compiled, compiled_part
from marketsim.core.luck import luck_of, mixed
from marketsim.core.streams import beginning
from marketsim.market.census import Fees, note_profits
from marketsim.market.costs import prices
from marketsim.market.homes import HEALTH, LOCAL_AUTHORITY, PRIVATE, SECTORS, VOLUNTARY, Homes
from marketsim.purchasing.arrangement import Market
from marketsim.scenario.schema import Providers

if TYPE_CHECKING:
    from marketsim.model import MarketModel


LARGE_FROM_HOMES = 10  # design section 2
BLOCKING = 1  # of the things that come round to homes


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


class Choosiness(NamedTuple):
    """Chance of an offer for the least need, what is left of it for the most need (share), the power of need by which
    the logarithm falls, and what each earlier breakdown leaves (share)."""

    least: float
    fall: float
    power: float
    breakdown_caution: float


def choosiness(providers: Providers) -> Choosiness:
    """How choosy providers are under a scenario."""
    least, most = providers.acceptance_least_need, providers.acceptance_most_need
    fall = most / least if least > 0 else 0.0
    return Choosiness(float(least), fall, float(providers.acceptance_need_power), float(providers.breakdown_caution))


@compiled
def willingness(of: Choosiness, score: Floats, breakdowns: Ints) -> Floats:
    """Chance that a home with a free place offers it to a child of this need, residents and fee aside.

    The logarithm falls with a power of need from the chance for the least to that for the most need; each earlier
    breakdown makes providers more careful.
    """
    chance = np.empty(len(score))
    for child in range(len(score)):
        chance[child] = of.least * of.fall ** (score[child] ** of.power)
        if breakdowns[child]:
            chance[child] *= of.breakdown_caution ** breakdowns[child]
    return chance


def price(market: Market) -> None:
    """Write this week's running costs and spot fees, by home and need band, into the market.

    Fee = cost of the child + the home's margin, which is what it asks for a child of middling need over its cost. No
    more than the last resort costs, since no authority pays more.
    """
    scenario, homes = market.scenario, market.homes
    ratio = scenario.need.cost_by_need.array()
    market.costs, market.quotes = _prices(homes.unit_cost, homes.ask, ratio, market.cost_index, last_resort(market))


@compiled
def _prices(unit_cost: Floats, ask: Floats, ratio: Floats, index: float, most: float) -> tuple[Floats, Floats]:
    """Costs and quotes (homes, bands): `ratio` is the cost by need band over that of middling need."""
    costs, quotes = np.empty((len(ask), 3)), np.empty((len(ask), 3))
    for home in range(len(ask)):
        cost = unit_cost[home] * index
        for band in range(3):
            costs[home, band] = cost * ratio[band]
            quotes[home, band] = min(costs[home, band] + (ask[home] - cost), most)
    return costs, quotes


def pressure(market: Market, searching: Floats) -> Floats:
    """Pressure on fees by area (0-1): S / (S + half x V), with the children searching (S) and the free places (V)
    within reach; 0 with places in plenty, 1 without a free place."""
    areas, providers = market.authorities, market.scenario.providers
    free = np.bincount(market.homes.authority, weights=market.free(), minlength=len(areas))
    within = areas.within(providers.pressure_reach_miles)
    children, places = within @ searching, within @ free
    felt = children + providers.pressure_half * places
    return np.divide(children, felt, out=np.zeros_like(felt), where=felt > 0)


def wanted_asks(market: Market, pressure_by_area: Floats, rows: Ints | None = None) -> Floats:
    """The weekly fee that homes (those of some rows, or all) would like for a child of middling need; authorities' own
    homes feel no pressure."""
    homes, providers = market.homes, market.scenario.providers
    rows = np.arange(len(homes)) if rows is None else rows
    full = np.clip(homes.recent_occupancy[rows], 0, 1) ** providers.occupancy_power
    margins, most = floor_margins(providers), last_resort(market)
    return _wanted_asks(homes.table, rows, pressure_by_area, full, margins, market.week, market.cost_index, most)


@compiled
def _wanted_asks(
    homes: Homes, rows: Ints, pressure: Floats, full: Floats, margins: Margins, week: int, index: float, most: float
) -> Floats:
    """`full` is by row what the home's occupancy counts, `pressure` by area, `index` turns unit costs into today's."""
    homes = homes.columns
    felt = np.zeros(len(rows))
    for position, home in enumerate(rows):
        if homes.sector[home] != LOCAL_AUTHORITY:
            felt[position] = pressure[homes.authority[home]]
    return wanted_fees(homes.unit_cost[rows] * index, _floor_margins(homes, rows, week, margins), felt, full, most)


@compiled
def wanted_fees(cost: Floats, margin: Floats, felt: Floats, full: Floats, most: float) -> Floats:
    """The weekly fees wanted at some cost: between cost with the floor margin and the cost `most` of the last resort,
    by the pressure that is felt and by how full the home is (a power of its occupancy)."""
    wanted = np.empty(len(cost))
    for home in range(len(cost)):
        floor = cost[home] * (1 + margin[home])
        wanted[home] = floor + felt[home] * full[home] * (max(most, floor) - floor)
    return wanted


def last_resort(market: Market) -> float:
    """What a child in an unregistered setting costs now (GBP/week)."""
    return market.scenario.unregistered.weekly_cost * market.cost_index


class Margins(NamedTuple):
    """The least margin over cost that homes ask (share), by sector, and that of large private groups, which aim at
    more than covering their cost; voluntary homes aim at a small surplus."""

    by_sector: Floats
    large: float


def floor_margins(providers: Providers) -> Margins:
    """The margins that the scenario says."""
    by_sector = np.full(len(SECTORS), providers.floor_margin)
    by_sector[[VOLUNTARY, HEALTH]] = providers.floor_margin_voluntary
    return Margins(by_sector, providers.floor_margin_large)


@compiled_part
def _floor_margins(homes: Homes, rows: Ints, week: int, margins: Margins) -> Floats:
    """The margin of each home of some rows."""
    open_homes = np.zeros(homes.provider.max() + 1, dtype=np.int64)  # by provider
    for home in range(len(homes.provider)):
        open_homes[homes.provider[home]] += homes.opened_week[home] <= week < homes.closed_week[home]
    margin = np.empty(len(rows))
    for position, home in enumerate(rows):
        large = homes.sector[home] == PRIVATE and open_homes[homes.provider[home]] >= LARGE_FROM_HOMES
        margin[position] = margins.large if large else margins.by_sector[homes.sector[home]]
    return margin


def revise_asks(market: Market, pressure_by_area: Floats) -> None:
    """Every 4 weeks: note the home's occupancy and go part of the way to the wanted fee and what was accepted last."""
    homes, providers = market.homes, market.scenario.providers
    _note_occupancy(homes.table, providers.occupancy_memory)
    wanted = wanted_asks(market, pressure_by_area)
    _move_asks(homes.table, wanted, providers.accepted_weight, providers.fee_adjustment)


@compiled
def _note_occupancy(homes: Homes, memory: float) -> None:
    """Recent occupancy moves towards that of the places that are staffed now."""
    homes = homes.columns
    for home in range(len(homes.places)):
        staffed = max(homes.places[home] - homes.blocked[home] - homes.beside[home], homes.occupied[home], 1)
        homes.recent_occupancy[home] += memory * (homes.occupied[home] / staffed - homes.recent_occupancy[home])


@compiled
def _move_asks(homes: Homes, wanted: Floats, accepted_weight: float, adjustment: float) -> None:
    """Asks move towards the `wanted` fees (GBP/week), weighed against those accepted last but in own homes."""
    homes = homes.columns
    for home in range(len(wanted)):
        weight = 0.0 if homes.sector[home] == LOCAL_AUTHORITY else accepted_weight
        aim = (1 - weight) * wanted[home] + weight * homes.accepted[home]
        homes.ask[home] += adjustment * (aim - homes.ask[home])


def earn(market: Market, due: Fees) -> None:
    """Every 4 weeks: note what each home earns, fees and what is paid for empty places less running cost (GBP/week)."""
    homes, memory = market.homes, market.scenario.providers.occupancy_memory
    note_profits(homes.table, market.holdings.table, due, homes.in_market(market.week), prices(market), float(memory))


class Caution(NamedTuple):
    """What the risk of a child costs a home, by need band (GBP/week), and how much less willing a loss makes it."""

    risk: Floats
    loss_sensitivity: float


def caution(market: Market) -> Caution:
    """How careful homes are at today's prices."""
    providers = market.scenario.providers
    risk = providers.risk_cost * market.cost_index * middle_scores(market)
    return Caution(risk, float(providers.loss_sensitivity))


@compiled_part
def temper(of: Caution, cost: float, fee: float, band: int) -> float:
    """What is left of a home's willingness to take a child (0-1), where the fee that it would get leaves a loss once
    the risk of the child is counted; its cost and fee are those of the need band."""
    loss = max(cost + of.risk[band] - fee, 0.0)
    return float(max(1.0 - of.loss_sensitivity * (loss / max(cost, 1.0)), 0.0))


def middle_scores(market: Market) -> Floats:
    """The middle of the need scores of each band."""
    upper = np.cumsum(market.need_shares)
    return np.asarray(upper - market.need_shares / 2)


class Blocking(NamedTuple):
    """The share of places that cannot be filled, for how many weeks it stays with that, and where the luck begins."""

    share: float
    every: int
    begins: np.uint64


def blocking_of(providers: Providers, seed: int) -> Blocking:
    """How places are blocked in a run under the values of a scenario."""
    return Blocking(float(providers.blocked_share), providers.blocked_weeks, beginning(seed, "blocked"))


@compiled
def draw_blocked(homes: Homes, phase: Ints, blocking: Blocking, week: int, all_homes: bool) -> None:
    """Decide anew which places cannot be filled, for all homes or those whose turn it is: each has one every so many
    weeks, `phase` weeks before week 0 for instance. Luck is of the home, the place and the turn."""
    homes, due = homes.columns, -week % blocking.every
    for home in range(len(phase)):
        if all_homes or phase[home] == due:
            turn, blocked = np.uint64((week + phase[home]) // blocking.every), 0
            of_home = mixed(blocking.begins, homes.key[home])
            for place in range(homes.places[home]):
                blocked += luck_of(mixed(mixed(of_home, np.uint64(place)), turn)) < blocking.share
            homes.blocked[home] = blocked
