"""Every measure that the program prints: one named function each, with unit, definition and source.

Measures are ratios of sums, so the same function serves a week or a year, one authority, a region or England. The sums
are the columns of a `Tally`, a row an authority: what concerns children is counted at the home authority, what
concerns homes at the host authority.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from marketsim.core.columns import Floats, Ints

ENGLAND = "England"  # the region of outcomes that stands for all


class Tally:
    """Sums by authority, over one or more weeks."""

    def __init__(self, columns: dict[str, Floats], weeks: int) -> None:
        self.columns, self.weeks = columns, weeks

    def __getitem__(self, name: str) -> Floats:
        return self.columns[name]

    def add(self, other: Tally) -> None:
        """Add the weeks of another tally to this one."""
        for name, column in other.columns.items():
            self.columns[name] = self.columns[name] + column
        self.weeks += other.weeks

    def grouped(self, group: Ints, count: int) -> Tally:
        """The same sums by group; `group` gives the number (below `count`) of each authority."""
        sums: dict[str, Floats] = {
            name: np.bincount(group, weights=column, minlength=count).astype(np.float64)
            for name, column in self.columns.items()
        }
        return Tally(sums, self.weeks)

    def total(self) -> Tally:
        """The same sums for all authorities together (arrays of length 1)."""
        count = len(next(iter(self.columns.values())))
        return self.grouped(np.zeros(count, dtype=np.int64), 1)


@dataclass(frozen=True)
class Measure:
    """One measure: a function of a tally, and what it means."""

    name: str
    label: str
    unit: str
    definition: str
    source: str
    value: Callable[[Tally], Floats]
    compared: bool


MEASURES: dict[str, Measure] = {}


def measure(
    label: str, unit: str, definition: str, source: str = "own definition", compared: bool = True
) -> Callable[[Callable[[Tally], Floats]], Callable[[Tally], Floats]]:
    """Register a measure under the name of its function; `compared` ones appear in comparisons.

    `label` is what people read in tables; `unit` says how a value is shown ("offers per 1,000": a ratio shown so).
    """

    def register(function: Callable[[Tally], Floats]) -> Callable[[Tally], Floats]:
        name = function.__name__
        MEASURES[name] = Measure(name, label, unit, definition, source, function, compared)
        return function

    return register


def ratio(above: Floats, below: Floats) -> Floats:
    """Quotient, NaN where there is nothing to divide by."""
    return np.asarray(np.divide(above, below, out=np.full(np.shape(above), np.nan), where=np.asarray(below) != 0))


@measure("mean fee, GBP a week", "GBP/week", "mean weekly fee of placements running in private and voluntary homes",
         "targets: weekly_fee_mean")  # fmt: skip
def weekly_fee_mean_gbp(tally: Tally) -> Floats:
    """Mean weekly fee of independent placements."""
    return ratio(tally["independent_fees"], tally["independent_children"])


@measure(
    "placed out of area",
    "share",
    "children placed outside the boundary of their home authority, of children placed",
    "DfE FOI 2024",
)
def out_of_area_share(tally: Tally) -> Floats:
    """Share of placed children whose home stands in another authority."""
    return ratio(tally["out_of_area"], tally["children_placed"])


@measure("placed over 20 miles away", "share",
         "children placed more than 20 miles from their home point, of children placed", "DfE 2024")  # fmt: skip
def over_20_miles_share(tally: Tally) -> Floats:
    """Share of placed children more than 20 straight-line miles from home."""
    return ratio(tally["over_20_miles"], tally["children_placed"])


@measure("placed out of region", "share", "children placed in another region, of children placed")
def out_of_region_share(tally: Tally) -> Floats:
    """Share of placed children whose home stands in another region."""
    return ratio(tally["out_of_region"], tally["children_placed"])


@measure("mean distance, miles", "miles", "mean straight-line distance of children placed from their home point")
def distance_mean_miles(tally: Tally) -> Floats:
    """Mean distance of placed children."""
    return ratio(tally["miles"], tally["children_placed"])


@measure(
    "void rate (all places)",
    "share",
    "places without a child, of registered places; short-break-only homes left out",
    "targets: occupancy",
)
def void_rate(tally: Tally) -> Floats:
    """Share of registered places that stand empty, blocked ones included."""
    return ratio(tally["market_places"] - tally["occupied"], tally["market_places"])


@measure("void rate (open places)", "share", "empty places that could be filled, of places that are not blocked",
         "targets: void_rate_survey")  # fmt: skip
def open_void_rate(tally: Tally) -> Floats:
    """Share of staffed places that stand empty."""
    staffed = tally["market_places"] - tally["blocked_places"]
    return ratio(staffed - tally["occupied"], staffed)


@measure("empty places paid for", "places",
         "empty places that an authority pays for: contracts and own homes, mean of the weeks")  # fmt: skip
def paid_voids(tally: Tally) -> Floats:
    """Places paid for and empty."""
    return tally["paid_voids"] / tally.weeks


@measure("children placed", "children", "children in children's homes, mean of the weeks")
def children_placed(tally: Tally) -> Floats:
    """Children placed."""
    return tally["children_placed"] / tally.weeks


@measure("children waiting", "children", "children waiting for a home, mean of the weeks")
def children_waiting(tally: Tally) -> Floats:
    """Children unplaced who are not yet in an unregistered setting."""
    return tally["children_waiting"] / tally.weeks


@measure("children unregistered", "children", "children in unregistered settings, mean of the weeks",
         "Children's Commissioner 2024")  # fmt: skip
def children_unregistered(tally: Tally) -> Floats:
    """Children in the last resort outside regulation."""
    return tally["children_unregistered"] / tally.weeks


@measure("mean wait, weeks", "weeks", "mean wait from need to placement, of placements started")
def wait_mean_weeks(tally: Tally) -> Floats:
    """Mean weeks that children waited before they were placed."""
    return ratio(tally["wait_weeks"], tally["placements_started"])


@measure("spend a week, GBP", "GBP", "all that authorities pay, mean of the weeks")
def spend_gbp(tally: Tally) -> Floats:
    """Spend a week: fees, empty places, running costs, unregistered settings."""
    return tally["spend"] / tally.weeks


@measure("spend per child, GBP a week", "GBP/week", "spend over children placed or unregistered")
def spend_per_child_gbp(tally: Tally) -> Floats:
    """Spend per child in a home or an unregistered setting."""
    return ratio(tally["spend"], tally["children_placed"] + tally["children_unregistered"])


@measure("margin of private homes", "share", "revenue of private providers less running cost, of revenue", "CMA 2022")
def provider_margin(tally: Tally) -> Floats:
    """Operating margin of private providers, by host authority."""
    return ratio(tally["private_revenue"] - tally["private_cost"], tally["private_revenue"])


@measure("margin, 15 largest", "share", "revenue of the 15 largest private groups less running cost, of revenue",
         "targets: operating_margin_large")  # fmt: skip
def large_provider_margin(tally: Tally) -> Floats:
    """Operating margin of the largest private groups."""
    return ratio(tally["large_revenue"] - tally["large_cost"], tally["large_revenue"])


@measure("homes good or better", "share", "homes rated good or outstanding, of homes", "Ofsted 2024")
def good_homes_share(tally: Tally) -> Floats:
    """Share of homes with one of the two better judgements."""
    return ratio(tally["rated_good_or_better"], tally["market_homes"])


@measure(
    "3 or more placements",
    "share",
    "children in homes when the last year began who had three or more placements of any kind in it",
    "targets: share_three_or_more_placements",
)
def three_or_more_placements_share(tally: Tally) -> Floats:
    """Share of the children in homes when the year began with three or more placements in it."""
    return ratio(tally["three_placements"], tally["cohort"])


@measure("homes on a framework", "share", "independent homes on at least one framework, of independent homes")
def framework_coverage(tally: Tally) -> Floats:
    """Share of independent homes that are on a framework."""
    return ratio(tally["homes_on_framework"], tally["independent_homes"])


@measure("offers per 1,000 referrals", "offers per 1,000", "offers over referrals")
def offers_per_referral(tally: Tally) -> Floats:
    """Share of referrals answered with an offer that the commissioner could accept."""
    return ratio(tally["offers"], tally["referrals"])


@measure("placements started a week", "placements/week", "placements that start, mean of the weeks", "DfE 2024")
def placements_started(tally: Tally) -> Floats:
    """Placements started a week."""
    return tally["placements_started"] / tally.weeks


@measure("placements ended a week", "placements/week", "placements that end, mean of the weeks", "DfE 2024")
def placements_ended(tally: Tally) -> Floats:
    """Placements ended a week."""
    return tally["placements_ended"] / tally.weeks


@measure("breakdowns a week", "placements/week", "placements that break down, mean of the weeks")
def breakdowns(tally: Tally) -> Floats:
    """Breakdowns a week."""
    return tally["breakdowns"] / tally.weeks


@measure("registered places", "places", "registered places, short-break-only homes included, mean of the weeks",
         "Ofsted 2024")  # fmt: skip
def places(tally: Tally) -> Floats:
    """Registered places."""
    return tally["places"] / tally.weeks


@measure("places occupied", "places", "places with a child, mean of the weeks", compared=False)
def occupied(tally: Tally) -> Floats:
    """Places in which a child lives."""
    return tally["occupied"] / tally.weeks


@measure("places blocked", "places", "empty places that can't be filled, mean of the weeks", compared=False)
def blocked_places(tally: Tally) -> Floats:
    """Blocked places."""
    return tally["blocked_places"] / tally.weeks


@measure("registered homes", "homes", "registered homes, short-break-only ones included, mean of the weeks",
         "Ofsted 2024")  # fmt: skip
def homes(tally: Tally) -> Floats:
    """Registered homes."""
    return tally["homes"] / tally.weeks


@measure("homes opened a week", "homes/week", "homes that opened, mean of the weeks", compared=False)
def homes_opened(tally: Tally) -> Floats:
    """Homes opened a week."""
    return tally["homes_opened"] / tally.weeks


@measure("homes closed a week", "homes/week", "homes that closed, mean of the weeks", compared=False)
def homes_closed(tally: Tally) -> Floats:
    """Homes closed a week."""
    return tally["homes_closed"] / tally.weeks


def route_share(route: str) -> Callable[[Tally], Floats]:
    """The measure `share_<route>`: children placed through one route, of children placed."""

    def share(tally: Tally) -> Floats:
        return ratio(tally[f"route {route}"], tally["children_placed"])

    return share
