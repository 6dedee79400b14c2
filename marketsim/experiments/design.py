"""Which runs a sweep makes: points of a grid, Latin hypercube or Sobol sequence, by replicates, by scenarios."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.stats import qmc

from marketsim.core import streams
from marketsim.core.columns import Floats
from marketsim.experiments.arms import Arm
from marketsim.experiments.plausible import draws_vectors, vectors_of
from marketsim.experiments.scenarios import SEEDS_PER_COMPARISON
from marketsim.scenario.errors import LocatedError

if TYPE_CHECKING:
    from marketsim.experiments.definition import Definition

MOST_RUNS = 1_000_000
OWN_COLUMNS = ["run", "point", "replicate", "seed", "vector", "scenario"]


def make_design(definition: Definition) -> pd.DataFrame:
    """A row a run, as in design.parquet: run, point, replicate, seed, vector, scenario, and a column a factor.

    Replicate r has seed `definition.seed` x 1,000,000 + r, and one vector of the plausible set (missing for arms that
    draw none), at every point and in every arm: differences between points and between arms are paired. Raises
    ScenarioError.
    """
    from marketsim.experiments.plan import plan_of

    return plan_of(definition).design


def points_of(definition: Definition, whole: Mapping[str, bool]) -> pd.DataFrame:
    """A row a point, a column a factor; `whole` says which take whole numbers only. Raises LocatedError if too many."""
    factors = definition.factors
    if definition.design == "grid":
        levels = {key: factor.levels(whole[key]) or [] for key, factor in factors.items()}
        check_size(definition, math.prod(len(values) for values in levels.values()), "the grid")
        rows = list(itertools.product(*levels.values()))
        return pd.DataFrame({key: [row[n] for row in rows] for n, key in enumerate(levels)}, index=range(len(rows)))
    check_size(definition, definition.samples or 0, "the design")
    places = _places(definition.design, definition.samples or 0, len(factors), definition.seed)
    columns = {key: factor.at(places[:, n], whole[key]) for n, (key, factor) in enumerate(factors.items())}
    return pd.DataFrame(columns)


def check_size(definition: Definition, points: int, what: str) -> None:
    """Raises LocatedError for more runs than a folder can hold."""
    runs = points * definition.replicates * len(definition.scenarios)
    if runs > MOST_RUNS:
        message = f"{what} has {points:,} points, hence {runs:,} runs; at most {MOST_RUNS:,} are allowed"
        raise LocatedError(("factors" if definition.design == "grid" else "samples",), message)


def runs_of(definition: Definition, points: pd.DataFrame, arms: Sequence[Arm]) -> pd.DataFrame:
    """The design: each point, by replicates, by arms."""
    draw = [draws_vectors(arm.scenario) for arm in arms]
    count = definition.replicates
    vectors: Sequence[int | None] = vectors_of(count, definition.seed) if any(draw) else [None] * count
    each = len(arms) * count
    run = np.arange(len(points) * each)
    replicate = run % each // len(arms)
    arm_of, replicate_of = (run % len(arms)).tolist(), replicate.tolist()
    drawn = [vectors[r] if draw[a] else None for r, a in zip(replicate_of, arm_of, strict=True)]
    own: dict[str, Any] = {
        "run": run,
        "point": run // each,
        "replicate": replicate,
        "seed": definition.seed * SEEDS_PER_COMPARISON + replicate,
        "vector": pd.array(drawn, "Int64"),
        "scenario": [arms[a].label for a in arm_of],
    }
    return pd.concat([pd.DataFrame(own), points.iloc[run // each].reset_index(drop=True)], axis=1)


def _places(design: str, samples: int, dimensions: int, seed: int) -> Floats:
    """Points in the unit cube (SciPy, which wants a seed of its own: a number fixed by ours)."""
    own_seed = int(streams.stream(seed, f"sweep {design}")[0] >> np.uint64(33))
    if design == "latin_hypercube":
        return np.asarray(qmc.LatinHypercube(dimensions, seed=own_seed).random(samples))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # other numbers than powers of two are only less even
        return np.asarray(qmc.Sobol(dimensions, seed=own_seed).random(samples))
