"""One seeded run of one scenario, as pandas frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import mesa
import numpy as np
import pandas as pd

from marketsim.core import interrupts
from marketsim.model import MarketModel
from marketsim.results.outcomes import MEASURES, Tally
from marketsim.results.tables import homes_frame, placements_frame
from marketsim.results.weeks import authorities_frame, last_year, weekly_frame
from marketsim.scenario.drawn import vector_of, with_vector
from marketsim.scenario.loading import LoadedScenario, load_scenario
from marketsim.scenario.schema import Scenario

ENGLAND = "England"
LARGEST_SEED = 2**53


@dataclass(frozen=True)
class RunResult:
    """What one run leaves: `weekly`, `authorities` and `placements` as in design section 6, and `outcomes`.

    `outcomes` has a row per outcome and region (and "England"): its mean over the last 52 weeks of the run, or over all
    weeks of a shorter one. `homes` has a row per home that was ever open (frames.homes_frame). `vector` is the row
    of the plausible set that `scenario` was completed with, None for `uncertainty: none`.
    """

    scenario: Scenario
    seed: int
    weekly: pd.DataFrame
    authorities: pd.DataFrame
    placements: pd.DataFrame
    outcomes: pd.DataFrame
    homes: pd.DataFrame
    vector: int | None = None


def run(
    scenario: str | Path | LoadedScenario | Scenario,
    seed: int = 1,
    weeks: int | None = None,
    vector: int | None = None,
    on_week: Callable[[int], None] | None = None,
) -> RunResult:
    """Run a scenario (a shipped name, a path, or a loaded one) with one seed.

    `weeks` replaces the scenario's horizon; `on_week` is called with the number of each finished week. A scenario with
    `uncertainty: plausible` uses `vector` of the plausible set, or without it the one that the seed draws; for others
    `vector` has no effect. Raises ScenarioError for a scenario that can't be used, ValueError for a seed, a vector or a
    number of weeks out of range.
    """
    parameters = as_scenario(scenario, weeks)
    if not 0 <= seed <= LARGEST_SEED:
        raise ValueError(f"the seed must be a whole number from 0 to {LARGEST_SEED}, got {seed}")
    vector = vector_of(parameters, seed, vector)
    parameters = with_vector(parameters, vector)
    with interrupts.deferred():
        model = MarketModel(parameters, seed)
    try:
        for week in range(parameters.horizon.weeks):
            with interrupts.deferred():
                model.step()
            if on_week is not None:
                on_week(week + 1)
        return _result(model, seed, vector)
    finally:
        forget(model)


def as_scenario(scenario: str | Path | LoadedScenario | Scenario, weeks: int | None = None) -> Scenario:
    """The scenario meant, with another horizon if `weeks` is given."""
    if isinstance(scenario, Scenario):
        parameters = scenario
    else:
        loaded = scenario if isinstance(scenario, LoadedScenario) else load_scenario(scenario)
        parameters = loaded.scenario
    if weeks is None:
        return parameters
    if not 1 <= weeks <= 5_200:
        raise ValueError(f"the number of weeks must be from 1 to 5200, got {weeks}")
    return parameters.model_copy(update={"horizon": parameters.horizon.model_copy(update={"weeks": weeks})})


def forget(model: MarketModel) -> None:
    """Drop Mesa's counter for a finished model: it would keep the model in memory for ever (seen in Mesa 3.3)."""
    ids = getattr(mesa.Agent, "_ids", None)
    if ids is not None:
        ids.pop(model, None)


def _result(model: MarketModel, seed: int, vector: int | None) -> RunResult:
    market, recorder, arrangements = model.market, model.recorder, model.orders.arrangements
    tables = weekly_frame(market, recorder), authorities_frame(market, recorder)
    placements, homes = placements_frame(market, arrangements), homes_frame(market, arrangements)
    return RunResult(model.parameters, seed, *tables, placements, _outcomes(model), homes, vector)


def _outcomes(model: MarketModel) -> pd.DataFrame:
    tally, areas = last_year(model.recorder), model.market.authorities
    if tally is None:
        raise ValueError("a run without weeks has no outcomes")
    total = _outcome_rows(tally.total(), [ENGLAND])
    return pd.concat([total, _outcome_rows(tally.grouped(areas.region, len(areas.region_names)), areas.region_names)])


def _outcome_rows(tally: Tally, names: list[str]) -> pd.DataFrame:
    compared = [measure for measure in MEASURES.values() if measure.compared]
    values = np.concatenate([measure.value(tally) for measure in compared])
    outcomes = np.repeat([measure.name for measure in compared], len(names))
    return pd.DataFrame({"outcome": outcomes, "region": names * len(compared), "value": values})
