"""Sums over all children and over all homes, compiled: one pass each instead of one for every sum.

Values are added in the order of the rows, as `np.bincount` adds them. Positions in the results are those of the names
listed here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.compiling import compiled, row_of
from marketsim.market.children import BANDS, CARE, PLACED, UNREGISTERED, WAITING, Children
from marketsim.market.costs import Prices
from marketsim.market.homes import GOOD, LOCAL_AUTHORITY, PRIVATE, Holdings, Homes

OF_CHILDREN = (
    "children_placed", "children_waiting", "children_unregistered", "out_of_area", "out_of_region", "over_20_miles",
    "miles", "independent_children", "independent_fees", "hosted_from_elsewhere",
    "dear", "extra_hours", "last_resort", "well_matched",
)  # fmt: skip
OF_HOMES = (
    "places", "market_places", "occupied", "blocked_places", "homes", "independent_homes", "homes_on_framework",
    "private_revenue", "private_cost", "large_revenue", "large_cost", "rated_good_or_better", "market_homes",
    "lived_in",
)  # fmt: skip
OF_NEEDS = tuple(f"{band}_{care}" for band in BANDS for care in CARE)  # what a child costs depends on most
OF_DISTANCE = ("near", "far")  # up to FAR_MILES from the home point, and beyond
OF_PLACES = tuple(f"{needs}_{distance}" for needs in OF_NEEDS for distance in OF_DISTANCE)
OF_FEES = (
    *(f"bought_{place}" for place in OF_PLACES), "in_own_homes",
    *(f"fees_{place}_gbp" for place in OF_PLACES), "fees_own_homes_gbp",
)  # fmt: skip
FAR_MILES = 20.0
WELL_MATCHED = 0.5  # fit from which a child counts as well matched (assumption)


class Fees(NamedTuple):
    """Sums over the children placed now (GBP/week).

    By authority what it pays for placements and for places beside; by home what it gets for both, and what the needs of
    its residents cost above the fixed cost of a place (over the unit cost), and the staff that they need for themselves
    (GBP/week at the prices of the scenario).
    """

    placements: Floats
    beside: Floats
    received: Floats
    needs: Floats
    extra: Floats


class Census(NamedTuple):
    """The fees due; by home authority (authorities, sums) the sums `OF_CHILDREN`, then the children placed by route,
    and `OF_FEES`: children and fees by what they need and how far away they live, apart for own homes; and the fees of
    the independent placements (GBP/week)."""

    due: Fees
    sums: Floats
    by_needs: Floats
    independent_fees: Floats


class Groups(NamedTuple):
    """By what children are counted: the `region` by authority, `route_of` (below `routes`) by arrangement; and what a
    resident costs `above_fixed`, the fixed cost of a place, by need band (over the unit cost); by care the cost and the
    hours of staff of its own (GBP and hours a week); the fee from which a placement counts as `dear`; and
    by care what the `last_resort` costs over its mean; what `misfit` costs for each share of fit below the usual one
    (over the unit cost)."""

    region: Ints
    route_of: Ints
    routes: int
    above_fixed: Floats
    extra_cost: Floats
    extra_hours: Floats
    dear: float
    last_resort: Floats
    misfit: float
    usual_fit: float


@compiled
def _no_fees(authorities: int, homes: int) -> Fees:
    return Fees(
        np.zeros(authorities), np.zeros(authorities), np.zeros(homes), np.zeros(homes), np.zeros(homes)
    )


@compiled
def count_children(children: Children, homes: Homes, by: Groups) -> Census:
    """The children as they are now."""
    region, route_of, above_fixed, extra_cost = by.region, by.route_of, by.above_fixed, by.extra_cost
    first = len(OF_CHILDREN)
    due, sums = _no_fees(len(region), len(homes.key)), np.zeros((len(region), first + by.routes))
    cells = row_of(len(OF_FEES) // 2)
    by_needs = np.zeros((len(region), len(OF_FEES)))
    independent, paid = np.empty(len(children.key)), 0
    for child in range(len(children.key)):
        area, state = row_of(children.authority[child]), children.state[child]
        if state == PLACED:
            home, miles = row_of(children.home[child]), children.miles[child]
            fee, beside = children.fee[child], children.beside_fee[child]
            due.placements[area] += fee
            due.beside[area] += beside
            due.received[home] += fee + beside
            due.needs[home] += above_fixed[children.band[child]] + by.misfit * (by.usual_fit - children.fit[child])
            due.extra[home] += extra_cost[children.care[child]]
            there = row_of(homes.authority[home])
            away, bought = there != area, homes.sector[home] != LOCAL_AUTHORITY
            needs = len(CARE) * children.band[child] + children.care[child]
            cell = row_of(2 * needs + (miles > FAR_MILES)) if bought else cells - row_of(1)
            by_needs[area, cell] += 1.0
            by_needs[area, cells + cell] += fee
            sums[area, 0] += 1.0
            sums[area, 3] += away
            sums[area, 4] += region[there] != region[area]
            sums[area, 5] += miles > FAR_MILES
            sums[area, 6] += miles
            sums[area, 7] += bought
            sums[area, 8] += fee if bought else 0.0
            independent[paid] = fee  # overwritten by the next if not bought: cheaper than a branch
            paid += bought
            sums[there, 9] += away
            sums[area, 10] += fee >= by.dear
            sums[area, 13] += children.fit[child] >= WELL_MATCHED
            sums[there, 11] += by.extra_hours[children.care[child]]
            sums[area, row_of(first + route_of[children.arrangement[child]])] += 1.0
        elif state == WAITING:
            sums[area, 1] += 1.0
        elif state == UNREGISTERED:
            sums[area, 2] += 1.0
            sums[area, 12] += by.last_resort[children.care[child]]
    return Census(due, sums, by_needs, independent[:paid])


@compiled
def _cost(homes: Homes, home: int, in_market: bool, needs: float, extra: float, prices: Prices) -> float:
    staffed = max(homes.places[home] - homes.blocked[home], homes.occupied[home]) if in_market else 0
    return float(prices.cost_index * (homes.unit_cost[home] * (prices.staffed * staffed + needs) + extra))


@compiled
def count_homes(
    homes: Homes, holdings: Holdings, due: Fees, week: int, in_market: Bools, large: Bools, on_framework: Bools,
    prices: Prices, authorities: int,
) -> Floats:  # fmt: skip
    """By host authority (authorities, sums) the sums `OF_HOMES`. Homes behind the end of `large` are not large,
    those behind that of `on_framework` on none. Of the places that a home keeps empty those are blocked that are
    neither occupied nor held."""
    sums, held = np.zeros((authorities, len(OF_HOMES))), np.zeros(len(in_market), dtype=np.int64)
    revenue = np.zeros(len(in_market))
    for row in range(len(holdings.home)):
        empty = max(holdings.places[row] - holdings.used[row], 0)
        held[holdings.home[row]] += empty
        revenue[holdings.home[row]] += empty * holdings.retainer[row]
    for home in range(len(in_market)):
        area, sector = row_of(homes.authority[home]), homes.sector[home]
        places, occupied = homes.places[home], homes.occupied[home]
        sums[area, 2] += occupied
        if sector == PRIVATE:
            revenue[home] += due.received[home]
            cost = _cost(homes, home, in_market[home], due.needs[home], due.extra[home], prices)
            sums[area, 7] += revenue[home]
            sums[area, 8] += cost
            if home < len(large) and large[home]:
                sums[area, 9] += revenue[home]
                sums[area, 10] += cost
        if not homes.opened_week[home] <= week < homes.closed_week[home]:
            continue
        sums[area, 0] += places
        sums[area, 4] += 1.0
        if in_market[home]:
            kept_empty = homes.blocked[home] + homes.beside[home]
            sums[area, 1] += places
            sums[area, 3] += max(min(kept_empty, places - occupied - held[home]), 0)
            sums[area, 5] += sector != LOCAL_AUTHORITY
            sums[area, 6] += sector != LOCAL_AUTHORITY and home < len(on_framework) and on_framework[home]
            sums[area, 11] += homes.rating[home] <= GOOD
            sums[area, 12] += 1.0
            sums[area, 13] += occupied > 0
    return sums
