"""Calibrating the real model: known values come back, and a calibration can be stopped, gone on with and repeated."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import marketsim.results.manifest
import marketsim.trust.calibration.runs
from marketsim import load_scenario, run
from marketsim.results.result import Result
from marketsim.results.store import StoreError
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import LoadedScenario
from marketsim.scenario.overlay import with_values
from marketsim.trust.calibration.calibrate import calibrate
from marketsim.trust.calibration.found import Calibration
from marketsim.trust.calibration.inputs import Inputs
from marketsim.trust.calibration.space import Parameter, Settings, Space, Vector
from marketsim.trust.published import Target

WEEKS = 20


def town(size: int) -> LoadedScenario:
    """A town with so many times 80 homes."""
    numbers = {"world.homes": 80, "world.children_at_start": 190, "demand.new_needs_per_year": 130}
    # So that fees say how much pressure there is, and nothing else.
    nobody = "{standard: 0.0, complex: 0.0, severe: 0.0}"
    plainly = [f"need.{care}={nobody}" for care in ("one_to_one", "two_to_one", "solo")]
    plainly += ["providers.scarcity_power=1.0", "providers.occupancy_pass_through=0.0"]
    return load_scenario("town", [*plainly, *(f"{key}={size * number}" for key, number in numbers.items())])


LOADED = town(1)
SPACE = Space(
    (Parameter("providers.blocked_share", 0.0, 0.4), Parameter("providers.pressure_half", 0.1, 5.0, log=True))
)
TRUTH: Vector = {"providers.blocked_share": 0.12, "providers.pressure_half": 0.6}
MEASURES = ("open_void_rate", "weekly_fee_mean_gbp")
TABLES = ("plausible.csv", "waves.csv", "parameters.csv", "targets.csv", "runs.parquet")


def outcomes_of(result: Result) -> dict[str, float]:
    """The measures that this market is calibrated with."""
    england = result.outcomes[result.outcomes["region"] == "England"]
    given = dict(zip(england["outcome"], england["value"], strict=True))
    return {measure: given[measure] for measure in MEASURES}


def data_of(
    vector: Vector, weeks: int = WEEKS, tolerance: float = 0.03, loaded: LoadedScenario = LOADED
) -> tuple[Target, ...]:
    """What the model gives under a vector, with luck that no run of the calibration has, as targets."""
    given = outcomes_of(run(with_values(loaded.scenario, vector), seed=77, weeks=weeks))
    return tuple(Target(measure, value, tolerance) for measure, value in given.items())


def plan(truth: Vector = TRUTH, settings: Settings | None = None, weeks: int = WEEKS, size: int = 1) -> Inputs:
    loaded = town(size)
    targets = data_of(truth, weeks, loaded=loaded)
    return Inputs(loaded, SPACE, targets, settings or Settings(14, waves=2, keep=10), (), weeks)


# Recovery


@pytest.fixture(scope="module")
def recovered(tmp_path_factory: pytest.TempPathFactory) -> Calibration:
    """The market calibrated against data that it made itself with known values."""
    return calibrate(plan(), tmp_path_factory.mktemp("recovered") / "new", outcomes_of, workers=1)


def test_known_values_come_back(recovered: Calibration) -> None:
    for row in recovered.parameters.to_dict("records"):
        assert row["low"] < row["plausible_low"] <= TRUTH[row["key"]] <= row["plausible_high"] < row["high"]
    assert recovered.waves["space_left_share"].iloc[-1] < 0.3 and recovered.confirmed


def test_wrong_values_are_ruled_out(recovered: Calibration) -> None:
    kept = recovered.plausible
    assert not (kept["providers.blocked_share"] > 0.3).any() and not (kept["providers.pressure_half"] > 2.5).any()
    assert len(kept) == 10 and kept["vector"].tolist() == list(range(1, 11))


@pytest.mark.slow
def test_data_made_elsewhere_rule_the_known_values_out(tmp_path: Path) -> None:
    elsewhere = {"providers.blocked_share": 0.32, "providers.pressure_half": 3.0}
    found = calibrate(plan(elsewhere), tmp_path / "new", outcomes_of, workers=1).plausible
    assert (found["providers.blocked_share"] > TRUTH["providers.blocked_share"]).all()
    assert found["providers.blocked_share"].max() >= 0.3


@pytest.mark.slow
def test_longer_runs_of_a_larger_town_settle_known_values_further(tmp_path: Path, recovered: Calibration) -> None:
    """Six times as large: in a year of the small one, where homes open and close, luck outweighs what is learnt."""
    longer = plan(TRUTH, Settings(25, waves=3, keep=30), weeks=52, size=6)
    found = calibrate(longer, tmp_path / "new", outcomes_of, workers=2)
    for row in found.parameters.to_dict("records"):
        assert row["plausible_low"] <= TRUTH[row["key"]] <= row["plausible_high"]
    left = found.waves["space_left_share"].iloc[-1]
    assert left < 0.2 and left < recovered.waves["space_left_share"].iloc[-1]
    assert found.parameters["left_share"].sum() < 1.2


# What is left behind


def test_the_folder_holds_all_runs_and_what_was_concluded(recovered: Calibration) -> None:
    folder = recovered.folder
    runs = pd.read_parquet(folder / "runs.parquet")
    columns = ["run", "wave", "seed", "plausible", "error", *SPACE.keys, *MEASURES]
    assert list(runs) == columns and runs["run"].tolist() == list(range(1, len(runs) + 1))
    assert runs["seed"].tolist() == [1_000_000 + number for number in runs["run"]]
    assert runs["plausible"].sum() == 10 and len(list((folder / "runs").iterdir())) == len(runs)
    waves = pd.read_csv(folder / "waves.csv")
    assert waves["runs_in_all"].tolist() == [14, 28] and waves["wave"].tolist() == [1, 2]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["status"], manifest["runs"], manifest["vectors"]) == ("finished", len(runs), 10)
    assert [one["key"] for one in manifest["calibration"]["ranges"]] == SPACE.keys


def test_plausible_vectors_are_those_that_were_run(recovered: Calibration) -> None:
    text = (recovered.folder / "plausible.csv").read_text(encoding="utf-8")
    assert text.startswith("vector,providers.blocked_share,providers.pressure_half\n1,")
    kept = pd.read_csv(recovered.folder / "plausible.csv")
    runs = recovered.runs[recovered.runs["plausible"]]
    assert (kept[SPACE.keys].to_numpy() == runs[SPACE.keys].to_numpy()).all()
    first = runs.iloc[0]
    vector = {key: float(first[key]) for key in SPACE.keys}
    again = outcomes_of(run(with_values(LOADED.scenario, vector), int(first["seed"]), WEEKS))
    assert again == {measure: first[measure] for measure in MEASURES}


def test_targets_are_reported_with_what_came_of_them(recovered: Calibration) -> None:
    targets = recovered.targets.set_index("measure")
    assert targets["use"].tolist() == ["fitted", "fitted"]
    allowed = targets["tolerance"] * targets["published"]
    assert (targets["plausible_low"] <= targets["published"] + allowed).all()
    assert (targets["published"] - allowed <= targets["plausible_high"]).all()
    assert targets["emulator_skill"].between(0.5, 1).all() and (targets["luck_sd"] > 0).all()


# Stopping and going on

QUICK = Settings(6, waves=2, keep=4)
TINY = load_scenario("town", ["world.homes=30", "world.children_at_start=50"])


def quick(out: Path, workers: int = 1, settings: Settings = QUICK) -> Calibration:
    """A calibration of a few runs of two weeks."""
    return calibrate(quick_plan(settings), out, outcomes_of, workers)


def quick_plan(settings: Settings = QUICK) -> Inputs:
    aims = (Target("open_void_rate", 0.3, 0.1), Target("weekly_fee_mean_gbp", 5_500.0, 0.1))
    return Inputs(TINY, SPACE, aims, settings, (), weeks=2)


def tables(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in TABLES}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("uninterrupted") / "new"
    quick(folder)
    return tables(folder)


def stops_at(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Press Ctrl-C in the middle of a run."""
    calls = itertools.count(1)

    def interrupted(*arguments: object) -> Result:
        if next(calls) == number:
            raise KeyboardInterrupt
        return run(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(marketsim.trust.calibration.runs, "run", interrupted)


@pytest.mark.parametrize("at", [4, 9])
def test_going_on_gives_what_an_uninterrupted_one_gives(
    at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uninterrupted: dict[str, bytes]
) -> None:
    folder = tmp_path / "new"
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        stops_at(patch, at)
        quick(folder)
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["status"] == "stopped"
    assert len(list((folder / "runs").iterdir())) == at - 1
    gone_on = quick(folder)
    assert gone_on.runs_made == len(gone_on.runs) - (at - 1)
    assert tables(folder) == uninterrupted


def test_a_finished_one_runs_nothing_again(tmp_path: Path, uninterrupted: dict[str, bytes]) -> None:
    quick(tmp_path / "new")
    assert quick(tmp_path / "new").runs_made == 0 and tables(tmp_path / "new") == uninterrupted


def test_two_workers_give_what_one_gives(tmp_path: Path) -> None:
    one_wave = Settings(6, waves=1, keep=1)
    quick(tmp_path / "one", 1, one_wave)
    quick(tmp_path / "two", 2, one_wave)
    assert tables(tmp_path / "one") == tables(tmp_path / "two")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_a_killed_one_goes_on(tmp_path: Path, uninterrupted: dict[str, bytes]) -> None:
    program = "from pathlib import Path\nfrom test_calibrate import quick\nquick(Path('new'), workers=2)"
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    process = subprocess.Popen([sys.executable, "-c", f"if __name__ == '__main__':\n  exec({program!r})"],
                               cwd=tmp_path, env=environment, start_new_session=True)  # fmt: skip
    while not list(tmp_path.glob("new/runs/run-*.json")):
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    made = len(list(tmp_path.glob("new/runs/run-*.json")))
    assert quick(tmp_path / "new").runs_made <= 16 - made
    assert tables(tmp_path / "new") == uninterrupted


# Refusals


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: replace(one, settings=replace(one.settings, seed=2)), "other settings (seed 1, not 2)"),
        (lambda one: replace(one, weeks=3), "another weeks"),
        (lambda one: replace(one, targets=one.targets[:1]), "another targets"),
        (lambda one: replace(one, space=Space(SPACE.parameters[:1])), "another ranges"),
        (lambda one: replace(one, loaded=load_scenario("town")), "another scenario"),
    ],
)
def test_another_calibration_is_refused(
    change: Callable[[Inputs], Inputs], said: str, tmp_path: Path, calibrated_folder: Path
) -> None:
    before = {path: path.read_bytes() for path in calibrated_folder.rglob("*") if path.is_file()}
    with pytest.raises(StoreError) as refused:
        calibrate(change(quick_plan()), calibrated_folder, outcomes_of, 1)
    assert said in str(refused.value) and "nothing was changed" in str(refused.value)
    assert {path: path.read_bytes() for path in calibrated_folder.rglob("*") if path.is_file()} == before


