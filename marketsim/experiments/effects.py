"""What each factor of a sweep does to the outcomes: the change over its whole range, the others being as they are.

Main effects of a linear model, fitted by least squares to the means of the points: for a factor in numbers the slope
times its range in the sweep, for words the highest less the lowest mean. Intervals are Student's from the residuals, so
they hold what luck, other factors' curves and combinations leave over; none from fewer than FEWEST degrees of freedom.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from marketsim.core.columns import Floats
from marketsim.experiments.differences import LESS, area_by_point
from marketsim.results import definitions
from marketsim.results.result import DESIGN_COLUMNS

LEVEL = 0.95
FEWEST = 3
COLUMNS = ["outcome", "quantity", "factor", "from_value", "to_value", "effect", "ci_low", "ci_high", "points", "unit"]


def factors_of(design: pd.DataFrame) -> list[str]:
    """The factors that a design varies."""
    keys = [name for name in map(str, design.columns) if name not in DESIGN_COLUMNS]
    return [key for key in keys if design[key].nunique() > 1]


def points_of(design: pd.DataFrame) -> pd.DataFrame:
    """The values of the factors that vary, a row a point."""
    points = design.drop_duplicates("point").sort_values("point")
    return pd.DataFrame(points[factors_of(design)]).reset_index(drop=True)


def effects(design: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """The effect of every factor on every outcome of the area that is analysed, a row each: of the other scenarios less
    the first, or of the only one. `design`, `runs` as a sweep keeps them; points without the outcome are left out."""
    points, several, rows = points_of(design), design["scenario"].nunique() > 1, []
    for outcome, quantity, values in area_by_point(design, runs, len(points)):
        if several and LESS not in quantity:
            continue
        known = ~np.isnan(values).all(axis=1)
        means = np.asarray(np.nanmean(values[known], axis=1), dtype=np.float64)
        unit = definitions.column("outcomes", outcome).unit
        for factor, ends, effect, half in _main_effects(points.iloc[np.flatnonzero(known)], means):
            told = effect, effect - half, effect + half, int(known.sum())
            rows.append((outcome, quantity, factor, *ends, *told, unit))
    return pd.DataFrame(rows, columns=COLUMNS)


def _main_effects(points: pd.DataFrame, means: Floats) -> list[tuple[str, tuple[str, str], float, float]]:
    """For each factor its ends, its effect and half the width of the interval; nothing where points are too few."""
    if points.empty:
        return []
    columns, blocks = [np.ones(len(points))], {}
    for factor in points:
        coded = _coded(points[factor])
        blocks[str(factor)] = range(len(columns), len(columns) + len(coded))
        columns += coded
    matrix = np.column_stack(columns)
    if len(points) < matrix.shape[1] or np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        return []
    found = np.asarray(np.linalg.lstsq(matrix, means, rcond=None)[0], dtype=np.float64)
    freedom = len(points) - matrix.shape[1]
    spread: Floats = np.full((len(found), len(found)), np.nan)
    if freedom >= FEWEST:
        residual = means - matrix @ found
        spread = np.asarray(np.linalg.inv(matrix.T @ matrix) * float(residual @ residual) / freedom, dtype=np.float64)
    quantile = float(stdtrit(freedom, (1 + LEVEL) / 2)) if freedom >= FEWEST else np.nan
    return [(factor, *_effect(points[factor], found, spread, block, quantile)) for factor, block in blocks.items()]


def _coded(values: pd.Series[Any]) -> list[Floats]:
    """A factor as columns: numbers from 0 to 1 over their range, of words a column for each but the first."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        number = values.to_numpy(dtype=np.float64)
        return [(number - number.min()) / max(float(np.ptp(number)), 1e-300)]
    return [np.asarray(values == word, dtype=np.float64) for word in _words(values)[1:]]


def _words(values: pd.Series[Any]) -> list[object]:
    return sorted(values.unique(), key=str)


def _effect(
    values: pd.Series[Any], found: Floats, spread: Floats, block: Sequence[int], quantile: float
) -> tuple[tuple[str, str], float, float]:  # fmt: skip
    """The ends that an effect is between, the effect, and half the width of its interval."""
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        [place] = block
        ends = f"{values.min():.6g}", f"{values.max():.6g}"
        return ends, float(found[place]), quantile * float(np.sqrt(spread[place, place]))
    words, levels = _words(values), np.concatenate([[0.0], found[list(block)]])
    low, high = int(levels.argmin()), int(levels.argmax())
    contrast = np.zeros(len(found))
    for place, sign in ((high, 1.0), (low, -1.0)):
        if place > 0:
            contrast[block[place - 1]] = sign
    half = quantile * float(np.sqrt(contrast @ spread @ contrast))
    return (str(words[low]), str(words[high])), float(levels[high] - levels[low]), half


def grid(design: pd.DataFrame, runs: pd.DataFrame, outcome: str, quantity: str) -> pd.DataFrame | None:
    """The mean of a quantity over replicates, a row a value of the second factor and a column a value of the first;
    None unless two factors vary and every pair of their values is a point."""
    points = points_of(design)
    if points.shape[1] != 2 or len(points) != points.iloc[:, 0].nunique() * points.iloc[:, 1].nunique():
        return None
    for name, said, values in area_by_point(design, runs, len(points)):
        if (name, said) == (outcome, quantity):
            first, second = points.columns
            known = np.where(np.isnan(values).all(axis=1), np.nan, np.nansum(values, axis=1))
            count = np.maximum((~np.isnan(values)).sum(axis=1), 1)
            return points.assign(value=known / count).pivot(index=second, columns=first, values="value")
    return None
