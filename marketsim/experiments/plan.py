"""A sweep that was checked: its scenarios, whether its factors mean anything to them, and the table of its runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from marketsim.experiments import scenarios, sweep_folder, who
from marketsim.experiments.definition import Definition, check_size, points_of
from marketsim.results import manifest
from marketsim.results.result import design_digest
from marketsim.scenario import errors, idle, loading
from marketsim.scenario.drawn_values import draws_vectors, vectors_of
from marketsim.scenario.overlay import TAGS, with_values
from marketsim.scenario.schema import Scenario
from marketsim.scenario.shape import Shape, expectation, shape_of
from marketsim.scenario.shipped import find_scenario
from marketsim.scenario.signoff import assumptions

NO_FACTORS = ("name", "question", "description", "uncertainty", "shocks", "changes")
ARRANGEMENTS = ["purchasing", "arrangements"]
SPREAD = 200  # points from all over a design that are checked before the first run


@dataclass(frozen=True)
class Arm:
    """A scenario as a sweep runs it; `scenario` has the sweep's number of weeks."""

    label: str
    loaded: loading.LoadedScenario
    scenario: Scenario


@dataclass(frozen=True)
class Plan:
    """`design` as in design.parquet; `arms` in the order of the definition's scenarios.

    `keys` are the columns of the design that each run is given as its settings; `group` is whose outcomes are analysed
    (None: England's); `also` is what else makes it the same sweep, as plain JSON values: what a work of one's own needs
    to know.
    """

    definition: Definition
    arms: list[Arm]
    design: pd.DataFrame
    keys: list[str]
    group: who.Group | None = None
    also: dict[str, Any] = field(default_factory=dict)

    @property
    def points(self) -> int:
        """How many points the design has."""
        return int(self.design["point"].max()) + 1

    def facts(self) -> dict[str, Any]:
        """What the manifest says of the sweep, so that every result can be traced; `sweep` makes it the same one."""
        definition = self.definition.model_dump(mode="json", exclude_none=True)
        definition["scenarios"] = [arm.loaded.path.name for arm in self.arms]
        vectors = self.design["vector"].dropna().unique().tolist()
        lengths = {arm.scenario.horizon.weeks for arm in self.arms}
        return {
            "seed": self.definition.seed,
            "weeks": lengths.pop() if len(lengths) == 1 else None,
            "points": self.points,
            "runs": len(self.design),
            "definition": definition,
            sweep_folder.KIND: self._identity(),
            **assumptions({arm.label: arm.loaded for arm in self.arms}, vectors),
        }

    def _identity(self) -> dict[str, Any]:
        """What must be the same for a sweep to go on in a folder, as plain JSON values."""
        settings = self.definition.model_dump(mode="json", exclude={"name", "question", "scenarios", "factors"})
        factors = self.definition.factors.items()
        return manifest.plain({
            "format": sweep_folder.FORMAT,
            "scenario": {arm.label: arm.loaded.digest for arm in self.arms},
            "choice_of_factors": {key: factor.model_dump(exclude_defaults=True) for key, factor in factors},
            "settings": settings,
            "design": design_digest(self.design),
            "program": manifest.program_digest(),
            **self.also,
        })  # fmt: skip


def plan_of(definition: Definition, points: pd.DataFrame | None = None) -> Plan:
    """The plan of a sweep; `points`, a column a factor, takes the place of the definition's own design.

    Raises ScenarioError for whatever is wrong with scenarios, factors and values, before anything is run.
    """
    with _in_one_line(definition):
        return located_plan(definition, points)


def whole_factors(definition: Definition) -> dict[str, bool]:
    """Which factors take whole numbers only. Raises ScenarioError as `plan_of` does."""
    with _in_one_line(definition):
        return _whole(definition, _shapes_of(definition, _arms_of(definition)))


