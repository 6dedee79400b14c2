"""When does a policy fail? Boxes of conditions (prim.py) in a finished sweep of two scenarios."""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from marketsim.core.columns import Floats
from marketsim.experiments import prim
from marketsim.experiments.differences import LESS, area_by_point, area_of
from marketsim.experiments.sweep_folder import open_set
from marketsim.results.result import DESIGN_COLUMNS, Result
from marketsim.results.store import StoreError
from marketsim.scenario import errors

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip
CONDITION = re.compile(r"\s*(>=|<=|>|<)\s*([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)\s*")
FEWEST_POINTS, FEWEST_CASES = 20, 5
MOST_BOXES = 3
WORTH_COVERAGE = 0.1  # of all cases; a further box that catches fewer is not told
RESAMPLES = 100  # reports/discover.py says so


@dataclass(frozen=True)
class Found:
    """A box: how much it catches, and for each restriction its quasi-p-value and how often resamples return it."""

    box: prim.Box
    coverage: float
    density: float
    support: float
    p_values: dict[str, float]
    returns: dict[tuple[str, str], float]


@dataclass(frozen=True)
class Discovery:
    """The boxes, the trajectory of the first, and what they rest on: `points` (factors) and which are `cases`.

    `replicates` is how many each point is the mean of; `unsure`: points whose mean difference is within two standard
    errors of the threshold (None with one replicate).
    """

    outcome: str
    quantity: str
    fails_if: str
    points: pd.DataFrame
    differences: Floats
    cases: prim.Mask
    boxes: list[Found]
    trajectory: pd.DataFrame
    chosen: int
    replicates: int
    unsure: int | None
    left_out: int
    footing: str
    area: str


def discover(folder: Path, outcome: str, fails_if: str, scenario: str | None = None) -> Discovery:
    """Where in a sweep's factors another scenario less the baseline meets the condition, such as `> 0`.

    Each point counts as its mean over replicates (paired: the same seeds). Raises StoreError for a folder that can't be
    used, ScenarioError for words that are wrong.
    """
    test = _condition(fails_if, Result.column(outcome).unit)
    found = open_set(folder)
    design, runs = found.design, found.outcomes
    quantity = _quantity(design, scenario)
    keys = [column for column in map(str, design.columns) if column not in DESIGN_COLUMNS]
    if not keys:
        raise StoreError(f"{folder}: the sweep varies no factor, so there are no conditions to find")
    values = _values(folder, design, runs, outcome, quantity)
    whole = ~np.isnan(values).any(axis=1) & (values.shape[1] > 0)
    points = design.drop_duplicates("point").sort_values("point")[keys]
    points = points.iloc[np.flatnonzero(whole)].reset_index(drop=True)
    if len(points) < FEWEST_POINTS:
        raise StoreError(
            f"{folder}: {outcome} is known in all runs of {len(points)} of {len(whole)} points (others are missing, "
            f"failed, or have none); at least {FEWEST_POINTS} are needed"
        )
    differences = values[whole].mean(axis=1)
    cases: prim.Mask = np.asarray(test(differences), dtype=np.bool_)
    boxes, trajectory, chosen = find_boxes(points, cases)
    unsure = _unsure(values[whole], test, differences)
    return Discovery(
        outcome, quantity, fails_if.strip(), points, differences, cases, boxes, trajectory, chosen, values.shape[1],
        unsure, int((~whole).sum()), found.footing,
        area_of(runs),
    )  # fmt: skip


def find_boxes(points: pd.DataFrame, cases: prim.Mask) -> tuple[list[Found], pd.DataFrame, int]:
    """Up to three boxes, each found among the points outside those before; none if too few points are cases or not.

    And the peeling trajectory of the first, with the number of its box there.
    """
    boxes: list[Found] = []
    outside = np.ones(len(points), dtype=np.bool_)
    trajectory, chosen = pd.DataFrame(), 0
    while len(boxes) < MOST_BOXES and _enough(cases[outside]):
        left, wanted = points[outside].reset_index(drop=True), cases[outside]
        path = prim.peel(left, wanted)
        number = prim.balanced(path, left, wanted)
        box = prim.simplified(path[number], left, wanted)
        if not boxes:
            trajectory, chosen = _trajectory(path, points, cases), number
        coverage, density, _ = prim.measures(box, left, wanted)
        coverage *= int(wanted.sum()) / int(cases.sum())
        if not box.limits or coverage < WORTH_COVERAGE:
            break
        support = float((box.inside(points) & outside).mean())
        returns = _returns(box, left, wanted)
        boxes.append(Found(box, coverage, density, support, prim.quasi_p(box, left, wanted), returns))
        outside &= ~box.inside(points)
    return boxes, trajectory, chosen


