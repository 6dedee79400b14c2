"""The scenarios that ship: each asks a question, says only what differs from its base, and is valid."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from marketsim import ScenarioError, compare, load_scenario
from marketsim.experiments.run import run
from marketsim.model import MarketModel
from marketsim.scenario.shipped import shipped_scenarios

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


@cache
def digests() -> dict[str, str]:
    return {path.stem: load_scenario(path).digest for path in shipped_scenarios()}


@every_file
def test_it_differs_from_every_other(path: Path) -> None:
    mine = digests()[path.stem]
    assert [name for name, digest in digests().items() if digest == mine] == [path.stem]


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
