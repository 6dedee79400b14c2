"""What all arrangements may ask for, as the flat arrays that the compiled placing reads."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.core.compiling import compiled, row_of
from marketsim.core.streams import second_key
from marketsim.market.children import NO_ROUTE, NOBODY, OPEN_PLACE
from marketsim.market.homes import LOCAL_AUTHORITY, Homes
from marketsim.market.market import Market
from marketsim.policies import asking_policies
from marketsim.purchasing.asking_rules import lots_of, reach_of
from marketsim.purchasing.rule import Arrangement, Lots, Together
from marketsim.week.placing.tables import PanelLots, Panels, Reaches
from marketsim.week.providers import Caution, caution

LARGE = 200  # lots above which a search goes by areas instead of reading all


class PanelBook:
    """The panels of all arrangements, laid out when they are wanted first after a `refresh`.

    Arrangements under the same rule are asked together. To be made anew when the arrangements are others.
    """

    def __init__(self, market: Market, arrangements: Sequence[Arrangement], ended: Collection[int] = ()) -> None:
        self._market, self._count = market, len(arrangements)
        self._reaches = _reaches(market, arrangements)
        under: dict[int, list[Arrangement]] = {}
        for arrangement in arrangements:
            # Cooperatives themselves and arrangements that have ended have no lots.
            if not arrangement.inner and arrangement.number not in ended:
                under.setdefault(id(arrangement.rule), []).append(arrangement)
        self._asked = [Together(those) for those in under.values()]
        self._panels: Panels | None = None

    def refresh(self) -> None:
        """Fees, costs, homes or contracts have changed: ask all rules before the next search."""
        self._panels = None

    @property
    def panels(self) -> Panels:
        """What the placing reads, up to date."""
        if self._panels is None:
            lots = Lots.side_by_side([lots_of(self._market, together) for together in self._asked])
            numbers = np.concatenate([together.numbers for together in self._asked])
            self._panels = _lay_out(self._market, lots, numbers, self._count, self._reaches)
        return self._panels


def _reaches(market: Market, arrangements: Sequence[Arrangement]) -> Reaches:
    """What the rules say of their reach, by arrangement, and what the scenario prefers."""
    preferences = market.scenario.purchasing.preferences
    reaches = [reach_of(arrangement.rule) for arrangement in arrangements]
    limits = [reach.fee_limit_at_first for reach in reaches]
    return Reaches(
        miles_at_first=np.array([reach.miles_at_first for reach in reaches], dtype=np.float64),
        miles_at_last=np.array([reach.miles_at_last for reach in reaches], dtype=np.float64),
        limit_at_first=np.array([0.0 if limit is None else limit for limit in limits], dtype=np.float64),
        limited=np.array([limit is not None for limit in limits], dtype=np.bool_),
        preference=np.array([preferences.get(one.name, 0.0) for one in arrangements], dtype=np.float64),
        checks_rating=np.array([not reach.any_rating for reach in reaches], dtype=np.bool_),
    )


def _lay_out(market: Market, lots: Lots, numbers: Ints, arrangements: int, reaches: Reaches) -> Panels:
    """The lots, those of the arrangement `numbers[i]` in its turn `i`, with what is known of their homes; those of
    large arrangements are sorted by area, each such arrangement with a table of its own."""
    homes, areas = market.homes, len(market.authorities)
    large, first = lots.number > LARGE, np.cumsum(lots.number) - lots.number
    table_of_turn = np.where(large, np.cumsum(large) - 1, NO_ROUTE)
    order, table, area = _by_turn_and_area(lots.number, table_of_turn, homes.authority[lots.home], areas)
    answers = asking_policies.answers(market)
    eager = lots.eager if answers is None else lots.eager * answers[lots.home]
    columns = lots.home, lots.holding, lots.fee, eager
    described = _described(homes.table, *columns, market.holdings.retainer, market.costs, caution(market), order)
    area_first, area_least_fee = _by_area(table, area, described, first[large], areas)
    home_first, home_next = _by_home(described.home, table, int(large.sum()), len(homes))
    return Panels(
        lots=described,
        first=_by_number(first, numbers, arrangements, 0),
        last=_by_number(first + lots.number, numbers, arrangements, 0),
        areas=_by_number(table_of_turn, numbers, arrangements, NO_ROUTE),
        area_first=area_first,
        home_first=home_first,
        home_next=home_next,
        area_least_fee=area_least_fee,
        least_fee=area_least_fee.min(axis=1, initial=np.inf),
        least_acceptance=_by_number(lots.least_acceptance, numbers, arrangements, 0.0),
        reaches=reaches,
    )


@compiled
def _by_turn_and_area(number: Ints, table_of_turn: Ints, area: Ints, areas: int) -> tuple[Ints, Ints, Ints]:
    """The order in which the lots of each turn, `number` of them, are sorted by area if they have a table; and the
    tables and areas of the lots in that order."""
    order, table, first = np.arange(len(area)), np.empty(len(area), dtype=np.int64), 0
    for turn in range(len(number)):
        last = first + number[turn]
        table[first:last] = table_of_turn[turn]
        if table_of_turn[turn] != NO_ROUTE:
            following = np.zeros(areas + 1, dtype=np.int64)
            for lot in range(first, last):
                following[area[lot] + 1] += 1
            following = first + np.cumsum(following)
            for lot in range(first, last):
                order[following[area[lot]]] = lot
                following[area[lot]] += 1
        first = last
    return order, table, area[order]


@compiled
def _described(
    homes: Homes, home: Ints, holding: Ints, fees: Floats, eagers: Floats, retainers: Floats, costs: Floats,
    caution: Caution, order: Ints,
) -> PanelLots:  # fmt: skip
    """Lots in an order, with what is known of their homes. `retainers` are by holding, `costs` by home and need band:
    homes that ask for a surplus are less willing where a fee doesn't cover them and the risk of the child (GBP/week).
    """
    count = len(order)
    lots = PanelLots(
        np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64), np.empty(count, dtype=np.uint64),
        np.empty(count), np.empty(count), np.empty((count, 3)), np.empty((count, 3)), np.zeros(count),
    )  # fmt: skip
    for position in range(count):
        lot = row_of(order[position])
        row = row_of(home[lot])
        lots.home[position] = home[lot]
        lots.pool[position] = home[lot] if holding[lot] == OPEN_PLACE else len(homes.key) + holding[lot]
        if holding[lot] != OPEN_PLACE:
            lots.owed[position] = retainers[holding[lot]]
        lots.key[position] = second_key(homes.key[row])
        lots.x[position], lots.y[position] = homes.x[row], homes.y[row]
        for band in range(3):
            fee, eager, cost = fees[lot, band], eagers[lot, band], costs[row, band]
            if homes.sector[row] != LOCAL_AUTHORITY:
                loss = max(cost + caution.risk[band] - fee, 0.0)
                eager *= max(1.0 - caution.loss_sensitivity * (loss / max(cost, 1.0)), 0.0)
            lots.fee[position, band], lots.eager[position, band] = fee, eager
    return lots


def _by_number(values: np.ndarray, numbers: Ints, arrangements: int, missing: float) -> np.ndarray:
    """Values by turn put in the order of the arrangements' numbers."""
    placed = np.full((arrangements, *values.shape[1:]), missing, dtype=values.dtype)
    placed[numbers] = values
    return placed


