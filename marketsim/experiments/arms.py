"""The scenarios of a sweep, and whether its factors mean anything to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from marketsim.experiments.scenarios import as_scenario, labels_of, refuse_other_world
from marketsim.results.outcomes import MEASURES
from marketsim.scenario.errors import LocatedError, ScenarioError, listed, shown
from marketsim.scenario.loading import LoadedScenario, load_scenario
from marketsim.scenario.overlay import with_values
from marketsim.scenario.schema import Scenario
from marketsim.scenario.shape import Shape, shape_of
from marketsim.scenario.shipped import find_scenario
from marketsim.scenario.wording import expectation

if TYPE_CHECKING:
    from marketsim.experiments.definition import Definition

COMPARED = [name for name, measure in MEASURES.items() if measure.compared]
NO_FACTORS = ("name", "question", "description", "uncertainty", "shocks", "changes")
ARRANGEMENTS = ["purchasing", "arrangements"]


@dataclass(frozen=True)
class Arm:
    """A scenario as a sweep runs it; `scenario` has the sweep's number of weeks."""

    label: str
    loaded: LoadedScenario
    scenario: Scenario


def arms_of(definition: Definition) -> list[Arm]:
    """The arms, the baseline first.

    Raises LocatedError for names without a scenario, ScenarioError for mistakes in the scenarios' own files.
    """
    loaded = []
    for position, name in enumerate(definition.scenarios):
        try:
            path = find_scenario(name)
        except ScenarioError as error:
            raise LocatedError(("scenarios", position), f"{shown(name)} {error.message}") from None
        loaded.append(load_scenario(path))
    refuse_other_world(loaded)
    labels = labels_of([one.scenario.name for one in loaded])
    pairs = zip(labels, loaded, strict=True)
    return [Arm(label, one, as_scenario(one, definition.weeks)) for label, one in pairs]


def shapes_of(definition: Definition, arms: Sequence[Arm]) -> dict[str, Shape]:
    """What the schema says of each factor's key; raises LocatedError for a key that no arm has a single value at."""
    schema = shape_of(Scenario)
    return {key: _shape_at(key, arms, schema) for key in definition.factors}


def is_whole(shape: Shape) -> bool:
    """True where only whole numbers are allowed."""
    return {option.schema.get("type") for option in shape.alternatives()} - {"null"} == {"integer"}


def check_points(points: pd.DataFrame, arms: Sequence[Arm], shapes: Mapping[str, Shape]) -> None:
    """Check points of a design (a column a factor), all values of a point together.

    Raises LocatedError for the first that some arm can't have: for the value that is wrong by itself, if there is one.
    """
    for record in points.to_dict("records"):
        values = {str(key): value for key, value in record.items()}
        for arm in arms:
            try:
                with_values(arm.scenario, values)
            except ScenarioError as error:
                for key, shape in shapes.items():
                    _check_value(key, values[key], arm, shape)
                words = error.message.replace("Value error, ", "")
                raise LocatedError(("factors",), f"at some points of the design: {words}") from None


def _check_value(key: str, value: Any, arm: Arm, shape: Shape) -> None:
    """Raises LocatedError for a value that an arm can't have, all else being as it is."""
    try:
        with_values(arm.scenario, {key: value})
    except ScenarioError as error:
        expected = expectation(shape)
        own = "Value error, " in error.message or not expected
        words = error.message.replace("Value error, ", "").removeprefix(f"{key}: ")
        expectation_missed = f"expected {expected}; the design has {shown(value)}"
        raise LocatedError(("factors", key), words if own else expectation_missed) from None


def _shape_at(key: str, arms: Sequence[Arm], schema: Shape) -> Shape:
    steps = key.split(".")
    having = [arm for arm in arms if _has_arrangement(arm, steps)]
    if not having:
        known = sorted({name for arm in arms for name in arm.scenario.purchasing.arrangements})
        raise LocatedError(("factors", key), "no scenario has an arrangement", steps[2], known)
    shape = schema
    value: Any = having[0].loaded.values
    for step in steps:
        allowed = [name for name in shape.schema.get("properties", {}) if shape is not schema or name not in NO_FACTORS]
        if step not in allowed and (allowed or "additionalProperties" not in shape.schema):
            raise LocatedError(("factors", key), "no scenario has a value", step, allowed)
        value = value.get(step) if isinstance(value, dict) else None
        shape = shape.at(step, value)
    kinds = {option.schema.get("type") for option in shape.alternatives()}
    if kinds & {"object", "array"} or "oneOf" in shape.schema:
        inner = [name for name in shape.schema.get("properties", {})]
        more = f"; it has: {listed([f'{key}.{name}' for name in inner])}" if inner else ""
        raise LocatedError(("factors", key), f"is not a single value{more}")
    return shape


def _has_arrangement(arm: Arm, steps: list[str]) -> bool:
    """False for a key of an arrangement that the arm doesn't have."""
    return steps[:2] != ARRANGEMENTS or len(steps) < 3 or steps[2] in arm.scenario.purchasing.arrangements
