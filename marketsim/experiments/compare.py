"""Paired comparison of scenarios: the same seeds, hence the same children and luck, under each of them."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from marketsim import interrupts
from marketsim.columns import Floats
from marketsim.experiments import store
from marketsim.experiments.run import RunResult, as_scenario, run
from marketsim.purchasing.rule import registered_rules
from marketsim.scenario import LoadedScenario, ScenarioError, load_scenario
from marketsim.scenario.members import places_of
from marketsim.scenario.schema import Scenario

DEFAULT_REPLICATES = 6
MOST_WORKERS = 61  # a process pool on Windows takes no more
SEEDS_PER_COMPARISON = 1_000_000  # replicate r of seed s has run seed s x this + r
WEEKLY_KEPT = ["week", "date", "weekly_fee_mean_gbp", "void_rate", "open_void_rate", "out_of_area_share"]
COLUMNS = [
    "outcome", "region", "scenario", "baseline_mean", "scenario_mean", "difference", "ci_low", "ci_high", "replicates",
    "variance_saved",
]  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """`table` as in comparison.csv; `outcomes` and `weekly` hold what each replicate of each scenario gave."""

    baseline: str
    others: list[str]
    table: pd.DataFrame
    outcomes: pd.DataFrame
    weekly: pd.DataFrame
    folder: Path | None


@dataclass(frozen=True)
class _Task:
    scenario: Scenario
    label: str
    replicate: int
    seed: int
    folder: Path | None


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
    labels = _labels([one.scenario.name for one in loaded])
    _check_same_world(loaded)
    store.check_new(out)
    tasks = _tasks(loaded, labels, replicates, seed, weeks, out)
    if out is not None:
        out = store.new_folder(out, "")
        _write_manifest(out, "running", loaded, labels, tasks, store.now(), None)
    started = store.now()
    try:
        outcomes, weekly = _collect(tasks, workers, on_progress)
    except ScenarioError:
        store.remove_if_without_runs(out)
        raise
    except KeyboardInterrupt:
        if out is not None:
            _write_manifest(out, "stopped", loaded, labels, tasks, started, store.now())
        raise
    table = compare_outcomes(outcomes, labels[0], labels[1:])
    if out is not None:
        store.write_csv(out / "comparison.csv", table)
        _write_manifest(out, "finished", loaded, labels, tasks, started, store.now())
    return Comparison(labels[0], labels[1:], table, outcomes, weekly, out)


def compare_outcomes(outcomes: pd.DataFrame, baseline: str, others: Sequence[str]) -> pd.DataFrame:
    """The comparison table from `outcomes` (scenario, replicate, outcome, region, value).

    The 95% interval is Student's for the mean of paired differences. `variance_saved` is the share by which pairing
    reduced the variance of the difference: 1 - var(difference) / (var(baseline) + var(other)).
    """
    order = list(dict.fromkeys(zip(outcomes["outcome"], outcomes["region"], strict=True)))
    wide = outcomes.pivot(index=["scenario", "outcome", "region"], columns="replicate", values="value")
    values = dict(zip(wide.index, wide.to_numpy(dtype=np.float64), strict=True))
    rows = []
    for other in others:
        for outcome, region in order:
            base, changed = values[baseline, outcome, region], values[other, outcome, region]
            rows.append((outcome, region, other, *paired(base, changed)))
    return pd.DataFrame(rows, columns=COLUMNS)


def paired(base: Floats, other: Floats) -> tuple[float, float, float, float, float, int, float]:
    """Means, mean paired difference, its 95% interval (NaN for one replicate), replicates and variance saved.

    Replicates in which the outcome is not defined for one of the two are left out.
    """
    from scipy.special import stdtrit

    both = ~(np.isnan(base) | np.isnan(other))
    base, other = base[both], other[both]
    count, difference = len(base), other - base
    if count == 0:
        return np.nan, np.nan, np.nan, np.nan, np.nan, 0, np.nan
    mean = float(difference.mean())
    half = np.nan
    if count > 1:
        half = float(stdtrit(count - 1, 0.975) * difference.std(ddof=1) / np.sqrt(count))
    apart = float(base.var() + other.var())
    saved = 1 - float(difference.var()) / apart if apart > 0 else np.nan
    return float(base.mean()), float(other.mean()), mean, mean - half, mean + half, count, saved


def warm_up() -> None:
    """Compile the placing once (kept on disk), so that workers start with machine code."""
    run("town", seed=0, weeks=1)


def _check_same_world(loaded: list[LoadedScenario]) -> None:
    """Only scenarios with the same authorities can be compared; raises ScenarioError for others."""
    expected = places_of(loaded[0].scenario.world)
    for one in loaded[1:]:
        if places_of(one.scenario.world) != expected:
            message = f"has other authorities than the baseline {loaded[0].path.name}; compare scenarios of one world"
            raise ScenarioError(message, one.path.name)


def _tasks(
    loaded: list[LoadedScenario], labels: list[str], replicates: int, seed: int, weeks: int | None, out: Path | None
) -> list[_Task]:
    scenarios = [as_scenario(one, weeks) for one in loaded]
    return [
        _Task(
            scenario,
            label,
            replicate,
            seed * SEEDS_PER_COMPARISON + replicate,
            None if out is None else out / "runs" / label / f"replicate-{replicate:03d}",
        )
        for replicate in range(replicates)
        for scenario, label in zip(scenarios, labels, strict=True)
    ]


def _collect(
    tasks: list[_Task], workers: int | None, on_progress: Callable[[int, int], None] | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run all tasks and put what they give in the order of the tasks, whichever finished first."""
    given: dict[int, tuple[pd.DataFrame, pd.DataFrame]] = {}
    for number, frames in _run_all(tasks, workers):
        given[number] = frames
        if on_progress is not None:
            on_progress(len(given), len(tasks))
    ordered = [given[number] for number in range(len(tasks))]
    return (
        pd.concat([frames[0] for frames in ordered], ignore_index=True),
        pd.concat([frames[1] for frames in ordered], ignore_index=True),
    )


