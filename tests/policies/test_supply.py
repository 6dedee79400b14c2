"""Policies of supply: what each does by hand, and in which direction the market goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from small_markets import SOON, last_year, market_of, scenario

from marketsim.core.columns import Floats
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.experiments.run import Watched, run
from marketsim.market.children import NOBODY, PLACED, UNREGISTERED, WAITING
from marketsim.market.fit import COMPLEX_NEEDS, MENTAL_HEALTH
from marketsim.market.homes import LOCAL_AUTHORITY, PRIVATE, VOLUNTARY
from marketsim.market.vacancies import free_since
from marketsim.model import MarketModel
from marketsim.policies.policy import InForce
from marketsim.scenario.schema import Scenario
from marketsim.week import opening_and_closing as supply

Small = Callable[..., Scenario]
STILL = SOON | {"openings_per_year": 0.0, "openings_local_authority": 0.0, "closings_local_authority": 0.0}
HOUSE, SETTING_UP = 400_000.0, 150_000.0  # of the synthetic world, and of providers
MEMBERS = [True, True, False, False]  # the authorities of the first of two regions


# ---- building_programme


def programme(**fields: Any) -> dict[str, Any]:
    return {"policy": "building_programme", "places": 5} | fields


def test_a_year_of_the_programme_is_planned_and_paid_each_april(small: Small) -> None:
    with market_of(small, programme(homes=2, regions=["Region 1"]), providers=STILL, weeks=120) as (market, on, model):
        each = HOUSE + SETTING_UP
        for week in range(1, 121):
            model.step()
            plans = model.pipeline.plans
            capital, outside = model.ledger.paid["capital"], model.ledger.paid["from_outside"]
            if week in (1, 53):  # 31 March 2024 is the day of week 0; of 2025, that of week 52
                due = np.where(MEMBERS, each * market.cost_index, 0.0)
                np.testing.assert_allclose(capital, due)
                np.testing.assert_allclose(outside, -due / 2)
                assert sorted(plans.area[plans.policy == on.number].tolist()) == [0, 1]
            else:
                assert not capital.any() and not outside.any()
        new = np.flatnonzero(market.homes.opened_week > 0)
        assert (market.homes.sector[new] == LOCAL_AUTHORITY).all() and (market.homes.places[new] == 5).all()
        assert np.bincount(market.homes.authority[new], minlength=4).tolist() == [2, 2, 0, 0]


def test_all_at_once_in_houses_that_the_council_has(small: Small) -> None:
    once = programme(homes=5, homes_per_year=5, owned_already=0.75, grant_share=0.0)
    with market_of(small, once, providers=STILL) as (market, on, model):
        model.step()
        each = (HOUSE / 4 + SETTING_UP) * market.cost_index
        np.testing.assert_allclose(model.ledger.paid["capital"], 5 * each)
        assert on.homes_planned == 20 and not model.ledger.paid["from_outside"].any()


@pytest.mark.parametrize(
    ("changes", "planned"),
    [
        ([{"homes": 1}], 1),  # fewer than are planned already
        ([{"homes": 4}], 4),
        ([{"active": False}], 2),
        ([{"active": False}, {"active": True}], 3),
        ([{"homes": 1}, {"homes": 3}], 3),
    ],
)
def test_changes_at_dates_never_begin_it_anew(small: Small, changes: list[dict[str, Any]], planned: int) -> None:
    dated = [
        {"from": date, "policies": {"policy_0": change}}
        for date, change in zip(("2025-03-01" if changes[0] == {"homes": 1} else "2026-03-01", "2028-03-01"), changes,
                                strict=False)
    ]  # fmt: skip
    with Watched(scenario(small, programme(homes=3), providers=STILL, weeks=220, changes=dated), 1) as watched:
        for _ in watched:
            pass
        assert watched.model.market.policies[0].homes_planned == 4 * planned


def test_own_homes_bring_children_nearer_and_voids_to_pay_for(small: Small) -> None:
    columns = "out_of_area_share", "weekly_fee_mean_gbp", "paid_voids", "spend_gbp"
    built = programme(homes=2, homes_per_year=2, grant_share=0.0)
    without, within = (last_year(scenario(small, *named, weeks=90), *columns) for named in ([], [built]))
    away, fee, voids, spend = within - without
    assert away < -0.05 and fee < 0 and voids > 0.5 and abs(spend) > 1


# ---- remodelling


def test_the_emptiest_own_homes_are_remodelled_first(small: Small) -> None:
    own = {"local_authority_share": 0.9, "homes": 32}
    policy = {"policy": "remodelling", "homes": 3, "offers": "mental_health", "regions": ["Region 1"]}
    with market_of(small, policy, world=own, providers=STILL) as (market, _, model):
        homes = market.homes
        while not market.ends("quarter") or market.week == 0:
            model.step()
        assert not model.ledger.paid["capital"].any()
        changed = homes.takes_needs & MENTAL_HEALTH != 0
        helped_before = supply.matching.statements(1, market.scenario.matching, homes.key)[0] & MENTAL_HEALTH != 0
        for area in range(4):
            mine = (homes.authority == area) & (homes.sector == LOCAL_AUTHORITY) & ~helped_before
            new = mine & changed
            assert new.sum() == (min(3, mine.sum()) if MEMBERS[area] else 0)
            assert homes.recent_occupancy[new].max(initial=0) <= homes.recent_occupancy[mine & ~new].min(initial=1)
        assert ((homes.takes_needs & COMPLEX_NEEDS) == COMPLEX_NEEDS * (homes.takes_needs & 1)).all()
        new = changed & ~helped_before
        model.step()
        due = np.bincount(homes.authority[new], minlength=4) * 100_000.0 * market.cost_index
        np.testing.assert_allclose(model.ledger.paid["capital"], due)
        for _ in range(30):
            model.step()
            assert not model.ledger.paid["capital"].any()
        assert (changed == (homes.takes_needs & MENTAL_HEALTH != 0)).all()


def test_remodelled_homes_suit_needy_children_better(small: Small) -> None:
    nobody_takes = {"homes_complex_share": 0.0, "homes_mental_health_share": 0.0}
    policy = {"policy": "remodelling", "homes": 20}
    own = {"local_authority_share": 0.5}

    def matched(*named: dict[str, Any]) -> float:
        of = scenario(small, *named, weeks=90, matching=nobody_takes, world=own, providers=STILL)
        return float(last_year(of, "well_matched_share")[0])

    assert matched(policy) > matched() + 0.05


# ---- capital_grants


def grants(**fields: Any) -> dict[str, Any]:
    return {"policy": "capital_grants", "amount": 200_000.0} | fields


def test_a_grant_is_part_of_what_a_home_costs(small: Small) -> None:
    with market_of(small, grants(regions=["Region 1"])) as (market, on, model):
        cost, paid = (HOUSE + SETTING_UP) * market.cost_index, 200_000 * market.cost_index
        assert on.policy.grants_for_homes(market, on).tolist() == pytest.approx([paid, paid, 0, 0])
        factor = on.policy.openings(market, on)
        assert factor[VOLUNTARY].tolist() == pytest.approx([cost / (cost - paid)] * 2 + [1, 1])
        assert (np.delete(factor, VOLUNTARY, axis=0) == 1).all()
        granted = supply.expected_returns(market, model.pressure)
        on.member[:] = False
        plain = supply.expected_returns(market, model.pressure)
        np.testing.assert_allclose(granted / plain, factor[VOLUNTARY])
    with market_of(small, grants(amount=5_000_000.0)) as (market, on, _):
        assert on.policy.grants_for_homes(market, on).tolist() == pytest.approx([cost] * 4)
        assert on.policy.openings(market, on)[VOLUNTARY].tolist() == pytest.approx([10] * 4)
    for sectors, house, more in (("private", True, False), ("voluntary", False, True)):
        with market_of(small, grants(given_to=sectors)) as (market, on, _):
            assert (on.policy.grants_for_homes(market, on) is not None) == house
            assert (on.policy.openings(market, on) is not None) == more


@pytest.mark.parametrize("payer", ["outside", "authority"])
def test_a_grant_is_paid_once_for_each_home_that_opens(small: Small, payer: str) -> None:
    with market_of(small, grants(paid_by=payer, regions=["Region 1"])) as (market, _, model):
        paid, opened = 0.0, 0
        for _ in range(60):
            model.step()
            homes = market.homes
            now = (homes.opened_week == market.week) & (homes.sector == PRIVATE)
            due = np.bincount(homes.authority[now], minlength=4) * MEMBERS * 200_000 * market.cost_index
            np.testing.assert_allclose(model.ledger.paid["capital"], due)
            np.testing.assert_allclose(model.ledger.paid["from_outside"], -due * (payer == "outside"))
            paid, opened = paid + due.sum(), opened + np.count_nonzero(now)
        assert paid > 0 and opened >= 3


def test_grants_open_homes_where_they_would_hardly_pay_and_none_where_they_would_not(small: Small) -> None:
    def market(setting_up: float, *named: dict[str, Any]) -> Floats:
        dear = SOON | {"setting_up_cost": setting_up}
        of = scenario(small, *named, providers=dear, weeks=90)
        return last_year(of, "homes", "children_unregistered", seeds=(1, 2))

    grant = grants(amount=1_000_000.0)
    homes, unregistered = market(1_500_000.0, grant) - market(1_500_000.0)
    assert homes > 1 and unregistered < -1
    assert (market(9_000_000.0, grant) == market(9_000_000.0)).all()


# ---- planning_clause


def clause(**fields: Any) -> dict[str, Any]:
    return {"policy": "planning_clause"} | fields


def test_who_sends_children_away_loses_no_homes_and_who_hosts_others_does(small: Small) -> None:
    """Children of authority 0 who have a home are made those of 1: area 0 lives on others' children, 1 sends its own
    away."""
    with market_of(small, clause(deterred=0.5, share_bound=0.8)) as (market, on, _):
        children, homes = market.children, market.homes
        children.authority[children.authority == 0] = 1
        searching = np.isin(children.state, (WAITING, UNREGISTERED))
        children.authority[searching], children.away[searching] = 0, False  # who might fill a home of area 0
        bought = (children.state == PLACED) & (homes.sector[children.home] != LOCAL_AUTHORITY)
        served = np.bincount(homes.authority[children.home[bought]], minlength=4)
        own = np.bincount(children.authority[(bought | searching) & ~children.away], minlength=4)
        assert own[0] == searching.sum() == 2 < served[0] and own[1] > served[1]
        expected = 1 - 0.8 * 0.5 * (1 - np.minimum(own / served, 1))
        factor = on.policy.openings(market, on)
        np.testing.assert_allclose(factor[PRIVATE], expected)
        assert factor[PRIVATE, 0] == pytest.approx(0.6 + 0.4 * 2 / served[0]) and factor[PRIVATE, 1] == 1
        assert (factor[LOCAL_AUTHORITY] == 1).all() and (factor[VOLUNTARY] == factor[PRIVATE]).all()
        on.member[0] = False
        assert on.policy.openings(market, on)[PRIVATE, 0] == 1


def test_bound_homes_take_no_other_children_not_even_when_it_is_given_up(small: Small) -> None:
    ends = [{"from": "2025-06-01", "policies": {"policy_0": {"active": False}}}]

    def placed_in_new_homes(share: float) -> tuple[int, int, int]:
        """Children of others, and of the authority itself, who moved into new homes in the members' areas; of others in
        those elsewhere."""
        named = clause(share_bound=share, deterred=0.0, regions=["Region 1"])
        with Watched(scenario(small, named, changes=ends), 2) as watched:
            for _ in watched:
                pass
            market = watched.model.market
            records, homes = market.records, market.homes
            new = (homes.opened_week > 0) & (homes.opened_week < 61) & (homes.sector == PRIVATE)
            here, new = np.array(MEMBERS)[homes.authority[records.home]], new[records.home]
            mine = records.child_authority == homes.authority[records.home]
            return int((new & here & ~mine).sum()), int((new & here & mine).sum()), int((new & ~here & ~mine).sum())

    others, own, elsewhere = placed_in_new_homes(1.0)
    assert others == 0 < own and elsewhere > 0
    others, own, _ = placed_in_new_homes(0.0)
    assert others > own


def test_a_clause_brings_children_nearer_or_leaves_them_without_a_home(small: Small) -> None:
    columns = "out_of_area_share", "children_unregistered", "homes"
    heeded, unheeded, without = (
        last_year(scenario(small, *named, weeks=110), *columns) for named in ([clause()], [clause(deterred=0.0)], [])
    )
    assert heeded[0] < without[0] - 0.02 and unheeded[0] < without[0] - 0.02
    assert heeded[1] > without[1] + 0.5
    assert heeded[2] < unheeded[2]


# ---- local_priority


def test_how_long_a_place_has_been_free() -> None:
    memory: dict[str, Any] = {}
    seen = [
        # free places of four homes, and since when the oldest has been
        ([0, 1, 1, 0], [-1_000_000, -1_000_000, -1_000_000, -1_000_000]),
        ([1, 2, 0, 0], [2, -1_000_000, -1_000_000, -1_000_000]),
        ([1, 1, 0, 1], [2, 2, -1_000_000, 3]),  # the older one of the second is taken
        ([2, 1, 1, 0], [2, 2, 4, 3]),
    ]
    for week, (free, since) in enumerate(seen, start=1):
        found = free_since(memory, np.array(free), week)
        lived_in = np.array(free) > 0
        assert found[lived_in].tolist() == np.array(since)[lived_in].tolist()
    assert free_since(memory, np.array([2, 1, 1, 0, 3]), 9)[4] == 9  # a new home


def test_only_fresh_vacancies_of_those_who_agree_are_kept_for_so_long(small: Small) -> None:
    policy = {"policy": "local_priority", "wait_weeks": 3, "takes_part": 1.0, "regions": ["Region 1"]}
    with market_of(small, policy, providers=STILL, world={"local_authority_share": 0.4}) as (market, on, _):
        homes = market.homes

        def kept(week: int) -> list[int]:
            market.week = week
            said = on.policy.kept_for(market, on)
            return [] if said is None else np.flatnonzero(said != NOBODY).tolist()

        homes.blocked[:] = homes.places - homes.occupied - homes.beside
        assert kept(10) == []
        private = [np.flatnonzero((homes.sector == PRIVATE) & (homes.authority == area))[0] for area in (0, 2)]
        own = np.flatnonzero((homes.sector == LOCAL_AUTHORITY) & np.array(MEMBERS)[homes.authority])
        assert len(own) > 1
        homes.blocked[[*private, *own]] -= 1
        assert (market.free()[private] == 1).all()
        assert [kept(week) for week in (11, 12, 13, 14)] == [[private[0]]] * 3 + [[]]
        homes.blocked[private] += 1
        assert kept(15) == []
        homes.blocked[private] -= 1
        assert kept(16) == [private[0]]
        assert on.policy.kept_for(market, on)[private[0]] == 0
        on.member[:] = False
        assert kept(17) == [] and not on.memory


def test_so_many_homes_agree(small: Small) -> None:
    with market_of(small, {"policy": "local_priority", "takes_part": 0.4}, world={"homes": 300}) as (market, on, _):
        homes, on.memory["free"] = market.homes, np.zeros(300, dtype=np.int64)
        free = (market.free() > 0) & (homes.sector == PRIVATE)
        kept = on.policy.kept_for(market, on) != NOBODY
        assert kept[free].mean() == pytest.approx(0.4, abs=0.1) and not kept[~free].any()


def test_waiting_for_local_children_brings_them_nearer_and_harms_homes(small: Small) -> None:
    policy = {"policy": "local_priority", "wait_weeks": 12, "takes_part": 1.0}
    columns = "out_of_area_share", "open_void_rate", "provider_margin"
    without, within = (last_year(scenario(small, *named, providers=STILL), *columns) for named in ([], [policy]))
    away, voids, margin = within - without
    assert away < -0.03 and voids > 0.01 and margin < 0


# ---- planning_delay


def plans_of(small: Small, *policies: dict[str, Any], **providers: Any) -> supply.Plans:
    """What is planned at the end of a quarter in which homes bring more than usual."""
    many = SOON | {"openings_per_year": 1.0, "openings_local_authority": 1.0} | providers
    with Watched(scenario(small, *policies, providers=many, world={"local_authority_share": 0.4}), 1) as watched:
        market, pipeline = watched.model.market, supply.Pipeline()
        supply.plan_homes(market, 1, pipeline, np.full((4, 4), 0.6), 13)
        return pipeline.plans


def delay(**fields: Any) -> dict[str, Any]:
    return {"policy": "planning_delay", "weeks": 0, "refused": 0.0} | fields


def test_planned_homes_open_so_much_later_or_sooner(small: Small) -> None:
    usual = plans_of(small)
    later, sooner = plans_of(small, delay(weeks=40, regions=["Region 1"])), plans_of(small, delay(weeks=-10))
    assert len(usual) > 4 and (usual.key == later.key).all() and (usual.key == sooner.key).all()
    assert (later.opens - usual.opens == np.where(usual.area < 2, 40, 0)).all()
    assert (sooner.opens == np.maximum(usual.opens - 10, 14)).all()


def test_refused_homes_are_not_planned(small: Small) -> None:
    usual, none = plans_of(small), plans_of(small, delay(refused=1.0, regions=["Region 1"]))
    assert set(usual.area[usual.sector == PRIVATE]) == {0, 1, 2, 3}
    assert set(none.area[none.sector == PRIVATE]) == {2, 3}
    own_none, own_usual = none.area[none.sector == LOCAL_AUTHORITY], usual.area[usual.sector == LOCAL_AUTHORITY]
    assert own_none.tolist() == own_usual.tolist() and (own_usual < 2).any()
    some = plans_of(small, delay(refused=0.4))
    assert abs(len(some.area[some.sector == PRIVATE]) - 0.6 * (usual.sector == PRIVATE).sum()) <= 1


def test_delay_costs_homes_and_reform_brings_them(small: Small) -> None:
    slow = SOON | {"registration_weeks_least": 26, "registration_weeks_most": 40}

    def market(*named: dict[str, Any]) -> Floats:
        return last_year(scenario(small, *named, providers=slow, weeks=90), "homes", "children_unregistered")

    usual, delayed, reformed = market(), market(delay(weeks=52, refused=0.3)), market(delay(weeks=-26))
    assert delayed[0] + 1 < usual[0] < reformed[0] - 1
    assert delayed[1] > usual[1] > reformed[1]


# ---- managers

MORE = {"policy": "managers", "trained_more": 0.5, "homes_per_manager": 1.2, "paid_from_outside": 0.75}


def test_managers_come_by_the_homes_of_the_members(small: Small) -> None:
    with market_of(small, MORE | {"regions": ["Region 1"]}) as (market, on, model):
        homes = np.bincount(market.homes.authority, minlength=4)
        covered = homes[:2].sum() / homes.sum()
        assert on.policy.managers(market, on) == pytest.approx(1 + (1.5 * 1.2 - 1) * covered)
        yearly = 0.5 * SOON["managers_per_year"] * homes * MEMBERS * 20_000
        model.step()
        cost = yearly / WEEKS_PER_YEAR * market.cost_index
        np.testing.assert_allclose(model.ledger.paid["programmes"], cost)
        np.testing.assert_allclose(model.ledger.paid["from_outside"], -0.75 * cost)


def test_more_managers_open_homes_if_homes_wait_for_them_and_only_then(small: Small) -> None:
    def opened(managers: float, *named: dict[str, Any]) -> int:
        few = SOON | {"managers_per_year": managers, "openings_per_year": 1.0, "closings_per_year": 0.0}
        return int(run(scenario(small, *named, providers=few), 1).weekly["homes_opened"].sum())

    assert opened(0.05, MORE) > 1.3 * opened(0.05) > 0
    assert opened(1.0, MORE) == opened(1.0) > opened(0.05, MORE)


# ---- entrants

HELP = {"policy": "entrants", "help_per_home": 75_000.0, "held_back": 0.6, "newcomers_per_year": 8.0}


def test_help_lets_in_who_is_held_back_by_the_cost(small: Small) -> None:
    with market_of(small, HELP | {"regions": ["Region 1"]}, providers=STILL) as (market, on, model):
        factor = on.policy.openings(market, on)
        assert factor[VOLUNTARY].tolist() == [1.3, 1.3, 1, 1] and (np.delete(factor, VOLUNTARY, axis=0) == 1).all()
        paid, opened = 0.0, np.zeros(4)
        for _ in range(80):
            model.step()
            homes, area = market.homes, market.homes.authority
            now = np.bincount(area[(homes.opened_week == market.week) & (homes.sector == VOLUNTARY)], minlength=4)
            np.testing.assert_allclose(model.ledger.paid["programmes"], now * 75_000 * market.cost_index)
            paid, opened = paid + model.ledger.paid["programmes"].sum(), opened + now
        # Half of eight newcomers a year are covered: one a quarter.
        assert np.isin(opened[:2], (4, 5)).all() and not opened[2:].any() and paid > 0
        assert on.homes_planned == 2 * 6


def test_nobody_pays_but_others_if_they_do(small: Small) -> None:
    with market_of(small, HELP | {"paid_by": "outside"}, providers=STILL) as (_, _, model):
        gone = 0.0
        for _ in range(40):
            model.step()
            paid = model.ledger.paid
            assert (paid["programmes"] == -paid["from_outside"]).all()
            gone += paid["programmes"].sum()
        assert gone > 0


def test_entrants_add_places_and_take_some_of_the_scarcity(small: Small) -> None:
    columns = "homes", "weekly_fee_mean_gbp", "children_unregistered"
    without, within = (last_year(scenario(small, *named, providers=STILL), *columns) for named in ([], [HELP]))
    homes, fee, unregistered = within - without
    assert homes > 4 and fee < -100 and unregistered < 0


# ---- consolidation


@contextmanager
def one_group(small: Small, *policies: dict[str, Any], **sections: Any) -> Iterator[MarketModel]:
    """A market in which one provider has twelve homes, the next ten, and every other private home is its owner's only
    one."""
    world = {"homes_per_provider": 1, "homes": 60, "children_at_start": 90}
    with Watched(scenario(small, *policies, world=world, **sections), 1) as watched:
        homes = watched.model.market.homes
        private = np.flatnonzero(homes.sector == PRIVATE)
        homes.provider[private[:12]], homes.provider[private[12:22]] = homes.provider[private[[0, 12]]]
        yield watched.model


def test_small_providers_homes_go_to_groups_in_proportion(small: Small) -> None:
    for fields, sold in (({}, [1, 1, 1, 1]), ({"regions": ["Region 1"]}, MEMBERS), ({"large_from": 13}, [0, 0, 0, 0])):
        with one_group(small, {"policy": "consolidation", "share_per_year": 1.0} | fields, providers=STILL) as model:
            homes = model.market.homes
            private = np.flatnonzero((homes.sector == PRIVATE) & (homes.provider < homes.provider.max()))
            before = homes.provider[private].copy()
            while not model.market.ends("quarter") or model.market.week == 0:
                model.step()
            small_homes, groups = private[22:], before[[0, 12]]
            went = np.isin(homes.provider[small_homes], groups)
            still = homes.in_market(model.market.week)[small_homes]
            assert (went == np.array(sold, dtype=bool)[homes.authority[small_homes]])[still].all()
            assert (homes.provider[private[:22]] == before[:22]).all()
            if all(sold):
                share = (homes.provider[small_homes] == groups[0])[still].mean()
                assert abs(share - 12 / 22) < 0.25


def test_a_share_a_year_is_sold_in_a_year(small: Small) -> None:
    with one_group(small, {"policy": "consolidation", "share_per_year": 0.4}, providers=STILL) as model:
        homes = model.market.homes
        rows = np.flatnonzero(homes.sector == PRIVATE)[22:]
        before = homes.provider[rows].copy()
        for _ in range(52):
            model.step()
        assert abs((homes.provider[rows] != before).mean() - 0.4) < 0.2


def test_groups_ask_more_for_what_they_bought(small: Small) -> None:
    def fee(*named: dict[str, Any]) -> float:
        slack = STILL | {"scarcity_power": 100.0, "closings_per_year": 0.0, "closings_if_losing": 0.0}
        with one_group(small, *named, providers=slack) as model:
            for _ in range(60):
                model.step()
            return float(model.market.mean_quote[model.market.homes.sector == PRIVATE].mean())

    assert fee({"policy": "consolidation", "share_per_year": 0.8}) > fee() + 100
    assert fee({"policy": "consolidation", "share_per_year": 0.0}) == fee()


def test_members_alone_are_asked(small: Small) -> None:
    """A policy for nobody answers nothing, whatever it is."""
    for name in ("capital_grants", "planning_clause", "planning_delay", "managers", "entrants"):
        with market_of(small, {"policy": name, "active": False}) as (market, on, _):
            assert isinstance(on, InForce) and not on.member.any()
            said = [on.policy.openings(market, on), on.policy.managers(market, on)]
            assert all(one is None or (np.asarray(one) == 1).all() for one in said)
            said = [on.policy.grants_for_homes(market, on), on.policy.planning_weeks(market, on)]
            assert all(one is None or not one.any() for one in said)
