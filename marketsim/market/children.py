"""The children in need of a home, placed or waiting, as columns; and the flat record of placements."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import numpy as np
from numba import literal_unroll

from marketsim.core.columns import Bools, Columns, Floats, Ints, Keys, table_type
from marketsim.core.compiling import compiled, compiled_part

BANDS = ("standard", "complex", "severe")
STANDARD, COMPLEX, SEVERE = range(3)
GONE, WAITING, PLACED, UNREGISTERED, ELSEWHERE = range(5)
NOTICES = ("planned", "emergency")
OPEN_PLACE = -1  # in `holding`: a place that no contract holds; compiled code has no None
NOT_YET = np.iinfo(np.int64).max
END_REASONS = ("", "planned", "breakdown", "home_closed")


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


class Children(Columns):
    """One row a child in need; the rows of children who left are used again.

    `score` is the percentile of need (0-1), `band` its class; `search` counts the child's searches for a home, so that
    each has luck of its own; `since` is the week in which the present search or stay began. ELSEWHERE is in care but
    in no home (fostering and the like). `away` children must live far from home. Beside a child with `needs_beside` a
    place should stay empty; `has_beside` says that it does and `beside_fee` what is paid for it (GBP/week).
    `placements` counts placements of any kind since the year began, for those who lived in a home then (`cohort`).
    """

    table_counts: ClassVar[bool] = False  # rows without a child, in the room for more, are GONE
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
    state: Ints
    since: Ints
    search: Ints
    breakdowns: Ints
    home: Ints
    holding: Ints
    arrangement: Ints
    fee: Floats
    miles: Floats
    end_week: Ints
    ends_by_breakdown: Bools
    record: Ints
    has_beside: Bools
    beside_fee: Floats
    comes_back: Bools
    cohort: Bools
    placements: Ints
    types: ClassVar[dict[str, type]] = {
        "key": np.uint64,
        "number": np.int64,
        "authority": np.int64,
        "x": np.float64,
        "y": np.float64,
        "score": np.float64,
        "band": np.int64,
        "age": np.int64,
        "boy": np.bool_,
        "emergency": np.bool_,
        "away": np.bool_,
        "displaced": np.bool_,
        "needs_beside": np.bool_,
        "state": np.int64,
        "since": np.int64,
        "search": np.int64,
        "breakdowns": np.int64,
        "home": np.int64,
        "holding": np.int64,
        "arrangement": np.int64,
        "fee": np.float64,
        "miles": np.float64,
        "end_week": np.int64,
        "ends_by_breakdown": np.bool_,
        "record": np.int64,
        "has_beside": np.bool_,
        "beside_fee": np.float64,
        "comes_back": np.bool_,
        "cohort": np.bool_,
        "placements": np.int64,
    }

    def __init__(self, capacity: int = 1_024) -> None:
        super().__init__(capacity)
        self._vacant = np.zeros(0, dtype=np.int64)  # the last to fall vacant behind
        self.admitted = 0

    def admit(self, newcomers: Newcomers, since: int = 0) -> Ints:
        """Take in children who need a home from now on, into vacant rows first; returns their rows."""
        count = len(newcomers.key)
        left = max(len(self._vacant) - count, 0)
        reused, self._vacant = self._vacant[left:][::-1], self._vacant[:left]
        rows = np.concatenate([reused, self.add(count - len(reused))])
        _enter(self.table, rows, newcomers, self.admitted, since)
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

    table_counts: ClassVar[bool] = False
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
    emergency: Bools
    displaced: Bools
    fee: Floats
    miles: Floats
    wait: Ints
    types: ClassVar[dict[str, type]] = {
        "child": np.int64,
        "child_authority": np.int64,
        "home": np.int64,
        "arrangement": np.int64,
        "start_week": np.int64,
        "end_week": np.int64,
        "end_reason": np.int64,
        "band": np.int64,
        "score": np.float64,
        "age": np.int64,
        "emergency": np.bool_,
        "displaced": np.bool_,
        "fee": np.float64,
        "miles": np.float64,
        "wait": np.int64,
    }


@compiled
def _enter(children: Children, rows: Ints, newcomers: Newcomers, number: int, since: int) -> None:
    """Write newcomers, numbered from `number` on, into rows whose other columns fall back to zero."""
    columns: Any = children.columns
    for column in literal_unroll(columns):
        _clear(column, rows)
    children = children.columns
    for one, row in enumerate(rows):
        children.key[row], children.number[row] = newcomers.key[one], number + one
        children.x[row], children.y[row] = newcomers.x[one], newcomers.y[one]
        children.authority[row] = newcomers.authority[one]
        children.score[row], children.band[row] = newcomers.score[one], newcomers.band[one]
        children.age[row], children.boy[row] = newcomers.age[one], newcomers.boy[one]
        children.emergency[row], children.away[row] = newcomers.emergency[one], newcomers.away[one]
        children.displaced[row], children.needs_beside[row] = newcomers.displaced[one], newcomers.needs_beside[one]
        children.state[row], children.since[row] = WAITING, since


@compiled_part
def _clear(column: Any, rows: Ints) -> None:
    for row in rows:
        column[row] = 0


ChildrenTable = table_type(Children, "ChildrenTable", __name__)
RecordsTable = table_type(PlacementRecords, "RecordsTable", __name__)
