"""Divisions as markets: each run against the scenario without them, on the same children and with the same luck."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from marketsim.core.columns import Floats, Ints
from marketsim.experiments import uncertainty
from marketsim.experiments.compare import compare
from marketsim.experiments.comparison import Comparison
from marketsim.experiments.cooperatives.divisions import Division
from marketsim.experiments.differences import chance_of_none, paired
from marketsim.results import definitions
from marketsim.results.outcomes import ENGLAND
from marketsim.scenario.loading import LoadedScenario, load_scenario

OUTCOMES = ("spend_gbp", "out_of_area_share", "distance_mean_miles", "children_unregistered")
MEMBERS = "members"  # of the division's cooperatives, all together
COLUMNS = [
    "division", "less", "area", "outcome", "unit", "baseline", "value", "difference", "ci_low", "ci_high", "chance",
    "false_discovery", "replicates",
]  # fmt: skip


def markets(
    loaded: LoadedScenario, files: Sequence[Path], replicates: int, seed: int, weeks: int | None,
    workers: int | None, out: Path, on_progress: Callable[[int, int], None] | None = None,
) -> Comparison:  # fmt: skip
    """The comparison of the scenario files of divisions with the scenario, left in a new folder. Raises
    ScenarioError and StoreError."""
    others = [load_scenario(path) for path in files]
    return compare(loaded, others, replicates, seed, weeks, workers, out, on_progress)


def unused(folder: Path) -> Path:
    """Where the comparison goes: `markets` in the folder, with a number behind if that exists."""
    left, number = folder / "markets", 2
    while left.exists():
        left, number = folder / f"markets-{number}", number + 1
    return left


def of_divisions(comparison: Comparison, told: Sequence[Division], against: Division) -> pd.DataFrame:
    """OUTCOMES under each division of a comparison less what they are without (`less` is empty): for everybody, and
    for the members of its cooperatives if others are none; and less what they are under `against`, for everybody.

    Rows of COLUMNS; `false_discovery` is the share of false ones among those that are at least as sure.
    """
    baseline, *others = comparison.labels
    arms = dict(zip([one.name for one in told if one.cooperatives], others, strict=True))
    everybody, rows = list(comparison.names), []
    for one in (one for one in told if one.cooperatives):
        members = [code for codes in one.cooperatives.values() for code in codes]
        areas = {ENGLAND: everybody} | ({MEMBERS: members} if len(members) < len(everybody) else {})
        for area, codes in areas.items():
            rows += [(one.name, "", area, *row) for row in _rows(comparison, codes, baseline, arms[one.name])]
        if one is not against and against.name in arms:
            row_of = _rows(comparison, everybody, arms[against.name], arms[one.name])
            rows += [(one.name, against.name, ENGLAND, *row) for row in row_of]
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(false_discovery=uncertainty.discoveries(table["chance"].to_numpy(dtype=np.float64)))


def _rows(comparison: Comparison, codes: Sequence[str], base: str, other: str) -> Iterator[tuple[Any, ...]]:
    """OUTCOMES of some authorities in one arm of a comparison less another."""
    values = comparison.values(codes)
    for outcome in OUTCOMES:
        unit = definitions.column("outcomes", outcome).unit
        before, after = (_by_replicate(values, arm, outcome) for arm in (base, other))
        yield outcome, unit, *_told(before, after, comparison.vectors)


def _by_replicate(values: pd.DataFrame, label: str, outcome: str) -> Floats:
    own = values[(values["scenario"] == label) & (values["outcome"] == outcome)]
    return own.sort_values("replicate")["value"].to_numpy(dtype=np.float64)


def _told(base: Floats, other: Floats, vectors: Ints | None) -> tuple[float, ...]:
    """Both means, the difference and its interval, its chance, a place for false discoveries, and replicates."""
    before, after, difference, low, high, count, *_ = paired(base, other, vectors)
    return before, after, difference, low, high, chance_of_none(base, other, vectors), np.nan, count