@compiled
def _by_area(table: Ints, area: Ints, lots: PanelLots, first: Ints, areas: int) -> tuple[Ints, Floats]:
    """By table where the lots of each area begin, and the last end (tables, areas + 1); and the least that a fee adds
    to what is owed anyway, by table, area and need band, infinite where there is no lot. `first` is where the lots of
    each table begin."""
    begins, least = np.zeros((len(first), areas + 1), dtype=np.int64), np.full((len(first), areas, 3), np.inf)
    for lot in range(len(table)):
        if table[lot] != NO_ROUTE:
            begins[table[lot], area[lot] + 1] += 1
            for band in range(3):
                least[table[lot], area[lot], band] = min(
                    least[table[lot], area[lot], band], lots.fee[lot, band] - lots.owed[lot]
                )
    for row in range(len(first)):
        begins[row] = first[row] + np.cumsum(begins[row])
    return begins, least


@compiled
def _by_home(home: Ints, table: Ints, tables: int, homes: int) -> tuple[Ints, Ints]:
    """By table and home the first of its lots, and by lot the next one of the same home there; NOBODY if there is
    none."""
    first, following = np.full((tables, homes), NOBODY), np.full(len(home), NOBODY)
    for lot in range(len(home) - 1, -1, -1):
        if table[lot] != NO_ROUTE:
            following[lot], first[table[lot], home[lot]] = first[table[lot], home[lot]], lot
    return first, following
