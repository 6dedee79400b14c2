"""Sums over all children and over all homes, compiled: one pass each instead of one for every sum.

Values are added in the order of the rows, as `np.bincount` adds them. Positions in the results are those of the names
listed here.
"""

from __future__ import annotations

import numpy as np

from marketsim.children import PLACED, UNREGISTERED, WAITING, Children
from marketsim.columns import Bools, Floats, Ints
from marketsim.compiling import compiled
from marketsim.homes import GOOD, LOCAL_AUTHORITY, PRIVATE, Homes

EVENTS = (
    "placements_started", "placements_ended", "breakdowns", "wait_weeks", "referrals", "offers", "homes_opened",
    "homes_closed", "cohort", "three_placements",
)  # fmt: skip
OF_CHILDREN = (
    "children_placed", "children_waiting", "children_unregistered", "out_of_area", "out_of_region", "over_20_miles",
    "miles", "independent_children", "independent_fees", "hosted_from_elsewhere",
)  # fmt: skip
OF_HOMES = (
    "places", "market_places", "occupied", "blocked_places", "homes", "independent_homes", "homes_on_framework",
    "private_revenue", "private_cost", "large_revenue", "large_cost", "rated_good_or_better", "market_homes",
)  # fmt: skip
FAR_MILES = 20.0


@compiled
def count_children(
    children: Children, homes: Homes, region: Ints, route_of: Ints, routes: int
) -> tuple[Floats, Floats]:
    """By home authority (authorities, sums) the sums `OF_CHILDREN`, then the children placed by route; and the fees of
    the independent placements. `region` is by authority, `route_of` (below `routes`) by arrangement."""
    first = len(OF_CHILDREN)
    sums = np.zeros((len(region), first + routes))
    fees, paid = np.empty(len(children.state)), 0
    for child in range(len(children.state)):
        area, state = children.authority[child], children.state[child]
        if state == PLACED:
            home, miles = children.home[child], children.miles[child]
            there = homes.authority[home]
            sums[area, 0] += 1.0
            sums[area, 3] += there != area
            sums[area, 4] += region[there] != region[area]
            sums[area, 5] += miles > FAR_MILES
            sums[area, 6] += miles
            if homes.sector[home] != LOCAL_AUTHORITY:
                sums[area, 7] += 1.0
                sums[area, 8] += children.fee[child]
                fees[paid] = children.fee[child]
                paid += 1
            sums[there, 9] += there != area
            sums[area, first + route_of[children.arrangement[child]]] += 1.0
        elif state == WAITING:
            sums[area, 1] += 1.0
        elif state == UNREGISTERED:
            sums[area, 2] += 1.0
    return sums, fees[:paid]


@compiled
def count_homes(
    homes: Homes, is_open: Bools, in_market: Bools, large: Bools, on_framework: Bools, held: Ints, revenue: Floats,
    cost: Floats, authorities: int,
) -> Floats:  # fmt: skip
    """By host authority (authorities, sums) the sums `OF_HOMES`. `held` places are empty; homes behind the end of
    `large` are not large. Of the places that a home keeps empty those are blocked that are neither occupied nor held.
    """
    sums = np.zeros((authorities, len(OF_HOMES)))
    for home in range(len(is_open)):
        area, sector = homes.authority[home], homes.sector[home]
        places, occupied = homes.places[home], homes.occupied[home]
        sums[area, 2] += occupied
        if sector == PRIVATE:
            sums[area, 7] += revenue[home]
            sums[area, 8] += cost[home]
        if home < len(large) and large[home]:
            sums[area, 9] += revenue[home]
            sums[area, 10] += cost[home]
        if not is_open[home]:
            continue
        sums[area, 0] += places
        sums[area, 4] += 1.0
        if in_market[home]:
            kept_empty = homes.blocked[home] + homes.beside[home]
            sums[area, 1] += places
            sums[area, 3] += max(min(kept_empty, places - occupied - held[home]), 0)
            sums[area, 5] += sector != LOCAL_AUTHORITY
            sums[area, 6] += sector != LOCAL_AUTHORITY and on_framework[home]
            sums[area, 11] += homes.rating[home] <= GOOD
            sums[area, 12] += 1.0
    return sums
