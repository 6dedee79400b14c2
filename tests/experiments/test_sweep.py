"""A sweep leaves every run or says why not, and the same bytes whoever made it."""

from __future__ import annotations

import errno
import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sweeping import SCENARIO, results, small_definition

import marketsim.experiments.sweep
import marketsim.results.manifest
import marketsim.results.store
from marketsim import Result, run
from marketsim.experiments.sweep import SweepResult, make_run, sweep
from marketsim.experiments.sweep_folder import open_set
from marketsim.results import store
from marketsim.results.store import StoreError
from marketsim.scenario.overlay import with_values

RUNS = 6
Typed = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    done = sweep(small_definition(folder), folder / "set", workers=1)
    assert done == SweepResult(folder / "set", RUNS, RUNS, 0, [], True)
    return results(folder / "set")


def small(folder: Path, **options: Any) -> SweepResult:
    return sweep(small_definition(folder), folder / "set", **{"workers": 1, **options})


# What is in the folder


def test_the_set_holds_what_single_runs_give(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    small(tmp_path, on_progress=lambda done, total: told.append((done, total)))
    found = open_set(tmp_path / "set")
    assert told == [(done, RUNS) for done in range(RUNS + 1)]
    assert found.failures == [] and found.manifest["status"] == "finished"
    outcomes = found.outcomes
    assert outcomes.columns.tolist() == ["run", "outcome", "region", "value"]
    assert outcomes["run"].is_monotonic_increasing and set(outcomes["outcome"]) == {"void_rate", "weekly_fee_mean_gbp"}
    row = found.design.iloc[5]
    scenario = with_values(marketsim.load_scenario(tmp_path / "tiny.yaml").scenario, {"demand.level": 2.0})
    alone = run(scenario, int(row["seed"])).outcomes
    for name in ("void_rate", "weekly_fee_mean_gbp"):
        mine = outcomes[(outcomes["run"] == 5) & (outcomes["outcome"] == name)].set_index("region")["value"]
        pd.testing.assert_series_equal(mine, alone[alone["outcome"] == name].set_index("region")["value"])
    assert row["demand.level"] == 2.0 and row["point"] == 2 and row["replicate"] == 1


def test_the_manifest_traces_everything(tmp_path: Path) -> None:
    small(tmp_path)
    manifest = open_set(tmp_path / "set").manifest
    scenario = manifest["scenarios"]["tiny"]
    loaded = marketsim.load_scenario(tmp_path / "tiny.yaml")
    assert scenario["sha256"] == loaded.digest and scenario["values"] == loaded.values
    assert manifest["definition"]["factors"]["demand.level"]["values"] == [0.5, 1.0, 2.0]
    assert {"seed", "marketsim", "packages", "started", "finished", "git_commit", "evidence"} <= set(
        manifest
    )
    assert str(tmp_path) not in json.dumps(manifest)


def test_two_processes_give_the_same_bytes(tmp_path: Path, uninterrupted: dict[str, bytes]) -> None:
    small(tmp_path, workers=2)
    assert results(tmp_path / "set") == uninterrupted


def test_shards_fill_one_folder(tmp_path: Path, uninterrupted: dict[str, bytes]) -> None:
    done = [small(tmp_path, shard=(number, 4)) for number in (3, 1, 4, 2)]
    assert [one.made for one in done] == [1, 2, 1, 2] and [one.complete for one in done] == [False, False, False, True]
    assert results(tmp_path / "set") == uninterrupted
    assert open_set(tmp_path / "set").manifest["status"] == "finished"


# Going on, and refusing to


def test_only_what_is_missing_is_made(tmp_path: Path, uninterrupted: dict[str, bytes]) -> None:
    small(tmp_path)
    before = (tmp_path / "set" / "manifest.json").read_bytes()
    assert small(tmp_path).made == 0 and (tmp_path / "set" / "manifest.json").read_bytes() == before
    (tmp_path / "set" / "runs" / "0000003.parquet").unlink()
    (tmp_path / "set" / "runs" / ".0000003.parquet.77.part").write_bytes(b"half")
    again = small(tmp_path)
    assert (again.made, again.found, again.complete) == (1, RUNS - 1, True)
    assert results(tmp_path / "set") == uninterrupted


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seed": 2}, "other settings (seed 1, not 2)"),
        ({"weeks": 3}, "other settings (weeks None, not 3)"),
        ({"factors": {"demand.level": {"values": [0.5, 1.0, 3.0]}}}, "another choice of factors"),
    ],
)
def test_another_sweep_is_refused(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    small(tmp_path)
    before = results(tmp_path / "set")
    with pytest.raises(StoreError) as refused:
        sweep(small_definition(tmp_path, **changes), tmp_path / "set", workers=1)
    assert said in str(refused.value) and "nothing was changed" in str(refused.value)
    assert results(tmp_path / "set") == before


def test_another_scenario_is_refused(tmp_path: Path) -> None:
    small(tmp_path)
    (tmp_path / "tiny.yaml").write_text(SCENARIO.replace("homes: 12", "homes: 13"), encoding="utf-8")
    with pytest.raises(StoreError, match="holds a sweep with another scenario"):
        small(tmp_path)


def test_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(tmp_path)
    monkeypatch.setattr(marketsim.results.manifest, "program_digest", lambda: "another")
    with pytest.raises(StoreError, match="made by another version of marketsim"):
        small(tmp_path)


@pytest.mark.parametrize("content", [None, "{", "[]", '{"sweep": 3}', '{"calibration": {}}'])
def test_any_other_folder_is_refused(content: str | None, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    if content is not None:
        (tmp_path / "set" / "manifest.json").write_text(content)
    with pytest.raises(StoreError, match="set exists already"):
        small(tmp_path)
    with pytest.raises(StoreError, match="holds no"):
        open_set(tmp_path / "set")


def test_a_set_of_another_format_is_refused(tmp_path: Path) -> None:
    small(tmp_path)
    path = tmp_path / "set" / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"format": 1', '"format": 9'), encoding="utf-8")
    with pytest.raises(StoreError, match=r"in format 9, made by marketsim .* reads format 1"):
        open_set(tmp_path / "set")


def test_a_set_can_be_read_while_it_grows(tmp_path: Path) -> None:
    small(tmp_path, shard=(1, 2))
    found = open_set(tmp_path / "set")
    assert found.manifest["status"] == "running" and set(found.outcomes["run"]) == {0, 2, 4}
    small(tmp_path)
    assert set(found.outcomes["run"]) == set(range(RUNS))


def test_a_run_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    small(tmp_path)
    (tmp_path / "set" / "runs" / "0000002.parquet").write_bytes(b"no parquet")
    with pytest.raises(StoreError, match="can't be read") as refused:
        _ = open_set(tmp_path / "set").outcomes
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("left", [0, 1, 9, 400, -1])
def test_a_file_that_is_cut_short_is_made_again(tmp_path: Path, left: int, uninterrupted: dict[str, bytes]) -> None:
    """Cut to nothing, or to its first bytes: such a run isn't finished, and neither is such a design."""
    small(tmp_path)
    cut = [tmp_path / "set" / name for name in ("runs/0000001.parquet", "runs/0000005.parquet", "design.parquet")]
    for path in cut:
        path.write_bytes(path.read_bytes()[:left])
    assert Result.read(tmp_path / "set").done == 4
    done = small(tmp_path)
    assert (done.made, done.found, done.complete) == (2, 4, True)
    assert results(tmp_path / "set") == uninterrupted


def copied_from_another(path: Path) -> None:
    """A run under another's number."""
    path.write_bytes(path.with_name("0000002.parquet").read_bytes())


def damaged_inside(path: Path) -> None:
    """Both ends as they were, some bytes between them not."""
    held = bytearray(path.read_bytes())
    at = len(held) // 5
    held[at : at + 40] = bytes(byte ^ 0xFF for byte in held[at : at + 40])
    path.write_bytes(bytes(held))


def of_other_columns(path: Path) -> None:
    """A table, but not of outcomes."""
    store.write_parquet(path, pd.DataFrame({"run": [1], "value": [1.0]}))


@pytest.mark.parametrize("spoil", [copied_from_another, damaged_inside, of_other_columns])
def test_a_file_that_is_not_of_its_run_is_made_again(
    tmp_path: Path, spoil: Callable[[Path], None], uninterrupted: dict[str, bytes]
) -> None:
    small(tmp_path)
    spoil(tmp_path / "set" / "runs" / "0000001.parquet")
    with pytest.raises(StoreError, match=r"run 1 has no outcomes|run 2 is held twice|can.t be read"):
        _ = open_set(tmp_path / "set").outcomes
    done = small(tmp_path)
    assert (done.made, done.found, done.complete) == (1, 5, True)
    assert results(tmp_path / "set") == uninterrupted


def another_design(path: Path) -> None:
    """One column of the design is another's."""
    design = pd.read_parquet(path)
    store.write_parquet(path, design.assign(seed=design["seed"] + 1))


@pytest.mark.parametrize("spoil", [damaged_inside, another_design])
def test_a_design_that_is_not_of_its_sweep_is_told_and_written_again(
    tmp_path: Path, spoil: Callable[[Path], None], uninterrupted: dict[str, bytes], typed: Typed
) -> None:
    small(tmp_path)
    spoil(tmp_path / "set" / "design.parquet")
    for words in (("show", "set"), ("export", "set", "--csv")):
        done = typed("results", *words)
        assert (done.returncode, done.stdout) == (2, ""), done.stdout
        assert "design.parquet" in done.stderr and len(done.stderr.splitlines()) == 1
    assert small(tmp_path).made == 0
    assert results(tmp_path / "set") == uninterrupted


# Failures


def fails_at_two(scenario: Any, seed: int, **options: Any) -> Any:
    if scenario.demand.level == 2.0 and seed % 2:
        raise ZeroDivisionError("of all things")
    return run(scenario, seed, **options)


def test_what_a_run_raises_is_kept_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uninterrupted: dict[str, bytes]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(marketsim.experiments.sweep, "run", fails_at_two)
        done = small(tmp_path)
    assert (done.failed, done.complete, done.made) == ([5], False, RUNS)
    found = open_set(tmp_path / "set")
    assert found.manifest["status"] == "failed" and set(found.outcomes["run"]) == set(range(5))
    failure = found.failures[0]
    assert "ZeroDivisionError: of all things" in failure["traceback"] and "fails_at_two" in failure["traceback"]
    assert (failure["run"], failure["seed"], failure["tries"]) == (5, 1_000_001, 1)
    assert failure["settings"] == {"demand.level": 2.0}
    again = small(tmp_path)
    assert (again.made, again.failed, again.complete) == (1, [], True)
    assert results(tmp_path / "set") == uninterrupted


def test_the_exit_code_says_that_runs_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    small_definition(tmp_path)
    (tmp_path / "x.yaml").write_text("scenarios: [tiny.yaml]\nfactors: {demand.level: {values: [1.0, 2.0]}}\nseed: 1")
    monkeypatch.setattr(marketsim.experiments.sweep, "run", fails_at_two)
    done = typed("sweep", "x.yaml", "--replicates", "2", "--workers", "1")
    assert done.returncode == 1 and "1 runs failed (3)" in done.stderr and "(not complete)" in done.stdout
    assert "run 3 (point 1, replicate 1, tiny, seed 1000001) failed: ZeroDivisionError: of all things" in done.stderr
    assert len(done.stderr.splitlines()) == 5  # a line a run, and the last
    monkeypatch.setattr(marketsim.experiments.sweep, "run", run)
    again = typed("sweep", "x.yaml", "--replicates", "2", "--workers", "1", "--quiet")
    assert again.returncode == 0 and again.stderr == "" and "1 runs made, 3 found from before" in again.stdout


# Disks


class FullDisk:
    """A disk that has room for so many files: opening is fine, the bytes are what it doesn't take."""

    def __init__(self, room: int) -> None:
        self.room = room

    def fsync(self, descriptor: int) -> None:
        if self.room == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= 1


@pytest.mark.parametrize("room", [0, 1, 2, 5])
def test_a_full_disk_is_one_line_and_loses_nothing(
    room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uninterrupted: dict[str, bytes]
) -> None:
    small_definition(tmp_path)
    with monkeypatch.context() as patch, pytest.raises(StoreError, match="No space left on device") as refused:
        patch.setattr(marketsim.results.store.os, "fsync", FullDisk(room).fsync)
        small(tmp_path)
    assert "the same command goes on" in str(refused.value) and "\n" not in str(refused.value)
    assert not list(tmp_path.rglob("*.part")) and (tmp_path / "set").exists() == (room > 1)
    assert len(list(tmp_path.glob("set/runs/*"))) == max(room - 2, 0)
    assert small(tmp_path).complete and results(tmp_path / "set") == uninterrupted


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(StoreError, match=r"can't be written: (Not a directory|File exists)"):
        sweep(small_definition(tmp_path), tmp_path / "file" / "set", workers=1)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_read_only_folder_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(tmp_path, shard=(1, 2))
    before = results(tmp_path / "set")
    usual = Path.open

    def refuse(path: Path, mode: str = "r", *rest: Any, **options: Any) -> io.IOBase:
        if "w" in mode:
            raise OSError(errno.EROFS, "Read-only file system", str(path))
        return usual(path, mode, *rest, **options)  # type: ignore[return-value]

    with monkeypatch.context() as patch, pytest.raises(StoreError, match="can't be written: Read-only file system"):
        patch.setattr(Path, "open", refuse)
        small(tmp_path)
    assert results(tmp_path / "set") == before


# The command


def test_a_dry_run_says_what_it_would_take_and_writes_nothing(
    tmp_path: Path, typed: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    small_definition(tmp_path)
    (tmp_path / "x.yaml").write_text("scenarios: [tiny.yaml]\nfactors: {demand.level: {low: 0.5, high: 2, steps: 500}}")
    done = typed("sweep", "x.yaml", "--replicates", "2", "--workers", "2", "--dry-run")
    assert done.returncode == 0 and "1,000 runs: 500 points x 2 replicates x 1 scenario" in done.stdout
    assert "with 2 workers" in done.stdout and "4.1 MB on disk" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"tiny.yaml", "x.yaml"}


def test_a_run_takes_the_same_whatever_was_run_before(tmp_path: Path) -> None:
    """Tasks carry all that a run needs."""
    plan = marketsim.experiments.sweep.plan_of(small_definition(tmp_path))
    first, *_, last = marketsim.experiments.sweep.tasks_of(plan, list(range(RUNS)))
    alone = make_run(last).outcomes
    make_run(first)
    again = make_run(last).outcomes
    assert alone is not None and again is not None
    np.testing.assert_array_equal(alone["value"], again["value"])
