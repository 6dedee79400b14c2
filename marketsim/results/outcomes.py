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
    """One measure: a function of a tally, and what it means.

    `mean`: a count or sum of weeks over their number; others are ratios of sums over weeks.
    """

    name: str
    label: str
    unit: str
    definition: str
    source: str
    value: Callable[[Tally], Floats]
    compared: bool
    mean: bool


MEASURES: dict[str, Measure] = {}


def measure(
    label: str, unit: str, source: str = "own definition", compared: bool = True, mean: bool = False
) -> Callable[[Callable[[Tally], Floats]], Callable[[Tally], Floats]]:
    """Register a measure under the name of its function, whose docstring is its definition.

    `compared` ones appear in comparisons. `label` is what people read in tables; `unit` is the value's. Unit and
    definition hold for any weeks: which ones, definitions.py adds by table. `mean`: see Measure.
    """

    def register(function: Callable[[Tally], Floats]) -> Callable[[Tally], Floats]:
        name, doc = function.__name__, (function.__doc__ or "").rstrip(".")
        text = doc[:1].lower() + doc[1:]
        MEASURES[name] = Measure(name, label, unit, text, source, function, compared, mean)
        return function

    return register


def ratio(above: Floats, below: Floats) -> Floats:
    """Quotient, NaN where there is nothing to divide by."""
    return np.asarray(np.divide(above, below, out=np.full(np.shape(above), np.nan), where=np.asarray(below) != 0))


@measure("mean fee, GBP a week", "GBP/week", "targets: weekly_fee_mean")
def weekly_fee_mean_gbp(tally: Tally) -> Floats:
    """Mean weekly fee of placements running in private and voluntary homes."""
    return ratio(tally["independent_fees"], tally["independent_children"])


@measure("placed out of area", "share", "DfE FOI 2024")
def out_of_area_share(tally: Tally) -> Floats:
    """Children placed outside the boundary of their home authority, of children placed."""
    return ratio(tally["out_of_area"], tally["children_placed"])


@measure("placed over 20 miles away", "share", "DfE 2024")
def over_20_miles_share(tally: Tally) -> Floats:
    """Children placed more than 20 miles from their home point, of children placed."""
    return ratio(tally["over_20_miles"], tally["children_placed"])


@measure("placed out of region", "share")
def out_of_region_share(tally: Tally) -> Floats:
    """Children placed in another region, of children placed."""
    return ratio(tally["out_of_region"], tally["children_placed"])


@measure("mean distance, miles", "miles")
def distance_mean_miles(tally: Tally) -> Floats:
    """Mean straight-line distance of children placed from their home point."""
    return ratio(tally["miles"], tally["children_placed"])


@measure("void rate (all places)", "share", "targets: occupancy")
def void_rate(tally: Tally) -> Floats:
    """Places without a child, of registered places; short-break-only homes left out."""
    return ratio(tally["market_places"] - tally["occupied"], tally["market_places"])


@measure("void rate (open places)", "share", "targets: void_rate_survey")
def open_void_rate(tally: Tally) -> Floats:
    """Empty places that could be filled, of places that are not blocked."""
    staffed = tally["market_places"] - tally["blocked_places"]
    return ratio(staffed - tally["occupied"], staffed)


@measure("empty places paid for (own homes too)", "places", mean=True)
def paid_voids(tally: Tally) -> Floats:
    """Empty places that an authority pays for: contracts and own homes."""
    return tally["paid_voids"] / tally.weeks


@measure("children placed", "children", mean=True)
def children_placed(tally: Tally) -> Floats:
    """Children in children's homes."""
    return tally["children_placed"] / tally.weeks


@measure("children waiting", "children", mean=True)
def children_waiting(tally: Tally) -> Floats:
    """Children waiting for a home."""
    return tally["children_waiting"] / tally.weeks


@measure("children unregistered", "children", "Children's Commissioner 2024", mean=True)
def children_unregistered(tally: Tally) -> Floats:
    """Children in unregistered settings."""
    return tally["children_unregistered"] / tally.weeks


@measure("mean wait, weeks", "weeks")
def wait_mean_weeks(tally: Tally) -> Floats:
    """Mean wait from need to placement, of placements started."""
    return ratio(tally["wait_weeks"], tally["placements_started"])


@measure("spend a week, GBP", "GBP/week", mean=True)
def spend_gbp(tally: Tally) -> Floats:
    """All that authorities pay."""
    return tally["spend"] / tally.weeks


@measure("spend per child, GBP a week", "GBP/week")
def spend_per_child_gbp(tally: Tally) -> Floats:
    """All that authorities pay in a week, over children placed or unregistered."""
    return ratio(tally["spend"], tally["children_placed"] + tally["children_unregistered"])


