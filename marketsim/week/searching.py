"""From children who need a home to the searches that the placing reads."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.compiling import compiled, compiled_part
from marketsim.core.luck import luck_of, mixed
from marketsim.core.streams import beginning, uniform
from marketsim.market.children import UNREGISTERED, WAITING, Children
from marketsim.purchasing.arrangement import Market
from marketsim.purchasing.orders import Orders
from marketsim.scenario.schema import Scenario
from marketsim.week.commissioners import Patience, patience, urgency
from marketsim.week.placing.tables import NO_ROUTE, Searches
from marketsim.week.providers import Choosiness, choosiness, willingness

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


class Seeking(NamedTuple):
    """The children who look for a home now: their rows, how often answers were renewed, urgency (0-1), and the chance
    that a home with a free place offers it."""

    rows: Ints
    asked: Ints
    urgency: Floats
    willingness: Floats


@compiled
def seek(children: Children, manners: Manners, week: int, unplaced: Ints) -> Seeking:
    """Those who look this week: all who wait, and of those in unregistered settings the ones whose turn it is.

    All children without a home are added to `unplaced`, by authority.
    """
    children = children.columns
    rows = _searching(children, manners.search_every_weeks, week, unplaced)
    waited = week - children.since[rows]
    urgent = urgency(manners.patience, waited, children.emergency[rows])
    urgent[children.state[rows] == UNREGISTERED] = 1.0
    willing = willingness(manners.choosiness, children.score[rows], children.breakdowns[rows])
    return Seeking(rows, waited // manners.answer_weeks, urgent, willing)


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
def searches_of(
    children: Children, seeking: Seeking, buying: Buying, expected: Expected, week: int
) -> tuple[Ints, Searches]:
    """The searches of some children, sorted by authority, and the children's rows in that order.

    Luck of a child with a home depends on the child, the number of its search and how often it `asked`, and on nothing
    else.
    """
    children = children.columns
    order = _by_authority(children, seeking.rows, len(expected.fee))
    rows, urgency, asked = seeking.rows[order], seeking.urgency[order], seeking.asked[order]
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
        seeking.willingness[order],
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
