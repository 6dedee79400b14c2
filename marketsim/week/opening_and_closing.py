"""Homes open where they pay for the house, wait for registration and a manager, and close when they lose money."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from marketsim.core.columns import Floats, Ints, Keys
from marketsim.core.geometry import scatter
from marketsim.core.streams import key, name_key, stream, uniform
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market import matching, rotas
from marketsim.market.children import NO_ROUTE, NOBODY
from marketsim.market.costs import place_cost, resident_cost, setting_up
from marketsim.market.homes import (
    GOOD,
    HEALTH,
    INADEQUATE,
    LOCAL_AUTHORITY,
    NEVER,
    PRIVATE,
    SECTORS,
    VOLUNTARY,
    NewHomes,
)
from marketsim.market.market import Market
from marketsim.policies import asking_policies
from marketsim.policies.policy import Takeovers
from marketsim.purchasing.rule import Arrangement
from marketsim.week.providers import price, wanted_asks, wanted_fees

QUARTERS_PER_YEAR, MONTHS_PER_YEAR = 4, 12
MOST_PLANS = 3.0  # times the usual number, however high the return (assumption: banks and builders set a limit)
AS_USUAL = -1  # what nobody has decided is drawn when a home opens
HALVINGS = 20  # of an interval in which something is looked for
LEAST_INVESTED = 0.1  # of what a home costs to set up, however much somebody else pays (assumption)
MANAGERS_KEPT = 0.5  # years of managers' supply that can wait for a home (assumption)


@dataclass
class Plans:
    """Homes that are planned: week of registration, area, sector, places, needs that they take and provider to whom
    they will belong (AS_USUAL: drawn), share of the house that others pay, identity for luck, and the number of the
    arrangement, or of the policy, because of which they open (NO_ROUTE, NOBODY: none)."""

    opens: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    area: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    sector: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    places: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    takes_needs: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    provider: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    house_paid: Floats = field(default_factory=lambda: np.zeros(0))
    key: Keys = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    arrangement: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    policy: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.opens)

    def of(self, rows: Ints) -> Plans:
        """Some of the plans."""
        return Plans(*(getattr(self, one.name)[rows] for one in fields(self)))

    def add(self, other: Plans) -> None:
        """More plans."""
        for name in (one.name for one in fields(self)):
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


def start_pipeline(market: Market, seed: int, pressure: Floats | None) -> Pipeline:
    """The homes planned before the run begins, so that openings do not pause at the start: as at the prices of then, or
    (without a pressure) as many as usual."""
    pipeline = Pipeline()
    begin, longest = market.week, market.scenario.providers.registration_weeks_most
    for week in range(begin - longest, begin + 1):
        if market.calendar.ends("quarter", week):
            plan_homes(market, seed, pipeline, pressure, week)
    pipeline.plans = pipeline.plans.of(np.flatnonzero(pipeline.plans.opens > begin))
    return pipeline


def supply_managers(market: Market, pipeline: Pipeline, closed: int) -> None:
    """Every month managers become free: newly qualified ones, and those of homes that have closed."""
    homes = np.count_nonzero(market.homes.is_open(market.week))
    yearly = market.scenario.providers.managers_per_year * float(homes)
    pipeline.managers += asking_policies.managers(market) * yearly / MONTHS_PER_YEAR + closed
    pipeline.managers = min(pipeline.managers, max(MANAGERS_KEPT * yearly, 1.0))


def planned_share(market: Market, pipeline: Pipeline) -> float:
    """Homes in the pipeline, of those that are open."""
    return len(pipeline.plans) / max(float(market.homes.in_market(market.week).sum()), 1.0)


def plan_homes(market: Market, seed: int, pipeline: Pipeline, pressure: Floats | None, week: int) -> None:
    """Every quarter homes are planned: private ones where they pay (without a pressure, where they are), others at
    their observed rate where they are."""
    providers, homes, areas = market.scenario.providers, market.homes, len(market.authorities)
    group = (homes.sector * areas + homes.authority)[homes.is_open(market.week)]
    expected = np.bincount(group, minlength=len(SECTORS) * areas).reshape(len(SECTORS), areas).astype(np.float64)
    expected[[VOLUNTARY, HEALTH]] *= providers.openings_voluntary
    expected[LOCAL_AUTHORITY] *= providers.openings_local_authority
    expected[PRIVATE] = _private_plans(market, pressure, planned_share(market, pipeline))
    expected *= asking_policies.openings(market)
    expected /= QUARTERS_PER_YEAR
    for sector in range(len(SECTORS)):
        area, keys = _sites(expected[sector], seed, sector, week)
        _register(market, seed, pipeline, NewHomes(area, sector), keys, week)


def plan_own_homes(market: Market, seed: int, pipeline: Pipeline, area: Ints, places: int) -> None:
    """Authorities plan homes of their own by policy, one for each entry of `area`."""
    number = np.arange(len(area))
    keys = key(seed, np.uint64(name_key("own home by policy")), market.week, number)
    _register(market, seed, pipeline, NewHomes(area, LOCAL_AUTHORITY, places), keys, market.week)


def plan_homes_of_contract(
    market: Market, seed: int, pipeline: Pipeline, arrangement: Arrangement, wanted: NewHomes
) -> None:  # fmt: skip
    """Providers plan homes because of a contract."""
    number = arrangement.homes_planned + np.arange(len(wanted.area))
    keys = key(seed, np.uint64(name_key("home of a contract")), np.uint64(arrangement.key), number)
    _register(market, seed, pipeline, wanted, keys, market.week, arrangement=arrangement.number)
    arrangement.homes_planned += len(wanted.area)
    arrangement.capital_due += wanted.house_paid * float(setting_up(market)[wanted.area].sum())


def plan_homes_of_policies(market: Market, seed: int, pipeline: Pipeline) -> None:
    """Homes are planned because of policies."""
    for on, wanted in asking_policies.homes_wanted(market):
        number = on.homes_planned + np.arange(len(wanted.area))
        keys = key(seed, np.uint64(name_key("home of a policy")), np.uint64(on.key), number)
        _register(market, seed, pipeline, wanted, keys, market.week, policy=on.number)
        on.homes_planned += len(wanted.area)


def hand_over(market: Market) -> list[Takeovers]:
    """Every quarter: homes change hands, or what they offer, as policies say. Returns who took what over."""
    taken = asking_policies.takeovers(market)
    for one in taken:
        market.homes.set(one.homes, provider=one.provider)
    for restated in asking_policies.restatements(market):
        market.homes.set(restated.homes, takes_needs=restated.takes_needs)
    return taken


def expected_returns(market: Market, pressure: Floats, planned: float = 0.0) -> Floats:
    """Yearly surplus of a new home in each area over what the house and setting it up cost (share a year).

    The fee is what a new home would ask there, the occupancy what private homes have been seeing, thinned by part of
    the homes that are `planned` (over those open); the cost is local; house prices rise with costs (assumption).
    """
    providers, areas, homes = market.scenario.providers, market.authorities, market.homes
    sector = np.full(len(areas), PRIVATE)
    cost = resident_cost(market.scenario, sector, providers.opening_places, areas.house_price) * market.cost_index
    private = homes.in_market(market.week) & (homes.sector == PRIVATE)
    occupancy = float(homes.recent_occupancy[private].mean()) if private.any() else providers.occupancy_at_start
    occupancy /= 1 + providers.foresight * planned
    margin, full = np.full(len(areas), providers.floor_margin), np.full(len(areas), occupancy)
    felt = pressure @ matching.shares_of_statements(market.scenario.matching)
    fee = asking_policies.limited_fees_at(market, cost, wanted_fees(market, cost, margin, felt, full))
    fixed = providers.fixed_cost_share
    a_place = occupancy * (fee - (1 - fixed) * cost) - fixed * providers.planned_occupancy * cost
    staffed = providers.opening_places * (1 - rotas.blocked_share(market.scenario, market.relative_pay))
    invested = setting_up(market)
    invested = np.maximum(invested - asking_policies.grants_for_homes(market), LEAST_INVESTED * invested)
    return np.asarray(WEEKS_PER_YEAR * staffed * a_place / invested)


def usual_pressure(market: Market, pressure: Floats) -> Floats:
    """The pressure in the same proportion between areas, at which a new home brings the usual return (share a year) and
    as many homes as usual are planned: what held before a run begins."""
    providers, homes, areas = market.scenario.providers, market.homes, len(market.authorities)
    private = homes.in_market(market.week) & (homes.sector == PRIVATE)
    number = np.bincount(homes.authority[private], minlength=areas)
    if number.sum() == 0 or pressure.max() <= 0 or providers.openings_per_year == 0:
        return pressure
    low, high = 0.0, 1 / float(pressure.max())
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        brings = float(expected_returns(market, middle * pressure) @ number / number.sum())
        low, high = (middle, high) if brings < providers.return_usual else (low, middle)
    return np.asarray(low * pressure)


def _private_plans(market: Market, pressure: Floats | None, planned: float) -> Floats:
    """Private homes planned a year by area: where private homes already are (and a few where children come from), the
    more, the farther the return lies above the least."""
    providers, homes, areas = market.scenario.providers, market.homes, market.authorities
    private = homes.in_market(market.week) & (homes.sector == PRIVATE)
    number = np.bincount(homes.authority[private], minlength=len(areas)).astype(np.float64)
    children = areas.children / max(areas.children.sum(), 1)
    looked_at = (1 - providers.newcomers) * number + providers.newcomers * number.sum() * children
    if pressure is None:
        return np.asarray(providers.openings_per_year * looked_at)
    room = expected_returns(market, pressure, planned) - providers.return_least
    call = np.clip(room / (providers.return_usual - providers.return_least), 0, MOST_PLANS)
    return np.asarray(providers.openings_per_year * looked_at * call)


def _sites(expected: Floats, seed: int, sector: int, week: int) -> tuple[Ints, Keys]:
    """Draw where homes of a sector are planned this quarter, with their keys; `expected` is their number by area."""
    total = expected.sum()
    number = np.arange(int(total + uniform(seed, "number of plans", sector, week)[0]) if total > 0 else 0)
    cumulated = np.cumsum(expected) / max(total, 1e-300)
    site = np.searchsorted(cumulated, uniform(seed, "site", sector, week, number), side="right")
    return np.minimum(site, len(expected) - 1), stream(seed, "planned home", sector, week, number)


def _register(
    market: Market, seed: int, pipeline: Pipeline, homes: NewHomes, keys: Keys, week: int,
    arrangement: int = NO_ROUTE, policy: int = NOBODY,
) -> None:  # fmt: skip
    """Homes enter the pipeline with the time that registration will take."""
    least, most = market.scenario.providers.registration_weeks_least, market.scenario.providers.registration_weeks_most
    weeks = least + (uniform(seed, "registration", keys) * (most - least + 1)).astype(np.int64)
    opens = np.maximum(week + weeks + asking_policies.planning_weeks(market, homes.area), week + 1)
    decided = (AS_USUAL if one is None else one for one in (homes.places, homes.takes_needs, homes.provider))
    sector, places, takes, provider, because, of_policy = (
        np.full(len(homes.area), what, dtype=np.int64) for what in (homes.sector, *decided, arrangement, policy)
    )
    paid = np.full(len(homes.area), homes.house_paid)
    pipeline.plans.add(Plans(opens, homes.area, sector, places, takes, provider, paid, keys, because, of_policy))


def open_homes(market: Market, seed: int, plans: Plans, pressure: Floats) -> Ints:
    """Planned homes open with empty places, at the fee that they would like; a private one belongs to a provider of the
    area. Returns their rows."""
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
        places=np.where(plans.places == AS_USUAL, drawn, plans.places),
        opened_week=market.week,
        closed_week=NEVER,
        rating=GOOD,
        recent_occupancy=providers.occupancy_at_start,
        house_paid=plans.house_paid,
    )
    takes, homes.takes_ages[rows] = matching.statements(seed, market.scenario.matching, plans.key)
    homes.takes_needs[rows] = np.where(plans.takes_needs == AS_USUAL, takes, plans.takes_needs)
    homes.unit_cost[rows] = place_cost(market, rows)
    homes.ask[rows] = homes.accepted[rows] = wanted_asks(market, pressure, rows)
    price(market)
    return rows


def _owners(market: Market, seed: int, plans: Plans) -> Ints:
    """The authority for own homes; else who has planned them, or a provider drawn from the homes of the sector in the
    area, or in the country if there is none; a newcomer where the sector has none at all."""
    homes, luck = market.homes, uniform(seed, "owner of new home", plans.key)
    owners, in_market = np.where(plans.provider == AS_USUAL, plans.area, plans.provider), homes.in_market(market.week)
    of_sector = [np.flatnonzero(in_market & (homes.sector == sector)) for sector in range(len(SECTORS))]
    for plan in np.flatnonzero((plans.sector != LOCAL_AUTHORITY) & (plans.provider == AS_USUAL)).tolist():
        anywhere = of_sector[plans.sector[plan]]
        local = anywhere[homes.authority[anywhere] == plans.area[plan]]
        candidates = local if len(local) else anywhere
        drawn = candidates[int(luck[plan] * len(candidates))] if len(candidates) else None
        owners[plan] = homes.provider.max() + 1 if drawn is None else homes.provider[drawn]
    return owners


def closing_homes(market: Market, seed: int) -> Ints:
    """Rows of the homes that close this quarter: some for reasons other than money, more of those that lose their full
    cost or are rated inadequate. An authority doesn't close an own home for what it loses."""
    homes, providers = market.homes, market.scenario.providers
    usual = np.empty(len(SECTORS))
    usual[[PRIVATE, LOCAL_AUTHORITY]] = providers.closings_per_year, providers.closings_local_authority
    usual[[VOLUNTARY, HEALTH]] = providers.closings_voluntary
    full_cost = np.maximum(homes.unit_cost * market.cost_index * homes.places, 1.0)
    losing = np.clip(-homes.recent_profit / full_cost, 0.0, 1.0) * (homes.sector != LOCAL_AUTHORITY)
    a_year = usual[homes.sector] + providers.closings_if_losing * losing
    a_year += market.scenario.ratings.closings_if_inadequate * (homes.rating == INADEQUATE)
    luck = uniform(seed, "closing", homes.key, market.week)
    return np.flatnonzero(homes.in_market(market.week) & (luck < a_year / QUARTERS_PER_YEAR))
