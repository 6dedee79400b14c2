"""Divisions as markets: each run against the scenario without them, on the same children and with the same luck."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from marketsim.core.columns import Floats, Ints
from marketsim.experiments import uncertainty
from marketsim.experiments.compare import compare
from marketsim.experiments.comparison import Comparison
from marketsim.experiments.cooperatives.divisions import Division
from marketsim.experiments.differences import paired
from marketsim.results import definitions
from marketsim.results.outcomes import ENGLAND
from marketsim.scenario.loading import LoadedScenario, load_scenario

OUTCOMES = ("spend_gbp", "out_of_area_share", "distance_mean_miles", "children_unregistered")
MEMBERS = "members"  # of the division's cooperatives, all together
COLUMNS = [
    "division", "area", "outcome", "unit", "baseline", "value", "difference", "ci_low", "ci_high", "chance",
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


def of_divisions(comparison: Comparison, told: Sequence[Division]) -> pd.DataFrame:
    """OUTCOMES under each division of a comparison, for everybody and for the members of its cooperatives, less what
    they are without: rows of COLUMNS. `false_discovery` is the share of false ones among those at least as sure."""
    baseline, *others = comparison.labels
    everybody = list(comparison.names)
    rows = []
    for one, label in zip([one for one in told if one.cooperatives], others, strict=True):
        members = [code for codes in one.cooperatives.values() for code in codes]
        for area, codes in {ENGLAND: everybody, MEMBERS: members}.items():
            values = comparison.values(codes)
            for outcome in OUTCOMES:
                base, other = (_by_replicate(values, arm, outcome) for arm in (baseline, label))
                unit = definitions.column("outcomes", outcome).unit
                rows.append((one.name, area, outcome, unit, *_told(base, other, comparison.vectors)))
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(false_discovery=uncertainty.discoveries(table["chance"].to_numpy(dtype=np.float64)))


def _by_replicate(values: pd.DataFrame, label: str, outcome: str) -> Floats:
    own = values[(values["scenario"] == label) & (values["outcome"] == outcome)]
    return own.sort_values("replicate")["value"].to_numpy(dtype=np.float64)


def _told(base: Floats, other: Floats, vectors: Ints | None) -> tuple[float, ...]:
    """Both means, the difference and its interval, its chance, a place for false discoveries, and replicates."""
    before, after, difference, low, high, count, *_ = paired(base, other, vectors)
    both = ~(np.isnan(base) | np.isnan(other))
    chance = (
        np.nan
        if np.isnan(low)
        else uncertainty.chance((other - base)[both], None if vectors is None else vectors[both])
    )
    return before, after, difference, low, high, chance, np.nan, count
