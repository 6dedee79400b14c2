"""A calibration from beginning to end: waves of runs, then a set of plausible vectors in a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from marketsim.experiments.scenarios import as_scenario
from marketsim.results import manifest, store
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.signoff import signoff
from marketsim.trust.calibration import summary
from marketsim.trust.calibration.folder import discard, identity
from marketsim.trust.calibration.plan import Plan, least_runs
from marketsim.trust.calibration.runs import Measure, OnProgress, Runner
from marketsim.trust.calibration.space import Space
from marketsim.trust.calibration.waves import Match, match
from marketsim.trust.validation.targets import measure_targets


@dataclass(frozen=True)
class Calibration:
    """Tables as in summary.py; `runs_made` were made now, the others found from before.

    `confirmed`: each plausible vector met the targets in a run of its own; else none did, and these come nearest.
    `settled`: the space stopped shrinking before the waves ran out.
    """

    folder: Path
    space: Space
    plausible: pd.DataFrame
    waves: pd.DataFrame
    parameters: pd.DataFrame
    targets: pd.DataFrame
    runs: pd.DataFrame
    runs_made: int
    confirmed: bool
    settled: bool


def calibrate(
    plan: Plan,
    out: Path,
    measure: Measure = measure_targets,
    workers: int | None = None,
    on_progress: OnProgress | None = None,
) -> Calibration:
    """Find the vectors under which the plan's scenario meets its targets, and write all that was found to `out`.

    If `out` holds the same calibration, unfinished or not, it goes on with that. `measure` gives the measures of a run
    by name. `on_progress` is called with what is being done, the runs done and the runs in all of the wave. Raises
    ScenarioError if too many runs fail, StoreError if `out` holds anything else, ValueError for too few runs a wave.
    """
    if plan.settings.runs_per_wave < least_runs(plan.space):
        raise ValueError(f"at least {least_runs(plan.space)} runs a wave are needed, got {plan.settings.runs_per_wave}")
    same = identity(plan, f"{measure.__module__}.{measure.__qualname__}")
    found, started = manifest.found_in(out, "calibration", same), store.now()
    if found is None:
        store.new_folder(out, "")
    manifest.write(out, "calibration", status="running", started=started, finished=None, calibration=same)
    scenario = as_scenario(plan.loaded, plan.weeks)
    scenario = scenario.model_copy(update={"uncertainty": "none"})  # what is not known is in the vectors
    runner = Runner(scenario, plan.space, measure, out, plan.settings.seed, workers, on_progress)
    try:
        matched = match(plan.space, plan.targets, runner, plan.settings)
    except KeyboardInterrupt:
        manifest.write(out, "calibration", status="stopped", started=started, finished=store.now(), calibration=same)
        raise
    except ScenarioError:
        if found is None:
            discard(out)
        raise
    done = _tables(plan, matched, out, runner.made)
    _write(done, same, started, signoff([plan.loaded]).entries())
    return done


def _tables(plan: Plan, matched: Match, out: Path, runs_made: int) -> Calibration:
    space, history, plausible = plan.space, matched.history, matched.plausible
    measures = [target.measure for target in (*plan.targets, *plan.held_out)]
    return Calibration(
        out, space, summary.plausible_table(space, plausible), summary.waves_table(history),
        summary.parameters_table(space, plausible), summary.targets_table(matched, plan.held_out),
        summary.runs_table(space, measures, history, plausible), runs_made, matched.confirmed, matched.settled,
    )  # fmt: skip


def _write(done: Calibration, same: dict[str, object], started: str, footing: dict[str, Any]) -> None:
    store.write_parquet(done.folder / "runs.parquet", done.runs)
    for name in ("waves", "parameters", "targets"):
        store.write_csv(done.folder / f"{name}.csv", getattr(done, name))
    write_plausible(done.folder / "plausible.csv", done.plausible)
    manifest.write(
        done.folder, "calibration", status="finished", started=started, finished=store.now(), runs=len(done.runs),
        vectors=len(done.plausible), confirmed=done.confirmed, settled=done.settled, calibration=same, **footing,
    )  # fmt: skip


def write_plausible(path: Path, plausible: pd.DataFrame) -> None:
    """Write plausible.csv, whole or not at all (no byte-order mark: the program reads it)."""
    store.write_text(path, plausible.to_csv(index=False, lineterminator="\n"))