def _enough(cases: prim.Mask) -> bool:
    return len(cases) >= FEWEST_POINTS and FEWEST_CASES <= int(cases.sum()) < len(cases)


def _returns(box: prim.Box, points: pd.DataFrame, cases: prim.Mask) -> dict[tuple[str, str], float]:
    """Share of bootstrap resamples of the points in which each restriction (factor and side) is found again."""
    luck = np.random.default_rng(1)  # of the analysis, not of the market: the same each time
    seen: Counter[tuple[str, str]] = Counter()
    for _ in range(RESAMPLES):
        drawn = luck.integers(len(points), size=len(points))
        sample, wanted = points.iloc[drawn].reset_index(drop=True), cases[drawn]
        path = prim.peel(sample, wanted)
        again = prim.simplified(path[prim.balanced(path, sample, wanted)], sample, wanted)
        seen.update((key, side) for key, limit in again.limits.items() for side in limit.sides())
    return {(key, side): seen[key, side] / RESAMPLES for key, limit in box.limits.items() for side in limit.sides()}


def _trajectory(path: list[prim.Box], points: pd.DataFrame, cases: prim.Mask) -> pd.DataFrame:
    rows = [
        (number, *prim.measures(box, points, cases), len(box.limits), "; ".join(box.limits))
        for number, box in enumerate(path)
    ]
    return pd.DataFrame(rows, columns=["step", "coverage", "density", "support", "restricted", "factors"])


def _values(folder: Path, design: pd.DataFrame, runs: pd.DataFrame, outcome: str, quantity: str) -> Floats:
    kept = sorted(set(runs["outcome"]))
    if outcome not in kept:
        words = f"allowed: {errors.listed(kept)}" if kept else "no run is finished yet"
        missing, near = f"{folder} has no outcome {errors.shown(outcome)}", errors.did_you_mean(outcome, kept)
        raise errors.ScenarioError(errors.sentence(missing, words, near))
    wanted = runs[runs["outcome"] == outcome]
    given = area_by_point(design, wanted, int(design["point"].max()) + 1)
    return next(values for _, name, values in given if name == quantity)


def _quantity(design: pd.DataFrame, scenario: str | None) -> str:
    labels = list(dict.fromkeys(design["scenario"]))
    others = labels[1:]
    if not others:
        words = f"the sweep has one scenario, {errors.shown(labels[0])}; expected a baseline and another to compare"
        raise StoreError(words)
    if scenario is None and len(others) > 1:
        words = f"the sweep compares several scenarios with {labels[0]}; expected one of {errors.listed(others)}"
        raise errors.ScenarioError(words, "--scenario")
    if scenario is not None and scenario not in others:
        unknown, nearest = f"unknown scenario {errors.shown(scenario)}", errors.did_you_mean(scenario, others)
        words = errors.sentence(unknown, f"allowed: {errors.listed(others)}", nearest)
        raise errors.ScenarioError(words, "--scenario")
    return f"{scenario or others[0]}{LESS}{labels[0]}"


def _condition(text: str, unit: str) -> Callable[[Any], Any]:
    matched = CONDITION.fullmatch(text)
    if matched is None:
        words = f"expected >, >=, < or <= and a number, such as '> 0', got {errors.shown(text)}"
        raise errors.ScenarioError(words, "--fails-if")
    compare, threshold = OPERATORS[matched[1]], float(matched[2])
    if unit == "share" and abs(threshold) > 1:
        words = f"a difference in shares lies between -1 and 1, got {matched[2]}; 5 percentage points are written 0.05"
        raise errors.ScenarioError(words, "--fails-if")
    return lambda value: compare(value, threshold)


def _unsure(values: Floats, test: Callable[[Any], Any], means: Floats) -> int | None:
    if values.shape[1] < 2:
        return None
    reach = 2 * values.std(axis=1, ddof=1) / np.sqrt(values.shape[1])
    return int((test(means - reach) != test(means + reach)).sum())
