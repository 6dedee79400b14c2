"""Homes open and close: observed yearly rates, moved by margins and by empty places."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from marketsim.accounts import private_margin
from marketsim.agents.provider import wanted_asks
from marketsim.columns import Floats, Ints, Keys
from marketsim.homes import NEVER, PRIVATE, Homes
from marketsim.purchasing.arrangement import Market
from marketsim.streams import key, name_key, uniform
from marketsim.units import WEEKS_PER_YEAR
from marketsim.world.geometry import scatter
from marketsim.world.stock import place_cost

QUARTER_WEEKS = 13
LEAST_CLOSING_WEIGHT = 0.01  # so that a full home can close too (assumption)
QUARTERS_PER_YEAR = WEEKS_PER_YEAR / QUARTER_WEEKS


@dataclass
class Pipeline:
    """Homes that are planned: the week in which each opens, its area and its identity for luck."""

    opens: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    area: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    key: Keys = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    margin_at_start: float = 0.0

    def take_due(self, week: int) -> tuple[Ints, Keys]:
        """Areas and keys of the homes that open now; they leave the pipeline."""
        due = self.opens <= week
        area, keys = self.area[due], self.key[due]
        self.opens, self.area, self.key = self.opens[~due], self.area[~due], self.key[~due]
        return area, keys


def start_pipeline(market: Market, seed: int) -> Pipeline:
    """The homes planned before week 0 at the yearly rate, so that openings do not pause at the start."""
    pipeline = Pipeline(margin_at_start=private_margin(market))
    longest = market.scenario.providers.registration_weeks_most
    for week in range(-(longest // QUARTER_WEEKS) * QUARTER_WEEKS, 0, QUARTER_WEEKS):
        plan_homes(market, seed, pipeline, week)
    kept = pipeline.opens > 0
    pipeline.opens, pipeline.area, pipeline.key = pipeline.opens[kept], pipeline.area[kept], pipeline.key[kept]
    return pipeline


def plan_homes(market: Market, seed: int, pipeline: Pipeline, week: int) -> None:
    """Every quarter new homes are planned: the more, the farther margins lie above the least; at the observed rate at
    the margin of the start."""
    providers, homes = market.scenario.providers, market.homes
    room_at_start = pipeline.margin_at_start - providers.opening_margin
    room = private_margin(market) - providers.opening_margin
    call = float(np.clip(room / room_at_start, 0, 2)) if room_at_start > 0 else float(room > 0)
    expected = providers.openings_per_year / QUARTERS_PER_YEAR * homes.is_open(market.week).sum() * call
    count = int(expected + uniform(seed, "number of plans", week)[0])
    if count == 0:
        return
    number = np.arange(count)
    weight = _site_weights(market)
    site = uniform(seed, "site", week, number)
    area = np.searchsorted(np.cumsum(weight) / weight.sum(), site, side="right").clip(max=len(weight) - 1)
    lead_luck = uniform(seed, "registration", week, number)
    least, most = providers.registration_weeks_least, providers.registration_weeks_most
    pipeline.opens = np.append(pipeline.opens, week + least + (lead_luck * (most - least + 1)).astype(np.int64))
    pipeline.area = np.append(pipeline.area, area)
    pipeline.key = np.append(pipeline.key, key(seed, np.uint64(name_key("planned home")), week, number))


def _site_weights(market: Market) -> Floats:
    """Where companies look: where private homes already are, and where houses are cheap."""
    homes, areas = market.homes, market.authorities
    private = homes.in_market(market.week) & (homes.sector == PRIVATE)
    number = np.bincount(homes.authority[private], minlength=len(areas)).astype(np.float64)
    if number.sum() == 0:
        number = np.ones(len(areas))
    return np.asarray(number * np.median(areas.house_price) / areas.house_price)


def open_homes(market: Market, seed: int, area: Ints, keys: Keys) -> Ints:
    """Planned homes open with empty places, run by providers that already run homes in the area; their rows."""
    areas, homes, providers = market.authorities, market.homes, market.scenario.providers
    x, y = scatter(seed, "home", keys, areas.x[area], areas.y[area], areas.radius[area])
    rows = homes.add(
        len(area),
        key=keys,
        authority=area,
        provider=_owners(market, seed, area, keys),
        sector=PRIVATE,
        x=x,
        y=y,
        places=np.floor(providers.opening_places + uniform(seed, "new places", keys)).astype(np.int64),
        opened_week=market.week,
        closed_week=NEVER,
        recent_occupancy=providers.occupancy_at_start,
    )
    homes.unit_cost[rows] = providers.cost_private * place_cost(seed, homes, areas, providers)[rows]
    return rows


def ask_like_neighbours(market: Market, rows: Ints, pressure_by_area: Floats) -> None:
    """New homes start with the fee that they would like."""
    market.homes.ask[rows] = wanted_asks(market, pressure_by_area)[rows]


def _owners(market: Market, seed: int, area: Ints, keys: Keys) -> Ints:
    """A provider drawn from the private homes of the area; of the country if there is none; else a newcomer."""
    homes = market.homes
    private = np.flatnonzero(homes.in_market(market.week) & (homes.sector == PRIVATE))
    luck = uniform(seed, "owner of new home", keys)
    owners = np.full(len(area), homes.provider.max() + 1)  # a newcomer, where no private provider is left
    if len(private) == 0:
        return owners
    for position, host in enumerate(area):
        local = private[homes.authority[private] == host]
        candidates = local if len(local) else private
        owners[position] = homes.provider[candidates[int(luck[position] * len(candidates))]]
    return owners


def closing_homes(market: Market, seed: int) -> Ints:
    """Rows of the homes that close this quarter: at the yearly rate on average, the emptier the sooner.

    The hazard goes with the cube of the share of places that are empty (assumption): published endings by closure
    (2% of moves from homes, DfE 2024) say that few children live in a home when it closes.
    """
    homes, providers = market.homes, market.scenario.providers
    rows = np.flatnonzero(homes.in_market(market.week))
    if len(rows) == 0:
        return rows
    empty = (1 - homes.occupied[rows] / homes.places[rows]) ** 3 + LEAST_CLOSING_WEIGHT
    hazard = providers.closings_per_year / QUARTERS_PER_YEAR * empty / empty.mean()
    return np.asarray(rows[uniform(seed, "closing", homes.key[rows], market.week) < hazard])


def close(homes: Homes, rows: Ints, week: int) -> None:
    """Homes leave the market; their residents must have been moved out."""
    homes.set(rows, closed_week=week)
