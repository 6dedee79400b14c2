"""Awards: deferred acceptance between commissioners and homes, and the fee that is settled."""

from __future__ import annotations

import numpy as np

from marketsim.columns import Floats, Ints
from marketsim.compiling import compiled_part
from marketsim.luck import pair_bits, unit
from marketsim.placing.search import fee_limit
from marketsim.placing.tables import NOBODY, Round

BARGAIN = np.uint64(0x5851F42D4C957F2D)  # any odd number: makes the luck of a bargain another than that of the offer


@compiled_part
def match_all(this: Round, rows: Ints, stage: int, place: Ints) -> None:
    """Deferred acceptance; afterwards `place[row]` is each child's position on its own shortlist."""
    panels, short = this.panels, this.short
    kept_first, kept = this.pools.first, this.pools.kept
    kept_next = np.full(len(place), NOBODY)
    waiting = rows[::-1].copy()
    top = len(waiting)
    while top > 0:
        top -= 1
        row = waiting[top]
        while place[row] < short.size[row]:
            pool = panels.pool[short.lot[row, place[row]]]
            if kept[pool] < this.free[pool]:
                kept[pool] += 1
                kept_next[row] = kept_first[pool]
                kept_first[pool] = row
                break
            worst, before = _least_wanted(this, place, kept_first[pool], kept_next)
            if not _prefers(this, place, row, worst):
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
def forget_round(this: Round, rows: Ints) -> None:
    """Clear what the round has noted of the pools that its children had offers from."""
    pools = this.pools
    for row in rows:
        for lot in this.short.lot[row, : this.short.size[row]]:
            pool = this.panels.pool[lot]
            pools.first[pool], pools.kept[pool] = NOBODY, 0
            pools.rivals[pool], pools.rival_buyers[pool] = -np.inf, NOBODY


@compiled_part
def settled_fee(this: Round, row: int, stage: int, lot: int) -> float:
    """The weekly fee: what was quoted and bargained on top, or bid up where another buyer wanted the same place.

    In bargaining the provider gets a part, by luck, of the gap between its quote and what the commissioner accepts.
    """
    searches, panels, pools = this.searches, this.panels, this.pools
    route, pool, home = searches.routes[row, stage], panels.pool[lot], panels.home[lot]
    quoted = panels.fee[lot, searches.band[row]]
    if not panels.limited[route]:
        return float(quoted)
    limit = _limit(this, row, route)
    luck = unit(pair_bits(searches.key[row] ^ BARGAIN, panels.key[lot]))
    bargained = quoted + this.tastes.bargaining * luck * max(limit - quoted, 0.0)
    rival = 0 if pools.rival_buyers[pool, 0] != searches.buyers[row, stage] else 1
    if pools.rival_buyers[pool, rival] == NOBODY:
        return float(bargained)
    to_beat = pools.rivals[pool, rival] + _burden(this, row, home)
    bid_up = quoted + this.tastes.bidding * max(min(to_beat, limit) - quoted, 0.0)
    return float(max(bargained, bid_up))


@compiled_part
def _limit(this: Round, row: int, route: int) -> float:
    """The highest fee that the commissioner of one child accepts along a route."""
    searches, panels = this.searches, this.panels
    return fee_limit(panels.limited[route], panels.limit_at_first[route], searches.expected_fee[row],
                     searches.urgency[row], this.tastes.last_resort)  # fmt: skip


@compiled_part
def _least_wanted(this: Round, place: Ints, first: int, following: Ints) -> tuple[int, int]:
    """Of the children that a pool keeps, the one that the provider likes least, and the one before it in the list."""
    worst, before_worst = first, NOBODY
    before, other = first, following[first]
    while other != NOBODY:
        if _prefers(this, place, worst, other):
            worst, before_worst = other, before
        before, other = other, following[other]
    return worst, before_worst


@compiled_part
def _prefers(this: Round, place: Ints, one: int, other: int) -> bool:
    """True if the provider would rather take `one` than `other`, each at the fee of its present offer."""
    panels, short, band = this.panels, this.short, this.searches.band
    lot_one, lot_other = short.lot[one, place[one]], short.lot[other, place[other]]
    home = panels.home[lot_one]
    gain_one = panels.fee[lot_one, band[one]] - _burden(this, one, home)
    gain_other = panels.fee[lot_other, band[other]] - _burden(this, other, home)
    if gain_one != gain_other:
        return bool(gain_one > gain_other)
    return bool(short.luck[one, place[one]] < short.luck[other, place[other]])


@compiled_part
def _burden(this: Round, row: int, home: int) -> float:
    """What a child costs the provider a week, the price of its risk included."""
    tastes, searches = this.tastes, this.searches
    cost = this.stock.unit_cost[home] * tastes.money * tastes.cost_by_need[searches.band[row]]
    return float(cost + tastes.risk_cost * searches.score[row])


@compiled_part
def _turn_away(this: Round, stage: int, place: Ints, row: int) -> None:
    """One child loses a place: its buyer's highest bid, in what it would leave the provider, stays as a rival's."""
    searches, panels = this.searches, this.panels
    lot, route = this.short.lot[row, place[row]], searches.routes[row, stage]
    if panels.limited[route]:
        bid = _limit(this, row, route) - _burden(this, row, panels.home[lot])
        pool = panels.pool[lot]
        _note_rival(this.pools.rivals[pool], this.pools.rival_buyers[pool], searches.buyers[row, stage], bid)
    place[row] += 1


@compiled_part
def _note_rival(bids: Floats, buyers: Ints, buyer: int, bid: float) -> None:
    """Keep the two highest bids of two different buyers, the highest first."""
    if buyer == buyers[0]:
        bids[0] = max(bids[0], bid)
    elif bid > bids[0]:
        bids[1], buyers[1] = bids[0], buyers[0]
        bids[0], buyers[0] = bid, buyer
    elif buyer == buyers[1]:
        bids[1] = max(bids[1], bid)
    elif bid > bids[1]:
        bids[1], buyers[1] = bid, buyer
