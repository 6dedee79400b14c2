"""Which points a search tries next: optuna's tree-structured Parzen estimator, asked a generation at a time.

NSGA-II needs populations of tens over tens of generations, and breeds from the latest only; a search here has some 48
points in all, levers in numbers, whole numbers and words, and each point costs several runs. The estimator learns from
all points that were told and does more with few (Y. Ozaki and others, "Multiobjective tree-structured Parzen
estimator", Journal of Artificial Intelligence Research 73, 2022).

Sampler and study are made anew for each generation, from a seed of its own and from what was told before. So what is
asked is a function of scenario, levers, objectives and seed, whoever made the runs and however often he was stopped.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from marketsim.core import streams
from marketsim.core.columns import Floats
from marketsim.experiments.cooperatives.levers import Lever
from marketsim.experiments.definition import DIGITS

GENERATION = 8  # points that are asked for at once
ASKED = 4  # times as many are asked of the estimator, which may name what was tried already
DRAWN = 2_000  # and then drawn by luck, before there is taken to be nothing new
Point: TypeAlias = dict[str, Any]  # the values of the levers by dotted key
Told: TypeAlias = tuple[Point, Floats | None]  # a point and its objectives; None where a run failed


def proposed(
    levers: Sequence[Lever], told: Sequence[Told], first: Sequence[Point], seed: int, generation: int, count: int
) -> list[Point]:
    """Points that were not told, at most `count`; fewer if there are no others. Generations are numbered from 1.

    The first one is the scenario's own values, if these are among those allowed, and `first`.
    """
    seen = {tuple(point.values()) for point, _ in told}
    fresh: list[Point] = []
    for point in _candidates(levers, told, first, seed, generation):
        values = tuple(point.values())
        if values not in seen:
            seen.add(values)
            fresh.append(point)
        if len(fresh) == count:
            break
    return fresh


def _candidates(
    levers: Sequence[Lever], told: Sequence[Told], first: Sequence[Point], seed: int, generation: int
) -> Iterator[Point]:
    """What may be tried, the best first: without end as good as, so that few are taken."""
    if generation == 1:
        if all(lever.holds_base() for lever in levers):
            yield {lever.key: lever.base for lever in levers}
        yield from first
    else:
        yield from islice(_asked(levers, told, seed, generation), ASKED * GENERATION)
    luck = streams.uniform(seed, "search", generation, np.arange(DRAWN)[:, None], np.arange(len(levers))[None, :])
    for places in luck.reshape(DRAWN, len(levers)):
        yield {lever.key: lever.factor.at(places[[n]], lever.whole)[0] for n, lever in enumerate(levers)}


def _asked(levers: Sequence[Lever], told: Sequence[Told], seed: int, generation: int) -> Iterator[Point]:
    """What the estimator asks for, one after another; nothing if it was told of failures only."""
    known = [(point, values.tolist()) for point, values in told if values is not None]
    if not known:
        return
    space = {lever.key: _distribution(lever) for lever in levers}
    with _silence():
        own_seed = int(streams.stream(seed, "search generation", generation)[0] >> np.uint64(33))
        sampler = optuna.samplers.TPESampler(seed=own_seed, n_startup_trials=1, multivariate=True, constant_liar=True)
        study = optuna.create_study(directions=["minimize"] * len(known[0][1]), sampler=sampler)
        for point, values in known:
            codes = {lever.key: _code(lever, point[lever.key]) for lever in levers}
            study.add_trial(optuna.trial.create_trial(params=codes, distributions=space, values=values))
    while True:
        with _silence():
            codes = study.ask(space).params
        yield {lever.key: _value(lever, codes[lever.key]) for lever in levers}


def _distribution(lever: Lever) -> BaseDistribution:
    """Words have no order; numbers of a list are counted; ranges are what they are."""
    if lever.levels is not None:
        return CategoricalDistribution(lever.levels) if lever.is_words else IntDistribution(0, len(lever.levels) - 1)
    low, high = lever.ends
    return IntDistribution(math.ceil(low), math.floor(high)) if lever.whole else FloatDistribution(low, high)


def _code(lever: Lever, value: Any) -> Any:
    """A value as the estimator has it."""
    if lever.levels is not None:
        return value if lever.is_words else lever.levels.index(value)
    return int(value) if lever.whole else float(value)


def _value(lever: Lever, code: Any) -> Any:
    """The value that the estimator means; of a range with as many digits as a sweep's."""
    if lever.levels is not None:
        return code if lever.is_words else lever.levels[code]
    low, high = lever.ends
    return int(code) if lever.whole else min(max(float(f"{code:.{DIGITS}g}"), low), high)


@contextmanager
def _silence() -> Iterator[None]:
    """What optuna says of trials and of what is experimental in it is of no use to whoever searches."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(before)
