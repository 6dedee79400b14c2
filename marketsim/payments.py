"""What authorities pay in a week, and to whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from marketsim.accounts import prices
from marketsim.columns import Floats, Ints
from marketsim.compiling import compiled, compiled_part
from marketsim.counting import OF_CHILDREN, Census, Fees, Prices
from marketsim.homes import LOCAL_AUTHORITY, Holdings, Homes
from marketsim.ledger import Ledger
from marketsim.purchasing.arrangement import Arrangement, Market
from marketsim.purchasing.cooperative import Cooperative
from marketsim.units import WEEKS_PER_YEAR


class Payers(NamedTuple):
    """Who pays for the places that arrangements hold: `member` and `share` of the arrangement of a number, from
    `first[number]` up to `first[number + 1]`."""

    first: Ints
    member: Ints
    share: Floats


class PayersBook:
    """The payers under all arrangements, with their shares of now; to be made anew when the arrangements are others."""

    def __init__(self, arrangements: Sequence[Arrangement]) -> None:
        first = np.cumsum([0, *(len(a.members) for a in arrangements)])
        member = np.concatenate([a.members for a in arrangements])
        share = np.concatenate([a.shares for a in arrangements])
        self._payers = Payers(first, member, share)
        # Who is alone pays everything at any time; the others' shares follow their use of the arrangement.
        self._shared = [(a, slice(*first[a.number : a.number + 2])) for a in arrangements if len(a.members) > 1]

    @property
    def payers(self) -> Payers:
        """Members and shares, up to date."""
        for arrangement, entries in self._shared:
            self._payers.share[entries] = arrangement.shares
        return self._payers


def pay_week(market: Market, payers: Payers, cooperatives: Sequence[tuple[int, Cooperative]], census: Census) -> Ledger:
    """Fees, empty places, own homes, running costs of cooperatives (by number) and the last resort are paid."""
    homes, holdings = market.homes, market.holdings
    ledger = Ledger(len(market.authorities), int(homes.provider.max()) + 1)
    ledger.paid["placements"] += census.due.placements
    ledger.paid["places_beside"] += census.due.beside
    _pay_providers(
        homes.table, holdings.table, census.due, market.free(), payers, prices(market), ledger.paid["empty_places"],
        ledger.paid["own_empty_places"], ledger.received,
    )  # fmt: skip
    for number, rule in cooperatives:
        cost = rule.running_cost_per_year / WEEKS_PER_YEAR * market.cost_index
        arrangement = market.arrangements[number]
        ledger.pay_cooperative(arrangement.members, arrangement.shares, cost)
    weekly_cost = market.scenario.unregistered.weekly_cost * market.cost_index
    ledger.pay_unregistered(census.sums[:, OF_CHILDREN.index("children_unregistered")], weekly_cost)
    return ledger


@compiled
def _pay_providers(
    homes: Homes, holdings: Holdings, due: Fees, free: Ints, payers: Payers, prices: Prices, paid_empty: Floats,
    paid_own: Floats, received: Floats,
) -> None:  # fmt: skip
    """Providers receive the fees that are due, what contracts owe for empty places, and what own places cost that are
    `free`; the last two are added to what authorities have paid."""
    homes, holdings = homes.columns, holdings.columns
    _pay_retainers(holdings, homes.provider, payers, paid_empty, received)
    for home in range(len(free)):
        provider = homes.provider[home]
        received[provider] += due.received[home]
        if homes.sector[home] == LOCAL_AUTHORITY:
            # An own place costs its fixed share whether or not a child lives there.
            pounds = free[home] * (prices.fixed * homes.unit_cost[home] * prices.cost_index)
            paid_own[homes.authority[home]] += pounds
            received[provider] += pounds


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


def paid_empty_places(market: Market, payers: Payers) -> Floats:
    """Places that each authority pays for though they stand empty: its share of contracts, and its own homes."""
    homes, holdings = market.homes, market.holdings
    return _paid_empty_places(
        homes.sector, homes.authority, holdings.table, market.free(), payers, len(market.authorities)
    )


@compiled
def _paid_empty_places(
    sector: Ints, host: Ints, holdings: Holdings, free: Ints, payers: Payers, authorities: int
) -> Floats:
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
