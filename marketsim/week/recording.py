"""Counts each week into sums, by authority and for all, which the tables that a run leaves are worked out from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from marketsim.core.columns import Bools, Floats
from marketsim.market import costs
from marketsim.market.events import EVENTS
from marketsim.market.homes import PRIVATE
from marketsim.market.ledger import Ledger
from marketsim.market.market import Market
from marketsim.purchasing.rule import Arrangement
from marketsim.scenario.changes import routes_of
from marketsim.week.census import OF_CHILDREN, OF_HOMES, Census, Groups, count_children, count_homes

YEAR_WEEKS = 52  # over which outcomes are means: the last of a run
NEARLY = 0.98  # of last week's 90th percentile of fees, above which this week's will lie
LARGEST_GROUPS = 15  # as in the CMA's market study of 2022

OF_MONEY = ("spend", "paid_void_gbp", "paid_voids")


class Sums:
    """Sums of one or more weeks added up: a row an authority, a column for each of `names`."""

    def __init__(self, names: Sequence[str], authorities: int) -> None:
        self.names, self.weeks = names, 0
        self.table: Floats = np.zeros((authorities, len(names)))

    def add(self, week: Floats) -> None:
        """Add the sums of another week."""
        self.table += week
        self.weeks += 1


class Recorder:
    """What is kept of a run: the sums of every week over all authorities with the 90th percentile of fees; those of the
    last week of each year and of the whole year by authority; and those of the last weeks of the run, up to a year."""

    def __init__(self, market: Market, arrangements: Sequence[Arrangement]) -> None:
        self.routes = sorted(routes_of(market.scenario))
        of_routes = [f"route {route}" for route in self.routes]
        self.names = [*OF_CHILDREN, *of_routes, *OF_HOMES, *OF_MONEY, *EVENTS]
        self.totals: list[Floats] = []
        self.fees_p90: list[float] = []
        self.years: list[tuple[int, Floats, Floats]] = []  # week, sums of that week, and of the year
        self.last_year = Sums(self.names, len(market.authorities))
        self._year = Sums(self.names, len(market.authorities))
        self.know(market, arrangements)
        self._largest = largest_groups(market)

    def know(self, market: Market, arrangements: Sequence[Arrangement]) -> None:
        """Look up routes, what needs cost, and who is on panels; to be called when any of it may have changed."""
        numbers = {route: number for number, route in enumerate(self.routes)}
        route_of = np.array([numbers.get(arrangement.route, 0) for arrangement in arrangements])
        above_fixed = costs.above_fixed(market)
        self.groups = Groups(market.authorities.region, route_of, len(self.routes), above_fixed)
        self._on_panel = on_any_panel(market, arrangements)

    def census(self, market: Market) -> Census:
        """The children as they are now."""
        return count_children(market.children.table, market.homes.table, self.groups)

    def close_week(self, market: Market, ledger: Ledger, children: Census, last_weeks: int) -> None:
        """Add up the week, of which there are `last_weeks` to come with this one; its events are counted anew."""
        if market.ends("quarter"):
            self._largest = largest_groups(market)
        sums = self._sums(market, ledger, children)
        market.events.clear()
        self.totals.append(np.add.reduce(sums, axis=0))
        near = NEARLY * self.fees_p90[-1] if self.fees_p90 else -np.inf
        self.fees_p90.append(percentile_90(children.independent_fees, near))
        self._year.add(sums)
        if last_weeks <= YEAR_WEEKS:
            self.last_year.add(sums)
        if market.ends("year_of_run"):
            self.years.append((market.week, sums, self._year.table))
            self._year = Sums(self.names, len(sums))

    def _sums(self, market: Market, ledger: Ledger, children: Census) -> Floats:
        """All sums of a week (authorities, sums): of children by home authority, of homes at their hosts, of money, and
        of events."""
        in_market, authorities = market.homes.in_market(market.week), len(market.authorities)
        homes = count_homes(
            market.homes.table, market.holdings.table, children.due, market.week, in_market, self._largest,
            self._on_panel, costs.prices(market), authorities,
        )  # fmt: skip
        void = ledger.paid["empty_places"] + ledger.paid["own_empty_places"]
        money = np.column_stack([ledger.spend, void, ledger.voids])
        return np.concatenate([children.sums, homes, money, market.events.table.T], axis=1)


def percentile_90(values: Floats, near: float = -np.inf) -> float:
    """The 90th percentile as `np.quantile` gives it, in less time, the less the closer `near` lies below it; NaN of
    nothing."""
    if len(values) == 0:
        return np.nan
    place = 0.9 * (len(values) - 1)
    below, share, upper = int(place), place - int(place), values[values > near]
    if len(values) - len(upper) > below:
        upper = values
    first, last = below - len(values), min(below + 1 - len(values), -1)  # counted from the end
    ordered = np.partition(upper, (first, last))
    low, high = float(ordered[first]), float(ordered[last])
    return low + (high - low) * share if share < 0.5 else high - (high - low) * (1 - share)


def largest_groups(market: Market) -> Bools:
    """By home: True for those of the 15 private groups with most homes."""
    homes = market.homes
    private = homes.in_market(market.week) & (homes.sector == PRIVATE)
    number = np.bincount(homes.provider[private], minlength=int(homes.provider.max(initial=0)) + 1)
    ranked = np.lexsort((np.arange(len(number)), -number))[:LARGEST_GROUPS]
    large = np.zeros(len(number), dtype=np.bool_)
    large[ranked[number[ranked] > 0]] = True
    return np.asarray(private & large[homes.provider])


def on_any_panel(market: Market, arrangements: Sequence[Arrangement]) -> Bools:
    """By home: True for those that are on the panel of some arrangement."""
    joined = np.zeros(len(market.homes), dtype=np.bool_)
    for arrangement in arrangements:
        joined[: len(arrangement.on_panel)] |= arrangement.on_panel
    return joined
