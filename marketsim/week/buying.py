"""The week's purchases: searches, placing and awards in one compiled call, from the columns back to the columns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.compiling import Handle, compiled, compiled_part, handle
from marketsim.market.census import EVENTS
from marketsim.market.children import OPEN_PLACE, Children, PlacementRecords
from marketsim.market.homes import LOCAL_AUTHORITY, Holdings, Homes, free_in_homes
from marketsim.purchasing.arrangement import Market
from marketsim.purchasing.orders import Orders
from marketsim.scenario.schema import Scenario
from marketsim.week import moving as moves
from marketsim.week.placing.place import place
from marketsim.week.placing.tables import NOBODY, Awards, Geography, Panels, Stock, Tastes
from marketsim.week.searching import Buying, Expected, Manners, Seeking, buying_of, manners_of, searches_of, seek

REFERRALS, OFFERS = EVENTS.index("referrals"), EVENTS.index("offers")


class Terms(NamedTuple):
    """What decides who is placed where, and what follows: how searches begin, how authorities buy, where areas lie, the
    numbers by which both sides choose, and what comes of an award or its absence."""

    manners: Manners
    buying: Buying
    geography: Geography
    tastes: Tastes
    awarding: Awarding


def purchase_terms(market: Market, orders: Orders, geography: Geography, awarding: Awarding) -> Handle[Terms]:
    """The terms at today's prices."""
    manners = manners_of(market.scenario)
    return handle(Terms(manners, buying_of(market, orders), geography, make_tastes(market), awarding))


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


class Awarding(NamedTuple):
    """What follows an award or its absence: how long stays last, places beside children, and the last resort."""

    stays: moves.StayTerms
    beside: moves.Beside
    last_resort: moves.LastResort


def awarding_of(scenario: Scenario, stays: moves.StayTerms, seed: int) -> Awarding:
    """The same in a run under the values of a scenario."""
    return Awarding(stays, moves.beside_of(scenario, seed), moves.last_resort_of(scenario, seed))


class FeesSeen(NamedTuple):
    """Number and sum of the fees (GBP/week) of the latest placements with independent homes, by authority and need
    band."""

    number: Floats
    total: Floats


def no_fees_seen(authorities: int) -> FeesSeen:
    """Before the first placement."""
    return FeesSeen(np.zeros((authorities, 3)), np.zeros((authorities, 3)))


def buy_for_all(
    market: Market, records: PlacementRecords, tallies: Floats, terms: Handle[Terms], panels: Handle[Panels],
    unplaced: Ints, seen: FeesSeen,
) -> Ints:  # fmt: skip
    """Search for all whose turn it is, move those with an award into their homes, and count what happened; of the
    others those whose deadline is past go to the last resort. Returns the rows of those whose need ends with it at
    once.

    `tallies` are the week's events, `unplaced` counts children without a home by authority, `seen` are the fees that
    authorities take note of.
    """
    records.make_room(len(market.children))
    placed, leaving = _buy_for_all(*_goods(market, records, terms, panels), tallies, unplaced, seen)
    records.take_in(placed)
    return leaving


def buy(
    market: Market, records: PlacementRecords, terms: Handle[Terms], panels: Handle[Panels], seeking: Seeking
) -> None:
    """The same for those who are `seeking`, before anybody counts; nobody's need may end at once."""
    areas = len(market.authorities)
    records.make_room(len(seeking.rows))
    uncounted, unseen = np.zeros((len(EVENTS), areas)), no_fees_seen(areas)
    placed, _ = _buy(*_goods(market, records, terms, panels), uncounted, seeking, unseen)
    records.take_in(placed)


def _goods(
    market: Market, records: PlacementRecords, terms: Handle[Terms], panels: Handle[Panels]
) -> tuple[Children, Homes, Holdings, PlacementRecords, int, Handle[Terms], Handle[Panels], Floats, Floats, Floats,
           Bools, int]:  # fmt: skip
    """What a purchase works on, as `_buy` takes it."""
    areas, week = market.authorities, market.week
    return (
        market.children.table, market.homes.table, market.holdings.table, records.table, len(records), terms, panels,
        areas.expected_fee, areas.overspent, market.costs, market.homes.in_market(week), week,
    )  # fmt: skip


@compiled
def _buy_for_all(
    children: Children, homes: Homes, holdings: Holdings, records: PlacementRecords, first: int, terms: Handle[Terms],
    panels: Handle[Panels], expected_fee: Floats, overspent: Floats, costs: Floats, in_market: Bools, week: int,
    tallies: Floats, unplaced: Ints, seen: FeesSeen,
) -> tuple[int, Ints]:  # fmt: skip
    """As `_buy`, for those whom `seek` finds."""
    seeking = seek(children, terms.columns.manners, week, unplaced)
    return _buy(
        children, homes, holdings, records, first, terms, panels, expected_fee, overspent, costs, in_market, week,
        tallies, seeking, seen,
    )  # fmt: skip


@compiled
def _buy(
    children: Children, homes: Homes, holdings: Holdings, records: PlacementRecords, first: int, terms: Handle[Terms],
    panels: Handle[Panels], expected_fee: Floats, overspent: Floats, costs: Floats, in_market: Bools, week: int,
    tallies: Floats, seeking: Seeking, seen: FeesSeen,
) -> tuple[int, Ints]:  # fmt: skip
    """How many were placed, with a record each from row `first`, and who leaves; `costs` are by home and need band.

    The parts can be called from Python too, so that tests can watch them.
    """
    on, lots = terms.columns, panels.columns
    rows, searches = searches_of(children, seeking, on.buying, Expected(expected_fee, overspent), week)
    free = pools_free(homes, holdings, in_market)
    awards = place(searches, lots, stock_of(homes), on.geography, on.tastes, free)
    leaving = award(
        children, homes, holdings, records, tallies, rows, lots.home, lots.pool, awards, on.awarding, costs,
        on.tastes.money, free, seen, first, week,
    )  # fmt: skip
    return int(np.count_nonzero(awards.lot != NOBODY)), leaving


@compiled
def pools_free(homes: Homes, holdings: Holdings, in_market: Bools) -> Ints:
    """Places free in each pool: the open places of all homes, then the empty places of all holdings."""
    free = np.empty(len(in_market) + len(holdings.columns.home), dtype=np.int64)
    free[: len(in_market)] = free_in_homes(homes, holdings, in_market)
    holdings = holdings.columns
    for row in range(len(holdings.home)):
        free[len(in_market) + row] = max(holdings.places[row] - holdings.used[row], 0)
    return free


@compiled
def stock_of(homes: Homes) -> Stock:
    """What the placing reads of homes."""
    homes = homes.columns
    return Stock(
        homes.authority,
        homes.rating,
        homes.unit_cost,
        homes.occupied,
        homes.residents_age,
        homes.residents_boys,
        homes.residents_score,
    )


@compiled
def award(
    children: Children, homes: Homes, holdings: Holdings, records: PlacementRecords, tallies: Floats, rows: Ints,
    home: Ints, pool: Ints, awards: Awards, awarding: Awarding, costs: Floats, money: float, free: Ints,
    seen: FeesSeen, first: int, week: int,
) -> Ints:  # fmt: skip
    """Write who lives where at what fee into the columns, and what follows; returns the rows of those who leave.

    `home` and `pool` are by lot, `free` the places left in each pool.
    """
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
