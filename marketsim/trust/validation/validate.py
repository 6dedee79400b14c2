"""All that `marketsim validate` runs, cut into jobs for several processes, and what it leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pandas as pd

from marketsim.core.units import DAYS_PER_WEEK
from marketsim.experiments import scenarios
from marketsim.experiments.pool import run_all
from marketsim.experiments.run import run
from marketsim.results import manifest, store
from marketsim.results.result import Result
from marketsim.scenario import drawn_values, loading, schema
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.overlay import with_values
from marketsim.scenario.signoff import assumptions
from marketsim.trust import published
from marketsim.trust.validation import decomposition, null_model, patterns, predictions, scorecard
from marketsim.trust.validation.backcast import backcast_table, mean_table
from marketsim.trust.validation.recorded import recorded

DEFAULT_SCENARIO, NEXT_YEAR_SCENARIO, BACKCAST_SCENARIO = "baseline_2023", "england_2024", "backcast_2014"
REPLICATES, SHORT_REPLICATES = 40, 6
FEWER_REPLICATES = 8  # of what a year more of runs, or the null model, gives
LONG_REPLICATES = 4  # of what takes ten years, or pairs of three
Replicates: TypeAlias = tuple[tuple[schema.Scenario, int], ...]


@dataclass(frozen=True)
class Job:
    """Work for one process: of a kind (a key of WORK), with a scenario and seed for each replicate."""

    kind: str
    runs: Replicates
    wanted: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What one replicate gave."""

    targets: Mapping[str, float] = field(default_factory=dict)
    patterns: Mapping[str, float] = field(default_factory=dict)
    predictions: pd.DataFrame | None = None
    backcast: pd.DataFrame | None = None
    rates: null_model.OfferRates | None = None
    parts: pd.DataFrame | None = None


@dataclass(frozen=True)
class Validation:
    """The score card with all that belongs to it. `short_card` is what the short form would have said."""

    scenario: loading.LoadedScenario
    weeks: int
    seed: int
    replicates: int
    short: bool
    card: pd.DataFrame
    short_card: pd.DataFrame
    predictions: pd.DataFrame
    backcast: pd.DataFrame | None
    decomposition: pd.DataFrame | None
    rates: null_model.OfferRates
    started: str


