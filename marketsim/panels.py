"""Gather what all arrangements may ask for into the flat arrays that the compiled placing reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from marketsim.agents.provider import readiness
from marketsim.children import OPEN_PLACE
from marketsim.columns import Bools, Floats, Ints
from marketsim.compiling import compiled
from marketsim.homes import LOCAL_AUTHORITY
from marketsim.placing import NO_ROUTE, Panels
from marketsim.purchasing.arrangement import Arrangement, Lots, Market, no_lots
from marketsim.streams import second_keys

LARGE = 200  # lots above which a search goes by areas instead of reading all


class PanelBook:
    """The lots of every arrangement, asked for again only when they may have changed, and the panels made of them.

    To be made anew when the arrangements are others.
    """

    def __init__(self, market: Market, ended: Collection[int] = ()) -> None:
        self._market, self._ended = market, frozenset(ended)
        self._lots = [no_lots() for _ in market.arrangements]
        self._terms = _terms(market.arrangements)
        self._followers = [a for a in market.arrangements if a.rule.follows_market]
        self._others = [a for a in market.arrangements if not a.rule.follows_market]
        self._numbers = [a.number for a in (*self._others, *self._followers)]  # in the order of their lots
        self._of_member: dict[int, list[int]] = {}
        for arrangement in market.arrangements:
            for member in arrangement.members.tolist():
                self._of_member.setdefault(member, []).append(arrangement.number)
        self._lots_of_others = no_lots()
        self._sizes = np.zeros(len(self._lots), dtype=np.int64)
        self._least = np.zeros((len(self._lots), 3))
        self._stale = set(range(len(market.arrangements)))
        self._panels: Panels | None = None
        self._homes = 0  # pools are numbered behind the homes there are

    def refresh(self, arrangements: Iterable[Arrangement]) -> None:
        """Before the next search ask the rules of some arrangements again."""
        self._stale.update(arrangement.number for arrangement in arrangements)

    def refresh_fees(self) -> None:
        """Fees have been revised: ask the rules that follow the open market."""
        self.refresh(self._followers)

    def refresh_opened(self, opened: Ints) -> None:
        """Homes have opened: ask the rules that follow the open market, and authorities' own with a new own home."""
        homes = self._market.homes
        with_own = set(homes.authority[opened[homes.sector[opened] == LOCAL_AUTHORITY]].tolist())
        self.refresh_fees()
        self._stale.update(*(self._of_member.get(authority, ()) for authority in with_own))

    def refresh_closed(self, closed: Ints) -> None:
        """Homes have closed: ask the rules that could still send referrals there."""
        gone = np.zeros(len(self._market.homes), dtype=np.bool_)
        gone[closed] = True
        self.refresh(a for a in self._market.arrangements if gone[self._lots[a.number].home].any())

    def refresh_all(self) -> None:
        """Costs have changed: ask all rules."""
        self.refresh(self._market.arrangements)

    @property
    def panels(self) -> Panels:
        """What the placing reads, up to date."""
        if self._stale or self._panels is None or self._homes != len(self._market.homes):
            self._ask()
            self._homes = len(self._market.homes)
            lots = _joined([self._lots_of_others, *(self._lots[a.number] for a in self._followers)])
            self._panels = _make_panels(self._market, lots, *self._limits(), self._least.copy(), self._terms)
        return self._panels

    def _ask(self) -> None:
        """Ask again where lots may have changed; cooperatives themselves and arrangements that have ended have none."""
        for number in sorted(self._stale):
            arrangement = self._market.arrangements[number]
            empty = arrangement.inner or number in self._ended
            lots = no_lots() if empty else arrangement.rule.lots(self._market, arrangement)
            self._lots[number], self._sizes[number], self._least[number] = lots, len(lots.home), lots.least_acceptance
        if not self._stale.isdisjoint(self._numbers[: len(self._others)]):
            self._lots_of_others = _joined([self._lots[a.number] for a in self._others])
        self._stale.clear()

    def _limits(self) -> tuple[Ints, Ints]:
        """By arrangement, the first of its lots and the one behind its last."""
        last = np.zeros_like(self._sizes)
        last[self._numbers] = np.cumsum(self._sizes[self._numbers])
        return last - self._sizes, last


