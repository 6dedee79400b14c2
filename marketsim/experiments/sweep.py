"""A sweep from beginning to end: runs are made by a crew, and kept one by one by this process alone.

Whatever ends a sweep, a full disk or `kill -9`, each run is either there or not, and the same sweep on the same folder
makes what is missing or failed.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from marketsim.experiments import pool
from marketsim.experiments.definition import Definition
from marketsim.experiments.plan import Plan, plan_of
from marketsim.experiments.run import run
from marketsim.experiments.sweep_folder import KIND, SweepFolder
from marketsim.experiments.tasks import Made, RunEnded, RunTask, SweepResult
from marketsim.results import groups, manifest, store
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.overlay import with_values

DISK_BLOCK = 4_096  # bytes; a file takes whole ones


def sweep(
    definition: Definition,
    folder: Path | str,
    workers: int | None = None,
    *,
    shard: tuple[int, int] | None = None,
    points: pd.DataFrame | None = None,
    crew: AbstractContextManager[pool.Crew] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    on_run: Callable[[RunEnded], None] | None = None,
) -> SweepResult:
    """Make the runs of a sweep that the folder doesn't hold yet, as `make_runs` does.

    `points` takes the place of the definition's design. Raises ScenarioError too, before anything is written.
    """
    plan = plan_of(definition, points)
    return make_runs(plan, folder, workers, shard=shard, crew=crew, on_progress=on_progress, on_run=on_run)


def make_runs(
    plan: Plan,
    folder: Path | str,
    workers: int | None = None,
    *,
    work: Callable[[RunTask], Made] | None = None,
    shard: tuple[int, int] | None = None,
    crew: AbstractContextManager[pool.Crew] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    on_run: Callable[[RunEnded], None] | None = None,
) -> SweepResult:
    """Make the runs of a plan that the folder doesn't hold yet, and keep each as it ends.

    `work` makes a run (None: `make_run`), and must be a function of a module. `shard` (i, n) makes the i-th of n parts,
    from 1; several may fill one folder at once. `crew` makes the runs instead of `workers` processes (None: one a
    core). `on_progress` is called with the runs done and in all, `on_run` with each run that ended. Raises StoreError
    before anything is written, and when the disk takes no more; what a run raises is kept in the folder.
    """
    files, facts = SweepFolder(Path(folder)), plan.facts()
    there = manifest.found_in(files.path, KIND, facts[KIND]) is not None
    mine = _in_shard(len(plan.design), shard)
    kept = files.runs(mine) if there else set()
    missing = [number for number in mine if number not in kept]
    counted = _Counted(len(mine), len(mine) - len(missing), on_progress, on_run)
    makers = crew if crew is not None and missing else pool.local_crew(workers, len(missing))
    with makers as ready:  # before the folder: a crew that can't work leaves none
        if shard is None:
            files.clear_beginnings()
        started = _begin(plan.design, files, facts, bool(missing))
        files.clear_parts(missing)
        for ended in pool.run_each(tasks_of(plan, missing), work or make_run, ready):
            _keep(files, ended)
            counted.note(ended)
    complete = _finish(files, facts, started)
    return SweepResult(files.path, len(mine), len(missing), len(mine) - len(missing), sorted(counted.failed), complete)


def tasks_of(plan: Plan, runs: list[int]) -> Iterator[RunTask]:
    """The tasks of some runs of the design, made as they are asked for."""
    arms = {arm.label: arm.scenario for arm in plan.arms}
    outcomes = plan.definition.outcomes
    kept = None if outcomes is None else tuple(outcomes)
    group = None if plan.group is None else (plan.group.name, tuple(plan.group.members))
    columns: dict[str, list[Any]] = {str(name): column.tolist() for name, column in plan.design.items()}
    for number in runs:
        row = {name: column[number] for name, column in columns.items()}
        settings = {key: row[key] for key in plan.keys}
        vector = None if row["vector"] is pd.NA else int(row["vector"])
        yield RunTask(
            number, row["point"], row["replicate"], row["seed"], vector, row["scenario"], settings,
            arms[row["scenario"]], kept, group,
        )  # fmt: skip


def make_run(task: RunTask) -> Made:
    """One run in a worker: the outcomes of the group that is analysed, of England and of its regions."""
    return made_of(task, lambda: _outcomes(task))


def _outcomes(task: RunTask) -> pd.DataFrame:
    """Whose outcomes are analysed stands first."""
    result = run(with_values(task.scenario, task.settings), task.seed, vector=task.vector)
    if task.group is None:
        return result.outcomes
    name, codes = task.group
    sums = result.tables["sums"].assign(scenario=task.label, replicate=task.replicate)
    of_group = groups.outcomes_of(sums, {name: codes})[list(result.outcomes)]
    return pd.concat([of_group, result.outcomes], ignore_index=True)


def made_of(task: RunTask, outcomes_of_run: Callable[[], pd.DataFrame]) -> Made:
    """What a worker hands back of a run, which gives columns outcome, region and value. Nothing that it raises is lost,
    and nothing is written."""
    began = time.perf_counter()
    try:
        outcomes = outcomes_of_run()
    except Exception:
        return Made(None, traceback.format_exc(), time.perf_counter() - began)
    if task.outcomes is not None:
        outcomes = outcomes[outcomes["outcome"].isin(task.outcomes)]
    outcomes = outcomes.assign(run=task.run).reset_index(drop=True)
    return Made(outcomes, "", time.perf_counter() - began)


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

    def note(self, ended: pool.Ended[RunTask, Made]) -> None:
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


def failure_of(ended: pool.Ended[RunTask, Made]) -> str:
    """The traceback of a run that failed; empty for one that did not."""
    if ended.given is not None:
        return ended.given.traceback
    often = "once" if ended.tries == 1 else f"{ended.tries} times"
    return f"The process of this run ended {often} without a result: killed, or out of memory.\n({ended.error})"


def _keep(files: SweepFolder, ended: pool.Ended[RunTask, Made]) -> None:
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


def _begin(design: pd.DataFrame, files: SweepFolder, facts: dict[str, Any], more: bool) -> str:
    """Make the folder, or go on in it; gives the time at which the sweep was begun first."""
    now = store.now()
    with _disk(files):
        if not files.path.exists():
            files.path.parent.mkdir(parents=True, exist_ok=True)
            if files.create(design, status="running", started=now, finished=None, **facts):
                return now
        # from before, or by a faster shard
        files.mend_design(design)
        found: Mapping[str, Any] = manifest.found_in(files.path, KIND, facts[KIND]) or {}
        started = str(found.get("started", now))
        if more and found.get("status") != "running":
            manifest.write(files.path, KIND, status="running", started=started, finished=None, **facts)
    return started


def _finish(files: SweepFolder, facts: dict[str, Any], started: str) -> bool:
    """Write how the sweep ended once all its runs are made or failed; True if none is missing."""
    if files.begun() < facts["runs"]:
        return False
    made, failed = files.runs(range(facts["runs"])), files.failures()
    if len(made | failed) < facts["runs"]:
        return False
    status = "finished" if len(made) == facts["runs"] else "failed"
    if manifest.read(files.path)["status"] != status:
        with _disk(files):
            manifest.write(files.path, KIND, status=status, started=started, finished=store.now(), **facts)
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


@dataclass(frozen=True)
class Estimate:
    """Points and runs of a sweep; mean seconds of a run; seconds in all with so many workers; bytes on disk."""

    points: int
    runs: int
    workers: int
    seconds_a_run: float
    seconds: float
    bytes: int


def estimate(
    plan: Plan, workers: int | None = None, work: Callable[[RunTask], Made] | None = None
) -> Estimate:  # fmt: skip
    """Make the first run of each arm and reckon from that; `work` as for `make_runs`. Raises ScenarioError if one
    fails."""
    pool.warm_up()
    seconds = 0.0
    size = 0
    for task in tasks_of(plan, list(range(len(plan.arms)))):
        made = (work or make_run)(task)
        if made.outcomes is None:
            line = made.traceback.strip().splitlines()[-1]
            raise ScenarioError(f"run {task.run} of the sweep would fail: {line}", plan.definition.name)
        seconds += made.seconds / len(plan.arms)
        size += -(-len(made.outcomes.to_parquet(None, index=False, compression="zstd")) // DISK_BLOCK) * DISK_BLOCK
    runs = len(plan.design)
    count = pool.worker_count(workers, runs)
    return Estimate(plan.points, runs, count, seconds, seconds * runs / count, size // len(plan.arms) * runs)
