"""Homes open where they pay for the house, wait for registration and a manager, and close when they lose money."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from marketsim.agents.provider import wanted_fee
from marketsim.columns import Floats, Ints, Keys
from marketsim.homes import GOOD, HEALTH, INADEQUATE, LOCAL_AUTHORITY, NEVER, PRIVATE, VOLUNTARY, Homes
from marketsim.purchasing.arrangement import Market
from marketsim.streams import key, name_key, uniform
from marketsim.units import WEEKS_PER_YEAR
from marketsim.world.geometry import scatter
from marketsim.world.stock import local_cost, place_cost, size_cost

QUARTER_WEEKS, MONTH_WEEKS = 13, 4
QUARTERS_PER_YEAR = WEEKS_PER_YEAR / QUARTER_WEEKS
MOST_PLANS = 3.0  # times the usual number, however high the return (assumption: banks and builders set a limit)
MANAGERS_KEPT = 0.5  # years of managers' supply that can wait for a home (assumption)


@dataclass
class Plans:
    """Homes that are planned: week of registration, area, sector, places (0: drawn) and identity for luck."""

    opens: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    area: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    sector: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    places: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    key: Keys = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))

    def __len__(self) -> int:
        return len(self.opens)

    def of(self, rows: Ints) -> Plans:
        """Some of the plans."""
        return Plans(self.opens[rows], self.area[rows], self.sector[rows], self.places[rows], self.key[rows])

    def add(self, other: Plans) -> None:
        """More plans."""
        for name in ("opens", "area", "sector", "places", "key"):
            setattr(self, name, np.concatenate([getattr(self, name), getattr(other, name)]))


@dataclass
class Pipeline:
    """Planned homes in the order of registration, and the managers who are free to run one."""

    plans: Plans = field(default_factory=Plans)
    managers: float = 0.0

    def take_due(self, week: int) -> Plans:
        """The homes that open now: registered and with a manager, first come first served."""
        due = np.flatnonzero(self.plans.opens <= week)
        due = due[np.lexsort((self.plans.key[due], self.plans.opens[due]))][: max(int(self.managers), 0)]
        opening = self.plans.of(due)
        self.plans = self.plans.of(np.setdiff1d(np.arange(len(self.plans)), due))
        self.managers -= len(due)
        return opening


def start_pipeline(market: Market, seed: int, pressure_by_area: Floats) -> Pipeline:
    """The homes planned before week 0 as at the prices of week 0, so that openings do not pause at the start."""
    pipeline = Pipeline()
    longest = market.scenario.providers.registration_weeks_most
    for week in range(-(longest // QUARTER_WEEKS) * QUARTER_WEEKS, 0, QUARTER_WEEKS):
        plan_homes(market, seed, pipeline, pressure_by_area, week)
    pipeline.plans = pipeline.plans.of(np.flatnonzero(pipeline.plans.opens > 0))
    return pipeline


def supply_managers(market: Market, pipeline: Pipeline, closed: int) -> None:
    """Every 4 weeks managers become free: newly qualified ones, and those of homes that have closed."""
    homes = float(market.homes.is_open(market.week).sum())
    yearly = market.scenario.providers.managers_per_year * homes
    pipeline.managers += yearly * MONTH_WEEKS / WEEKS_PER_YEAR + closed
    pipeline.managers = min(pipeline.managers, max(MANAGERS_KEPT * yearly, 1.0))


def planned_share(market: Market, pipeline: Pipeline) -> float:
    """Homes in the pipeline, of those that are open."""
    return len(pipeline.plans) / max(float(market.homes.in_market(market.week).sum()), 1.0)


def plan_homes(market: Market, seed: int, pipeline: Pipeline, pressure_by_area: Floats, week: int) -> None:
    """Every quarter homes are planned: private ones where they pay, others at their observed rate where they are."""
    providers, homes, areas = market.scenario.providers, market.homes, market.authorities
    expected = {PRIVATE: _private_plans(market, pressure_by_area, planned_share(market, pipeline))}
    for sector, rate in (
        (VOLUNTARY, providers.openings_voluntary),
        (HEALTH, providers.openings_voluntary),
        (LOCAL_AUTHORITY, providers.openings_local_authority),
    ):
        mine = homes.is_open(market.week) & (homes.sector == sector)
        expected[sector] = np.asarray(rate * np.bincount(homes.authority[mine], minlength=len(areas)))
    for sector, by_area in expected.items():
        _plan(market, seed, pipeline, sector, by_area / QUARTERS_PER_YEAR, week)


def plan_own_homes(market: Market, seed: int, pipeline: Pipeline, area: Ints, places: int) -> None:
    """Authorities plan homes of their own by policy, one for each entry of `area`."""
    number = np.arange(len(area))
    keys = key(seed, np.uint64(name_key("own home by policy")), market.week, number)
    _register(market, seed, pipeline, LOCAL_AUTHORITY, area, keys, market.week, places)


def expected_returns(market: Market, pressure_by_area: Floats, planned: float = 0.0) -> Floats:
    """Yearly surplus of a new home in each area over what the house and setting it up cost (share a year).

    The fee is what a new home would ask there, the occupancy what private homes have been seeing, thinned by part of
    the homes that are `planned` (over those open); the cost is local; house prices rise with costs (assumption).
    """
    providers, areas, homes = market.scenario.providers, market.authorities, market.homes
    cost = providers.cost_private * market.cost_index * local_cost(areas, providers)
    cost *= size_cost(providers.opening_places, providers)
    private = homes.in_market(market.week) & (homes.sector == PRIVATE)
    occupancy = float(homes.recent_occupancy[private].mean()) if private.any() else providers.occupancy_at_start
    occupancy /= 1 + providers.foresight * planned
    fee = wanted_fee(market, cost, occupancy, pressure_by_area, providers.floor_margin)
    fixed = providers.fixed_cost_share
    a_place = occupancy * (fee - (1 - fixed) * cost) - fixed * providers.planned_occupancy * cost
    staffed = providers.opening_places * (1 - providers.blocked_share)
    invested = (areas.house_price + providers.setting_up_cost) * market.cost_index
    return np.asarray(WEEKS_PER_YEAR * staffed * a_place / invested)


def _private_plans(market: Market, pressure_by_area: Floats, planned: float) -> Floats:
    """Private homes planned a year by area: where private homes already are (and a few where children come from), the
    more, the farther the return lies above the least."""
    providers, homes, areas = market.scenario.providers, market.homes, market.authorities
    private = homes.in_market(market.week) & (homes.sector == PRIVATE)
    number = np.bincount(homes.authority[private], minlength=len(areas)).astype(np.float64)
    children = areas.children / max(areas.children.sum(), 1)
    looked_at = (1 - providers.newcomers) * number + providers.newcomers * number.sum() * children
    room = expected_returns(market, pressure_by_area, planned) - providers.return_least
    call = np.clip(room / (providers.return_usual - providers.return_least), 0, MOST_PLANS)
    return np.asarray(providers.openings_per_year * looked_at * call)


def _plan(market: Market, seed: int, pipeline: Pipeline, sector: int, by_area: Floats, week: int) -> None:
    """Draw how many homes of a sector are planned this quarter, and where."""
    total = by_area.sum()
    count = int(total + uniform(seed, "number of plans", sector, week)[0])
    if count == 0 or total <= 0:
        return
    number = np.arange(count)
    site = uniform(seed, "site", sector, week, number)
    area = np.searchsorted(np.cumsum(by_area) / total, site, side="right").clip(max=len(by_area) - 1)
    keys = key(seed, np.uint64(name_key("planned home")), sector, week, number)
    _register(market, seed, pipeline, sector, area, keys, week, 0)


def _register(
    market: Market, seed: int, pipeline: Pipeline, sector: int, area: Ints, keys: Keys, week: int, places: int
) -> None:
    """Homes enter the pipeline with the time that registration will take."""
    least, most = market.scenario.providers.registration_weeks_least, market.scenario.providers.registration_weeks_most
    weeks = least + (uniform(seed, "registration", keys) * (most - least + 1)).astype(np.int64)
    same = np.ones(len(area), dtype=np.int64)
    pipeline.plans.add(Plans(week + weeks, area, same * sector, same * places, keys))


def open_homes(market: Market, seed: int, plans: Plans) -> Ints:
    """Planned homes open with empty places; a private one belongs to a provider of the area. Returns their rows."""
    areas, homes, providers = market.authorities, market.homes, market.scenario.providers
    area = plans.area
    x, y = scatter(seed, "home", plans.key, areas.x[area], areas.y[area], areas.radius[area])
    drawn = np.floor(providers.opening_places + uniform(seed, "new places", plans.key)).astype(np.int64)
    rows = homes.add(
        len(area),
        key=plans.key,
        authority=area,
        provider=_owners(market, seed, plans),
        sector=plans.sector,
        x=x,
        y=y,
        places=np.where(plans.places > 0, plans.places, drawn),
        opened_week=market.week,
        closed_week=NEVER,
        rating=GOOD,
        recent_occupancy=providers.occupancy_at_start,
    )
    homes.unit_cost[rows] = place_cost(seed, homes, areas, providers, rows)
    return rows


def ask_like_neighbours(market: Market, rows: Ints, asks: Floats) -> None:
    """New homes start with the fee that they would like."""
    market.homes.ask[rows] = market.homes.accepted[rows] = asks[rows]


def _owners(market: Market, seed: int, plans: Plans) -> Ints:
    """The authority for own homes; else a provider drawn from the homes of the sector in the area, or in the country if
    there is none; a newcomer where the sector has none at all."""
    homes = market.homes
    luck = uniform(seed, "owner of new home", plans.key)
    owners = plans.area.copy()
    rows = np.flatnonzero(homes.in_market(market.week))
    by_sector = {number: rows[homes.sector[rows] == number] for number in np.unique(plans.sector).tolist()}
    hosts = {number: homes.authority[sector] for number, sector in by_sector.items()}
    for position in np.flatnonzero(plans.sector != LOCAL_AUTHORITY):
        number = int(plans.sector[position])
        sector = by_sector[number]
        local = sector[hosts[number] == plans.area[position]]
        candidates = local if len(local) else sector
        if len(candidates):
            owners[position] = homes.provider[candidates[int(luck[position] * len(candidates))]]
        else:
            owners[position] = homes.provider.max() + 1  # a newcomer
    return owners


def closing_homes(market: Market, seed: int) -> Ints:
    """Rows of the homes that close this quarter: some for reasons other than money, more of those that lose money or
    are rated inadequate. An authority doesn't close an own home for what it loses."""
    homes, scenario = market.homes, market.scenario
    rows = np.flatnonzero(homes.in_market(market.week))
    full_cost = np.maximum(homes.unit_cost[rows] * market.cost_index * homes.places[rows], 1.0)
    losing = np.clip(-homes.recent_profit[rows] / full_cost, 0, 1) * (homes.sector[rows] != LOCAL_AUTHORITY)
    inadequate = homes.rating[rows] == INADEQUATE
    providers = scenario.providers
    usual = np.select(
        [homes.sector[rows] == PRIVATE, homes.sector[rows] == LOCAL_AUTHORITY],
        [providers.closings_per_year, providers.closings_local_authority],
        providers.closings_voluntary,
    )
    a_year = usual + providers.closings_if_losing * losing
    hazard = (a_year + scenario.ratings.closings_if_inadequate * inadequate) / QUARTERS_PER_YEAR
    return np.asarray(rows[uniform(seed, "closing", homes.key[rows], market.week) < hazard])


def close(homes: Homes, rows: Ints, week: int) -> None:
    """Homes leave the market; their residents must have been moved out."""
    homes.set(rows, closed_week=week)
