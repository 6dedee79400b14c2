"""What outcomes are under two scenarios, by how much they differ, and how sure that is; as a table, or by point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from marketsim.core.columns import Floats, Ints
from marketsim.experiments import uncertainty
from marketsim.results import definitions
from marketsim.results.outcomes import ENGLAND

LESS = " less "
COLUMNS = [
    "outcome", "region", "scenario", "baseline_mean", "scenario_mean", "difference", "ci_low", "ci_high", "replicates",
    "variance_saved", "luck_share", "parameter_share", "unit",
]  # fmt: skip


def compare_outcomes(
    outcomes: pd.DataFrame, baseline: str, others: Sequence[str], chances: bool = False
) -> pd.DataFrame:  # fmt: skip
    """The comparison table from `outcomes` (scenario, replicate, outcome, region, value, and vector if one was used);
    with a column `chance` more if wanted, how likely a difference so large would be if there were none.

    Intervals: see `marketsim.experiments.uncertainty`. `variance_saved` is the share by which pairing reduced the
    variance of the difference: 1 - var(difference) / (var(baseline) + var(other)). `luck_share` and `parameter_share`:
    how much of the variance of the difference between replicates comes from the luck of runs and how much from what is
    unknown about the market; they add up to 1 and are NaN where they can't be told.
    """
    order = list(dict.fromkeys(zip(outcomes["outcome"], outcomes["region"], strict=True)))
    wide = outcomes.pivot(index=["scenario", "outcome", "region"], columns="replicate", values="value")
    values = dict(zip(wide.index, wide.to_numpy(dtype=np.float64), strict=True))
    vectors = _vectors(outcomes)
    rows = []
    for other in others:
        for outcome, region in order:
            base, changed = values[baseline, outcome, region], values[other, outcome, region]
            unit = definitions.column("outcomes", outcome).unit
            chance = (chance_of_none(base, changed, vectors),) if chances else ()
            rows.append((outcome, region, other, *paired(base, changed, vectors), unit, *chance))
    return pd.DataFrame(rows, columns=[*COLUMNS, "chance"] if chances else COLUMNS)


def chance_of_none(base: Floats, other: Floats, vectors: Ints | None = None) -> float:
    """How likely a paired difference so large would be if there were none (0-1); NaN where no interval is told."""
    both = ~(np.isnan(base) | np.isnan(other))
    vectors = None if vectors is None else vectors[both]
    few = uncertainty.basis(int(both.sum()), vectors) < uncertainty.FEWEST
    return np.nan if few else uncertainty.chance(other[both] - base[both], vectors)


def paired(
    base: Floats, other: Floats, vectors: Ints | None = None
) -> tuple[float, float, float, float, float, int, float, float, float]:
    """Means, mean paired difference, its 95% interval, replicates, variance saved, shares of luck and of the unknown.

    One value a replicate; `vectors` has the vector of each (None: the plausible set isn't used). Replicates in which
    the outcome is not defined for one of the two are left out. No interval from fewer than four replicates or vectors.
    """
    both = ~(np.isnan(base) | np.isnan(other))
    base, other = base[both], other[both]
    vectors = None if vectors is None else vectors[both]
    count, difference = len(base), other - base
    if count == 0:
        return np.nan, np.nan, np.nan, np.nan, np.nan, 0, np.nan, np.nan, np.nan
    found = uncertainty.interval(difference, vectors)
    if uncertainty.basis(count, vectors) < uncertainty.FEWEST:
        found = uncertainty.Interval(found.mean, np.nan, np.nan)
    apart = float(base.var() + other.var())
    saved = 1 - float(difference.var()) / apart if apart > 0 else np.nan
    means = uncertainty.mean_of(base, vectors), uncertainty.mean_of(other, vectors)
    return *means, found.mean, found.low, found.high, count, saved, found.luck_share, found.parameter_share


def area_by_point(design: pd.DataFrame, runs: pd.DataFrame, points: int) -> Iterator[tuple[str, str, Floats]]:
    """Outcome, quantity and values of the area that is analysed, which stands first in each run (England, unless the
    sweep names somebody): a row a point, a column a replicate that some run gave; NaN where one is missing.

    `design` and `runs` as a sweep keeps them. Quantities: with one scenario that one; with several each other less the
    first (paired by seed), then each.
    """
    labels = list(dict.fromkeys(design["scenario"]))
    replicates = int(design["replicate"].max()) + 1
    of_area = runs[runs["region"] == area_of(runs)].merge(design[["run", "point", "replicate", "scenario"]], on="run")
    for outcome, rows in of_area.groupby("outcome", sort=False):
        by_arm = {label: _by_replicate(rows[rows["scenario"] == label], points, replicates) for label in labels}
        quantities = {f"{other}{LESS}{labels[0]}": by_arm[other] - by_arm[labels[0]] for other in labels[1:]}
        for quantity, values in (quantities | by_arm).items():
            yield str(outcome), quantity, values[:, ~np.isnan(values).all(axis=0)]


def area_of(runs: pd.DataFrame) -> str:
    """Whose outcomes a sweep's runs tell first."""
    return str(runs["region"].iloc[0]) if len(runs) else ENGLAND


def _vectors(outcomes: pd.DataFrame) -> Ints | None:
    """The vector of each replicate in order; None if none was used."""
    if "vector" not in outcomes:
        return None
    vectors = outcomes.groupby("replicate")["vector"].first().sort_index()
    return None if bool(vectors.isna().any()) else vectors.to_numpy(dtype=np.int64)


def _by_replicate(rows: pd.DataFrame, points: int, replicates: int) -> Floats:
    table = np.full((points, replicates), np.nan)
    table[rows["point"].to_numpy(), rows["replicate"].to_numpy()] = rows["value"].to_numpy(dtype=np.float64)
    return table
