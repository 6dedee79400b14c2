"""England's outcomes of a sweep as tables of points by replicates: of each scenario, and of each less the first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from marketsim.core.columns import Floats
from marketsim.experiments.run import ENGLAND

LESS = " less "


def england_by_point(design: pd.DataFrame, runs: pd.DataFrame, points: int) -> Iterator[tuple[str, str, Floats]]:
    """Outcome, quantity and values (a row a point, a column a replicate; NaN where a run is missing).

    `design` and `runs` as a sweep keeps them. Quantities: with one scenario that one; with several each other less the
    first (paired by seed), then each.
    """
    labels = list(dict.fromkeys(design["scenario"]))
    replicates = int(design["replicate"].max()) + 1
    england = runs[runs["region"] == ENGLAND].merge(design[["run", "point", "replicate", "scenario"]], on="run")
    for outcome, rows in england.groupby("outcome", sort=False):
        by_arm = {label: _table(rows[rows["scenario"] == label], points, replicates) for label in labels}
        for other in labels[1:]:
            yield str(outcome), f"{other}{LESS}{labels[0]}", by_arm[other] - by_arm[labels[0]]
        for label in labels:
            yield str(outcome), label, by_arm[label]


def _table(rows: pd.DataFrame, points: int, replicates: int) -> Floats:
    table = np.full((points, replicates), np.nan)
    table[rows["point"].to_numpy(), rows["replicate"].to_numpy()] = rows["value"].to_numpy(dtype=np.float64)
    return table
