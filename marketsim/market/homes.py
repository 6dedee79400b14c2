"""The stock of homes, and the places in them that contracts hold, as columns."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from marketsim.core.columns import Bools, Columns, Floats, Ints, Keys, table_type
from marketsim.core.compiling import compiled
from marketsim.core.luck import luck_of, mixed

SECTORS = ("private", "voluntary", "local_authority", "health")
PRIVATE, VOLUNTARY, LOCAL_AUTHORITY, HEALTH = range(4)
RATINGS = ("outstanding", "good", "requires_improvement", "inadequate")
OUTSTANDING, GOOD, REQUIRES_IMPROVEMENT, INADEQUATE = range(4)
NEVER = np.iinfo(np.int64).max


class Homes(Columns):
    """One row a home, open or closed; rows are never reused.

    `key` is the home's identity for luck; `authority` is the host. `unit_cost` is the running cost per resident of
    middling need at planned occupancy and `ask` the weekly fee asked for such a child (GBP/week). `residents_*` are
    sums over the children who live there. `short_break` homes count among homes and places but take part in nothing.
    `beside` are places left empty beside a child, `breakdowns` those since the last inspection, `accepted` the fee last
    accepted for a child of middling need (GBP/week) and `recent_profit` what the home has been earning (GBP/week).
    """

    key: Keys
    authority: Ints
    provider: Ints
    sector: Ints
    x: Floats
    y: Floats
    places: Ints
    short_break: Bools
    opened_week: Ints
    closed_week: Ints
    unit_cost: Floats
    ask: Floats
    occupied: Ints
    blocked: Ints
    beside: Ints
    rating: Ints
    breakdowns: Ints
    accepted: Floats
    recent_profit: Floats
    recent_occupancy: Floats
    residents_age: Ints
    residents_boys: Ints
    residents_score: Floats
    types: ClassVar[dict[str, type]] = {
        "key": np.uint64,
        "authority": np.int64,
        "provider": np.int64,
        "sector": np.int64,
        "x": np.float64,
        "y": np.float64,
        "places": np.int64,
        "short_break": np.bool_,
        "opened_week": np.int64,
        "closed_week": np.int64,
        "unit_cost": np.float64,
        "ask": np.float64,
        "occupied": np.int64,
        "blocked": np.int64,
        "beside": np.int64,
        "rating": np.int64,
        "breakdowns": np.int64,
        "accepted": np.float64,
        "recent_profit": np.float64,
        "recent_occupancy": np.float64,
        "residents_age": np.int64,
        "residents_boys": np.int64,
        "residents_score": np.float64,
    }

    def __init__(self, capacity: int = 64) -> None:
        super().__init__(capacity)
        self._phases: dict[tuple[int, int], Ints] = {}
        self._in_market: tuple[int, int, Bools] | None = None  # from a week, up to another week

    def phase(self, what: int, every: int) -> Ints:
        """How many weeks before a week 0 each home's turn comes, from 0 and below `every`.

        `what` tells the things that come round apart. Homes keep their luck, so it is drawn only when there are new
        ones.
        """
        phase = self._phases.get((what, every), np.zeros(0, dtype=np.int64))
        if len(phase) < len(self):
            phase = self._phases[what, every] = _phases(phase, self.key, np.uint64(what), every)
        return phase

    def _write(self, rows: Ints | slice, values: dict[str, Any]) -> None:
        """The only way in which homes open and close."""
        super()._write(rows, values)
        self._in_market = None

    def is_open(self, week: int) -> Bools:
        """Homes registered in `week`, short-break homes included."""
        return np.asarray((self.opened_week <= week) & (week < self.closed_week))

    def in_market(self, week: int) -> Bools:
        """Homes that can take a child in `week`; to be read only."""
        if self._in_market is None or not self._in_market[0] <= week < self._in_market[1]:
            self._in_market = week, *_in_market(self.table, week)
        return self._in_market[2]


class Holdings(Columns):
    """Places that an arrangement holds in a home: `places` held, `used` by children now.

    `fee` is paid weekly for a filled place and `retainer` for an empty one (GBP/week). A holding that no longer runs
    (its home has closed) keeps only places in which children still live.
    """

    arrangement: Ints
    home: Ints
    places: Ints
    used: Ints
    fee: Floats
    retainer: Floats
    running: Bools
    types: ClassVar[dict[str, type]] = {
        "arrangement": np.int64,
        "home": np.int64,
        "places": np.int64,
        "used": np.int64,
        "fee": np.float64,
        "retainer": np.float64,
        "running": np.bool_,
    }

    def empty(self) -> Ints:
        """Held places without a child, per holding."""
        return np.asarray(np.maximum(self.places - self.used, 0))


HomesTable = table_type(Homes, "HomesTable", __name__)
HoldingsTable = table_type(Holdings, "HoldingsTable", __name__)


@compiled
def _phases(known: Ints, keys: Keys, what: np.uint64, every: int) -> Ints:
    """The phases `known` already, and those of the homes behind them."""
    phase = np.empty(len(keys), dtype=np.int64)
    phase[: len(known)] = known
    for home in range(len(known), len(keys)):
        phase[home] = int(luck_of(mixed(mixed(np.uint64(0), keys[home]), what)) * every)
    return phase


@compiled
def _in_market(homes: Homes, week: int) -> tuple[int, Bools]:
    """The week in which the next home opens or closes, and the homes that can take a child until then."""
    homes, until = homes.columns, NEVER
    in_market = np.empty(len(homes.key), dtype=np.bool_)
    for home in range(len(in_market)):
        opens, closes = homes.opened_week[home], homes.closed_week[home]
        in_market[home] = opens <= week < closes and not homes.short_break[home]
        if opens > week:
            until = min(until, opens)
        if closes > week:
            until = min(until, closes)
    return until, in_market


def free_places(homes: Homes, holdings: Holdings, week: int) -> Ints:
    """Places of each home that anybody may be offered: not occupied, blocked, empty beside a child, held or closed."""
    return free_in_homes(homes.table, holdings.table, homes.in_market(week))


@compiled
def free_in_homes(homes: Homes, holdings: Holdings, in_market: Bools) -> Ints:
    """The same for compiled code."""
    homes, holdings = homes.columns, holdings.columns
    free = np.zeros_like(homes.places)
    for row in range(len(holdings.home)):
        free[holdings.home[row]] -= max(holdings.places[row] - holdings.used[row], 0)
    for home in range(len(free)):
        free[home] += homes.places[home] - homes.occupied[home] - homes.blocked[home] - homes.beside[home]
        if free[home] < 0 or not in_market[home]:
            free[home] = 0
    return free
