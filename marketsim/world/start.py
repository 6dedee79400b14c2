"""The market in week 0: authorities, homes, owners, fees, and the children already placed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from marketsim.core.calendar import Calendar
from marketsim.core.columns import Floats, Ints
from marketsim.core.streams import uniform
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market import matching, ownership, rotas
from marketsim.market.authorities import Authorities
from marketsim.market.children import (
    ELSEWHERE,
    OPEN_PLACE,
    PLACED,
    SHARED,
    SOLO,
    TWO_TO_ONE,
    UNREGISTERED,
    WAITING,
    Children,
    PlacementRecords,
)
from marketsim.market.costs import place_cost
from marketsim.market.fit import NEEDS
from marketsim.market.homes import LOCAL_AUTHORITY, PRIVATE, Holdings, Homes
from marketsim.market.inflation import level_at_start
from marketsim.market.market import Market
from marketsim.purchasing.asking_rules import fees_at_start, settle
from marketsim.purchasing.making_orders import make_orders
from marketsim.purchasing.orders import Orders
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.levers import parse_lever
from marketsim.scenario.schema import EnglandWorld, Purchasing, Scenario
from marketsim.week import buying, moving, providers
from marketsim.week.arriving import bands, starting_children, traits, weekly_growth, weekly_needs
from marketsim.week.inspecting import judge_all
from marketsim.week.opening_and_closing import usual_pressure
from marketsim.week.placing.tables import Geography
from marketsim.week.searching import Seeking
from marketsim.week.stays import StayTable, weeks_elsewhere_left, whole_weeks
from marketsim.world.england import apportion, england_authorities, england_homes, own_region
from marketsim.world.known_fees import fit_costs
from marketsim.world.own_homes import as_listed, with_own_homes
from marketsim.world.stock import assign_owners
from marketsim.world.synthetic import synthetic_authorities, synthetic_homes, synthetic_owners

ROUNDS_AT_MOST = 200
SOLO_ROUNDS = 100  # in which children who must live alone look for an empty home, before the others
UNREGISTERED_NEED = 0.4  # share of the scale of need, from the top, in which they lie (assumption)


def build_market(scenario: Scenario, seed: int) -> Market:
    """Authorities, homes and owners with costs and first fees; no children yet."""
    authorities, homes = _world(scenario, seed)
    homes.recent_occupancy[:] = scenario.providers.occupancy_at_start
    homes.takes_needs[:], homes.takes_ages[:] = matching.statements(seed, scenario.matching, homes.key)
    week = -past_weeks(scenario)
    first_year = Calendar(scenario.horizon.start).number("financial_year", week + 1)
    market = Market(
        scenario=scenario,
        seed=seed,
        week=week,
        authorities=authorities,
        homes=homes,
        holdings=Holdings(),
        children=Children(),
        records=PlacementRecords(capacity=16_384),
        quotes=np.zeros((len(homes), 3)),
        costs=np.zeros((len(homes), 3)),
        cost_index=level_at_start(scenario.economy, first_year),
        demand_index=weekly_growth(scenario.demand, authorities) ** week,
    )
    homes.unit_cost[:] = place_cost(market, np.arange(len(homes)))
    open_in_past(market)
    judge_all(market)
    if (region := own_region(scenario.world)) is not None:
        as_listed(market, region)
    providers.draw_blocked(market, all_homes=True)
    _first_asks(market, _first_pressure(market))
    fit_costs(market, lambda: _first_asks(market, _first_pressure(market)))
    market.ranked_providers = ownership.ranked(market)
    return market


def past_weeks(scenario: Scenario) -> int:
    """How many weeks are lived before week 0."""
    return scenario.world.past_weeks if isinstance(scenario.world, EnglandWorld) else 0


def open_in_past(market: Market) -> None:
    """Some private homes of week 0 opened in the weeks that are lived before it, small ones rather than large: new
    homes have fewer places, so that the others had as many as were recorded."""
    world, homes = market.scenario.world, market.homes
    if not isinstance(world, EnglandWorld) or world.past_openings == 0:
        return
    private = np.flatnonzero((homes.sector == PRIVATE) & ~homes.short_break)
    chance = 1 / homes.places[private]
    chance *= world.past_openings / chance.mean()
    luck = uniform(market.seed, "opened before week 0", homes.key[private]) / np.minimum(chance, 1.0)
    rows = private[luck < 1]
    homes.set(rows, opened_week=market.week + 1 + (luck[luck < 1] * world.past_weeks).astype(np.int64))


def _children_then(market: Market) -> Ints:
    """The children in homes when the run's past begins, by authority."""
    world, areas = market.scenario.world, market.authorities
    if not isinstance(world, EnglandWorld) or world.past_weeks == 0:
        return areas.children
    fewer = (1 + world.past_growth) ** (-world.past_weeks / WEEKS_PER_YEAR)
    return _like_children(areas, lambda total: fewer * total, round)


