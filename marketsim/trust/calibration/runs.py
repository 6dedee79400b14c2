"""The runs of a calibration: spread over processes, and each stored in the folder as soon as it is finished."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from threadpoolctl import threadpool_limits

from marketsim.core.columns import Floats
from marketsim.experiments.pool import run_all
from marketsim.experiments.run import run
from marketsim.experiments.scenarios import SEEDS_PER_COMPARISON
from marketsim.results import store
from marketsim.results.result import Result
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.overlay import with_values
from marketsim.scenario.schema import Scenario
from marketsim.trust.calibration.space import Run, Space, Vector

Measure: TypeAlias = Callable[[Result], Mapping[str, float]]
OnProgress: TypeAlias = Callable[[str, int, int], None]


@dataclass(frozen=True)
class _Task:
    scenario: Scenario
    measure: Measure
    run: Run  # not yet made
    path: Path


@dataclass
class Runner:
    """Makes the runs of waves, or finds them in the folder if they were made before.

    Run number n of seed s has run seed s x 1,000,000 + n. `measure` must be a function of a module if there are several
    workers. `made` counts the runs that were not found. A vector that the scenario or the model refuses is a run
    that failed, not an error.
    """

    scenario: Scenario
    space: Space
    measure: Measure
    folder: Path
    seed: int
    workers: int | None = None
    on_progress: OnProgress | None = None
    asked: int = 0
    made: int = 0

    def __call__(self, wave: int, points: Floats) -> list[Run]:
        """The runs of a wave, in order; `points` count only if the wave was not begun before."""
        vectors = self._plan(wave, points)
        first = self.asked + 1
        self.asked += len(vectors)
        tasks = [self._task(first + row, wave, vector) for row, vector in enumerate(vectors)]
        found = {task.run.number: _read_run(task.path) for task in tasks if task.path.exists()}
        missing = [task for task in tasks if task.run.number not in found]
        before = len(found)
        self._tell(wave, before, len(tasks))
        made = run_all(missing, _run_task, self.workers, lambda done, _: self._tell(wave, before + done, len(tasks)))
        self.made += len(made)
        found |= {run.number: run for run in made}
        return [found[task.run.number] for task in tasks]

    def _plan(self, wave: int, points: Floats) -> list[Vector]:
        """The vectors of a wave, as planned when it began."""
        path = self.folder / "waves" / f"wave-{wave:02d}.json"
        if path.exists():
            planned: list[Vector] = _read_json(path)
            return planned
        vectors = [self.space.vector(point) for point in points]
        path.parent.mkdir(exist_ok=True)
        store.write_text(path, json.dumps(vectors, indent=1) + "\n")
        return vectors

    def _task(self, number: int, wave: int, vector: Vector) -> _Task:
        path = self.folder / "runs" / f"run-{number:05d}.json"
        path.parent.mkdir(exist_ok=True)
        run = Run(number, wave, self.seed * SEEDS_PER_COMPARISON + number, vector)
        return _Task(self.scenario, self.measure, run, path)

    def _tell(self, wave: int, done: int, total: int) -> None:
        if self.on_progress is not None:
            text = f"wave {wave}" if done < total else f"wave {wave}: learning"
            self.on_progress(text, done, total)


def _run_task(task: _Task) -> Run:
    """One run in a worker: measured, stored and returned."""
    try:
        with threadpool_limits(1):
            result = run(with_values(task.scenario, task.run.vector), task.run.seed)
        given = {name: float(value) for name, value in task.measure(result).items()}
        outputs = {name: value if math.isfinite(value) else math.nan for name, value in given.items()}
        finished = replace(task.run, outputs=outputs)
    except (ScenarioError, ValueError) as refused:
        finished = replace(task.run, error=str(refused) or type(refused).__name__)
    entries = {"run": finished.number} | asdict(finished)
    entries["outputs"] = {name: None if math.isnan(value) else value for name, value in finished.outputs.items()}
    del entries["number"]
    store.write_text(task.path, json.dumps(entries, indent=1, allow_nan=False) + "\n")
    return finished


def _read_run(path: Path) -> Run:
    read = _read_json(path)
    outputs = {name: math.nan if value is None else value for name, value in read.pop("outputs").items()}
    return Run(read.pop("run"), outputs=outputs, **read)


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise store.StoreError(f"{path} can't be read; delete it to have it made again") from None
