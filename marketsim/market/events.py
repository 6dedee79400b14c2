"""What happens in a week, counted by authority until the week is recorded."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats, Ints

EVENTS = (
    "placements_started", "placements_ended", "breakdowns", "wait_weeks", "referrals", "offers", "homes_opened",
    "homes_closed", "cohort", "three_placements",
)  # fmt: skip


class Events:
    """`table` has a row for each of EVENTS and a column an authority: the count of the week."""

    def __init__(self, authorities: int) -> None:
        self.table: Floats = np.zeros((len(EVENTS), authorities))

    def count(self, event: str, authority: Ints, weights: Ints | None = None) -> None:
        """Count an event for each entry of `authority` (rows), or as many as `weights` says."""
        counts = self.table[EVENTS.index(event)]
        counts += np.bincount(authority, weights=weights, minlength=len(counts))

    def clear(self) -> None:
        """Begin another week."""
        self.table[:] = 0.0
