"""From children who need a home to the rows that the placing reads, and from its awards back to the columns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim import moves
from marketsim.agents.authority import Patience, patience, urgency
from marketsim.agents.provider import Choosiness, choosiness, willingness
from marketsim.children import OPEN_PLACE, UNREGISTERED, WAITING, Children, PlacementRecords
from marketsim.columns import Bools, Floats, Ints
from marketsim.compiling import compiled, compiled_part
from marketsim.counting import EVENTS
from marketsim.homes import LOCAL_AUTHORITY, Holdings, Homes, free_in_homes
from marketsim.luck import luck_of, mixed
from marketsim.orders import Orders
from marketsim.placing import NO_ROUTE, NOBODY, Awards, Panels, Searches, Stock, Tastes
from marketsim.purchasing.arrangement import Market
from marketsim.scenario.schema import Scenario
from marketsim.streams import beginning, uniform

REFERRALS, OFFERS = EVENTS.index("referrals"), EVENTS.index("offers")
POLICY_SEED = 0  # which authorities have a policy is the same in every replicate


class Buying(NamedTuple):
    """How authorities buy. By authority and stage: the arrangement tried, who buys, and the cooperative (the number of
    its arrangement) that the arrangement belongs to. By arrangement: the chances that a member goes round it as a
    cooperative, at no urgency and at the deadline. By authority: whether it asks only homes rated good or better. What
    authorities cut from the fee that they expect, of the share by which they overspent. And where the luck of offers
    and of going round begins.
    """

    routes: Ints
    buyers: Ints
    cooperative: Ints
    bypass: Floats
    only_good: Bools
    tightening: float
    offer: np.uint64
    bypassing: np.uint64


def buying_of(market: Market, orders: Orders) -> Buying:
    """How authorities buy under the scenario's present values."""
    bypass = np.zeros((len(orders.arrangements), 2))
    for number, cooperative in orders.cooperatives:
        bypass[number] = cooperative.bypass_chance(np.array([0.0, 1.0]))
    luck = uniform(POLICY_SEED, "asks only good homes", market.authorities.key)
    return Buying(
        orders.stages,
        orders.buyer,
        np.where(orders.stages == NO_ROUTE, NO_ROUTE, orders.cooperative_of[orders.stages]),
        bypass,
        luck < market.scenario.commissioning.only_good_share,
        float(market.scenario.commissioning.budget_tightening),
        beginning(market.seed, "offer"),
        beginning(market.seed, "bypass"),
    )


class Expected(NamedTuple):
    """By authority and need band the fee that it expects to pay (GBP/week), and the share by which it overspent."""

    fee: Floats
    overspent: Floats


def _expected(market: Market) -> Expected:
    return Expected(market.authorities.expected_fee, market.authorities.overspent)


def make_searches(
    market: Market, buying: Buying, rows: Ints, asked: Ints, urgency: Floats, willingness: Floats
) -> tuple[Ints, Searches]:
    """The searches of the children in `rows`, sorted by authority; `asked` counts how often answers were renewed.

    Luck of a child with a home depends on the child, the number of its search and `asked`, and on nothing else.
    """
    children, expected = market.children.table, _expected(market)
    return _searches(children, buying, rows, asked, urgency, willingness, expected, market.week)


class Manners(NamedTuple):
    """How authorities and homes deal with searches: patience, choosiness, weeks after which homes that said no are
    asked anew, and weeks between the searches for a child in an unregistered setting."""

    patience: Patience
    choosiness: Choosiness
    answer_weeks: int
    search_every_weeks: int


def manners_of(scenario: Scenario) -> Manners:
    """The manners under a scenario."""
    commissioning = scenario.commissioning
    return Manners(
        patience(commissioning),
        choosiness(scenario.providers),
        commissioning.answer_weeks,
        scenario.unregistered.search_every_weeks,
    )


def seek(market: Market, buying: Buying, manners: Manners, unplaced: Ints) -> tuple[Ints, Searches]:
    """The searches of this week: of all who wait, and of those in unregistered settings whose turn it is.

    All children without a home are added to `unplaced`, by authority.
    """
    return _seek(market.children.table, buying, manners, _expected(market), market.week, unplaced)


