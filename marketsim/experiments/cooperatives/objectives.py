"""What a search makes small, for whom, and beside what: objectives by name, a group of authorities, a baseline."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd
from pydantic_core import to_jsonable_python

from marketsim.experiments import who
from marketsim.experiments.cooperatives import coalitions
from marketsim.experiments.run import run
from marketsim.experiments.scenarios import refuse_other_world
from marketsim.experiments.sweep import made_of
from marketsim.experiments.tasks import Made, RunTask
from marketsim.results import groups
from marketsim.results.outcomes import ENGLAND
from marketsim.scenario import errors, loading, overlay
from marketsim.scenario.schema import Scenario
from marketsim.scenario.sections.world import places_of

OBJECTIVES = {
    "spend": "spend_gbp",
    "out_of_area": "out_of_area_share",
    "unregistered": "children_unregistered",
    "voids": "void_rate",
    "distance": "distance_mean_miles",
    "fee": "weekly_fee_mean_gbp",
    "waiting": "children_waiting",
    "over_20_miles": "over_20_miles_share",
}  # the outcome that each makes small; a group's voids are those of the homes in its areas
USUAL = "spend,out_of_area,unregistered,voids"
OPTION = "--objectives:"


@dataclass(frozen=True)
class Whom:
    """Authorities (ONS codes) for whom objectives are measured, all together, and what they are called."""

    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Baseline:
    """What differences are taken from, and how that is said behind `less`."""

    loaded: loading.LoadedScenario
    words: str


def objectives_of(words: str) -> list[str]:
    """The objectives named, with commas between. Raises ScenarioError for one that there isn't, one named twice, and
    fewer than two: a front lies between aims."""
    names = [word.strip() for word in words.split(",") if word.strip()]
    for name in names:
        if name not in OBJECTIVES:
            unknown = f"unknown objective {errors.shown(name)}; allowed: {errors.listed(list(OBJECTIVES))}"
            raise errors.ScenarioError(errors.sentence(unknown, errors.did_you_mean(name, OBJECTIVES)), OPTION)
        if names.count(name) > 1:
            raise errors.ScenarioError(f"{name} is named twice", OPTION)
    if len(names) < 2:
        allowed = f"allowed: {errors.listed(list(OBJECTIVES))}"
        raise errors.ScenarioError(f"expected at least two objectives, got {len(names)}; {allowed}", OPTION)
    return names


def whom_of(scenario: Scenario, concerned: str | None, cooperative: str | None) -> Whom:
    """Those named (`England` for everybody), else the members of the cooperative, else everybody. Raises ScenarioError
    for nobody of that name, and for several cooperatives of which none is named."""
    words = cooperative_named(scenario, cooperative) if concerned is None else concerned
    if words is None or words.strip().casefold() == ENGLAND.casefold():
        return Whom(ENGLAND, tuple(place.code for place in places_of(scenario.world)))
    group = who.group_of(words, [scenario])
    return Whom(group.name, tuple(group.members))


def cooperative_named(scenario: Scenario, name: str | None) -> str | None:
    """The cooperative of that name, or the only one; None if there is none. Raises ScenarioError for a name that no
    cooperative has, and for several of which none is named."""
    joint = dict(who.joint(scenario))
    if name is None and len(joint) < 2:
        return next(iter(joint), None)
    return name if name in joint else coalitions.cooperative_of(scenario, name).name


def baseline_of(loaded: loading.LoadedScenario, against: str | None, cooperative: str | None) -> Baseline:
    """The scenario named, else the same one with nobody in its cooperative, else the same one. Raises ScenarioError for
    a scenario that can't be used, and one of another world."""
    if against is not None:
        other = loading.load_scenario(against)
        refuse_other_world([other, loaded])
        return Baseline(other, other.scenario.name)
    name = cooperative_named(loaded.scenario, cooperative)
    if name is None:
        return Baseline(loaded, "the scenario's own values")
    nobody = coalitions.with_members(loaded.scenario, name, [])
    given = to_jsonable_python(overlay.given(nobody))
    return Baseline(loading.recorded_scenario(given, loaded.path), f"the same with nobody in {name}")


def make_group_run(task: RunTask, name: str, codes: Collection[str]) -> Made:
    """One run in a worker: the outcomes of a group of authorities (ONS codes) together, in the last weeks."""

    def outcomes_of_group() -> pd.DataFrame:
        scenario = overlay.with_values(task.scenario, task.settings)
        left = run(scenario, task.seed, vector=task.vector).tables["sums"]
        return groups.outcomes_of(left.assign(scenario=task.label, replicate=task.replicate), {name: codes})

    return made_of(task, outcomes_of_group)
