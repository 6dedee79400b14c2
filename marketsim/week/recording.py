"""Counts each week into tallies and keeps the tables that a run leaves behind."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.compiling import compiled
from marketsim.market import costs as accounts
from marketsim.market.census import EVENTS, OF_CHILDREN, OF_HOMES, Census, Groups, Prices, count_homes
from marketsim.market.homes import PRIVATE, Holdings, Homes
from marketsim.market.ledger import EMPTY_PLACES, OWN_EMPTY_PLACES, Ledger
from marketsim.purchasing.arrangement import Market
from marketsim.results.outcomes import MEASURES, Tally, route_share
from marketsim.scenario.changes import scenarios_by_week
from marketsim.scenario.schema import Scenario
from marketsim.week.paying import Payers, column_sum, paid_empty_places

YEAR_WEEKS = 52
QUARTER_WEEKS = 13
LARGEST_GROUPS = 15  # as in the CMA's market study of 2022
NEARLY = 0.98  # of last week's 90th percentile of fees, above which this week's will lie

OF_MONEY = ("spend", "paid_void_gbp", "paid_voids")
WEEKLY = [
    "children_placed", "children_waiting", "children_unregistered", "places", "occupied", "void_rate", "open_void_rate",
    "blocked_places", "paid_voids", "weekly_fee_mean_gbp", "weekly_fee_p90_gbp", "out_of_area_share",
    "over_20_miles_share", "out_of_region_share", "distance_mean_miles", "spend_gbp", "spend_per_child_gbp",
    "offers_per_referral", "wait_mean_weeks", "placements_started", "placements_ended", "breakdowns", "homes",
    "homes_opened", "homes_closed", "provider_margin", "framework_coverage",
]  # fmt: skip
WHOLE = {
    "children_placed", "children_waiting", "children_unregistered", "places", "occupied", "blocked_places",
    "paid_voids", "placements_started", "placements_ended", "breakdowns", "homes", "homes_opened", "homes_closed",
}  # fmt: skip
YEARLY = [
    "children_placed", "children_waiting", "children_unregistered", "out_of_area_share", "out_of_region_share",
    "over_20_miles_share", "distance_mean_miles", "weekly_fee_mean_gbp",
]  # fmt: skip


class Recorder:
    """The weekly rows, the yearly rows of the authorities, and the tally of the last year of the run.

    `tallies` counts this week's events (`counting.EVENTS`, authorities); `events` are its rows by name.
    """

    def __init__(self, market: Market) -> None:
        self.routes = sorted(routes_of(market.scenario))
        self._yearly: list[dict[str, Any]] = []
        self.tallies = np.zeros((len(EVENTS), len(market.authorities)))
        self.events: dict[str, Floats] = dict(zip(EVENTS, self.tallies, strict=True))
        self._names = [*OF_CHILDREN, *(f"route {route}" for route in self.routes), *OF_HOMES, *OF_MONEY, *EVENTS]
        self._start = market.scenario.horizon.start
        self._totals: list[Floats] = []
        self._fees_p90: list[float] = []
        shape = len(market.authorities), len(self._names)
        self._year, self._last_year = _Sums(shape), _Sums(shape)
        self.know_arrangements(market)
        self.largest = largest_groups(market)

    def know_arrangements(self, market: Market) -> None:
        """Look up the route of each arrangement and what needs cost; to be called again when scenarios change."""
        route_of = np.array([self.routes.index(a.route) if a.route in self.routes else 0
                             for a in market.arrangements])  # fmt: skip
        above_fixed = accounts.cost_above_fixed(market)
        self.groups = Groups(market.authorities.region, route_of, len(self.routes), above_fixed)
        self.know_panels(market)

    def know_panels(self, market: Market) -> None:
        """Look up which homes are on some panel; to be called again when arrangements have been reviewed."""
        self._on_panel = on_any_panel(market)

    def count(self, event: str, authority: Ints, weights: Floats | Ints | None = None) -> None:
        """Count events of this week, a row an event, at the authority concerned."""
        length = len(self.events[event])
        self.events[event][:] += np.bincount(authority, weights=weights, minlength=length)

    def close_week(self, market: Market, payers: Payers, ledger: Ledger, census: Census, last_weeks: int) -> None:
        """Count the state of the week, and at year ends write the rows of the authorities."""
        week = market.week
        if week % QUARTER_WEEKS == 0:
            self.largest = largest_groups(market)
        near = NEARLY * self._fees_p90[-1] if self._fees_p90 else np.nan
        sums, total, p90 = _sums_of_week(
            market.homes.table, market.holdings.table, census, ledger.table, self.tallies, payers,
            market.homes.in_market(week), self.largest, self._on_panel, accounts.prices(market), near, week,
            self._year.table,
        )  # fmt: skip
        self._totals.append(total)
        self._fees_p90.append(p90)
        self._year.weeks += 1
        if last_weeks <= YEAR_WEEKS:
            self._last_year.add(sums)
        if week % YEAR_WEEKS == 0:
            now = Tally(dict(zip(self._names, sums.T, strict=True)), 1)
            self._yearly.append(_yearly_rows(market, now, self._year.tally(self._names)))
            self._year = _Sums(sums.shape)

    @property
    def last_year(self) -> Tally | None:
        """The sums of the last weeks of the run, up to a year; None before any."""
        return self._last_year.tally(self._names) if self._last_year.weeks else None

    @property
    def weekly(self) -> list[dict[str, Any]]:
        """The rows of the weekly table, one for each week recorded; worked out when they are wanted."""
        total = Tally(dict(zip(self._names, np.array(self._totals).T, strict=True)), 1)
        weeks = list(range(1, len(self._totals) + 1))
        columns: dict[str, list[Any]] = {"week": weeks, "date": [_date(self._start, week) for week in weeks]}
        for name in WEEKLY:
            value = np.array(self._fees_p90) if name == "weekly_fee_p90_gbp" else MEASURES[name].value(total)
            columns[name] = (value.astype(np.int64) if name in WHOLE else value).tolist()
        columns |= {f"share_{route}": route_share(route)(total).tolist() for route in self.routes}
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    @property
    def yearly(self) -> list[pd.DataFrame]:
        """The rows of the authorities at year ends, in one table; none before the first year is over."""
        if not self._yearly:
            return []
        columns = {name: [value for year in self._yearly for value in year[name]] for name in self._yearly[0]}
        frame = pd.DataFrame(columns)
        counts = [name for name in (*WHOLE, "children_hosted_from_elsewhere") if name in frame]
        return [frame.astype(dict.fromkeys(counts, "int64"))]


class _Sums:
    """The sums of several weeks added up: a row an authority, a column a sum."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.table: Floats = np.zeros(shape)
        self.weeks = 0

    def add(self, sums: Floats) -> None:
        self.table += sums
        self.weeks += 1

    def tally(self, names: list[str]) -> Tally:
        return Tally(dict(zip(names, self.table.T, strict=True)), self.weeks)


