"""One run of a sweep, from a row of its design to outcomes or a traceback: what workers do, here or on a cluster."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from marketsim.experiments.plan import Plan
from marketsim.experiments.pool import Ended
from marketsim.experiments.run import run
from marketsim.scenario.overlay import with_values
from marketsim.scenario.schema import Scenario


@dataclass(frozen=True)
class RunTask:
    """One run of a sweep; `settings` are the values of its factors by dotted key."""

    run: int
    point: int
    replicate: int
    seed: int
    vector: int | None
    label: str
    settings: dict[str, Any]
    scenario: Scenario
    outcomes: tuple[str, ...] | None


@dataclass(frozen=True)
class Made:
    """What a run gave: its outcomes, or the traceback of what it raised; and the seconds it took."""

    outcomes: pd.DataFrame | None
    traceback: str
    seconds: float


def tasks_of(plan: Plan, runs: list[int]) -> Iterator[RunTask]:
    """The tasks of some runs of the design, made as they are asked for."""
    arms = {arm.label: arm.scenario for arm in plan.arms}
    outcomes = plan.definition.outcomes
    kept = None if outcomes is None else tuple(outcomes)
    columns: dict[str, list[Any]] = {str(name): column.tolist() for name, column in plan.design.items()}
    for number in runs:
        row = {name: column[number] for name, column in columns.items()}
        settings = {key: row[key] for key in plan.definition.factors}
        vector = None if row["vector"] is pd.NA else int(row["vector"])
        yield RunTask(
            number, row["point"], row["replicate"], row["seed"], vector, row["scenario"], settings,
            arms[row["scenario"]], kept,
        )  # fmt: skip


def make_run(task: RunTask) -> Made:
    """One run in a worker. Nothing that it raises is lost, and nothing is written."""
    began = time.perf_counter()
    try:
        outcomes = run(with_values(task.scenario, task.settings), task.seed, vector=task.vector).outcomes
    except Exception:
        return Made(None, traceback.format_exc(), time.perf_counter() - began)
    if task.outcomes is not None:
        outcomes = outcomes[outcomes["outcome"].isin(task.outcomes)]
    outcomes = outcomes.assign(run=task.run).reset_index(drop=True)
    return Made(outcomes, "", time.perf_counter() - began)


def failure_of(ended: Ended[RunTask, Made]) -> str:
    """The traceback of a run that failed; empty for one that did not."""
    if ended.given is not None:
        return ended.given.traceback
    often = "once" if ended.tries == 1 else f"{ended.tries} times"
    return f"The process of this run ended {often} without a result: killed, or out of memory.\n({ended.error})"