def _joined(lots: Sequence[Lots]) -> Lots:
    """Several lists of lots as one, but for the least chances of acceptance."""
    if not lots:
        return no_lots()
    home, holding = np.concatenate([one.home for one in lots]), np.concatenate([one.holding for one in lots])
    fee, eager = np.concatenate([one.fee for one in lots]), np.concatenate([one.eager for one in lots])
    return Lots(home, holding, fee, eager, np.zeros(3))


class Terms(NamedTuple):
    """What the rules say of their reach, by arrangement: see `Panels`."""

    miles_at_first: Floats
    miles_at_last: Floats
    limit_at_first: Floats
    limited: Bools
    checks_rating: Bools


def _terms(arrangements: Sequence[Arrangement]) -> Terms:
    reaches = [arrangement.rule.reach() for arrangement in arrangements]
    limits = [reach.fee_limit_at_first for reach in reaches]
    return Terms(
        miles_at_first=np.array([reach.miles_at_first for reach in reaches], dtype=np.float64),
        miles_at_last=np.array([reach.miles_at_last for reach in reaches], dtype=np.float64),
        limit_at_first=np.array([0.0 if limit is None else limit for limit in limits], dtype=np.float64),
        limited=np.array([limit is not None for limit in limits], dtype=np.bool_),
        checks_rating=np.array([not reach.any_rating for reach in reaches], dtype=np.bool_),
    )


def _make_panels(market: Market, lots: Lots, first: Ints, last: Ints, least: Floats, terms: Terms) -> Panels:
    """The lots of all arrangements, where there are many sorted by the area in which the homes stand."""
    large = np.flatnonzero(last - first > LARGE)
    areas = np.full(len(first), NO_ROUTE)
    areas[large] = np.arange(len(large))
    host, count = market.homes.authority[lots.home], len(market.authorities)
    order, area_first, area_least_fee = _sort_by_area(host, lots.fee, first[large], last[large], count)
    home, holding = lots.home[order], lots.holding[order]
    fee = lots.fee.take(order, axis=0)
    return Panels(
        pool=np.where(holding == OPEN_PLACE, home, len(market.homes) + holding),
        home=home,
        key=second_keys(market.homes.key[home]),
        x=market.homes.x[home],
        y=market.homes.y[home],
        fee=fee,
        eager=lots.eager.take(order, axis=0) * readiness(market, home, fee),
        first=first,
        last=last,
        areas=areas,
        area_first=area_first,
        area_least_fee=area_least_fee,
        least_fee=area_least_fee.min(axis=1),
        least_acceptance=least,
        **terms._asdict(),
    )


@compiled
def _sort_by_area(area: Ints, fee: Floats, first: Ints, last: Ints, areas: int) -> tuple[Ints, Ints, Floats]:
    """The order of all lots in which those from each `first` to `last` are sorted by area, and the tables of these:
    where the lots of each area begin, and the least fee by need band."""
    order = np.arange(len(area))
    begins = np.zeros((len(first), areas + 1), dtype=np.int64)
    least_fee = np.full((len(first), areas, 3), np.inf)
    for table in range(len(first)):
        size = np.zeros(areas, dtype=np.int64)
        for lot in range(first[table], last[table]):
            size[area[lot]] += 1
            for band in range(3):
                least_fee[table, area[lot], band] = min(least_fee[table, area[lot], band], fee[lot, band])
        begins[table, 0] = first[table]
        begins[table, 1:] = first[table] + np.cumsum(size)
        following = begins[table].copy()
        for lot in range(first[table], last[table]):
            order[following[area[lot]]] = lot
            following[area[lot]] += 1
    return order, begins, least_fee
