"""A calibration from beginning to end: waves of runs, then a set of plausible vectors, and tables in a folder."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from marketsim.core.columns import Floats
from marketsim.results import manifest, store
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.signoff import signoff
from marketsim.trust.calibration.history_matching import History, Match, match
from marketsim.trust.calibration.inputs import Inputs, identity, least_runs
from marketsim.trust.calibration.runs import Measure, OnProgress, Runner
from marketsim.trust.calibration.space import Run, Space
from marketsim.trust.measures import Target, measure_targets

SEPARATOR = "; "
FITTED, HELD_OUT, NOT_MEASURED, CANNOT_BE_MET = "fitted", "held out", "not measured", "cannot be met"


@dataclass(frozen=True)
class Calibration:
    """Tables as below; `runs_made` were made now, the others found from before.

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
    except KeyboardInterrupt:
        manifest.write(out, "calibration", status="stopped", started=started, finished=store.now(), calibration=same)
        raise
    except ScenarioError:
        if found is None:
            shutil.rmtree(out)
        raise
    done = _tables(inputs, matched, out, runner.made)
    _write(done, same, started, signoff([inputs.loaded]).entries())
    return done


def _tables(inputs: Inputs, matched: Match, out: Path, runs_made: int) -> Calibration:
    space, plausible = inputs.space, matched.plausible
    return Calibration(
        out, space, _plausible(space, plausible), _waves(matched.history), _parameters(space, plausible),
        _targets(matched, inputs.held_out), _runs(inputs, matched), runs_made, matched.confirmed, matched.settled,
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


def shipped_plausible() -> Path:
    """Where a checkout keeps the plausible set that the package carries; StoreError outside a checkout."""
    said = "--install: this marketsim does not run from a checkout, so there is no place to keep it"
    return store.in_checkout("plausible.csv", said)


# The tables


def _plausible(space: Space, plausible: Sequence[Run]) -> pd.DataFrame:
    """plausible.csv: `vector`, counted from 1, and a column for each key."""
    rows = [{"vector": number, **run.vector} for number, run in enumerate(plausible, start=1)]
    return pd.DataFrame(rows, columns=["vector", *space.keys])


def _waves(history: History) -> pd.DataFrame:
    """waves.csv: a row for each wave; `space_left_share` is the share of the original space not ruled out after it.

    `runs_in_all` counts those of the waves before too; `may_miss` targets could be missed by 3 standard deviations.
    """
    rows, total = [], 0
    for wave in history.waves:
        total += wave.runs
        missed = SEPARATOR.join(wave.cannot_be_met)
        rows.append((wave.number, wave.runs, wave.failed, total, wave.share, wave.may_miss, missed))
    columns = ["wave", "runs", "runs_failed", "runs_in_all", "space_left_share", "may_miss", "cannot_be_met"]
    return pd.DataFrame(rows, columns=columns)


def _runs(inputs: Inputs, match: Match) -> pd.DataFrame:
    """runs.parquet: every run with its seed, vector and measures; `plausible` marks those that were kept.

    `wave` beyond the last wave: runs to confirm vectors. `error` is empty for runs that did not fail.
    """
    measures = [target.measure for target in (*inputs.targets, *inputs.held_out)]
    kept = {run.number for run in match.plausible}
    rows = [
        {"run": run.number, "wave": run.wave, "seed": run.seed, "plausible": run.number in kept, "error": run.error}
        | run.vector
        | {measure: run.outputs.get(measure, np.nan) for measure in measures}
        for run in match.history.runs
    ]
    floats = [*inputs.space.keys, *measures]
    columns = ["run", "wave", "seed", "plausible", "error", *floats]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(floats, "float64"))


def _parameters(space: Space, plausible: Sequence[Run]) -> pd.DataFrame:
    """A row for each key: its range before (`low`, `high`) and among the plausible vectors, and how much is left of it.

    `left_share` is on the parameter's own scale (linear or log).
    """
    rows = []
    for parameter in space.parameters:
        values = [run.vector[parameter.key] for run in plausible]
        left = parameter.unit(max(values)) - parameter.unit(min(values))
        scale = "log" if parameter.log else "linear"
        middle = float(np.median(values))
        rows.append((parameter.key, scale, parameter.low, parameter.high, min(values), middle, max(values), left))
    columns = ["key", "scale", "low", "high", "plausible_low", "plausible_median", "plausible_high", "left_share"]
    return pd.DataFrame(rows, columns=columns)


def _targets(match: Match, held_out: Sequence[Target]) -> pd.DataFrame:
    """A row for each target, fitted and held out: published value and tolerance, and what the plausible vectors give.

    `nearest` is the nearest that any run came; `within_share` the share of plausible vectors whose run lies within the
    tolerance; `luck_sd` the standard deviation of one run's luck and `emulator_skill` the share of the variance between
    runs that the last emulator predicts (leave one out), both NaN without emulator.
    """
    history = match.history
    rows = []
    for column, target in enumerate(history.targets):
        scale, gap = history.judgement.scales[column], history.judgement.discrepancy[column]
        luck = history.luck[column] * (target.value if scale.log else 1.0)
        known = np.isfinite(history.skill[column])
        use = CANNOT_BE_MET if gap > 0 else FITTED if known else NOT_MEASURED
        skill = (luck, history.skill[column]) if known else (np.nan, np.nan)
        rows.append((*_target_row(target, use, match), *skill))
    rows += [(*_target_row(target, HELD_OUT, match), np.nan, np.nan) for target in held_out]
    columns = ["measure", "unit", "use", "published", "tolerance", "nearest", "plausible_low", "plausible_median",
               "plausible_high", "within_share", "luck_sd", "emulator_skill"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _target_row(target: Target, use: str, match: Match) -> tuple[object, ...]:
    kept, every = _measured(match.plausible, target.measure), _measured(match.history.runs, target.measure)
    nearest = every[np.argmin(np.abs(every - target.value))] if len(every) else np.nan
    spread: Sequence[float] = [np.nan] * 4
    if len(kept):
        within = np.abs(kept - target.value) <= target.tolerance * abs(target.value)
        spread = kept.min(), np.median(kept), kept.max(), within.mean()
    return target.measure, target.unit, use, target.value, target.tolerance, nearest, *spread


def _measured(runs: Sequence[Run], measure: str) -> Floats:
    values = np.array([run.outputs.get(measure, np.nan) for run in runs], dtype=np.float64)
    return values[np.isfinite(values)]