def _like_children(areas: Authorities, of: Callable[[Floats], Floats], whole: Callable[[float], int]) -> Ints:
    """As many as there are `of` so many children in homes, shared out like these; `whole` rounds their number in all.
    Authorities with other numbers of children than without own data get theirs, and change nobody else's."""
    recorded = areas.recorded
    usual = areas.children if recorded is None else recorded.children_else
    total = whole(float(of(np.array([usual.sum()], dtype=np.float64))[0]))
    found = apportion(usual.astype(np.float64), total) if total > 0 else np.zeros(len(areas), dtype=np.int64)
    if recorded is not None:
        other = recorded.own | (areas.children != usual)
        found[other] = np.rint(of(areas.children[other].astype(np.float64))).astype(np.int64)
    return found


def area_geography(market: Market) -> Geography:
    """Areas nearest first for each authority, from where homes stand and may be opened.

    The lower bound is the distance of the centres less the radius of the children's disc and less the distance of
    the area's farthest home from its centre.
    """
    areas, homes = market.authorities, market.homes
    host, reach = homes.authority, areas.radius.copy()  # new homes may stand anywhere in the disc
    np.maximum.at(reach, host, np.hypot(homes.x - areas.x[host], homes.y - areas.y[host]))
    bound = np.maximum(areas.apart - areas.radius[:, None] - reach[None, :], 0.0) * (1 - 1e-9)
    return Geography(np.argsort(bound, axis=1, kind="stable"), bound)


def orders_before(market: Market) -> Orders:
    """How authorities bought before week 0."""
    rules = {name: parse_lever({"rule": name}) for name in ("in_house", "spot")}
    return make_orders(Purchasing(arrangements=rules, order=list(rules)), market.authorities)


def place_starting_children(market: Market, stays: StayTable, buy: Callable[[Seeking], object]) -> None:
    """Put the children of week 0 into homes as searches would have, the same under every purchasing rule.

    Each looked for a home when only a share of homes (`availability_at_start`) had a free place; rounds go on, with
    homes less choosy, until all are placed. Raises ScenarioError if they cannot be in a made-up world.
    """
    rows = _admit(market, _children_then(market), "child at start")
    of_england = isinstance(market.scenario.world, EnglandWorld)  # where those who find none look on
    if not of_england and len(rows) > market.free().sum():
        message = f"{len(rows)} children at the start need places and only {market.free().sum()} can be used"
        raise ScenarioError(message, "world.children_at_start:")
    children = market.children
    _look_for_homes(market, rows[children.care[rows] == SOLO], buy, SOLO_ROUNDS)
    left = rows[(children.care[rows] == SOLO) & (children.state[rows] == WAITING)]
    children.care[left] = TWO_TO_ONE  # where no home stands empty they share one
    _look_for_homes(market, rows[children.state[rows] == WAITING], buy, ROUNDS_AT_MOST)
    left = rows[(children.state[rows] == WAITING) & (children.care[rows] != SHARED)]
    if len(left) > 0:  # nobody has bought staff of their own for them
        children.care[left] = SHARED
        _look_for_homes(market, left, buy, ROUNDS_AT_MOST)
    if len(waiting := children.in_state(WAITING)) > 0 and not of_england:
        message = f"{len(waiting)} of {len(rows)} children find no home within reach"
        raise ScenarioError(message, "world.children_at_start:")
    market.events.clear()
    matching.note_fit_within(market, children.in_state(PLACED))
    _stays_left(market, stays, rows)
    _add_unregistered(market)
    _add_elsewhere(market, stays)


