"""A market of a room: what is done to it bites, and what is saved of it gives the same bytes on the command line."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from marketsim import run
from marketsim.cli.main import main
from marketsim.live import kept, levers, saving
from marketsim.live.beginning import beginnings, may_be_opened
from marketsim.live.showing import scenes, stories
from marketsim.live.showing.happened import happened
from marketsim.live.showing.why import why
from marketsim.live.side import Side
from marketsim.results import store
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import load_scenario

Sides = tuple[Side, Side]


def pass_weeks(sides: Sides, weeks: int) -> None:
    for _ in range(weeks):
        for side in sides:
            side.step()


def written(tables: object, folder: Path) -> dict[str, bytes]:
    """The bytes of tables as they are left in a folder."""
    store.write_tables(folder, tables)  # type: ignore[arg-type]
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet"))}


def assert_runs_to_the_same_bytes(side: Side, folder: Path) -> None:
    """Live a market to its end, save it, and run the file as a user would."""
    while side.step():
        pass
    path = folder / "saved.yaml"
    path.write_text(saving.text_of(side), encoding="utf-8")
    with pytest.raises(SystemExit) as ended, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["marketsim", "run", str(path), "--out", str(folder / "run")])
        main()
    assert ended.value.code == 0
    again = {one.name: one.read_bytes() for one in sorted((folder / "run").glob("*.parquet"))}
    assert again == written(side.watched.tables(), folder / "room")


def test_both_markets_have_the_same_children_and_differ_by_nothing(two_sides: Sides) -> None:
    pass_weeks(two_sides, 20)
    a, b = two_sides
    assert np.array_equal(a.model.market.children.key, b.model.market.children.key)
    assert scenes.frame(a).numbers == scenes.frame(b).numbers
    found = why(two_sides)
    assert found["difference"] == 0.0 and found["causes"] == []


def test_children_stay_the_same_whatever_is_changed(two_sides: Sides) -> None:
    a, b = two_sides
    levers.move(two_sides, "way", 5, [b])
    levers.move(two_sides, "bidding", 0.0, [b])
    pass_weeks(two_sides, 20)
    assert a.model.market.children.admitted == b.model.market.children.admitted
    assert scenes.frame(a).numbers != scenes.frame(b).numbers


def test_why_adds_up_to_the_difference_in_spend(two_sides: Sides) -> None:
    levers.strike("costs", [two_sides[1]])
    pass_weeks(two_sides, 20)
    spend = [np.mean([week[side.model.recorder.names.index("spend")] for week in side.model.recorder.totals[-13:]])
             for side in two_sides]  # fmt: skip
    found = why(two_sides)
    assert found["weeks"] == 13
    assert found["difference"] == pytest.approx(spend[1] - spend[0], abs=0.01)
    assert sum(value for _, value, _ in found["causes"]) == pytest.approx(found["difference"], abs=5 * 0.5)


def test_what_was_changed_on_the_way_runs_to_the_same_bytes(two_sides: Sides, tmp_path: Path) -> None:
    _a, b = two_sides
    pass_weeks(two_sides, 3)
    levers.move(two_sides, "needs", 1.2, [b])
    levers.move(two_sides, "needs", 1.4, [b])  # the slider goes on before the week does
    pass_weeks(two_sides, 5)
    levers.strike("costs", [b])
    levers.strike("group", [b])
    pass_weeks(two_sides, 4)
    levers.strike("group", [b])
    assert_runs_to_the_same_bytes(b, tmp_path)
    assert [one.week for one in b.changed] == [4, 9, 13]
    assert len(b.scenario.shocks) == 2 and len(b.scenario.changes) == 2


def test_a_way_of_buying_that_nobody_had_runs_to_the_same_bytes(two_sides: Sides, tmp_path: Path) -> None:
    """The run has no column for it: its past is lived again with one."""
    b = two_sides[1]
    pass_weeks(two_sides, 6)
    before = scenes.history(b)
    levers.move(two_sides, "way", 5, [b])
    b.step()
    assert [row[:6] for row in scenes.history(b)] == before
    assert_runs_to_the_same_bytes(b, tmp_path)


def test_a_branch_has_the_same_past_and_a_future_of_its_own(two_sides: Sides, tmp_path: Path) -> None:
    a, b = two_sides
    levers.move(two_sides, "pay", 1.2, [a])
    pass_weeks(two_sides, 8)
    levers.strike("demand", [a])  # planned, not yet lived
    b.become(a)
    assert scenes.history(a) == scenes.history(b) and a.value("demand.level") == b.value("demand.level") == 1.1
    pass_weeks(two_sides, 4)
    assert scenes.history(a) == scenes.history(b)
    levers.move(two_sides, "pay", 1.0, [b])
    pass_weeks(two_sides, 4)
    assert [row[:12] for row in scenes.history(a)] == [row[:12] for row in scenes.history(b)]
    assert scenes.history(a) != scenes.history(b)
    assert_runs_to_the_same_bytes(b, tmp_path)


def test_a_kept_market_goes_on_where_it_was(two_sides: Sides, short_town: str, tmp_path: Path) -> None:
    b = two_sides[1]
    levers.move(two_sides, "needs", 1.3, [b])
    pass_weeks(two_sides, 7)
    levers.strike("group", [b])
    kept.write(tmp_path / "room.json", {"markets": [kept.side_kept(b)]})
    found = kept.read(tmp_path / "room.json")
    assert found is not None
    again = Side(beginnings([short_town], 1)[1])
    kept.restore(again, found["markets"][0])
    assert (again.week, again.changed, again.scenario) == (b.week, b.changed, b.scenario)
    for side in (b, again):
        while side.step():
            pass
    assert scenes.history(again) == scenes.history(b)
    again.close()


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 0}', '{"version": 1, "markets": [{}]}'])
def test_a_room_that_cannot_be_read_is_said_in_one_line(two_sides: Sides, tmp_path: Path, text: str) -> None:
    path = tmp_path / "room.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(kept.Unreadable) as refused:
        kept.restore(two_sides[0], (kept.read(path) or {})["markets"][0])
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("lever", levers.LEVERS, ids=lambda lever: lever.name)
def test_every_slider_goes_to_both_ends_and_bites(lever: levers.Lever, county: Sides) -> None:
    a, b = county
    levers.move(county, lever.name, lever.least, [a])
    levers.move(county, lever.name, lever.most, [b])
    assert (a.value(lever.key), b.value(lever.key)) == (lever.least, lever.most)
    pass_weeks(county, 70)  # homes that are planned open a year later
    assert scenes.history(a) != scenes.history(b)


@pytest.mark.parametrize("shock", levers.SHOCKS, ids=lambda shock: shock.name)
def test_every_shock_does_something(shock: levers.Shock, county: Sides) -> None:
    pass_weeks(county, 2)
    levers.strike(shock.name, [county[1]])
    pass_weeks(county, 12)
    assert scenes.history(county[0]) != scenes.history(county[1])


def test_costs_rise_by_what_is_said(two_sides: Sides) -> None:
    a, b = two_sides
    pass_weeks(two_sides, 2)
    levers.strike("costs", [b])
    pass_weeks(two_sides, 1)
    assert b.model.market.homes.unit_cost == pytest.approx(levers.RISE * a.model.market.homes.unit_cost)


def test_a_group_that_fails_is_told_of(two_sides: Sides) -> None:
    levers.strike("group", [two_sides[1]])
    pass_weeks(two_sides, 1)
    assert any("homes with" in one["words"] and "closed" in one["words"] for one in happened(two_sides[1]))
    assert not any("closed" in one["words"] for one in happened(two_sides[0]))


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("needs", 13.0, "New needs: expected a number from 0.5 to 1.5, got 13"),
        ("neds", 1.0, "there is no slider 'neds'; did you mean 'needs'?"),
        ("way", 40.0, "How places are bought: expected a number from 0 to 5, got 40"),
        ("way", 0.5, "How places are bought: expected a number from 0 to 5, got 0.5"),
        ("deadline", 3.5, "Weeks to search: expected a whole number, got 3.5"),
    ],
)
def test_a_slider_that_cannot_stand_there_is_refused(two_sides: Sides, name: str, value: float, words: str) -> None:
    with pytest.raises(ScenarioError, match=words.replace("?", r"\?")):
        levers.move(two_sides, name, value, list(two_sides))
    assert two_sides[0].changed == [] and two_sides[0].scenario is two_sides[0].watched.scenario


def test_what_cannot_be_lived_is_said_and_left_out(two_sides: Sides) -> None:
    """A policy that only the market itself can refuse: the week is lived without it, and both go on together."""
    b = two_sides[1]
    pass_weeks(two_sides, 3)
    b.change({"policies.x": {"policy": "provider_conduct", "provider_rank": 99, "asks": 1.2}})
    with pytest.raises(ScenarioError, match="there are only 14 private providers"):
        b.step()
    assert b.week == 3 and b.changed == [] and b.scenario is b.watched.scenario
    pass_weeks(two_sides, 3)
    assert scenes.history(two_sides[0]) == scenes.history(b)


def test_an_unknown_shock_is_refused(two_sides: Sides) -> None:
    with pytest.raises(ScenarioError, match=r"there is no shock 'cost'; did you mean 'costs'\?"):
        levers.strike("cost", list(two_sides))


def test_a_room_wants_one_world_and_one_date(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="other authorities"):
        beginnings(["town", "spot"], 1)
    with pytest.raises(ScenarioError, match="both must begin together"):
        beginnings(["spot", "backcast_2014"], 1)


def test_pages_open_only_what_ships_or_was_named() -> None:
    may_be_opened("spot", [])
    may_be_opened("mine.yaml", ["mine.yaml"])
    with pytest.raises(ScenarioError, match=r"'/etc/passwd'"):
        may_be_opened("/etc/passwd", ["mine.yaml"])


def test_the_vector_of_a_room_is_that_of_a_run() -> None:
    """What is saved has the values that were drawn, and a run of the shipped scenario with this seed draws the same."""
    first = beginnings(["spot", "cooperative"], 3)
    for one, name in zip(first, ("spot", "cooperative"), strict=True):
        drawn = run(name, seed=3, weeks=1).scenario
        assert drawn.providers == one.scenario.providers and drawn.commissioning == one.scenario.commissioning


def test_every_shipped_question_has_a_story(two_sides: Sides) -> None:
    for question in stories.questions():
        screens = stories.screens(question["name"], two_sides)
        assert [screen["title"] for screen in screens] == [
            "The question", "Who has tried it", "What to look at", "What to try", "What it means",
        ], question  # fmt: skip
        assert all(line.strip() for screen in screens for line in screen["lines"]), question
        assert question["question"]


def test_every_question_can_be_opened_beside_what_it_builds_on() -> None:
    loaded = cache(lambda name: load_scenario(name).scenario)
    for question in stories.questions():
        pair = [loaded(question[key]) for key in ("baseline", "name")]  # type: ignore[literal-required]
        assert pair[0].world.kind == pair[1].world.kind and pair[0].horizon.start == pair[1].horizon.start, question
