"""A fast stand-in for the model: what one run would give for one measure, with how uncertain that is."""

from __future__ import annotations

import warnings

import numpy as np
from scipy.linalg import cho_solve
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from marketsim.core.columns import Floats

AMPLITUDES, LENGTHS, LUCK = (1e-2, 1e2), (0.2, 1e2), (1e-5, 4.0)
SMALLEST_SCALE = 1e-9


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
