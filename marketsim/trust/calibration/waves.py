"""The waves of history matching: run, learn, rule out, and run again in what is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from threadpoolctl import threadpool_limits

from marketsim.core.columns import Floats
from marketsim.trust.calibration.design import hypercube, spread_out
from marketsim.trust.calibration.history import History, Run
from marketsim.trust.calibration.judgement import nth_worst
from marketsim.trust.calibration.space import Space
from marketsim.trust.calibration.targets import Target

RUNS_PER_PARAMETER = 10  # Loeppky, Sacks and Welch, Technometrics 2009
DEFAULT_WAVES = 5
DEFAULT_KEEP = 50
MOST_CHECKS = 3  # rounds of runs to confirm as many vectors as are to be kept
SHRINKS = 0.8  # the waves end when more than this share of the space outlasts one

Simulate: TypeAlias = Callable[[int, Floats], list[Run]]


@dataclass(frozen=True)
class Settings:
    """How much to run: `runs_per_wave` runs in each of at most `waves` waves, `keep` vectors in the end."""

    runs_per_wave: int
    waves: int = DEFAULT_WAVES
    keep: int = DEFAULT_KEEP
    seed: int = 1


@dataclass(frozen=True)
class Match:
    """What history matching leaves: `plausible` runs, all confirmed unless there was none to confirm.

    `settled` says that the space stopped shrinking before the waves ran out.
    """

    history: History
    plausible: tuple[Run, ...]
    confirmed: bool
    settled: bool


def match(space: Space, targets: Sequence[Target], simulate: Simulate, settings: Settings) -> Match:
    """Run waves until the space stops shrinking, then runs in what is left until enough vectors are confirmed.

    `simulate(wave, points)` makes the runs of a wave, one for each point, in order. Raises ScenarioError if so many
    runs fail that nothing can be learnt.
    """
    history = History(space, targets, settings.seed)
    with threadpool_limits(1):  # of many threads, small matrices are slower and their last digits differ
        settled = _run_waves(history, simulate, settings)
        kept = _confirm(history, simulate, settings.keep)
        chosen = _spread(history, kept or _nearest(history, settings.keep), settings.keep)
    return Match(history, chosen, bool(kept), settled)


def _run_waves(history: History, simulate: Simulate, settings: Settings) -> bool:
    """Run the waves; True if the space stopped shrinking."""
    points = hypercube(settings.runs_per_wave, len(history.space), settings.seed)
    for number in range(1, settings.waves + 1):
        history.add_wave(simulate(number, points))
        if _stopped_shrinking(history):
            return True
        points = history.next_points(settings.runs_per_wave)
    return False


def _confirm(history: History, simulate: Simulate, count: int) -> list[Run]:
    """The confirmed runs, after up to three rounds of runs in what is left if there are fewer than `count`."""
    kept = history.confirmed()
    for check in range(1, MOST_CHECKS + 1):
        if len(kept) >= count:
            break
        history.runs += simulate(len(history.waves) + check, history.sample(check, count - len(kept)))
        kept = history.confirmed()
    return kept


def _stopped_shrinking(history: History) -> bool:
    """True if the latest wave, judging as leniently as the one before, left most of the space as it was."""
    if len(history.waves) < 2:
        return False
    before, latest = history.waves[-2:]
    same = (before.may_miss, before.cannot_be_met) == (latest.may_miss, latest.cannot_be_met)
    return same and latest.share > SHRINKS * before.share


def _spread(history: History, runs: Sequence[Run], count: int) -> tuple[Run, ...]:
    """At most `count` of the runs, far from each other, in the order of their numbers."""
    points = np.array([history.space.point(run.vector) for run in runs])
    return tuple(sorted((runs[row] for row in spread_out(points, count)), key=lambda run: run.number))


def _nearest(history: History, count: int) -> list[Run]:
    """The runs that come nearest to the targets."""
    finished = [run for run in history.runs if not run.error]
    off = nth_worst(history.missed(finished), history.judgement.may_miss)
    return [finished[row] for row in np.argsort(off, kind="stable")[:count]]
