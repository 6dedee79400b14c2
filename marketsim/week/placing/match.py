"""Awards: deferred acceptance between commissioners and homes, and the fee that is settled."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.core.compiling import compiled
from marketsim.market.children import NOBODY
from marketsim.week.placing import tables


@compiled
def clear_pools(this: tables.Round, rows: Ints) -> None:
    """Before a round: nobody is kept, or has been turned away, in the pools that its children have offers from."""
    for row in rows:
        for place in range(this.short.size[row]):
            pool = this.panels.lots.pool[this.short.lot[row, place]]
            this.pools.first[pool], this.pools.kept[pool] = NOBODY, 0
            for rival in range(2):
                this.pools.rivals[pool, rival], this.pools.rival_buyers[pool, rival] = -np.inf, NOBODY


@compiled
def match_all(this: tables.Round, rows: Ints) -> tuple[Ints, Floats]:
    """Deferred acceptance; returns by child its position on its own shortlist, and its burden on the home there."""
    searches, panels, homes, short, tastes = this.searches, this.panels, this.homes, this.short, this.tastes
    count, kept_first, kept = len(searches.key), this.pools.first, this.pools.kept
    place, burden, gain = np.zeros(count, dtype=np.int64), np.empty(count), np.empty(count)
    kept_next, waiting = np.full(count, NOBODY), rows[::-1].copy()
    top = len(waiting)
    while top > 0:
        top -= 1
        row = waiting[top]
        while place[row] < short.size[row]:
            lot, band = short.lot[row, place[row]], searches.band[row]
            pool, home = panels.lots.pool[lot], panels.lots.home[lot]
            cost = homes.unit_cost[home] * tastes.money * tastes.cost_by_need[band]
            burden[row] = cost + tastes.risk_cost * searches.score[row]  # what it costs the home, its risk included
            gain[row] = panels.lots.fee[lot, band] - burden[row]
            if kept[pool] < this.free[pool]:
                kept[pool] += 1
                kept_next[row] = kept_first[pool]
                kept_first[pool] = row
                break
            worst, before = _least_wanted(gain, short.luck, place, kept_first[pool], kept_next)
            taken = _prefers(gain, short.luck, place, row, worst)
            loser = worst if taken else row
            stage = short.stage[loser, place[loser]]
            if panels.reaches.limited[searches.routes[loser, stage]]:
                bid = short.limit[loser, stage] - burden[loser]  # the most that its buyer would leave the provider
                _note_rival(this.pools, pool, searches.buyers[loser, stage], bid)
            place[loser] += 1
            if not taken:
                continue
            kept_next[row] = kept_next[worst]
            if before == NOBODY:
                kept_first[pool] = row
            else:
                kept_next[before] = row
            waiting[top] = worst
            top += 1
            break
    return place, burden


@compiled
def _least_wanted(gain: Floats, luck: Floats, place: Ints, first: int, following: Ints) -> tuple[int, int]:
    """Of the children that a pool keeps, the one that the provider likes least, and the one before it in the list."""
    worst, before_worst = first, NOBODY
    before, other = first, following[first]
    while other != NOBODY:
        if _prefers(gain, luck, place, worst, other):
            worst, before_worst = other, before
        before, other = other, following[other]
    return worst, before_worst


@compiled
def _prefers(gain: Floats, luck: Floats, place: Ints, one: int, other: int) -> bool:
    """True if the provider would rather take `one` than `other`, each at the fee of its present offer: for what it
    would `gain`, and if that is the same by luck."""
    if gain[one] != gain[other]:
        return bool(gain[one] > gain[other])
    return bool(luck[one, place[one]] < luck[other, place[other]])


@compiled
def _note_rival(pools: tables.Pools, pool: int, buyer: int, bid: float) -> None:
    """Keep the two highest bids of two different buyers for a pool, the highest first."""
    bids, buyers = pools.rivals, pools.rival_buyers
    if buyer == buyers[pool, 0]:
        bids[pool, 0] = max(bids[pool, 0], bid)
    elif bid > bids[pool, 0]:
        bids[pool, 1], buyers[pool, 1] = bids[pool, 0], buyers[pool, 0]
        bids[pool, 0], buyers[pool, 0] = bid, buyer
    elif buyer == buyers[pool, 1]:
        bids[pool, 1] = max(bids[pool, 1], bid)
    elif bid > bids[pool, 1]:
        bids[pool, 1], buyers[pool, 1] = bid, buyer
