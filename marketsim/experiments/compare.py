"""Paired comparison of scenarios: the same seeds, hence the same children and luck, under each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from marketsim.experiments import pool, scenarios
from marketsim.experiments.comparison import Comparison
from marketsim.experiments.differences import compare_outcomes
from marketsim.experiments.run import run
from marketsim.results import manifest, store
from marketsim.scenario import drawn_values
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import LoadedScenario
from marketsim.scenario.schema import Scenario
from marketsim.scenario.signoff import assumptions

DEFAULT_REPLICATES = 20
WEEKLY_KEPT = [
    "week", "date", "weekly_fee_mean_gbp", "void_rate", "open_void_rate", "out_of_area_share", "children_waiting",
    "children_unregistered",
]  # fmt: skip


@dataclass(frozen=True)
class _Task:
    scenario: Scenario
    label: str
    replicate: int
    seed: int
    vector: int | None
    folder: Path | None


def compare(
    baseline: scenarios.Named,
    others: Sequence[scenarios.Named] | scenarios.Named,
    replicates: int = DEFAULT_REPLICATES,
    seed: int = 1,
    weeks: int | None = None,
    workers: int | None = None,
    out: Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    vectors: int | None = None,
) -> Comparison:
    """Run all scenarios `replicates` times with common random numbers and compare the others with the baseline.

    Scenarios with `uncertainty: plausible` use in each replicate one vector of the plausible set, another in each or so
    many different ones as `vectors` says.
    With `out` (a folder that must not exist) every run's tables are written as they finish, and at the end
    comparison.csv and the manifest: what is given back is read from there. Without, it has the tables `comparison`,
    `outcomes`, `sums`, `contracts`, `flows` and the columns of `weekly` that figures need. `on_progress` is called with
    the number of finished and of all runs. Raises ScenarioError, StoreError, and ValueError for numbers out of range.
    """
    arms = _arms(baseline, others, replicates, seed, workers)
    if vectors is not None and vectors < 1:
        raise ValueError(f"the number of vectors must be at least 1, got {vectors}")
    store.check_new(out)
    horizon = {label: scenarios.as_scenario(one, weeks) for label, one in arms.items()}
    tasks = _tasks(horizon, replicates, seed, vectors, out)
    facts = {"started": store.now(), **_facts(tasks), **assumptions(arms, [task.vector for task in tasks])}
    if out is not None:
        manifest.write(store.new_folder(out, ""), "comparison", status="running", finished=None, **facts)
    try:
        made = pool.run_all(tasks, _run_task, workers, on_progress)
        frames = {name: pd.concat([one[name] for one in made], ignore_index=True) for name in made[0]}
        found = Comparison.made("comparison", frames, **facts)
        frames["comparison"] = compare_outcomes(found.outcomes, found.labels[0], found.labels[1:])
        if out is None:
            return found
        store.write_csv(out / "comparison.csv", found.table)
        manifest.write(out, **found.manifest)
    except BaseException as error:
        if out is not None:
            _end_early(out, facts, isinstance(error, KeyboardInterrupt))
        raise
    return Comparison.read(out)


def _end_early(out: Path, facts: Mapping[str, Any], stopped: bool) -> None:
    """Say in the manifest that a comparison was stopped or has failed; of one that failed at once nothing is left."""
    if not stopped:
        store.remove_if_without_runs(out)
    if out.exists():
        manifest.write(out, "comparison", status="stopped" if stopped else "failed", finished=store.now(), **facts)


def _arms(
    baseline: scenarios.Named, others: Sequence[scenarios.Named] | scenarios.Named, replicates: int, seed: int,
    workers: int | None,
) -> dict[str, LoadedScenario]:  # fmt: skip
    """The scenarios by label, the baseline first, if they and the numbers will do."""
    if replicates < 1:
        raise ValueError(f"the number of replicates must be at least 1, got {replicates}")
    if workers is not None and workers < 1:
        raise ValueError(f"the number of workers must be at least 1, got {workers}")
    if replicates > scenarios.SEEDS_PER_COMPARISON or not 0 <= seed <= 10**9:
        raise ValueError(f"at most {scenarios.SEEDS_PER_COMPARISON} replicates, and a seed from 0 to 1000000000")
    several = [others] if isinstance(others, scenarios.Named) else list(others)
    if not several:
        raise ValueError("nothing to compare the baseline with")
    loaded = [scenarios.loaded_scenario(one) for one in (baseline, *several)]
    scenarios.refuse_other_world(loaded)
    return dict(zip(scenarios.labels_of([one.scenario.name for one in loaded]), loaded, strict=True))


def _tasks(
    arms: dict[str, Scenario], replicates: int, seed: int, different: int | None, out: Path | None
) -> list[_Task]:
    """The runs, a replicate of all scenarios after another; ScenarioError if vectors are wanted and none is drawn."""
    any_drawn = any(map(drawn_values.draws_vectors, arms.values()))
    if different is not None and not any_drawn:
        raise ScenarioError("none of the scenarios has uncertainty: plausible, so a number of vectors has no effect")
    vectors: Sequence[int | None] = [None] * replicates
    if any_drawn:
        vectors = drawn_values.vectors_of(replicates, seed, different)
    return [
        _Task(
            scenario,
            label,
            replicate,
            seed * scenarios.SEEDS_PER_COMPARISON + replicate,
            vector,
            None if out is None else out / "runs" / label / f"replicate-{replicate:03d}",
        )
        for replicate, vector in enumerate(vectors)
        for label, scenario in arms.items()
    ]


def _facts(tasks: list[_Task]) -> dict[str, Any]:
    """What the manifest says of the runs."""
    lengths = {task.scenario.horizon.weeks for task in tasks}
    runs = [
        {"scenario": task.label, "replicate": task.replicate, "seed": task.seed, "vector": task.vector}
        for task in tasks
    ]
    return {"weeks": lengths.pop() if len(lengths) == 1 else None, "runs": runs}


def _run_task(task: _Task) -> dict[str, pd.DataFrame]:
    """One run in a worker: writes its tables, returns its outcomes and the weekly columns that figures need."""
    result = run(task.scenario, task.seed, vector=task.vector)
    if task.folder is not None:
        store.write_tables(task.folder, result.tables)
    kept = {"outcomes": result.outcomes, "weekly": result.weekly[WEEKLY_KEPT]}
    kept |= {name: result.tables[name] for name in ("sums", "contracts", "flows")}
    return {name: frame.assign(scenario=task.label, replicate=task.replicate) for name, frame in kept.items()}
