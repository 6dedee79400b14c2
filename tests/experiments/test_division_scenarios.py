"""Scenario files of divisions: they load, everybody is where the division says, and nobody's past differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from marketsim.experiments import who
from marketsim.experiments.cooperatives import written
from marketsim.experiments.cooperatives.divisions import Division
from marketsim.results.store import StoreError
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import LoadedScenario, load_scenario
from marketsim.scenario.sections.world import places_of
from marketsim.scenario.tiers import flat

GROUPED = """
extends: town.yaml
purchasing:
  groups: [{name: one, authorities: [Authority 2], order: [spot]}]
"""


def division(loaded: LoadedScenario, size: int) -> Division:
    """Parts of so many authorities that follow one another, named after the first."""
    places = places_of(loaded.scenario.world)
    blocks = [places[start : start + size] for start in range(0, len(places), size)]
    parts = {block[0].name: tuple(place.code for place in block) for block in blocks}
    return Division("parts", "parts for a test", parts)


@pytest.mark.parametrize("scenario, size", [("town", 2), ("england_2024", 8), ("spot", 40)])
def test_everybody_is_in_the_part_that_was_stated(scenario: str, size: int, tmp_path: Path) -> None:
    loaded = load_scenario(scenario)
    wanted = division(loaded, size)
    [path] = written.write(loaded, [wanted], tmp_path / "made")
    again = load_scenario(path).scenario
    joint = [name for name, _ in who.joint(again)]
    found = [frozenset(who.group_of(name, [again]).members) for name in joint]
    assert len(found) == len(wanted.cooperatives) and set(found) == set(map(frozenset, wanted.cooperatives.values()))
    assert flat(again.purchasing.order) == [*joint, *flat(loaded.scenario.purchasing.order)]
    for _, rule in who.joint(again):
        assert rule.order == ["in_house", "soft_block", "framework", "spot"]  # type: ignore[attr-defined]
    before = loaded.scenario.purchasing.before().order
    assert again.purchasing.before().order == before
    same = {"name", "question", "purchasing"}
    assert again.model_dump(exclude=same) == loaded.scenario.model_dump(exclude=same)


def test_a_scenario_of_ones_own_is_found_from_where_the_file_stands(tmp_path: Path) -> None:
    own = tmp_path / "mine" / "own.yaml"
    own.parent.mkdir()
    own.write_text(GROUPED, encoding="utf-8")
    loaded = load_scenario(own)
    [path] = written.write(loaded, [division(loaded, 2)], tmp_path / "made" / "deep")
    assert "extends: ../../mine/own.yaml" in path.read_text(encoding="utf-8") and str(tmp_path) not in path.read_text()
    again = load_scenario(path).scenario
    assert again.purchasing.groups[0].order == ["authority_1", "authority_3", "spot"]  # a group's order has them too


def test_names_are_plain_and_taken_once(tmp_path: Path) -> None:
    loaded = load_scenario("town")
    one, two, three, four = (place.code for place in places_of(loaded.scenario.world))
    named = Division("parts", "parts for a test", {"Spot": (one, two), "spot!": (three, four)})
    [path] = written.write(loaded, [named], tmp_path)
    assert [name for name, _ in who.joint(load_scenario(path).scenario)] == ["spot_2", "spot_3"]


def test_who_is_alone_gets_no_cooperative(tmp_path: Path) -> None:
    loaded = load_scenario("town")
    assert written.write(loaded, [division(loaded, 1)], tmp_path) == [] and not list(tmp_path.iterdir())
    [path] = written.write(loaded, [division(loaded, 3)], tmp_path)
    assert len(dict(who.joint(load_scenario(path).scenario))) == 1


def test_nothing_is_written_over_or_on_what_can_not_be(tmp_path: Path) -> None:
    loaded = load_scenario("town")
    (tmp_path / "parts.yaml").write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match=r"parts\.yaml exists already; name another folder, nothing was changed"):
        written.write(loaded, [division(loaded, 2)], tmp_path)
    assert (tmp_path / "parts.yaml").read_text(encoding="utf-8") == "mine"
    with pytest.raises(StoreError, match="is a file; name a folder"):
        written.write(loaded, [division(loaded, 2)], tmp_path / "parts.yaml")
    with pytest.raises(ScenarioError, match=r"cooperative\.yaml has cooperatives already \(cooperative\)"):
        written.check_base(load_scenario("cooperative"))
    dated = tmp_path / "dated.yaml"
    dated.write_text(
        "extends: town.yaml\nchanges: [{from: 2024-09-01, purchasing: {order: [spot]}}]\n", encoding="utf-8"
    )
    with pytest.raises(ScenarioError, match=r"changes\.0: sets another purchasing order"):
        written.check_base(load_scenario(dated))