@compiled
def _seek(
    children: Children, buying: Buying, manners: Manners, expected: Expected, week: int, unplaced: Ints
) -> tuple[Ints, Searches]:
    columns = children.columns
    rows = _searching(columns, manners.search_every_weeks, week, unplaced)
    waited = week - columns.since[rows]
    urgent = urgency(manners.patience, waited, columns.emergency[rows])
    urgent[columns.state[rows] == UNREGISTERED] = 1.0
    willing = willingness(manners.choosiness, columns.score[rows], columns.breakdowns[rows])
    return _searches(children, buying, rows, waited // manners.answer_weeks, urgent, willing, expected, week)


@compiled_part
def _searching(children: Children, search_every_weeks: int, week: int, unplaced: Ints) -> Ints:
    """The children who search this week; all without a home are counted in `unplaced`, by authority."""
    rows, count = np.empty(len(children.state), dtype=np.int64), 0
    for row in range(len(rows)):
        state = children.state[row]
        if state in (WAITING, UNREGISTERED):
            unplaced[children.authority[row]] += 1
            if state == WAITING or (week - children.since[row]) % search_every_weeks == 0:
                rows[count] = row
                count += 1
    return rows[:count]


@compiled
def _searches(
    children: Children, buying: Buying, rows: Ints, asked: Ints, urgency: Floats, willingness: Floats,
    expected: Expected, week: int,
) -> tuple[Ints, Searches]:  # fmt: skip
    children = children.columns
    order = _by_authority(children, rows, len(expected.fee))
    rows, urgency, asked = rows[order], urgency[order], asked[order]
    authority, band = children.authority[rows], children.band[rows]
    key, expected_fee = np.empty(len(rows), dtype=np.uint64), np.empty(len(rows))
    routes = np.empty((len(rows), buying.routes.shape[1]), dtype=np.int64)
    for position in range(len(rows)):
        row = rows[position]
        who = mixed(mixed(buying.offer, children.key[row]), np.uint64(children.search[row]))
        key[position] = mixed(who, np.uint64(asked[position]))
        cut = buying.tightening * min(max(expected.overspent[authority[position]], 0.0), 1.0)
        expected_fee[position] = expected.fee[authority[position], band[position]] * (1 - cut)
        luck = luck_of(mixed(mixed(buying.bypassing, children.key[row]), np.uint64(week)))
        _without_bypassed(buying, authority[position], luck, urgency[position], routes[position])
    return rows, Searches(
        key,
        authority,
        children.x[rows],
        children.y[rows],
        band,
        children.age[rows],
        children.boy[rows],
        children.score[rows],
        children.emergency[rows],
        children.away[rows],
        buying.only_good[authority] & (urgency < 1),
        willingness[order],
        urgency,
        expected_fee,
        routes,
        buying.buyers[authority],
    )


@compiled_part
def _without_bypassed(buying: Buying, authority: int, luck: float, urgency: float, routes: Ints) -> None:
    """Stages of one child's search; those of a cooperative drop out if it is bypassed for this child."""
    for stage in range(len(routes)):
        routes[stage] = buying.routes[authority, stage]
        cooperative = buying.cooperative[authority, stage]
        if cooperative != NO_ROUTE:
            first, last = buying.bypass[cooperative, 0], buying.bypass[cooperative, 1]
            if luck < first + (last - first) * urgency:
                routes[stage] = NO_ROUTE


@compiled_part
def _by_authority(children: Children, rows: Ints, authorities: int) -> Ints:
    """The order in which children are sorted by authority and then by key."""
    begins = np.zeros(authorities + 1, dtype=np.int64)
    for row in rows:
        begins[children.authority[row] + 1] += 1
    begins = np.cumsum(begins)
    following, order = begins.copy(), np.empty(len(rows), dtype=np.int64)
    for position, row in enumerate(rows):
        first, place = begins[children.authority[row]], following[children.authority[row]]
        following[children.authority[row]] += 1
        while place > first and children.key[row] < children.key[rows[order[place - 1]]]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = position
    return order


def make_stock(market: Market) -> Stock:
    """What the placing reads of homes."""
    homes = market.homes
    return Stock(
        homes.authority,
        homes.rating,
        homes.unit_cost,
        homes.occupied,
        homes.residents_age,
        homes.residents_boys,
        homes.residents_score,
    )


def make_tastes(market: Market) -> Tastes:
    """The numbers by which commissioners and providers choose."""
    scenario, money = market.scenario, market.cost_index
    providers, commissioning = scenario.providers, scenario.commissioning
    return Tastes(
        value_per_mile=float(commissioning.value_per_mile * money),
        value_in_area=float(commissioning.value_in_area * money),
        value_of_match=float(commissioning.value_of_match * money),
        value_of_rating=float(commissioning.value_of_rating * money),
        away_miles=float(scenario.need.away_miles),
        shortlist=commissioning.shortlist,
        last_resort=float(scenario.unregistered.weekly_cost * money),
        age_mismatch=float(providers.age_mismatch),
        sex_mismatch=float(providers.sex_mismatch),
        need_mismatch=float(providers.need_mismatch),
        rating_caution=float(providers.rating_caution),
        risk_cost=float(providers.risk_cost * money),
        bidding=float(providers.bidding),
        bargaining=float(providers.bargaining),
        cost_by_need=scenario.need.cost_by_need.array(),
        money=float(money),
    )


def pools_free(market: Market) -> Ints:
    """Places free in each pool: the open places of all homes, then the empty places of all holdings."""
    return _pools_free(market.homes.table, market.holdings.table, market.homes.in_market(market.week))


@compiled
def _pools_free(homes: Homes, holdings: Holdings, in_market: Bools) -> Ints:
    free = np.empty(len(in_market) + len(holdings.columns.home), dtype=np.int64)
    free[: len(in_market)] = free_in_homes(homes, holdings, in_market)
    holdings = holdings.columns
    for row in range(len(holdings.home)):
        free[len(in_market) + row] = max(holdings.places[row] - holdings.used[row], 0)
    return free


class FeesSeen(NamedTuple):
    """Number and sum of the fees (GBP/week) of the latest placements with independent homes, by authority and need
    band."""

    number: Floats
    total: Floats


def no_fees_seen(authorities: int) -> FeesSeen:
    """Before the first placement."""
    return FeesSeen(np.zeros((authorities, 3)), np.zeros((authorities, 3)))


class Awarding(NamedTuple):
    """What follows an award or its absence: how long stays last, places beside children, and the last resort."""

    stays: moves.StayTerms
    beside: moves.Beside
    last_resort: moves.LastResort


def awarding_of(scenario: Scenario, stays: moves.StayTerms, seed: int) -> Awarding:
    """The same in a run under the values of a scenario."""
    return Awarding(stays, moves.beside_of(scenario, seed), moves.last_resort_of(scenario, seed))


def award(
    market: Market, records: PlacementRecords, tallies: Floats | None, awarding: Awarding, rows: Ints,
    panels: Panels, awards: Awards, free: Ints, seen: FeesSeen,
) -> Ints:  # fmt: skip
    """Move the children with an award into their homes, and count what their searches did; of the others those whose
    deadline is past go to the last resort. Returns the rows of those whose need ends with it at once.

    `free` are the places left in each pool, `seen` the fees that authorities take note of.
    """
    first = len(records)
    records.add(int(np.count_nonzero(awards.lot != NOBODY)))
    counted = np.zeros((len(EVENTS), len(market.authorities))) if tallies is None else tallies
    tables = market.children.table, market.homes.table, market.holdings.table, records.table, counted
    return _award(
        *tables, rows, panels.home, panels.pool, awards, awarding, market.costs, market.cost_index, free, seen, first,
        market.week,
    )  # fmt: skip


@compiled
def _award(
    children: Children, homes: Homes, holdings: Holdings, records: PlacementRecords, tallies: Floats, rows: Ints,
    home: Ints, pool: Ints, awards: Awards, awarding: Awarding, costs: Floats, money: float, free: Ints,
    seen: FeesSeen, first: int, week: int,
) -> Ints:  # fmt: skip
    """Write who lives where at what fee into the columns, with a record each from row `first`; `home` and `pool` are by
    lot, `costs` by home and need band."""
    state = moves.State(children.columns, homes.columns, holdings.columns, records.columns, tallies)
    children, count = state.children, len(state.homes.key)
    record = first
    for search in range(len(rows)):
        row, lot = rows[search], awards.lot[search]
        state.tallies[REFERRALS, children.authority[row]] += awards.referrals[search]
        state.tallies[OFFERS, children.authority[row]] += awards.offers[search]
        if lot == NOBODY:
            continue
        children.home[row] = home[lot]
        children.holding[row] = OPEN_PLACE if pool[lot] < count else pool[lot] - count
        children.arrangement[row] = awards.route[search]
        children.fee[row], children.miles[row] = awards.fee[search], awards.miles[search]
        children.record[row] = record
        record += 1
    placed = rows[awards.lot != NOBODY]
    moves.move_in(state, placed, awarding.stays, week)
    moves.remember_accepted(state, placed, costs, money)
    moves.keep_places_beside(state, placed, free, awarding.beside)
    moves.note_starts(state, placed)
    _see_fees(children, state.homes.sector, placed, seen)
    return moves.give_up(children, state.tallies, rows[awards.lot == NOBODY], awarding.last_resort, week)


@compiled_part
def _see_fees(children: Children, sector: Ints, placed: Ints, seen: FeesSeen) -> None:
    """Authorities take note of what they pay independent homes."""
    for row in placed:
        if sector[children.home[row]] != LOCAL_AUTHORITY:
            seen.number[children.authority[row], children.band[row]] += 1
            seen.total[children.authority[row], children.band[row]] += children.fee[row]