def _look_for_homes(market: Market, rows: Ints, buy: Callable[[Seeking], object], rounds: int) -> None:
    """Rounds in which those of some children who still wait look for a home, with homes less choosy from one to the
    next."""
    children, scenario = market.children, market.scenario
    for attempt in range(rounds):
        waiting = rows[children.state[rows] == WAITING]
        if len(waiting) == 0:
            return
        chance = providers.willingness(scenario.providers, children.score[waiting], children.breakdowns[waiting])
        eased = np.clip(chance * scenario.commissioning.availability_at_start * 1.1**attempt, 0, 1)
        urgency = np.full(len(waiting), min(0.2 + 0.1 * attempt, 1.0))
        buy(Seeking(waiting, np.full(len(waiting), attempt), urgency, eased))


def start_purchasing(market: Market, orders: Orders) -> None:
    """Put the scenario's arrangements in force, and say through which each running placement was bought."""
    pressure = providers.pressure(market, first_searching(market))
    if past_weeks(market.scenario) > 0:
        pressure = usual_pressure(market, pressure)
    _first_asks(market, pressure)
    market.homes.recent_profit[:] = market.homes.places * _usual_profit(market)
    placed = np.flatnonzero(market.children.state == PLACED)
    market.children.arrangement[placed] = arrangement_at_start(market, orders, placed)
    for arrangement in orders.arrangements:
        settle(market, arrangement, "start")
    fees_of_running(market, orders, placed)
    children = market.children
    record = children.record[placed]
    market.records.set(record, arrangement=children.arrangement[placed], fee=children.fee[placed])


def first_searching(market: Market) -> Floats:
    """Children searching by authority and what they need of a home, before anybody has searched: two weeks of new needs
    and the unregistered."""
    number = 2 * weekly_needs(market.scenario.demand, market.authorities) + market.authorities.unregistered
    return np.asarray(number[:, None] * matching.shares_of_needs(market.scenario, market.need_shares))


def _world(scenario: Scenario, seed: int) -> tuple[Authorities, Homes]:
    if isinstance(scenario.world, EnglandWorld):
        authorities = england_authorities(scenario.world, scenario.horizon.start)
        homes = england_homes(seed, authorities, scenario.world.stock_of)
        homes.provider[:] = assign_owners(seed, homes, len(authorities))
        region = own_region(scenario.world)
        return authorities, homes if region is None else with_own_homes(seed, homes, authorities, region)
    authorities = synthetic_authorities(scenario.world)
    homes = synthetic_homes(seed, scenario.world, authorities)
    homes.provider[:] = synthetic_owners(homes, scenario.world, len(authorities))
    return authorities, homes


def _first_pressure(market: Market) -> Floats:
    """Pressure before anybody is placed, the same everywhere: as if the children of week 0 were in their places."""
    authorities = market.authorities
    searching = first_searching(market).sum()
    free = max(market.free().sum() - authorities.children.sum(), 0) * market.scenario.providers.pressure_half
    felt = searching / (searching + free) if searching + free > 0 else 0.0
    return np.full((len(authorities), NEEDS), felt)


def _first_asks(market: Market, pressure: Floats) -> None:
    market.homes.ask[:] = market.homes.accepted[:] = providers.wanted_asks(market, pressure)
    providers.price(market)
    mean = market.quotes[market.homes.in_market(market.week)].mean(axis=0)
    market.authorities.expected_fee = np.repeat(mean[None, :], len(market.authorities), axis=0)


def _usual_profit(market: Market) -> Floats:
    """What a place has been earning in each home before week 0 (GBP/week): as at the occupancy seen until then."""
    providers, homes = market.scenario.providers, market.homes
    cost, full = homes.unit_cost * market.cost_index, homes.recent_occupancy
    fixed = providers.fixed_cost_share
    a_place = full * (homes.ask - (1 - fixed) * cost) - fixed * providers.planned_occupancy * cost
    return np.asarray((1 - rotas.blocked_share(market.scenario)) * a_place)


