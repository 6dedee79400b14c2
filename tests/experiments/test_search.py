"""A search finds the front that there is, takes for one what luck hides, and is the same however it was made."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import made_up_search as made
import numpy as np
import pandas as pd
import pytest

from marketsim import load_scenario
from marketsim.experiments import uncertainty
from marketsim.experiments.cooperatives import front, search_tables
from marketsim.experiments.cooperatives.search import Found, again_of, search
from marketsim.reports.pictures.search_front import draw
from marketsim.reports.search import headline, how, of_hidden, remark, status
from marketsim.results.store import StoreError
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.overlay import value_at

ALL = [made.FIVE, made.TWO]
CONTINUOUS = ["retainer=0:1", "share_of_children=0:0.3"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """All ten points of two levers, each told apart from the others."""
    return made.searched(tmp_path_factory.mktemp("whole"), ALL, trials=24)


def written(found: Found, folder: Path) -> dict[str, bytes]:
    """What a search leaves, by name; the tables are the same bytes however they were made."""
    search_tables.write(found, folder, [remark(found, number) for number in range(len(found.entries))])
    return {path.name: path.read_bytes() for path in [*folder.glob("*.csv"), *folder.glob("front/*.yaml")]}


# The front


def test_the_true_front_is_found(whole: Found) -> None:
    """Five points lie on it, and the five with a share of children, though near to them, are each surely beaten."""
    assert len(whole.points) == 10 and whole.search.trials == 24, "all that there are"
    on = {(whole.points[one.point][made.RETAINER], whole.points[one.point][made.SHARE]) for one in whole.entries}
    assert whole.least_false < 0.001 and of_hidden(whole) == ""
    assert on == {(retainer, 0.0) for retainer in (0.0, 0.2, 0.4, 0.7, 1.0)}
    assert all(one.points == (one.point,) for one in whole.entries) and all(whole.again.holds)
    beaten = {row for row, count in enumerate(whole.beaten_by) if count}
    assert beaten == {row for row, point in enumerate(whole.points) if point[made.SHARE] > 0}
    assert whole.points[0] == {made.RETAINER: 0.4, made.SHARE: 0.1}, "the scenario's own values come first"


def test_values_are_differences_on_the_same_luck(whole: Found) -> None:
    base = np.array(made.truth({}))
    for values, point in zip(whole.differences, whole.points, strict=True):
        assert values.mean(axis=0) == pytest.approx(np.array(made.truth(point)) - base, abs=0.02)
        assert (values.std(axis=0) < 0.02).all(), f"the luck that all share is {made.COMMON}"


def test_points_with_the_same_truth_are_one(tmp_path: Path) -> None:
    """Words that do nothing, each with luck of its own: the one that the scenario has stands for both."""
    found = made.searched(tmp_path, ["retainer=0.4,1", "cost_sharing=equal,by_use"])
    assert len(found.points) == 4 and len(found.entries) == 2
    for one in found.entries:
        assert {found.points[row][made.WORD] for row in one.points} == {"equal", "by_use"} and len(one.points) == 2
        assert len({found.points[row][made.RETAINER] for row in one.points}) == 1
        assert found.points[one.point][made.WORD] == "by_use", "the scenario's own"
    table = search_tables.front_table(found)
    assert set(table[f"{made.WORD}_range"]) == {"by_use, equal"} and set(table[f"{made.RETAINER}_range"]) == {""}


def test_twins_are_seldom_told_apart_and_next_to_never_on_fresh_runs_too() -> None:
    """Where nearly all differences are real a false discovery rate lets luck part some points of one truth; fresh runs,
    with luck of their own, say that these are as one. What it promises holds: few of all sure differences are false."""
    luck = np.random.default_rng(5)
    truth = np.array([made.truth({made.RETAINER: one}) for one in (0, 0.2, 0.4, 0.7, 1)])
    sures = [front.surely(np.repeat(truth, 2, axis=0)[:, None, :] + luck.normal(0, 0.01, size=(10, 8, 2)))
             for _ in range(200)]  # fmt: skip
    parted = np.array([[sure[2 * one, 2 * one + 1].any() for one in range(5)] for sure in sures])
    false = np.mean([sure[2 * one, 2 * one + 1] != 0 for sure in sures for one in range(5)])
    assert 5 * 200 * 2 * false <= 0.05 * sum((sure != 0).sum() / 2 for sure in sures)
    assert parted.mean() < 0.15 and (parted[:100] & parted[100:]).mean() < 0.03


def test_where_luck_drowns_all_there_is_one_entry(tmp_path: Path) -> None:
    found = made.searched(tmp_path, ALL, made.drowned)
    [one] = found.entries
    assert len(one.points) == 10 and found.points[one.point] == {made.RETAINER: 0.4, made.SHARE: 0.1}
    assert headline(found).startswith("None of 10 points can be told apart")
    assert "that doesn't mean they are the same" in headline(found) and "may hide what more" in of_hidden(found)
    assert found.least_false > 0.05 and not search_tables.surely_different(found).any()


def test_whole_numbers_stay_whole_and_words_words(tmp_path: Path) -> None:
    """Ranges of whole numbers hold those between their ends; of few points all are tried, once each."""
    levers = ["places_per_home=0.5:3.5", "cost_sharing=equal,by_use", "may_end=true,false"]
    found = made.searched(tmp_path, levers)
    places = {point["purchasing.arrangements.soft_block.places_per_home"] for point in found.points}
    assert places == {1, 2, 3} and all(type(one) is int for one in places)
    assert len({tuple(point.values()) for point in found.points}) == len(found.points) == 12
    assert {point["purchasing.arrangements.soft_block.may_end"] for point in found.points} == {True, False}


def test_the_estimator_goes_where_the_front_is(tmp_path: Path) -> None:
    """On ranges: what is asked for later has a lower share of children than what luck drew first."""
    found = made.searched(tmp_path, CONTINUOUS)
    share = np.array([point[made.SHARE] for point in found.points])
    assert len(share) == 48 and found.generation == [1 + row // 8 for row in range(48)]
    assert np.median(share[24:]) < 0.4 * np.median(share[:8])
    assert all(found.points[one.point][made.SHARE] < 0.05 for one in found.entries)


def test_what_was_luck_is_told_on_fresh_runs(tmp_path: Path) -> None:
    """A word is on the front for what it saved on the replicates of the search; on others it saves nothing."""
    found = made.searched(tmp_path, ["retainer=0.4,0.5", "cost_sharing=by_use,equal"], made.lucky_once)
    words = [found.points[one.point][made.WORD] for one in found.entries]
    assert sorted(words) == ["by_use", "by_use", "equal", "equal"]
    assert found.again.holds == [word == "by_use" for word in words]
    assert headline(found).endswith("which is 4 choices that can be told apart; on fresh runs 2 of them still are.")
    text = remark(found, words.index("equal"))
    assert "had not seen: spend a week, GBP +50 ±" in text and "There it is surely beaten by another entry." in text
    assert any("don't choose it" in line for line in how(found))
    table = search_tables.front_table(found)
    assert table["holds"].tolist() == found.again.holds and table["fresh_children_unregistered_sure"].sum() >= 2


def test_entries_that_are_one_on_fresh_runs_are_told(whole: Found) -> None:
    fresh = whole.again.differences.copy()
    fresh[3] = fresh[1]
    fresh[4] = np.nan
    again = again_of(fresh, None)
    assert again.same_as == [None, None, None, 1, None] and again.holds == [True, True, True, True, False]
    assert status(replace(whole, again=again), 3) == "as 2" and status(replace(whole, again=again), 4) == "failed"


def test_fresh_runs_have_other_seeds_and_vectors(tmp_path: Path) -> None:
    plausible = made.SCENARIO.replace("horizon:", "uncertainty: plausible\nhorizon:")
    (tmp_path / "drawn.yaml").write_text(plausible, encoding="utf-8")
    wanted = made.planned(str(tmp_path / "drawn.yaml"), ["retainer=0.2,0.8"], made.AIMS, check_replicates=5)
    search(wanted, tmp_path / "searched", 1, made.made_up)
    designs = {path.parent.name: pd.read_parquet(path) for path in tmp_path.glob("searched/*/design.parquet")}
    seen, fresh, base = (designs[name] for name in ("generation-01", "check-48", "check-baseline"))
    for column, counts in (("seed", (8, 5)), ("vector", (8, 5))):
        assert (seen[column].nunique(), fresh[column].nunique()) == counts
        assert not set(seen[column]) & set(fresh[column])
        assert fresh.groupby("point")[column].apply(list).tolist() == [base[column].tolist()] * fresh["point"].nunique()


# Surely


def test_sure_is_held_to_a_false_discovery_rate_over_all_pairs() -> None:
    """Of many points that differ by luck only few are told apart by chance, and none in most searches."""
    luck = np.random.default_rng(1)
    found = [len(front.entries(front.surely(luck.normal(size=(12, 8, 2))), [0.0] * 12)) for _ in range(60)]
    assert np.mean(np.array(found) > 1) <= 0.1


def test_pairs_are_compared_on_the_same_replicates() -> None:
    """Two points whose intervals overlap by far are told apart, since luck is in both."""
    luck = np.random.default_rng(2)
    common = luck.normal(0, 100, size=(1, 8, 2))
    values = common + np.array([[[0.0, 0.0]], [[1.0, -1.0]]]) + luck.normal(0, 0.1, size=(2, 8, 2))
    ends = [search_tables.told(one, None)[0] for one in values]
    assert ends[0][2] > ends[1][1] and front.surely(values)[0, 1].tolist() == [-1, 1]


def test_vectors_make_differences_less_sure() -> None:
    """What holds on average of eight vectors may not under a ninth: the same numbers say less."""
    spread = np.linspace(-1, 1, 8)[:, None] + 1.0
    values = np.stack([np.zeros((8, 2)), np.repeat(spread, 2, axis=1)])
    assert front.surely(values)[0, 1].tolist() == [-1, -1] and not front.surely(values, np.arange(8)).any()


def test_points_that_beat_each_other_in_a_circle_are_all_on_the_front() -> None:
    sure = np.zeros((4, 4, 3), dtype=np.int64)
    for place, (better, worse) in enumerate([(0, 1), (1, 2), (2, 0)]):
        sure[better, worse, place], sure[worse, better, place] = -1, 1
    sure[2, 3], sure[3, 2] = -1, 1
    assert front.unbeaten(sure) == [0, 1, 2]
    assert [one.points for one in front.entries(sure, [0, 1, 2, 3])] == [(0,), (1,), (2,)]


@pytest.mark.parametrize(("count", "vectors"), [(3, None), (8, [1, 1, 2, 2, 3, 3, 1, 2])])
def test_too_few_replicates_or_vectors_make_no_front(count: int, vectors: list[int] | None) -> None:
    with pytest.raises(ScenarioError, match=r"at least 4 .*got 3: from fewer nothing can be told apart"):
        front.surely(np.zeros((2, count, 2)), None if vectors is None else np.array(vectors))


def test_few_replicates_are_warned_of(tmp_path: Path) -> None:
    found = made.searched(tmp_path, ALL, replicates=uncertainty.FEWEST, check_replicates=5)
    assert any("From only 4 they are rough" in line for line in how(found))


# The same however it was made


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed")
    return written(made.searched(folder, CONTINUOUS, trials=16), folder / "searched")


@pytest.mark.parametrize("after", [5, 70, 139])
def test_a_stopped_search_goes_on_to_the_same_bytes(tmp_path: Path, after: int, undisturbed: dict[str, bytes]) -> None:
    with pytest.raises(KeyboardInterrupt):
        made.searched(tmp_path, CONTINUOUS, made.stopped_after(after, KeyboardInterrupt), trials=16)
    found = made.searched(tmp_path, CONTINUOUS, trials=16)
    assert found.made == found.runs - after and written(found, tmp_path / "searched") == undisturbed


def test_more_trials_go_on_from_fewer(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    first = made.searched(tmp_path, CONTINUOUS, trials=8)
    written(first, tmp_path / "searched")
    found = made.searched(tmp_path, CONTINUOUS, trials=16)
    assert found.points[:8] == first.points and written(found, tmp_path / "searched") == undisturbed


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_a_killed_search_goes_on_to_the_same_bytes(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    code = f"import made_up_search as made; made.searched(made.Path(), {CONTINUOUS}, made.killed, trials=16)"
    environment = os.environ | {"PYTHONPATH": str(Path(made.__file__).parent), made.KILLED_AT: "11"}
    ended = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert len(list(tmp_path.glob("searched/generation-02/runs/*"))) == 11
    found = made.searched(tmp_path, CONTINUOUS, trials=16)
    assert found.runs - found.made == 8 + 64 + 11 and written(found, tmp_path / "searched") == undisturbed


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    made.searched(tmp_path, ALL, trials=8)
    others: list[dict[str, Any]] = [{"seed": 2}, {"check_replicates": 5}, {"aims": "spend,unregistered,voids"}]
    for other, said in zip(others, ["seed 1, not 2", "check replicates 8, not 5", "choice of objectives"], strict=True):
        with pytest.raises(StoreError) as refused:
            made.searched(tmp_path, ALL, trials=8, **other)
        assert said in str(refused.value) and "nothing was changed" in str(refused.value)
    (tmp_path / "mine").mkdir()
    with pytest.raises(StoreError, match="exists already and holds no search"):
        search(made.wanted(tmp_path, ALL), tmp_path / "mine", 1, made.made_up)
    assert not list((tmp_path / "mine").iterdir())


def test_points_whose_runs_fail_are_left_out(tmp_path: Path) -> None:
    found = made.searched(tmp_path, [made.FIVE, "cost_sharing=by_use,equal"], made.fails_for_a_word)
    assert len(found.points) == 10 and found.failed == 5 * 8
    assert {found.points[row][made.WORD] for one in found.entries for row in one.points} == {"by_use"}
    table = search_tables.trials_table(found)
    assert table.loc[table[made.WORD] == "equal", "spend_gbp"].isna().all()
    assert draw(found).title == headline(found) and any("40 runs failed" in line for line in how(found))


# What it leaves


def test_each_entry_is_a_scenario_with_the_levers_set(whole: Found, tmp_path: Path) -> None:
    base = tmp_path / "small.yaml"
    base.write_text(made.SCENARIO, encoding="utf-8")
    found = made.searched(tmp_path, ALL, trials=24)
    written(found, tmp_path / "searched")
    files = sorted((tmp_path / "searched" / "front").iterdir())
    assert [path.name for path in files] == [f"{number:02d}.yaml" for number in range(1, 6)]
    own = load_scenario(base)
    for path, one in zip(files, found.entries, strict=True):
        loaded, point = load_scenario(path), found.points[one.point]
        assert {key: value_at(loaded.scenario, key) for key in point} == point
        changed = {key for key, source in loaded.sources.items() if "front" in source and ".." not in source}
        assert changed == {*point, "name"} and loaded.scenario.name == f"small-{path.stem}"
        assert loaded.scenario.world == own.scenario.world
        head = path.read_text(encoding="utf-8").split("extends")[0]
        assert all(line.startswith("# ") for line in head.splitlines()) and "Entry" in head and "±" in head


def test_the_tables_say_what_was_found(whole: Found) -> None:
    trials, table = search_tables.trials_table(whole), search_tables.front_table(whole)
    assert trials["on_front"].sum() == 5 and trials.loc[~trials["on_front"], "entry"].isna().all()
    own = trials.set_index("trial").loc[table["trial"]]
    assert own["entry"].tolist() == table["entry"].tolist()
    assert own["spend_gbp"].tolist() == table["spend_gbp"].tolist()
    assert (table["fresh_spend_gbp_low"] <= table["fresh_spend_gbp"]).all() and table["holds"].all()
    assert (table["spend_gbp"] != table["fresh_spend_gbp"]).all()
