"""What a cooperative can say of itself, term by term: for whom it buys, how it decides, what members owe each other."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from marketsim.core.columns import Ints
from marketsim.experiments.run import run
from marketsim.market.children import PLACED
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.model import MarketModel
from marketsim.results.result import Result
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.overlay import with_change
from marketsim.scenario.schema import Scenario
from marketsim.week.recording import OF_LEDGER

Small = Callable[..., Scenario]
Stepped = Callable[..., MarketModel]
NEVER = {"not_urgent": 0.0, "urgent": 0.0}
FOUR = [f"Authority {number}" for number in range(1, 5)]
WEEKS = 40
DATE = datetime.date(2024, 9, 29)


def joint(
    small: Small, *, order: Any = ("in_house", "spot"), changes: Any = (), weeks: int = WEEKS, listed: Any = None,
    **terms: Any,
) -> Scenario:  # fmt: skip
    """The first three of four authorities buy together on some terms; the fourth alone."""
    coop = {"rule": "cooperative", "order": list(order), "members": {"authorities": FOUR[:3]}, "bypass": NEVER} | terms
    held = {"rule": "soft_block", "places": 20, "radius_miles": 60.0}
    arrangements = {"together": coop, "soft_block": held} | ({"listed": listed} if listed else {})
    return small(
        horizon={"weeks": weeks}, demand={"new_needs_per_year": 150.0}, changes=list(changes),
        world={"homes": 60, "local_authority_share": 0.4, "children_at_start": 70},
        commissioning={"budget_tightening": 0.0},
        purchasing={"arrangements": arrangements, "order": ["together", "in_house", "spot"]},
    )  # fmt: skip


def through(result: Result) -> Any:
    """The placements made in the run, with whether the cooperative bought them."""
    placements = result.placements[result.placements["start_week"] > 0]
    return placements.assign(joint=placements["route"] == "cooperative")


# ---- for whom it buys


def test_emergencies_can_be_left_to_members(small: Small) -> None:
    placements = through(run(joint(small, takes_emergencies=False), seed=1))
    by_coop = placements[placements["joint"]]
    assert len(by_coop) > 20 and set(by_coop["notice"]) == {"planned"}
    assert "emergency" in set(through(run(joint(small), seed=1)).query("joint")["notice"])


def test_a_share_of_children_is_handed_over_the_same_ones_first(small: Small) -> None:
    bought = {share: set(through(run(joint(small, mandate_share=share), seed=1)).query("joint")["child_id"])
              for share in (0.0, 0.5, 1.0)}  # fmt: skip
    assert not bought[0.0] and 0.3 < len(bought[0.5]) / len(bought[1.0]) < 0.7
    later = through(run(joint(small, mandate_share=0.8), seed=1)).query("joint")["child_id"]
    # Who is within a smaller mandate is within a larger one; a few are placed by other means by then.
    assert len(bought[0.5] - set(later)) <= 0.1 * len(bought[0.5])


def test_no_place_is_bought_farther_from_home_than_it_may_be(small: Small) -> None:
    miles = {"standard": 8.0, "complex": 14.0}
    placements = through(run(joint(small, farthest_miles=miles), seed=1)).query("joint")
    for band, most in (*miles.items(), ("severe", 1_000.0)):
        found = placements.loc[placements["need_band"] == band, "distance_miles"]
        assert len(found) and found.max() <= most
    free = through(run(joint(small), seed=1)).query("joint and need_band == 'standard'")
    assert free["distance_miles"].max() > 8


# ---- own children first


def others_in_own_homes(model: MarketModel) -> int:
    """Children who were placed in a member's own home that is not their authority's."""
    children, homes = model.market.children, model.market.homes
    rows = np.flatnonzero((children.state == PLACED) & (children.since > 0))
    home = children.home[rows]
    of_members = (homes.sector[home] == LOCAL_AUTHORITY) & (homes.authority[home] < 3)
    return int((of_members & (homes.authority[home] != children.authority[rows])).sum())


def test_own_homes_can_be_kept_for_own_children(small: Small, stepped: Stepped) -> None:
    def placed_elsewhere(**terms: Any) -> int:
        return others_in_own_homes(stepped(joint(small, order=["in_house"], **terms), WEEKS))

    everything, some, nothing = (placed_elsewhere(own_children_first=share) for share in (0.0, 0.5, 1.0))
    assert everything > some >= nothing == 0
    assert placed_elsewhere(own_first_weeks=5_200) < everything


def test_a_place_is_for_own_children_for_some_weeks_and_then_for_all(small: Small, stepped: Stepped) -> None:
    """Homes that are kept in a week are those whose free places fell free within the weeks given."""
    model = stepped(joint(small, order=["in_house"], own_first_weeks=3), 10)
    seen: dict[int, int] = {}
    for _ in range(25):
        before = model.market.free().copy()
        model.step()
        market = model.market
        kept = market.homes.kept_for != 0
        own = (market.homes.sector == LOCAL_AUTHORITY) & (market.homes.authority < 3)
        assert not kept[~own].any()
        for home in np.flatnonzero(own):
            seen[home] = seen.get(home, 0) + 1 if kept[home] else 0
            assert seen[home] <= 3 or before[home] == 0, "kept for longer though nothing fell free"


# ---- how it decides


def test_slow_decisions_make_children_wait_and_those_who_search_alone_do_not(small: Small) -> None:
    usual, slow = (through(run(joint(small, decision_days=days), seed=1)) for days in (0.0, 21.0))
    waits = [one[one["joint"] & (one["notice"] == "planned")]["wait_weeks"] for one in (usual, slow)]
    assert waits[0].min() == 0 and waits[1].min() >= 2, "21 days are three weeks, the first of them partly over"
    emergencies = slow[slow["joint"] & (slow["notice"] == "emergency")]["wait_weeks"]
    assert len(emergencies) and emergencies.min() == 0


def test_part_of_a_week_is_a_whole_one_for_as_many(small: Small) -> None:
    """Three and a half days: every other child loses a week."""
    waits = through(run(joint(small, decision_days=3.5, weeks=80), seed=1)).query("joint and notice == 'planned'")
    at_once, usual = (waits["wait_weeks"] == 0).mean(), through(run(joint(small, weeks=80), seed=1))
    free = (usual.query("joint and notice == 'planned'")["wait_weeks"] == 0).mean()
    assert at_once == pytest.approx(free / 2, abs=0.1)


def test_who_looks_alone_too_takes_the_better_offer(small: Small) -> None:
    """With an own home 25 miles off in hand, a nearer one on the spot is taken only by who has looked."""
    usual, both = (
        run(joint(small, order=["in_house"], bypass=NEVER | {"better_offer": share}), seed=1) for share in (0.0, 1.0)
    )
    assert through(both)["joint"].mean() < through(usual)["joint"].mean() - 0.02
    assert through(both)["joint"].any(), "and the cooperative's where it is better"


def test_scarcity_erodes_sharing(small: Small, stepped: Stepped) -> None:
    usual, eroded = (through(run(joint(small, scarcity_erodes=erodes), seed=1)) for erodes in (0.0, 1.0))
    assert eroded["joint"].mean() < usual["joint"].mean()
    model = stepped(joint(small, scarcity_erodes=0.5), 10)
    whole = model.orders.arrangements[model.orders.cooperatives[0][0]]
    children, homes = model.market.children, model.market.homes
    searching = np.isin(children.state, (0, 1, 2)) & (children.state != PLACED) & (children.authority < 3)
    empty = model.market.free()[(homes.authority < 3) & homes.in_market(model.market.week)].sum()
    assert whole.rule.erosion(model.market, whole) == pytest.approx(
        0.5 * (without := unplaced(model)) / (without + empty)
    ) and searching.any()


def unplaced(model: MarketModel) -> int:
    """Members' children who wait or live in unregistered settings."""
    from marketsim.market.children import UNREGISTERED, WAITING

    children = model.market.children
    return int((np.isin(children.state, (WAITING, UNREGISTERED)) & (children.authority < 3)).sum())


