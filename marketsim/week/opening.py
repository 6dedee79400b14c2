"""Homes open where they pay for the house, wait for registration and a manager, and close when they lose money."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints, Keys
from marketsim.core.compiling import compiled
from marketsim.core.luck import luck_of, mixed
from marketsim.core.streams import beginning, beginnings, key, name_key, uniform
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.census import in_groups
from marketsim.market.homes import GOOD, HEALTH, INADEQUATE, LOCAL_AUTHORITY, NEVER, PRIVATE, SECTORS, VOLUNTARY, Homes
from marketsim.purchasing.arrangement import Market
from marketsim.week.providers import last_resort, wanted_asks, wanted_fees
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
        later = np.ones(len(self.plans), dtype=np.bool_)
        later[due] = False
        self.plans = self.plans.of(np.flatnonzero(later))
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
    homes = np.count_nonzero(market.homes.is_open(market.week))
    yearly = market.scenario.providers.managers_per_year * float(homes)
    pipeline.managers += yearly * MONTH_WEEKS / WEEKS_PER_YEAR + closed
    pipeline.managers = min(pipeline.managers, max(MANAGERS_KEPT * yearly, 1.0))


def planned_share(market: Market, pipeline: Pipeline) -> float:
    """Homes in the pipeline, of those that are open."""
    return len(pipeline.plans) / max(float(market.homes.in_market(market.week).sum()), 1.0)


def plan_homes(market: Market, seed: int, pipeline: Pipeline, pressure_by_area: Floats, week: int) -> None:
    """Every quarter homes are planned: private ones where they pay, others at their observed rate where they are."""
    providers, areas = market.scenario.providers, market.authorities
    expected = _count_open(market.homes.table, market.week, len(areas)).astype(np.float64)
    expected[[VOLUNTARY, HEALTH]] *= providers.openings_voluntary
    expected[LOCAL_AUTHORITY] *= providers.openings_local_authority
    expected[PRIVATE] = _private_plans(market, pressure_by_area, planned_share(market, pipeline))
    expected /= QUARTERS_PER_YEAR
    luck = beginnings(seed, ("number of plans", "site", "planned home"))
    sector, area, keys = _planned(expected, expected.sum(axis=1), luck, np.uint64(week % 2**64))
    _register(market, seed, pipeline, sector, area, keys, week, 0)


@compiled
def _count_open(homes: Homes, week: int, areas: int) -> Ints:
    """Homes registered in `week`, by sector and area."""
    homes, number = homes.columns, np.zeros((len(SECTORS), areas), dtype=np.int64)
    for home in range(len(homes.sector)):
        if homes.opened_week[home] <= week < homes.closed_week[home]:
            number[homes.sector[home], homes.authority[home]] += 1
    return number


def plan_own_homes(market: Market, seed: int, pipeline: Pipeline, area: Ints, places: int) -> None:
    """Authorities plan homes of their own by policy, one for each entry of `area`."""
    number = np.arange(len(area))
    keys = key(seed, np.uint64(name_key("own home by policy")), market.week, number)
    sector = np.full(len(area), LOCAL_AUTHORITY)
    _register(market, seed, pipeline, sector, area, keys, market.week, places)


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
    margin, full = np.full(len(areas), providers.floor_margin), np.clip(occupancy, 0, 1) ** providers.occupancy_power
    fee = wanted_fees(cost, margin, pressure_by_area, np.full(len(areas), full), last_resort(market))
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


@compiled
def _planned(expected: Floats, total: Floats, luck: Keys, week: np.uint64) -> tuple[Ints, Ints, Keys]:
    """Draw how many homes of each sector are planned this quarter, and where; with their sectors, areas and keys.

    `expected` is by sector and area, `total` its sums by sector; `luck` begins with a key for the number of plans, the
    site, and the identity of a home.
    """
    count = np.zeros(len(expected), dtype=np.int64)
    for sector in range(len(expected)):
        count[sector] = int(total[sector] + luck_of(mixed(mixed(luck[0, 0], np.uint64(sector)), week)))
    sectors, areas = np.empty(count.sum(), dtype=np.int64), np.empty(count.sum(), dtype=np.int64)
    keys, plan = np.empty(count.sum(), dtype=np.uint64), 0
    for sector in range(len(expected)):
        if count[sector] == 0 or total[sector] <= 0:
            continue
        cumulated = np.cumsum(expected[sector]) / total[sector]
        site = mixed(mixed(luck[1, 0], np.uint64(sector)), week)
        who = mixed(mixed(luck[2, 0], np.uint64(sector)), week)
        for number in range(count[sector]):
            drawn = np.searchsorted(cumulated, luck_of(mixed(site, np.uint64(number))), side="right")
            sectors[plan], areas[plan] = sector, min(drawn, len(cumulated) - 1)
            keys[plan] = mixed(who, np.uint64(number))
            plan += 1
    return sectors[:plan], areas[:plan], keys[:plan]


def _register(
    market: Market, seed: int, pipeline: Pipeline, sector: Ints, area: Ints, keys: Keys, week: int, places: int
) -> None:
    """Homes enter the pipeline with the time that registration will take."""
    least, most = market.scenario.providers.registration_weeks_least, market.scenario.providers.registration_weeks_most
    weeks = least + (uniform(seed, "registration", keys) * (most - least + 1)).astype(np.int64)
    pipeline.plans.add(Plans(week + weeks, area, sector, np.full(len(area), places), keys))


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


def ask_like_neighbours(market: Market, rows: Ints, pressure_by_area: Floats) -> None:
    """New homes start with the fee that they would like."""
    market.homes.ask[rows] = market.homes.accepted[rows] = wanted_asks(market, pressure_by_area, rows)


def _owners(market: Market, seed: int, plans: Plans) -> Ints:
    """The authority for own homes; else a provider drawn from the homes of the sector in the area, or in the country if
    there is none; a newcomer where the sector has none at all."""
    luck = uniform(seed, "owner of new home", plans.key)
    in_market, areas = market.homes.in_market(market.week), len(market.authorities)
    return _draw_owners(market.homes.table, in_market, plans.sector, plans.area, luck, areas)


@compiled
def _draw_owners(homes: Homes, in_market: Bools, sector: Ints, area: Ints, luck: Floats, areas: int) -> Ints:
    """Provider of each plan: that of a home of its sector, drawn by `luck` from those in its area, if any."""
    homes, owners = homes.columns, area.copy()
    local, begins_local = in_groups(homes.sector * areas + homes.authority, in_market, len(SECTORS) * areas)
    anywhere, begins = in_groups(homes.sector, in_market, len(SECTORS))
    for plan in range(len(owners)):
        if sector[plan] == LOCAL_AUTHORITY:
            continue
        group = sector[plan] * areas + area[plan]
        first, last, candidates = begins_local[group], begins_local[group + 1], local
        if first == last:
            first, last, candidates = begins[sector[plan]], begins[sector[plan] + 1], anywhere
        if first == last:
            owners[plan] = homes.provider.max() + 1  # a newcomer
        else:
            owners[plan] = homes.provider[candidates[first + int(luck[plan] * (last - first))]]
    return owners


def closing_homes(market: Market, seed: int) -> Ints:
    """Rows of the homes that close this quarter: some for reasons other than money, more of those that lose money or
    are rated inadequate. An authority doesn't close an own home for what it loses."""
    providers = market.scenario.providers
    usual = np.empty(len(SECTORS))
    usual[[PRIVATE, LOCAL_AUTHORITY]] = providers.closings_per_year, providers.closings_local_authority
    usual[[VOLUNTARY, HEALTH]] = providers.closings_voluntary
    hazards = Hazards(usual, providers.closings_if_losing, market.scenario.ratings.closings_if_inadequate)
    start, in_market = beginning(seed, "closing"), market.homes.in_market(market.week)
    return _closing(market.homes.table, in_market, hazards, start, market.week, market.cost_index)


