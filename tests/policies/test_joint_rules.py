"""What holds for all or is done together: care within the area, benchmarks, shared prices, shared slack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from marketsim import load_scenario
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.experiments.run import run
from marketsim.market.children import PLACED, UNREGISTERED, WAITING
from marketsim.market.homes import LOCAL_AUTHORITY, VOLUNTARY
from marketsim.market.market import Market
from marketsim.model import MarketModel
from marketsim.policies.policy import InForce
from marketsim.scenario.schema import Scenario

Small = Callable[..., Scenario]
Stepped = Callable[..., MarketModel]
Means = Callable[..., pd.Series]

GROUP = ["within_area", "benchmark_challenge", "price_sharing", "shared_slack"]
TOWN: dict[str, Any] = {
    "world": {"homes": 48, "children_at_start": 100},
    "demand": {"new_needs_per_year": 80.0},
    "purchasing": {"order": ["spot"]},
}
QUICK = {"registration_weeks_least": 4, "registration_weeks_most": 8, "managers_per_year": 1.0}


@pytest.fixture(scope="module")
def means(small: Small) -> Means:
    """Means of the weekly columns behind week 26, over some seeds, with policies; each worked out once."""
    known: dict[str, pd.Series] = {}

    def mean(policies: dict[str, Any], **sections: Any) -> pd.Series:
        named = str((policies, sections))
        if named not in known:
            scenario = small(policies=policies, **{**TOWN, "horizon": {"weeks": 78}, **sections})
            runs = [run(scenario, seed=seed).weekly.iloc[26:] for seed in range(3)]
            known[named] = pd.concat(runs).mean(numeric_only=True)
        return known[named]

    return mean


def of(name: str, **fields: Any) -> dict[str, Any]:
    return {name: {"policy": name, **fields}}


def first(model: MarketModel) -> tuple[Any, Market, InForce]:
    """The one policy of a model, its market, and what is in force."""
    [on] = model.market.policies
    return on.policy, model.market, on


# ---- within the area


def test_the_share_that_is_bound_rises_to_what_is_given(stepped: Stepped) -> None:
    """By luck of the child; who must live away, and who is not a member's, never is."""
    policy, market, on = first(
        stepped(of("within_area", share=0.8, weeks_until_full=100, regions=["Region 1"]), 0, **TOWN)
    )
    children, rows = market.children, np.arange(100)
    children.set(rows, state=WAITING, since=0, emergency=False, authority=rows % 4, away=rows % 10 == 0)
    may = (children.authority[rows] < 2) & ~children.away[rows]
    market.week, children.since[rows] = 0, 0
    assert policy.within_area(market, on, rows) is None
    before = np.zeros(100, dtype=np.bool_)
    for market.week, share in ((25, 0.2), (50, 0.4), (100, 0.8), (500, 0.8)):
        children.since[rows] = market.week
        bound = policy.within_area(market, on, rows)
        assert not bound[~may].any() and (bound >= before).all()
        assert abs(bound[may].mean() - share) < 0.2
        before = bound
    assert policy.model_copy(update={"share": 1.0}).within_area(market, on, rows).tolist() == may.tolist()


def test_children_at_their_deadline_look_everywhere_unless_they_may_not(stepped: Stepped) -> None:
    """Eight weeks for a planned move, two for an emergency; whoever is in an unregistered setting is behind it."""
    policy, market, on = first(stepped(of("within_area", share=1.0, weeks_until_full=0)))
    rows, market.week = np.arange(5), 20
    market.children.set(
        rows, away=False, since=np.array([13, 12, 19, 18, 20]), emergency=np.array([False, False, True, True, False]),
        state=np.array([WAITING, WAITING, WAITING, WAITING, UNREGISTERED]),
    )  # fmt: skip
    assert policy.within_area(market, on, rows).tolist() == [True, False, True, False, False]
    strict = policy.model_copy(update={"also_at_deadline": True})
    assert strict.within_area(market, on, rows).all()


def test_children_stay_near_and_wait_and_more_go_unregistered_if_bound_to_the_end(means: Means) -> None:
    base = means({})
    eased = means(of("within_area", share=1.0, weeks_until_full=13))
    strict = means(of("within_area", share=1.0, weeks_until_full=13, also_at_deadline=True))
    assert strict["out_of_area_share"] < eased["out_of_area_share"] - 0.05 < base["out_of_area_share"] - 0.1
    assert eased["children_waiting"] > base["children_waiting"] + 1
    assert strict["children_unregistered"] > base["children_unregistered"] + 3
    assert strict["children_unregistered"] > eased["children_unregistered"] + 2


# ---- benchmarks