def located_plan(definition: Definition, points: pd.DataFrame | None = None) -> Plan:
    """The plan of a sweep; raises LocatedError for what is wrong in the definition itself."""
    arms = _arms_of(definition)
    shapes = _shapes_of(definition, arms)
    _check_effects(definition, arms)
    points = points_of(definition, _whole(definition, shapes)) if points is None else _given_points(definition, points)
    _check_points(_telling(points), arms, shapes)
    design = _runs_of(definition, points, arms)
    return Plan(definition, arms, design, list(definition.factors), _group(definition, arms))


def _group(definition: Definition, arms: Sequence[Arm]) -> who.Group | None:
    """Whose outcomes are analysed; raises LocatedError if nobody is called so."""
    if definition.whom is None:
        return None
    try:
        return who.group_of(definition.whom, [arm.scenario for arm in arms])
    except errors.ScenarioError as error:
        raise errors.LocatedError(("whom",), error.message) from None


def plan_for(
    definition: Definition, loaded: loading.LoadedScenario, points: pd.DataFrame, also: Mapping[str, Any]
) -> Plan:
    """The plan of runs of one scenario that is loaded already, for a work of one's own (`sweep.make_runs`), which knows
    what the columns of `points` mean."""
    arms = [Arm(loaded.scenario.name, loaded, scenarios.as_scenario(loaded, definition.weeks))]
    check_size(definition, len(points), "the table of points")
    keys = [str(column) for column in points]
    return Plan(definition, arms, _runs_of(definition, points, arms), keys, also=dict(also))


@contextmanager
def _in_one_line(definition: Definition) -> Iterator[None]:
    try:
        yield
    except errors.LocatedError as error:
        raise errors.ScenarioError(f"{'.'.join(map(str, error.path))}: {error}", definition.name) from None


def _arms_of(definition: Definition) -> list[Arm]:
    """The arms, the baseline first.

    Raises LocatedError for names without a scenario, ScenarioError for mistakes in the scenarios' own files.
    """
    loaded = []
    for position, name in enumerate(definition.scenarios):
        try:
            path = find_scenario(name)
        except errors.ScenarioError as error:
            raise errors.LocatedError(("scenarios", position), f"{errors.shown(name)} {error.message}") from None
        loaded.append(loading.load_scenario(path))
    scenarios.refuse_other_world(loaded)
    pairs = zip(scenarios.labels_of([one.scenario.name for one in loaded]), loaded, strict=True)
    return [Arm(label, one, scenarios.as_scenario(one, definition.weeks)) for label, one in pairs]


def _shapes_of(definition: Definition, arms: Sequence[Arm]) -> dict[str, Shape]:
    """What the schema says of each factor's key; raises LocatedError for a key that no arm has a single value at."""
    schema = shape_of(Scenario)
    return {key: _shape_at(key, arms, schema) for key in definition.factors}


def _check_effects(definition: Definition, arms: Sequence[Arm]) -> None:
    """Raises LocatedError for a factor without effect in any arm, unless what switches it on is a factor too."""
    for key in definition.factors:
        reasons = [idle.reason(arm.scenario, key) for arm in arms if _has_arrangement(arm, key.split("."))]
        switched = any(why.partition(" is ")[0] in definition.factors for why in reasons)
        if all(reasons) and not switched:
            raise errors.LocatedError(("factors", key), f"has no effect in these scenarios: {reasons[0]}")


def _whole(definition: Definition, shapes: Mapping[str, Shape]) -> dict[str, bool]:
    """Where only whole numbers are allowed. Raises LocatedError for a range between two of them."""
    whole = {
        key: {option.schema.get("type") for option in shape.alternatives()} - {"null"} == {"integer"}
        for key, shape in shapes.items()
    }
    for key, factor in definition.factors.items():
        if factor.count(whole[key]) < 1:
            words = f"expected a range with a whole number in it, got {factor.low:g} to {factor.high:g}"
            raise errors.LocatedError(("factors", key), words)
    return whole


def _given_points(definition: Definition, points: pd.DataFrame) -> pd.DataFrame:
    for key in definition.factors:
        if key not in points:
            raise errors.LocatedError(("factors", key), f"the points given have no column {errors.shown(key)}")
    check_size(definition, len(points), "the table of points")
    return points[list(definition.factors)].reset_index(drop=True)


