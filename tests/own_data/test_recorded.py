"""Own shares and forecasts in the market: luck that is bent, needs that follow a forecast, stays that go on."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketsim.market.recorded import Recorded, _bent
from marketsim.own_data.demand_path import demand_path
from marketsim.own_data.records import shaped
from marketsim.scenario.schema import Need
from marketsim.week.arriving import bands
from marketsim.week.stays import StayTable

START = datetime.date(2024, 3, 31)
SHARE = st.floats(0, 1)


def recorded(standard: float, severe: float) -> Recorded:
    """One authority with own need shares, and one without own data."""
    none = np.full(2, np.nan)
    return Recorded(np.array([True, False]), np.array([10, 10]), none, np.array([standard, np.nan]),
                    np.array([severe, np.nan]), none, none, none, none)  # fmt: skip


@pytest.mark.parametrize(("standard", "severe"), [(0.3, 0.25), (0.0, 1.0), (1.0, 0.0), (0.8, 0.0), (0.51, 0.12)])
def test_needs_come_in_the_shares_that_are_recorded(standard: float, severe: float) -> None:
    """Of evenly spread luck; and the other authority's luck is as it was, to the last digit."""
    luck = (np.arange(100_000) + 0.5) / 100_000
    need = Need()
    draws = dict.fromkeys(("need", "age", "sex", "notice"), np.concatenate([luck, luck]))
    rows = np.repeat([0, 1], len(luck))
    bent = recorded(standard, severe).luck(need, rows, draws)
    found = bands(bent["need"][rows == 0], need.share_standard, need.share_severe)
    shares = np.bincount(found, minlength=3) / len(luck)
    np.testing.assert_allclose(shares, [standard, 1 - standard - severe, severe], atol=2e-5)
    assert (bent["need"][rows == 1] == luck).all() and (bent["age"] == draws["age"]).all()


@given(SHARE, SHARE, SHARE, SHARE, st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=20))
def test_bending_keeps_order_and_bounds_of_luck(a: float, b: float, c: float, d: float, luck: list[float]) -> None:
    (low, high), (to_low, to_high) = sorted((a, b)), sorted((c, d))
    ordered = np.sort(np.array(luck))
    bent = _bent(ordered, np.full(len(luck), low), np.full(len(luck), high), to_low, to_high)
    assert not np.isnan(bent).any() and (bent >= 0).all() and (bent < 1).all()
    assert (np.diff(bent) >= -1e-12).all()


def forecast(**rows: object) -> pd.DataFrame:
    usual = {"authority": "A", "period": "year", "measure": "children_in_homes"}
    return shaped("forecast", pd.DataFrame({**usual, **rows}).to_dict("series"))


def dates(*words: str) -> list[pd.Timestamp]:
    return [pd.Timestamp(word) for word in words]


def test_a_stock_that_stands_still_needs_what_it_needed() -> None:
    path = demand_path(forecast(date=dates("2024-03-31", "2026-03-31"), children=[50.0, 50.0]), ["A", "B"], START)
    assert path is not None
    expected = path.expected(20, np.array([0.7, 0.4]))
    assert expected[0] == pytest.approx(0.7) and np.isnan(expected[1])


def test_a_growing_stock_needs_its_growth_on_top() -> None:
    """104.4 weeks from 50 to 100: 0.479 a week on top; half way 75 children are kept up, half as much again."""
    path = demand_path(forecast(date=dates("2024-03-31", "2026-03-31"), children=[50.0, 100.0]), ["A"], START)
    assert path is not None
    rise = 50 / 104.286
    assert path.expected(52, np.array([0.7]))[0] == pytest.approx(0.7 * (50 + 52 * rise) / 50 + rise, rel=1e-4)
    assert path.expected(150, np.array([0.7]))[0] == pytest.approx(1.4)  # beyond the last date it stands still


def test_the_first_weeks_rise_is_the_first_weeks() -> None:
    """From 100 to 110 within a week: ten more in week 1, none in week 2."""
    rows = forecast(date=dates("2024-03-31", "2024-04-07", "2024-04-14"), children=[100.0, 110.0, 110.0], period="week")
    path = demand_path(rows, ["A"], START)
    assert path is not None
    weeks = [path.expected(week, np.array([2.0]))[0] for week in (1, 2)]
    assert weeks == pytest.approx([2.2 + 10, 2.2])


def test_new_needs_are_taken_as_they_are() -> None:
    """52.18 a year is one a week; in the second year two. By week they stand for the week."""
    rows = forecast(date=dates("2024-04-01", "2025-04-01"), children=[52.18, 104.36], measure="new_needs")
    path = demand_path(rows, ["A"], START)
    assert path is not None
    assert path.expected(10, np.array([9.0]))[0] == pytest.approx(1.0, rel=1e-3)
    assert path.expected(60, np.array([9.0]))[0] == pytest.approx(2.0, rel=1e-3)
    weekly = forecast(date=dates("2024-04-01", "2024-04-08"), children=[3.0, 4.0], measure="new_needs", period="week")
    path = demand_path(weekly, ["A"], START)
    assert path is not None
    assert path.expected(2, np.array([9.0]))[0] == 4.0


def test_needs_follow_a_forecast_that_tells_them_apart() -> None:
    needs = ["standard", "complex", "severe"]
    rows = forecast(date=dates(*["2024-03-31"] * 3), need=needs, children=[10.0, 20.0, 30.0])
    path = demand_path(rows, ["A", "B"], START)
    assert path is not None
    standard, severe = path.need_shares(5, np.array([0.5, 0.5]), np.array([0.1, 0.1]))
    assert standard[0] == pytest.approx(0.5) and severe[0] == pytest.approx(0.1) and np.isnan(standard[1])
    flow = demand_path(rows.assign(measure="new_needs"), ["A"], START)
    assert flow is not None
    standard, severe = flow.need_shares(5, np.array([0.5]), np.array([0.1]))
    assert standard[0] == pytest.approx(1 / 6) and severe[0] == pytest.approx(0.5)


def test_a_band_whose_stock_doubles_comes_twice_as_often() -> None:
    """Severe from 10 to 20 in a year: of 0.5, 0.4 and 0.1 new ones at the start 0.2 of 1.1 are severe then."""
    days = [*dates("2024-03-31", "2025-03-31") * 3]
    needs = [need for need in ("standard", "complex", "severe") for _ in range(2)]
    path = demand_path(forecast(date=days, need=needs, children=[10.0] * 5 + [20.0]), ["A"], START)
    assert path is not None
    assert path.need_shares(53, np.array([0.5]), np.array([0.1]))[1][0] == pytest.approx(0.2 / 1.1, rel=0.01)


def test_a_stay_goes_on_for_as_long_as_those_that_have_lasted_so_long() -> None:
    """Of stays of 10, 20 and 40 weeks, a third each: after 15 weeks 5 or 25 are left, after 50 at least one."""
    table = StayTable(np.array([10.0, 20.0, 40.0]), np.full(3, 1 / 3), 0.0)
    luck = (np.arange(1_000) + 0.5) / 1_000
    left = table.weeks_left(np.full(1_000, 15.0), luck, np.zeros(1_000))
    assert sorted(set(left.tolist())) == [5, 25] and (left == 5).mean() == pytest.approx(0.5, abs=0.01)
    assert (table.weeks_left(np.full(1_000, 50.0), luck, np.zeros(1_000)) == 1).all()
