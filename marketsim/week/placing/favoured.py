"""Which homes might take a child, by luck alone: looked for in one sweep over all that have a free place."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats, Ints, Keys
from marketsim.core.compiling import compiled, row_of
from marketsim.core.streams import bits_below, half_bound, half_mixed, whole_mixed
from marketsim.market.children import NOBODY
from marketsim.week.placing.tables import Favoured, LiveLots, Panels, Searches

BLOCK = 16  # homes that are looked at in one go
SWEPT = 256  # homes that luck favours a child with, up to which to sweep for them is faster than to go by areas
ALL_BITS = np.uint64(2**64 - 1)


@compiled
def live_lots(panels: Panels, free: Ints) -> LiveLots:
    """Keep the lots that have a free place."""
    before, count = np.empty(len(panels.lots.pool) + 1, dtype=np.int64), 0
    lots, keys = np.empty(len(panels.lots.pool), dtype=np.int64), np.empty(len(panels.lots.pool), dtype=np.uint64)
    for lot in range(len(panels.lots.pool)):
        before[lot], lots[count], keys[count] = count, lot, panels.lots.key[lot]
        count += free[panels.lots.pool[lot]] > 0  # else the next one is written over it: cheaper than a branch
    before[len(panels.lots.pool)] = count
    of_area = np.empty_like(panels.area_first)
    in_area = np.empty((of_area.shape[0], max(of_area.shape[1] - 1, 0)), dtype=np.int64)
    for table in range(of_area.shape[0]):
        for area in range(of_area.shape[1]):
            of_area[table, area] = before[panels.area_first[table, area]]
            if area > 0:
                in_area[table, area - 1] = of_area[table, area] - of_area[table, area - 1]
    return LiveLots(before, of_area, in_area, lots[:count], keys[:count])


@compiled
def favoured_homes(searches: Searches, panels: Panels, live: LiveLots, homes: int) -> Favoured:
    """Look once, in one sweep over all homes with a free place, for those that might take each child.

    A sweep hashes several homes at once, which is faster than to go from area to area even where that would end early.
    """
    count = len(searches.key)
    found, first = np.full(count, NOBODY), np.zeros(count, dtype=np.int64)
    if len(panels.least_fee) == 0:
        return Favoured(found, first, np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint64))
    home, key = _live_homes(panels, live, homes)
    favourable, luck = np.empty(8 * count + SWEPT, dtype=np.int64), np.empty(8 * count + SWEPT, dtype=np.uint64)
    favoured = Favoured(found, first, favourable, luck)
    _sweep_all(searches.key, searches.willingness, home, key, favoured)
    return favoured


@compiled
def _live_homes(panels: Panels, live: LiveLots, homes: int) -> tuple[Ints, Keys]:
    """The homes of the live lots, each once, with their keys."""
    seen = np.zeros(homes, dtype=np.bool_)
    home, key = np.empty(homes, dtype=np.int64), np.empty(homes, dtype=np.uint64)
    count = 0
    for lot in live.lot:
        if not seen[panels.lots.home[lot]]:
            seen[panels.lots.home[lot]] = True
            home[count], key[count] = panels.lots.home[lot], panels.lots.key[lot]
            count += 1
    return home[:count], key[:count]


@compiled
def _sweep_all(who: Keys, willingness: Floats, home: Ints, key: Keys, favoured: Favoured) -> None:
    """Write down for each child the homes with which its luck lies below its willingness, if they are SWEPT at most."""
    found, first, favourable, luck = favoured.found, favoured.first, favoured.home, favoured.bits
    mixes, used = np.full(len(key) + BLOCK, ALL_BITS), 0  # behind the homes a block that no luck lies below
    for row in range(len(who)):
        if 2.0 * willingness[row] * len(home) >= SWEPT or used + SWEPT > len(favourable):
            continue
        most, first[row], found[row] = bits_below(willingness[row]), used, 0
        if most == 0 or _mix_all(who[row], key, mixes) > half_bound(most):
            continue
        bound = half_bound(most)
        for block in range(row_of(0), row_of(len(key)), row_of(BLOCK)):
            if found[row] == NOBODY or not _some_within(mixes, block, bound):
                continue
            for entry in range(block, min(block + row_of(BLOCK), row_of(len(key)))):
                bits = whole_mixed(mixes[entry])
                if bits < most and found[row] != NOBODY:
                    if found[row] == SWEPT:
                        found[row] = NOBODY
                        continue
                    favourable[used + found[row]], luck[used + found[row]] = home[entry], bits
                    found[row] += 1
        used += max(found[row], 0)


@compiled
def _mix_all(who: np.uint64, key: Keys, mixes: Keys) -> np.uint64:
    """Half-mix a child with some homes; returns the least. Without a branch, so that processors do several at once."""
    least = ALL_BITS
    for entry in range(len(key)):
        mixes[entry] = half_mixed(who, key[entry])
        least = min(least, mixes[entry])
    return least


@compiled
def _some_within(mixes: Keys, first: int, bound: np.uint64) -> bool:
    """True if some of the block from `first` on are not above a bound; without a branch too."""
    within = False
    for offset in range(BLOCK):
        within |= mixes[first + row_of(offset)] <= bound
    return within
