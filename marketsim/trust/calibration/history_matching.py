"""History matching: run, learn, rule out, and run again in what is left (Craig et al. 1997)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from threadpoolctl import threadpool_limits

from marketsim.core.columns import Floats
from marketsim.scenario.errors import ScenarioError
from marketsim.trust.calibration import implausibility, sampling
from marketsim.trust.calibration.implausibility import RULED_OUT_FROM, Emulator, Judgement, nth_worst
from marketsim.trust.calibration.space import Run, Settings, Space
from marketsim.trust.published import Target

LEAST_MEASURED_SHARE = 0.5  # of the runs: below it a target has no emulator in that wave
MOST_CHECKS = 3  # rounds of runs to confirm as many vectors as are to be kept
SHRINKS = 0.8  # the waves end when more than this share of the space outlasts one

Simulate: TypeAlias = Callable[[int, Floats], list[Run]]


@dataclass(frozen=True)
class Wave:
    """What was left after a wave: its runs, the share of the original space, and how lenient that was."""

    number: int
    runs: int
    failed: int
    share: float
    may_miss: int
    cannot_be_met: tuple[str, ...]


class History:
    """Everything known of the space: `runs`, `waves`, the `judgement` on points and the `region` not ruled out."""

    def __init__(self, space: Space, targets: Sequence[Target], seed: int) -> None:
        self.space, self.targets, self.seed = space, tuple(targets), seed
        self.runs: list[Run] = []
        self.waves: list[Wave] = []
        self.luck = np.zeros(len(self.targets))
        self.skill = np.full(len(self.targets), np.nan)
        self.region = sampling.Region(np.empty((0, len(space))), 1.0)
        self.judgement = Judgement(())

    @property
    def points(self) -> Floats:
        """The points of all runs, a row each."""
        return np.array([self.space.point(run.vector) for run in self.runs]).reshape(-1, len(self.space))

    def add_wave(self, runs: Sequence[Run]) -> None:
        """Learn from the runs of a wave and find what is left; raises ScenarioError if too many of them failed."""
        self.runs += runs
        self._check_enough()
        if not self.waves:
            scales = (
                implausibility.scale_of(target.value, target.tolerance, self._given(self.runs, column))
                for column, target in enumerate(self.targets)
            )
            self.judgement = Judgement(tuple(scales), discrepancy=(0.0,) * len(self.targets))
        self._judge(len(runs))
        failed = sum(bool(run.error) for run in runs)
        out = tuple(t.measure for t, gap in zip(self.targets, self.judgement.discrepancy, strict=True) if gap > 0)
        may_miss = self.judgement.may_miss
        self.waves.append(Wave(len(self.waves) + 1, len(runs), failed, self.region.share, may_miss, out))

    def next_points(self, count: int) -> Floats:
        """Points to run next: spread over what is left and away from all runs made there."""
        inside = self.points[self.judgement.not_ruled_out(self.points)]
        candidates = self._possible(self.region.points)
        return candidates[sampling.spread_out(candidates, count, inside)]

    def sample(self, number: int, count: int) -> Floats:
        """A sample of what is left, evenly spread; another for each number from 1."""
        candidates = self._possible(self.region.points)
        return candidates[np.arange((number - 1) * count, number * count) % len(candidates)]

    def missed(self, runs: Sequence[Run]) -> Floats:
        """How many standard deviations the runs' own measures (rows) are from the targets (columns).

        0 where a run leaves a measure undefined.
        """
        off = np.zeros((len(runs), len(self.targets)))
        for column, scale in enumerate(self.judgement.scales):
            given = scale.to(self._given(runs, column))
            off[:, column] = np.nan_to_num(scale.off(given, self.luck[column], self.judgement.discrepancy[column]))
        return off

    def confirmed(self) -> list[Run]:
        """The runs that are not ruled out and whose own measures meet the targets in the same sense."""
        finished = [run for run in self.runs if not run.error]
        points = np.array([self.space.point(run.vector) for run in finished])
        met = nth_worst(self.missed(finished), self.judgement.may_miss) < RULED_OUT_FROM
        kept = met & self.judgement.not_ruled_out(points)
        return [run for run, keep in zip(finished, kept, strict=True) if keep]

    def _possible(self, points: Floats) -> Floats:
        """The points moved to vectors that there are (whole numbers, six digits), without those that this rules out."""
        moved = np.array([self.space.point(self.space.vector(point)) for point in points])
        kept = moved[self.judgement.not_ruled_out(moved)]
        return kept if len(kept) else moved

    def _judge(self, latest: int) -> None:
        emulators = self._emulators(latest)
        failed = tuple(bool(run.error) for run in self.runs)
        seen = np.concatenate([sampling.cube(sampling.POWER, len(self.space), self.seed), self.region.points])
        alone = replace(self.judgement, waves=(emulators,), discrepancy=(0.0,) * len(self.targets), failed=())
        busy = alone.by_target(seen).max(axis=0) >= implausibility.IDLE_BELOW
        asked = tuple(one if wanted else None for one, wanted in zip(emulators, busy, strict=True))
        waves = (*self.judgement.waves, asked)
        self.judgement = replace(alone, waves=waves, runs=self.points, failed=failed)
        self.judgement = replace(self.judgement, discrepancy=self._discrepancies(seen))
        self.region = self._left()

    def _emulators(self, latest: int) -> tuple[Emulator | None, ...]:
        """One for each target, from the runs in the space that is left, where enough of them measure it."""
        points = self.points
        fit = np.array([not run.error for run in self.runs])
        fit[:-latest] &= self.judgement.not_ruled_out(points[:-latest])
        emulators: list[Emulator | None] = []
        for column, scale in enumerate(self.judgement.scales):
            outputs = scale.to(self._given(self.runs, column))
            rows = np.flatnonzero(fit & np.isfinite(outputs))
            if len(rows) < max(len(self.space) + 2, LEAST_MEASURED_SHARE * fit.sum()):
                emulators.append(None)
                continue
            emulator = Emulator(points[rows], outputs[rows])
            self.luck[column], self.skill[column] = emulator.luck, emulator.skill
            emulators.append(emulator)
        return tuple(emulators)

    def _discrepancies(self, seen: Floats) -> tuple[float, ...]:
        """For targets that no point seen and no run comes near, the distance of the nearest run, else 0."""
        nearest = self.judgement.by_target(seen).min(axis=0)
        by_run = self.missed([run for run in self.runs if not run.error])
        gaps = []
        for column, scale in enumerate(self.judgement.scales):
            off = np.abs(scale.to(self._given(self.runs, column)) - scale.aim)
            out_of_reach = nearest[column] >= RULED_OUT_FROM and by_run[:, column].min() >= RULED_OUT_FROM
            gaps.append(float(np.nanmin(off)) if out_of_reach else 0.0)
        return tuple(gaps)

    def _left(self) -> sampling.Region:
        """The region not ruled out; where there is none, as many targets may be missed as it takes."""
        while True:
            found = sampling.find_region(self.judgement.score, RULED_OUT_FROM, len(self.space), self.seed)
            if found is not None:
                return found
            if self.judgement.may_miss >= len(self.targets):
                raise ScenarioError(f"nearly all runs failed, the first with: {self._first_error()}")
            self.judgement = replace(self.judgement, may_miss=self.judgement.may_miss + 1)

    def _check_enough(self) -> None:
        finished = sum(not run.error for run in self.runs)
        if finished < len(self.space) + 2:
            failed = len(self.runs) - finished
            message = f"{failed} of {len(self.runs)} runs failed, so there is nothing to learn from; the first: "
            raise ScenarioError(message + self._first_error())

    def _first_error(self) -> str:
        return next((run.error for run in self.runs if run.error), "")

    def _given(self, runs: Sequence[Run], column: int) -> Floats:
        """What the runs gave for a target; NaN where nothing."""
        measure = self.targets[column].measure
        return np.array([run.outputs.get(measure, np.nan) for run in runs], dtype=np.float64)


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
    points = sampling.hypercube(settings.runs_per_wave, len(history.space), settings.seed)
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
    return tuple(sorted((runs[row] for row in sampling.spread_out(points, count)), key=lambda run: run.number))


def _nearest(history: History, count: int) -> list[Run]:
    """The runs that come nearest to the targets."""
    finished = [run for run in history.runs if not run.error]
    off = nth_worst(history.missed(finished), history.judgement.may_miss)
    return [finished[row] for row in np.argsort(off, kind="stable")[:count]]
