"""Awards: deferred acceptance between commissioners and homes, and the fee that is settled."""

from __future__ import annotations

import numpy as np

from marketsim.columns import Floats, Ints
from marketsim.compiling import compiled_part
from marketsim.luck import pair_bits, unit
from marketsim.placing.tables import NOBODY, Pools, Round

BARGAIN = np.uint64(0x5851F42D4C957F2D)  # any odd number: makes the luck of a bargain another than that of the offer


@compiled_part
def clear_pools(this: Round, rows: Ints) -> None:
    """Before a round: nobody is kept, or has been turned away, in the pools that its children have offers from."""
    for row in rows:
        for place in range(this.short.size[row]):
            pool = this.panels.pool[this.short.lot[row, place]]
            this.pools.first[pool], this.pools.kept[pool] = NOBODY, 0
            for rival in range(2):
                this.pools.rivals[pool, rival], this.pools.rival_buyers[pool, rival] = -np.inf, NOBODY


@compiled_part
def match_all(this: Round, rows: Ints, stage: int, place: Ints) -> None:
    """Deferred acceptance; afterwards `place[row]` is each child's position on its own shortlist."""
    searches, panels, stock, short, tastes = this.searches, this.panels, this.stock, this.short, this.tastes
    kept_first, kept = this.pools.first, this.pools.kept
    kept_next, gain = np.full(len(place), NOBODY), np.empty(len(place))  # gain: what the provider would keep of the fee
    waiting = rows[::-1].copy()
    top = len(waiting)
    while top > 0:
        top -= 1
        row = waiting[top]
        while place[row] < short.size[row]:
            lot, band = short.lot[row, place[row]], searches.band[row]
            pool, unit_cost = panels.pool[lot], stock.unit_cost[panels.home[lot]]
            cost = _cost(unit_cost, tastes.money, tastes.cost_by_need[band], tastes.risk_cost, searches.score[row])
            gain[row] = panels.fee[lot, band] - cost
            if kept[pool] < this.free[pool]:
                kept[pool] += 1
                kept_next[row] = kept_first[pool]
                kept_first[pool] = row
                break
            worst, before = _least_wanted(gain, short.luck, place, kept_first[pool], kept_next)
            if not _prefers(gain, short.luck, place, row, worst):
                _turn_away(this, stage, place, row)
                continue
            kept_next[row] = kept_next[worst]
            if before == NOBODY:
                kept_first[pool] = row
            else:
                kept_next[before] = row
            _turn_away(this, stage, place, worst)
            waiting[top] = worst
            top += 1
            break


@compiled_part
def settled_fee(this: Round, row: int, stage: int, lot: int) -> float:
    """The weekly fee: what was quoted and bargained on top, or bid up where another buyer wanted the same place.

    In bargaining the provider gets a part, by luck, of the gap between its quote and what the commissioner accepts.
    """
    route, quoted = this.searches.routes[row, stage], this.panels.fee[lot, this.searches.band[row]]
    if not this.panels.limited[route]:
        return float(quoted)
    limit, pool = this.short.limit[row], this.panels.pool[lot]
    luck = unit(pair_bits(this.searches.key[row] ^ BARGAIN, this.panels.key[lot]))
    bargained = quoted + this.tastes.bargaining * luck * max(limit - quoted, 0.0)
    rival = 0 if this.pools.rival_buyers[pool, 0] != this.searches.buyers[row, stage] else 1
    if this.pools.rival_buyers[pool, rival] == NOBODY:
        return float(bargained)
    to_beat = this.pools.rivals[pool, rival] + _burden(this, row, this.panels.home[lot])
    bid_up = quoted + this.tastes.bidding * max(min(to_beat, limit) - quoted, 0.0)
    return float(max(bargained, bid_up))


@compiled_part
def _least_wanted(gain: Floats, luck: Floats, place: Ints, first: int, following: Ints) -> tuple[int, int]:
    """Of the children that a pool keeps, the one that the provider likes least, and the one before it in the list."""
    worst, before_worst = first, NOBODY
    before, other = first, following[first]
    while other != NOBODY:
        if _prefers(gain, luck, place, worst, other):
            worst, before_worst = other, before
        before, other = other, following[other]
    return worst, before_worst


@compiled_part
def _prefers(gain: Floats, luck: Floats, place: Ints, one: int, other: int) -> bool:
    """True if the provider would rather take `one` than `other`, each at the fee of its present offer: for what it
    would `gain`, and if that is the same by luck."""
    if gain[one] != gain[other]:
        return bool(gain[one] > gain[other])
    return bool(luck[one, place[one]] < luck[other, place[other]])


@compiled_part
def _burden(this: Round, row: int, home: int) -> float:
    """What a child costs the provider of a home a week, the price of its risk included."""
    tastes, band, score = this.tastes, this.searches.band[row], this.searches.score[row]
    return _cost(this.stock.unit_cost[home], tastes.money, tastes.cost_by_need[band], tastes.risk_cost, score)


@compiled_part
def _cost(unit_cost: float, money: float, of_need: float, of_risk: float, score: float) -> float:
    """The same from numbers: to hand on all tables for each offer costs more than the sum."""
    return unit_cost * money * of_need + of_risk * score


@compiled_part
def _turn_away(this: Round, stage: int, place: Ints, row: int) -> None:
    """One child loses a place: its buyer's highest bid, in what it would leave the provider, stays as a rival's."""
    lot, route = this.short.lot[row, place[row]], this.searches.routes[row, stage]
    if this.panels.limited[route]:
        bid = this.short.limit[row] - _burden(this, row, this.panels.home[lot])
        _note_rival(this.pools, this.panels.pool[lot], this.searches.buyers[row, stage], bid)
    place[row] += 1


@compiled_part
def _note_rival(pools: Pools, pool: int, buyer: int, bid: float) -> None:
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
