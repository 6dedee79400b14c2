"""What a sweep would take: measured on one run of each arm, nothing of which is kept."""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass

from marketsim.experiments.making import make_run, tasks_of
from marketsim.experiments.plan import Plan
from marketsim.experiments.pool import MOST_WORKERS, warm_up
from marketsim.scenario.errors import ScenarioError

DISK_BLOCK = 4_096  # bytes; a file takes whole ones


@dataclass(frozen=True)
class Estimate:
    """Points and runs of a sweep; mean seconds of a run; seconds in all with so many workers; bytes on disk."""

    points: int
    runs: int
    workers: int
    seconds_a_run: float
    seconds: float
    bytes: int


def estimate(plan: Plan, workers: int | None = None) -> Estimate:
    """Make the first run of each arm and reckon from that. Raises ScenarioError if one fails."""
    warm_up()
    seconds = 0.0
    size = 0
    for task in tasks_of(plan, list(range(len(plan.arms)))):
        made = make_run(task)
        if made.outcomes is None:
            line = made.traceback.strip().splitlines()[-1]
            raise ScenarioError(f"run {task.run} of the sweep would fail: {line}", plan.definition.name)
        seconds += made.seconds / len(plan.arms)
        size += -(-len(made.outcomes.to_parquet(None, index=False, compression="zstd")) // DISK_BLOCK) * DISK_BLOCK
    runs = len(plan.design)
    count = min(workers or multiprocessing.cpu_count(), runs, MOST_WORKERS)
    return Estimate(plan.points, runs, count, seconds, seconds * runs / count, size // len(plan.arms) * runs)
