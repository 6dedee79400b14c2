"""What authorities pay in a week, and to whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.core.compiling import compiled
from marketsim.market import costs
from marketsim.market.costs import Prices
from marketsim.market.homes import LOCAL_AUTHORITY, Homes
from marketsim.market.ledger import Ledger
from marketsim.market.market import Market
from marketsim.policies import asking_policies
from marketsim.purchasing.asking_rules import dues_of, handed_back
from marketsim.purchasing.asking_wholes import settled
from marketsim.purchasing.rule import Arrangement
from marketsim.week import providers
from marketsim.week.census import OF_CHILDREN, Census

LAST_RESORT = OF_CHILDREN.index("last_resort")


OWING = ("owes", "shares_in", "homes_wanted")  # hooks of rules that lead to payments besides fees and retainers


class Payers:
    """Who pays for what is bought together: the members of all arrangements, one after the other, and those who have
    left them and are still bound, with their shares; to be made anew when the arrangements are others."""

    def __init__(self, arrangements: Sequence[Arrangement], ended: Collection[int] = ()) -> None:
        pays = [arrangement.payers() for arrangement in arrangements]
        self.first = np.cumsum([0, *(len(rows) for rows, _ in pays)])
        self.member = np.concatenate([rows for rows, _ in pays])
        self.share = np.concatenate([shares for _, shares in pays])
        going = (a for a in arrangements if a.number not in ended)
        self.owing = [a for a in going if any(a.rule.has(hook) for hook in OWING)]
        # Who is alone pays everything at any time; the others' shares follow their use of the arrangement.
        self._shared = [
            (arrangement, slice(*self.first[arrangement.number : arrangement.number + 2]))
            for arrangement, (rows, _) in zip(arrangements, pays, strict=True)
            if len(rows) > 1
        ]
        self.settling = [a for a in arrangements if a.number not in ended and a.rule.has("settles")]

    def update(self) -> None:
        """Note the shares of now, after some arrangements have been reviewed."""
        for arrangement, entries in self._shared:
            rows, shares = arrangement.payers()
            share_of = dict(zip(rows.tolist(), shares.tolist(), strict=True))  # who is bound no more is not among them
            self.share[entries] = [share_of.get(row, 0.0) for row in self.member[entries].tolist()]

    def charge(self, paid: Floats, arrangement: Ints, amount: Floats) -> None:
        """Add amounts owed under some arrangements to what their members have `paid`, in their shares."""
        _charge(self.first, self.member, self.share, paid, arrangement, amount)


@compiled
def _charge(first: Ints, member: Ints, share: Floats, paid: Floats, arrangement: Ints, amount: Floats) -> None:
    owed = np.zeros(len(member))
    for position, number in enumerate(arrangement):
        for entry in range(first[number], first[number + 1]):
            owed[entry] += share[entry] * amount[position]
    for entry in range(len(owed)):
        paid[member[entry]] += owed[entry]


def pay_week(market: Market, payers: Payers, census: Census) -> Ledger:
    """Fees, empty places, own homes, the last resort, and what arrangements owe besides, are paid."""
    homes, last_resort = market.homes, providers.last_resort(market)
    ledger = Ledger(len(market.authorities), int(homes.provider.max()) + 1, len(homes))
    unregistered = census.sums[:, LAST_RESORT]
    ledger.paid["placements"][:], ledger.paid["places_beside"][:] = census.due.placements, census.due.beside
    ledger.paid["unregistered"][:] = unregistered * last_resort
    ledger.unregistered = float(unregistered.sum() * last_resort)
    ledger.received[:] = np.bincount(homes.provider, weights=census.due.received, minlength=len(ledger.received))
    own = ledger.paid["own_empty_places"]
    pay_own_empty_places(homes.table, market.free(), costs.prices(market), own, ledger.received)
    _pay_retainers(market, payers, ledger)
    for arrangement in payers.owing:
        _pay_dues(market, payers, ledger, arrangement)
        _hand_back(market, payers, ledger, arrangement, census)
    for arrangement in payers.settling:
        ledger.paid["common_pot"][:] += settled(market, arrangement)
    _pay_for_policies(market, ledger)
    return ledger


def _pay_for_policies(market: Market, ledger: Ledger) -> None:
    """What policies cost authorities, less what others pay of it."""
    for spent in asking_policies.spending(market):
        for kind, amount in (("programmes", spent.running), ("capital", spent.capital)):
            if amount is not None:
                ledger.paid[kind][:] += amount
                ledger.programmes += float(amount.sum())
        if spent.to_homes is not None:
            ledger.give_homes(market.homes.provider, spent.to_homes)
            ledger.programmes -= float(spent.to_homes.sum())
        if spent.from_outside is not None:
            ledger.paid["from_outside"][:] -= spent.from_outside


def _pay_retainers(market: Market, payers: Payers, ledger: Ledger) -> None:
    """What contracts owe for held places that stand empty, in the shares of those who share the contract."""
    holdings = market.holdings
    pounds = holdings.empty() * holdings.retainer
    rows = np.flatnonzero(pounds > 0)
    payers.charge(ledger.paid["empty_places"], holdings.arrangement[rows], pounds[rows])
    np.add.at(ledger.received, market.homes.provider[holdings.home[rows]], pounds[rows])


def paid_empty_places(market: Market, payers: Payers) -> Floats:
    """Places that each authority pays for though they stand empty: its own homes, and its share of contracts."""
    holdings, paid = market.holdings, np.zeros(len(market.authorities))
    _count_own_empty_places(market.homes.table, market.free(), paid)
    held = (holdings.retainer > 0) * holdings.empty()
    places: Floats = np.zeros(len(payers.first) - 1)
    np.add.at(places, holdings.arrangement, held)
    payers.charge(paid, np.flatnonzero(places), places[places > 0])
    return paid


@compiled
def _count_own_empty_places(homes: Homes, free: Ints, paid: Floats) -> None:
    for home in range(len(free)):
        if homes.sector[home] == LOCAL_AUTHORITY:
            paid[homes.authority[home]] += free[home]


@compiled
def pay_own_empty_places(homes: Homes, free: Ints, prices: Prices, paid: Floats, received: Floats) -> None:
    """An own place costs its fixed share whether or not a child lives there."""
    for home in range(len(free)):
        if homes.sector[home] == LOCAL_AUTHORITY:
            pounds = free[home] * (prices.fixed * homes.unit_cost[home] * prices.cost_index)
            paid[homes.authority[home]] += pounds
            received[homes.provider[home]] += pounds


def _pay_dues(market: Market, payers: Payers, ledger: Ledger, arrangement: Arrangement) -> None:
    """What a rule says that members owe to its office, and to homes, less what others pay; and houses that were bought
    for homes of theirs."""
    dues, number = dues_of(market, arrangement), np.array([arrangement.number])
    payers.charge(ledger.paid["running_cost"], number, np.array([dues.office]))
    if dues.homes is not None:
        payers.charge(ledger.paid["agreed_dues"], number, np.array([dues.homes.sum()]))
        ledger.give_homes(market.homes.provider, dues.homes)
    ledger.offices += dues.office
    payers.charge(ledger.paid["from_outside"], number, np.array([-dues.from_outside]))
    if arrangement.capital_due > 0:
        payers.charge(ledger.paid["capital"], number, np.array([arrangement.capital_due]))
        ledger.programmes += arrangement.capital_due
        arrangement.capital_due = 0.0


def _hand_back(
    market: Market, payers: Payers, ledger: Ledger, arrangement: Arrangement, census: Census
) -> None:  # fmt: skip
    """What a rule says that homes hand back to the members of what is left to them."""
    if arrangement.rule.has("shares_in"):
        revenue, cost = costs.books(market, census.due.received, census.due.needs, census.due.extra)
        back = handed_back(market, arrangement, revenue - cost)
        payers.charge(ledger.paid["handed_back"], np.array([arrangement.number]), np.array([-back.sum()]))
        ledger.give_homes(market.homes.provider, -back)