# ---- what members owe one another


def pot(model: MarketModel) -> Any:
    return model.ledger.paid["common_pot"]


def test_one_pot_pays_fees_and_members_pay_it_in_their_shares(small: Small, stepped: Stepped) -> None:
    model = stepped(joint(small, pooled_budget=1.0, cost_sharing="equal"), 12)
    children, inner = model.market.children, model.orders.arrangements[model.orders.cooperatives[0][0]].inner
    rows = np.flatnonzero((children.state == PLACED) & np.isin(children.arrangement, inner))
    fees = np.bincount(children.authority[rows], children.fee[rows] + children.beside_fee[rows], 4)
    assert fees[3] == 0 and fees[:3].min() > 0
    assert pot(model)[:3] + fees[:3] == pytest.approx(np.full(3, fees.sum() / 3))
    assert pot(model)[3] == 0 and pot(model).sum() == pytest.approx(0, abs=1e-6)
    assert abs(model.ledger.imbalance()) < 1e-6


def test_the_pot_moves_money_and_nothing_else(small: Small) -> None:
    own, pooled = (run(joint(small, pooled_budget=share), seed=1) for share in (0.0, 1.0))
    assert own.weekly["spend_gbp"].to_numpy() == pytest.approx(pooled.weekly["spend_gbp"].to_numpy())
    assert own.placements.equals(pooled.placements)
    sums = [one.tables["sums"].query("year == 0").set_index("ons_code") for one in (own, pooled)]
    assert (sums[0]["sum_spend"] - sums[1]["sum_spend"]).abs().max() > 1_000
    of_kinds = [f"sum_{kind}" for kind in OF_LEDGER]
    assert sums[1][of_kinds].sum(axis=1).to_numpy() == pytest.approx(sums[1]["sum_spend"].to_numpy())


