"""Referrals go out, homes answer, commissioners award: compiled, over columns, within the week's purchases.

For emergencies first and then planned moves, and for each tier of the authorities' orders of routes:

1. *search*: a child's referral goes to the homes on the panel of each route of the tier, areas nearest first; a home
   with a free place offers it if the luck of this child with this home lies below the home's willingness. The
   commissioner keeps a shortlist of the best offers (fee plus the value of the miles). A search stops once nothing
   farther could beat the shortlist.
2. *match*: every commissioner accepts its best offer; a home with more acceptances than places keeps the children
   that leave it most and turns the others away, who go to their next offer: deferred acceptance (Gale and Shapley
   1962) with children proposing, so that nobody prefers a place that prefers them to who got it.
3. *settle*: where another authority was turned away from a place, the fee is bid up towards that rival's limit.

The functions are plain Python; compiled they give the same placements bit for bit, because they only add, multiply,
compare and take square roots. Set NUMBA_DISABLE_JIT=1 to see them run uncompiled.
"""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Ints
from marketsim.core.compiling import compiled
from marketsim.market.children import NO_ROUTE, NOBODY
from marketsim.market.homes import Homes
from marketsim.week.placing.asked import note_contracts
from marketsim.week.placing.bargaining import settled_fee
from marketsim.week.placing.favoured import favoured_homes, live_lots
from marketsim.week.placing.match import clear_pools, match_all
from marketsim.week.placing.offers import search_all
from marketsim.week.placing.tables import (
    Awards,
    Geography,
    Panels,
    Pools,
    Round,
    Searches,
    Shortlists,
    Tastes,
)


@compiled
def place_tier(this: Round, rows: Ints, stage: int) -> None:
    """One round: search, match and award for the children in `rows` on the routes of the tier that a stage begins."""
    searches, panels, awards, free = this.searches, this.panels, this.awards, this.free
    lots, sizes = this.short.lot, this.short.size
    search(this, rows, stage)
    beside = rows_that_join(searches, rows, stage + 1)
    while len(beside) > 0:
        stage += 1
        search(this, beside, stage)
        beside = rows_that_join(searches, beside, stage + 1)
    clear_pools(this, rows)
    place, burden = match_all(this, rows)
    for row in rows:
        if place[row] >= sizes[row]:
            continue
        lot, bought_at = lots[row, place[row]], this.short.stage[row, place[row]]
        pool, alone = panels.lots.pool[lot], searches.alone[row]
        if free[pool] <= 0 or (alone and this.pools.awarded[pool] > 0):
            continue  # who must live alone came first, or somebody came before
        east, north = panels.lots.x[lot] - searches.x[row], panels.lots.y[lot] - searches.y[row]
        awards.route[row] = searches.routes[row, bought_at]
        awards.lot[row] = lot
        awards.fee[row] = settled_fee(this, row, bought_at, lot, burden[row])
        awards.miles[row] = np.sqrt(east * east + north * north)
        free[pool] = 0 if alone else free[pool] - 1
        this.pools.awarded[pool] += 1


@compiled
def search(this: Round, rows: Ints, stage: int) -> None:
    """Search along the routes of a stage, and note what contracts answered; who has none there passes it over."""
    searching = rows_with_route(this.searches, rows, stage)
    offers_before = this.awards.offers[searching]
    search_all(this, searching, stage)
    note_contracts(this, searching, stage, offers_before)


@compiled
def rows_with_route(searches: Searches, rows: Ints, stage: int) -> Ints:
    """Of some searches those that have a route at a stage."""
    having, count = np.empty(len(rows), dtype=np.int64), 0
    for row in rows:
        if searches.routes[row, stage] != NO_ROUTE:
            having[count] = row
            count += 1
    return having[:count]


@compiled
def rows_that_join(searches: Searches, rows: Ints, stage: int) -> Ints:
    """Of some searches those that weigh the offers of a stage side by side with the ones before, be there a route of
    theirs or a gap behind which their tier goes on."""
    joining, count = np.empty(len(rows), dtype=np.int64), 0
    if stage < searches.routes.shape[1]:
        for row in rows:
            if searches.joins[row, stage]:
                joining[count] = row
                count += 1
    return joining[:count]


@compiled
def rows_of_stage(searches: Searches, awards: Awards, emergency: bool, stage: int) -> Ints:
    """The searches of one urgency that still lack a place and have a route at this stage, which begins a tier."""
    rows = np.empty(len(searches.key), dtype=np.int64)
    count = 0
    for row in range(len(rows)):
        wanted = awards.lot[row] == NOBODY and searches.routes[row, stage] != NO_ROUTE
        wanted = wanted and not searches.joins[row, stage]
        if wanted and searches.emergency[row] == emergency:
            rows[count] = row
            count += 1
    return rows[:count]


@compiled
def begin(searches: Searches, panels: Panels, homes: Homes, geography: Geography, tastes: Tastes, free: Ints) -> Round:
    """All that the week's rounds read and write, before the first; shapes: n searches, s stages, p pools."""
    count, longest = len(searches.key), tastes.shortlist
    none, nothing = np.zeros(count, dtype=np.int64), np.zeros(count)
    awards = Awards(
        np.full(count, NO_ROUTE), np.full(count, NOBODY), nothing, nothing.copy(), none, none.copy(),
        np.zeros(searches.routes.shape, dtype=np.bool_), np.zeros(searches.routes.shape, dtype=np.bool_),
    )  # fmt: skip
    empty = np.zeros((count, longest))
    short = Shortlists(
        np.zeros((count, longest), dtype=np.int64), np.zeros((count, longest), dtype=np.int64), empty, empty.copy(),
        none.copy(), np.zeros(searches.routes.shape),
    )  # fmt: skip
    bids, bidders = np.empty((len(free), 2)), np.empty((len(free), 2), dtype=np.int64)
    pools = Pools(np.zeros_like(free), np.empty_like(free), np.empty_like(free), bids, bidders)
    live = live_lots(panels, free)
    favoured = favoured_homes(searches, panels, live, len(homes.key))
    return Round(searches, panels, live, favoured, homes, geography, tastes, free, pools, short, awards)


@compiled
def place(searches: Searches, panels: Panels, homes: Homes, geography: Geography, tastes: Tastes, free: Ints) -> Awards:
    """Place this week's children; `free` (places per pool) is reduced by what is awarded.

    Returns one award per search.
    """
    this = begin(searches, panels, homes, geography, tastes, free)
    for emergency in (True, False):
        for stage in range(searches.routes.shape[1]):
            rows = rows_of_stage(searches, this.awards, emergency, stage)
            if len(rows) > 0:
                place_tier(this, rows, stage)
    return this.awards
