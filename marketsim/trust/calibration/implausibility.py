"""How far a point lies from the targets, in standard deviations, and which points that rules out.

A Gaussian process for each target and wave of runs is a fast stand-in for the model: what one run would give, with how
uncertain that is.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from scipy.linalg import cho_solve
from scipy.spatial import cKDTree
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from marketsim.core.columns import Bools, Floats

HALF_WIDTH_SDS = 1.96  # a tolerance is read as half the width of a 95% interval
RULED_OUT_FROM = 3.0  # Pukelsheim, "The three sigma rule", 1994: at least 95% of any distribution with one peak
LOG_FROM_RATIO = 5.0  # outputs that differ by more than this factor are emulated on a logarithmic scale
AMPLITUDES, LENGTHS, LUCK = (1e-2, 1e2), (0.2, 1e2), (1e-5, 4.0)
SMALLEST_SCALE = 1e-9
IDLE_BELOW = 2.5  # an emulator that puts no point of a large sample so far off is not asked again
FAILED_NEIGHBOURS = 3
OUT_OF_QUESTION = 1e6  # score of a point whose neighbours are runs that failed



@dataclass(frozen=True)
class Scale:
    """A target on the scale on which it is emulated: as it is, or as a logarithm; `tolerance` is a share of `value`."""

    value: float
    tolerance: float
    log: bool

    @property
    def aim(self) -> float:
        """The value to be met."""
        return float(np.log(self.value)) if self.log else self.value

    @property
    def sd(self) -> float:
        """Standard deviation of the target: its tolerance over 1.96 (a share, and so on the logarithmic scale)."""
        return self.tolerance * (1.0 if self.log else abs(self.value)) / HALF_WIDTH_SDS

    def to(self, values: Floats) -> Floats:
        """Model outputs on this scale; NaN for what has no logarithm."""
        if not self.log:
            return values
        return np.asarray(np.log(np.where(values > 0, values, np.nan)))

    def off(self, mean: Floats, sd: Floats | float, discrepancy: float) -> Floats:
        """The implausibility of predictions: their distance from the target in standard deviations (Craig et al. 1997).

        |target - mean| / sqrt(sd² + tolerance² + discrepancy²), where `sd` is that of one run as the emulator predicts
        it: its own uncertainty and the luck of a run.
        """
        return np.asarray(np.abs(self.aim - mean) / np.sqrt(np.square(sd) + self.sd**2 + discrepancy**2))


def scale_of(value: float, tolerance: float, outputs: Floats) -> Scale:
    """Logarithmic if all that the model gave for it is positive and differs by more than a factor of 5."""
    known = outputs[np.isfinite(outputs)]
    wide = len(known) > 0 and known.min() > 0 and known.max() > LOG_FROM_RATIO * known.min()
    return Scale(value, tolerance, bool(wide and value > 0))


class Emulator:
    """A Gaussian process over points of the unit cube: Matérn 5/2 with a length for each parameter, and luck.

    The luck of runs (each has a seed of its own) is the white noise of the process. If the process is surer of its own
    runs, each predicted from all others, than it should be, its variance is widened in proportion.
    """

    def __init__(self, points: Floats, outputs: Floats) -> None:
        self._centre, self._spread = points.mean(axis=0), np.maximum(points.std(axis=0), SMALLEST_SCALE)
        self._level = float(outputs.mean())
        self._scale = max(float(outputs.std()), SMALLEST_SCALE * max(abs(self._level), SMALLEST_SCALE))
        kernel = ConstantKernel(1.0, AMPLITUDES) * Matern(np.full(points.shape[1], 2.0), LENGTHS, nu=2.5)
        self._process = GaussianProcessRegressor(kernel + WhiteKernel(0.1, LUCK))
        known = (outputs - self._level) / self._scale
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a bound is reached where a parameter has no effect
            self._process.fit((points - self._centre) / self._spread, known)
        variance, errors = self._left_out()
        self._widening = max(1.0, float(np.sqrt(np.mean(errors**2 / variance))))
        spread = float(np.sum((known - known.mean()) ** 2))
        self.skill = 1 - float(np.sum(errors**2)) / spread if spread > 0 else 0.0
        self.luck = self._widening * self._scale * float(np.sqrt(self._process.kernel_.k2.noise_level))

    def predict(self, points: Floats) -> tuple[Floats, Floats]:
        """Mean and standard deviation of what one run would give at each point, its luck included."""
        mean, sd = self._process.predict((points - self._centre) / self._spread, return_std=True)
        return self._level + self._scale * mean, self._widening * self._scale * sd

    def _left_out(self) -> tuple[Floats, Floats]:
        """Variance and error with which each run is predicted from all others.

        Rasmussen and Williams, "Gaussian processes for machine learning" (2006), equations 5.10 to 5.12.
        """
        inverse = cho_solve((self._process.L_, True), np.eye(len(self._process.L_)))
        variance = 1 / np.diagonal(inverse)
        return variance, self._process.alpha_ * variance


Emulators: TypeAlias = Sequence[Emulator | None]


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

    def not_ruled_out(self, points: Floats) -> Bools:
        """True for the points that may be true."""
        return np.asarray(self.score(points, RULED_OUT_FROM) < RULED_OUT_FROM, dtype=np.bool_)

    def _in_wave(self, wave: Emulators, points: Floats) -> Floats:
        columns = np.zeros((len(points), len(self.scales)))
        for number, emulator in enumerate(wave):
            if emulator is not None:
                columns[:, number] = self.scales[number].off(*emulator.predict(points), self.discrepancy[number])
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