def joins(small: Small, members: Ints | list[str], **terms: Any) -> Scenario:
    change = {"from": DATE, "purchasing": {"arrangements": {"together": {"members": {"authorities": members}}}}}
    return joint(small, changes=[change], order=["in_house", "soft_block", "spot"], **terms)


def test_who_joins_later_pays_the_others_once(small: Small, stepped: Stepped) -> None:
    week = 26
    model = stepped(joins(small, FOUR, joining_fee=30_000.0), week - 1)
    assert not pot(model).any()
    model.step()
    money = model.market.cost_index
    assert pot(model) == pytest.approx(money * np.array([-10_000.0, -10_000.0, -10_000.0, 30_000.0]))
    model.step()
    assert not pot(model).any()


def test_who_leaves_pays_its_share_until_its_notice_is_served(small: Small, stepped: Stepped) -> None:
    def running_cost(model: MarketModel) -> Any:
        return model.ledger.paid["running_cost"] / model.ledger.paid["running_cost"].sum()

    notice = stepped(joins(small, FOUR[:2], leaving_notice_weeks=4, cost_sharing="equal"), 26)
    at_once = stepped(joins(small, FOUR[:2], cost_sharing="equal"), 26)
    assert running_cost(at_once) == pytest.approx([0.5, 0.5, 0, 0])
    assert running_cost(notice) == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0])
    retainers = notice.ledger.paid["empty_places"]
    assert retainers[2] > 0 and at_once.ledger.paid["empty_places"][2] == 0
    for _ in range(4):
        notice.step()
    assert running_cost(notice) == pytest.approx([0.5, 0.5, 0, 0])
    assert notice.ledger.paid["empty_places"][2] == 0


def test_two_who_leave_one_after_the_other_pay_each_its_own_share_for_its_own_time(
    small: Small, stepped: Stepped
) -> None:  # fmt: skip
    """One of four leaves in week 10, another in week 13, each bound for 6 weeks."""

    def left(week: int, members: list[str]) -> dict[str, Any]:
        date = datetime.date(2024, 3, 31) + datetime.timedelta(weeks=week)
        return {"from": date, "purchasing": {"arrangements": {"together": {"members": {"authorities": members}}}}}

    changes = [left(10, [FOUR[0], FOUR[1], FOUR[3]]), left(13, [FOUR[0], FOUR[3]])]
    terms = {"leaving_notice_weeks": 6, "cost_sharing": "equal", "members": {"authorities": FOUR}}
    model, seen = stepped(joint(small, changes=changes, **terms), 9), []
    for _ in range(16):
        model.step()
        paid = model.ledger.paid["running_cost"]
        if not seen or not np.allclose(paid / paid.sum(), seen[-1]):
            seen.append((paid / paid.sum()).tolist())
    assert seen == [
        pytest.approx([0.25, 0.25, 0.25, 0.25]),  # both pay on
        pytest.approx([0.375, 0.25, 0, 0.375]),  # the first has served its notice
        pytest.approx([0.5, 0, 0, 0.5]),
    ]


def test_a_joining_fee_is_not_asked_again_when_terms_change(small: Small, stepped: Stepped) -> None:
    later = {"from": datetime.date(2024, 12, 29), "purchasing": {"arrangements": {"together": {"posts": 2}}}}
    scenario = joins(small, FOUR, joining_fee=30_000.0)
    model = stepped(with_change(scenario, later), 26)
    assert pot(model).any()
    for _ in range(14):
        model.step()
        assert not pot(model).any()


