"""All that `marketsim validate` runs, and what it leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from marketsim.experiments.plausible import draws_vectors, vectors_of, with_vector
from marketsim.experiments.pool import run_all
from marketsim.experiments.scenarios import SEEDS_PER_COMPARISON, as_scenario
from marketsim.results import manifest, store
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import LoadedScenario, load_scenario
from marketsim.scenario.schema import EnglandWorld, Scenario
from marketsim.scenario.signoff import signoff
from marketsim.trust.validation.backcast import mean_table
from marketsim.trust.validation.jobs import Found, Job, do
from marketsim.trust.validation.null_model import OfferRates
from marketsim.trust.validation.predictions import together
from marketsim.trust.validation.recorded import recorded
from marketsim.trust.validation.scorecard import Given, Target, interval, score, shipped_targets
from marketsim.trust.validation.targets import YEAR_WEEKS

DEFAULT_SCENARIO, NEXT_YEAR_SCENARIO, BACKCAST_SCENARIO = "baseline_2023", "england_2024", "backcast_2014"
REPLICATES, SHORT_REPLICATES = 40, 6
FEWER_REPLICATES = 8  # of what a year more of runs, or the null model, gives
LONG_REPLICATES = 4  # of what takes ten years, or pairs of three
TARGET_DATE = date(2024, 3, 31)


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

    Not given, the replicates are REPLICATES, or SHORT_REPLICATES of the short form: the first of the full one. Their
    seeds are those of a comparison; each has a vector of the plausible set of its own. `targets` replaces the shipped
    ones. Raises ScenarioError for a scenario that isn't of England, ValueError for numbers out of range.
    """
    started = store.now()
    loaded = scenario if isinstance(scenario, LoadedScenario) else load_scenario(scenario)
    count = replicates if replicates is not None else SHORT_REPLICATES if short else REPLICATES
    if not 1 <= count <= SEEDS_PER_COMPARISON or not 0 <= seed <= 10**9:
        raise ValueError(f"from 1 to {SEEDS_PER_COMPARISON} replicates, and a seed from 0 to 1000000000")
    wanted = list(shipped_targets() if targets is None else targets)
    measured = at_target_date(loaded)
    jobs = _jobs(measured, seed, count, short, backcast)
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
        raise ScenarioError(
            "is not a scenario of England: the published figures say nothing about it", loaded.path.name
        )
    to_date = (TARGET_DATE - scenario.horizon.start).days // 7
    return as_scenario(scenario, max(YEAR_WEEKS, min(to_date, scenario.horizon.weeks)))


def _jobs(scenario: Scenario, seed: int, count: int, short: bool, backcast: bool) -> list[Job]:
    """The longest first."""
    wanted = {target.measure: target.value for target in shipped_targets()}
    runs = _replicates(scenario, seed, count)
    jobs = [Job("null", runs[:FEWER_REPLICATES], wanted), *(Job("card", (one,)) for one in runs)]
    if short:
        return jobs
    after = _replicates(as_scenario(NEXT_YEAR_SCENARIO, YEAR_WEEKS), seed, min(count, FEWER_REPLICATES))
    jobs = [
        *(Job("decay", (one,)) for one in runs[:LONG_REPLICATES]),
        *(Job("next year", (one,)) for one in after),
        *jobs,
    ]
    if not backcast:
        return jobs
    past = _replicates(load_scenario(BACKCAST_SCENARIO).scenario, seed, min(count, LONG_REPLICATES))
    return [*(Job("backcast", (one,)) for one in past), *jobs]


def _replicates(scenario: Scenario, seed: int, count: int) -> tuple[tuple[Scenario, int], ...]:
    """The scenario of each replicate, completed with a vector of the plausible set if it draws any, and its seed."""
    seeds = [seed * SEEDS_PER_COMPARISON + replicate for replicate in range(count)]
    if not draws_vectors(scenario):
        return tuple((scenario, one) for one in seeds)
    vectors = vectors_of(2 * count, seed)[:count]  # of so many, the first half are all different
    fixed = [with_vector(scenario, vector).model_copy(update={"uncertainty": "none"}) for vector in vectors]
    return tuple(zip(fixed, seeds, strict=True))


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
    entries |= signoff([loaded]).entries()
    manifest.write(
        folder, "validation", status="finished", started=validation.started, finished=store.now(),
        weeks=validation.weeks, seed=validation.seed, replicates=validation.replicates, short=validation.short,
        null_offer_rates={"standard": rates.standard, "complex": rates.complex}, **entries,
        scenarios={loaded.scenario.name: {"file": loaded.path.name, "sha256": loaded.digest, "values": loaded.values}},
    )  # fmt: skip
