"""What a calibration is given, scenario, ranges and targets: every mistake is one line that says where it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import marketsim.england
from marketsim.experiments.scenarios import as_scenario
from marketsim.results import manifest
from marketsim.scenario import errors, loading, overlay
from marketsim.scenario.schema import Scenario
from marketsim.trust import published, rows
from marketsim.trust.calibration import space as cube
from marketsim.trust.calibration.space import Parameter, Settings, Space
from marketsim.trust.published import Target

RANGES = Path(marketsim.england.__file__).with_name("uncertain.csv")
TARGETS = Path(marketsim.england.__file__).with_name("targets.csv")
RANGE_COLUMNS = ("key", "low", "high", "scale", "reason", "fitted_to")
TARGET_COLUMNS = ("measure", "value", "tolerance")


@dataclass(frozen=True)
class Inputs:
    """A scenario and its uncertain parameters, the targets they are fitted to and those held out, and the settings.

    `weeks` replaces the scenario's horizon unless it is None.
    """

    loaded: loading.LoadedScenario
    space: Space
    targets: tuple[published.Target, ...]
    settings: Settings
    held_out: tuple[published.Target, ...] = ()
    weeks: int | None = None

    @property
    def scenario(self) -> Scenario:
        """The scenario as it is run: what is not known of it is in the vectors."""
        return as_scenario(self.loaded, self.weeks).model_copy(update={"uncertainty": "none"})


def read_inputs(
    scenario: str | Path,
    targets: Path | None = None,
    ranges: Path | None = None,
    runs_per_wave: int | None = None,
    waves: int = cube.DEFAULT_WAVES,
    keep: int = cube.DEFAULT_KEEP,
    seed: int = 1,
    weeks: int | None = None,
) -> Inputs:
    """Read the files that a calibration needs (those of England, if not given) and check that they fit each other.

    Targets that no parameter names in `fitted_to` are held out. Without `runs_per_wave`: ten for each parameter. Raises
    ScenarioError for every mistake in the files, for runs shorter than the year that targets are measured over, and for
    fewer runs a wave than the parameters need.
    """
    loaded = loading.load_scenario(scenario)
    horizon = as_scenario(loaded, weeks).horizon.weeks
    if horizon < published.YEAR_WEEKS:
        message = f"targets are measured over a year: expected at least {published.YEAR_WEEKS} weeks, got {horizon}"
        raise errors.ScenarioError(message, loaded.path.name)
    space = read_space(ranges or RANGES, loaded.scenario)
    fitted, held_out = split_targets(space, read_targets(targets or TARGETS))
    if not fitted:
        raise errors.ScenarioError("no parameter's fitted_to names any of these targets", str(targets or TARGETS.name))
    runs = cube.RUNS_PER_PARAMETER * len(space) if runs_per_wave is None else runs_per_wave
    if runs < least_runs(space):
        message = f"expected at least {least_runs(space)} for {len(space)} parameters, got {runs}"
        raise errors.ScenarioError(message, "--runs-per-wave")
    return Inputs(loaded, space, tuple(fitted), Settings(runs, waves, keep, seed), tuple(held_out), weeks)


def least_runs(space: Space) -> int:
    """The fewest runs in a wave from which emulators can learn anything."""
    return 2 * len(space) + 2


def identity(inputs: Inputs, measure: str) -> dict[str, Any]:
    """What makes a calibration the same one, as plain JSON values; `measure` names the function that measures runs."""
    loaded = inputs.loaded
    entries = {
        "scenario": {"name": loaded.scenario.name, "file": loaded.path.name, "sha256": loaded.digest},
        "weeks": inputs.scenario.horizon.weeks,
        "ranges": [asdict(parameter) for parameter in inputs.space.parameters],
        "targets": [asdict(target) for target in inputs.targets],
        "held_out": [asdict(target) for target in inputs.held_out],
        "settings": asdict(inputs.settings),
        "measure": measure,
        # The plausible set is what calibrations make: it plays no part in them.
        "program": manifest.program_digest((manifest.PLAUSIBLE,)),
    }
    return manifest.plain(entries)


def read_space(path: Path, scenario: Scenario) -> Space:
    """The uncertain parameters of a ranges file, checked against a scenario. Raises ScenarioError."""
    parameters: list[Parameter] = []
    for row in rows.read_rows(path, RANGE_COLUMNS):
        if row.cells["key"] in (parameter.key for parameter in parameters):
            raise row.error(f"the key {errors.shown(row.cells['key'])} is listed twice")
        parameters.append(_parameter(row, scenario))
    return Space(tuple(parameters))


def read_targets(path: Path) -> list[Target]:
    """The targets of a file. Raises ScenarioError."""
    targets: list[Target] = []
    for row in rows.read_rows(path, TARGET_COLUMNS):
        name = row.word("measure", published.TARGET_MEASURES, "measure")
        if name in (target.measure for target in targets):
            raise row.error(f"the measure {errors.shown(name)} is listed twice")
        value = row.amount("value", row.cells.get("unit", ""))
        if value == 0:
            raise row.error("value: 0 has no relative tolerance; expected another number")
        targets.append(Target(name, value, row.amount("tolerance", "share", more_than=0), row.cells.get("unit", "")))
    return targets


def split_targets(space: Space, targets: Sequence[Target]) -> tuple[list[Target], list[Target]]:
    """The targets that some parameter is fitted to, and those held out; all are fitted to if no parameter names any."""
    named = {measure for parameter in space.parameters for measure in parameter.fitted_to}
    fitted = [target for target in targets if target.measure in named or not named]
    return fitted, [target for target in targets if target not in fitted]


def _parameter(row: rows.Row, scenario: Scenario) -> Parameter:
    key, low, high = row.cells["key"], row.number("low"), row.number("high")
    whole = _is_whole(row, scenario)
    scale = row.cells["scale"]
    if scale not in ("linear", "log"):
        raise row.error(f"scale: expected linear or log, got {errors.shown(scale)}")
    if low >= high:
        raise row.error(f"{key}: low must be below high, got {row.cells['low']} and {row.cells['high']}")
    if scale == "log" and low <= 0:
        raise row.error(f"{key}: a range on a log scale must lie above 0, got low {row.cells['low']}")
    if not row.cells["reason"]:
        raise row.error(f"{key}: reason: expected why the range is what it is, got nothing")
    fitted_to = tuple(name.strip() for name in row.cells["fitted_to"].split(";") if name.strip())
    for name in fitted_to:
        row.known(name, published.TARGET_MEASURES, "measure")
    parameter = Parameter(key, low, high, scale == "log", whole, row.cells["reason"], fitted_to)
    _check_feasible(row, parameter, scenario)
    return parameter


def _is_whole(row: rows.Row, scenario: Scenario) -> bool:
    """True if only whole numbers are allowed at the key; raises ScenarioError if no number stands there."""
    key = row.cells["key"]
    try:
        value = overlay.value_at(scenario, key)
    except KeyError as error:
        near = errors.did_you_mean(str(error.args[0]), error.args[1])
        raise row.error(f"there is no value {errors.shown(key)}", near) from None
    if value is None and key.startswith("purchasing.arrangements."):
        message = f"{errors.shown(key)}: the scenario {errors.shown(scenario.name)} has no such arrangement"
        raise row.error(message, f"it has: {errors.listed(sorted(scenario.purchasing.arrangements))}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise row.error(f"{errors.shown(key)} is not a number, so it can't have a range")
    return isinstance(value, int)


def _check_feasible(row: rows.Row, parameter: Parameter, scenario: Scenario) -> None:
    """Both ends of the range must be allowed by the schema, all else being as the scenario has it."""
    if parameter.whole and math.ceil(parameter.low) >= math.floor(parameter.high):
        raise row.error(f"{parameter.key}: the range holds fewer than two whole numbers")
    for place in (0.0, 1.0):
        try:
            overlay.with_values(scenario, {parameter.key: parameter.value(place)})
        except errors.ScenarioError as error:
            raise row.error(f"the range is infeasible: {error.message}") from None
