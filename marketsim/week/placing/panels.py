"""Gather what all arrangements may ask for into the flat arrays that the compiled placing reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.compiling import Handle, compiled, compiled_part, handle, row_of
from marketsim.core.luck import second_key
from marketsim.market.children import OPEN_PLACE
from marketsim.market.homes import LOCAL_AUTHORITY, Homes
from marketsim.purchasing.arrangement import Arrangement, LotsOfAll, Market, Together
from marketsim.purchasing.rule import PurchasingRule
from marketsim.week.placing.tables import NO_ROUTE, NOBODY, Panels
from marketsim.week.providers import Caution, caution, temper

LARGE = 200  # lots above which a search goes by areas instead of reading all


@dataclass
class Asked:
    """Arrangements under one rule that can be asked for lots, and what the rule said last."""

    together: Together
    lots: LotsOfAll | None = None  # to be asked for

    @property
    def rule(self) -> PurchasingRule:
        """The rule of all."""
        return self.together.rule


class PanelBook:
    """The lots of every arrangement, asked for again only when they may have changed, and the panels made of them.

    Arrangements under the same rule are asked together. To be made anew when the arrangements are others.
    """

    def __init__(self, market: Market, ended: Collection[int] = ()) -> None:
        self._market = market
        self._terms = _terms(market.arrangements)
        under: dict[int, list[Arrangement]] = {}
        for arrangement in market.arrangements:
            # Cooperatives themselves and arrangements that have ended have no lots.
            if not arrangement.inner and arrangement.number not in ended:
                under.setdefault(id(arrangement.rule), []).append(arrangement)
        self._asked = [Asked(Together(arrangements)) for arrangements in under.values()]
        self._order = np.concatenate([asked.together.numbers for asked in self._asked])
        self._panels: Handle[Panels] | None = None
        self._homes = 0  # pools are numbered behind the homes there are

    def refresh(self, arrangements: Iterable[Arrangement]) -> None:
        """Before the next search ask the rules of some arrangements again."""
        rules = {id(arrangement.rule) for arrangement in arrangements}
        self._ask_again(asked for asked in self._asked if id(asked.rule) in rules)

    def refresh_fees(self) -> None:
        """Fees have been revised: ask the rules that follow the open market."""
        self._ask_again(asked for asked in self._asked if asked.rule.follows_market)

    def refresh_opened(self, opened: Ints) -> None:
        """Homes have opened: ask the rules that follow the open market, and with a new own home those with such homes
        too, whose lots follow costs."""
        own = (self._market.homes.sector[opened] == LOCAL_AUTHORITY).any()
        rules = ((asked, asked.rule) for asked in self._asked)
        self._ask_again(asked for asked, rule in rules if rule.follows_market or (own and rule.follows_costs))

    def refresh_closed(self, closed: Ints) -> None:
        """Homes have closed: ask the rules that could still send referrals there."""
        gone = np.zeros(len(self._market.homes), dtype=np.bool_)
        gone[closed] = True
        self._ask_again(asked for asked in self._asked if asked.lots and gone[asked.lots.home].any())

    def refresh_costs(self) -> None:
        """Costs have changed, and with them how willing homes are: ask the rules whose lots follow them."""
        self._ask_again(asked for asked in self._asked if asked.rule.follows_costs)
        self._panels = None

    @property
    def panels(self) -> Handle[Panels]:
        """What the placing reads, up to date."""
        if self._panels is None or self._homes != len(self._market.homes):
            self._homes = len(self._market.homes)
            self._panels = handle(self._lay_out([self._lots_of(asked) for asked in self._asked]))
        return self._panels

    def _ask_again(self, asked: Iterable[Asked]) -> None:
        for one in asked:
            one.lots = self._panels = None

    def _lots_of(self, asked: Asked) -> LotsOfAll:
        if asked.lots is None:
            asked.lots = asked.rule.lots_of_all(self._market, asked.together)
        return asked.lots

    def _lay_out(self, lots: list[LotsOfAll]) -> Panels:
        market, arrangements = self._market, len(self._market.arrangements)
        home, holding = np.concatenate([one.home for one in lots]), np.concatenate([one.holding for one in lots])
        fee, eager = np.concatenate([one.fee for one in lots]), np.concatenate([one.eager for one in lots])
        ends, number = np.zeros((2, arrangements), dtype=np.int64)
        number[self._order] = counted = np.concatenate([one.number for one in lots])
        ends[self._order] = np.cumsum(counted)
        least = np.zeros((arrangements, 3))
        least[self._order] = np.concatenate([one.least_acceptance for one in lots])
        return _lay_out(
            market.homes.table, home, holding, fee, eager, ends - number, ends, least, self._terms, market.costs,
            caution(market), len(market.authorities),
        )  # fmt: skip


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
        for_surplus = homes.sector[row] != LOCAL_AUTHORITY
        for band in range(3):
            fee[position, band], eager[position, band] = fees[lot, band], eagers[lot, band]
            if for_surplus:
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
            size[row_of(host[row_of(home[lot])])] += 1
        begins[table, 0] = first[table]
        begins[table, 1:] = first[table] + np.cumsum(size)
        following = begins[table].copy()
        for lot in range(first[table], last[table]):
            area = row_of(host[row_of(home[lot])])
            order[row_of(following[area])] = lot
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
            row = row_of(home[lot])
            following[lot] = first[table, row]
            first[table, row] = lot
    return first, following