def _runs_of(definition: Definition, points: pd.DataFrame, arms: Sequence[Arm]) -> pd.DataFrame:
    """The design: each point, by replicates, by arms."""
    draw = [draws_vectors(arm.scenario) for arm in arms]
    count = definition.replicates
    vectors: Sequence[int | None] = vectors_of(count, definition.seed) if any(draw) else [None] * count
    each = len(arms) * count
    run = np.arange(len(points) * each)
    replicate = run % each // len(arms)
    arm_of, replicate_of = (run % len(arms)).tolist(), replicate.tolist()
    drawn = [vectors[r] if draw[a] else None for r, a in zip(replicate_of, arm_of, strict=True)]
    own: dict[str, Any] = {
        "run": run,
        "point": run // each,
        "replicate": replicate,
        "seed": definition.seed * scenarios.SEEDS_PER_COMPARISON + replicate,
        "vector": pd.array(drawn, "Int64"),
        "scenario": [arms[a].label for a in arm_of],
    }
    return pd.concat([pd.DataFrame(own), points.iloc[run // each].reset_index(drop=True)], axis=1)


def _check_points(points: pd.DataFrame, arms: Sequence[Arm], shapes: Mapping[str, Shape]) -> None:
    """Check points of a design (a column a factor), all values of a point together.

    Raises LocatedError for the first that some arm can't have: for the value that is wrong by itself, if there is one.
    """
    for record in points.to_dict("records"):
        values = {str(key): value for key, value in record.items()}
        for arm in arms:
            try:
                with_values(arm.scenario, values)
            except errors.ScenarioError as error:
                for key, shape in shapes.items():
                    _check_value(key, values[key], arm, shape)
                words = error.message.replace("Value error, ", "")
                raise errors.LocatedError(("factors",), f"at some points of the design: {words}") from None


def _check_value(key: str, value: Any, arm: Arm, shape: Shape) -> None:
    """Raises LocatedError for a value that an arm can't have, all else being as it is."""
    try:
        with_values(arm.scenario, {key: value})
    except errors.ScenarioError as error:
        expected = expectation(shape)
        own = "Value error, " in error.message or not expected
        words = error.message.replace("Value error, ", "").removeprefix(f"{key}: ")
        expectation_missed = f"expected {expected}; the design has {errors.shown(value)}"
        raise errors.LocatedError(("factors", key), words if own else expectation_missed) from None


def _shape_at(key: str, arms: Sequence[Arm], schema: Shape) -> Shape:
    steps = key.split(".")
    having = [arm for arm in arms if _has_arrangement(arm, steps)]
    if not having:
        known = sorted({name for arm in arms for name in arm.scenario.purchasing.arrangements})
        raise errors.LocatedError(("factors", key), "no scenario has an arrangement", steps[2], known)
    shape = schema
    value: Any = having[0].loaded.values
    for step in steps:
        allowed = [name for name in shape.schema.get("properties", {}) if shape is not schema or name not in NO_FACTORS]
        if step not in allowed and (allowed or "additionalProperties" not in shape.schema):
            raise errors.LocatedError(("factors", key), "no scenario has a value", step, allowed)
        value = value.get(step) if isinstance(value, dict) else None
        shape = shape.at(step, value)
    if steps[-1] in TAGS:
        raise errors.LocatedError(("factors", key), "decides which other keys there are; write a scenario for each")
    kinds = {option.schema.get("type") for option in shape.alternatives()}
    if kinds & {"object", "array"} or "oneOf" in shape.schema:
        inner = [name for name in shape.schema.get("properties", {})]
        more = f"; it has: {errors.listed([f'{key}.{name}' for name in inner])}" if inner else ""
        raise errors.LocatedError(("factors", key), f"is not a single value{more}")
    return shape


def _has_arrangement(arm: Arm, steps: list[str]) -> bool:
    """False for a key of an arrangement that the arm doesn't have."""
    return steps[:2] != ARRANGEMENTS or len(steps) < 3 or steps[2] in arm.scenario.purchasing.arrangements


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
