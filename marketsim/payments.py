"""What authorities pay in a week, and to whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from marketsim.accounts import Fees
from marketsim.children import UNREGISTERED
from marketsim.homes import LOCAL_AUTHORITY
from marketsim.ledger import Ledger
from marketsim.purchasing.arrangement import Market
from marketsim.purchasing.cooperative import Cooperative
from marketsim.units import WEEKS_PER_YEAR


def pay_week(market: Market, cooperatives: Sequence[tuple[int, Cooperative]], fees: Fees) -> Ledger:
    """Fees, empty places, own homes, running costs of cooperatives (by number) and the last resort are paid."""
    children, homes = market.children, market.homes
    ledger = Ledger(len(market.authorities), int(homes.provider.max()) + 1)
    ledger.pay_fees(fees.placements, fees.beside, homes.provider, fees.received)
    _pay_retainers(market, ledger)
    _pay_own_empty_places(market, ledger)
    for number, rule in cooperatives:
        cost = rule.running_cost_per_year / WEEKS_PER_YEAR * market.cost_index
        arrangement = market.arrangements[number]
        ledger.pay_cooperative(arrangement.members, arrangement.shares, cost)
    weekly_cost = market.scenario.unregistered.weekly_cost * market.cost_index
    ledger.pay_unregistered(children.authority[children.in_state(UNREGISTERED)], weekly_cost)
    return ledger


def _pay_retainers(market: Market, ledger: Ledger) -> None:
    """What contracts owe for held places that stand empty, in the shares of those who share the contract."""
    holdings = market.holdings
    empty = holdings.empty()
    rows = np.flatnonzero(empty)
    pounds, by_arrangement = empty[rows] * holdings.retainer[rows], holdings.arrangement[rows]
    due = np.bincount(by_arrangement, weights=pounds)
    for number in np.flatnonzero(due):
        members, shares = market.arrangements[number].members, market.arrangements[number].shares
        if len(members) == 1:
            ledger.paid["empty_places"][members] += due[number]
            continue
        each = shares[:, None] * pounds[by_arrangement == number]
        ledger.paid["empty_places"][members] += each.cumsum(axis=1)[:, -1]
    ledger.receive(market.homes.provider[holdings.home[rows]], pounds)


def _pay_own_empty_places(market: Market, ledger: Ledger) -> None:
    """An own place costs its fixed share whether or not a child lives there."""
    homes = market.homes
    free = market.free()
    own = np.flatnonzero((homes.sector == LOCAL_AUTHORITY) & (free > 0))
    fixed = market.scenario.providers.fixed_cost_share * homes.unit_cost[own] * market.cost_index
    payer = homes.authority[own]
    ledger.pay_providers("own_empty_places", payer, homes.provider[own], free[own] * fixed)
