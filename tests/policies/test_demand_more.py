"""Policies of emergencies, assessment, support, moving on and coming back: each by hand, and in its direction."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest
from demand_world import MEMBERS, busy, by_authority, put, quarter_end, with_policy, without

from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.experiments.run import forget, run
from marketsim.market.children import MOVED_ON, PLACED, UNREGISTERED, WAITING
from marketsim.model import MarketModel

LAST_YEAR = slice(26, None)


@pytest.fixture
def market() -> Any:
    """The market after a quarter; what a test writes into its children is undone."""
    market = quarter_end().market
    before = {
        name: getattr(market.children, name).copy() for name in ("state", "emergency", "since", "authority", "age")
    }
    week = market.week
    yield market
    market.week = week
    for name, column in before.items():
        getattr(market.children, name)[:] = column


def placed(market: Any, count: int) -> np.ndarray:
    """Rows of some children of each authority who live in homes."""
    children = market.children
    rows = [np.flatnonzero((children.state == PLACED) & (children.authority == area))[:count] for area in range(4)]
    return np.concatenate(rows)


def waiting(market: Any, count: int, emergency: bool = True) -> np.ndarray:
    """So many children of each authority who look for a home from this week on."""
    rows = placed(market, count)
    market.children.set(rows, state=WAITING, emergency=emergency, since=market.week)
    return rows


def pounds(market: Any, each: float) -> np.ndarray:
    return MEMBERS * each / WEEKS_PER_YEAR * market.cost_index


# ---- an emergency unit


def test_a_unit_has_so_many_beds_and_a_child_leaves_its_bed_for_a_home(market: Any) -> None:
    policy, on = put(market, "emergency_unit")
    rows, children = waiting(market, 5), market.children
    first = policy.prepares(market, on, rows)
    assert by_authority(children.authority[first]) == [3, 0, 3, 3] and np.isin(first, rows).all()
    left = np.setdiff1d(rows, first)
    assert len(policy.prepares(market, on, left)) == 0
    children.state[first[children.authority[first] == 2][:2]] = PLACED
    children.state[first[children.authority[first] == 3][:1]] = UNREGISTERED
    assert by_authority(children.authority[policy.prepares(market, on, left)]) == [0, 0, 2, 1]
    np.testing.assert_allclose(policy.spends(market, on).running, pounds(market, 3 * 300_000))


def test_after_half_a_year_a_bed_is_given_to_the_next(market: Any) -> None:
    policy, on = put(market, "emergency_unit")
    rows, children = waiting(market, 6), market.children
    first = policy.prepares(market, on, rows)
    left = np.setdiff1d(rows, first)
    market.week += 25
    assert len(policy.prepares(market, on, left)) == 0
    market.week += 1
    assert by_authority(children.authority[policy.prepares(market, on, left)]) == [3, 0, 3, 3]


def test_who_searches_again_later_is_not_taken_for_who_had_the_bed(market: Any) -> None:
    policy, on = put(market, "emergency_unit", beds=1)
    rows = waiting(market, 2)
    first = policy.prepares(market, on, rows)
    market.children.search[first] += 1  # placed, broken down, back
    again = policy.prepares(market, on, first)
    market.children.search[first] -= 1
    assert again.tolist() == first.tolist()


def test_with_a_unit_fewer_children_are_placed_as_emergencies() -> None:
    shares = []
    for policies in ({}, {"tried": {"policy": "emergency_unit", "beds": 10}}):
        placements = run(busy(policies=policies), seed=1, weeks=60).placements
        shares.append((placements[placements["start_week"] > 0]["notice"] == "emergency").mean())
    assert shares[0] > 0.12 and shares[1] < 0.02


# ---- an assessment home


def test_a_bed_is_taken_for_nine_weeks_and_emergencies_come_first(market: Any) -> None:
    policy, on = put(market, "assessment_home")
    children = market.children
    rows = waiting(market, 8, emergency=False)
    hasty = np.concatenate([rows[children.authority[rows] == area][:3] for area in range(4)])
    children.emergency[hasty] = True
    ready = policy.prepares(market, on, hasty)
    assert sorted(ready) == sorted(hasty[MEMBERS[children.authority[hasty]]])
    assessed = on.memory["assessed"].row
    assert by_authority(children.authority[assessed]) == [4, 0, 4, 4] and np.isin(ready, assessed).all()
    factor = policy.breakdown_factor(market, on, rows)
    assert factor.tolist() == np.where(np.isin(rows, assessed), 0.8, 1.0).tolist()
    children.state[assessed] = PLACED  # the beds are taken all the same
    children.emergency[rows] = True
    left = np.setdiff1d(rows, assessed)
    market.week += 8
    assert len(policy.prepares(market, on, left)) == 0
    market.week += 1
    assert by_authority(children.authority[policy.prepares(market, on, left)]) == [4, 0, 4, 4]
    assert (policy.breakdown_factor(market, on, assessed) == 1.0).all(), "it was for the placement that is over"
    np.testing.assert_allclose(policy.spends(market, on).running, pounds(market, 4 * 300_000))


def test_who_had_waited_before_is_not_assessed_unless_it_is_an_emergency(market: Any) -> None:
    policy, on = put(market, "assessment_home", beds=100)
    rows = waiting(market, 2, emergency=False)
    market.children.since[rows] -= 1
    policy.prepares(market, on, rows[:0])
    assert not np.isin(rows, on.memory["assessed"].row).any()


def test_assessed_children_break_down_as_the_ratio_says() -> None:
    before = without()["breakdowns"][LAST_YEAR].sum()
    never = with_policy("assessment_home", beds=100, breakdown_ratio=0.0)["breakdowns"][LAST_YEAR].sum()
    more = with_policy("assessment_home", beds=100, breakdown_ratio=2.0)["breakdowns"][LAST_YEAR].sum()
    assert never < 0.6 * before and more > 1.15 * before


# ---- support that keeps a placement


def test_a_team_supports_twelve_those_of_most_need_first(market: Any) -> None:
    policy, on = put(market, "placement_support", children_per_team=3)
    rows, children = waiting(market, 6), market.children
    factor = policy.breakdown_factor(market, on, rows)
    helped = rows[factor < 1]
    assert set(factor) == {0.7, 1.0} and by_authority(children.authority[helped]) == [3, 0, 3, 3]
    for area in (0, 2, 3):
        mine, all_of_it = helped[children.authority[helped] == area], rows[children.authority[rows] == area]
        assert children.score[mine].min() >= np.sort(children.score[all_of_it])[-3]
    children.state[rows] = PLACED
    others = np.setdiff1d(placed(market, 12), rows)
    children.state[others] = WAITING
    assert (policy.breakdown_factor(market, on, others) == 1.0).all(), "the team is full"
    children.state[helped[children.authority[helped] == 2][:2]] = WAITING  # their placements have broken down
    again = others[policy.breakdown_factor(market, on, others) < 1]
    assert by_authority(children.authority[again]) == [0, 0, 2, 0]
    np.testing.assert_allclose(policy.spends(market, on).running, pounds(market, 350_000))


def test_who_only_moves_nearer_takes_no_place_in_a_team(market: Any) -> None:
    policy, on = put(market, "placement_support")
    rows = placed(market, 4)
    assert (policy.breakdown_factor(market, on, rows) == 1.0).all() and len(on.memory["supported"].row) == 0


def test_in_summer_only_teams_work_and_are_paid_in_summer(market: Any) -> None:
    policy, on = put(market, "placement_support", summer_only=True, children_per_team=1)
    rows = waiting(market, 2)
    for date, works in (("2024-06-16", False), ("2024-07-14", True), ("2024-09-15", True), ("2025-01-12", False)):
        market.week = market.calendar.week_of(datetime.date.fromisoformat(date))
        on.memory.clear()
        factor, paid = policy.breakdown_factor(market, on, rows), policy.spends(market, on)
        assert (factor is not None and (factor < 1).sum() == 3) == works
        assert (paid is not None and paid.running.sum() > 0) == works
    policy.breakdown_factor(market, on, rows)
    assert len(on.memory["supported"].row) == 0, "help ends with the summer"


def test_support_changes_breakdowns_either_way() -> None:
    less, more = (
        with_policy("placement_support", children_per_team=100, breakdown_ratio=ratio) for ratio in (0.3, 2.0)
    )
    before = without()["breakdowns"][LAST_YEAR].sum()
    assert less["breakdowns"][LAST_YEAR].sum() < 0.7 * before < 1.1 * before < more["breakdowns"][LAST_YEAR].sum()


# ---- moving on at sixteen and over


def test_a_supported_place_lets_one_leave_sooner_and_who_has_none_stays_longer(market: Any) -> None:
    policy, on = put(market, "move_on", bottleneck_weeks=5)
    rows = placed(market, 6)
    market.children.age[rows] = np.tile([15, 16, 17, 16, 10, 17], 4)
    extra = policy.extra_weeks(market, on, rows).reshape(4, 6)
    assert extra.dtype == np.int64 and not extra[1].any() and not extra[:, [0, 4]].any()
    assert (np.sort(extra[[0, 2, 3]][:, [1, 2, 3, 5]], axis=1) == [-8, -8, 5, 5]).all()
    np.testing.assert_allclose(policy.spends(market, on).running, MEMBERS * 2 * 1_500 * market.cost_index)


def test_a_supported_place_serves_the_next_child_after_the_weeks_gained(market: Any) -> None:
    """Two places and eight weeks: one child every four weeks, and two if nobody came for long."""
    policy, on = put(market, "move_on")
    rows = placed(market, 6)
    market.children.age[rows] = 17
    served = []
    for weeks in (0, 3, 1, 4, 8, 100):
        market.week += weeks
        served.append((policy.extra_weeks(market, on, rows) < 0).sum() // 3)
    assert served == [2, 0, 1, 1, 2, 2]


def test_homes_empty_if_places_are_bought_and_fill_where_the_bottleneck_gets_worse() -> None:
    none, many = without(), with_policy("move_on", supported_places=50, sooner_weeks=20)
    worse = with_policy("move_on", supported_places=0, bottleneck_weeks=40)
    there = [one["children_placed"][LAST_YEAR].mean() for one in (many, none, worse)]
    assert there[0] < there[1] - 2 and there[2] > there[1] + 2


# ---- bringing children back


def test_a_team_takes_on_so_many_a_month_the_farthest_first_and_looks_for_some_weeks(market: Any) -> None:
    """Twelve a year: one child of each authority at the end of each month."""
    policy, on = put(market, "bring_back", cases_per_year=12.0, least_weeks=4)
    children, homes, now = market.children, market.homes, market.week
    cases = policy.looks_nearer(market, on)
    assert by_authority(children.authority[cases]) == [1, 0, 1, 1]
    outside = (children.state == PLACED) & (homes.authority[children.home] != children.authority) & ~children.away
    could = outside & (now - children.since >= 4) & (children.miles >= 20)
    for row in cases:
        assert children.miles[row] == children.miles[could & (children.authority == children.authority[row])].max()
    both = policy.looks_nearer(market, on)  # the same month's end once more
    assert len(both) == 6 and np.isin(cases, both).all()
    for weeks, left in ((2, 6), (11, 6), (12, 0)):
        market.week = now + weeks
        found = policy.looks_nearer(market, on)
        assert (0 if found is None else len(found)) == left
    np.testing.assert_allclose(policy.spends(market, on).running, pounds(market, 120_000))


def test_nobody_is_brought_back_who_is_near_new_there_or_away_for_its_safety(market: Any) -> None:
    for fields in ({"least_miles": 200.0}, {"least_weeks": 500}, {"cases_per_year": 0.0}):
        policy, on = put(market, "bring_back", **fields)
        assert policy.looks_nearer(market, on) is None
    policy, on = put(market, "bring_back", cases_per_year=10_000.0, least_weeks=0, least_miles=0.0)
    cases, children = policy.looks_nearer(market, on), market.children
    area = market.homes.authority[children.home]
    due = (children.state == PLACED) & MEMBERS[children.authority] & ~children.away & (area != children.authority)
    assert sorted(cases) == np.flatnonzero(due).tolist()
    children.state[cases] = WAITING
    assert policy.looks_nearer(market, on) is None


def test_a_programme_brings_children_home_and_costs_them_a_move() -> None:
    before, after = without(), with_policy("bring_back", cases_per_year=40.0)
    assert after["out_of_area_share"][LAST_YEAR].mean() < before["out_of_area_share"][LAST_YEAR].mean() - 0.03
    assert after["placements_started"].sum() > before["placements_started"].sum()


def test_a_case_of_a_child_who_moved_home_is_over() -> None:
    model = MarketModel(busy(policies={"tried": {"policy": "bring_back", "cases_per_year": 60.0, "least_weeks": 4}}), 1)
    for _ in range(40):
        model.step()
        market, (one,) = model.market, model.market.policies
        looking = one.policy.looks_nearer(market, one) if not market.ends("month") else None
        if looking is not None:
            assert (market.homes.authority[market.children.home[looking]] != market.children.authority[looking]).all()
    forget(model)
    assert (market.records.end_reason == MOVED_ON).sum() > 5, "some have moved"
