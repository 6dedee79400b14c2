"""A cheap stand-in for the model: three parameters, measures with luck, and runs made of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from marketsim.core import streams
from marketsim.core.columns import Floats
from marketsim.trust.calibration.space import Parameter, Run, Space, Vector
from marketsim.trust.published import Target

SPACE = Space(
    (
        Parameter("linear", 0.0, 10.0),
        Parameter("log", 1e-4, 1e-1, log=True),
        Parameter("whole", 1.0, 20.0, whole=True),
    )
)
TRUTH: Vector = {"linear": 3.0, "log": 0.003, "whole": 7}
Simulate = Callable[[int, Floats], list[Run]]


def measures(vector: Vector, seed: int) -> dict[str, float]:
    """What one run of the stand-in gives."""
    linear, log, whole = vector["linear"], float(np.log10(vector["log"])), vector["whole"]
    luck = streams.uniform(seed, "luck of the stand-in", np.arange(4)) - 0.5
    return {
        "sum": 100 + 8 * linear + 20 * log + 3 * luck[0],
        "product": 50 + whole**2 / 5 + log * linear + 2 * luck[1],
        "steep": 1_000 * float(np.exp(log + 1)) + 5 * whole + 3 * luck[2],
        "flat": 5.0,
        "out_of_reach": 1 + 0.01 * linear + 0.1 * luck[3],
        "undefined": np.nan,
    }


def targets(vector: Vector, *names: str, tolerance: float = 0.03, seed: int = 99) -> list[Target]:
    """The stand-in's own measures under a vector, as targets."""
    return [Target(name, measures(vector, seed)[name], tolerance) for name in names]


def simulate(fails: Callable[[Vector], bool] = lambda vector: False) -> Simulate:
    """Makes runs of the stand-in; those whose vector `fails` have no measures."""
    made: list[Run] = []

    def runs(wave: int, points: Floats) -> list[Run]:
        new = []
        for point in points:
            number, vector = len(made) + len(new) + 1, SPACE.vector(point)
            failed = fails(vector)
            new.append(
                Run(number, wave, number, vector, {} if failed else measures(vector, number), "no room" * failed)
            )
        made.extend(new)
        return new

    return runs
