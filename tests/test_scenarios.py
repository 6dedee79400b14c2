"""The scenarios that ship: each asks a question, says only what differs from its base, is valid and runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from marketsim import ScenarioError, compare, load_scenario
from marketsim.experiments.run import run
from marketsim.model import MarketModel
from marketsim.results.result import Result
from marketsim.scenario.shipped import shipped_scenarios
from marketsim.scenario.tiers import Order, flat

EXPECTED = {
    "block",
    "cooperative",
    "england_2024",
    "framework",
    "greater_manchester",
    "soft_block",
    "south_east",
    "spot",
    "town",
}
BASE = "england_2024"
every_file = pytest.mark.parametrize("path", shipped_scenarios(), ids=lambda path: path.stem)


def test_all_are_there() -> None:
    assert {path.stem for path in shipped_scenarios()} >= EXPECTED


@every_file
def test_it_asks_a_question_and_says_only_what_differs(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# Question: ") and "?" in first
    extends = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("extends:")]
    assert len(extends) == (path.stem != BASE)
    loaded = load_scenario(path)
    assert loaded.scenario.name == path.stem and loaded.scenario.question.endswith("?")


@every_file
def test_it_differs_from_every_other(path: Path) -> None:
    mine = load_scenario(path).digest
    assert [other.stem for other in shipped_scenarios() if load_scenario(other).digest == mine] == [path.stem]


@every_file
def test_it_runs(path: Path, shipped_run: Callable[[str], Result]) -> None:
    result = shipped_run(path.stem)
    last = result.weekly.iloc[-1]
    children = result.scenario.world.children_at_start
    assert 0.7 * children < last["children_placed"] < 1.3 * children
    assert result.weekly["placements_started"].sum() > 0 < last["spend_gbp"]
    arrangements = result.scenario.purchasing.arrangements
    asked, before = ({arrangements[name].name for name in flat(order)} for order in _orders(result))
    routes, new = result.placements["route"], result.placements["start_week"] > 0
    assert asked <= set(routes) <= asked | before, "a route in the order places nobody, or one outside it does"
    assert set(routes[new]) <= asked, "children are placed in a way in which nobody buys any more"


def _orders(result: Result) -> tuple[Order, Order]:
    """How authorities buy, and how they bought before the run."""
    return result.scenario.purchasing.order, result.scenario.purchasing.order_before


def test_an_authority_with_nothing_to_buy_through_is_a_users_mistake() -> None:
    changes = [
        "purchasing.arrangements.club={rule: cooperative, members: {share: 0.0}, order: [spot]}",
        "purchasing.order=[club]",
    ]
    with pytest.raises(ScenarioError, match="nothing to buy through"):
        MarketModel(load_scenario("town", changes).scenario, 1)


def test_only_scenarios_of_one_world_are_compared() -> None:
    with pytest.raises(ScenarioError, match="other authorities"):
        compare("town", load_scenario("town", ["world.regions=2"]), replicates=1, weeks=1, workers=1)


def test_children_of_week_0_who_find_no_home_are_a_users_mistake() -> None:
    far = ["world.authorities=1", "world.homes_everywhere=true", "world.side_miles=1000", "world.children_at_start=150"]
    with pytest.raises(ScenarioError, match="find no home"):
        run(load_scenario("town", far), weeks=1)
    with pytest.raises(ScenarioError, match="need places"):
        run(load_scenario("town", ["world.children_at_start=200"]), weeks=1)


def test_a_cheap_last_resort_leaves_nobody_waiting_since_before_the_start() -> None:
    """Once children of week 0 whom no home took carried on as if they had waited for years."""
    result = run(load_scenario("town", ["unregistered.weekly_cost=4800"]), weeks=8)
    new = result.placements[result.placements["start_week"] > 0]
    known = new[~new["child_id"].isin(range(120, 124))]  # the four of week 0 in unregistered settings
    assert len(known) > 5 and (known["wait_weeks"] <= known["start_week"]).all()
