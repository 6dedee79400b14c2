"""The market that all act on: the calendar, prices, and what there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from marketsim.core.calendar import Calendar, Period
from marketsim.core.columns import Floats, Ints
from marketsim.market.authorities import Authorities
from marketsim.market.children import PLACED, Children, PlacementRecords
from marketsim.market.events import Events
from marketsim.market.homes import Holdings, Homes, free_places
from marketsim.market.inflation import Rates
from marketsim.scenario.schema import Scenario


@dataclass
class Market:
    """All that rules and policies may see: scenario, calendar, prices, and the columns of the market.

    `cost_index` is running cost over that of the year in whose money the scenario is written; `rates` are the latest
    yearly rises of prices and pay; `relative_pay` is the pay of care staff over the minimum wage, both over what they
    were at the start; `demand_index` is new needs by authority over those of week 0. `quotes[h, b]` is the
    weekly fee that home `h` would ask on the spot for need band `b`; `costs[h, b]` its running cost for such a resident
    (GBP/week). `ranked_providers` are the private providers by their homes in week 0, `policies` those in force.
    `records` has a row a placement, `events` counts what happens this week.
    """

    scenario: Scenario
    seed: int
    week: int
    authorities: Authorities
    homes: Homes
    holdings: Holdings
    children: Children
    records: PlacementRecords
    quotes: Floats
    costs: Floats
    cost_index: float = 1.0
    relative_pay: float = 1.0
    rates: Rates = field(default_factory=lambda: Rates(0.0, 0.0, 0.0))
    demand_index: Floats = field(default_factory=lambda: np.ones(0))
    ranked_providers: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    policies: Sequence[Any] = ()  # each an `InForce`, which policies know more of than the market
    events: Events = field(init=False)
    _miles: dict[bytes, Floats] = field(default_factory=dict)
    _means: dict[str, tuple[Floats, Scenario, Floats]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.events = Events(len(self.authorities))

    @cached_property
    def calendar(self) -> Calendar:
        """The dates of the run's weeks."""
        return Calendar(self.scenario.horizon.start)

    def ends(self, period: Period) -> bool:
        """Whether this week is the last of a month, quarter, financial year or year of the run."""
        return self.calendar.ends(period, self.week)

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
            east, north = x[:, None] - areas.x[buyer_rows], y[:, None] - areas.y[buyer_rows]
            known = np.concatenate([known, np.sqrt(east * east + north * north).min(axis=1, initial=np.inf)])
            self._miles[buyer_rows.tobytes()] = known
        return known
