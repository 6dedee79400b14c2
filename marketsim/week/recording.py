"""Counts each week into sums, by authority and for all, which the tables that a run leaves are worked out from."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from marketsim.core.columns import Bools, Floats
from marketsim.market import costs, rotas
from marketsim.market.events import EVENTS
from marketsim.market.homes import PRIVATE
from marketsim.market.ledger import KINDS, Ledger
from marketsim.market.market import Market
from marketsim.purchasing.rule import Arrangement
from marketsim.week.census import OF_CHILDREN, OF_FEES, OF_HOMES, Census, Groups, count_children, count_homes

YEAR_WEEKS = 52  # over which outcomes are means: the last of a run
PERCENTILES = (0.1, 0.5, 0.9)  # of fees
DEAR = 10_000.0  # GBP a week from which the Local Government Association counts placements
LARGEST_GROUPS = 15  # as in the CMA's market study of 2022

OF_LEDGER = tuple(f"paid_{kind}_gbp" for kind in KINDS)
OF_MONEY = ("spend", "paid_void_gbp", "paid_voids", "staff", "last_resort_gbp")


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
    """What is kept of a run: the sums of every week over all authorities with percentiles of fees; those of the
    last week of each year and of the whole year by authority; and those of the last weeks of the run, up to a year."""

    def __init__(self, market: Market, arrangements: Sequence[Arrangement], routes: Collection[str]) -> None:
        self.routes = sorted(routes)
        of_routes = [f"route {route}" for route in self.routes]
        self.names = [*OF_CHILDREN, *of_routes, *OF_FEES, *OF_HOMES, *OF_MONEY, *OF_LEDGER, *EVENTS]
        self.totals: list[Floats] = []
        self.fees: list[Floats] = []
        self.years: list[tuple[int, Floats, Floats]] = []  # week, sums of that week, and of the year
        self.week: Floats = np.zeros((len(market.authorities), len(self.names)))  # the sums of the latest week
        self.last_year = Sums(self.names, len(market.authorities))
        self._year = Sums(self.names, len(market.authorities))
        self.know(market, arrangements)
        self._largest = largest_groups(market)

    def know(self, market: Market, arrangements: Sequence[Arrangement]) -> None:
        """Look up routes, what needs cost, and who is on panels; to be called when any of it may have changed."""
        numbers = {route: number for number, route in enumerate(self.routes)}
        route_of = np.array([numbers.get(arrangement.route, 0) for arrangement in arrangements])
        staffing, matching = market.scenario.staffing, market.scenario.matching
        self.groups = Groups(
            market.authorities.region, route_of, len(self.routes), costs.above_fixed(market),
            rotas.extra_cost(staffing), rotas.extra_hours(staffing), DEAR,
            market.scenario.unregistered.cost_by_care.array(), float(matching.cost_effect), float(matching.usual_fit),
        )  # fmt: skip
        self._on_panel = on_any_panel(market, arrangements)

    def census(self, market: Market) -> Census:
        """The children as they are now."""
        return count_children(market.children.table, market.homes.table, self.groups)

    def close_week(self, market: Market, ledger: Ledger, children: Census, last_weeks: int) -> None:
        """Add up the week, of which there are `last_weeks` to come with this one; its events are counted anew."""
        if market.ends("quarter"):
            self._largest = largest_groups(market)
        sums = self.week = self._sums(market, ledger, children)
        market.events.clear()
        self.totals.append(np.add.reduce(sums, axis=0))
        fees = children.independent_fees
        self.fees.append(np.quantile(fees, PERCENTILES) if len(fees) else np.full(len(PERCENTILES), np.nan))
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
        lived_in, occupied = (homes[:, OF_HOMES.index(name)] for name in ("lived_in", "occupied"))
        extra = children.sums[:, OF_CHILDREN.index("extra_hours")]
        staff = rotas.heads(market.scenario.staffing, lived_in, occupied, extra)
        money = np.column_stack([ledger.spend, void, ledger.voids, staff, ledger.paid["unregistered"]])
        of_children = [children.sums, children.by_needs]
        return np.concatenate([*of_children, homes, money, ledger.table.T, market.events.table.T], axis=1)


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
