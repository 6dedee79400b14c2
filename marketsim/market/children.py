"""The children in need of a home, placed or waiting, as columns; and the flat record of placements."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Bools, Columns, Floats, Ints, Keys

BANDS = ("standard", "complex", "severe")
STANDARD, COMPLEX, SEVERE = range(3)
CARE = ("shared", "one_to_one", "two_to_one", "solo")  # staff that a child needs
SHARED, ONE_TO_ONE, TWO_TO_ONE, SOLO = range(4)
GONE, WAITING, PLACED, UNREGISTERED, ELSEWHERE = range(5)
NOTICES = ("planned", "emergency")
OPEN_PLACE = -1  # in `holding`: a place that no contract holds; compiled code has no None
NOBODY = -1  # where a row stands, of an authority, a child or a lot: none
NO_ROUTE = -1  # where the number of an arrangement stands: none
NOT_YET = np.iinfo(np.int64).max
END_REASONS = ("", "planned", "breakdown", "home_closed", "notice", "moved_on")
PLANNED, BREAKDOWN, HOME_CLOSED, NOTICE, MOVED_ON = range(1, 6)  # in END_REASONS


class Newcomers(NamedTuple):
    """Children who newly need a home, one at a position: who they are and what they are like; see `Children`."""

    key: Keys
    authority: Ints
    x: Floats
    y: Floats
    score: Floats
    band: Ints
    age: Ints
    boy: Bools
    emergency: Bools
    away: Bools
    displaced: Bools
    needs_beside: Bools
    care: Ints
    needs: Ints


class Children(Columns):
    """One row a child in need; the rows of children who left are used again.

    `score` is the percentile of need (0-1), `band` its class; `search` counts the child's searches for a home, so that
    each has luck of its own; `since` is the week in which the present search or stay began. ELSEWHERE is in care but
    in no home (fostering and the like). `away` children must live far from home. `care` is the staff that the child
    needs; of its `fee` the part `extra_fee` is for staff and places that it needs for itself, and `asked_fee` is what
    its home asked on the spot without that when it came (GBP/week). `needs` is what it needs of a statement of purpose
    (bits, see `fit`), and `fit` how well it fits where it lives (0-1). Beside a child with `needs_beside` a place
    should stay empty; so many `places_beside` do, and `beside_fee` is what is paid for them on top of the fee
    (GBP/week).
    `placements` counts placements of any kind since the year began, for those who lived in a home then (`cohort`).
    """

    key: Keys
    number: Ints
    authority: Ints
    x: Floats
    y: Floats
    score: Floats
    band: Ints
    age: Ints
    boy: Bools
    emergency: Bools
    away: Bools
    displaced: Bools
    needs_beside: Bools
    care: Ints
    needs: Ints
    fit: Floats
    state: Ints
    since: Ints
    search: Ints
    breakdowns: Ints
    home: Ints
    holding: Ints
    arrangement: Ints
    fee: Floats
    extra_fee: Floats
    asked_fee: Floats
    miles: Floats
    end_week: Ints
    ends_by: Ints
    record: Ints
    places_beside: Ints
    beside_fee: Floats
    comes_back: Bools
    cohort: Bools
    placements: Ints

    def __init__(self, capacity: int = 1_024) -> None:
        super().__init__(capacity)
        self._vacant = np.zeros(0, dtype=np.int64)  # the last to fall vacant behind
        self.admitted = 0

    def admit(self, newcomers: Newcomers, since: int = 0) -> Ints:
        """Take in children who need a home from now on, into vacant rows first; returns their rows."""
        count = len(newcomers.key)
        left = max(len(self._vacant) - count, 0)
        reused, self._vacant = self._vacant[left:][::-1], self._vacant[:left]
        self.clear(reused)
        rows = np.concatenate([reused, self.add(count - len(reused))])
        number = np.arange(self.admitted, self.admitted + count)
        self.set(rows, **newcomers._asdict(), number=number, state=WAITING, since=since)
        self.admitted += count
        return rows

    def discharge(self, rows: Ints) -> None:
        """Children who no longer need a home leave: they are GONE already, and their rows fall vacant."""
        if len(rows):
            self._vacant = np.concatenate([self._vacant, rows])

    def in_state(self, state: int) -> Ints:
        """Rows of the children who are WAITING, PLACED or UNREGISTERED."""
        return np.flatnonzero(self.state == state)


class PlacementRecords(Columns):
    """One row a placement, written when it starts and completed when it ends (NOT_YET while it lasts)."""

    child: Ints
    child_authority: Ints
    home: Ints
    arrangement: Ints
    start_week: Ints
    end_week: Ints
    end_reason: Ints
    band: Ints
    score: Floats
    age: Ints
    care: Ints
    emergency: Bools
    displaced: Bools
    fee: Floats
    miles: Floats
    fit: Floats
    wait: Ints

    def kept(self, rows: Ints) -> PlacementRecords:
        """Some of the placements, in a table of their own; itself if they are all."""
        if len(rows) == len(self):
            return self
        chosen = PlacementRecords(capacity=max(len(rows), 1))
        chosen.add(len(rows), **{name: getattr(self, name)[rows] for name in self.kinds})
        return chosen
