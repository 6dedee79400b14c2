"""Reading ranges and targets from CSV: every mistake is one line that says where it is and what is allowed."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from pathlib import Path

import marketsim.england
from marketsim.scenario.errors import ScenarioError, did_you_mean, listed, shown
from marketsim.scenario.overlay import value_at, with_values
from marketsim.scenario.schema import Scenario
from marketsim.trust.calibration.space import Parameter, Space
from marketsim.trust.calibration.targets import Target
from marketsim.trust.rows import Row, read_rows

RANGES = Path(marketsim.england.__file__).with_name("uncertain.csv")
TARGETS = Path(marketsim.england.__file__).with_name("targets.csv")
RANGE_COLUMNS = ("key", "low", "high", "scale", "reason", "fitted_to")
TARGET_COLUMNS = ("measure", "value", "tolerance")


def read_space(path: Path, scenario: Scenario, measures: Collection[str]) -> Space:
    """The uncertain parameters of a ranges file, checked against a scenario.

    `measures` are the target measures that `fitted_to` may name. Raises ScenarioError.
    """
    parameters: list[Parameter] = []
    for row in read_rows(path, RANGE_COLUMNS):
        if row.cells["key"] in (parameter.key for parameter in parameters):
            raise row.error(f"the key {shown(row.cells['key'])} is listed twice")
        parameters.append(_parameter(row, scenario, measures))
    return Space(tuple(parameters))


def read_targets(path: Path, measures: Collection[str]) -> list[Target]:
    """The targets of a file, whose measures must be among those given. Raises ScenarioError."""
    targets: list[Target] = []
    for row in read_rows(path, TARGET_COLUMNS):
        name = row.word("measure", measures, "measure")
        if name in (target.measure for target in targets):
            raise row.error(f"the measure {shown(name)} is listed twice")
        value = row.number("value")
        if value == 0:
            raise row.error("value: 0 has no relative tolerance; expected another number")
        targets.append(Target(name, value, row.number("tolerance", more_than=0), row.cells.get("unit", "")))
    return targets


def split_targets(space: Space, targets: Sequence[Target]) -> tuple[list[Target], list[Target]]:
    """The targets that some parameter is fitted to, and those held out; all are fitted to if no parameter names any."""
    named = {measure for parameter in space.parameters for measure in parameter.fitted_to}
    fitted = [target for target in targets if target.measure in named or not named]
    return fitted, [target for target in targets if target not in fitted]


def _parameter(row: Row, scenario: Scenario, measures: Collection[str]) -> Parameter:
    key, low, high = row.cells["key"], row.number("low"), row.number("high")
    whole = _is_whole(row, scenario)
    scale = row.cells["scale"]
    if scale not in ("linear", "log"):
        raise row.error(f"scale: expected linear or log, got {shown(scale)}")
    if low >= high:
        raise row.error(f"{key}: low must be below high, got {row.cells['low']} and {row.cells['high']}")
    if scale == "log" and low <= 0:
        raise row.error(f"{key}: a range on a log scale must lie above 0, got low {row.cells['low']}")
    if not row.cells["reason"]:
        raise row.error(f"{key}: reason: expected why the range is what it is, got nothing")
    fitted_to = tuple(name.strip() for name in row.cells["fitted_to"].split(";") if name.strip())
    for name in fitted_to:
        row.known(name, measures, "measure")
    parameter = Parameter(key, low, high, scale == "log", whole, row.cells["reason"], fitted_to)
    _check_feasible(row, parameter, scenario)
    return parameter


def _is_whole(row: Row, scenario: Scenario) -> bool:
    """True if only whole numbers are allowed at the key; raises ScenarioError if no number stands there."""
    key = row.cells["key"]
    try:
        value = value_at(scenario, key)
    except KeyError as error:
        raise row.error(f"there is no value {shown(key)}", did_you_mean(str(error.args[0]), error.args[1])) from None
    if value is None and key.startswith("purchasing.arrangements."):
        message = f"{shown(key)}: the scenario {shown(scenario.name)} has no such arrangement"
        raise row.error(message, f"it has: {listed(sorted(scenario.purchasing.arrangements))}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise row.error(f"{shown(key)} is not a number, so it can't have a range")
    return isinstance(value, int)


def _check_feasible(row: Row, parameter: Parameter, scenario: Scenario) -> None:
    """Both ends of the range must be allowed by the schema, all else being as the scenario has it."""
    if parameter.whole and math.ceil(parameter.low) >= math.floor(parameter.high):
        raise row.error(f"{parameter.key}: the range holds fewer than two whole numbers")
    for place in (0.0, 1.0):
        try:
            with_values(scenario, {parameter.key: parameter.value(place)})
        except ScenarioError as error:
            raise row.error(f"the range is infeasible: {error.message}") from None
