"""One seeded run of one scenario: to watch week by week, or at once as pandas frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any, Self

import mesa
import pandas as pd

from marketsim.core import interrupts
from marketsim.experiments import scenarios
from marketsim.model import MarketModel
from marketsim.results import store, tables, weeks
from marketsim.results.result import Result
from marketsim.scenario import changes, drawn_values, overlay
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.schema import Scenario
from marketsim.scenario.signoff import assumptions

LARGEST_SEED = 2**53


@dataclass(frozen=True)
class Week:
    """A week of a run that is over: its `number`, from 1, and the `model` as the week left it."""

    number: int
    model: MarketModel

    @property
    def row(self) -> dict[str, Any]:
        """The week's row: the columns of weekly.parquet."""
        return weeks.week_row(self.model.market, self.model.recorder)


class Watched:
    """A run to watch: iterating lives it, a week at a time; leaving the `with` block ends it, wherever it is.

    `scenario` is what has been run so far, live changes included: run from the command line it gives the same bytes.
    """

    def __init__(self, parameters: Scenario, seed: int) -> None:
        self.scenario = parameters
        with interrupts.deferred():
            self.model = MarketModel(parameters, seed)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        forget(self.model)

    def __iter__(self) -> Iterator[Week]:
        while self.model.steps < self.scenario.horizon.weeks:
            with interrupts.deferred():
                self.model.step()
            yield Week(self.model.steps, self.model)

    def change(self, values: Mapping[str, Any]) -> None:
        """From the next week on other values hold at some dotted keys (`providers.bidding`), as by a file's `changes:`.

        Raises ScenarioError for what can't change within a run, and for a way of buying that it has no column for.
        """
        self.go_on_as(changed_from(self.scenario, self.model.steps + 1, values))

    def go_on_as(self, scenario: Scenario) -> None:
        """From the next week on live another scenario with the same past: what it dates before then changes nothing.

        Raises ScenarioError for a way of buying that the run has no column for, and for a policy that this market can't
        have.
        """
        if missing := self.missing_routes(scenario):
            raise ScenarioError(f"buys through {missing[0]}, which nobody does in this scenario before", "change:")
        self.model.follow(scenario)
        self.scenario = scenario

    def missing_routes(self, scenario: Scenario) -> list[str]:
        """The ways of buying of a scenario that the run has no column for."""
        return sorted(changes.routes_of(scenario) - set(self.model.recorder.routes))

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of the run so far, by name (see `Result`); there are outcomes once the last year has begun."""
        model = self.model
        return tables.tables_of(model.market, model.recorder, model.contracts, model.orders.arrangements)


def watch(scenario: scenarios.Named | Scenario, seed: int = 1, weeks: int | None = None) -> Watched:
    """A run to watch, for a `with` block: `for week in watched: week.row[...]`; arguments and errors as for `run`."""
    parameters = _checked(scenarios.as_scenario(scenario, weeks), seed)
    return Watched(drawn_values.with_vector(parameters, drawn_values.vector_of(parameters, seed, None)), seed)


def run(
    scenario: scenarios.Named | Scenario,
    seed: int = 1,
    weeks: int | None = None,
    vector: int | None = None,
    on_week: Callable[[Week], None] | None = None,
) -> Result:
    """Run a scenario (a shipped name, a path, or a loaded one) with one seed; gives its tables, which are kept nowhere.

    `weeks` replaces the scenario's horizon; `on_week` is called with each finished week. A scenario with
    `uncertainty: plausible` uses `vector` of the plausible set, or without it the one that the seed draws; for others
    `vector` has no effect. Raises ScenarioError for a scenario that can't be used, ValueError for a seed, a vector or a
    number of weeks out of range.
    """
    scenario = scenario if isinstance(scenario, Scenario) else scenarios.loaded_scenario(scenario)
    parameters, started = _checked(scenarios.as_scenario(scenario, weeks), seed), store.now()
    vector = drawn_values.vector_of(parameters, seed, vector)
    parameters = drawn_values.with_vector(parameters, vector)
    with Watched(parameters, seed) as watched:
        for week in watched:
            if on_week is not None:
                on_week(week)
        left = watched.tables()
    name = parameters.name
    about = {"scenarios": {name: {}}} if isinstance(scenario, Scenario) else assumptions({name: scenario}, [vector])
    return Result.made("run", left, parameters, started=started, weeks=parameters.horizon.weeks, seed=seed,
                       vector=vector, **about)  # fmt: skip


def changed_from(scenario: Scenario, week: int, values: Mapping[str, Any]) -> Scenario:
    """The scenario with other values at some dotted keys from a week of the run on, as by an entry of its `changes`.

    Raises ScenarioError for what can't change within a run.
    """
    date = scenario.horizon.start + pd.Timedelta(weeks=week).to_pytimedelta()
    parts = (overlay.nested(key.split("."), value) for key, value in values.items())
    return overlay.with_change(scenario, reduce(overlay.laid_over, parts, {"from": date}))


def _checked(parameters: Scenario, seed: int) -> Scenario:
    if not 0 <= seed <= LARGEST_SEED:
        raise ValueError(f"the seed must be a whole number from 0 to {LARGEST_SEED}, got {seed}")
    return parameters


def forget(model: MarketModel) -> None:
    """Drop Mesa's counter for a finished model: it would keep the model in memory for ever (seen in Mesa 3.3)."""
    ids = getattr(mesa.Agent, "_ids", None)
    if ids is not None:
        ids.pop(model, None)