def _add_elsewhere(market: Market, stays: StayTable) -> None:
    """Children who left a home before week 0, live in care elsewhere and will need a home again: as many as there are
    in a steady flow."""
    demand, areas, children = market.scenario.demand, market.authorities, market.children

    def living(in_homes: Floats) -> Floats:
        leaving = in_homes / stays.mean_weeks * (1 - demand.breakdown_share) * demand.moves_on_share
        return leaving * demand.comes_back_share * demand.elsewhere_mean_weeks

    rows = _admit(market, _like_children(areas, living, int), "elsewhere at start")
    luck = [uniform(market.seed, name, children.key[rows]) for name in ("elsewhere at start", "elsewhere since")]
    weeks = weeks_elsewhere_left(demand, luck[0], luck[1])
    ends = market.week + np.maximum(np.ceil(weeks).astype(np.int64), 1)
    children.set(rows, state=ELSEWHERE, comes_back=True, end_week=ends)


def _admit(market: Market, per_authority: Ints, kind: str) -> Ints:
    rows, keys = starting_children(market.authorities, per_authority, kind)
    return market.children.admit(traits(market.scenario, market.seed, market.authorities, rows, keys))


def _stays_left(market: Market, stays: StayTable, rows: Ints) -> None:
    """Placements of week 0 began in the past and have part of their stay left."""
    children, seed = market.children, market.seed
    keys = children.key[rows]
    gone, left = stays.draw_running(uniform(seed, "running stay", keys), uniform(seed, "age of stay", keys))
    luck = uniform(seed, "running rounding", keys)
    children.since[rows] = market.week - whole_weeks(gone, luck)
    children.end_week[rows] = market.week + whole_weeks(left, luck)
    market.records.set(children.record[rows], start_week=children.since[rows], wait=0)


def _add_unregistered(market: Market) -> None:
    """Children in unregistered settings in week 0: those whom nobody took, so of high need (the upper 40%)."""
    rows = _admit(market, market.authorities.unregistered, "unregistered at start")
    children = market.children
    children.score[rows] = 1 - UNREGISTERED_NEED * (1 - children.score[rows])
    need = market.scenario.need
    children.band[rows] = bands(children.score[rows], need.share_standard, need.share_severe)
    luck = uniform(market.seed, "help with mental health", children.key[rows])
    children.needs[rows] = matching.needs_of(market.scenario.matching, children.band[rows], luck)
    mean = max(market.scenario.unregistered.need_ends_mean_weeks, 1e-9)
    luck = uniform(market.seed, "unregistered at start", children.key[rows])
    ends = np.maximum(np.ceil(-mean * np.log1p(-luck)), 1).astype(np.int64)
    began = market.week - (uniform(market.seed, "unregistered since", children.key[rows]) * 26).astype(np.int64)
    children.set(rows, state=UNREGISTERED, end_week=market.week + ends, since=began)


def arrangement_at_start(market: Market, orders: Orders, placed: Ints) -> Ints:
    """In-house for children in their authority's own homes; for the others the shares that the scenario gives."""
    children, homes = market.children, market.homes
    purchasing = market.scenario.purchasing
    authority, home = children.authority[placed], children.home[placed]
    luck = uniform(market.seed, "route at start", children.key[placed])
    chosen = orders.last_of(authority)
    upper = 0.0
    for name, share in purchasing.at_start.items():
        named = orders.named(name, authority)
        chosen = np.where((luck >= upper) & (luck < upper + share) & (named >= 0), named, chosen)
        upper += share
    own = (homes.sector[home] == LOCAL_AUTHORITY) & (homes.authority[home] == authority)
    in_house = orders.own_homes(authority)
    return np.where(own & (in_house >= 0), in_house, chosen)


def fees_of_running(market: Market, orders: Orders, placed: Ints) -> None:
    """Fee of each running placement that no contract holds: what its rule says."""
    children = market.children
    open_ones = placed[children.holding[placed] == OPEN_PLACE]
    for number in np.unique(children.arrangement[open_ones]):
        arrangement = orders.arrangements[number]
        rows = open_ones[children.arrangement[open_ones] == number]
        extra = buying.own_staff(market, children.home[rows], children.care[rows])
        children.fee[rows] = fees_at_start(market, arrangement, children.home[rows], children.band[rows]) + extra
        children.extra_fee[rows] = extra
        moving.charge_places_beside(market, rows)
