"""Which factors matter: Morris screening and Sobol indices (by SALib) of what a sweep gives.

Morris (Morris, Technometrics 33, 1991; Campolongo, Cariboni and Saltelli, Environmental Modelling & Software 22, 2007):
`strength` is mu*, the mean absolute change of the outcome when a factor goes over its whole range, in the outcome's
unit; for words, which have no range, when one takes the place of another. Each factor has as many levels as it has
listed values (SALib has one number for all), and each is tried as often as the others. Sobol (Saltelli et al., Computer
Physics Communications 181, 2010): `strength` is the total index, the share of the outcome's variance that a factor has
a part in; `first` the share that it has alone.

The 95% intervals are Student's over trajectories, and SALib's bootstrap over samples from a fixed seed. They hold how
few points were tried. The luck of replicates is told separately: `luck` is the standard error that a strength has from
it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import sobol as sobol_sample
from scipy.special import stdtrit

from marketsim.core import streams
from marketsim.core.columns import Bools, Floats, Ints
from marketsim.experiments.differences import area_by_point
from marketsim.results.store import StoreError
from marketsim.scenario.errors import ScenarioError

Method: TypeAlias = Literal["morris", "sobol"]
Columns: TypeAlias = Mapping[str, Callable[[Floats], list[Any]]]  # by factor: values at places from 0 to 1

LEVELS = 4  # of a factor without listed values: a step of Morris is then two thirds of the range
LEVEL = 0.95  # of intervals
RESAMPLES, FEW = 1_000, 2  # of the bootstrap; FEW where intervals are not looked at
FEWEST_BLOCKS = 4  # trajectories or samples; with fewer an interval says nothing
COLUMNS = [
    "outcome", "quantity", "rank", "factor", "strength", "strength_low", "strength_high", "mean_effect", "spread",
    "first", "first_low", "first_high", "luck", "blocks", "replicates",
]  # fmt: skip


def sample(method: Method, levels: Sequence[int | None], size: int, seed: int) -> Floats:
    """Places in the unit cube, a row a point: `size` Morris trajectories of factors + 1 points, or `size` samples of
    factors + 2 (Sobol; a power of two). `levels`: how many values of each factor Morris tries, None for a whole range.
    Raises ScenarioError for a size that won't do.
    """
    if size < FEWEST_BLOCKS:
        raise ScenarioError(f"expected at least {FEWEST_BLOCKS} {_blocks(method)}, got {size}")
    if method == "morris":
        return _trajectories(levels, size, seed)
    if size & (size - 1):
        near = 2 ** round(math.log2(size))
        raise ScenarioError(f"--samples: Sobol indices need a power of two, got {size}; did you mean {near}?")
    own_seed = int(streams.stream(seed, f"sensitivity {method}")[0] >> np.uint64(33))
    return np.asarray(sobol_sample.sample(_problem(len(levels)), size, calc_second_order=False, seed=own_seed))


def _trajectories(levels: Sequence[int | None], size: int, seed: int) -> Floats:
    """Trajectories in which each level of a factor stands as often as the others, give or take one.

    In each the factors go, one after the other, from one level to another; the pairs of levels take turns.
    """
    count = np.array([LEVELS if number is None else number for number in levels])
    listed = np.array([number is not None for number in levels])
    shape = np.arange(size)[:, None], np.arange(len(count))[None, :]
    draw = partial(streams.uniform, seed)
    turn, way, order = (draw(f"sensitivity morris {what}", *shape) for what in ("turn", "way", "order"))
    one, other = _pairs(np.argsort(turn, axis=0), count, listed)
    before, after = np.where(way < 0.5, [one, other], [other, one])
    place = np.argsort(np.argsort(order, axis=1), axis=1)
    moved = np.arange(len(count) + 1)[None, :, None] > place[:, None, :]
    level = np.where(moved, after[:, None, :], before[:, None, :])
    return np.asarray((level / np.maximum(count - 1, 1)).reshape(-1, len(count)), dtype=np.float64)


def _pairs(turn: Ints, count: Ints, listed: Bools) -> list[Ints]:
    """The two levels of each factor whose turn it is; of a range they lie half of the levels apart, as Morris has it.

    Listed values form a ring, in which every second pair of neighbours has its turn in one round and the others in the
    next. After one turn less than there are values the pairs hang together: whatever depends on the factor shows.
    """
    first = 2 * turn
    first = first + listed * (count % 2 == 0) * (first // count)  # a ring of an odd number gets there by itself
    around = (first % count, (first + 1) % count)
    return [at // 2 + at % 2 * ((count + 1) // 2) for at in around]


def points_at(unit: Floats, columns: Columns) -> pd.DataFrame:
    """The values of the factors at places in the unit cube: a row a point, a column a factor."""
    return pd.DataFrame({key: at(unit[:, number]) for number, (key, at) in enumerate(columns.items())})


def analyse(
    method: Method, unit: Floats, design: pd.DataFrame, runs: pd.DataFrame, keys: list[str], wanted: Sequence[str] = ()
) -> pd.DataFrame:
    """The table of strengths, ranked within each outcome and quantity (columns: COLUMNS).

    `design` and `runs` as a sweep keeps them (runs: run, outcome, region, value). Quantities are each scenario and,
    if there are several, each other one less the first. Trajectories or samples in which a run failed, or the outcome
    isn't defined, are left out (`blocks` and `replicates` are what is left); with fewer than four left, the outcome has
    no rows, or StoreError if it is `wanted`.
    """
    tables = []
    for outcome, quantity, values in area_by_point(design, runs, len(unit)):
        kept = _whole_blocks(method, values, len(keys))
        blocks, replicates = int(kept.sum()) // _block(method, len(keys)), values.shape[1]
        if blocks >= FEWEST_BLOCKS:
            found = indices(method, unit[kept], values[kept].mean(axis=1), keys)
            lucky = found["factor"].map(luck(method, unit[kept], values[kept], keys))
            rests_on = {"luck": lucky, "blocks": blocks, "replicates": replicates}
            tables.append(found.assign(outcome=outcome, quantity=quantity, **rests_on))
        elif outcome in wanted:
            raise StoreError(
                f"{outcome}, {quantity}: runs are missing or failed, or it isn't defined, in all but {blocks} "
                f"{_blocks(method)}; at least {FEWEST_BLOCKS} are needed"
            )
    if not tables:
        raise StoreError("no outcome can be ranked: too few runs are finished")
    return pd.concat(tables, ignore_index=True)[COLUMNS]


def indices(method: Method, unit: Floats, values: Floats, keys: list[str], resamples: int = RESAMPLES) -> pd.DataFrame:
    """Strengths with 95% intervals from one value a point, the strongest first; an outcome that never changes has 0."""
    if np.ptp(values) == 0:
        zeros = dict.fromkeys(COLUMNS[4:12], 0.0)
        table = pd.DataFrame([{"factor": key, **zeros} for key in keys])
    else:
        table = _morris(unit, values, keys) if method == "morris" else _sobol(values, keys, resamples)
    table = table.sort_values("strength", ascending=False, kind="stable", ignore_index=True)
    return table.assign(rank=np.arange(1, len(table) + 1))


def luck(method: Method, unit: Floats, values: Floats, keys: list[str]) -> pd.Series[float]:
    """Standard error, by factor, that a strength has from the luck of replicates (`values`: a row a point, a column a
    replicate): the jackknife, leaving one replicate out at a time (Efron and Stein, Annals of Statistics 9, 1981).

    Luck that all points share (common random numbers) moves no strength, so a factor without any effect has 0. NaN with
    one replicate.
    """
    count = values.shape[1]
    if count < 2:
        return pd.Series(np.nan, index=keys)
    without = [indices(method, unit, np.delete(values, r, axis=1).mean(axis=1), keys, FEW) for r in range(count)]
    strengths = pd.concat([table.set_index("factor")["strength"].reindex(keys) for table in without], axis=1)
    return strengths.std(axis=1, ddof=0) * math.sqrt(count - 1)


def _morris(unit: Floats, values: Floats, keys: list[str]) -> pd.DataFrame:
    effects = _effects(unit.reshape(-1, len(keys) + 1, len(keys)), values.reshape(-1, len(keys) + 1))
    sizes, count = np.abs(effects), len(effects)
    strength = sizes.mean(axis=0)
    half = stdtrit(count - 1, (1 + LEVEL) / 2) * sizes.std(axis=0, ddof=1) / math.sqrt(count)
    return pd.DataFrame({
        "factor": keys, "strength": strength, "strength_low": np.maximum(strength - half, 0),
        "strength_high": strength + half, "mean_effect": effects.mean(axis=0), "spread": effects.std(axis=0, ddof=1),
        "first": np.nan, "first_low": np.nan, "first_high": np.nan,
    })  # fmt: skip


def _effects(points: Floats, values: Floats) -> Floats:
    """Elementary effects (trajectory, factor): the change of the outcome over the way that the factor went."""
    ways = np.diff(points, axis=1)
    rises = (np.diff(values, axis=1)[:, :, None] * (ways != 0)).sum(axis=1)
    way = ways.sum(axis=1)
    return np.asarray(np.divide(rises, way, out=np.zeros_like(rises), where=way != 0))


def _sobol(values: Floats, keys: list[str], resamples: int) -> pd.DataFrame:
    found = sobol_analysis.analyze(
        _problem(len(keys)), values, calc_second_order=False, num_resamples=resamples, seed=1
    )
    columns: dict[str, Any] = {"factor": keys, "mean_effect": np.nan, "spread": np.nan}
    for name, short in (("strength", "ST"), ("first", "S1")):
        value, half = np.asarray(found[short], float), np.asarray(found[f"{short}_conf"], float)
        columns |= {name: value, f"{name}_low": value - half, f"{name}_high": value + half}
    return pd.DataFrame(columns)


def _whole_blocks(method: Method, values: Floats, factors: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """The points of those trajectories or samples that have all their values, of one replicate or more."""
    block = _block(method, factors)
    whole = ~np.isnan(values).any(axis=1).reshape(-1, block).any(axis=1)
    return np.repeat(whole & (values.shape[1] > 0), block)


def _block(method: Method, factors: int) -> int:
    return factors + (1 if method == "morris" else 2)


def _blocks(method: Method) -> str:
    return "trajectories" if method == "morris" else "samples"


def _problem(factors: int) -> dict[str, Any]:
    return {"num_vars": factors, "names": [f"x{n}" for n in range(factors)], "bounds": [[0.0, 1.0]] * factors}
