"""Columns: views stay those of the buffers, and what is remembered of homes ends when they open or close."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from marketsim.experiments.run import forget, run
from marketsim.market.children import PlacementRecords
from marketsim.market.homes import NEVER, Homes
from marketsim.model import MarketModel
from marketsim.scenario.schema import Scenario
from marketsim.week.placing.place import place


def test_views_follow_the_columns_when_room_is_made() -> None:
    records = PlacementRecords(capacity=2)
    records.add(2, fee=[1.0, 2.0])
    before = records.fee
    records.make_room(5)
    assert len(records) == 2 and records.fee is not before
    records.fee[0] = 7.0
    records.table.columns.fee[2] = 3.0  # as compiled code writes rows that are added behind it
    records.add(1)
    assert records.fee.tolist() == [7.0, 2.0, 3.0]


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


def test_purchases_part_by_part_are_those_of_one_call(small: Callable[..., Scenario], in_parts: Any) -> None:
    whole = run(small(), seed=4, weeks=12)
    with in_parts(place):
        model = MarketModel(small(), 4)
        for _ in range(12):
            model.step()
    forget(model)
    placements = whole.placements
    assert (placements["start_week"] > 0).sum() > 5
    assert placements["weekly_fee_gbp"].tolist() == model.market.records.fee.tolist()
    assert placements["home_id"].tolist() == model.market.records.home.tolist()
