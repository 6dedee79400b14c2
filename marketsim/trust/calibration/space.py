"""The uncertain parameters and their ranges, seen as a unit cube; runs made in it, and how many to make."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from marketsim.core.columns import Floats

DIGITS = 6  # significant digits of a value in a vector
RUNS_PER_PARAMETER = 10  # Loeppky, Sacks and Welch, Technometrics 2009
DEFAULT_WAVES, DEFAULT_KEEP = 5, 50

Vector: TypeAlias = dict[str, float]


@dataclass(frozen=True)
class Parameter:
    """One uncertain value: its dotted key, its range (in the key's own unit) and why the range is what it is.

    `log`: the range is even on a logarithmic scale. `whole`: only whole numbers are allowed. `fitted_to` names the
    target measures that are meant to settle it.
    """

    key: str
    low: float
    high: float
    log: bool = False
    whole: bool = False
    reason: str = ""
    fitted_to: tuple[str, ...] = ()

    def value(self, unit: float) -> float:
        """The value at a place (0 to 1) of the range, to six significant digits and never outside the range."""
        if self.log:
            raw = math.exp(math.log(self.low) + unit * (math.log(self.high) - math.log(self.low)))
        else:
            raw = self.low + unit * (self.high - self.low)
        if self.whole:
            return min(max(round(raw), math.ceil(self.low)), math.floor(self.high))
        return min(max(float(f"{raw:.{DIGITS}g}"), self.low), self.high)

    def unit(self, value: float) -> float:
        """The place (0 to 1) of a value within the range."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Space:
    """All uncertain parameters together; a point is an array of their places (0 to 1), in order."""

    parameters: tuple[Parameter, ...]

    def __len__(self) -> int:
        return len(self.parameters)

    @property
    def keys(self) -> list[str]:
        """The dotted keys, in order."""
        return [parameter.key for parameter in self.parameters]

    def vector(self, point: Floats) -> Vector:
        """The values at a point, by key."""
        places = zip(self.parameters, point.tolist(), strict=True)
        return {parameter.key: parameter.value(place) for parameter, place in places}

    def point(self, vector: Vector) -> Floats:
        """The point at which a vector lies."""
        return np.array([parameter.unit(vector[parameter.key]) for parameter in self.parameters])


@dataclass(frozen=True)
class Run:
    """One run that was made: its vector and its measures, or the error with which it failed.

    A measure that the run leaves undefined is NaN.
    """

    number: int
    wave: int
    seed: int
    vector: Vector
    outputs: dict[str, float] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True)
class Settings:
    """How much to run: `runs_per_wave` runs in each of at most `waves` waves, `keep` vectors in the end."""

    runs_per_wave: int
    waves: int = DEFAULT_WAVES
    keep: int = DEFAULT_KEEP
    seed: int = 1
