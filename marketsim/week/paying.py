"""What authorities pay in a week, and to whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.compiling import compiled, compiled_part
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.census import OF_CHILDREN, Census, Groups, Prices, count_children
from marketsim.market.children import Children
from marketsim.market.costs import prices
from marketsim.market.homes import LOCAL_AUTHORITY, Holdings, Homes, free_in_homes
from marketsim.market.ledger import (
    EMPTY_PLACES,
    KINDS,
    OWN_EMPTY_PLACES,
    PLACEMENTS,
    PLACES_BESIDE,
    RUNNING_COST,
    UNREGISTERED,
    Ledger,
)
from marketsim.purchasing.arrangement import Arrangement, Market
from marketsim.purchasing.cooperative import Cooperative

CHILDREN_UNREGISTERED = OF_CHILDREN.index("children_unregistered")


class Payers(NamedTuple):
    """Who pays for what is bought together: `member` and `share` of the arrangement of a number, from `first[number]`
    up to `first[number + 1]`; and by arrangement what the office of a cooperative costs (GBP/week, in the money of the
    scenario)."""

    first: Ints
    member: Ints
    share: Floats
    office: Floats


class PayersBook:
    """The payers under all arrangements; to be made anew when the arrangements are others."""

    def __init__(
        self, arrangements: Sequence[Arrangement], cooperatives: Sequence[tuple[int, Cooperative]] = ()
    ) -> None:
        first = np.cumsum([0, *(len(a.members) for a in arrangements)])
        member = np.concatenate([a.members for a in arrangements])
        share = np.concatenate([a.shares for a in arrangements])
        office = np.zeros(len(arrangements))
        for number, rule in cooperatives:
            office[number] = rule.running_cost_per_year / WEEKS_PER_YEAR
        self.payers = Payers(first, member, share, office)
        # Who is alone pays everything at any time; the others' shares follow their use of the arrangement.
        self._shared = [(a, slice(*first[a.number : a.number + 2])) for a in arrangements if len(a.members) > 1]

    def update(self) -> None:
        """Note the shares of now, after some arrangements have been reviewed."""
        for arrangement, entries in self._shared:
            self.payers.share[entries] = arrangement.shares


def pay_week(market: Market, payers: Payers, by: Groups, spent: Floats) -> tuple[Ledger, Census]:
    """Fees, empty places, own homes, offices of cooperatives and the last resort are paid; with the census of the
    children for whom this is. What each authority pays is added to what it has `spent` (GBP)."""
    last_resort = market.scenario.unregistered.weekly_cost * market.cost_index
    census, paid, received, unregistered, offices = _settle(
        market.children.table, market.homes.table, market.holdings.table, market.homes.in_market(market.week), by,
        payers, prices(market), last_resort, spent,
    )  # fmt: skip
    return Ledger(paid, received, unregistered, offices), census


@compiled
def _settle(
    children: Children, homes: Homes, holdings: Holdings, in_market: Bools, by: Groups, payers: Payers, prices: Prices,
    last_resort: float, spent: Floats,
) -> tuple[Census, Floats, Floats, float, float]:  # fmt: skip
    """The census, what authorities pay (kinds, authorities), what providers receive, unregistered settings, and the
    offices of cooperatives."""
    census, stock = count_children(children, homes, by), homes.columns
    free = free_in_homes(homes, holdings, in_market)
    paid, received = np.zeros((len(KINDS), len(by.region))), np.zeros(stock.provider.max() + 1)
    unregistered = census.sums[:, CHILDREN_UNREGISTERED]
    paid[PLACEMENTS], paid[PLACES_BESIDE] = census.due.placements, census.due.beside
    paid[UNREGISTERED] = unregistered * last_resort
    _pay_retainers(holdings.columns, stock.provider, payers, paid[EMPTY_PLACES], received)
    for home in range(len(free)):
        provider = stock.provider[home]
        received[provider] += census.due.received[home]
        if stock.sector[home] == LOCAL_AUTHORITY:
            # An own place costs its fixed share whether or not a child lives there.
            pounds = free[home] * (prices.fixed * stock.unit_cost[home] * prices.cost_index)
            paid[OWN_EMPTY_PLACES, stock.authority[home]] += pounds
            received[provider] += pounds
    offices = _pay_offices(payers, prices.cost_index, paid[RUNNING_COST])
    for area in range(len(spent)):
        spent[area] += column_sum(paid, area)
    return census, paid, received, unregistered.sum() * last_resort, offices


@compiled_part
def column_sum(table: Floats, column: int) -> float:
    """One column of a table added up, row by row."""
    total = 0.0
    for row in range(len(table)):
        total += table[row, column]
    return total


@compiled_part
def _pay_offices(payers: Payers, cost_index: float, paid: Floats) -> float:
    """Members pay the running cost of their cooperative in their shares; returns what all offices cost."""
    total = 0.0
    for number in range(len(payers.office)):
        pounds = payers.office[number] * cost_index
        if pounds > 0:
            for entry in range(payers.first[number], payers.first[number + 1]):
                paid[payers.member[entry]] += payers.share[entry] * pounds
            total += pounds
    return total


@compiled_part
def _pay_retainers(holdings: Holdings, provider: Ints, payers: Payers, paid: Floats, received: Floats) -> None:
    """What contracts owe for held places that stand empty, in the shares of those who share the contract; `provider`
    is by home."""
    owed = np.zeros(len(payers.member))
    for row in range(len(holdings.home)):
        pounds = max(holdings.places[row] - holdings.used[row], 0) * holdings.retainer[row]
        if pounds > 0:
            number = holdings.arrangement[row]
            for entry in range(payers.first[number], payers.first[number + 1]):
                owed[entry] += payers.share[entry] * pounds
            received[provider[holdings.home[row]]] += pounds
    for entry in range(len(owed)):
        paid[payers.member[entry]] += owed[entry]


@compiled
def paid_empty_places(homes: Homes, holdings: Holdings, in_market: Bools, payers: Payers, authorities: int) -> Floats:
    """Places that each authority pays for though they stand empty: its share of contracts, and its own homes."""
    free, sector, host = free_in_homes(homes, holdings, in_market), homes.columns.sector, homes.columns.authority
    holdings = holdings.columns
    paid, empty = np.zeros(authorities), np.zeros(len(payers.first) - 1)
    for home in range(len(free)):
        if sector[home] == LOCAL_AUTHORITY:
            paid[host[home]] += free[home]
    for row in range(len(holdings.home)):
        if holdings.retainer[row] > 0:
            empty[holdings.arrangement[row]] += max(holdings.places[row] - holdings.used[row], 0)
    for number in range(len(empty)):
        for entry in range(payers.first[number], payers.first[number + 1]):
            paid[payers.member[entry]] += payers.share[entry] * empty[number]
    return paid