def test_no_more_is_accepted_than_cost_and_a_reasonable_surplus(stepped: Stepped) -> None:
    fields = {"reasonable_surplus": 0.1, "tolerance": 0.05, "leeway": 1.25, "authorities": ["Authority 1"]}
    policy, market, on = first(stepped(of("benchmark_challenge", **fields)))
    homes = market.homes
    counted = (homes.sector != LOCAL_AUTHORITY) & homes.in_market(market.week)
    assert 0 < counted.sum() < len(homes)
    benchmark = market.costs[counted].mean(axis=0) * 1.1 * 1.05
    dear = np.full((4, 3), 9_000.0)
    said = policy.expected_fees(market, on, dear)
    assert 1.25 * said[0] == pytest.approx(benchmark) and (said[1:] == 9_000).all()
    cheap = np.full((4, 3), 1_000.0)
    assert (policy.expected_fees(market, on, cheap) == cheap).all()
    on.member[:] = False
    assert policy.expected_fees(market, on, dear) is None


def test_challenge_lowers_fees_with_alternatives_and_makes_wait_without(means: Means) -> None:
    """With twice the homes it saves money, and children wait little longer; where homes are short they wait."""
    challenge = of("benchmark_challenge", reasonable_surplus=0.1, tolerance=0.0, cost_per_year=0.0)
    twice = {"homes": 96, "children_at_start": 100}
    ample, short = means(challenge, world=twice) - means({}, world=twice), means(challenge) - means({})
    assert ample["weekly_fee_mean_gbp"] < -60
    assert short["children_waiting"] > ample["children_waiting"] + 0.5


# ---- shared prices


def told(model: MarketModel, quarters: int) -> np.ndarray:
    """What authorities reckon with so many quarters behind the start, budgets aside; 5,000, 6,000, 7,000 and 4,000 of
    their own."""
    policy, market, on = first(model)
    market.authorities.expected_fee = np.repeat([[5_000.0], [6_000.0], [7_000.0], [4_000.0]], 3, axis=1)
    expected, week = market.authorities.expected_fee, market.week
    for _ in range(quarters):
        policy.expected_fees(market, on, expected)
        market.week = market.calendar.next_end("quarter", market.week) + 1
    said = policy.expected_fees(market, on, expected)
    market.week = week
    return expected[:, 0] if said is None else said[:, 0]


def test_prices_are_known_to_the_region_after_their_delay(stepped: Stepped) -> None:
    model = stepped(of("price_sharing", delay_quarters=2, withheld=0.0))
    model.market.week = 5
    assert told(model, 1).tolist() == [5_000, 6_000, 7_000, 4_000]
    assert told(model, 2) == pytest.approx([5_500] * 4)  # both regions have the same mean
    model = stepped(of("price_sharing", delay_quarters=0, withheld=0.0, regions=["Region 1"]))
    assert told(model, 0) == pytest.approx([5_500, 5_500, 7_000, 4_000])


def test_late_prices_are_those_of_then(stepped: Stepped) -> None:
    policy, market, on = first(stepped(of("price_sharing", footprint="all", delay_quarters=1, withheld=0.0)))
    market.authorities.expected_fee[:] = 5_000.0
    policy.expected_fees(market, on, market.authorities.expected_fee)
    market.week = market.calendar.next_end("quarter", market.week) + 1
    market.authorities.expected_fee[:] = 8_000.0
    half = 0.5 * market.authorities.expected_fee  # budgets let them reckon with half of what they know
    for _ in range(2):  # asked twice in a week it says the same
        assert policy.expected_fees(market, on, half) == pytest.approx(2_500.0)
    market.week = market.calendar.next_end("quarter", market.week) + 1
    assert policy.expected_fees(market, on, half) == pytest.approx(4_000.0)


def test_who_has_a_good_deal_neither_tells_nor_listens(stepped: Stepped) -> None:
    model = stepped(of("price_sharing", footprint="all", delay_quarters=0, withheld=0.25))
    assert told(model, 0) == pytest.approx([6_000, 6_000, 6_000, 4_000])


def test_the_dear_pay_less_and_the_cheap_more(stepped: Stepped) -> None:
    """Two authorities expect far more than the other two, and what they accept is bargained for: with prices shared
    what they pay comes nearer to what the others do."""

    def gap(policies: dict[str, Any]) -> float:
        found = []
        for seed in range(3):
            sections = {**TOWN, "providers": {"bargaining": 0.8}, "commissioning": {"fee_memory": 0.0}}
            model = stepped(policies, 0, seed, **sections)
            model.market.authorities.expected_fee[:2] *= 1.4
            for _ in range(52):
                model.step()
            records, sector = model.market.records, model.market.homes.sector
            new = (records.start_week > 0) & (records.care == 0) & (sector[records.home] != LOCAL_AUTHORITY)
            dear = records.child_authority < 2
            found.append(records.fee[new & dear].mean() - records.fee[new & ~dear].mean())
        return float(np.mean(found))

    shared = gap(of("price_sharing", footprint="all", delay_quarters=0, withheld=0.0))
    assert shared < gap({}) - 100


