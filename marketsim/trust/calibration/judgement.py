"""What the emulators of all waves so far say about points: which are ruled out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import cKDTree

from marketsim.core.columns import Floats
from marketsim.trust.calibration.emulator import Emulator
from marketsim.trust.calibration.targets import RULED_OUT_FROM, Scale, implausibility

IDLE_BELOW = 2.5  # an emulator that puts no point of a large sample so far off is not asked again
FAILED_NEIGHBOURS = 3
OUT_OF_QUESTION = 1e6  # score of a point whose neighbours are runs that failed

Emulators = Sequence[Emulator | None]


@dataclass(frozen=True)
class Judgement:
    """Emulators by wave and target, and how much the targets are allowed to be missed.

    The implausibility of a point for a target is the largest over the waves. A point is ruled out if more than
    `may_miss` targets have an implausibility of 3 or more. `discrepancy` (on the scale of each target) is the least
    distance that the model keeps from a target anywhere in the ranges, for targets that it can't meet, else 0.
    """

    scales: tuple[Scale, ...]
    waves: tuple[Emulators, ...] = ()
    discrepancy: tuple[float, ...] = ()
    may_miss: int = 0
    runs: Floats = field(default_factory=lambda: np.empty((0, 0)))
    failed: tuple[bool, ...] = ()

    def by_target(self, points: Floats) -> Floats:
        """The implausibility of each point (rows) for each target (columns); 0 where nothing is known."""
        worst = np.zeros((len(points), len(self.scales)))
        for wave in self.waves:
            np.maximum(worst, self._in_wave(wave, points), out=worst)
        return worst

    def score(self, points: Floats, bound: float = np.inf) -> Floats:
        """The implausibility of each point when its `may_miss` worst targets are left out; 3 or more is ruled out.

        Points known to come above `bound` are given up early: their score is above it but not exact.
        """
        worst = np.zeros((len(points), len(self.scales)))
        score = np.where(self._fails(points), OUT_OF_QUESTION, 0.0)
        for wave in reversed(self.waves):
            open_rows = np.flatnonzero(score <= bound)
            if len(open_rows):
                worst[open_rows] = np.maximum(worst[open_rows], self._in_wave(wave, points[open_rows]))
                score[open_rows] = np.maximum(score[open_rows], nth_worst(worst[open_rows], self.may_miss))
        return score

    def not_ruled_out(self, points: Floats) -> Floats:
        """True for the points that may be true."""
        return np.asarray(self.score(points, RULED_OUT_FROM) < RULED_OUT_FROM)

    def _in_wave(self, wave: Emulators, points: Floats) -> Floats:
        columns = np.zeros((len(points), len(self.scales)))
        for number, emulator in enumerate(wave):
            if emulator is not None:
                off = implausibility(self.scales[number], *emulator.predict(points), self.discrepancy[number])
                columns[:, number] = off
        return columns

    def _fails(self, points: Floats) -> Floats:
        """True where the three nearest of the runs made have all failed."""
        failed = np.array(self.failed, dtype=bool)
        if failed.sum() < FAILED_NEIGHBOURS:
            return np.zeros(len(points), dtype=bool)
        _, nearest = cKDTree(self.runs).query(points, FAILED_NEIGHBOURS)
        return np.asarray(failed[nearest].all(axis=1))


def nth_worst(by_target: Floats, left_out: int) -> Floats:
    """The largest of each row when the `left_out` largest are not counted; 0 if none are left."""
    columns = by_target.shape[1]
    if left_out >= columns:
        return np.zeros(len(by_target))
    place = columns - 1 - left_out
    return np.asarray(np.partition(by_target, place, axis=1)[:, place])
