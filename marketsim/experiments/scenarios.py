"""Which scenario is meant; and what makes several comparable: labels that differ, one world, seeds in common."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from marketsim.scenario import loading, own_folder
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.schema import Scenario
from marketsim.scenario.sections.world import places_of

SEEDS_PER_COMPARISON = 1_000_000  # replicate r of seed s has run seed s x this + r
Named: TypeAlias = str | Path | loading.LoadedScenario  # a shipped name, a path, or one that is loaded


def loaded_scenario(scenario: Named) -> loading.LoadedScenario:
    """The scenario meant, read if need be. Raises ScenarioError."""
    return scenario if isinstance(scenario, loading.LoadedScenario) else loading.load_scenario(scenario)


def as_scenario(scenario: Named | Scenario, weeks: int | None = None) -> Scenario:
    """The scenario meant, with another horizon if `weeks` is given."""
    parameters = scenario if isinstance(scenario, Scenario) else loaded_scenario(scenario).scenario
    if weeks is None:
        return parameters
    if not 1 <= weeks <= 5_200:
        raise ValueError(f"the number of weeks must be from 1 to 5200, got {weeks}")
    return parameters.model_copy(update={"horizon": parameters.horizon.model_copy(update={"weeks": weeks})})


def labels_of(names: list[str]) -> list[str]:
    """Names of the scenarios, with a number behind those that occur again."""
    labels: list[str] = []
    for name in names:
        number, label = 2, name
        while label in labels:
            label, number = f"{name}-{number}", number + 1
        labels.append(label)
    return labels


def refuse_other_world(loaded: Sequence[loading.LoadedScenario]) -> None:
    """Only scenarios with the same authorities and own data can be compared; raises ScenarioError for others."""
    expected, own = places_of(loaded[0].scenario.world), own_folder.digest(loaded[0].values["world"])
    for one in loaded[1:]:
        if own_folder.digest(one.values["world"]) != own:
            base = loaded[0].path
            message = f"starts from other own data than the baseline {base.name}, so that its children are others"
            raise ScenarioError(f"{message}; let both extend one scenario with `world.data`, or neither", one.path.name)
        if places_of(one.scenario.world) != expected:
            message = f"has other authorities than the baseline {loaded[0].path.name}; compare scenarios of one world"
            raise ScenarioError(message, one.path.name)
