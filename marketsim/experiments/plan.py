"""A sweep that was checked: its scenarios, and the table of its runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from marketsim.experiments.arms import Arm, arms_of, check_values, is_whole, shapes_of
from marketsim.experiments.design import check_size, points_of, runs_of
from marketsim.scenario import ScenarioError
from marketsim.scenario.errors import LocatedError, shown

if TYPE_CHECKING:
    from marketsim.experiments.definition import Definition


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
    for key, shape in shapes.items():
        check_values(key, _extremes(points[key]), arms, shape)
    return Plan(definition, arms, runs_of(definition, points, arms))


def _given_points(definition: Definition, points: pd.DataFrame) -> pd.DataFrame:
    for key in definition.factors:
        if key not in points:
            raise LocatedError(("factors", key), f"the points given have no column {shown(key)}")
    check_size(definition, len(points), "the table of points")
    return points[list(definition.factors)].reset_index(drop=True)


def _extremes(column: pd.Series[Any]) -> list[Any]:
    """The values that could be out of range: the least and the greatest of numbers, all words."""
    values = column.unique().tolist()
    if any(isinstance(value, str | bool) for value in values):
        return values
    return sorted({min(values), max(values)})
