"""Two finished sweeps of the same design set against each other, run by run: the same points, seeds and outcomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from marketsim.experiments.differences import paired
from marketsim.results.result import Result
from marketsim.results.store import StoreError
from marketsim.scenario.errors import listed

ARM = "scenario"
FIXED = ["run", "point", "replicate", "seed", "vector", ARM]
PAIR = ["point", "replicate", "arm"]
COLUMNS = [
    "outcome", "region", "scenario", "first_mean", "second_mean", "difference", "ci_low", "ci_high", "lowest_point",
    "highest_point", "points", "replicates", "runs",
]  # fmt: skip


@dataclass(frozen=True)
class SetDifferences:
    """`table`: a row an outcome, region and arm; `points`: the same for each point; runs that only one set has."""

    table: pd.DataFrame
    points: pd.DataFrame
    unpaired: int


def compare_sets(first: Result, second: Result) -> SetDifferences:
    """What the second sweep gives less the first, at the same points with the same seeds.

    The difference is the mean over the points, with the 95% interval of that mean over replicates, each replicate
    counting as its mean over the points; the points are taken as they are, not as a sample of others. Where replicates
    have vectors of the plausible set the interval is that of uncertainty.interval. `lowest_point` and `highest_point`
    are the ends of the points' own mean differences. Raises StoreError if the designs differ.
    """
    designs = _design(first), _design(second)
    _check_same(first, second, *designs)
    label = f"{first.name} -> {second.name}"
    arms = [list(dict.fromkeys(design[ARM])) for design in designs]
    names = {n: a if a == b else f"{a} -> {b}" for n, (a, b) in enumerate(zip(*arms, strict=True))}
    one, other = (_values(found, design) for found, design in zip((first, second), designs, strict=True))
    if sorted(set(one["outcome"])) != sorted(set(other["outcome"])):
        raise StoreError(f"{label}: the sets have other outcomes; only sets with the same ones can be compared")
    both = one.merge(
        other, on=[*PAIR, "outcome", "region"], suffixes=("_first", "_second"), how="outer", indicator=True
    )
    unpaired = int(both.loc[both["_merge"] != "both", PAIR].drop_duplicates().shape[0])
    both = both[both["_merge"] == "both"]
    if both.empty:
        raise StoreError(f"{label}: no run is finished in both sets")
    vectors = designs[0].groupby("replicate")["vector"].agg(_one_or_none)
    rows = [
        (outcome, region, names[arm], *_row(group, vectors))  # type: ignore[index]
        for (outcome, region, arm), group in both.groupby(["outcome", "region", "arm"], sort=False)
    ]
    return SetDifferences(pd.DataFrame(rows, columns=COLUMNS), _by_point(both, names), unpaired)


def _design(found: Result) -> pd.DataFrame:
    if found.kind != "sweep":
        raise StoreError(f"{found.folder}: is a {found.kind}; only finished sweeps can be compared with each other")
    design = found.design
    arms = {label: number for number, label in enumerate(dict.fromkeys(design[ARM]))}
    return design.assign(arm=design[ARM].map(arms))


def _check_same(first: Result, second: Result, one: pd.DataFrame, other: pd.DataFrame) -> None:
    """The designs must have the same factors, points, replicates, seeds and vectors; raises StoreError."""
    said = f"{first.folder} and {second.folder} have different designs"
    weeks = [found.manifest.get("weeks") for found in (first, second)]
    if weeks[0] != weeks[1]:
        raise StoreError(f"{said}: runs of {weeks[0]} and of {weeks[1]} weeks; sweep both with the same number")
    names = [[str(column) for column in design if column not in (*FIXED, "arm")] for design in (one, other)]
    if sorted(names[0]) != sorted(names[1]):
        only = sorted(set(names[0]) ^ set(names[1]))
        raise StoreError(f"{said}: factors {listed(only)} are in one only; sweep both with the same definition")
    if one["arm"].nunique() != other["arm"].nunique():
        raise StoreError(f"{said}: {one['arm'].nunique()} scenarios and {other['arm'].nunique()}")
    if len(one) != len(other):
        raise StoreError(f"{said}: {len(one)} runs and {len(other)}")
    ordered = [design.sort_values(PAIR).reset_index(drop=True) for design in (one, other)]
    for column in [*PAIR, "seed", "vector", *names[0]]:
        if not ordered[0][column].equals(ordered[1][column]):
            raise StoreError(f"{said}: in {column}; sweep both with the same definition and seed")


def _values(found: Result, design: pd.DataFrame) -> pd.DataFrame:
    if "runs" not in found.tables:
        raise StoreError(f"{found.folder}: no run is finished yet")
    return found.outcomes.merge(design[["run", *PAIR]], on="run")


def _one_or_none(vectors: pd.Series[int]) -> int | None:
    """The vector of a replicate if all its points have the same, else none."""
    distinct = vectors.dropna().unique()
    return int(distinct[0]) if len(distinct) == 1 and not vectors.isna().any() else None


def _row(group: pd.DataFrame, vectors: pd.Series[int]) -> tuple[float | int, ...]:
    complete = group.dropna(subset=["value_first", "value_second"])
    if complete.empty:
        return (*[np.nan] * 7, 0, 0, 0)
    # Only points that every replicate has: else a replicate's mean would differ by the points it lacks.
    replicates = complete["replicate"].nunique()
    at_all = complete.groupby("point")["replicate"].transform("nunique") == replicates
    kept = complete[at_all] if at_all.any() else complete
    means = kept.groupby("replicate")[["value_first", "value_second"]].mean()
    numbers = vectors.reindex(means.index)
    drawn = None if numbers.isna().any() else np.asarray(numbers, dtype=np.int64)
    base, changed, difference, low, high = paired(
        means["value_first"].to_numpy(dtype=np.float64), means["value_second"].to_numpy(dtype=np.float64), drawn
    )[:5]
    points = (kept["value_second"] - kept["value_first"]).groupby(kept["point"]).mean()
    return (base, changed, difference, low, high, float(points.min()), float(points.max()),
            int(kept["point"].nunique()), len(means), len(kept))  # fmt: skip


def _by_point(both: pd.DataFrame, names: dict[int, str]) -> pd.DataFrame:
    """Mean paired difference at each point, its 95% interval (Student's, over replicates: luck only), and how many."""
    rows = []
    for (outcome, region, arm, point), group in both.groupby(["outcome", "region", "arm", "point"], sort=False):
        values = [group[name].to_numpy(dtype=np.float64) for name in ("value_first", "value_second")]
        rows.append((outcome, region, names[arm], point, *paired(*values)[:6]))  # type: ignore[index]
    columns = ["first_mean", "second_mean", "difference", "ci_low", "ci_high", "replicates"]
    return pd.DataFrame(rows, columns=["outcome", "region", "scenario", "point", *columns])
