"""Experiment files: what they may say, and the one line that each mistake is answered with."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from marketsim import ScenarioError, load_scenario
from marketsim.experiments.definition import Factor
from marketsim.experiments.experiment_file import load_definition
from marketsim.experiments.plan import plan_of
from marketsim.scenario.overlay import with_values

SHIPPED = sorted((Path(__file__).parents[2] / "experiments").glob("*.yaml"))
TOWN = "scenarios: [town]\n"
DRAWN = "design: latin_hypercube\nsamples: 8\n"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_experiments_are_valid_and_ask_a_question(path: Path) -> None:
    definition = load_definition(path)
    assert definition.name == path.stem and definition.question.endswith("?")
    assert len(plan_of(definition).design) >= 100


def test_the_five_that_were_asked_for_ship() -> None:
    names = {"soft_block_retainer", "cooperative_size", "uplift_formula", "demand_growth", "rcc_uncertainty"}
    assert names <= {path.stem for path in SHIPPED}


MISTAKES = {
    "unknown key": (
        TOWN + "factors: {demand.levle: {values: [1.0]}}",
        ["x.yaml:2:11", "'levle'", "allowed:", "did you mean 'level'?"],
    ),
    "unknown arrangement": (
        TOWN + "factors: {purchasing.arrangements.framwork.uplift: {values: [none]}}",
        ["x.yaml:2:11", "did you mean 'framework'?"],
    ),
    "own data": (
        TOWN + "factors: {world.data: {values: [ours, theirs]}}",
        ["x.yaml:2:11", "can't be varied: other data are other children"],
    ),
    "a whole section": (TOWN + "factors: {demand: {values: [1]}}", ["x.yaml:2:11", "not a single value"]),
    "zero samples": (
        TOWN + "factors: {demand.level: {low: 1, high: 2}}\ndesign: sobol\nsamples: 0",
        ["x.yaml:4:10", "from 1 to 1,000,000", "got 0"],
    ),
    "no samples": (TOWN + "factors: {demand.level: {low: 1, high: 2}}\ndesign: sobol", ["x.yaml:1:1", "samples: miss"]),
    "a grid of a thousand million points": (
        TOWN
        + "factors:\n  demand.level: {low: 0.5, high: 2, steps: 1000}\n"
        + "  stays.growth_tilt_per_year: {low: 0.0, high: 0.2, steps: 1000}\n"
        + "  demand.breakdown_share: {low: 0.1, high: 0.2, steps: 1000}",
        ["x.yaml:2:1", "1,000,000,000 points", "at most 1,000,000"],
    ),
    "contradictory bounds": (TOWN + DRAWN + "factors: {demand.level: {low: 2, high: 1}}", ["below high, got 2 and 1"]),
    "a value out of bounds": (
        TOWN + "factors: {demand.breakdown_share: {values: [0.5, 2]}}",
        ["x.yaml:2:11", "from 0 to 1 (share)", "the design has 2.0"],
    ),
    "a tail out of bounds": (
        TOWN + DRAWN + "factors: {demand.level: {distribution: normal, mean: 0.1, sd: 1}}",
        ["from 0 to 100 (ratio)", "the design has -"],
    ),
    "a range between whole numbers": (
        TOWN + "factors: {world.homes: {low: 12.2, high: 12.8}}\ndesign: sobol\nsamples: 4",
        ["factors.world.homes: expected a range with a whole number in it, got 12.2 to 12.8"],
    ),
    "a part for whole numbers": (
        TOWN + "factors: {world.homes: {values: [48.5]}}",
        ["x.yaml:2:11", "a whole number", "48.5"],
    ),
    "a word that is none": (
        TOWN + "factors: {purchasing.arrangements.framework.uplift: {values: [none, cpii]}}",
        ["'share_of_cpi'", "the design has 'cpii'"],
    ),
    "values wrong only together": (
        TOWN + "factors: {need.share_standard: {values: [0.4, 0.7]}, need.share_severe: {values: [0.2, 0.35]}}",
        ["x.yaml:2:1", "together exceed 1", "need.share_standard, need.share_severe", "got 0.7, 0.35"],
    ),
    "a mixed list": (TOWN + "factors: {demand.level: {values: [1, one]}}", ["values of one kind"]),
    "a value twice": (TOWN + "factors: {demand.level: {values: [1.0, 1.0]}}", ["listed twice"]),
    "no form": (TOWN + "factors: {demand.level: {role: lever}}", ["x.yaml:2:11", "values: [...]"]),
    "half a form": (TOWN + DRAWN + "factors: {demand.level: {low: 1}}", ["high: missing", "a range needs low, high"]),
    "two forms": (TOWN + "factors: {demand.level: {values: [1], low: 1}}", ["does not go with a list of values"]),
    "a range in a grid": (TOWN + "factors: {demand.level: {low: 1, high: 2}}", ["x.yaml:2:11", "a grid needs"]),
    "samples of a grid": (TOWN + "samples: 4", ["x.yaml:2:10", "does not go with a grid"]),
    "an unknown entry": (TOWN + "replicate: 3", ["x.yaml:2:1", "unknown key", "did you mean 'replicates'?"]),
    "an unknown outcome": (TOWN + "outcomes: [void_rat]", ["x.yaml:2:12", "did you mean 'void_rate'?"]),
    "an unknown scenario": ("scenarios: [town, twon]", ["x.yaml:1:19", "did you mean 'town'?"]),
    "another world": ("scenarios: [town, spot]", ["other authorities than the baseline town.yaml"]),
    "no scenario": ("scenarios: []", ["x.yaml:1:1", "1 to 100"]),
    "not a mapping": ("- town", ["x.yaml:1:1", "expected a mapping"]),
    "what vectors are for": (TOWN + "factors: {uncertainty: {values: [none]}}", ["no scenario has a value"]),
    "a folder for a name": (TOWN + "name: ../up", ["x.yaml:2:7", "got '../up'"]),
}


@pytest.mark.parametrize(("text", "words"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_line_exit_code_2_and_nothing_written(
    text: str, words: list[str], tmp_path: Path, typed: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    done = typed("sweep", "x.yaml")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["x.yaml"]


OPTIONS = {
    "a file that isn't there": (["y.yaml"], ["y.yaml is neither a file nor the name", "did you mean 'x.yaml'?"]),
    "a name that isn't there": (["cooperative_sise"], ["neither a file nor", "did you mean 'cooperative_size'?"]),
    "zero samples": (["x.yaml", "--samples", "0"], ["--samples", "1"]),
    "a shard that is none": (["x.yaml", "--shard", "3/2"], ["--shard", "such as 1/20"]),
    "a shard in words": (["x.yaml", "--shard", "one"], ["--shard", "such as 1/20"]),
    "an address that is none": (["x.yaml", "--dask", "here"], ["--dask", "tcp://127.0.0.1:8786"]),
}


@pytest.mark.parametrize(("words", "said"), OPTIONS.values(), ids=OPTIONS)
def test_wrong_options(
    words: list[str], said: list[str], tmp_path: Path, typed: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    (tmp_path / "x.yaml").write_text(TOWN, encoding="utf-8")
    done = typed("sweep", *words)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert all(word in done.stderr for word in said), done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["x.yaml"]


def test_values_that_are_allowed_only_together_are_taken(tmp_path: Path) -> None:
    """Nine in ten of standard need leave no room for the fourth that is of severe need unless that changes too."""
    factors = "factors: {need.share_standard: {values: [0.9]}, need.share_severe: {values: [0.05]}}"
    for text in (factors, "factors: {need.share_severe: {values: [0.05]}, need.share_standard: {values: [0.9]}}"):
        (tmp_path / "x.yaml").write_text(TOWN + text, encoding="utf-8")
        assert len(plan_of(load_definition(tmp_path / "x.yaml")).design) == 1
    with pytest.raises(ScenarioError, match="together exceed 1"):
        with_values(load_scenario("town").scenario, {"need.share_standard": 0.9})


def test_entries_can_be_replaced_and_are_checked_as_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(TOWN + "weeks: 9", encoding="utf-8")
    assert load_definition(path, {"weeks": 4, "replicates": 3}).weeks == 4
    with pytest.raises(ScenarioError, match="--samples"):
        load_definition(path, {"samples": 4})


def test_a_scenario_beside_the_file_comes_first(tmp_path: Path) -> None:
    (tmp_path / "town.yaml").write_text("extends: spot.yaml\nname: mine", encoding="utf-8")
    (tmp_path / "x.yaml").write_text("scenarios: [town.yaml]", encoding="utf-8")
    assert set(plan_of(load_definition(tmp_path / "x.yaml")).design["scenario"]) == {"mine"}


@pytest.mark.parametrize(
    ("fields", "middle", "ends"),
    [
        ({"low": 2.0, "high": 6.0}, 4.0, (2.0, 6.0)),
        ({"distribution": "uniform", "low": 2.0, "high": 6.0}, 4.0, (2.0, 6.0)),
        ({"distribution": "triangular", "low": 0.0, "mode": 2.0, "high": 4.0}, 2.0, (0.0, 4.0)),
        ({"distribution": "normal", "mean": 3.0, "sd": 1.0, "low": 1.0, "high": 5.0}, 3.0, (1.0, 5.0)),
        ({"distribution": "lognormal", "median": 10.0, "sigma": 0.5, "low": 1.0, "high": 100.0}, 10.0, (1.0, 100.0)),
    ],
)
def test_distributions(fields: dict[str, object], middle: float, ends: tuple[float, float]) -> None:
    low, half, high = Factor.model_validate(fields).at(np.array([0.0, 0.5, 1.0]), whole=False)
    assert half == pytest.approx(middle) and (low, high) == pytest.approx(ends)


def test_a_normal_distribution_has_its_moments() -> None:
    places = (np.arange(10_000) + 0.5) / 10_000
    values = np.array(Factor(distribution="normal", mean=3.0, sd=2.0).at(places, whole=False))
    assert values.mean() == pytest.approx(3.0, abs=1e-3) and values.std() == pytest.approx(2.0, abs=1e-2)


def test_whole_numbers_are_equally_likely_and_steps_are_whole() -> None:
    places = (np.arange(30) + 0.5) / 30
    drawn = Factor(low=1, high=3).at(places, whole=True)
    assert [drawn.count(number) for number in (1, 2, 3)] == [10, 10, 10]
    assert Factor(low=1, high=10, steps=4).levels(whole=True) == [1, 4, 7, 10]
    assert Factor(values=["a", "b"]).at(np.array([0.0, 0.49, 0.5, 1.0]), whole=False) == ["a", "a", "b", "b"]
