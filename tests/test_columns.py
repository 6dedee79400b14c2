"""Columns: views stay those of the records, and what is remembered of homes ends when they open or close."""

from __future__ import annotations

import numpy as np
import pytest

from marketsim.market.children import Children, PlacementRecords
from marketsim.market.homes import NEVER, Homes


def test_views_follow_the_columns_when_room_is_made() -> None:
    records = PlacementRecords(capacity=2)
    records.add(2, fee=[1.0, 2.0])
    before = records.fee
    rows = records.add(3, fee=[3.0, 4.0, 5.0], wait=7)
    assert len(records) == 5 and rows.tolist() == [2, 3, 4] and records.fee is not before
    records.fee[0] = 7.0
    records.table.fee[4] = 9.0  # as compiled code writes
    assert records.fee.tolist() == [7.0, 2.0, 3.0, 4.0, 9.0] and records.wait.tolist() == [0, 0, 7, 7, 7]


def test_columns_are_those_that_a_table_annotates() -> None:
    children = Children()
    assert children.table._fields == tuple(Children.__annotations__)  # type: ignore[attr-defined]
    assert children.key.dtype == np.uint64 and children.boy.dtype == np.bool_ and children.fee.dtype == np.float64
    with pytest.raises(AttributeError, match="has no attribute 'named'"):
        _ = children.named


def test_cleared_rows_are_zero_in_all_columns() -> None:
    records = PlacementRecords()
    records.add(3, fee=1.0, wait=2, emergency=True)
    records.clear(np.array([0, 2]))
    assert records.fee.tolist() == [0, 1, 0] and records.wait.tolist() == [0, 2, 0]
    assert records.emergency.tolist() == [False, True, False]


def test_homes_in_the_market_are_those_of_the_week() -> None:
    homes = Homes()
    homes.add(3, opened_week=[0, 4, 0], closed_week=[NEVER, NEVER, 6], key=np.arange(3, dtype=np.uint64))
    seen = {week: homes.in_market(week).tolist() for week in (1, 3, 4, 5, 6, 2)}
    assert seen[1] == seen[2] == seen[3] == [True, False, True]
    assert seen[4] == seen[5] == [True, True, True] and seen[6] == [True, True, False]
    homes.set(np.array([0]), closed_week=5)
    assert homes.in_market(4).tolist() == [True, True, True]
    assert homes.in_market(5).tolist() == [False, True, True]
    homes.add(1, opened_week=5, closed_week=NEVER)
    assert homes.in_market(5).tolist() == [False, True, True, True]