@measure("spend on the published basis, GBP a week", "GBP/week", "targets: spend_per_child_published")
def spend_per_child_published_gbp(tally: Tally) -> Floats:
    """All that authorities pay in a week, the last resort included, over children in children's homes only."""
    return ratio(tally["spend"], tally["children_placed"])


@measure("children at 10,000 GBP or more", "children", "targets: placements_10000_or_more", mean=True)
def children_at_10000_or_more(tally: Tally) -> Floats:
    """Children in children's homes at a fee of 10,000 GBP a week or more."""
    return tally["dear"] / tally.weeks


@measure("staff per child", "heads/child", "targets: staff_per_child")
def staff_per_child(tally: Tally) -> Floats:
    """People employed in homes, over children who live in them."""
    return ratio(tally["staff"], tally["occupied"])


@measure("spend on the last resort, GBP", "GBP/week", mean=True)
def last_resort_gbp(tally: Tally) -> Floats:
    """What authorities pay for children in unregistered settings."""
    return tally["last_resort_gbp"] / tally.weeks


@measure("margin of private homes", "share", "CMA 2022")
def provider_margin(tally: Tally) -> Floats:
    """Revenue of private providers less running cost, of revenue."""
    return ratio(tally["private_revenue"] - tally["private_cost"], tally["private_revenue"])


@measure("margin, 15 largest", "share", "targets: operating_margin_large")
def large_provider_margin(tally: Tally) -> Floats:
    """Revenue of the 15 largest private groups less running cost, of revenue."""
    return ratio(tally["large_revenue"] - tally["large_cost"], tally["large_revenue"])


@measure("homes good or better", "share", "Ofsted 2024")
def good_homes_share(tally: Tally) -> Floats:
    """Homes rated good or outstanding, of homes."""
    return ratio(tally["rated_good_or_better"], tally["market_homes"])


@measure("well matched", "share", "targets: share_well_matched")
def well_matched_share(tally: Tally) -> Floats:
    """Children whose fit with their home was a half or better when they came, of children placed."""
    return ratio(tally["well_matched"], tally["children_placed"])


@measure("3 or more placements", "share", "targets: share_three_or_more_placements")
def three_or_more_placements_share(tally: Tally) -> Floats:
    """Children in homes when the last year began who had three or more placements of any kind in it."""
    return ratio(tally["three_placements"], tally["cohort"])


@measure("homes on a framework", "share")
def framework_coverage(tally: Tally) -> Floats:
    """Independent homes on at least one framework, of independent homes."""
    return ratio(tally["homes_on_framework"], tally["independent_homes"])


@measure("offers per referral", "offers/referral")
def offers_per_referral(tally: Tally) -> Floats:
    """Offers of homes, of referrals to them."""
    return ratio(tally["offers"], tally["referrals"])


@measure("placements started a week", "placements/week", "DfE 2024", mean=True)
def placements_started(tally: Tally) -> Floats:
    """Placements that start."""
    return tally["placements_started"] / tally.weeks


@measure("placements ended a week", "placements/week", "DfE 2024", mean=True)
def placements_ended(tally: Tally) -> Floats:
    """Placements that end."""
    return tally["placements_ended"] / tally.weeks


@measure("breakdowns a week", "placements/week", mean=True)
def breakdowns(tally: Tally) -> Floats:
    """Placements that break down."""
    return tally["breakdowns"] / tally.weeks


@measure("registered places", "places", "Ofsted 2024", mean=True)
def places(tally: Tally) -> Floats:
    """Registered places, short-break-only homes included."""
    return tally["places"] / tally.weeks


@measure("places occupied", "places", compared=False, mean=True)
def occupied(tally: Tally) -> Floats:
    """Places with a child."""
    return tally["occupied"] / tally.weeks


@measure("places blocked", "places", compared=False, mean=True)
def blocked_places(tally: Tally) -> Floats:
    """Empty places that can't be filled."""
    return tally["blocked_places"] / tally.weeks


@measure("registered homes", "homes", "Ofsted 2024", mean=True)
def homes(tally: Tally) -> Floats:
    """Registered homes, short-break-only ones included."""
    return tally["homes"] / tally.weeks


@measure("homes opened a week", "homes/week", compared=False, mean=True)
def homes_opened(tally: Tally) -> Floats:
    """Homes that opened."""
    return tally["homes_opened"] / tally.weeks


@measure("homes closed a week", "homes/week", compared=False, mean=True)
def homes_closed(tally: Tally) -> Floats:
    """Homes that closed."""
    return tally["homes_closed"] / tally.weeks


def route_share(route: str) -> Callable[[Tally], Floats]:
    """The measure `share_<route>`: children placed through one route, of children placed."""

    def share(tally: Tally) -> Floats:
        return ratio(tally[f"route {route}"], tally["children_placed"])

    return share
