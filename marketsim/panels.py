"""Gather what all arrangements may ask for into the flat arrays that the compiled placing reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from marketsim.agents.provider import Caution, caution, temper
from marketsim.children import OPEN_PLACE
from marketsim.columns import Bools, Floats, Ints
from marketsim.compiling import Handle, compiled, compiled_part, handle, row_of
from marketsim.homes import LOCAL_AUTHORITY, Homes
from marketsim.luck import second_key
from marketsim.placing import NO_ROUTE, NOBODY, Panels
from marketsim.purchasing.arrangement import Arrangement, Lots, Market, no_lots

LARGE = 200  # lots above which a search goes by areas instead of reading all


class PanelBook:
    """The lots of every arrangement, asked for again only when they may have changed, and the panels made of them.

    To be made anew when the arrangements are others.
    """

    def __init__(self, market: Market, ended: Collection[int] = ()) -> None:
        self._market, self._ended = market, frozenset(ended)
        self._terms = _terms(market.arrangements)
        self._followers = [a for a in market.arrangements if a.rule.follows_market]
        self._of_member: dict[int, list[int]] = {}
        for arrangement in market.arrangements:
            for member in arrangement.members.tolist():
                self._of_member.setdefault(member, []).append(arrangement.number)
        self._lots = no_lots()  # of all arrangements, one after the other
        self._first = self._last = np.zeros(len(market.arrangements), dtype=np.int64)
        self._least = np.zeros((len(market.arrangements), 3))
        self._stale = set(range(len(market.arrangements)))
        self._panels: Handle[Panels] | None = None
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
        before = np.concatenate([[0], np.cumsum(gone[self._lots.home])])  # lots in them, before each lot
        self._stale.update(np.flatnonzero(before[self._first] < before[self._last]).tolist())

    def refresh_costs(self) -> None:
        """Costs have changed, and with them how willing homes are: ask the rules whose lots follow them."""
        self.refresh(a for a in self._market.arrangements if a.rule.follows_costs)
        self._panels = None

    @property
    def panels(self) -> Handle[Panels]:
        """What the placing reads, up to date."""
        if self._stale or self._panels is None or self._homes != len(self._market.homes):
            self._renew_lots()
            self._homes = len(self._market.homes)
            self._panels = handle(self._lay_out())
        return self._panels

    def _lay_out(self) -> Panels:
        market, lots = self._market, self._lots
        return _lay_out(
            market.homes.table, lots.home, lots.holding, lots.fee, lots.eager, self._first, self._last,
            self._least.copy(), self._terms, market.costs, caution(market), len(market.authorities),
        )  # fmt: skip

    def _renew_lots(self) -> None:
        """Put new lots in the place of those that may have changed, between the others as they are."""
        sizes = self._last - self._first
        first, last = self._first.tolist(), self._last.tolist()
        parts, kept = [], 0
        for number in sorted(self._stale):
            lots = self._ask(number)
            if kept < first[number]:
                parts.append(_part(self._lots, kept, first[number]))
            parts.append(lots)
            kept = last[number]
            sizes[number], self._least[number] = len(lots.home), lots.least_acceptance
        self._lots = _joined([*parts, _part(self._lots, kept, len(self._lots.home))])
        self._last = np.cumsum(sizes)
        self._first = self._last - sizes
        self._stale.clear()

    def _ask(self, number: int) -> Lots:
        """The lots of an arrangement; cooperatives themselves and arrangements that have ended have none."""
        arrangement = self._market.arrangements[number]
        if arrangement.inner or number in self._ended:
            return no_lots()
        return arrangement.rule.lots(self._market, arrangement)


def _part(lots: Lots, first: int, last: int) -> Lots:
    """The lots from `first` up to `last`, but for the least chances of acceptance."""
    part = slice(first, last)
    return Lots(lots.home[part], lots.holding[part], lots.fee[part], lots.eager[part], np.zeros(3))


def _joined(parts: Sequence[Lots]) -> Lots:
    """Several lists of lots as one, but for the least chances of acceptance."""
    home, holding = np.concatenate([part.home for part in parts]), np.concatenate([part.holding for part in parts])
    fee, eager = np.concatenate([part.fee for part in parts]), np.concatenate([part.eager for part in parts])
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


@compiled
def _lay_out(
    homes: Homes, home: Ints, holding: Ints, fees: Floats, eagers: Floats, first: Ints, last: Ints, least: Floats,
    terms: Terms, costs: Floats, caution: Caution, areas: int,
) -> Panels:  # fmt: skip
    """Lots with what is known of their homes, those of large arrangements sorted by area; the lots of each arrangement
    go from `first` to `last`. `costs` are by home and need band: homes are less willing where a fee doesn't cover them.
    """
    homes, count, large = homes.columns, len(home), np.flatnonzero(last - first > LARGE)
    tables = np.full(len(first), NO_ROUTE)
    tables[large] = np.arange(len(large))
    order, area_first = _sort_by_area(homes.authority, home, first[large], last[large], areas)
    pool, key, x, y = home[order], np.empty(count, dtype=np.uint64), np.empty(count), np.empty(count)
    fee, eager = np.empty((count, 3)), np.empty((count, 3))
    home = pool.copy()
    for position in range(count):
        lot, row = row_of(order[position]), row_of(home[position])
        if holding[lot] != OPEN_PLACE:
            pool[position] = len(homes.key) + holding[lot]
        key[position], x[position], y[position] = second_key(homes.key[row]), homes.x[row], homes.y[row]
        for band in range(3):
            fee[position, band], eager[position, band] = fees[lot, band], eagers[lot, band]
            if homes.sector[row] != LOCAL_AUTHORITY:  # which are not run for a surplus
                eager[position, band] *= temper(caution, costs[row, band], fees[lot, band], band)
    home_first, home_next = _by_home(home, area_first, len(homes.key))
    area_least_fee, least_fee = _least_fees(fee, area_first)
    return Panels(
        pool, home, key, x, y, fee, eager, first, last, tables, area_first, home_first, home_next, area_least_fee,
        least_fee, least, terms.miles_at_first, terms.miles_at_last, terms.limit_at_first, terms.limited,
        terms.checks_rating,
    )  # fmt: skip


@compiled_part
def _sort_by_area(host: Ints, home: Ints, first: Ints, last: Ints, areas: int) -> tuple[Ints, Ints]:
    """The order of all lots in which those from each `first` to `last` are sorted by area, and by such a table where
    the lots of each area begin. `host` is the area by home."""
    order = np.arange(len(home))
    begins = np.zeros((len(first), areas + 1), dtype=np.int64)
    for table in range(len(first)):
        size = np.zeros(areas, dtype=np.int64)
        for lot in range(first[table], last[table]):
            size[host[home[lot]]] += 1
        begins[table, 0] = first[table]
        begins[table, 1:] = first[table] + np.cumsum(size)
        following = begins[table].copy()
        for lot in range(first[table], last[table]):
            area = host[home[lot]]
            order[following[area]] = lot
            following[area] += 1
    return order, begins


@compiled_part
def _least_fees(fee: Floats, begins: Ints) -> tuple[Floats, Floats]:
    """The least fee by table, area and need band, and by table and band; the lots of each area begin where `begins`
    (tables, areas + 1) says."""
    by_area, least = np.full((len(begins), begins.shape[1] - 1, 3), np.inf), np.full((len(begins), 3), np.inf)
    for table in range(len(begins)):
        for area in range(by_area.shape[1]):
            for lot in range(begins[table, area], begins[table, area + 1]):
                for band in range(3):
                    by_area[table, area, band] = min(by_area[table, area, band], fee[lot, band])
            for band in range(3):
                least[table, band] = min(least[table, band], by_area[table, area, band])
    return by_area, least


@compiled_part
def _by_home(home: Ints, begins: Ints, homes: int) -> tuple[Ints, Ints]:
    """By table and home the first of its lots, and by lot the next one of the same home there; NOBODY if there is none.
    The lots of a table are those from the first to the last that `begins` (tables, areas + 1) says."""
    first, following = np.full((len(begins), homes), NOBODY), np.full(len(home), NOBODY)
    for table in range(len(begins)):
        for lot in range(begins[table, -1] - 1, begins[table, 0] - 1, -1):
            following[lot] = first[table, home[lot]]
            first[table, home[lot]] = lot
    return first, following