@pytest.fixture(scope="module")
def calibrated_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("calibrated") / "new"
    quick(folder)
    return folder


def test_runs_of_another_program_are_not_mixed_in(calibrated_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marketsim.results.manifest, "program_digest", lambda _: "another")
    with pytest.raises(StoreError, match="another version of marketsim"):
        quick(calibrated_folder)


@pytest.mark.parametrize("content", [None, "{", "[]", '{"calibration": 3}', '{"calibration": {}}', "{}"])
def test_any_other_folder_is_refused(content: str | None, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    if content is not None:
        (tmp_path / "mine" / "manifest.json").write_text(content)
    with pytest.raises(StoreError, match="mine exists already"):
        quick(tmp_path / "mine")
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", *["manifest.json"] * (content is not None)]


def test_a_run_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    quick(tmp_path / "new")
    (tmp_path / "new" / "runs" / "run-00003.json").write_text('{"run": 3')
    with pytest.raises(StoreError, match=r"run-00003.json can't be read; delete it"):
        quick(tmp_path / "new")


def test_infeasible_runs_are_recorded_and_if_all_are_there_is_one_line(tmp_path: Path) -> None:
    crowded = load_scenario(
        "town", ["world.homes=80", "world.children_at_start=310", "providers.acceptance_most_need=0"]
    )
    assert crowded.scenario.world.children_at_start == 310
    with pytest.raises(ScenarioError, match=r"6 of 6 runs failed, .*children_at_start"):
        calibrate(replace(quick_plan(), loaded=crowded), tmp_path / "new", outcomes_of, 1)
    assert not (tmp_path / "new").exists()


def test_too_few_runs_a_wave_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 6 runs"):
        quick(tmp_path / "new", settings=Settings(5))
    assert not (tmp_path / "new").exists()


def test_the_plausible_set_of_the_package_plays_no_part(tmp_path: Path) -> None:
    drawn = load_scenario("town", ["uncertainty=plausible", "world.homes=30", "world.children_at_start=50"])
    settings = Settings(6, waves=1, keep=1)
    mine, theirs = (
        quick(tmp_path / "one", 1, settings),
        calibrate(replace(quick_plan(settings), loaded=drawn), tmp_path / "two", outcomes_of, 1),
    )
    np.testing.assert_array_equal(mine.runs[list(MEASURES)], theirs.runs[list(MEASURES)])
