"""One run of a sweep, from its settings to outcomes or a traceback: what workers do, here or on a cluster."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass
from typing import Any

import pandas as pd

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
