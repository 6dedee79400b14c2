"""All that `marketsim validate` runs, and what it leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd

from marketsim.experiments import store
from marketsim.experiments.compare import DEFAULT_REPLICATES, SEEDS_PER_COMPARISON
from marketsim.experiments.pool import run_all
from marketsim.experiments.run import as_scenario, run
from marketsim.scenario import LoadedScenario, ScenarioError, load_scenario
from marketsim.scenario.schema import EnglandWorld, Scenario
from marketsim.validation import decay
from marketsim.validation.backcast import backcast_table, mean_table
from marketsim.validation.null_model import OfferRates, fit_rates, lay_out, null_snapshot, null_targets, take_nearest
from marketsim.validation.patterns import PATTERNS
from marketsim.validation.predictions import predict, predict_homes, together
from marketsim.validation.recorded import recorded
from marketsim.validation.scorecard import Given, Target, interval, score
from marketsim.validation.snapshot import Snapshot, at_end
from marketsim.validation.targets import YEAR_WEEKS, measure_targets

DEFAULT_SCENARIO, NEXT_YEAR_SCENARIO, BACKCAST_SCENARIO = "baseline_2023", "england_2024", "backcast_2014"
SHORT_REPLICATES = 2
LONG_REPLICATES = 3  # of what takes ten years, or pairs of three
TARGET_DATE = date(2024, 3, 31)


@dataclass(frozen=True)
class Job:
    """Work for one process: of a kind (a key of WORK), with a scenario, and a seed for each replicate."""

    kind: str
    scenario: Scenario
    seeds: tuple[int, ...]
    wanted: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """What one replicate gave."""

    targets: Mapping[str, float] = field(default_factory=dict)
    patterns: Mapping[str, float] = field(default_factory=dict)
    predictions: pd.DataFrame | None = None
    backcast: pd.DataFrame | None = None
    rates: OfferRates | None = None


@dataclass(frozen=True)
class Validation:
    """The score card with all that belongs to it. `short_card` is what the short form would have said."""

    scenario: LoadedScenario
    weeks: int
    seed: int
    replicates: int
    short: bool
    card: pd.DataFrame
    short_card: pd.DataFrame
    predictions: pd.DataFrame
    backcast: pd.DataFrame | None
    rates: OfferRates
    started: str


def validate(
    scenario: str | Path | LoadedScenario = DEFAULT_SCENARIO,
    replicates: int | None = None,
    seed: int = 1,
    short: bool = False,
    backcast: bool = True,
    targets: Sequence[Target] | None = None,
    workers: int | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Validation:
    """Run a scenario of England `replicates` times, the null model and (unless `short`) the backcast, and score them.

    Not given, the replicates are DEFAULT_REPLICATES, or SHORT_REPLICATES of the short form. `targets` replaces the
    shipped ones. Raises ScenarioError for a scenario that isn't of England, ValueError for numbers out of range.
    """
    from marketsim.validation.scorecard import shipped_targets

    started = store.now()
    loaded = scenario if isinstance(scenario, LoadedScenario) else load_scenario(scenario)
    count = replicates if replicates is not None else SHORT_REPLICATES if short else DEFAULT_REPLICATES
    if not 1 <= count <= SEEDS_PER_COMPARISON or not 0 <= seed <= 10**9:
        raise ValueError(f"from 1 to {SEEDS_PER_COMPARISON} replicates, and a seed from 0 to 1000000000")
    wanted = list(shipped_targets() if targets is None else targets)
    measured = at_target_date(loaded)
    seeds = tuple(seed * SEEDS_PER_COMPARISON + replicate for replicate in range(count))
    jobs = _jobs(measured, seeds, short, backcast)
    found = _collect(jobs, workers, on_progress)
    few = {kind: rows[:SHORT_REPLICATES] for kind, rows in found.items() if kind in ("card", "null")}
    return Validation(
        loaded, measured.horizon.weeks, seed, count, short, _card(wanted, found), _card(wanted, few),
        _predictions(found), _backcast(found), next(row.rates for row in found["null"] if row.rates), started,
    )  # fmt: skip


def at_target_date(loaded: LoadedScenario) -> Scenario:
    """The scenario, run to 31 March 2024, where the targets stand: but for a year at least, and no longer than it says.

    Raises ScenarioError for a world other than England, which the targets say nothing about.
    """
    scenario = loaded.scenario
    if not isinstance(scenario.world, EnglandWorld):
        raise ScenarioError("is not a scenario of England: the published figures say nothing about it", loaded.path.name)
    to_date = (TARGET_DATE - scenario.horizon.start).days // 7
    return as_scenario(scenario, max(YEAR_WEEKS, min(to_date, scenario.horizon.weeks)))


def _jobs(scenario: Scenario, seeds: tuple[int, ...], short: bool, backcast: bool) -> list[Job]:
    """The longest first."""
    from marketsim.validation.scorecard import shipped_targets

    jobs = []
    if not short:
        few = seeds[:LONG_REPLICATES]
        if backcast:
            past = load_scenario(BACKCAST_SCENARIO).scenario
            jobs += [Job("backcast", past, (seed,)) for seed in few]
        jobs += [Job("decay", scenario, (seed,)) for seed in few]
        after = as_scenario(NEXT_YEAR_SCENARIO, YEAR_WEEKS)
        jobs += [Job("next year", after, (seed,)) for seed in seeds]
    wanted = {target.measure: target.value for target in shipped_targets()}
    return [*jobs, Job("null", scenario, seeds, wanted), *(Job("card", scenario, (seed,)) for seed in seeds)]


def do(job: Job) -> list[Found]:
    """Do one job; what it gives for each of its seeds."""
    return WORK[job.kind](job)


def _run_card(job: Job) -> list[Found]:
    result = run(job.scenario, job.seeds[0])
    state = at_end(result)
    patterns = {name: pattern.of_run(result) for name, pattern in PATTERNS.items() if pattern.of_run}
    return [Found(measure_targets(result), patterns | _of_state(state), predict(state))]


def _of_state(state: Snapshot) -> dict[str, float]:
    return {name: pattern.of_state(state) for name, pattern in PATTERNS.items() if pattern.of_state}


def _run_null(job: Job) -> list[Found]:
    """The rates are fitted with the first seed, and used with all."""
    rates: OfferRates | None = None
    found = []
    for seed in job.seeds:
        layout = lay_out(job.scenario, seed)
        rates = rates or fit_rates(layout, dict(job.wanted))
        home, miles = take_nearest(layout, rates)
        state = null_snapshot(layout, home, miles)
        found.append(Found(null_targets(layout, home, miles), _of_state(state), predict(state), rates=rates))
    return found


def _run_next_year(job: Job) -> list[Found]:
    return [Found(predictions=predict_homes(at_end(run(job.scenario, job.seeds[0]))))]


def _run_backcast(job: Job) -> list[Found]:
    result = run(job.scenario, job.seeds[0])
    return [Found(measure_targets(result), backcast=backcast_table(result))]


def _run_decay(job: Job) -> list[Found]:
    return [Found(patterns={decay.NAME: decay.framework_decay(job.scenario, job.seeds[0])})]


WORK: dict[str, Callable[[Job], list[Found]]] = {
    "card": _run_card, "null": _run_null, "next year": _run_next_year, "backcast": _run_backcast, "decay": _run_decay,
}  # fmt: skip


def _collect(
    jobs: list[Job], workers: int | None, on_progress: Callable[[int, int], None] | None
) -> dict[str, list[Found]]:
    """What all jobs gave, by kind, in the order of the seeds, whichever finished first."""
    given: dict[int, list[Found]] = {}
    for number, found in run_all(jobs, do, workers):
        given[number] = found
        if on_progress is not None:
            on_progress(len(given), len(jobs))
    by_kind: dict[str, list[Found]] = {}
    for number, job in enumerate(jobs):
        by_kind.setdefault(job.kind, []).extend(given[number])
    return by_kind


def _card(targets: list[Target], found: Mapping[str, list[Found]]) -> pd.DataFrame:
    model = _given(found.get("card", []))
    pairs = _given(found.get("decay", []))
    model = replace(model, patterns={**model.patterns, **pairs.patterns})
    return score(targets, model, _given(found.get("null", [])), _given(found.get("backcast", [])), recorded())


def _given(rows: list[Found]) -> Given:
    """The values of several replicates, by measure."""
    targets = {name: [row.targets.get(name, float("nan")) for row in rows] for row in rows[:1] for name in row.targets}
    patterns = {name: [row.patterns[name] for row in rows] for row in rows[:1] for name in row.patterns}
    return Given(targets, patterns)


def _predictions(found: Mapping[str, list[Found]]) -> pd.DataFrame:
    rows = [row.predictions for kind in ("card", "next year") for row in found.get(kind, [])]
    nulls = [row.predictions for row in found["null"]]
    return together(
        [row for row in rows if row is not None],
        [row for row in nulls if row is not None],
        lambda values: interval(values, of_next=True),
    )


def _backcast(found: Mapping[str, list[Found]]) -> pd.DataFrame | None:
    tables = [row.backcast for row in found.get("backcast", []) if row.backcast is not None]
    return mean_table(tables) if tables else None


def write(validation: Validation, folder: Path, against: pd.DataFrame | None, **entries: object) -> None:
    """Write scorecard.csv, predictions.csv, backcast.csv and against.csv (if there are) and the manifest."""
    store.write_csv(folder / "scorecard.csv", validation.card)
    store.write_csv(folder / "predictions.csv", validation.predictions)
    if validation.backcast is not None:
        store.write_csv(folder / "backcast.csv", validation.backcast)
    if against is not None:
        store.write_csv(folder / "against.csv", against)
    loaded, rates = validation.scenario, validation.rates
    store.write_manifest(
        folder, status="finished", started=validation.started, finished=store.now(), weeks=validation.weeks,
        seed=validation.seed, replicates=validation.replicates, short=validation.short,
        null_offer_rates={"standard": rates.standard, "complex": rates.complex}, **entries,
        scenarios={loaded.scenario.name: {"file": loaded.path.name, "sha256": loaded.digest, "values": loaded.values}},
    )  # fmt: skip
