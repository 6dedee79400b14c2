"""A sweep that was checked: its scenarios, and the table of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from marketsim.experiments.arms import Arm, arms_of, check_points, is_whole, shapes_of
from marketsim.experiments.design import check_size, points_of, runs_of
from marketsim.scenario.errors import LocatedError, ScenarioError, shown

if TYPE_CHECKING:
    from marketsim.experiments.definition import Definition

SPREAD = 200  # points from all over a design that are checked before the first run


@dataclass(frozen=True)
class Plan:
    """`design` as in design.parquet; `arms` in the order of the definition's scenarios."""

    definition: Definition
    arms: list[Arm]
    design: pd.DataFrame

    @property
    def points(self) -> int:
        """How many points the design has."""
        return int(self.design["point"].max()) + 1


def plan_of(definition: Definition, points: pd.DataFrame | None = None) -> Plan:
    """The plan of a sweep; `points`, a column a factor, takes the place of the definition's own design.

    Raises ScenarioError for whatever is wrong with scenarios, factors and values, before anything is run.
    """
    try:
        return located_plan(definition, points)
    except LocatedError as error:
        raise ScenarioError(f"{'.'.join(map(str, error.path))}: {error}", definition.name) from None


def located_plan(definition: Definition, points: pd.DataFrame | None = None) -> Plan:
    """The same; raises LocatedError for what is wrong in the definition itself."""
    arms = arms_of(definition)
    shapes = shapes_of(definition, arms)
    if points is None:
        points = points_of(definition, {key: is_whole(shape) for key, shape in shapes.items()})
    else:
        points = _given_points(definition, points)
    check_points(_telling(points), arms, shapes)
    return Plan(definition, arms, runs_of(definition, points, arms))


def _given_points(definition: Definition, points: pd.DataFrame) -> pd.DataFrame:
    for key in definition.factors:
        if key not in points:
            raise LocatedError(("factors", key), f"the points given have no column {shown(key)}")
    check_size(definition, len(points), "the table of points")
    return points[list(definition.factors)].reset_index(drop=True)


def _telling(points: pd.DataFrame) -> pd.DataFrame:
    """The points that show what is out of range: those with each word, and with the least and the greatest of numbers;
    and some from all over the design, for values that are wrong only beside others."""
    if len(points) <= SPREAD:
        return points.drop_duplicates()
    rows = set(np.linspace(0, len(points) - 1, SPREAD).astype(int).tolist())
    for name, column in points.items():
        if any(isinstance(value, str | bool) for value in column.unique()):
            rows |= set(column.drop_duplicates().index)
        else:
            rows |= {points[name].argmin(), points[name].argmax()}
    return points.iloc[sorted(rows)].drop_duplicates()
