"""Paired comparison of scenarios: the same seeds, hence the same children and luck, under each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from marketsim.experiments.differences import compare_outcomes
from marketsim.experiments.plan import SEEDS_PER_COMPARISON, labels_of, refuse_other_world
from marketsim.experiments.pool import run_all
from marketsim.experiments.run import RunResult, as_scenario, run
from marketsim.experiments.signoff import Signoff, signoff
from marketsim.results import store
from marketsim.scenario.drawn import draws_vectors, vectors_of
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import LoadedScenario, load_scenario
from marketsim.scenario.schema import Scenario

DEFAULT_REPLICATES = 8
WEEKLY_KEPT = ["week", "date", "weekly_fee_mean_gbp", "void_rate", "open_void_rate", "out_of_area_share"]


@dataclass(frozen=True)
class Comparison:
    """`table` as in comparison.csv; `outcomes` and `weekly` hold what each replicate of each scenario gave.

    Both have a column `vector`, the vector of the plausible set that the replicate used, missing where none was.
    `signoff` is what the scenarios' values rest on.
    """

    baseline: str
    others: list[str]
    table: pd.DataFrame
    outcomes: pd.DataFrame
    weekly: pd.DataFrame
    folder: Path | None
    signoff: Signoff


@dataclass(frozen=True)
class _Task:
    scenario: Scenario
    label: str
    replicate: int
    seed: int
    vector: int | None
    folder: Path | None


@dataclass(frozen=True)
class _Plan:
    loaded: list[LoadedScenario]
    labels: list[str]
    tasks: list[_Task]
    signoff: Signoff


def compare(
    baseline: str | Path | LoadedScenario,
    others: Sequence[str | Path | LoadedScenario] | str | Path | LoadedScenario,
    replicates: int = DEFAULT_REPLICATES,
    seed: int = 1,
    weeks: int | None = None,
    workers: int | None = None,
    out: Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Run all scenarios `replicates` times with common random numbers and compare the others with the baseline.

    Scenarios with `uncertainty: plausible` use in each replicate the same vector of the plausible set (plausible.py).
    With `out` (a folder that must not exist) every run's tables are written as they finish, and at the end
    comparison.csv and the manifest. `on_progress` is called with the number of finished and of all runs. Raises
    ScenarioError, StoreError, and ValueError for numbers out of range.
    """
    if replicates < 1:
        raise ValueError(f"the number of replicates must be at least 1, got {replicates}")
    if workers is not None and workers < 1:
        raise ValueError(f"the number of workers must be at least 1, got {workers}")
    if replicates > SEEDS_PER_COMPARISON or not 0 <= seed <= 10**9:
        raise ValueError(f"at most {SEEDS_PER_COMPARISON} replicates, and a seed from 0 to 1000000000")
    several = [others] if isinstance(others, str | Path | LoadedScenario) else list(others)
    if not several:
        raise ValueError("nothing to compare the baseline with")
    loaded = [one if isinstance(one, LoadedScenario) else load_scenario(one) for one in (baseline, *several)]
    labels = labels_of([one.scenario.name for one in loaded])
    refuse_other_world(loaded)
    store.check_new(out)
    plan = _Plan(loaded, labels, _tasks(loaded, labels, replicates, seed, weeks, out), signoff(loaded))
    if out is not None:
        out = store.new_folder(out, "")
        _write_manifest(out, "running", plan, store.now(), None)
    started = store.now()
    try:
        outcomes, weekly = _collect(plan.tasks, workers, on_progress)
    except ScenarioError:
        store.remove_if_without_runs(out)
        raise
    except KeyboardInterrupt:
        if out is not None:
            _write_manifest(out, "stopped", plan, started, store.now())
        raise
    table = compare_outcomes(outcomes, labels[0], labels[1:])
    if out is not None:
        store.write_csv(out / "comparison.csv", table)
        _write_manifest(out, "finished", plan, started, store.now())
    return Comparison(labels[0], labels[1:], table, outcomes, weekly, out, plan.signoff)


def _tasks(
    loaded: list[LoadedScenario], labels: list[str], replicates: int, seed: int, weeks: int | None, out: Path | None
) -> list[_Task]:
    scenarios = [as_scenario(one, weeks) for one in loaded]
    drawn = any(map(draws_vectors, scenarios))
    vectors: list[int] | list[None] = vectors_of(replicates, seed) if drawn else [None] * replicates
    return [
        _Task(
            scenario,
            label,
            replicate,
            seed * SEEDS_PER_COMPARISON + replicate,
            vector,
            None if out is None else out / "runs" / label / f"replicate-{replicate:03d}",
        )
        for replicate, vector in enumerate(vectors)
        for scenario, label in zip(scenarios, labels, strict=True)
    ]


def _collect(
    tasks: list[_Task], workers: int | None, on_progress: Callable[[int, int], None] | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run all tasks and put what they give in the order of the tasks, whichever finished first."""
    given: dict[int, tuple[pd.DataFrame, pd.DataFrame]] = {}
    for number, frames in run_all(tasks, _run_task, workers):
        given[number] = frames
        if on_progress is not None:
            on_progress(len(given), len(tasks))
    ordered = [given[number] for number in range(len(tasks))]
    return (
        pd.concat([frames[0] for frames in ordered], ignore_index=True),
        pd.concat([frames[1] for frames in ordered], ignore_index=True),
    )


def _run_task(task: _Task) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One run in a worker: writes its tables, returns its outcomes and the weekly columns that figures need."""
    result: RunResult = run(task.scenario, task.seed, vector=task.vector)
    if task.folder is not None:
        store.write_run(task.folder, result)
    kept = result.outcomes, result.weekly[WEEKLY_KEPT]
    outcomes, weekly = (
        frame.assign(scenario=task.label, replicate=task.replicate, vector=task.vector) for frame in kept
    )
    return outcomes, weekly


def _write_manifest(folder: Path, status: str, plan: _Plan, started: str, finished: str | None) -> None:
    runs = [
        {"scenario": task.label, "replicate": task.replicate, "seed": task.seed, "vector": task.vector}
        for task in plan.tasks
    ]
    scenarios = {
        label: {"file": one.path.name, "sha256": one.digest, "values": one.values}
        for label, one in zip(plan.labels, plan.loaded, strict=True)
    }
    lengths = {task.scenario.horizon.weeks for task in plan.tasks}
    weeks = lengths.pop() if len(lengths) == 1 else None
    store.write_manifest(
        folder, status=status, started=started, finished=finished, weeks=weeks, runs=runs, scenarios=scenarios,
        **plan.signoff.entries(),
    )  # fmt: skip