def _date(start: date, week: int) -> pd.Timestamp:
    return pd.Timestamp(start + timedelta(weeks=week))


def routes_of(scenario: Scenario) -> set[str]:
    """The routes that placements can carry in a run: rules by which somebody buys at some time."""
    found: set[str] = set()
    for one in (scenario, *scenarios_by_week(scenario).values()):
        purchasing = one.purchasing
        orders = [purchasing.order, *(group.order for group in purchasing.groups)]
        found |= {purchasing.arrangements[name].name for order in orders for name in order}
    return found


def largest_groups(market: Market) -> Bools:
    """By home: True for those of the 15 private groups with most homes."""
    homes = market.homes
    private = homes.in_market(market.week) & (homes.sector == PRIVATE)
    number = np.bincount(homes.provider[private], minlength=int(homes.provider.max(initial=0)) + 1)
    ranked = np.lexsort((np.arange(len(number)), -number))[:LARGEST_GROUPS]
    large = np.zeros(len(number), dtype=np.bool_)
    large[ranked[number[ranked] > 0]] = True
    return np.asarray(private & large[homes.provider])


@compiled
def _sums_of_week(
    homes: Homes, holdings: Holdings, census: Census, paid: Floats, tallies: Floats, payers: Payers, in_market: Bools,
    large: Bools, on_panel: Bools, prices: Prices, near: float, week: int, year: Floats,
) -> tuple[Floats, Floats, float]:  # fmt: skip
    """All sums of a week (authorities, sums): of children by home authority, of homes at their hosts, of money, events;
    their totals over all authorities; and the 90th percentile of fees, which lies above `near` as a rule. `paid` is by
    kind and authority. The sums are added to those of the `year`, and the events are counted anew from then on."""
    authorities, events, children = paid.shape[1], len(tallies), census.sums.shape[1]
    of_homes = count_homes(homes, holdings, census.due, week, in_market, large, on_panel, prices, authorities)
    voids = paid_empty_places(homes, holdings, in_market, payers, authorities)
    sums = np.empty((authorities, children + of_homes.shape[1] + len(OF_MONEY) + events))
    total = np.zeros(sums.shape[1])
    for area in range(authorities):
        sums[area, :children] = census.sums[area]
        sums[area, children : -3 - events] = of_homes[area]
        sums[area, -3 - events] = column_sum(paid, area)
        sums[area, -2 - events] = paid[EMPTY_PLACES, area] + paid[OWN_EMPTY_PLACES, area]
        sums[area, -1 - events] = voids[area]
        sums[area, -events:] = tallies[:, area]
        total += sums[area]
        year[area] += sums[area]
    tallies[:] = 0.0
    return sums, total, percentile_90(census.independent_fees, near)


