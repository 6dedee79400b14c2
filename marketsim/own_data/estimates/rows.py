"""What an estimate is before it is shown: its value, what it rests on, and the fewest placements that it tells of."""

from __future__ import annotations

from dataclasses import dataclass

from marketsim.own_data.estimates.intervals import Found

ALL = "all"  # authorities together
TOO_FEW = 10  # placements: an estimate from fewer isn't used
WEAK = 30  # placements: one from fewer is used, and said to be weak
WEAKLY = "weak"  # with what notes of those begin


@dataclass(frozen=True)
class Row:
    """An estimate of a `quantity` for a `group` (an ONS code, or all) from `count` placements.

    `smallest`: the smallest group of placements (0: none) that it would tell of, for hiding. `family`: what its rows
    share out among them (empty: nothing), so that one of them follows from the others. `found` is None where there is
    no estimate, for a reason that `note` says. `whole`: it counts all there are and is no sample.
    """

    quantity: str
    group: str
    found: Found | None
    count: int
    smallest: int
    family: str = ""
    note: str = ""
    whole: bool = False
