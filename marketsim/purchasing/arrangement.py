"""What rules work on: the market as records and columns, and the arrangements made under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints, Keys
from marketsim.core.compiling import compiled, compiled_part
from marketsim.market.children import OPEN_PLACE, PLACED, Children
from marketsim.market.homes import Holdings, Homes, free_places
from marketsim.market.prices import Rates
from marketsim.purchasing.rule import PurchasingRule
from marketsim.scenario.schema import Scenario


@dataclass
class Authorities:
    """The authorities as columns; positions in miles, `radius` of the disc in which the children live.

    `expected_fee` (authorities, bands) is what each expects to pay (GBP/week) and `overspent` the share by which its
    spend in the year lies above its budget; those that `keeps_vacancies` do not sell vacant places of their own homes.
    """

    key: Keys
    code: list[str]
    name: list[str]
    region_names: list[str]
    region: Ints
    x: Floats
    y: Floats
    radius: Floats
    children: Ints
    unregistered: Ints
    population: Floats
    house_price: Floats
    expected_fee: Floats = field(default_factory=lambda: np.zeros((0, 3)))
    overspent: Floats = field(default_factory=lambda: np.zeros(0))
    keeps_vacancies: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    _within: dict[float, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keeps_vacancies = np.zeros(len(self), dtype=np.bool_)
        self.overspent = np.zeros(len(self))

    def __len__(self) -> int:
        return len(self.name)

    @cached_property
    def share_of_children(self) -> Floats:
        """Of all children in homes at the start; the same for each authority if there are none."""
        total = self.children.sum()
        return np.asarray(self.children / total if total > 0 else np.full(len(self), 1 / len(self)))

    @cached_property
    def apart(self) -> Floats:
        """Miles between the centres of all areas."""
        return np.asarray(np.hypot(self.x[:, None] - self.x[None, :], self.y[:, None] - self.y[None, :]))

    def within(self, miles: float) -> Floats:
        """1 for each pair of areas with centres so near to each other, 0 for the others."""
        if miles not in self._within:
            self._within[miles] = (self.apart <= miles).astype(np.float64)
        return self._within[miles]

    @cached_property
    def dearness(self) -> Floats:
        """How often the house price of each area doubles that of the middle one."""
        return np.asarray(np.log2(self.house_price / np.median(self.house_price)))


@dataclass
class Market:
    """What a purchasing rule may see: scenario, calendar, prices, and the columns of the market.

    `cost_index` is running cost over that of the year in whose money the scenario is written; `rates` are the latest
    yearly rises of prices and pay; `demand_index` is new needs by authority over those of week 0. `quotes[h, b]` is the
    weekly fee that home `h` would ask on the spot for need band `b`; `costs[h, b]` its running cost for such a resident
    (GBP/week).
    """

    scenario: Scenario
    seed: int
    week: int
    authorities: Authorities
    homes: Homes
    holdings: Holdings
    children: Children
    quotes: Floats
    costs: Floats
    arrangements: list[Arrangement] = field(default_factory=list)
    cost_index: float = 1.0
    rates: Rates = field(default_factory=lambda: Rates(0.0, 0.0, 0.0))
    demand_index: Floats = field(default_factory=lambda: np.ones(0))
    _miles: dict[bytes, Floats] = field(default_factory=dict)
    _means: dict[str, tuple[Floats, Scenario, Floats]] = field(default_factory=dict)

    @property
    def need_shares(self) -> Floats:
        """Share of children in each need band."""
        need = self.scenario.need
        return np.array([need.share_standard, 1 - need.share_standard - need.share_severe, need.share_severe])

    @property
    def mean_quote(self) -> Floats:
        """Weekly spot fee of each home, averaged over the need bands."""
        return self._mean("quotes", self.quotes)

    @property
    def mean_cost(self) -> Floats:
        """Weekly running cost of each home for a resident, averaged over the need bands."""
        return self._mean("costs", self.costs)

    def _mean(self, name: str, amounts: Floats) -> Floats:
        """Averaged over the need bands; worked out anew when prices have been written anew or shares have changed."""
        known = self._means.get(name)
        if known is None or known[0] is not amounts or known[1] is not self.scenario:
            known = self._means[name] = amounts, self.scenario, np.asarray(amounts @ self.need_shares)
        return known[2]

    def free(self) -> Ints:
        """Open places of each home now."""
        return free_places(self.homes, self.holdings, self.week)

    def children_placed_through(self, arrangement: int) -> Ints:
        """Children of each authority who now live where an arrangement placed them."""
        through = (self.children.state == PLACED) & (self.children.arrangement == arrangement)
        return np.bincount(self.children.authority[through], minlength=len(self.authorities))

    def miles_from(self, buyer_rows: Ints) -> Floats:
        """Miles from each home to the nearest of the centres of some authorities."""
        known = self._miles.get(buyer_rows.tobytes(), np.zeros(0))
        if len(known) < len(self.homes):  # homes never move: only new ones are measured
            areas, x, y = self.authorities, self.homes.x[len(known) :], self.homes.y[len(known) :]
            known = np.concatenate([known, _measured(x, y, areas.x[buyer_rows], areas.y[buyer_rows])])
            self._miles[buyer_rows.tobytes()] = known
        return known


@compiled
def _measured(x: Floats, y: Floats, centre_x: Floats, centre_y: Floats) -> Floats:
    """Miles from some positions to the nearest centre."""
    miles = np.full(len(x), np.inf)
    for home in range(len(x)):
        for centre in range(len(centre_x)):
            east, north = x[home] - centre_x[centre], y[home] - centre_y[centre]
            miles[home] = min(miles[home], np.sqrt(east * east + north * north))
    return miles


@dataclass
class Arrangement:
    """One rule in force for one buyer: what it holds and has agreed, which changes in a run.

    `name` is the arrangement's name in the scenario, `label` tells apart those of one name; `route` is the word that
    placements carry. `members` are the rows of the authorities that buy through it and `shares` how they share what is
    owed (adds up to 1). `cooperative` is the number of the cooperative's own arrangement that it belongs to, or None;
    `inner` are the arrangements of a cooperative. `on_panel[h]` says whether home `h` has joined; `ceilings` are the
    agreed fees by need band, `terms` those that they began with.
    """

    number: int
    name: str
    label: str
    route: str
    rule: PurchasingRule
    key: int
    members: Ints
    shares: Floats
    cooperative: int | None = None
    inner: list[int] = field(default_factory=list)
    on_panel: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    ceilings: Floats = field(default_factory=lambda: np.zeros(3))
    terms: Floats = field(default_factory=lambda: np.zeros(3))
    ends_week: int = 0
    fill_seen: float = 0.0
    times_seen: int = 0

    @property
    def identity(self) -> tuple[str, str, str]:
        """What an arrangement goes on under when values change at a date: under another rule it is another one."""
        return self.name, self.label, self.rule.name

    def holdings_of(self, market: Market) -> Ints:
        """Rows of the holdings that belong to this arrangement and still hold places."""
        holdings = market.holdings
        return np.flatnonzero((holdings.arrangement == self.number) & (holdings.places > 0))


@dataclass
class Together:
    """Arrangements under one rule that are asked together."""

    arrangements: Sequence[Arrangement]

    def __len__(self) -> int:
        return len(self.arrangements)

    @property
    def rule(self) -> PurchasingRule:
        """The rule of all."""
        return self.arrangements[0].rule

    @cached_property
    def numbers(self) -> Ints:
        """The number of each."""
        return np.array([arrangement.number for arrangement in self.arrangements], dtype=np.int64)

    @cached_property
    def members(self) -> tuple[Ints, Ints]:
        """The members of all, one after the other, and where those of each begin (and the last end)."""
        members = [arrangement.members for arrangement in self.arrangements]
        return np.concatenate(members), np.cumsum([0, *map(len, members)])


@dataclass
class Lots:
    """Places that may be asked for: home, the holding that they lie in (OPEN_PLACE for open ones), fee by need band
    (n, 3), factor on the homes' willingness (n, 3), and the least chance of acceptance by need band (3)."""

    home: Ints
    holding: Ints
    fee: Floats
    eager: Floats
    least_acceptance: Floats


@dataclass
class LotsOfAll:
    """The lots of several arrangements, one after the other: columns as in `Lots`, and by arrangement how many lots it
    has and the least chance of acceptance (arrangements, 3)."""

    home: Ints
    holding: Ints
    fee: Floats
    eager: Floats
    number: Ints
    least_acceptance: Floats


def side_by_side(lots: Sequence[Lots]) -> LotsOfAll:
    """The lots of several arrangements, from those of each (at least one)."""
    return LotsOfAll(
        np.concatenate([one.home for one in lots]),
        np.concatenate([one.holding for one in lots]),
        np.concatenate([one.fee for one in lots]),
        np.concatenate([one.eager for one in lots]),
        np.array([len(one.home) for one in lots], dtype=np.int64),
        np.array([one.least_acceptance for one in lots]),
    )


@compiled_part
def open_places(homes: Ints, fees: Floats) -> tuple[Ints, Ints, Floats, Floats]:
    """Open places of some homes at their own fees (homes, bands; GBP/week), which leave them as willing as any."""
    return homes, np.full(len(homes), OPEN_PLACE), fees[homes], np.ones((len(homes), 3))
