"""Folders as a sweep leaves them, made by hand: two scenarios at points whose difference is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from marketsim.experiments.sweep_folder import SweepFolder

GROWTH, SHARE = "demand.growth_share_per_year", "purchasing.arrangements.cooperative.members.share"


def points_of(count: int, seed: int = 1) -> pd.DataFrame:
    """Points over two factors."""
    luck = np.random.default_rng(seed)
    return pd.DataFrame({GROWTH: luck.uniform(-0.04, 0.08, count), SHARE: luck.uniform(0.2, 1.0, count)})


def make_sweep(
    folder: Path, points: pd.DataFrame, difference: Callable[[pd.Series], float], replicates: int = 2, seed: int = 1
) -> Path:
    """A finished sweep in which the cooperative's fee is the baseline's plus `difference` of the point."""
    arms = ("spot", "cooperative")
    rows = [(p, r, arm) for p in range(len(points)) for r in range(replicates) for arm in arms]
    design = pd.DataFrame(rows, columns=["point", "replicate", "scenario"])
    design = design.assign(run=range(len(design)), seed=seed * 1_000_000 + design["replicate"])
    design["vector"] = pd.array([None] * len(design), "Int64")
    design = design[["run", "point", "replicate", "seed", "vector", "scenario"]].join(points, on="point")
    files = SweepFolder(folder)
    files.create(design, status="finished", started="2026-11-22T10:00:00+00:00", scenarios={arm: {} for arm in arms},
                 seed=seed, runs=len(design), sweep={"format": 1})  # fmt: skip
    for run, (point, replicate, arm) in enumerate(rows):
        fee = 6_000.0 + 10 * replicate + (difference(points.iloc[point]) if arm == "cooperative" else 0.0)
        table = {"run": run, "outcome": "weekly_fee_mean_gbp", "region": ["England", "London"], "value": [fee, fee + 1]}
        files.write_run(run, pd.DataFrame(table))
    return folder


def fails_in_growth(point: pd.Series) -> float:
    """Dearer where demand grows fast and few join."""
    return 50.0 if point[GROWTH] > 0.03 and point[SHARE] < 0.6 else -40.0
