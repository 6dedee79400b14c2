"""The stock of homes, and the places in them that contracts hold, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from marketsim.core.columns import Bools, Columns, Floats, Ints, Keys
from marketsim.core.compiling import compiled
from marketsim.core.streams import key, to_unit
from marketsim.market.fit import NEEDS

SECTORS = ("private", "voluntary", "local_authority", "health")
PRIVATE, VOLUNTARY, LOCAL_AUTHORITY, HEALTH = range(4)
RATINGS = ("outstanding", "good", "requires_improvement", "inadequate")
OUTSTANDING, GOOD, REQUIRES_IMPROVEMENT, INADEQUATE = range(4)
MOST_PLACES = 20  # in one home
LARGE_FROM_HOMES = 10  # a provider of so many homes is large
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class NewHomes:
    """Homes to be planned: the `area` of each (row of an authority), all of one `sector`; how many `places` each has
    and what it offers (`takes_needs`, as in `Homes`); None: as usual. Of the house and setting up the share
    `house_paid` is paid by whoever wants the homes, and is no cost of theirs. They belong to the `provider` of this
    number; None: to one drawn from those of the sector in the area."""

    area: Ints
    sector: int = PRIVATE
    places: int | None = None
    takes_needs: int | None = None
    house_paid: float = 0.0
    provider: int | None = None

    def check(self, areas: int, providers: int) -> None:
        """Raises ValueError for the first thing that is wrong, with so many authorities and numbers of providers."""
        if not isinstance(self.area, np.ndarray) or self.area.dtype.kind not in "iu" or self.area.ndim != 1:
            raise ValueError("area: expected the row of an authority for each home")
        if len(self.area) and not (self.area.min() >= 0 and self.area.max() < areas):
            raise ValueError(f"area: rows of authorities go from 0 to {areas - 1}")
        bounds = (
            ("places", self.places, 1, MOST_PLACES), ("takes_needs", self.takes_needs, 0, NEEDS - 1),
            ("provider", self.provider, 0, providers - 1),
        )  # fmt: skip
        for name, value, least, most in bounds:
            if value is not None and not (isinstance(value, int | np.integer) and least <= value <= most):
                raise ValueError(f"{name}: {value!r} is not a whole number from {least} to {most}")
        if not 0 <= self.house_paid <= 1:
            raise ValueError(f"house_paid: {self.house_paid!r} is not a share from 0 to 1")
        if self.sector not in range(len(SECTORS)):
            raise ValueError(f"sector: {self.sector!r} is not the number of one of {', '.join(SECTORS)}")
        if self.provider is not None and self.sector == LOCAL_AUTHORITY:
            raise ValueError("provider: own homes belong to the authority of their area")


class Homes(Columns):
    """One row a home, open or closed; rows are never reused.

    `key` is the home's identity for luck; `authority` is the host. `unit_cost` is the running cost per resident of
    middling need at planned occupancy and `ask` the weekly fee asked for such a child (GBP/week). `residents_*` are
    sums over the children who live there, `takes_*` what the statement of purpose offers (see `fit`). `short_break`
    homes count among homes and places but take part in nothing.
    `beside` are places left empty beside a child, `breakdowns` those since the last inspection, `accepted` the fee last
    accepted for a child of middling need (GBP/week) and `recent_profit` what the home has been earning (GBP/week).
    Of its house the share `house_paid` was paid by somebody else, so that it has no rent or return on that to earn.
    A home whose fee of week 0 is a `known_fee` (GBP/week, 0: not known) costs by the share `cost_over` more than others
    of its kind.
    Open places of a home that is `kept_for` an authority (its row + 1; 0: for nobody) are for its children only.
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
    residents_fit: Floats
    takes_needs: Ints
    takes_ages: Ints
    kept_for: Ints
    house_paid: Floats
    cost_over: Floats
    known_fee: Floats

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
            luck = to_unit(key(self.key[len(phase) :], what))
            phase = self._phases[what, every] = np.concatenate([phase, (luck * every).astype(np.int64)])
        return phase

    def set(self, rows: Ints, **values: Any) -> None:
        """Write values into columns: the only way in which homes open and close."""
        super().set(rows, **values)
        self._in_market = None

    def is_open(self, week: int) -> Bools:
        """Homes registered in `week`, short-break homes included."""
        return np.asarray((self.opened_week <= week) & (week < self.closed_week))

    def of_same_provider(self, week: int) -> Ints:
        """By home the number of homes that its provider has registered in `week`."""
        number = np.bincount(self.provider[self.is_open(week)], minlength=int(self.provider.max(initial=0)) + 1)
        return np.asarray(number[self.provider])

    def in_market(self, week: int) -> Bools:
        """Homes that can take a child in `week`; to be read only."""
        if self._in_market is None or not self._in_market[0] <= week < self._in_market[1]:
            dates = np.concatenate([self.opened_week, self.closed_week])
            until = dates[dates > week].min(initial=NEVER)
            self._in_market = week, int(until), self.is_open(week) & ~self.short_break
        return self._in_market[2]


class Holdings(Columns):
    """Places that an arrangement holds in a home: `places` held, `used` by children now.

    `fee` is paid weekly for a filled place and `retainer` for an empty one (GBP/week). A holding that no longer runs
    (its home has closed) keeps only places in which children still live. `sold` places that stand empty may be had by
    others than the members; where the provider may not end stays, breakdowns are rarer by the share `no_fail`.
    """

    arrangement: Ints
    home: Ints
    places: Ints
    used: Ints
    fee: Floats
    retainer: Floats
    running: Bools
    sold: Bools
    no_fail: Floats

    def empty(self) -> Ints:
        """Held places without a child, per holding."""
        return np.asarray(np.maximum(self.places - self.used, 0))

    def run_off(self) -> None:
        """Holdings that have ended give back the places that fell empty."""
        ended = ~self.running
        self.places[ended] = self.used[ended]


def free_places(homes: Homes, holdings: Holdings, week: int) -> Ints:
    """Places of each home that anybody may be offered: not occupied, blocked, empty beside a child, held or closed."""
    return free_in_homes(homes.table, holdings.table, homes.in_market(week))


@compiled
def free_in_homes(homes: Homes, holdings: Holdings, in_market: Bools) -> Ints:
    """The same for compiled code."""
    free = np.zeros(len(in_market), dtype=np.int64)
    for row in range(len(holdings.home)):
        free[holdings.home[row]] -= max(holdings.places[row] - holdings.used[row], 0)
    for home in range(len(free)):
        free[home] += homes.places[home] - homes.occupied[home] - homes.blocked[home] - homes.beside[home]
        if free[home] < 0 or not in_market[home]:
            free[home] = 0
    return free
