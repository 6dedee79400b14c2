"""What authorities pay in a week, and to whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from marketsim.accounts import Fees
from marketsim.children import UNREGISTERED
from marketsim.columns import Floats, Ints
from marketsim.compiling import compiled
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


def pay_week(market: Market, payers: Payers, cooperatives: Sequence[tuple[int, Cooperative]], fees: Fees) -> Ledger:
    """Fees, empty places, own homes, running costs of cooperatives (by number) and the last resort are paid."""
    children, homes, index = market.children, market.homes, float(market.cost_index)
    ledger = Ledger(len(market.authorities), int(homes.provider.max()) + 1)
    paid, received = ledger.paid, ledger.received
    ledger.pay_fees(fees.placements, fees.beside, homes.provider, fees.received)
    _pay_retainers(market.holdings.table, homes.provider, payers, paid["empty_places"], received)
    fixed = float(market.scenario.providers.fixed_cost_share)
    _pay_own_empty_places(homes.table, market.free(), fixed, index, paid["own_empty_places"], received)
    for number, rule in cooperatives:
        cost = rule.running_cost_per_year / WEEKS_PER_YEAR * index
        arrangement = market.arrangements[number]
        ledger.pay_cooperative(arrangement.members, arrangement.shares, cost)
    weekly_cost = market.scenario.unregistered.weekly_cost * index
    ledger.pay_unregistered(children.authority[children.in_state(UNREGISTERED)], weekly_cost)
    return ledger


@compiled
def _pay_retainers(holdings: Holdings, provider: Ints, payers: Payers, paid: Floats, received: Floats) -> None:
    """What contracts owe for held places that stand empty, in the shares of those who share the contract; `provider`
    is by home. Added to what authorities have `paid` and providers have `received`."""
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
def _pay_own_empty_places(
    homes: Homes, free: Ints, fixed: float, cost_index: float, paid: Floats, received: Floats
) -> None:
    """An own place costs its `fixed` share whether or not a child lives there."""
    for home in range(len(free)):
        if homes.sector[home] == LOCAL_AUTHORITY:
            pounds = free[home] * (fixed * homes.unit_cost[home] * cost_index)
            paid[homes.authority[home]] += pounds
            received[homes.provider[home]] += pounds


def paid_empty_places(market: Market, payers: Payers) -> Floats:
    """Places that each authority pays for though they stand empty: its share of contracts, and its own homes."""
    return _paid_empty_places(market.homes.table, market.holdings.table, market.free(), payers, len(market.authorities))


@compiled
def _paid_empty_places(homes: Homes, holdings: Holdings, free: Ints, payers: Payers, authorities: int) -> Floats:
    paid, empty = np.zeros(authorities), np.zeros(len(payers.first) - 1)
    for home in range(len(free)):
        if homes.sector[home] == LOCAL_AUTHORITY:
            paid[homes.authority[home]] += free[home]
    for row in range(len(holdings.home)):
        if holdings.retainer[row] > 0:
            empty[holdings.arrangement[row]] += max(holdings.places[row] - holdings.used[row], 0)
    for number in range(len(empty)):
        for entry in range(payers.first[number], payers.first[number + 1]):
            paid[payers.member[entry]] += payers.share[entry] * empty[number]
    return paid