def _run_all(tasks: list[_Task], workers: int | None) -> Iterator[tuple[int, tuple[pd.DataFrame, pd.DataFrame]]]:
    count = min(workers or multiprocessing.cpu_count(), len(tasks), MOST_WORKERS)
    if count == 1:
        for number, task in enumerate(tasks):
            yield number, _run_task(task)
        return
    pool = ProcessPoolExecutor(count, multiprocessing.get_context("spawn"))
    try:
        with interrupts.ignored():
            ready = [pool.submit(_get_ready) for _ in range(count)]
        warm_up()  # compiles, if need be, while the workers import
        wait(ready)
        with interrupts.ignored():
            waiting = {pool.submit(_run_task, task): number for number, task in enumerate(tasks)}
        while waiting:
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield waiting.pop(future), future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _get_ready() -> int:
    """First task of a worker: knowing all rules, those of MARKETSIM_RULES too, it can be sent scenarios."""
    return len(registered_rules())


def _run_task(task: _Task) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One run in a worker: writes its tables, returns its outcomes and the weekly columns that figures need."""
    result: RunResult = run(task.scenario, task.seed)
    if task.folder is not None:
        store.write_run(task.folder, result)
    kept = result.outcomes, result.weekly[WEEKLY_KEPT]
    outcomes, weekly = (frame.assign(scenario=task.label, replicate=task.replicate) for frame in kept)
    return outcomes, weekly


def _labels(names: list[str]) -> list[str]:
    """Names of the scenarios, with a number behind those that occur again."""
    labels: list[str] = []
    for name in names:
        number, label = 2, name
        while label in labels:
            label, number = f"{name}-{number}", number + 1
        labels.append(label)
    return labels


def _write_manifest(
    folder: Path,
    status: str,
    loaded: list[LoadedScenario],
    labels: list[str],
    tasks: list[_Task],
    started: str,
    finished: str | None,
) -> None:
    runs = [{"scenario": task.label, "replicate": task.replicate, "seed": task.seed} for task in tasks]
    scenarios = {
        label: {"file": one.path.name, "sha256": one.digest, "values": one.values}
        for label, one in zip(labels, loaded, strict=True)
    }
    weeks = tasks[0].scenario.horizon.weeks if len({t.scenario.horizon.weeks for t in tasks}) == 1 else None
    store.write_manifest(
        folder, status=status, started=started, finished=finished, weeks=weeks, runs=runs, scenarios=scenarios
    )
