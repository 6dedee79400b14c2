"""The score card: each target and pattern with the model's value and interval, the null's, and pass or fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from marketsim.experiments import uncertainty
from marketsim.trust import published
from marketsim.trust.rows import read_rows
from marketsim.trust.validation import patterns, recorded

FAIL, NOT_MEASURED = "fail", "not measured"
BACKCAST_TARGETS = (
    "weekly_fee_mean_2020", "spend_per_child_growth_2014_2020", "spend_per_child_growth_2020_2024",
)  # fmt: skip
MODEL, NULL, BOTH, EQUAL = "model", "null", "both", "equal"
COLUMNS = [
    "measure", "kind", "role", "unit", "target", "tolerance", "criterion", "model", "ci_low", "ci_high", "off_by",
    "result", "null", "null_off_by", "nearer", "note",
]  # fmt: skip


@dataclass(frozen=True)
class Given:
    """What the runs of one sort gave: a value for each replicate, by measure. Left empty by a sort that was not run."""

    targets: Mapping[str, Sequence[float]] = field(default_factory=dict)
    patterns: Mapping[str, Sequence[float]] = field(default_factory=dict)


def read_targets(path: Path) -> list[published.Target]:
    """The targets of a user's file, with at least the columns measure, value and tolerance of england/targets.csv.

    Raises ScenarioError, with file and line, for an unknown measure, one named twice, or a number out of range.
    """
    units = {target.measure: target.unit for target in published.shipped_targets()}
    targets: dict[str, published.Target] = {}
    for row in read_rows(path, ("measure", "value", "tolerance")):
        name = row.word("measure", published.TARGET_MEASURES, "measure")
        if name in targets:
            raise row.error(f"the measure {name} stands here a second time")
        value = row.amount("value", units[name], more_than=0)
        targets[name] = published.Target(name, value, row.amount("tolerance", "share", least=0), units[name])
    return list(targets.values())


def interval(values: Sequence[float] | pd.Series[float], of_next: bool = False) -> tuple[float, float]:
    """Student's 95% interval of the mean of replicates; NaN for fewer than four.

    With `of_next` it is the interval for one run more (wider by the root of n + 1): what a single figure that was
    observed should be held against.
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[~np.isnan(known)]
    count = len(known)
    if count < uncertainty.FEWEST:
        return published.NAN, published.NAN
    spread = known.std(ddof=1) * np.sqrt(1 / count + (1 if of_next else 0))
    half = float(stdtrit(count - 1, 0.975) * spread)
    return float(known.mean()) - half, float(known.mean()) + half


def score(
    targets: Sequence[published.Target], model: Given, null: Given, backcast: Given,
    baseline: Mapping[str, recorded.Recorded],
) -> pd.DataFrame:  # fmt: skip
    """The card as rows of COLUMNS: the targets, then the patterns.

    A target passes if the mean of the replicates lies within target x (1 +- tolerance): the interval is shown and does
    not decide. `result` is empty for what was not run (the backcast, the pair of runs of framework decay).
    """
    rows = [_target_row(target, model, null, backcast) for target in targets]
    rows += [_pattern_row(pattern, model, null) for pattern in patterns.PATTERNS.values()]
    for row in rows:
        known = baseline.get(str(row["measure"]))
        row["role"], row["note"] = (known.role, known.note) if known else ("", "")
    return pd.DataFrame(rows).reindex(columns=COLUMNS)


def _target_row(target: published.Target, model: Given, null: Given, backcast: Given) -> dict[str, object]:
    name = target.measure
    needs_backcast = name in BACKCAST_TARGETS and np.isnan(_mean(model.targets.get(name)))
    values = (backcast if needs_backcast else model).targets.get(name)
    value, of_null = _mean(values), _mean(null.targets.get(name))
    off, null_off = value / target.value - 1, of_null / target.value - 1
    within = target.value * (1 - target.tolerance) <= value <= target.value * (1 + target.tolerance)
    result = recorded.PASS if within else FAIL
    if np.isnan(off):
        result = recorded.LEFT_OUT if needs_backcast and values is None else NOT_MEASURED
    low, high = interval(values or [])
    return {
        "measure": name, "kind": "target", "unit": target.unit, "target": target.value, "tolerance": target.tolerance,
        "criterion": "", "model": value, "ci_low": low, "ci_high": high, "off_by": off, "result": result,
        "null": of_null, "null_off_by": null_off, "nearer": _nearer(abs(off), abs(null_off)),
    }  # fmt: skip


def _pattern_row(pattern: patterns.Pattern, model: Given, null: Given) -> dict[str, object]:
    values, of_null = model.patterns.get(pattern.name), _mean(null.patterns.get(pattern.name))
    value, (low, high) = _mean(values), interval(values or [])
    held, null_held = pattern.holds(value, of_null), pattern.holds(of_null, of_null) and not pattern.below_null
    measured = NOT_MEASURED if np.isnan(value) else recorded.PASS if held else FAIL
    return {
        "measure": pattern.name, "kind": "pattern", "unit": "", "criterion": pattern.criterion, "model": value,
        "ci_low": low, "ci_high": high, "null": of_null,
        "result": recorded.LEFT_OUT if values is None else measured,
        "nearer": "" if np.isnan(of_null) else _holder(held, null_held),
    }  # fmt: skip


def _mean(values: Sequence[float] | None) -> float:
    known = [value for value in values or [] if not np.isnan(value)]
    return float(np.mean(known)) if known else published.NAN


def _nearer(off: float, null_off: float) -> str:
    """Which lies nearer to the target; empty where the null says nothing or the model was not measured."""
    if np.isnan(off) or np.isnan(null_off):
        return ""
    return EQUAL if abs(off - null_off) < 1e-9 else MODEL if off < null_off else NULL


def _holder(held: bool, null_held: bool) -> str:
    """Which of the two shows the pattern; empty if neither."""
    return {(True, True): BOTH, (True, False): MODEL, (False, True): NULL}.get((held, null_held), "")
