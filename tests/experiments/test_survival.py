"""Processes are killed, parents and workers: nothing is lost, nothing is half, and the end is the same bytes."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("signals of Unix", allow_module_level=True)

import killing
from sweeping import results, small_definition

import marketsim.experiments.sweep
from marketsim.experiments.sweep import SweepResult, sweep
from marketsim.experiments.sweep_folder import open_set

WRITES = {"open": 8, "sync": 9, "rename": 9}  # how often a whole sweep does each: design, manifest, runs, manifest


@pytest.fixture(scope="module")
def forks() -> Iterator[ForkServerContext]:
    """Makes processes in which all is imported and compiled."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["killing"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))
        patch.setenv("KILLING_WARM", "1")
        first = context.Process(target=int)
        first.start()
        first.join()
        yield context


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    sweep(small_definition(folder), folder / "set", workers=1)
    return results(folder / "set")


def finish(folder: Path) -> SweepResult:
    return sweep(small_definition(folder), folder / "set", workers=1)


def wait_for(condition: Callable[[], object], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.005)


# The parent


@pytest.mark.parametrize("points", [8, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_at_random_points_it_ends_with_the_same_bytes(
    points: int, forks: ForkServerContext, tmp_path: Path, uninterrupted: dict[str, bytes]
) -> None:
    """Half of the points are moments, half are the instants around the writing of a file."""
    draw = random.Random(20240331)
    (tmp_path / "first").mkdir()
    began = time.monotonic()
    whole = forks.Process(target=killing.make_small, args=(tmp_path / "first",))
    whole.start()
    whole.join()
    length = time.monotonic() - began
    killed = found = number = 0
    while killed < points:
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        small_definition(folder)  # by this process: one that is killed could leave half a scenario
        if number % 2:
            stage = draw.choice(list(WRITES))
            process = forks.Process(
                target=killing.make_small_and_die, args=(folder, stage, draw.randint(1, WRITES[stage]))
            )
            process.start()
        else:
            process = forks.Process(target=killing.make_small, args=(folder,))
            process.start()
            time.sleep(draw.uniform(0, length))
            process.kill()
        process.join()
        killed += process.exitcode == -signal.SIGKILL
        done = finish(folder)
        found += done.found
        assert done.complete and results(folder / "set") == uninterrupted
        assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
    assert found and number < 3 * points  # some were killed after a run was kept, few after the end


def test_a_killed_parent_takes_its_workers_with_it(
    forks: ForkServerContext, tmp_path: Path, uninterrupted: dict[str, bytes]
) -> None:
    parent = forks.Process(target=killing.make_small, args=(tmp_path, 2))
    parent.start()
    wait_for(lambda: list(tmp_path.glob("set/runs/*.parquet")))
    workers = children_of(parent.pid)
    parent.kill()
    parent.join()
    assert len(workers) >= 2
    wait_for(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    assert finish(tmp_path).complete and results(tmp_path / "set") == uninterrupted


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_ends_with_130_and_can_be_gone_on_with(
    workers: str, forks: ForkServerContext, tmp_path: Path, uninterrupted: dict[str, bytes]
) -> None:
    small_definition(tmp_path)
    (tmp_path / "small.yaml").write_text(
        "scenarios: [tiny.yaml]\nfactors: {demand.level: {low: 0.5, high: 2.0, steps: 400}}\nreplicates: 2\n"
    )
    words = ("sweep", "small.yaml", "--workers", workers, "--quiet")
    process = forks.Process(target=killing.type_in, args=(tmp_path, *words))
    process.start()
    wait_for(lambda: list(tmp_path.glob("results/small/runs/*.parquet")))
    os.kill(process.pid or 0, signal.SIGINT)
    process.join(60)
    assert process.exitcode == 130
    found = open_set(tmp_path / "results" / "small")
    assert found.manifest["status"] == "running" and 0 < len(found.outcomes["run"].unique()) < 800
    assert not list(tmp_path.rglob("*.part"))


# Workers


def children_of(parent: int | None) -> list[int]:
    """The processes whose parent this is (Linux)."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("needs /proc")
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(words[1]) == parent:
            found.append(int(folder.name))
    return found


def begun(notes: Path) -> dict[int, int]:
    """How often each run was begun."""
    runs = [int(path.name.partition("-")[0]) for path in notes.iterdir()]
    return {number: runs.count(number) for number in set(runs)}


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "notes").mkdir()
    monkeypatch.setenv(killing.NOTES, str(tmp_path / "notes"))
    return tmp_path / "notes"


def test_a_run_whose_process_dies_is_tried_again_and_the_others_are_not(
    tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch, uninterrupted: dict[str, bytes]
) -> None:
    monkeypatch.setattr(marketsim.experiments.sweep, "make_run", killing.dies_once)
    done = sweep(small_definition(tmp_path), tmp_path / "set", workers=2)
    assert done.complete and results(tmp_path / "set") == uninterrupted
    assert begun(notes) == {0: 1, 1: 1, 2: 1, 3: 2, 4: 1, 5: 1}


def test_one_that_dies_each_time_is_reported_with_seed_and_settings(
    tmp_path: Path, notes: Path, monkeypatch: pytest.MonkeyPatch, uninterrupted: dict[str, bytes]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(marketsim.experiments.sweep, "make_run", killing.dies_always)
        done = sweep(small_definition(tmp_path), tmp_path / "set", workers=2)
    assert done.failed == [3] and not done.complete
    assert begun(notes) == {0: 1, 1: 1, 2: 1, 3: 2, 4: 1, 5: 1}
    failure = json.loads((tmp_path / "set" / "failed" / "0000003.json").read_text(encoding="utf-8"))
    assert (failure["seed"], failure["settings"], failure["tries"]) == (1_000_001, {"demand.level": 1.0}, 2)
    assert "killed, or out of memory" in failure["traceback"]
    assert open_set(tmp_path / "set").manifest["status"] == "failed"
    assert finish(tmp_path).complete and results(tmp_path / "set") == uninterrupted


def test_a_worker_killed_from_outside(tmp_path: Path, uninterrupted: dict[str, bytes]) -> None:
    killed: list[int] = []

    def kill_one(ended: Any) -> None:
        if not killed:
            worker = multiprocessing.active_children()[-1]
            killed.append(worker.pid or 0)
            worker.kill()

    done = sweep(small_definition(tmp_path), tmp_path / "set", workers=2, on_run=kill_one)
    assert killed and done.complete and results(tmp_path / "set") == uninterrupted
