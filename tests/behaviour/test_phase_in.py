"""Values that change at a date within a run: nothing before it, what they are meant to do after it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from marketsim.core.columns import Ints
from marketsim.experiments.run import run
from marketsim.model import MarketModel
from marketsim.results.result import Result
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.schema import Scenario

Quiet = Callable[..., Scenario]
Stepped = Callable[..., MarketModel]
START = datetime.date(2024, 3, 31)
DATE = datetime.date(2024, 6, 2)
FROM_WEEK = 9  # the week that begins on that date
TABLES = ("weekly", "authorities", "placements", "homes", "outcomes")


def week_date(week: int) -> datetime.date:
    return START + datetime.timedelta(weeks=week)


# ---- a cooperative that grows


@pytest.fixture(scope="module")
def cooperatives(quiet: Quiet) -> dict[str, Result]:
    """Half of the authorities buy together; so they do until the others join; all do from the start."""
    shared = {"rule": "soft_block", "share_of_children": 0.2, "radius_miles": 60.0}

    def result(share: float, changes: list[dict[str, Any]]) -> Result:
        cooperative = {"rule": "cooperative", "order": ["soft_block", "spot"], "members": {"share": share}}
        arrangements = {"soft_block": shared, "together": cooperative}
        purchasing = {"arrangements": arrangements, "order": ["together", "spot"]}
        return run(quiet(horizon={"weeks": 30}, purchasing=purchasing, changes=changes), seed=1)

    joining = {"arrangements": {"together": {"members": {"share": 1.0}}}}
    growing = result(0.5, [{"from": DATE, "purchasing": joining}])
    return {"half": result(0.5, []), "growing": growing, "all": result(1.0, [])}


def test_before_the_date_nothing_differs(cooperatives: dict[str, Result]) -> None:
    half, growing = cooperatives["half"], cooperatives["growing"]
    pd.testing.assert_frame_equal(
        half.weekly[half.weekly["week"] < FROM_WEEK],
        growing.weekly[growing.weekly["week"] < FROM_WEEK],
        check_exact=True,
    )
    columns = ["child_id", "home_id", "route", "start_week", "weekly_fee_gbp"]
    early = [one.placements.loc[one.placements["start_week"] < FROM_WEEK, columns] for one in (half, growing)]
    pd.testing.assert_frame_equal(*early, check_exact=True)


def test_after_the_date_those_who_joined_buy_through_the_cooperative(cooperatives: dict[str, Result]) -> None:
    def through(name: str) -> float:
        placements = cooperatives[name].placements
        return float((placements.loc[placements["start_week"] >= FROM_WEEK, "route"] == "cooperative").mean())

    assert through("half") < 0.6
    assert through("growing") == pytest.approx(through("all"), abs=0.02) and through("growing") > 0.9
    last = {name: one.weekly.iloc[-1]["share_cooperative"] for name, one in cooperatives.items()}
    assert last["half"] < last["growing"] - 0.1 and last["growing"] < last["all"] - 0.02


# ---- a change that changes nothing

# All rules at once, in a market in which homes open and close.
LIVELY: dict[str, Any] = {
    "horizon": {"weeks": 40},
    "demand": {"new_needs_per_year": 120.0},
    "providers": {
        "openings_per_year": 0.5,
        "closings_per_year": 0.1,
        "return_least": 0.0,
        "return_usual": 0.1,
        "registration_weeks_least": 1,
        "registration_weeks_most": 20,
    },
    "purchasing": {
        "arrangements": {
            "two": {
                "rule": "cooperative",
                "order": ["in_house", "soft_block", "framework"],
                "members": {"authorities": ["Authority 1", "Authority 2"]},
            }
        },
        "order": ["two", "in_house", "block", "soft_block", "framework", "spot"],
    },
}
SECTIONS = ("demand", "need", "providers", "ratings", "commissioning", "unregistered", "economy", "purchasing")


@pytest.fixture(scope="module")
def lively(small: Quiet) -> Result:
    result = run(small(**LIVELY), seed=1)
    assert result.weekly["homes_opened"].sum() > 0 and result.weekly["homes_closed"].sum() > 0
    assert all(
        result.weekly[f"share_{route}"].max() > 0 for route in ("cooperative", "block", "soft_block", "framework")
    )
    return result


def repeated(small: Quiet, week: int, *sections: str) -> Result:
    """The lively market with a change that repeats the present values of some sections."""
    present = small(**LIVELY).model_dump(serialize_as_any=True, by_alias=True)
    change = {"from": week_date(week)} | {section: present[section] for section in sections}
    return run(small(**LIVELY, changes=[change]), seed=1)


@pytest.mark.parametrize(
    "sections", [(), ("demand",), ("purchasing",), SECTIONS], ids=["nothing", "one", "rules", "all"]
)
@pytest.mark.parametrize("week", [3, 13])
def test_a_change_that_changes_nothing_differs_by_nothing(
    small: Quiet, lively: Result, week: int, sections: tuple[str, ...]
) -> None:
    result = repeated(small, week, *sections)
    for table in TABLES:
        pd.testing.assert_frame_equal(getattr(result, table), getattr(lively, table), check_exact=True, obj=table)


def test_changes_that_change_nothing_while_homes_open(small: Quiet) -> None:
    """Homes open every fourth week; the largest groups are to be ranked every quarter, whether values change or not."""
    busy = {"openings_per_year": 1.0, "managers_per_year": 1.0, "floor_margin": 0.4, "registration_weeks_most": 8}
    terms = LIVELY | {"providers": LIVELY["providers"] | busy}
    outcomes = [
        run(small(**terms, changes=changes), seed=1).outcomes
        for changes in ([], [{"from": week_date(week)} for week in (7, 11, 19, 23, 35)])
    ]
    pd.testing.assert_frame_equal(*outcomes, check_exact=True)


# ---- terms that change


def framework_purchasing(**terms: Any) -> dict[str, Any]:
    rule = {"rule": "framework", "one_per": "england", "reach_miles": 500.0} | terms
    return {"arrangements": {"framework": rule}, "order": ["framework", "spot"]}


def ceilings_after_a_year(quiet: Quiet, stepped: Stepped, changes: list[dict[str, Any]]) -> float:
    """Standard ceiling after the first yearly review over that of the start, with costs rising by a tenth."""
    scenario = quiet(
        world={"homes": 20, "authorities": 1, "children_at_start": 20},
        demand={"new_needs_per_year": 10.0},
        economy={"cpi_per_year": 0.1, "pay_per_year": 0.1, "minimum_wage_per_year": 0.1, "prices_of": 2024},
        purchasing=framework_purchasing(
            uplift="none", ceilings={"standard": 6_000.0, "complex": 6_000.0, "severe": 6_000.0}
        ),
        changes=changes,
    )
    model = stepped(scenario, 53)
    return float(model.orders.arrangements[0].ceilings[0] / 6_000.0)


def test_an_uplift_that_changes_at_a_date_is_used_at_the_next_review(quiet: Quiet, stepped: Stepped) -> None:
    changed = {"arrangements": {"framework": {"uplift": "cpi_and_pay"}}}
    assert ceilings_after_a_year(quiet, stepped, []) == 1
    assert ceilings_after_a_year(quiet, stepped, [{"from": DATE, "purchasing": changed}]) == pytest.approx(1.1)
    too_late = [{"from": week_date(53), "purchasing": changed}]
    assert ceilings_after_a_year(quiet, stepped, too_late) == 1


def test_ceilings_that_change_at_a_date_hold_from_then_on(quiet: Quiet, stepped: Stepped) -> None:
    higher = {"standard": 9_000.0, "complex": 9_000.0, "severe": 9_000.0}
    changed = {"arrangements": {"framework": {"ceilings": higher}}}
    assert ceilings_after_a_year(quiet, stepped, [{"from": DATE, "purchasing": changed}]) > 1.4


# ---- arrangements that end


def held_and_started(model: MarketModel, name: str) -> tuple[int, int, Ints]:
    """Places that the arrangements of a name hold, children in them, and start weeks of their placements."""
    market = model.market
    mine = [arrangement.number for arrangement in model.orders.arrangements if arrangement.name == name]
    rows = np.isin(market.holdings.arrangement, mine)
    started = model.market.records.start_week[np.isin(model.market.records.arrangement, mine)]
    return int(market.holdings.places[rows].sum()), int(market.holdings.used[rows].sum()), started


@pytest.mark.parametrize("name", ["block", "soft_block", "framework"])
def test_an_arrangement_that_is_dropped_runs_off(
    small: Quiet, checked: Callable[..., Any], week_is_sound: Callable[[MarketModel], None], name: str
) -> None:
    """No new placements, empty places given back at once and the others when they fall empty; all adds up."""
    order = ["in_house", "block", "soft_block", "framework", "spot"]
    kept = [other for other in order if other != name]
    scenario = small(
        demand={"new_needs_per_year": 120.0},
        stays={"distribution": "exponential", "mean_weeks": 20.0},
        purchasing={"order": order},
        changes=[{"from": DATE, "purchasing": {"order": kept}}],
    )
    with checked(scenario, 1) as model:
        for week in range(1, 51):
            model.step()
            week_is_sound(model)
            held, used, _ = held_and_started(model, name)
            assert held == used or week < FROM_WEEK
            if week == FROM_WEEK - 1:
                before = held
        held, _, started = held_and_started(model, name)
    assert (started > 0).any() and started.max() < FROM_WEEK
    assert (before > 4 and held <= before / 3) if name != "framework" else before == held == 0


@pytest.mark.parametrize("rule", ["block", "soft_block"])
def test_an_arrangement_that_is_taken_up_again_holds_places_again(quiet: Quiet, stepped: Stepped, rule: str) -> None:
    """Dropped in week 9, taken up again in week 20, in a market with hundreds of free places."""
    terms = {"rule": rule, "share_of_children": 0.1, "radius_miles": 60.0}
    purchasing = {"arrangements": {"held": terms}, "order": ["held", "spot"]}
    changes = [
        {"from": DATE, "purchasing": {"order": ["spot"]}},
        {"from": week_date(20), "purchasing": {"order": ["held", "spot"]}},
    ]
    model = stepped(quiet(purchasing=purchasing, changes=changes), 8)
    holdings = model.market.holdings
    assert holdings.places[holdings.running].sum() == 45
    for _ in range(14):
        model.step()
    assert holdings.places[holdings.running].sum() > 30


# ---- changes that can't be

BASE = """\
horizon: {start: 2024-03-31, weeks: 20}
world: {kind: synthetic}
purchasing: {arrangements: {any: {rule: spot}}, order: [any]}
changes:
"""
BAD = {
    "world": ("  - {from: 2024-06-01, world: {homes: 5}}", 5, "changes.0.world: can't change within a run"),
    "stays": ("  - {from: 2024-06-01, stays: {mean_weeks: 5.0}}", 5, "changes.0.stays: can't change within a run"),
    "section": ("  - {from: 2024-06-01, demandd: {level: 2.0}}", 5, "did you mean 'demand'?"),
    "key": ("  - {from: 2024-06-01, demand: {levell: 2.0}}", 5, "changes.0.demand.levell: unknown key"),
    "order": (
        "  - {from: 2024-06-01, demand: {level: 2.0}}\n  - {from: 2024-05-01, demand: {level: 1.0}}",
        6,
        "changes.1.from: lies before 2024-06-01",
    ),
    "past": ("  - {from: 2023-06-01, demand: {level: 2.0}}", 5, "changes.0.from: lies before 2024-03-31"),
    "range": ("  - from: 2024-06-01\n    demand:\n      level: -2.0", 7, "changes.0.demand.level: expected"),
    "together": ("  - {from: 2024-06-01, need: {share_severe: 0.9}}", 5, "together exceed 1"),
    "route": ("  - {from: 2024-06-01, purchasing: {order: [anyy]}}", 5, "did you mean 'any'?"),
    "place": ("  - {from: 2024-06-01, demand: {growth_by_region: {Mars: 0.1}}}", 5, "unknown region 'Mars'"),
    "no date": ("  - {demand: {level: 2.0}}", 5, "changes.0.from: missing"),
}


@pytest.mark.parametrize("mistake", BAD)
def test_changes_that_cannot_be_are_refused_in_one_line(
    mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, line, words = BAD[mistake]
    monkeypatch.chdir(tmp_path)
    Path("phased.yaml").write_text(BASE + text + "\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario("phased.yaml")
    message = str(caught.value)
    assert message.isprintable() and message.startswith(f"phased.yaml:{line}:") and words in message


@pytest.mark.parametrize("rule", ["framework", "soft_block"])
def test_another_rule_at_a_date_takes_nothing_over_from_the_old_one(quiet: Quiet, stepped: Stepped, rule: str) -> None:
    """The fields of a block mean nothing to other rules, and its places run off, of whomever the arrangement is."""
    block = {"rule": "block", "places": 12, "term_weeks": 99}
    purchasing = {"arrangements": {"held": block}, "order": ["held", "spot"]}
    changes = [{"from": DATE, "purchasing": {"arrangements": {"held": {"rule": rule}}}}]
    model = stepped(quiet(purchasing=purchasing, changes=changes), 30)
    market, ended = model.market, set(model.orders.ended)
    assert {a.route for a in model.orders.arrangements if a.name == "held" and a.number in ended} == {"block"}
    assert {a.route for a in model.orders.arrangements if a.name == "held" and a.number not in ended} == {rule}
    assert not market.holdings.running[np.isin(market.holdings.arrangement, list(ended))].any()
    placed = model.market.records.arrangement[model.market.records.start_week > 20]
    assert "block" not in {model.orders.arrangements[number].route for number in placed}


def test_a_cooperative_that_ends_at_a_date_costs_nothing_from_then_on(quiet: Quiet, stepped: Stepped) -> None:
    purchasing = {"arrangements": {"coop": {"rule": "cooperative", "order": ["spot"]}}, "order": ["coop", "spot"]}
    changes = [{"from": DATE, "purchasing": {"order": ["spot"]}}]
    before, after = (stepped(quiet(purchasing=purchasing, changes=changes), weeks) for weeks in (5, 30))
    assert before.ledger.paid["running_cost"].sum() > 0 == after.ledger.paid["running_cost"].sum()