def test_who_leaves_a_shared_contract_is_bound_to_nothing(small: Small, stepped: Stepped) -> None:
    """A contract that a region shares has no rule for leaving: who no longer buys through it pays no more of it."""
    held = {"rule": "soft_block", "one_per": "england", "places": 20, "radius_miles": 60.0}
    groups = [{"name": "apart", "authorities": [FOUR[3]], "order": ["in_house", "spot"]}]
    change = {"from": DATE, "purchasing": {"groups": groups}}
    scenario = small(
        horizon={"weeks": 40}, world={"homes": 60, "children_at_start": 30}, changes=[change],
        purchasing={"arrangements": {"deal": held}, "order": ["in_house", "deal", "spot"]},
    )  # fmt: skip
    model = stepped(scenario, 25)
    assert model.ledger.paid["empty_places"][3] > 0
    model.step()
    assert model.ledger.paid["empty_places"][3] == 0 and model.ledger.paid["empty_places"][:3].sum() > 0


def test_costs_are_shared_by_weights(small: Small, stepped: Stepped) -> None:
    terms = {"cost_sharing": "by_weights", "cost_weights": {FOUR[0]: 3.0, FOUR[2]: 1.0}}
    model = stepped(joint(small, **terms), 3)
    paid = model.ledger.paid["running_cost"]
    assert paid / paid.sum() == pytest.approx([0.75, 0, 0.25, 0])


def test_weights_of_somebody_who_is_not_there_are_refused(small: Small) -> None:
    with pytest.raises((ScenarioError, ValueError), match="Authority 11"):
        joint(small, cost_sharing="by_weights", cost_weights={"Authority 11": 1.0})


def test_posts_cost_what_they_are_said_to(small: Small, stepped: Stepped) -> None:
    three = {"running_cost_per_year": 0.0, "posts": 3, "cost_per_post": 52_000.0}
    model = stepped(joint(small, **three), 1)
    assert model.ledger.offices == pytest.approx(3 * 52_000 * 7 / 365.25 * model.market.cost_index, rel=1e-3)


# ---- votes over rises


def test_members_who_do_not_agree_freeze_agreed_fees(small: Small, stepped: Stepped) -> None:
    """Ceilings far below what members expect to pay: everybody votes for the rise; far above: nobody does."""

    def ceilings(level: float, **terms: Any) -> tuple[float, float]:
        of_needs = dict.fromkeys(("standard", "complex", "severe"), level)
        listed = {"rule": "framework", "uplift": "cpi", "ceilings": of_needs}
        model = stepped(joint(small, order=["in_house", "listed", "spot"], listed=listed, weeks=60, **terms))
        inner = next(one for one in model.orders.arrangements if one.name == "listed")
        before = float(inner.ceilings[0])
        for _ in range(56):
            model.step()
        return before, float(inner.ceilings[0])

    low, high = 1_000.0, 60_000.0
    for level in (low, high):
        before, after = ceilings(level)
        assert after > before, "without votes they rise"
    assert ceilings(low, votes_for_rises=1.0)[1] > ceilings(low, votes_for_rises=1.0)[0]
    before, after = ceilings(high, votes_for_rises=0.5)
    assert after == before


# ---- forecasts


def test_a_pooled_forecast_misses_by_less(small: Small) -> None:
    """The number of places held errs by each member's own luck: over many seeds the error of the sum is a root of four
    smaller than that of the four alone, as a share."""

    def held(order: list[str], seed: int) -> int:
        block = {"rule": "soft_block", "share_of_children": 0.5, "forecast_error": 1.0, "radius_miles": 1_000.0}
        arrangements = {"all": {"rule": "cooperative", "order": ["held"]}, "held": block}
        scenario = small(
            world={"children_at_start": 160, "homes": 160, "authorities": 4}, horizon={"weeks": 1},
            purchasing={"arrangements": arrangements, "order": [*order, "spot"]},
        )  # fmt: skip
        model = MarketModel(scenario, seed)
        return [one.places_agreed for one in model.orders.arrangements if one.name == "held"]

    alone = np.array([held(["held"], seed) for seed in range(40)], dtype=float)
    together = np.array([held(["all"], seed) for seed in range(40)], dtype=float)[:, 0]
    assert together == pytest.approx(alone.sum(axis=1), abs=2), "the same errors, rounded once instead of four times"
    assert together.std() / together.mean() < 0.75 * (alone.std(axis=0) / alone.mean(axis=0)).mean()


# ---- at rest


def test_terms_at_rest_change_nothing(small: Small) -> None:
    at_rest = {
        "mandate_share": 1.0, "takes_emergencies": True, "own_children_first": 0.0, "own_first_weeks": 0, "posts": 0,
        "decision_days": 0.0, "pooled_budget": 0.0, "joining_fee": 0.0, "votes_for_rises": 0.0, "scarcity_erodes": 0.0,
    }  # fmt: skip
    usual, same = run(joint(small), seed=1), run(joint(small, **at_rest), seed=1)
    assert usual.weekly.equals(same.weekly) and usual.placements.equals(same.placements)
