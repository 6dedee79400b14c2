"""The patient rule induction method: boxes of conditions in which cases of interest are dense.

J. H. Friedman and N. I. Fisher, "Bump hunting in high-dimensional data", Statistics and Computing 9 (1999): a box
begins with all points and is peeled, a few points at a time, where that raises the mean most for the points it costs.
B. P. Bryant and R. J. Lempert, "Thinking inside the box", Technological Forecasting and Social Change 77 (2010): a box
is judged by *coverage* (share of all cases that lie in it) and *density* (share of its points that are cases), and each
restriction by a binomial test, the quasi-p-value.

Written here because the packages that have it are not fit: `prim` is under the GPL, `ema-workbench` brings statsmodels,
platypus and a framework of its own for two hundred lines that are needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from scipy.stats import binom

PEELED = 0.05  # share of a box's points that one peel takes, at least
SMALLEST = 0.05  # share of all points that a box keeps, at least
SIGNIFICANT = 0.05  # a restriction whose quasi-p-value is above is dropped

Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Limit:
    """What a box allows of one factor: values from `low` to `high` (infinite: no limit), or those `among`."""

    low: float = -np.inf
    high: float = np.inf
    among: frozenset[Any] | None = None

    def holds(self, column: pd.Series[Any]) -> Mask:
        """Which values are allowed."""
        if self.among is not None:
            return np.asarray(column.isin(self.among), dtype=np.bool_)
        return np.asarray((column >= self.low) & (column <= self.high), dtype=np.bool_)

    def sides(self) -> tuple[str, ...]:
        """Which ends are limited: above, below, or among."""
        if self.among is not None:
            return ("among",)
        return (*(("above",) if self.low > -np.inf else ()), *(("below",) if self.high < np.inf else ()))


@dataclass(frozen=True)
class Box:
    """Limits by factor, for those that have any."""

    limits: dict[str, Limit] = field(default_factory=dict)

    def inside(self, points: pd.DataFrame) -> Mask:
        """Which points lie in the box."""
        held = np.ones(len(points), dtype=np.bool_)
        for key, limit in self.limits.items():
            held &= limit.holds(points[key])
        return held

    def without(self, key: str) -> Box:
        """The box with one factor free."""
        return Box({name: limit for name, limit in self.limits.items() if name != key})


def peel(points: pd.DataFrame, cases: Mask) -> list[Box]:
    """The peeling trajectory, from the box of all points to the smallest or to one of cases only."""
    columns = {str(key): _plain(points[key]) for key in points}
    box, boxes, inside = Box(), [Box()], np.arange(len(points))
    fewest = max(int(np.ceil(SMALLEST * len(points))), 1)
    while True:
        wanted = cases[inside]
        best, best_gain = None, 0.0
        for key, column in columns.items():
            for limit, kept in _tighter(column[inside], box.limits.get(key, Limit())):
                left = np.count_nonzero(kept)
                if left < fewest:
                    continue
                # The rise of the mean, by the points it costs: patient about long tails.
                gain = (np.count_nonzero(wanted[kept]) / left - wanted.mean()) / (len(inside) - left)
                if gain > best_gain:
                    best, best_gain = (key, limit, kept), gain
        if best is None:
            return boxes
        box, inside = Box({**box.limits, best[0]: best[1]}), inside[best[2]]
        boxes.append(box)


def measures(box: Box, points: pd.DataFrame, cases: Mask) -> tuple[float, float, float]:
    """Coverage, density and support (share of all points) of a box."""
    inside = box.inside(points)
    caught = int((inside & cases).sum())
    return caught / max(int(cases.sum()), 1), caught / max(int(inside.sum()), 1), float(inside.mean())


def balanced(boxes: list[Box], points: pd.DataFrame, cases: Mask) -> int:
    """The number of the box with the highest harmonic mean of coverage and density; of equals the first."""
    scores = []
    for box in boxes:
        coverage, density, _ = measures(box, points, cases)
        scores.append(2 * coverage * density / (coverage + density) if coverage + density else 0.0)
    return int(np.argmax(scores))


def quasi_p(box: Box, points: pd.DataFrame, cases: Mask) -> dict[str, float]:
    """For each restricted factor: the chance of as many cases in the box if that restriction did nothing.

    Binomial, with the density of the box without the restriction. `Quasi`: the same points chose the box.
    """
    inside = box.inside(points)
    caught, count = int((inside & cases).sum()), int(inside.sum())
    return {key: float(binom.sf(caught - 1, count, measures(box.without(key), points, cases)[1])) for key in box.limits}


def simplified(box: Box, points: pd.DataFrame, cases: Mask) -> Box:
    """The box without the restrictions that are not significant, the least significant dropped first."""
    while box.limits:
        p_values = quasi_p(box, points, cases)
        key = max(p_values, key=lambda name: p_values[name])
        if p_values[key] <= SIGNIFICANT:
            break
        box = box.without(key)
    return box


def _plain(column: pd.Series[Any]) -> np.ndarray[Any, Any]:
    """Numbers as floats, all else as words."""
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    return column.to_numpy(dtype=np.float64 if numeric else object)


def _tighter(values: np.ndarray[Any, Any], old: Limit) -> Iterator[tuple[Limit, Mask]]:
    """The limits of one factor that take an end or a word off the values in the box, and what each keeps of them."""
    if values.dtype == object:
        words = frozenset(values)
        for word in sorted(words, key=str) if len(words) > 1 else ():
            yield replace(old, among=words - {word}), np.asarray(values != word, dtype=np.bool_)
        return
    ordered = np.sort(values)
    taken = max(int(PEELED * len(ordered)), 1)
    # Whole ties go together; the limit lies halfway between two values, where no point is.
    first = int(np.searchsorted(ordered, ordered[taken - 1], side="right"))
    if first < len(ordered):
        limit = float((ordered[first - 1] + ordered[first]) / 2)
        yield replace(old, low=limit), np.asarray(values > limit)
    last = int(np.searchsorted(ordered, ordered[-taken], side="left"))
    if last > 0:
        limit = float((ordered[last - 1] + ordered[last]) / 2)
        yield replace(old, high=limit), np.asarray(values < limit)
