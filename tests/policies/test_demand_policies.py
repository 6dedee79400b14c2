"""Policies of who comes in need and who may leave: each by hand, and in the direction that it moves a market."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from demand_world import MEMBERS, busy, by_authority, newcomers, put, quarter_end, with_policy, without

from marketsim.core.streams import uniform
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.experiments.run import forget
from marketsim.market.children import COMPLEX, PLACED, PLANNED, SEVERE, STANDARD
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.model import MarketModel
from marketsim.policies.elsewhere import in_homes
from marketsim.policies.remembering import first_in_line

MINE = (
    "edge_of_care", "reviews", "step_across", "intensive_fostering", "emergency_unit", "assessment_home",
    "placement_support", "move_on", "bring_back", "crowding_out", "family_help",
)  # fmt: skip
ALL_BANDS = {"standard": 1.0, "complex": 1.0, "severe": 1.0}
YEAR = slice(52, None)


@pytest.fixture
def market() -> Any:
    return quarter_end().market


# ---- what holds for all of them


def test_all_at_once_leave_books_and_children_in_order(checked: Any, week_is_sound: Callable[[Any], None]) -> None:
    """Nobody leaves twice, none is lost; every pound that is paid is received."""
    on = {name: {"policy": name} for name in MINE} | {"again": {"policy": "reviews", "share_changed": 1.0}}
    with checked(busy(policies=on), 2) as model:
        for _ in range(60):
            model.step()
            week_is_sound(model)
        left = np.concatenate(
            [one.memory["families"].key for one in model.market.policies if one.policy.name == "reviews"]
        )
        assert len(left) > 20 and len(np.unique(left)) == len(left)


def test_a_line_is_as_long_as_its_room() -> None:
    area, rank = np.array([0, 1, 0, 1, 0, 2]), np.array([3, 1, 1, 2, 2, 0])
    assert first_in_line(area, np.array([2, 1, 0]), rank).tolist() == [False, True, True, False, True, False]
    assert first_in_line(area, np.array([1, 9, -1]), rank >= 2, -rank).tolist() == [
        False,
        True,
        True,
        True,
        False,
        False,
    ]


def test_what_was_begun_is_paid_for_after_the_policy_has_ended() -> None:
    """Reviews end after half a year; families go on to be paid for, less and less, and nobody leaves any more."""
    on = {"tried": {"policy": "reviews", "share_changed": 0.5}}
    model = MarketModel(
        busy(policies=on, changes=[{"from": "2024-10-01", "policies": {"tried": {"active": False}}}]), 1
    )
    paid, left = [], []
    for _ in range(52):
        model.step()
        paid.append(model.ledger.paid["programmes"].sum())
        left.append(len(model.market.policies[0].memory.get("families", [[]])[0]))
    forget(model)
    assert left[25] > 10 and paid[27] > 0 and 0 < left[51] < left[27] and paid[51] < paid[27]


# ---- a hub at the edge of care


def test_a_hub_keeps_the_same_children_with_their_families_the_more_it_can(market: Any) -> None:
    came, kept = newcomers(market), []
    for share in (0.0, 0.2, 0.5, 1.0):
        policy, on = put(market, "edge_of_care", share_avoided=share)
        kept.append(policy.needs_no_home(market, on, came))
    ours = MEMBERS[came.authority]
    assert not kept[0].any() and (kept[3] == ours).all()
    assert (kept[1] <= kept[2]).all() and not kept[2][~ours].any()
    assert kept[1].sum() / ours.sum() == pytest.approx(0.2, abs=0.08)
    pounds = policy.spends(market, on).running
    np.testing.assert_allclose(pounds, MEMBERS * 1_500_000 / WEEKS_PER_YEAR * market.cost_index)


def test_fewer_children_live_in_homes_where_there_are_hubs() -> None:
    with_hubs, before = with_policy("edge_of_care", cost_per_year=0.0)[YEAR], without()[YEAR]
    assert with_hubs["children_placed"].mean() < 0.95 * before["children_placed"].mean()
    assert with_hubs["spend_gbp"].mean() < before["spend_gbp"].mean()


# ---- reviews


def test_a_team_reviews_so_many_a_month_and_the_changed_ones_are_those_of_lower_need(market: Any) -> None:
    """12 a year are one a month, 60 five; with all who can change, those of standard need leave and no others."""
    policy, on = put(market, "reviews", reviews_per_year=60.0, share_changed=1.0, complex_ratio=0.0, comes_back=0.0)
    leaving = policy.leaves(market, on)
    children, reviewed = market.children, on.memory["reviewed"].row
    assert by_authority(children.authority[reviewed]) == [5, 0, 5, 5]
    assert sorted(leaving.rows) == sorted(reviewed[children.band[reviewed] == STANDARD])
    assert 0 < len(leaving.rows) < 15 and not leaving.weeks.any()
    again = policy.leaves(market, on)
    assert len(again.rows) and not np.isin(on.memory["reviewed"].row[15:], reviewed).any()


def test_one_in_ten_of_those_reviewed_changes_the_easiest_most(market: Any) -> None:
    """0.51 + 0.33 x 0.37 of children can change: 0.098 of all are 15.5% of standard and 5.1% of complex need."""
    policy, on = put(market, "reviews", reviews_per_year=10_000.0)
    leaving, children = policy.leaves(market, on), market.children
    reviewed = on.memory["reviewed"].row
    luck = uniform(market.seed, "review changes the plan", children.key[reviewed], market.week)
    chance = np.array([0.155, 0.0512, 0.0])
    assert chance @ market.need_shares == pytest.approx(0.098, abs=0.001)
    assert leaving.rows.tolist() == reviewed[luck < chance[children.band[reviewed]]].tolist()
    lived = market.week - children.since >= 13
    assert len(reviewed) == ((children.state == PLACED) & MEMBERS[children.authority] & lived).sum()


def test_families_are_paid_for_as_long_as_the_stay_would_have_lasted(market: Any) -> None:
    """And for 63 weeks more where it would have broken down; with each review 1,000."""
    policy, on = put(market, "reviews", share_changed=1.0, comes_back=0.0)
    rows, children = policy.leaves(market, on).rows, market.children
    stays, broken = on.memory["families"], children.ends_by[rows] != PLANNED
    assert broken.any() and not broken.all()
    assert stays.until.tolist() == (children.end_week[rows] + 63 * broken).tolist()
    living, done = by_authority(children.authority[rows]), by_authority(children.authority[on.memory["reviewed"].row])
    pounds = (np.array(living) + done) * 1_000 * market.cost_index
    np.testing.assert_allclose(policy.spends(market, on).running, pounds)
    np.testing.assert_allclose(policy.spends(market, on).running, np.array(living) * 1_000 * market.cost_index)


def test_those_who_come_back_do_so_while_they_would_have_been_in_the_home(market: Any) -> None:
    policy, on = put(market, "reviews", share_changed=1.0, comes_back=1.0, weeks_after_breakdown=0)
    leaving = policy.leaves(market, on)
    assert (leaving.weeks >= 1).all() and (leaving.weeks <= market.children.end_week[leaving.rows] - market.week).all()
    assert (on.memory["families"].until == market.week + leaving.weeks).all()


def test_reviews_save_money_if_families_are_cheap_and_cost_it_if_they_are_dear() -> None:
    before, cheap, dear = without(), with_policy("reviews"), with_policy("reviews", family_cost=9_000.0)
    assert cheap["children_placed"][YEAR].mean() < before["children_placed"][YEAR].mean() - 3
    assert cheap["spend_gbp"].sum() < before["spend_gbp"].sum() < dear["spend_gbp"].sum()


# ---- step-across meetings


def test_a_meeting_fills_the_foster_homes_and_no_more_with_those_who_have_waited_longest(market: Any) -> None:
    policy, on = put(market, "step_across", foster_homes=2, ready=ALL_BANDS, providers_willing=1.0, comes_back=0.0)
    rows, children, homes = policy.leaves(market, on).rows, market.children, market.homes
    assert by_authority(children.authority[rows]) == [2, 0, 2, 2]
    could = (children.state == PLACED) & (homes.sector[children.home] != LOCAL_AUTHORITY) & (children.authority == 0)
    mine = rows[children.authority[rows] == 0]
    assert children.since[mine].max() <= np.sort(children.since[could])[1]
    assert len(policy.leaves(market, on).rows) == 0
    np.testing.assert_allclose(policy.spends(market, on).running, 2_000 * MEMBERS * market.cost_index)


def test_nobody_moves_if_no_provider_comes_or_nobody_is_ready_and_no_severe_need_ever(market: Any) -> None:
    nobody = {"standard": 0.0, "complex": 0.0, "severe": 0.0}
    for fields in ({"providers_willing": 0.0, "ready": ALL_BANDS}, {"providers_willing": 1.0, "ready": nobody}):
        policy, on = put(market, "step_across", **fields)
        assert len(policy.leaves(market, on).rows) == 0
    policy, on = put(market, "step_across", providers_willing=0.5, ready=ALL_BANDS, foster_homes=1_000)
    rows = policy.leaves(market, on).rows
    provider = market.homes.provider[market.children.home[rows]]
    come = uniform(market.seed, "provider comes to step-across meetings", provider)
    assert len(rows) > 10 and (come < 0.5).all()
    policy, on = put(market, "step_across", providers_willing=1.0, ready=ALL_BANDS, foster_homes=1_000)
    could = in_homes(market, on, 26)
    own = market.homes.sector[market.children.home[could]] == LOCAL_AUTHORITY
    assert own.any() and sorted(policy.leaves(market, on).rows) == could[~own].tolist()


def test_meetings_empty_homes_as_far_as_there_are_foster_homes() -> None:
    few, many = (with_policy("step_across", foster_homes=homes, ready=ALL_BANDS) for homes in (2, 8))
    fewer = [(without()["children_placed"] - one["children_placed"])[YEAR].mean() for one in (few, many)]
    assert 2 < fewer[0] <= 8 * 1.3 < fewer[1]


# ---- intensive fostering


def test_hertfordshire_saves_what_it_says_through_the_ledger() -> None:
    """Homes at 291,600 a year: each child who steps down saves 239,600 a year (239,557 in the report)."""
    still = {
        "demand": {"new_needs_per_year": 0.0, "breakdown_share": 0.0, "growth_share_per_year": 0.0},
        "world": {"unregistered_at_start": 0, "local_authority_share": 0.0},
        "stays": {"distribution": "fixed", "mean_weeks": 500.0},
        "economy": dict.fromkeys(("cpi_per_year", "pay_per_year", "minimum_wage_per_year"), 0.0) | {"recorded": False},
    }
    carers = {"policy": "intensive_fostering", "carers": 6, "recruited_over_weeks": 0, "recruiting_cost": 0.0}
    models = [MarketModel(busy(**still, policies=on), 1) for on in ({}, {"tried": carers | {"least_weeks": 0}})]
    for model in models:
        model.market.children.fee[model.market.children.state == PLACED] = 291_600 / WEEKS_PER_YEAR
        for _ in range(8):
            model.step()
        forget(model)
    before, after = (model.ledger.spend.sum() * WEEKS_PER_YEAR for model in models)
    gone = sum((m.market.children.state == PLACED).sum() * sign for m, sign in zip(models, (1, -1), strict=True))
    assert gone == 4 * 3  # half of six carers each
    saved = (before - after) / gone
    assert saved == pytest.approx(239_600) and saved == pytest.approx(239_557, abs=100)


def test_carers_are_recruited_evenly_and_never_look_after_more_children_than_they_are() -> None:
    on = {"policy": "intensive_fostering", "carers": 8, "recruited_over_weeks": 40, "suits": ALL_BANDS}
    model, recruiting = MarketModel(busy(policies={"tried": on | {"cost_per_year": 0.0}}), 1), 0.0
    for week in range(1, 61):
        model.step()
        (one,) = model.market.policies
        stays = [one.memory[kind] for kind in one.memory if kind.startswith("children")]
        living = np.zeros(4) + sum(np.array(by_authority(kind.authority[kind.until > week])) for kind in stays)
        assert (living <= min(8 * week // 40, 8)).all()
        recruiting += model.ledger.paid["programmes"].sum() / model.market.cost_index
    forget(model)
    assert living.min() >= 7 and recruiting == pytest.approx(4 * 8 * 10_000)


def test_newcomers_find_a_carer_as_far_as_they_suit_and_none_whose_placement_will_fail(market: Any) -> None:
    came = newcomers(market)
    suits = {"standard": 0.5, "complex": 1.0, "severe": 0.0}
    fields = {"carers": 1_000, "recruited_over_weeks": 0, "suits": suits}
    policy, on = put(market, "intensive_fostering", breaks_down=0.0, **fields)
    kept = policy.needs_no_home(market, on, came)
    likely = (uniform(market.seed, "suited to a trained carer", came.key) < 0.5) | (came.band == COMPLEX)
    assert kept.tolist() == (MEMBERS[came.authority] & likely & (came.band != SEVERE)).tolist() and kept.sum() > 5
    living = by_authority(came.authority[kept])
    paid = policy.spends(market, on).running / market.cost_index - 10_000 * 1_000 * MEMBERS
    np.testing.assert_allclose(paid, np.array(living) * 52_000 / WEEKS_PER_YEAR, atol=1e-6)
    policy, on = put(market, "intensive_fostering", breaks_down=1.0, **fields)
    assert not policy.needs_no_home(market, on, came).any()
    assert by_authority(on.memory["children who never lived in a home"].authority) == living


def test_carers_pay_or_not_by_what_they_cost() -> None:
    fields: dict[str, Any] = {"recruited_over_weeks": 26}
    cheap = with_policy("intensive_fostering", **fields)
    dear = with_policy("intensive_fostering", cost_per_year=600_000.0, **fields)
    before = without()
    assert cheap["children_placed"][YEAR].mean() < before["children_placed"][YEAR].mean() - 15
    assert cheap["spend_gbp"].sum() < before["spend_gbp"].sum() < dear["spend_gbp"].sum()


# ---- family help


def test_family_help_is_felt_after_a_year_and_builds_up_and_each_pound_does_less(market: Any) -> None:
    """Needs of 40 a year each: 1m are 25,000 for each, 0.3 x 25 / 125 = 6% avoided; twice as much 10%."""
    came, market.demand_index = newcomers(market), np.ones(4)
    now, luck = market.week, uniform(market.seed, "helped before care", came.key)
    each = 160.0 * market.authorities.share_of_children
    for money in (1e6, 2e6):
        policy, on = put(market, "family_help", money=money)
        share = 0.3 * (money / each) / (money / each + 100_000)
        for gone, felt in ((0, 0.0), (50, 0.0), (103, 0.5), (155, 1.0), (400, 1.0)):
            market.week = now + gone
            helped = policy.needs_no_home(market, on, came)
            due = MEMBERS[came.authority] & (luck < felt * share[came.authority])
            assert helped.tolist() == due.tolist(), (money, gone)
        market.week = now
        np.testing.assert_allclose(
            policy.spends(market, on).running, MEMBERS * money / WEEKS_PER_YEAR * market.cost_index
        )
        assert share.mean() == pytest.approx({1e6: 0.06, 2e6: 0.1}[money], abs=0.005)


def test_family_help_pays_only_if_it_helps_many() -> None:
    fields = {"lag_weeks": 0, "builds_over_weeks": 0, "money": 300_000.0}
    before, little, much = without(), *(with_policy("family_help", half_at=at, **fields) for at in (1e7, 1e3))
    assert little["spend_gbp"].sum() > before["spend_gbp"].sum() > much["spend_gbp"].sum()
    assert much["children_placed"][YEAR].mean() < 0.95 * before["children_placed"][YEAR].mean()


# ---- crowding out


def test_needs_follow_what_homes_cost_some_while_later(market: Any) -> None:
    """Fees twice as high: 0.2 x 100% more needs, 52 weeks after the end of the month; half as high: 10% fewer."""
    fees, now = market.children.fee.copy(), market.week
    cases = (
        (2.0, 1.0, 9.0, 1.2),
        (0.5, 1.0, 9.0, 0.9),
        (0.5, 0.0, 9.0, 1.0),
        (2.0, 1.0, 1.1, 1.1),
        (0.5, 1.0, 1.25, 0.9),
    )
    for times, given_back, most, due in (*cases, (0.5, 1.0, 1.05, 1 / 1.05)):
        policy, on = put(market, "crowding_out", given_back=given_back, most=most)
        market.week = now - 1
        assert policy.more_needs(market, on) is None
        market.week, market.children.fee[:] = now, times * fees
        assert policy.more_needs(market, on) is None
        market.week = now + 51
        assert policy.more_needs(market, on) is None
        market.week = now + 52
        found = policy.more_needs(market, on)
        market.week, market.children.fee[:] = now, fees
        np.testing.assert_allclose(found, np.where(MEMBERS, due, 1.0))


def test_only_what_lies_above_inflation_crowds_out(market: Any) -> None:
    policy, on = put(market, "crowding_out", lag_weeks=0)
    now, index, market.week = market.week, market.cost_index, market.week - 1
    policy.more_needs(market, on)
    market.week, market.cost_index = now, 2 * index
    market.children.fee *= 2
    found = policy.more_needs(market, on)
    market.children.fee /= 2
    market.cost_index = index
    np.testing.assert_allclose(found, 1.0)


def test_a_market_that_gets_dearer_brings_more_children_and_one_that_gets_cheaper_fewer() -> None:
    """Demand rises by half, or falls to a fifth: the loop makes more of either."""
    loop = {"tried": {"policy": "crowding_out", "elasticity": 2.0, "lag_weeks": 4}}
    came = {}
    for level in (1.5, 0.2):
        for policies in ({}, loop):
            model = MarketModel(busy(demand={"level": level}, policies=policies), 1)
            for _ in range(90):
                model.step()
            came[level, bool(policies)] = model.market.children.admitted
            forget(model)
    assert came[1.5, True] > came[1.5, False] + 50
    assert came[0.2, True] < came[0.2, False] - 3