# ---- shared slack


def test_places_are_planned_where_need_is_least_met(stepped: Stepped) -> None:
    """Ten of a hundred children, less those that are there and on the way, in whole homes: two of 4 places."""
    fields = {"slack": 0.1, "places": 4, "regions": ["Region 1"]}
    policy, market, on = first(stepped(of("shared_slack", **fields), 0, **TOWN))
    children = market.children
    everybody = np.arange(len(children))
    children.set(everybody, state=0, away=False)
    children.set(everybody[:100], state=WAITING, authority=np.repeat([0, 1, 0, 2], [8, 5, 87, 0]))
    children.set(everybody[13:100], state=PLACED)
    homes_of_0 = np.flatnonzero(market.homes.authority == 0)
    children.home[everybody[13:100]] = homes_of_0[0]  # 87 live in their area; 8 and 5 wait
    market.week = 1
    assert not market.ends("quarter") and policy.homes_wanted(market, on) is None
    market.week = market.calendar.next_end("quarter", market.week)
    wanted = policy.homes_wanted(market, on)
    assert wanted.area.tolist() == [0, 1] and (wanted.sector, wanted.places) == (VOLUNTARY, 4)
    assert policy.homes_wanted(market, on) is None  # they are on their way
    policy.opened(market, on, homes_of_0[:2], np.array([True, False]))
    market.homes.set(homes_of_0[:1], places=4, closed_week=market.week)  # and one of them has closed again
    assert policy.homes_wanted(market, on).area.tolist() == [0]


@pytest.mark.parametrize("sector", ["voluntary", "local_authority"])
def test_all_pay_for_houses_and_empty_places_by_their_children(sector: str, stepped: Stepped) -> None:
    model = stepped(of("shared_slack", slack=0.2, sector=sector, body_per_child=0.0), **TOWN, providers=QUICK)
    market, opened = model.market, 0
    share, scenario = market.authorities.share_of_children, market.scenario
    for _ in range(60):
        model.step()
        mine = market.policies[0].memory.get("homes", np.zeros(0, dtype=np.int64))
        homes, paid = market.homes, model.ledger.paid
        house = market.authorities.house_price[homes.authority[mine[opened:]]] + scenario.providers.setting_up_cost
        np.testing.assert_allclose(paid["capital"], share * house.sum() * model.market.cost_index / _rise(model))
        opened = len(mine)
        back = paid["from_outside"]
        assert (back == 0).all() if sector == "voluntary" else (paid["own_empty_places"] + back >= -1e-6).all()
        if sector == "local_authority":
            assert paid["programmes"].sum() == pytest.approx(-back.sum())
    assert opened >= 4 and paid["programmes"].sum() > 0
    np.testing.assert_allclose(paid["programmes"], share * paid["programmes"].sum())
    kept = market.homes.in_market(market.week)[mine]
    free = market.free()[mine[kept]] * market.homes.unit_cost[mine[kept]] * scenario.providers.fixed_cost_share
    assert paid["programmes"].sum() == pytest.approx(free.sum() * market.cost_index / _rise(model))


def _rise(model: MarketModel) -> float:
    """How much costs have risen since the week was paid: in the last week of a financial year they rise behind it."""
    return 1 + model.market.rates.cost if model.market.ends("financial_year") else 1.0


def test_the_body_itself_costs_by_child(stepped: Stepped) -> None:
    model = stepped(of("shared_slack", slack=0.0, body_per_child=300.0, regions=["Region 2"]), 3)
    areas = model.market.authorities
    expected = 300 / WEEKS_PER_YEAR * areas.children * np.array([0, 0, 1, 1]) * model.market.cost_index
    np.testing.assert_allclose(model.ledger.paid["programmes"], expected)
    assert expected.sum() > 0


def test_slack_shortens_waits_for_money(means: Means) -> None:
    slack = of("shared_slack", slack=0.3)
    with_it, base = means(slack, providers=QUICK), means({}, providers=QUICK)
    assert with_it["places"] > base["places"] + 10
    unhoused = ["children_waiting", "children_unregistered"]
    assert with_it[unhoused].sum() < base[unhoused].sum() - 0.5
    assert with_it["void_rate"] > base["void_rate"] + 0.02 and with_it["spend_gbp"] > base["spend_gbp"]


def test_the_national_body_shares_prices_forecasts_and_places() -> None:
    policies = load_scenario("national_body").scenario.policies
    assert {one.name for one in policies.values()} == {"shared_slack", "price_sharing", "position_statements"}
    assert policies["price_sharing"].footprint == "all" and policies["position_statements"].footprint == "region"  # type: ignore[attr-defined]
