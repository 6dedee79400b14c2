"""The fee that is settled: what was quoted, bargained on top, or bid up by a rival."""

from __future__ import annotations

import numpy as np

from marketsim.core.compiling import compiled
from marketsim.core.streams import pair_bits, unit
from marketsim.market.children import NOBODY
from marketsim.week.placing import tables

BARGAIN = np.uint64(0x5851F42D4C957F2D)  # any odd number: makes the luck of a bargain another than that of the offer


@compiled
def settled_fee(this: tables.Round, row: int, stage: int, lot: int, burden: float) -> float:
    """The weekly fee: what was quoted and bargained on top, or bid up where another buyer wanted the same place; the
    child's `burden` on the home as matched.

    In bargaining the provider gets a part, by luck, of the gap between its quote and what the commissioner accepts: the
    less, the more offers there are, but for bespoke care, which nobody else would put together as fast.
    """
    route, quoted = this.searches.routes[row, stage], this.panels.lots.fee[lot, this.searches.band[row]]
    if not this.panels.reaches.limited[route]:
        return float(quoted)
    limit, pool = this.short.limit[row, stage], this.panels.lots.pool[lot]
    if len(this.tastes.most_fee) > 0:
        limit = min(limit, this.tastes.most_fee[this.panels.lots.home[lot], this.searches.band[row]])
    luck = unit(pair_bits(this.searches.key[row] ^ BARGAIN, this.panels.lots.key[lot]))
    if this.searches.bespoke[row]:
        power = this.tastes.bargaining_bespoke
    else:
        power = this.tastes.bargaining / this.short.size[row]
    bargained = quoted + power * luck * max(limit - quoted, 0.0)
    rival = 0 if this.pools.rival_buyers[pool, 0] != this.searches.buyers[row, stage] else 1
    if this.pools.rival_buyers[pool, rival] == NOBODY:
        return float(bargained)
    to_beat = this.pools.rivals[pool, rival] + burden
    bid_up = quoted + this.tastes.bidding * max(min(to_beat, limit) - quoted, 0.0)
    return float(max(bargained, bid_up))
