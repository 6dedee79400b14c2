"""The runs of a search: each folder of them is made or gone on with, and read as values by point and replicate."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from marketsim.core.columns import Floats
from marketsim.experiments import pool, sweep_folder
from marketsim.experiments.cooperatives.objectives import OBJECTIVES, make_group_run
from marketsim.experiments.cooperatives.proposing import GENERATION, Point
from marketsim.experiments.cooperatives.search_plan import KIND, Search
from marketsim.experiments.plan import Plan, plan_for
from marketsim.experiments.scenarios import labels_of
from marketsim.experiments.sweep import make_runs
from marketsim.experiments.sweep_folder import open_set
from marketsim.experiments.tasks import Progress, Work
from marketsim.results import manifest, store
from marketsim.scenario.loading import LoadedScenario
from marketsim.scenario.signoff import assumptions


class OneCrew(AbstractContextManager[pool.Crew]):
    """Workers that are started when the first run is to be made, and stay for all folders: leaving the block ends
    nothing; that is for who owns the `stack`."""

    def __init__(self, workers: int | None, most: int, stack: ExitStack) -> None:
        self.workers, self.most, self.stack = workers, most, stack
        self.ready: pool.Crew | None = None

    def __enter__(self) -> pool.Crew:
        if self.ready is None:
            self.ready = self.stack.enter_context(pool.local_crew(self.workers, self.most))
        return self.ready

    def __exit__(self, *_: object) -> None:
        """Stay."""


@dataclass
class Runs:
    """The runs of a search, made in its folder or found there; counts of all, those made now, and those that failed."""

    wanted: Search
    folder: Path
    workers: int | None
    work: Work | None
    on_progress: Progress | None
    count: int = 0
    made: int = 0
    failed: int = 0
    crew: OneCrew | None = None

    @contextmanager
    def kept(self) -> Iterator[None]:
        """The folder of the search, begun or gone on with, and finished at the end. Raises StoreError for a folder that
        holds anything else."""
        identity = self.wanted.identity()
        found = manifest.found_in(self.folder, KIND, identity)
        facts = {"seed": self.wanted.definition.seed, "weeks": self.wanted.definition.weeks, KIND: identity,
                 **self._assumptions()}  # fmt: skip
        started = store.now() if found is None else found["started"]
        if found is None:
            staged = self.folder.with_name(f".{self.folder.name}.{os.getpid()}{store.PART}")
            staged.mkdir(parents=True)
            manifest.write(staged, KIND, status="running", started=started, finished=None, **facts)
            staged.rename(self.folder)
        with ExitStack() as stack:
            self.crew = OneCrew(self.workers, GENERATION * self.wanted.replicates, stack)
            yield
        status = "failed" if self.failed else "finished"
        if found is None or (found["status"], found.get("runs")) != (status, self.count):
            ended = {"status": status, "started": started, "finished": store.now(), "runs": self.count}
            manifest.write(self.folder, KIND, **ended, **facts)

    def of_baseline(self, name: str, first: int, last: int) -> Floats:
        """The objectives of the baseline, replicates x objectives, of replicates from `first` to before `last`.

        Raises StoreError where one isn't known in all of them.
        """
        values: Floats = self._values(name, self.wanted.baseline.loaded, pd.DataFrame(index=range(1)), first, last)[0]
        missing = [aim for aim, column in zip(self.wanted.aims, values.T, strict=True) if np.isnan(column).any()]
        if missing:
            words = f"the baseline has no {missing[0]} in some runs, so nothing can be compared with it"
            raise store.StoreError(f"{self.folder / name}: {words}; see failed/ in it")
        return values

    def of_points(self, name: str, points: Sequence[Point], first: int, last: int) -> Floats:
        """The objectives of points x replicates x objectives; NaN where a run failed."""
        return self._values(name, self.wanted.loaded, pd.DataFrame(list(points)), first, last)

    def begun(self, name: str, count: int) -> list[Point] | None:
        """The points of a generation that the folder has begun, so that what failed then and succeeds now changes
        nothing behind it; None if it hasn't. Raises StoreError if they are fewer than `count`."""
        file = self.folder / name / sweep_folder.DESIGN
        held = store.undamaged(file)
        if held is None:
            return None
        keys = [lever.key for lever in self.wanted.levers]
        points = held.drop_duplicates("point").sort_values("point")[keys]
        if len(points) < count:
            raise store.StoreError(
                f"{self.folder / name} was begun with {len(points)} points, of {GENERATION}: a search goes on to more "
                f"trials from a multiple of {GENERATION}; name another folder with --out, nothing was changed"
            )
        return [{key: _plain(value) for key, value in zip(keys, row, strict=True)}
                for row in points.itertuples(index=False)]  # fmt: skip

    def _values(self, name: str, loaded: LoadedScenario, points: pd.DataFrame, first: int, last: int) -> Floats:
        plan, whom = self._plan(loaded, points, first, last), self.wanted.whom
        work = self.work or partial(make_group_run, name=whom.name, codes=whom.codes)
        tell = self.on_progress
        done = make_runs(plan, self.folder / name, self.workers, work=work, crew=self.crew,
                         on_progress=None if tell is None else lambda made, total: tell(made, total, name))  # fmt: skip
        self.count += done.runs
        self.made += done.made
        self.failed += len(done.failed)
        found = open_set(self.folder / name)
        rows = found.outcomes.merge(found.design[["run", "point", "replicate"]], on="run")
        values = np.full((len(points), last - first, len(self.wanted.aims)), np.nan)
        for place, aim in enumerate(self.wanted.aims):
            own = rows[rows["outcome"] == OBJECTIVES[aim]]
            values[own["point"], own["replicate"] - first, place] = own["value"]
        return values

    def _plan(self, loaded: LoadedScenario, points: pd.DataFrame, first: int, last: int) -> Plan:
        """The runs of points with some replicates only: those before `first` are others' luck and vectors."""
        definition = self.wanted.definition.model_copy(update={"replicates": last})
        also: dict[str, Any] = {"authorities": list(self.wanted.whom.codes)}
        plan = plan_for(definition, loaded, points, also)
        design = plan.design[plan.design["replicate"] >= first].reset_index(drop=True)
        return replace(plan, design=design.assign(run=np.arange(len(design))))

    def _assumptions(self) -> dict[str, Any]:
        several = [self.wanted.loaded, self.wanted.baseline.loaded]
        labels = labels_of([one.scenario.name for one in several])
        vectors = self.wanted.vectors
        return assumptions(dict(zip(labels, several, strict=True)), [] if vectors is None else vectors.tolist())


def _plain(value: Any) -> Any:
    """A value as Python has it, not NumPy."""
    return value.item() if isinstance(value, np.generic) else value
