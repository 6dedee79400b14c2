"""What is to be calibrated, and with how many runs: read and checked before the first of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from marketsim.experiments.scenarios import as_scenario
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import LoadedScenario, load_scenario
from marketsim.trust.calibration.files import RANGES, TARGETS, read_space, read_targets, split_targets
from marketsim.trust.calibration.space import Space
from marketsim.trust.calibration.targets import Target
from marketsim.trust.calibration.waves import DEFAULT_KEEP, DEFAULT_WAVES, RUNS_PER_PARAMETER, Settings
from marketsim.trust.validation.targets import TARGET_MEASURES, YEAR_WEEKS


@dataclass(frozen=True)
class Plan:
    """A scenario and its uncertain parameters, the targets they are fitted to and those held out, and the settings.

    `weeks` replaces the scenario's horizon unless it is None.
    """

    loaded: LoadedScenario
    space: Space
    targets: tuple[Target, ...]
    settings: Settings
    held_out: tuple[Target, ...] = ()
    weeks: int | None = None


def read_plan(
    scenario: str | Path,
    targets: Path | None = None,
    ranges: Path | None = None,
    runs_per_wave: int | None = None,
    waves: int = DEFAULT_WAVES,
    keep: int = DEFAULT_KEEP,
    seed: int = 1,
    weeks: int | None = None,
) -> Plan:
    """Read the files that a calibration needs (those of England, if not given) and check that they fit each other.

    Targets that no parameter names in `fitted_to` are held out. Without `runs_per_wave`: ten for each parameter. Raises
    ScenarioError for every mistake in the files, for runs shorter than the year that targets are measured over, and for
    fewer runs a wave than the parameters need.
    """
    loaded = load_scenario(scenario)
    horizon = as_scenario(loaded, weeks).horizon.weeks
    if horizon < YEAR_WEEKS:
        message = f"targets are measured over a year: expected at least {YEAR_WEEKS} weeks, got {horizon}"
        raise ScenarioError(message, loaded.path.name)
    space = read_space(ranges or RANGES, loaded.scenario, TARGET_MEASURES)
    fitted, held_out = split_targets(space, read_targets(targets or TARGETS, TARGET_MEASURES))
    if not fitted:
        raise ScenarioError("no parameter's fitted_to names any of these targets", str(targets or TARGETS.name))
    runs = RUNS_PER_PARAMETER * len(space) if runs_per_wave is None else runs_per_wave
    if runs < least_runs(space):
        message = f"expected at least {least_runs(space)} for {len(space)} parameters, got {runs}"
        raise ScenarioError(message, "--runs-per-wave")
    return Plan(loaded, space, tuple(fitted), Settings(runs, waves, keep, seed), tuple(held_out), weeks)


def least_runs(space: Space) -> int:
    """The fewest runs in a wave from which emulators can learn anything."""
    return 2 * len(space) + 2
