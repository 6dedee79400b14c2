"""Reading ranges and targets from CSV: every mistake is one line that says where it is and what is allowed."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import marketsim.england
from marketsim.calibration.space import Parameter, Space
from marketsim.calibration.targets import Target
from marketsim.scenario import ScenarioError
from marketsim.scenario.errors import did_you_mean, listed, sentence, shown
from marketsim.scenario.overlay import value_at, with_values
from marketsim.scenario.reader import displayed
from marketsim.scenario.schema import Scenario

RANGES = Path(marketsim.england.__file__).with_name("uncertain.csv")
TARGETS = Path(marketsim.england.__file__).with_name("targets.csv")
RANGE_COLUMNS = ("key", "low", "high", "scale", "reason", "fitted_to")
TARGET_COLUMNS = ("measure", "value", "tolerance")
LARGEST_BYTES = 1_000_000

Row = tuple[str, dict[str, str]]


def read_space(path: Path, scenario: Scenario, measures: Collection[str]) -> Space:
    """The uncertain parameters of a ranges file, checked against a scenario.

    `measures` are the target measures that `fitted_to` may name. Raises ScenarioError.
    """
    parameters: list[Parameter] = []
    for where, row in _rows(path, RANGE_COLUMNS):
        if row["key"] in (parameter.key for parameter in parameters):
            raise ScenarioError(f"the key {shown(row['key'])} is listed twice", where)
        parameters.append(_parameter(where, row, scenario, measures))
    if not parameters:
        raise ScenarioError("holds no uncertain parameter", displayed(path))
    return Space(tuple(parameters))


def read_targets(path: Path, measures: Collection[str]) -> list[Target]:
    """The targets of a file, whose measures must be among those given. Raises ScenarioError."""
    targets: list[Target] = []
    for where, row in _rows(path, TARGET_COLUMNS):
        name = row["measure"]
        _check_measure(where, name, measures)
        if name in (target.measure for target in targets):
            raise ScenarioError(f"the measure {shown(name)} is listed twice", where)
        value, tolerance = _number(where, row, "value"), _number(where, row, "tolerance")
        if value == 0:
            raise ScenarioError("value: 0 has no relative tolerance; expected another number", where)
        if tolerance <= 0:
            raise ScenarioError(f"tolerance: expected a share of the value above 0, got {row['tolerance']}", where)
        targets.append(Target(name, value, tolerance, row.get("unit", "")))
    if not targets:
        raise ScenarioError("holds no target", displayed(path))
    return targets


def split_targets(space: Space, targets: Sequence[Target]) -> tuple[list[Target], list[Target]]:
    """The targets that some parameter is fitted to, and those held out; all are fitted to if no parameter names any."""
    named = {measure for parameter in space.parameters for measure in parameter.fitted_to}
    fitted = [target for target in targets if target.measure in named or not named]
    return fitted, [target for target in targets if target not in fitted]


def _parameter(where: str, row: dict[str, str], scenario: Scenario, measures: Collection[str]) -> Parameter:
    key, low, high = row["key"], _number(where, row, "low"), _number(where, row, "high")
    whole = _is_whole(where, key, scenario)
    scale = row["scale"]
    if scale not in ("linear", "log"):
        raise ScenarioError(f"scale: expected linear or log, got {shown(scale)}", where)
    if low >= high:
        raise ScenarioError(f"{key}: low must be below high, got {row['low']} and {row['high']}", where)
    if scale == "log" and low <= 0:
        raise ScenarioError(f"{key}: a range on a log scale must lie above 0, got low {row['low']}", where)
    if not row["reason"]:
        raise ScenarioError(f"{key}: reason: expected why the range is what it is, got nothing", where)
    fitted_to = tuple(name.strip() for name in row["fitted_to"].split(";") if name.strip())
    for name in fitted_to:
        _check_measure(where, name, measures)
    parameter = Parameter(key, low, high, scale == "log", whole, row["reason"], fitted_to)
    _check_feasible(where, parameter, scenario)
    return parameter


def _is_whole(where: str, key: str, scenario: Scenario) -> bool:
    """True if only whole numbers are allowed at the key; raises ScenarioError if no number stands there."""
    try:
        value = value_at(scenario, key)
    except KeyError as error:
        hint = did_you_mean(str(error.args[0]), error.args[1])
        raise ScenarioError(sentence(f"there is no value {shown(key)}", hint), where) from None
    if value is None and key.startswith("purchasing.arrangements."):
        have = listed(sorted(scenario.purchasing.arrangements))
        message = f"{shown(key)}: the scenario {shown(scenario.name)} has no such arrangement"
        raise ScenarioError(sentence(message, f"it has: {have}"), where)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ScenarioError(f"{shown(key)} is not a number, so it can't have a range", where)
    return isinstance(value, int)


def _check_feasible(where: str, parameter: Parameter, scenario: Scenario) -> None:
    """Both ends of the range must be allowed by the schema, all else being as the scenario has it."""
    if parameter.whole and math.ceil(parameter.low) >= math.floor(parameter.high):
        raise ScenarioError(f"{parameter.key}: the range holds fewer than two whole numbers", where)
    for place in (0.0, 1.0):
        try:
            with_values(scenario, {parameter.key: parameter.value(place)})
        except ScenarioError as error:
            raise ScenarioError(f"the range is infeasible: {error.message}", where) from None


def _check_measure(where: str, name: str, measures: Collection[str]) -> None:
    if name not in measures:
        allowed = f"allowed: {listed(sorted(measures))}"
        raise ScenarioError(sentence(f"unknown measure {shown(name)}", did_you_mean(name, measures), allowed), where)


def _number(where: str, row: dict[str, str], column: str) -> float:
    try:
        number = float(row[column])
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ScenarioError(f"{column}: expected a number, got {shown(row[column] or None)}", where)
    return number


def _rows(path: Path, needed: Sequence[str]) -> Iterator[Row]:
    """The rows of a CSV file, each with `file:line`; cells without blanks around them."""
    file = displayed(path)
    reader = csv.reader(io.StringIO(_text(path, file), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(f"{file}:1", header, needed)
        for cells in reader:
            where = f"{file}:{reader.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise ScenarioError(f"has {len(cells)} cells; expected {len(header)}, as in line 1", where)
            yield where, {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    except csv.Error as error:
        raise ScenarioError(f"is not valid CSV: {error}", f"{file}:{reader.line_num}") from None


def _check_header(where: str, header: list[str], needed: Sequence[str]) -> None:
    for name in needed:
        if header.count(name) != 1:
            wrong = "has no column" if name not in header else "has more than one column"
            near = "" if name in header else did_you_mean(name, [other for other in header if other not in needed])
            raise ScenarioError(sentence(f"{wrong} {shown(name)}", near, f"needed: {', '.join(needed)}"), where)


def _text(path: Path, file: str) -> str:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ScenarioError(f"is larger than {LARGEST_BYTES:,} bytes", file)
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScenarioError("is not text in UTF-8", file) from None
    except OSError as error:
        raise ScenarioError(f"can't be read: {error.strerror or error}", file) from None
