"""Policies of rules and prices: what each does by hand, and in which direction the market goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from small_markets import SOON, last_year, market_of, scenario

from marketsim import ScenarioError, load_scenario
from marketsim.experiments.run import run
from marketsim.market.children import COMPLEX, NOTICE, PLACED, STANDARD
from marketsim.market.costs import resident_costs
from marketsim.market.homes import LOCAL_AUTHORITY, PRIVATE
from marketsim.market.market import Market
from marketsim.scenario.schema import Scenario
from marketsim.week import opening_and_closing as supply
from marketsim.week import providers, reviewing

Small = Callable[..., Scenario]
MEMBERS = np.array([True, True, False, False])  # the authorities of the first of two regions
REGION = {"regions": ["Region 1"]}


# ---- profit_cap


def cap(margin: float = 0.08, **fields: Any) -> dict[str, Any]:
    return {"policy": "profit_cap", "most_margin": margin} | fields


def test_what_is_bargained_keeps_to_the_cap_too(small: Small) -> None:
    """Agreed fees of new placements in open places, staff of the child's own and places beside it left out."""
    grasping = SOON | {"bargaining": 1.0, "bidding": 1.0, "bargaining_bespoke": 1.0}
    over = {}
    for name, policies in {"free": (), "capped": (cap(0.02),)}.items():
        with market_of(small, *policies, providers=grasping) as (market, _, model):
            most = []
            for _ in range(20):
                model.step()
                new = np.flatnonzero((market.children.state == PLACED) & (market.children.since == market.week))
                new = new[market.homes.sector[market.children.home[new]] != LOCAL_AUTHORITY]
                fee = market.children.fee[new] - market.children.extra_fee[new]
                cost = market.costs[market.children.home[new], market.children.band[new]]
                most += (fee / cost).tolist()
            over[name] = max(most)
    assert over["capped"] <= 1.02 + 1e-9 < 1.05 < over["free"]


def test_nobody_asks_more_than_cost_and_margin(small: Small) -> None:
    with market_of(small, cap(0.02, **REGION), world={"local_authority_share": 0.4}) as (market, on, model):
        for _ in range(30):
            model.step()
            homes = market.homes
            bound = MEMBERS[homes.authority] & (homes.sector != LOCAL_AUTHORITY)
            most = 1.02 * homes.unit_cost[:, None] * market.cost_index * market.scenario.need.cost_by_need.array()
            assert (market.quotes[bound] <= most[bound] + 1e-6).all()
        assert (market.quotes[bound] > most[bound] - 1e-6).any(), "the cap binds nobody"
        others = ~MEMBERS[homes.authority] & (homes.sector != LOCAL_AUTHORITY)
        own = MEMBERS[homes.authority] & (homes.sector == LOCAL_AUTHORITY)
        assert all((market.quotes[free] > most[free] + 1).any() for free in (others, own)), "the cap binds others"
        on.member[:] = False
        providers.price(market)
        assert market.quotes[bound].mean() > most[bound].mean()


def test_who_plans_a_home_reckons_with_the_cap(small: Small) -> None:
    with market_of(small, cap(0.05, **REGION)) as (market, on, _):
        pressure = np.full((4, 4), 0.7)
        capped = supply.expected_returns(market, pressure)
        on.member[:] = False
        free = supply.expected_returns(market, pressure)
        assert (capped[:2] < free[:2] - 0.05).all() and (capped[2:] == free[2:]).all()
        assert np.ptp(capped[:2]) == 0


def test_a_cap_lowers_fees_and_costs_homes(small: Small) -> None:
    """Both that it is praised and that it is blamed for, the more, the lower it is."""
    columns = "weekly_fee_mean_gbp", "homes", "children_unregistered", "provider_margin"
    free, capped, none = (
        last_year(scenario(small, *named, weeks=120), *columns) for named in ([], [cap(0.2)], [cap(0.0)])
    )
    assert none[0] + 100 < capped[0] < free[0] - 100 and none[3] < capped[3] < free[3]
    assert none[1] + 2 < free[1] and none[1] < capped[1]
    assert none[2] > free[2] + 1


def test_two_caps_for_one_authority_are_refused(small: Small) -> None:
    with pytest.raises(ScenarioError, match="both cap what homes may earn"):
        load_scenario("town", ["policies.a={policy: profit_cap}", "policies.b={policy: profit_cap}"])


# ---- fee_bands


