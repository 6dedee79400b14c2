"""A calibration from beginning to end: waves of runs, then a set of plausible vectors, and tables in a folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd

from marketsim.results import manifest, store
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.signoff import signoff
from marketsim.trust.calibration.found import Calibration, tables_of
from marketsim.trust.calibration.history_matching import match
from marketsim.trust.calibration.inputs import Inputs, identity, least_runs
from marketsim.trust.calibration.runs import Measure, OnProgress, Runner
from marketsim.trust.published import measure_targets


def calibrate(
    inputs: Inputs,
    out: Path,
    measure: Measure = measure_targets,
    workers: int | None = None,
    on_progress: OnProgress | None = None,
) -> Calibration:
    """Find the vectors under which the scenario meets its targets, and write all that was found to `out`.

    If `out` holds the same calibration, unfinished or not, it goes on with that. `measure` gives the measures of a run
    by name. `on_progress` is called with what is being done, the runs done and the runs in all of the wave. Raises
    ScenarioError if too many runs fail, StoreError if `out` holds anything else, ValueError for too few runs a wave.
    """
    if (given := inputs.settings.runs_per_wave) < (least := least_runs(inputs.space)):
        raise ValueError(f"at least {least} runs a wave are needed, got {given}")
    same = identity(inputs, f"{measure.__module__}.{measure.__qualname__}")
    found, started = manifest.found_in(out, "calibration", same), store.now()
    if found is None:
        store.new_folder(out, "")
    manifest.write(out, "calibration", status="running", started=started, finished=None, calibration=same)
    runner = Runner(inputs.scenario, inputs.space, measure, out, inputs.settings.seed, workers, on_progress)
    try:
        matched = match(inputs.space, inputs.targets, runner, inputs.settings)
    except BaseException as error:
        if found is None and isinstance(error, ScenarioError):
            shutil.rmtree(out)
        else:
            status = "stopped" if isinstance(error, KeyboardInterrupt) else "failed"
            manifest.write(out, "calibration", status=status, started=started, finished=store.now(), calibration=same)
        raise
    done = tables_of(inputs, matched, out, runner.made)
    _write(done, same, started, signoff([inputs.loaded]).entries())
    return done


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


def shipped_plausible() -> Path:
    """Where a checkout keeps the plausible set that the package carries; StoreError outside a checkout."""
    said = "--install: this marketsim does not run from a checkout, so there is no place to keep it"
    return store.in_checkout("plausible.csv", said)