def validate(
    scenario: str | Path | loading.LoadedScenario = DEFAULT_SCENARIO,
    replicates: int | None = None,
    seed: int = 1,
    short: bool = False,
    backcast: bool = True,
    targets: Sequence[published.Target] | None = None,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Validation:
    """Run a scenario of England `replicates` times, the null model and (unless `short`) the backcast, and score them.

    Not given, the replicates are REPLICATES, or SHORT_REPLICATES of the short form: the first of the full one. Their
    seeds are those of a comparison; each has a vector of the plausible set of its own. `targets` replaces the shipped
    ones. Raises ScenarioError for a forecast or a world that isn't England, ValueError for numbers out of range.
    """
    started = store.now()
    loaded = scenario if isinstance(scenario, loading.LoadedScenario) else loading.load_scenario(scenario)
    count = replicates if replicates is not None else SHORT_REPLICATES if short else REPLICATES
    if not 1 <= count <= scenarios.SEEDS_PER_COMPARISON or not 0 <= seed <= 10**9:
        raise ValueError(f"from 1 to {scenarios.SEEDS_PER_COMPARISON} replicates, and a seed from 0 to 1000000000")
    wanted = list(published.shipped_targets() if targets is None else targets)
    measured = at_target_date(loaded, own_targets=targets is not None)
    jobs = _jobs(measured, seed, count, short, backcast)
    found: dict[str, list[Found]] = {}
    for job, given in zip(jobs, run_all(jobs, do, workers, on_progress), strict=True):
        found.setdefault(job.kind, []).extend(given)
    few = {kind: rows[:SHORT_REPLICATES] for kind, rows in found.items() if kind in ("card", "null")}
    return Validation(
        loaded, measured.horizon.weeks, seed, count, short, _card(wanted, found), _card(wanted, few),
        _predictions(found), _backcast(found), _decomposition(found),
        next(row.rates for row in found["null"] if row.rates), started,
    )  # fmt: skip


def at_target_date(loaded: loading.LoadedScenario, own_targets: bool = False) -> schema.Scenario:
    """The scenario, run to 31 March 2024, where the targets stand: but for a year at least, and no longer than it says.

    Raises ScenarioError for a world other than England, which the targets say nothing about; and for a forecast, which
    the published ones say nothing about.
    """
    scenario = loaded.scenario
    if not isinstance(scenario.world, schema.EnglandWorld):
        raise ScenarioError(
            "is not a scenario of England: the published figures say nothing about it", loaded.path.name
        )
    latest = published.TARGET_DATE - timedelta(weeks=published.YEAR_WEEKS, days=-published.NEAR_TARGETS_DAYS)
    if scenario.horizon.start > latest and not own_targets:
        words = f"starts on {scenario.horizon.start}: a forecast, and the published figures are of the year to"
        raise ScenarioError(f"{words} {published.TARGET_DATE}; name a scenario that starts a year before, such as "
                            f"baseline_2023, or other figures with --targets", loaded.path.name)  # fmt: skip
    days = (published.TARGET_DATE - scenario.horizon.start).days
    to_date = round(days / DAYS_PER_WEEK)  # the week that ends nearest to it
    return scenarios.as_scenario(scenario, max(published.YEAR_WEEKS, min(to_date, scenario.horizon.weeks)))


def _jobs(scenario: schema.Scenario, seed: int, count: int, short: bool, backcast: bool) -> list[Job]:
    """The longest first."""
    wanted = {target.measure: target.value for target in published.shipped_targets()}
    runs = _replicates(scenario, seed, count)
    jobs = [Job("null", runs[:FEWER_REPLICATES], wanted), *_each("card", runs)]
    if short:
        return jobs
    next_year = scenarios.as_scenario(NEXT_YEAR_SCENARIO, published.YEAR_WEEKS)
    after = _replicates(next_year, seed, min(count, FEWER_REPLICATES))
    jobs = [*_each("decay", runs[:LONG_REPLICATES]), *_each("next year", after), *jobs]
    if backcast:
        past = _replicates(loading.load_scenario(BACKCAST_SCENARIO).scenario, seed, min(count, LONG_REPLICATES))
        jobs = [*_each("backcast", past), *jobs]
    return jobs


def _each(kind: str, runs: Replicates) -> list[Job]:
    return [Job(kind, (one,)) for one in runs]


def _replicates(scenario: schema.Scenario, seed: int, count: int) -> Replicates:
    """The scenario of each replicate, completed with a vector of the plausible set if it draws any, and its seed."""
    seeds = [seed * scenarios.SEEDS_PER_COMPARISON + replicate for replicate in range(count)]
    if not drawn_values.draws_vectors(scenario):
        return tuple((scenario, one) for one in seeds)
    vectors = drawn_values.vectors_of(count, seed)
    drawn = (drawn_values.with_vector(scenario, vector) for vector in vectors)
    fixed = [one.model_copy(update={"uncertainty": "none"}) for one in drawn]
    return tuple(zip(fixed, seeds, strict=True))


def _card(targets: list[published.Target], found: Mapping[str, list[Found]]) -> pd.DataFrame:
    card, null, past, decay = (_given(found.get(kind, [])) for kind in ("card", "null", "backcast", "decay"))
    model = scorecard.Given(card.targets, {**card.patterns, **decay.patterns})
    return scorecard.score(targets, model, null, past, recorded())


def _given(rows: list[Found]) -> scorecard.Given:
    """The values of several replicates, by measure."""
    if not rows:
        return scorecard.Given()
    targets = {name: [row.targets.get(name, published.NAN) for row in rows] for name in rows[0].targets}
    return scorecard.Given(targets, {name: [row.patterns[name] for row in rows] for name in rows[0].patterns})


def _predictions(found: Mapping[str, list[Found]]) -> pd.DataFrame:
    runs, nulls = (
        [row.predictions for kind in kinds for row in found.get(kind, []) if row.predictions is not None]
        for kinds in (("card", "next year"), ("null",))
    )
    return predictions.together(runs, nulls, lambda values: scorecard.interval(values, of_next=True))


def _backcast(found: Mapping[str, list[Found]]) -> pd.DataFrame | None:
    tables = [row.backcast for row in found.get("backcast", []) if row.backcast is not None]
    return mean_table(tables) if tables else None


def _decomposition(found: Mapping[str, list[Found]]) -> pd.DataFrame | None:
    tables = [row.parts for row in found.get("backcast", []) if row.parts is not None]
    if not tables:
        return None
    means = pd.concat(tables).groupby("part", sort=False).mean().reset_index()
    return means[decomposition.COLUMNS]


def write(validation: Validation, folder: Path, against: pd.DataFrame | None, **entries: object) -> None:
    """Write the card and the predictions, the backcast with its decomposition and the user's figures if there are, as
    CSV files, and the manifest."""
    tables = {
        "scorecard": validation.card, "predictions": validation.predictions, "backcast": validation.backcast,
        "decomposition": validation.decomposition, "against": against,
    }  # fmt: skip
    for name, table in tables.items():
        if table is not None:
            store.write_csv(folder / f"{name}.csv", table)
    loaded, rates = validation.scenario, validation.rates
    manifest.write(
        folder, "validation", status="finished", started=validation.started, finished=store.now(),
        weeks=validation.weeks, seed=validation.seed, replicates=validation.replicates, short=validation.short,
        null_offer_rates={"standard": rates.standard, "complex": rates.complex}, **entries,
        **assumptions({loaded.scenario.name: loaded}),
    )  # fmt: skip


# The work of one process


def do(job: Job) -> list[Found]:
    """Do one job; what it gives for each of its seeds."""
    return WORK[job.kind](job)


def _run_card(job: Job) -> list[Found]:
    result = run(*job.runs[0])
    state = patterns.at_end(result)
    values = patterns.values_of("run", result) | patterns.values_of("state", state)
    return [Found(published.measure_targets(result), values, predictions.predict(state))]


def _run_null(job: Job) -> list[Found]:
    """The rates are fitted with the first seed, and used with all."""
    rates: null_model.OfferRates | None = None
    found = []
    for scenario, seed in job.runs:
        layout = null_model.lay_out(scenario, seed)
        rates = rates or null_model.fit_rates(layout, dict(job.wanted))
        home, miles = null_model.take_nearest(layout, rates)
        state = null_model.null_snapshot(layout, home, miles)
        targets = null_model.null_targets(layout, home, miles)
        found.append(Found(targets, patterns.values_of("state", state), predictions.predict(state), rates=rates))
    return found


def _run_next_year(job: Job) -> list[Found]:
    return [Found(predictions=predictions.predict_homes(patterns.at_end(run(*job.runs[0]))))]


def _run_backcast(job: Job) -> list[Found]:
    scenario, seed = job.runs[0]
    result = run(scenario, seed)
    parts = decomposition.decompose(scenario, seed, result)
    return [Found(published.measure_targets(result), backcast=backcast_table(result), parts=parts)]


def _run_decay(job: Job) -> list[Found]:
    lived = partial(run_with_uplift, *job.runs[0], patterns.DECAY_WEEKS)
    return [Found(patterns=patterns.values_of("scenario", lived))]


def run_with_uplift(scenario: schema.Scenario, seed: int, weeks: int, uplift: str) -> Result | None:
    """A run with one formula of uplift for all frameworks; None for a scenario without any."""
    rules = scenario.purchasing.arrangements
    keys = [f"purchasing.arrangements.{name}.uplift" for name, rule in rules.items() if rule.name == "framework"]
    return run(with_values(scenario, dict.fromkeys(keys, uplift)), seed, weeks) if keys else None


WORK: dict[str, Callable[[Job], list[Found]]] = {
    "card": _run_card, "null": _run_null, "next year": _run_next_year, "backcast": _run_backcast, "decay": _run_decay,
}  # fmt: skip
