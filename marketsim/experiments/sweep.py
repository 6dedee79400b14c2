"""A sweep from beginning to end: runs are made by a crew, and kept one by one by this process alone.

Whatever ends a sweep, a full disk or `kill -9`, each run is either there or not, and the same sweep on the same folder
makes what is missing or failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from marketsim.experiments.definition import Definition
from marketsim.experiments.making import Made, RunTask, failure_of, make_run, tasks_of
from marketsim.experiments.plan import Plan, plan_of
from marketsim.experiments.pool import Crew, Ended, local_crew, run_each
from marketsim.experiments.sets import KIND, SweepFolder
from marketsim.experiments.tracing import identity, manifest_of
from marketsim.results import store
from marketsim.results.manifest import found_in, read


@dataclass(frozen=True)
class SweepResult:
    """What a call of `sweep` did: runs made and failed now, and found from before; `complete` if none is missing."""

    folder: Path
    runs: int
    made: int
    found: int
    failed: list[int]
    complete: bool


@dataclass(frozen=True)
class RunEnded:
    """A run that came to its end, for progress bars and logs; `error` is one line, empty if all went well."""

    task: RunTask
    seconds: float
    error: str
    done: int
    total: int
    failed: int


def sweep(
    definition: Definition,
    folder: Path | str,
    workers: int | None = None,
    *,
    shard: tuple[int, int] | None = None,
    points: pd.DataFrame | None = None,
    crew: AbstractContextManager[Crew] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    on_run: Callable[[RunEnded], None] | None = None,
) -> SweepResult:
    """Make the runs of a sweep that the folder doesn't hold yet, and keep each as it ends.

    `shard` (i, n) makes the i-th of n parts, from 1; several may fill one folder at once. `points` takes the place of
    the definition's design. `crew` makes the runs instead of `workers` processes (None: one a core). `on_progress` is
    called with the runs done and in all, `on_run` with each run that ended. Raises ScenarioError and StoreError before
    anything is written, and StoreError when the disk takes no more; what a run raises is kept in the folder.
    """
    plan = plan_of(definition, points)
    files, same = SweepFolder(Path(folder)), identity(plan)
    there = found_in(files.path, KIND, same) is not None
    mine = _in_shard(len(plan.design), shard)
    kept = files.runs() if there else set()
    missing = [number for number in mine if number not in kept]
    counted = _Counted(len(mine), len(mine) - len(missing), on_progress, on_run)
    with _makers(crew, workers, len(missing)) as makers:  # before the folder: a crew that can't work leaves none
        if shard is None:
            files.clear_beginnings()
        started = _begin(plan, files, same, bool(missing))
        files.clear_parts(missing)
        for ended in run_each(tasks_of(plan, missing), make_run, makers):
            _keep(files, ended)
            counted.note(ended)
    complete = _finish(plan, files, same, started)
    return SweepResult(files.path, len(mine), len(missing), len(mine) - len(missing), sorted(counted.failed), complete)


@dataclass
class _Counted:
    """Who is told how far the sweep is."""

    total: int
    done: int
    on_progress: Callable[[int, int], None] | None
    on_run: Callable[[RunEnded], None] | None

    def __post_init__(self) -> None:
        self.failed: list[int] = []
        if self.on_progress is not None:
            self.on_progress(self.done, self.total)

    def note(self, ended: Ended[RunTask, Made]) -> None:
        """Count a run that ended, keep the number of one that failed, and tell those who watch."""
        self.done += 1
        error = failure_of(ended)
        if error:
            self.failed.append(ended.task.run)
        if self.on_progress is not None:
            self.on_progress(self.done, self.total)
        if self.on_run is not None:
            line = error.strip().splitlines()[-1] if error else ""
            seconds = ended.given.seconds if ended.given else 0.0
            self.on_run(RunEnded(ended.task, seconds, line, self.done, self.total, len(self.failed)))


def _keep(files: SweepFolder, ended: Ended[RunTask, Made]) -> None:
    task = ended.task
    with _disk(files):
        if ended.given is not None and ended.given.outcomes is not None:
            files.write_run(task.run, ended.given.outcomes)
            return
        entries = {
            "run": task.run, "point": task.point, "replicate": task.replicate, "scenario": task.label,
            "seed": task.seed, "vector": task.vector, "settings": task.settings, "tries": ended.tries,
            "traceback": failure_of(ended),
        }  # fmt: skip
        files.write_failure(task.run, entries)


def _makers(crew: AbstractContextManager[Crew] | None, workers: int | None, runs: int) -> AbstractContextManager[Crew]:
    """Who makes the runs; nobody is called for none."""
    return crew if crew is not None and runs else local_crew(workers, runs)


def _begin(plan: Plan, files: SweepFolder, same: dict[str, Any], more: bool) -> str:
    """Make the folder, or go on in it; gives the time at which the sweep was begun first."""
    now = store.now()
    with _disk(files):
        if not files.path.exists():
            files.path.parent.mkdir(parents=True, exist_ok=True)
            if files.create(plan.design, **manifest_of(plan, same, "running", now, None)):
                return now
        found: Mapping[str, Any] = found_in(files.path, KIND, same) or {}  # from before, or by a faster shard
        started = str(found.get("started", now))
        if more and found.get("status") != "running":
            files.write_manifest(**manifest_of(plan, same, "running", started, None))
    return started


def _finish(plan: Plan, files: SweepFolder, same: dict[str, Any], started: str) -> bool:
    """Write how the sweep ended once all its runs are made or failed; True if none is missing."""
    made, failed = files.runs(), files.failures()
    if len(made | failed) < len(plan.design):
        return False
    status = "finished" if len(made) == len(plan.design) else "failed"
    if read(files.path)["status"] != status:
        with _disk(files):
            files.write_manifest(**manifest_of(plan, same, status, started, store.now()))
    return status == "finished"


def _in_shard(runs: int, shard: tuple[int, int] | None) -> range:
    if shard is None:
        return range(runs)
    number, count = shard
    if not 1 <= number <= count:
        raise ValueError(f"shard: expected i of n with i from 1 to n, got {number} of {count}")
    return range(number - 1, runs, count)


@contextmanager
def _disk(files: SweepFolder) -> Iterator[None]:
    """A disk that takes no more is one line, and nothing is lost by it."""
    try:
        yield
    except OSError as error:
        raise store.StoreError(
            f"{files.path} can't be written: {error.strerror or error}; runs that are finished are kept, and the same "
            "command goes on with the rest"
        ) from None
