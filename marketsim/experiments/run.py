"""One seeded run of one scenario, as pandas frames."""

from __future__ import annotations

from collections.abc import Callable

import mesa
import pandas as pd

from marketsim.core import interrupts
from marketsim.experiments import scenarios
from marketsim.model import MarketModel
from marketsim.results import store, tables
from marketsim.results.result import Result
from marketsim.scenario import drawn
from marketsim.scenario.schema import Scenario
from marketsim.scenario.signoff import assumptions

LARGEST_SEED = 2**53


def run(
    scenario: scenarios.Named | Scenario,
    seed: int = 1,
    weeks: int | None = None,
    vector: int | None = None,
    on_week: Callable[[int], None] | None = None,
) -> Result:
    """Run a scenario (a shipped name, a path, or a loaded one) with one seed; gives its tables, which are kept nowhere.

    `weeks` replaces the scenario's horizon; `on_week` is called with the number of each finished week. A scenario with
    `uncertainty: plausible` uses `vector` of the plausible set, or without it the one that the seed draws; for others
    `vector` has no effect. Raises ScenarioError for a scenario that can't be used, ValueError for a seed, a vector or a
    number of weeks out of range.
    """
    scenario = scenario if isinstance(scenario, Scenario) else scenarios.loaded_scenario(scenario)
    parameters, started = scenarios.as_scenario(scenario, weeks), store.now()
    if not 0 <= seed <= LARGEST_SEED:
        raise ValueError(f"the seed must be a whole number from 0 to {LARGEST_SEED}, got {seed}")
    vector = drawn.vector_of(parameters, seed, vector)
    parameters = drawn.with_vector(parameters, vector)
    left = _simulated(parameters, seed, on_week)
    name = parameters.name
    about = {"scenarios": {name: {}}} if isinstance(scenario, Scenario) else assumptions({name: scenario})
    return Result.made("run", left, parameters, started=started, weeks=parameters.horizon.weeks, seed=seed,
                       vector=vector, **about)  # fmt: skip


def _simulated(parameters: Scenario, seed: int, on_week: Callable[[int], None] | None) -> dict[str, pd.DataFrame]:
    """The tables of a run, week by week to its end."""
    with interrupts.deferred():
        model = MarketModel(parameters, seed)
    try:
        for week in range(parameters.horizon.weeks):
            with interrupts.deferred():
                model.step()
            if on_week is not None:
                on_week(week + 1)
        return tables.tables_of(model)
    finally:
        forget(model)


def forget(model: MarketModel) -> None:
    """Drop Mesa's counter for a finished model: it would keep the model in memory for ever (seen in Mesa 3.3)."""
    ids = getattr(mesa.Agent, "_ids", None)
    if ids is not None:
        ids.pop(model, None)