def by_need(standard: float, complex_: float, severe: float) -> dict[str, float]:
    return {"standard": standard, "complex": complex_, "severe": severe}


LEAST, MOST = by_need(4_500.0, 4_600.0, 4_700.0), by_need(5_000.0, 5_100.0, 5_200.0)
BANDS = {"policy": "fee_bands", "least": LEAST, "most": MOST, "regional_share": 0.5}


def test_what_is_asked_lies_in_the_band_of_the_need(small: Small) -> None:
    with market_of(small, BANDS | REGION, world={"local_authority_share": 0.4}) as (market, _, _):
        market.authorities.house_price[:2] = [800_000.0, 200_000.0]  # the middle one is 400,000
        level = np.array([2**0.5, 0.5**0.5])
        providers.price(market)
        asked = np.array(market.quotes)
        market.policies[0].member[:] = False
        providers.price(market)
        free, homes = market.quotes, market.homes
        bound = MEMBERS[homes.authority] & (homes.sector != LOCAL_AUTHORITY)
        own = MEMBERS[homes.authority] & ~bound
        assert (asked[~bound] == free[~bound]).all() and own.any()
        here = level[homes.authority[bound]][:, None] * market.cost_index
        least, most = (np.array(list(side.values())) * here for side in (LEAST, MOST))
        np.testing.assert_allclose(asked[bound], np.clip(free[bound], least, most))
        raised, cut = asked[bound] > free[bound], asked[bound] < free[bound]
        assert raised.any() and cut.any()


def test_who_plans_a_home_reckons_with_the_bands(small: Small) -> None:
    with market_of(small, BANDS | REGION) as (market, on, _):
        limits = on.policy.fee_limits_at(market, on, np.full(4, 4_000.0))
        mean = market.need_shares @ np.array(list(MOST.values())) * market.cost_index
        assert limits.most[:, 0].tolist() == pytest.approx([mean, mean, np.inf, np.inf])
        assert (limits.least[2:] == 0).all() and (limits.least[:2] > 4_500).all()


def test_a_floor_makes_care_dearer_and_a_ceiling_costs_homes(small: Small) -> None:
    columns = "weekly_fee_mean_gbp", "homes"
    nothing, everything = by_need(0.0, 0.0, 0.0), by_need(100_000.0, 100_000.0, 100_000.0)
    floor = BANDS | {"least": by_need(6_500.0, 6_500.0, 6_500.0), "most": everything}
    ceiling = BANDS | {"least": nothing, "most": by_need(3_800.0, 3_800.0, 3_800.0)}
    free, raised, cut = (last_year(scenario(small, *named), *columns) for named in ([], [floor], [ceiling]))
    assert raised[0] > free[0] + 200 and raised[1] >= free[1]
    assert cut[0] < free[0] - 200 and cut[1] < free[1] - 1


def test_bands_that_can_not_hold_are_refused() -> None:
    bad = "{policy: fee_bands, least: {standard: 1000, complex: 6000, severe: 1000}}"
    with pytest.raises(ScenarioError, match=r"policies\.bands\.least\.complex: is above the most, 5500"):
        load_scenario("town", [f"policies.bands={bad}"])
    with pytest.raises(ScenarioError, match="between what fees must lie"):
        load_scenario("town", ["policies.a={policy: fee_bands}", "policies.b={policy: fee_bands}"])
    load_scenario("town", ["policies.a={policy: fee_bands}", "policies.b={policy: profit_cap}"])


# ---- notice


def notice(**fields: Any) -> dict[str, Any]:
    return {"policy": "notice", "least_weeks": 0, "barred": 0.0, "caution": 0.0} | fields


@contextmanager
def losing_market(small: Small, *named: dict[str, Any]) -> Iterator[tuple[Market, Any, Any]]:
    """A market in which every bought child costs more than it brings, just after notice was given to all who can have
    it."""
    always = SOON | {"notice_per_quarter": 1.0, "notice_weeks": 4}
    with market_of(small, *named, providers=always) as (market, _, _):
        children, homes = market.children, market.homes
        market.week = 13
        children.fee[:] *= 0.3
        children.beside_fee[:] = 0.0
        children.end_week[:] = 1_000
        bought = (children.state == PLACED) & (homes.sector[children.home] != LOCAL_AUTHORITY)
        rows = np.flatnonzero(bought)
        assert (resident_costs(market, rows) > children.fee[rows]).all() and len(rows) > 20
        reviewing.give_notice(market)
        yield market, rows, children.end_week[rows]


