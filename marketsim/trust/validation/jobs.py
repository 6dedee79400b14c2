"""The work that a validation consists of, cut into jobs for several processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from marketsim.experiments.run import run
from marketsim.scenario.schema import Scenario
from marketsim.trust.validation import decay
from marketsim.trust.validation.backcast import backcast_table
from marketsim.trust.validation.null_model import (
    OfferRates,
    fit_rates,
    lay_out,
    null_snapshot,
    null_targets,
    take_nearest,
)
from marketsim.trust.validation.patterns import PATTERNS
from marketsim.trust.validation.predictions import predict, predict_homes
from marketsim.trust.validation.snapshot import Snapshot, at_end
from marketsim.trust.validation.targets import measure_targets


@dataclass(frozen=True)
class Job:
    """Work for one process: of a kind (a key of WORK), with a scenario and seed for each replicate."""

    kind: str
    runs: tuple[tuple[Scenario, int], ...]
    wanted: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What one replicate gave."""

    targets: Mapping[str, float] = field(default_factory=dict)
    patterns: Mapping[str, float] = field(default_factory=dict)
    predictions: pd.DataFrame | None = None
    backcast: pd.DataFrame | None = None
    rates: OfferRates | None = None


def do(job: Job) -> list[Found]:
    """Do one job; what it gives for each of its seeds."""
    return WORK[job.kind](job)


def _run_card(job: Job) -> list[Found]:
    result = run(*job.runs[0])
    state = at_end(result)
    patterns = {name: pattern.of_run(result) for name, pattern in PATTERNS.items() if pattern.of_run}
    return [Found(measure_targets(result), patterns | _of_state(state), predict(state))]


def _of_state(state: Snapshot) -> dict[str, float]:
    return {name: pattern.of_state(state) for name, pattern in PATTERNS.items() if pattern.of_state}


def _run_null(job: Job) -> list[Found]:
    """The rates are fitted with the first seed, and used with all."""
    rates: OfferRates | None = None
    found = []
    for scenario, seed in job.runs:
        layout = lay_out(scenario, seed)
        rates = rates or fit_rates(layout, dict(job.wanted))
        home, miles = take_nearest(layout, rates)
        state = null_snapshot(layout, home, miles)
        found.append(Found(null_targets(layout, home, miles), _of_state(state), predict(state), rates=rates))
    return found


def _run_next_year(job: Job) -> list[Found]:
    return [Found(predictions=predict_homes(at_end(run(*job.runs[0]))))]


def _run_backcast(job: Job) -> list[Found]:
    result = run(*job.runs[0])
    return [Found(measure_targets(result), backcast=backcast_table(result))]


def _run_decay(job: Job) -> list[Found]:
    return [Found(patterns={decay.NAME: decay.framework_decay(*job.runs[0])})]


WORK: dict[str, Callable[[Job], list[Found]]] = {
    "card": _run_card, "null": _run_null, "next year": _run_next_year, "backcast": _run_backcast, "decay": _run_decay,
}  # fmt: skip
