"""The runs of a sweep as tasks, and what becomes of them: what a worker hands back and what a caller is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from marketsim.scenario.schema import Scenario


@dataclass(frozen=True)
class RunTask:
    """One run of a sweep; `settings` are the values of its factors by dotted key, `group` whose outcomes are analysed:
    a name and ONS codes (None: England's)."""

    run: int
    point: int
    replicate: int
    seed: int
    vector: int | None
    label: str
    settings: dict[str, Any]
    scenario: Scenario
    outcomes: tuple[str, ...] | None
    group: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Made:
    """What a run gave: its outcomes, or the traceback of what it raised; and the seconds it took."""

    outcomes: pd.DataFrame | None
    traceback: str
    seconds: float


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


Work: TypeAlias = Callable[[RunTask], Made]  # makes a run in a worker
Progress: TypeAlias = Callable[[int, int, str], None]  # told the runs done and in all, and what they are
