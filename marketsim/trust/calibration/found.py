"""What a calibration found, as tables: waves, plausible vectors, what is left of each key's range, targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from marketsim.core.columns import Floats
from marketsim.trust.calibration.history_matching import History, Match
from marketsim.trust.calibration.inputs import Inputs
from marketsim.trust.calibration.space import Run, Space
from marketsim.trust.published import Target

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


def tables_of(inputs: Inputs, matched: Match, out: Path, runs_made: int) -> Calibration:
    """All that was found, from the runs and what they matched."""
    space, plausible = inputs.space, matched.plausible
    return Calibration(
        out, space, _plausible(space, plausible), _waves(matched.history), _parameters(space, plausible),
        _targets(matched, inputs.held_out), _runs(inputs, matched), runs_made, matched.confirmed, matched.settled,
    )  # fmt: skip


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
