"""Sums over all children and over all homes, compiled: one pass each instead of one for every sum.

Values are added in the order of the rows, as `np.bincount` adds them. `placed` and the like say for each row whether
it counts; positions in the results are those of the names listed here.
"""

from __future__ import annotations

import numpy as np

from marketsim.columns import Bools, Floats, Ints
from marketsim.compiling import compiled

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


@compiled
def sum_fees(
    placed: Bools, authority: Ints, home: Ints, band: Ints, fee: Floats, beside_fee: Floats, cost: Floats,
    authorities: int, homes: int,
) -> tuple[Floats, Floats]:  # fmt: skip
    """By authority: fees and what is paid for places beside (2, authorities); by home: both together, and the sum of
    `cost`, which is by need band (2, homes)."""
    by_authority, by_home = np.zeros((2, authorities)), np.zeros((2, homes))
    for child in range(len(placed)):
        if placed[child]:
            by_authority[0, authority[child]] += fee[child]
            by_authority[1, authority[child]] += beside_fee[child]
            by_home[0, home[child]] += fee[child] + beside_fee[child]
            by_home[1, home[child]] += cost[band[child]]
    return by_authority, by_home


@compiled
def count_children(
    placed: Bools, waiting: Bools, unregistered: Bools, authority: Ints, home: Ints, miles: Floats, fee: Floats,
    route: Ints, host: Ints, independent: Bools, region: Ints, routes: int, far_miles: float,
) -> tuple[Floats, Floats]:  # fmt: skip
    """By home authority (authorities, sums) the sums `OF_CHILDREN`, then the children placed by route; and the fees of
    the independent placements. `host` and `independent` are by home, `region` by authority."""
    first = len(OF_CHILDREN)
    sums = np.zeros((len(region), first + routes))
    fees, paid = np.empty(len(placed)), 0
    for child in range(len(placed)):
        area = authority[child]
        if placed[child]:
            there = host[home[child]]
            sums[area, 0] += 1.0
            sums[area, 3] += there != area
            sums[area, 4] += region[there] != region[area]
            sums[area, 5] += miles[child] > far_miles
            sums[area, 6] += miles[child]
            if independent[home[child]]:
                sums[area, 7] += 1.0
                sums[area, 8] += fee[child]
                fees[paid] = fee[child]
                paid += 1
            sums[there, 9] += there != area
            sums[area, first + route[child]] += 1.0
        elif waiting[child]:
            sums[area, 1] += 1.0
        elif unregistered[child]:
            sums[area, 2] += 1.0
    return sums, fees[:paid]


@compiled
def count_homes(
    is_open: Bools, in_market: Bools, independent: Bools, private: Bools, large: Bools, on_framework: Bools,
    good: Bools, host: Ints, places: Ints, occupied: Ints, kept_empty: Ints, held: Ints, revenue: Floats,
    cost: Floats, authorities: int,
) -> Floats:  # fmt: skip
    """By host authority (authorities, sums) the sums `OF_HOMES`. Of the places that are `kept_empty` those are blocked
    that are neither occupied nor held."""
    sums = np.zeros((authorities, len(OF_HOMES)))
    for home in range(len(host)):
        area = host[home]
        sums[area, 2] += occupied[home]
        if private[home]:
            sums[area, 7] += revenue[home]
            sums[area, 8] += cost[home]
        if large[home]:
            sums[area, 9] += revenue[home]
            sums[area, 10] += cost[home]
        if not is_open[home]:
            continue
        sums[area, 0] += places[home]
        sums[area, 4] += 1.0
        if in_market[home]:
            sums[area, 1] += places[home]
            sums[area, 3] += max(min(kept_empty[home], places[home] - occupied[home] - held[home]), 0)
            sums[area, 5] += independent[home]
            sums[area, 6] += independent[home] and on_framework[home]
            sums[area, 11] += good[home]
            sums[area, 12] += 1.0
    return sums