def test_notice_is_as_long_as_it_must_be(small: Small) -> None:
    with losing_market(small) as (market, rows, ends):
        assert (ends == 17).all() and (market.children.ends_by[rows] == NOTICE).all()
    with losing_market(small, notice(least_weeks=12, **REGION)) as (market, rows, ends):
        assert (ends == np.where(MEMBERS[market.children.authority[rows]], 25, 17)).all()
    with losing_market(small, notice(least_weeks=2)) as (_, _, ends):
        assert (ends == 17).all()


def test_barred_children_can_not_be_handed_back(small: Small) -> None:
    with losing_market(small, notice(barred=1.0, **REGION)) as (market, rows, ends):
        mine = MEMBERS[market.children.authority[rows]]
        assert (ends == np.where(mine, 1_000, 17)).all() and mine.any() and not mine.all()
    with losing_market(small, notice(barred=0.5)) as (market, rows, ends):
        first = ends == 1_000
        assert 0.2 < first.mean() < 0.8
        market.week = 26
        reviewing.give_notice(market)
        assert (market.children.end_week[rows][first] == 1_000).all(), "a protected placement is protected for good"


def test_who_can_not_hand_back_is_more_careful(small: Small) -> None:
    with market_of(small, notice(barred=0.5, caution=0.4, **REGION)) as (market, on, _):
        rows, children = np.arange(len(market.children)), market.children
        careful = MEMBERS[children.authority] & (children.band >= COMPLEX)
        assert on.policy.willingness(market, on, rows).tolist() == np.where(careful, 0.8, 1.0).tolist()
        assert careful.any() and (children.band[MEMBERS[children.authority]] == STANDARD).any()


def test_a_bar_ends_hand_backs_and_care_leaves_needy_children_out(small: Small) -> None:
    """What is gained in moves is lost in offers, if homes are as careful as is said."""
    often = SOON | {"notice_per_quarter": 1.0, "floor_margin": 0.0, "scarcity_power": 100.0, "bargaining": 0.0}

    def market(*named: dict[str, Any]) -> tuple[float, float]:
        of = scenario(small, *named, providers=often)
        tables = [run(of, seed).tables for seed in (1, 2)]
        handed_back = sum((one["placements"]["end_reason"] == "notice").sum() for one in tables)
        return float(handed_back), sum(one["weekly"]["children_unregistered"].tail(52).mean() for one in tables)

    free, barred, careful = market(), market(notice(barred=1.0)), market(notice(barred=1.0, caution=0.9))
    assert free[0] > 5 and barred[0] == careful[0] == 0
    assert careful[1] > barred[1] + 1


# ---- registration


def plans_of(small: Small, *policies: dict[str, Any]) -> supply.Plans:
    """What is planned at the end of a quarter in which homes bring more than usual."""
    slow = {"registration_weeks_least": 20, "registration_weeks_most": 40, "openings_per_year": 1.0}
    with market_of(small, *policies, providers=slow) as (market, _, _):
        pipeline = supply.Pipeline()
        supply.plan_homes(market, 1, pipeline, np.full((4, 4), 0.6), 13)
        return pipeline.plans


def test_homes_are_registered_so_much_sooner(small: Small) -> None:
    usual, sooner = plans_of(small), plans_of(small, {"policy": "registration", "weeks_saved": 15} | REGION)
    assert len(usual) > 4 and (usual.key == sooner.key).all() and (usual.sector == PRIVATE).any()
    assert (usual.opens - sooner.opens == np.where(MEMBERS[usual.area], 15, 0)).all()
    at_once = plans_of(small, {"policy": "registration", "weeks_saved": 90})
    assert (at_once.opens == 14).all()


def test_faster_registration_brings_homes_sooner_where_managers_are_not_what_is_short(small: Small) -> None:
    fast = {"policy": "registration", "weeks_saved": 26}

    def opened(managers: float, *named: dict[str, Any]) -> int:
        slow = {"registration_weeks_least": 30, "registration_weeks_most": 60, "managers_per_year": managers,
                "closings_per_year": 0.0, "closings_if_losing": 0.0, "openings_per_year": 0.5}  # fmt: skip
        weekly = run(scenario(small, *named, providers=slow, weeks=60), 1).weekly
        return int(weekly["homes_opened"].sum())

    assert opened(1.0, fast) > opened(1.0) + 2
    assert opened(0.04, fast) <= opened(0.04) + 1
