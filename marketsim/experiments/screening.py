"""A sensitivity analysis from beginning to end: points, runs through a resumable sweep, indices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from marketsim.core.columns import Floats
from marketsim.experiments.arms import COMPARED, arms_of, is_whole, shapes_of
from marketsim.experiments.definition import EXPERIMENTS, Definition, load_definition
from marketsim.experiments.factors import Factor
from marketsim.experiments.sensitivity import Columns, Method, analyse, points_at, sample
from marketsim.experiments.sets import open_set
from marketsim.experiments.sweep import sweep
from marketsim.results import store
from marketsim.scenario.errors import LocatedError, ScenarioError, did_you_mean, listed, sentence, shown
from marketsim.scenario.reader import read_yaml

UNBOUNDED = ("normal", "lognormal")
MIDDLE = 0.95  # of an unbounded distribution that Morris' levels span: its ends are infinitely far


@dataclass(frozen=True)
class Screening:
    """Which runs an analysis makes: `size` trajectories or samples of the definition's factors.

    `outcomes` are those that must be explained; all others are too, if they can.
    """

    definition: Definition
    columns: Columns
    method: Method
    size: int
    outcomes: Sequence[str] = ()

    @cached_property
    def unit(self) -> Floats:
        """The points in the unit cube."""
        places = sample(self.method, len(self.columns), self.size, self.definition.seed)
        if self.method == "morris":
            for number, key in enumerate(self.columns):
                if self.definition.factors[key].form in UNBOUNDED:
                    places[:, number] = (1 - MIDDLE) / 2 + MIDDLE * places[:, number]
        return places

    @property
    def runs(self) -> int:
        """How many runs there are in all."""
        return len(self.unit) * self.definition.replicates * len(self.definition.scenarios)

    def __str__(self) -> str:
        blocks = "trajectories" if self.method == "morris" else "samples"
        points = len(self.unit) // self.size
        return (
            f"{self.size} {blocks} of {points} points ({len(self.columns)} factors) x {self.definition.replicates} "
            f"replicates x {len(self.definition.scenarios)} scenarios"
        )


@dataclass(frozen=True)
class Screened:
    """The table of strengths; what was run; and what the scenarios' values rest on."""

    table: pd.DataFrame
    remark: str
    footing: str


def screen(
    screening: Screening, folder: Path, workers: int | None, on_progress: Callable[[int, int], None] | None = None
) -> Screened:
    """Make the runs that the folder lacks, analyse all, and write sensitivity.csv into it.

    Raises ScenarioError, and StoreError if the folder holds something else or too few runs succeeded.
    """
    definition, keys = screening.definition, list(screening.columns)
    points = points_at(screening.unit, screening.columns)
    done = sweep(definition, folder, workers, points=points, on_progress=on_progress)
    found = open_set(folder)
    unit = sample(screening.method, len(keys), screening.size, definition.seed)
    table = analyse(screening.method, unit, found.design, found.outcomes, keys, screening.outcomes)
    store.write_csv(folder / "sensitivity.csv", table)
    remark = f"{screening.runs:,} runs: {screening}, the same children and luck at every point."
    if done.failed:
        remark += f" {len(done.failed)} runs failed; their trajectories or samples are left out."
    return Screened(table, remark, found.footing)


def experiment_at(named: Sequence[str], changes: dict[str, Any]) -> Definition | None:
    """The experiment if that is what is named: a file that lists `scenarios`, or a name in experiments/; else None."""
    path = Path(named[0])
    inside = Path(EXPERIMENTS) / f"{named[0].removesuffix('.yaml')}.yaml"
    is_file = path.is_file() and path.suffix in (".yaml", ".yml")
    if not (is_file and read_yaml(path).root.child("scenarios") is not None) and (is_file or not inside.is_file()):
        return None
    if len(named) > 1:
        raise ScenarioError(f"is an experiment; expected it alone, or scenarios, got {len(named)} names", named[0])
    definition = load_definition(path if is_file else inside, changes)
    if not definition.factors:
        raise ScenarioError("has no factors, so there is nothing to rank", named[0])
    return definition


def columns_of(definition: Definition) -> Columns:
    """How places from 0 to 1 become values of each factor, as in a sweep. Raises ScenarioError."""
    try:
        shapes = shapes_of(definition, arms_of(definition))
    except LocatedError as error:
        raise ScenarioError(f"{'.'.join(map(str, error.path))}: {error}", definition.name) from None
    return {key: _column(factor, is_whole(shapes[key])) for key, factor in definition.factors.items()}


def check_outcomes(wanted: Sequence[str], definition: Definition) -> list[str]:
    """The outcomes asked for; ScenarioError for one that there isn't, or that the experiment doesn't keep."""
    kept = definition.outcomes or COMPARED
    for name in wanted:
        if name not in kept:
            words = sentence(f"unknown outcome {shown(name)}", f"allowed: {listed(kept)}", did_you_mean(name, kept))
            raise ScenarioError(words, "--outcome")
    return list(wanted)


def _column(factor: Factor, whole: bool) -> Callable[[Floats], list[Any]]:
    return lambda unit: factor.at(np.asarray(unit, dtype=np.float64), whole)