@compiled
def percentile_90(values: Floats, near: float) -> float:
    """The 90th percentile as `np.quantile` gives it; NaN of nothing. If it lies above `near`, only what does is put in
    order, which takes a fifth of the time."""
    if len(values) == 0:
        return np.nan
    place = 0.9 * (len(values) - 1)
    below, share = int(place), place - int(place)
    highest, count = np.empty_like(values), 0
    for value in values:
        highest[count] = value  # overwritten by the next if not above: cheaper than a branch
        count += value > near
    if count >= len(values) - below:
        below -= len(values) - count
        values = highest[:count]
    ordered = np.partition(values, below)
    low = ordered[below]
    high = ordered[below + 1 :].min() if share > 0 else low
    return float(low + (high - low) * share if share < 0.5 else high - (high - low) * (1 - share))


def on_any_panel(market: Market) -> Bools:
    """By home: True for those that are on the panel of some arrangement."""
    joined = np.zeros(len(market.homes), dtype=np.bool_)
    for arrangement in market.arrangements:
        if len(arrangement.on_panel):
            joined[: len(arrangement.on_panel)] |= arrangement.on_panel
    return joined


def _yearly_rows(market: Market, now: Tally, year: Tally) -> dict[str, Any]:
    """Columns with a row an authority at the year's end; `spend_gbp`, `paid_void_gbp` and waits are the year's."""
    areas = market.authorities
    columns: dict[str, Any] = {
        "ons_code": areas.code,
        "name": areas.name,
        "region": [areas.region_names[number] for number in areas.region],
        "year": [market.week // YEAR_WEEKS] * len(areas),
        "date": [_date(market.scenario.horizon.start, market.week)] * len(areas),
    }
    columns |= {name: MEASURES[name].value(now) for name in YEARLY}
    columns |= {"spend_gbp": year["spend"], "paid_void_gbp": year["paid_void_gbp"]}
    columns |= {name: MEASURES[name].value(now) for name in ("homes", "places", "occupied", "void_rate")}
    columns["children_hosted_from_elsewhere"] = now["hosted_from_elsewhere"]
    columns["wait_mean_weeks"] = MEASURES["wait_mean_weeks"].value(year)
    return columns
