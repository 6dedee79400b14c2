"""`marketsim cooperative search` as typed: what it prints, leaves and refuses, on a small town."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from marketsim import load_scenario, run
from marketsim.experiments.cooperatives.coalitions import with_members
from marketsim.results import groups
from marketsim.scenario.overlay import with_values

sys.path.insert(0, str(Path(__file__).parents[1] / "experiments"))
from made_up_search import RETAINER, SCENARIO, SHARE

Typed = Callable[..., subprocess.CompletedProcess[str]]
TINY = ("--trials", "10", "--replicates", "4", "--check-replicates", "4")
LEVERS = ("--levers", "retainer=0.2:0.8", "--levers", "share_of_children=0:0.4")
MEMBERS = ["S0001", "S0002", "S0003"]
FACTORS = """\
scenarios: [town]
factors:
  retainer: {low: 0.2, high: 0.8}
  demand.level: {low: 0.9, high: 1.1, role: uncertainty}
"""


@pytest.fixture(autouse=True)
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def left(folder: str) -> dict[str, bytes]:
    """The files of a search that must be the same bytes however it was made."""
    found = [path for end in ("*.csv", "*.png", "*.txt", "front/*") for path in Path(folder).glob(end)]
    return {path.name: path.read_bytes() for path in found}


def test_a_search_prints_and_leaves_what_it_found(typed: Typed, small: Path) -> None:
    done = typed("cooperative", "search", "small.yaml", *LEVERS, *TINY, "--workers", "1")
    said = " ".join(done.stdout.split())
    assert done.returncode == 0, done.stderr
    assert "joint: less the same with nobody in joint, with half the 95% interval" in said
    assert "From only 4 they are rough" in said and "Benjamini and Hochberg, over 45 pairs x 4" in said
    assert "Results: results/search-small (trials.csv, front.csv, front.png, front/*.yaml)" in said
    trials = pd.read_csv("results/search-small/trials.csv", encoding="utf-8-sig")
    assert len(trials) == 10 and trials.loc[0, [RETAINER, SHARE]].tolist() == [0.4, 0.1]
    assert imread("results/search-small/front.png").shape[0] > 500
    assert Path("results/search-small/front.txt").read_text(encoding="utf-8").startswith(said[:40])
    assert "retainer" in Path("results/search-small/front/01.yaml").read_text(encoding="utf-8")
    listed = typed("results", "list").stdout
    assert "search-small" in listed and "finished" in listed


def test_values_are_the_members_against_the_same_with_nobody_in_it(typed: Typed, small: Path) -> None:
    """By hand: the runs of the second point, and those of the baseline, with the same seeds."""
    words = (
        "cooperative",
        "search",
        "small.yaml",
        *LEVERS,
        *TINY[2:],
        "--trials",
        "2",
        "--seed",
        "3",
        "--workers",
        "1",
    )
    assert typed(*words, "--objectives", "spend,voids").returncode == 0
    row = pd.read_csv("results/search-small/trials.csv", encoding="utf-8-sig").iloc[1]
    own = load_scenario(small).scenario
    arms = with_members(own, "joint", []), with_values(own, {key: float(row[key]) for key in (RETAINER, SHARE)})
    found = []
    for number in range(4):
        sums = [run(arm, 3_000_000 + number).tables["sums"].assign(scenario="", replicate=0) for arm in arms]
        base, other = (groups.outcomes_of(one, {"": MEMBERS}).set_index("outcome")["value"] for one in sums)
        found.append((other - base)[["spend_gbp", "void_rate"]].to_numpy())
    assert np.mean(found, axis=0) == pytest.approx(row[["spend_gbp", "void_rate"]].to_numpy(dtype="float64"))


def typed_small(typed: Typed, *words: str) -> str:
    """What a search with two aims prints: nine points of the small town, or as many as these words say."""
    usual = (*LEVERS, "--replicates", "4", "--check-replicates", "4", "--objectives", "spend,distance")
    done = typed("cooperative", "search", "small.yaml", *usual, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_search_that_was_stopped_gives_the_same_bytes(typed: Typed) -> None:
    """After its first generation, or where runs of the second are missing."""
    typed_small(typed, "--trials", "9", "--workers", "1", "--out", "one")
    whole = left("one")
    assert {"trials.csv", "front.csv", "front.png", "01.yaml"} <= set(whole)
    typed_small(typed, "--trials", "8", "--workers", "1", "--out", "two")
    assert left("two")["trials.csv"] != whole["trials.csv"]
    said = typed_small(typed, "--trials", "9", "--workers", "1", "--out", "two")
    assert left("two") == whole and "of them made now" in said
    for number in (1, 2):
        Path(f"two/generation-02/runs/{number:07d}.parquet").unlink()
    said = typed_small(typed, "--trials", "9", "--workers", "1", "--out", "two")
    assert left("two") == whole and " 2 of them made now" in said


@pytest.mark.slow
def test_any_number_of_workers_gives_the_same_bytes(typed: Typed) -> None:
    for workers in ("1", "2"):
        typed_small(typed, "--trials", "12", "--workers", workers, "--out", workers)
    assert left("1") == left("2")


def test_levers_of_a_file_without_its_uncertainties_and_for_england(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(FACTORS, encoding="utf-8")
    words = ("--levers", "mine.yaml", "--for", "England", "--baseline", "town", "--weeks", "2")
    done = typed("cooperative", "search", "town", *words, "--levers", "at_start.framework=0.4:0.5", "--dry-run")
    assert done.returncode == 2 and "retainer" in done.stderr, "nobody uses it"
    (tmp_path / "mine.yaml").write_text(FACTORS.replace("retainer", "members.share"), encoding="utf-8")
    done = typed("cooperative", "search", "small.yaml", "--levers", "mine.yaml", "--for", "England", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "demand.level: what nobody knows, not levers; left as the scenario has it" in done.stderr
    assert "392 runs: 48 points and the baseline x 8 replicates" in done.stdout and "s a run" in done.stdout
    assert "Nothing was written." in done.stdout and not Path("results").exists()


MISTAKES = {
    "no range": (["--levers", "retainer"], "--levers: 'retainer' has no range and is no file; write KEY=LOW:HIGH"),
    "one value": (
        ["--levers", "retainer=0.3"],
        "soft_block.retainer has one value, 0.3, so there is nothing to search",
    ),
    "backwards": (["--levers", "retainer=0.8:0.2"], "--levers: retainer low: must be below high, got 0.8 and 0.2"),
    "three ends": (["--levers", "retainer=0:1:2"], "--levers: retainer expected two numbers, LOW:HIGH, got '0:1:2'"),
    "words for ends": (["--levers", "retainer=low:high"], "--levers: retainer low: expected a number"),
    "twice": (["--levers", "retainer=0:1", "--levers", "soft_block.retainer=0:1"], "retainer is given twice"),
    "unknown": (["--levers", "retaner=0:1"], "small has no value 'retaner'; did you mean 'retainer'?"),
    "unknown, in full": (
        ["--levers", "purchasing.arrangements.joint.bypas.urgent=0:1"],
        "no scenario has a value 'bypas'",
    ),
    "several": (["--levers", "urgent=0:1", "--levers", "radius_miles=1:20"], "'radius_miles' may be purchasing"),
    "no effect": (["--levers", "soft_block.ended_by_provider=0:1"], "has no effect in these scenarios"),
    "a world": (["--levers", "world.homes=10:20"], "world.homes: world is what all points have in common"),
    "out of bounds": (["--levers", "retainer=0:2"], "retainer: expected a number from 0 to 1 (share); got 2"),
    "no word of it": (["--levers", "cost_sharing=equal,by_age"], "by_age"),
    "a section": (["--levers", "purchasing.arrangements.joint.bypass=0:1"], "is not a single value"),
    "no whole number": (["--levers", "places_per_home=1.2:1.8"], "a whole number in it"),
    "objective": ([*LEVERS, "--objectives", "spend,vois"], "unknown objective 'vois'; allowed: spend, out_of_area"),
    "one objective": ([*LEVERS, "--objectives", "spend"], "--objectives: expected at least two objectives, got 1"),
    "objective twice": ([*LEVERS, "--objectives", "spend,spend"], "--objectives: spend is named twice"),
    "nobody": ([*LEVERS, "--for", "Autority 1"], "--for unknown authority 'Autority 1'"),
    "cooperative": (
        [*LEVERS, "--cooperative", "jont"],
        "unknown cooperative 'jont'; allowed: joint; did you mean",
    ),
    "against": ([*LEVERS, "--baseline", "twon"], "did you mean 'town'?"),
    "another world": ([*LEVERS, "--baseline", "spot"], "has other authorities than the baseline spot.yaml"),
    "few replicates": ([*LEVERS, "--replicates", "3"], "--replicates: a front takes at least 4 replicates, got 3"),
    "few fresh ones": ([*LEVERS, "--check-replicates", "3"], "--check-replicates: a front takes at least 4"),
    "few trials": ([*LEVERS, "--trials", "1"], "--trials"),
    "no levers": ([], "Missing option '--levers'"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_one_line_and_leave_nothing(typed: Typed, mistake: str) -> None:
    words, said = MISTAKES[mistake]
    done = typed("cooperative", "search", "small.yaml", *words)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and said in done.stderr, done.stderr
    assert not Path("results").exists() and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scenarios: [town]\n", "factors: missing"),
        ("factors: {retainer: {low: 1}}\n", "mine.yaml:1:11 factors.retainer.high: missing; a range needs low, high"),
        ("factors: {retainer: {distribution: normal, mean: 0.4, sd: 0.1}}\n", "has no range; it needs low: and high:"),
        ("factors: {demand.level: {low: 1, high: 2, role: uncertainty}}\n", "demand.level is what nobody knows"),
    ],
)
def test_mistakes_in_a_file_of_levers(typed: Typed, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    done = typed("cooperative", "search", "small.yaml", "--levers", "mine.yaml")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and said in done.stderr, done.stderr


def test_a_scenario_with_several_cooperatives_wants_one_named(typed: Typed, small: Path) -> None:
    second = "    joint:\n      rule: cooperative\n      members: {authorities: [Authority 4]}\n      order: [spot]\n"
    more = SCENARIO.replace("    joint:\n", second.replace("joint", "other") + "    joint:\n")
    small.write_text(more.replace("order: [joint,", "order: [joint, other,"), encoding="utf-8")
    done = typed("cooperative", "search", "small.yaml", *LEVERS)
    assert done.returncode == 2 and "several cooperatives" in done.stderr and "--cooperative" in done.stderr
    assert typed("cooperative", "search", "small.yaml", *LEVERS, "--cooperative", "joint", "--dry-run").returncode == 0
