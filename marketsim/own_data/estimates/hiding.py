"""Small groups of children are never told of: not by a value, and not by what others leave of a total."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence

from marketsim.own_data.estimates.rows import ALL, Row

FEWEST = 5  # placements of which anything is told


def hidden(rows: Sequence[Row]) -> frozenset[int]:
    """The positions of rows that aren't shown: those that tell of 1 to 4 placements; and where one alone is hidden
    among the parts of a whole (needs of a group, authorities of all), the next smallest, since it would follow."""
    found = {place for place, row in enumerate(rows) if 0 < row.smallest < FEWEST}
    parts: tuple[Callable[[Row], Hashable], ...] = (
        lambda row: (row.group, row.family) if row.family else None,
        lambda row: row.quantity if row.group != ALL else None,
    )
    for part in parts:
        sets: dict[Hashable, list[int]] = defaultdict(list)
        for place, row in enumerate(rows):
            if part(row) is not None:
                sets[part(row)].append(place)
        found |= {_next(rows, places, found) for places in sets.values()} - {-1}
    return frozenset(found)


def _next(rows: Sequence[Row], places: Sequence[int], found: set[int]) -> int:
    """What has to be hidden beside the only one that is; -1: nothing."""
    others = [place for place in places if place not in found and rows[place].smallest]
    if len(places) - len(found & set(places)) == len(places) - 1 and others:
        return min(others, key=lambda place: rows[place].smallest)
    return -1