class Hazards(NamedTuple):
    """Closings a year: usual ones by sector, and on top those of homes that lose their full cost and of inadequate
    ones."""

    usual: Floats
    losing: float
    inadequate: float


@compiled
def _closing(homes: Homes, in_market: Bools, hazards: Hazards, start: np.uint64, week: int, cost_index: float) -> Ints:
    """Rows of the homes whose luck in the quarter lies below their hazard."""
    homes, rows, count = homes.columns, np.empty(len(in_market), dtype=np.int64), 0
    for home in range(len(in_market)):
        if not in_market[home]:
            continue
        sector = homes.sector[home]
        full_cost = max(homes.unit_cost[home] * cost_index * homes.places[home], 1.0)
        losing = min(max(-homes.recent_profit[home] / full_cost, 0.0), 1.0) * (sector != LOCAL_AUTHORITY)
        a_year = hazards.usual[sector] + hazards.losing * losing
        hazard = (a_year + hazards.inadequate * (homes.rating[home] == INADEQUATE)) / QUARTERS_PER_YEAR
        if luck_of(mixed(mixed(start, homes.key[home]), np.uint64(week))) < hazard:
            rows[count] = home
            count += 1
    return rows[:count].copy()


def close(homes: Homes, rows: Ints, week: int) -> None:
    """Homes leave the market; their residents must have been moved out."""
    homes.set(rows, closed_week=week)
