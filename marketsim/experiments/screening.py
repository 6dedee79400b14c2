"""A sensitivity analysis: which points a sweep must make, and the ranking of factors by what it left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import pandas as pd

from marketsim.core.columns import Floats
from marketsim.experiments import sensitivity
from marketsim.experiments.definition import COMPARED, UNBOUNDED, Definition
from marketsim.experiments.plan import whole_factors
from marketsim.experiments.sweep_folder import open_set
from marketsim.results import store
from marketsim.scenario import errors

MIDDLE = 0.95  # of an unbounded distribution that Morris' levels span: its ends are infinitely far


@dataclass(frozen=True)
class Screening:
    """Which runs an analysis makes: `size` trajectories or samples of the definition's factors.

    `outcomes` are those that must be explained; all others are too, if they can.
    """

    definition: Definition
    columns: sensitivity.Columns
    method: sensitivity.Method
    size: int
    outcomes: Sequence[str] = ()

    @cached_property
    def levels(self) -> list[int | None]:
        """How many values of each factor Morris tries: all that are listed, and whole numbers if they are few.

        Raises ScenarioError where there are not trajectories enough to try each.
        """
        whole = whole_factors(self.definition)
        return [self._levels_of(key, whole[key]) for key in self.columns]

    def _levels_of(self, key: str, whole: bool) -> int | None:
        factor = self.definition.factors[key]
        count = factor.count(whole)
        if count <= self.size + 1:
            return int(count)
        if self.method == "morris" and factor.levels(whole) is not None:
            words = f"{key} has {count} values; comparing all of them takes at least {count - 1}, got {self.size}"
            raise errors.ScenarioError(f"--trajectories: {words}")
        return None

    @cached_property
    def places(self) -> Floats:
        """The points in the unit cube, which levels cut evenly."""
        return sensitivity.sample(self.method, self.levels, self.size, self.definition.seed)

    @property
    def scale(self) -> Floats:
        """The points as effects are measured: over the whole range; of words, from one listed earlier to a later."""
        scale = self.places.reshape(self.size, -1, len(self.columns)).copy()
        for number, key in enumerate(self.columns):
            if isinstance((self.definition.factors[key].values or [0])[0], str):
                scale[:, :, number] = scale[:, :, number] > scale[:, :, number].min(axis=1, keepdims=True)
        return scale.reshape(self.places.shape)

    @property
    def unit(self) -> Floats:
        """The points in the unit cube, without the ends of what has none."""
        places = self.places.copy()
        if self.method == "morris":
            for number, key in enumerate(self.columns):
                if self.definition.factors[key].form in UNBOUNDED:
                    places[:, number] = (1 - MIDDLE) / 2 + MIDDLE * places[:, number]
        return places

    @property
    def points(self) -> pd.DataFrame:
        """The points that a sweep must make: a column a factor."""
        return sensitivity.points_at(self.unit, self.columns)

    @property
    def runs(self) -> int:
        """How many runs there are in all."""
        return len(self.places) * self.definition.replicates * len(self.definition.scenarios)

    def __str__(self) -> str:
        blocks = "trajectories" if self.method == "morris" else "samples"
        points = len(self.places) // self.size
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


def screen(screening: Screening, folder: Path, failed: int) -> Screened:
    """Analyse a sweep of the screening's points, of which so many runs failed; write sensitivity.csv into its folder.

    Raises StoreError if too few runs succeeded.
    """
    found, keys = open_set(folder), list(screening.columns)
    left = found.design, found.outcomes
    table = sensitivity.analyse(screening.method, screening.scale, *left, keys, screening.outcomes)
    store.write_csv(folder / "sensitivity.csv", table)
    whose = "all areas" if screening.definition.whom is None else screening.definition.whom
    remark = f"Outcomes of {whose}. {screening.runs:,} runs: {screening}, the same children and luck at every point."
    if failed:
        remark += f" {failed} runs failed; their trajectories or samples are left out."
    return Screened(table, remark + _rests_on(screening, table), found.footing)


def _rests_on(screening: Screening, table: pd.DataFrame) -> str:
    """How many trajectories or samples, and replicates, the outcomes asked for rest on, if not on all."""
    asked = table[table["outcome"].isin(screening.outcomes)] if screening.outcomes else table
    least, replicates = asked["blocks"].min(), asked["replicates"].min()
    if (least, replicates) == (screening.size, screening.definition.replicates):
        return ""
    return (
        f" The outcome isn't known in all runs: the numbers rest on {least} of {screening.size} trajectories or "
        f"samples (all points known), and {replicates} of {screening.definition.replicates} replicates."
    )


def columns_of(definition: Definition) -> sensitivity.Columns:
    """How places from 0 to 1 become values of each factor, as in a sweep. Raises ScenarioError."""
    whole = whole_factors(definition)
    return {key: partial(factor.at, whole=whole[key]) for key, factor in definition.factors.items()}


def check_outcomes(wanted: Sequence[str], definition: Definition) -> list[str]:
    """The outcomes asked for; ScenarioError for one that there isn't, or that the experiment doesn't keep."""
    kept = definition.outcomes or COMPARED
    for name in wanted:
        if name not in kept:
            unknown, near = f"unknown outcome {errors.shown(name)}", errors.did_you_mean(name, kept)
            words = errors.sentence(unknown, f"allowed: {errors.listed(kept)}", near)
            raise errors.ScenarioError(words, "--outcome")
    return list(wanted)
