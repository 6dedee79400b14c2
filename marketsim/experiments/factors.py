"""What a sweep varies: listed values, steps, a range, or a distribution, seen through the unit interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator
from scipy.special import ndtr, ndtri

from marketsim.core.columns import Floats
from marketsim.scenario.errors import LocatedError, listed
from marketsim.scenario.sections.base import Section

DIGITS = 6  # significant digits of a value drawn from a range or distribution
MOST_VALUES = 1_000
MOST_STEPS = 10_000

Value = StrictBool | StrictInt | StrictFloat | StrictStr
Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]

# What each form of a factor needs, and what it may have besides.
_NEEDED = {
    "values": ("values",),
    "steps": ("low", "high", "steps"),
    "range": ("low", "high"),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "sigma"),
}
_MAY_HAVE = {"normal": ("low", "high"), "lognormal": ("low", "high")}


class Factor(Section):
    """One thing that a sweep varies, in one of these forms.

    `{values: [...]}`; `{low:, high:, steps:}`; `{low:, high:}`; or `{distribution: ...}` with uniform low, high;
    triangular low, mode, high; normal mean, sd; lognormal median, sigma; the last two may be cut at low and high.
    """

    role: Literal["lever", "uncertainty"] = Field(
        default="lever", description="`lever`: what a policy can set; `uncertainty`: what nobody knows"
    )
    values: list[Value] | None = Field(default=None, min_length=1, max_length=MOST_VALUES, description="the values")
    low: Number | None = Field(default=None, description="lower end")
    high: Number | None = Field(default=None, description="upper end")
    steps: Annotated[int, Field(ge=2, le=MOST_STEPS)] | None = Field(
        default=None, description="values from low to high, both included, evenly apart"
    )
    distribution: Literal["uniform", "triangular", "normal", "lognormal"] | None = Field(
        default=None, description="how values are spread"
    )
    mode: Number | None = Field(default=None, description="likeliest value of a triangular distribution")
    mean: Number | None = Field(default=None, description="mean of a normal distribution")
    sd: Positive | None = Field(default=None, description="standard deviation of a normal distribution")
    median: Positive | None = Field(default=None, description="median of a lognormal distribution")
    sigma: Positive | None = Field(default=None, description="standard deviation of a lognormal value's logarithm")

    @property
    def form(self) -> str:
        """Which of the forms this is: values, steps, range, or the name of the distribution."""
        if self.values is not None:
            return "values"
        return self.distribution or ("range" if self.steps is None else "steps")

    @model_validator(mode="after")
    def _is_one_form(self) -> Factor:
        form = self.form
        needed, allowed = _NEEDED[form], (*_NEEDED[form], *_MAY_HAVE.get(form, ()))
        given = [name for name in self.model_fields_set - {"role", "distribution"} if getattr(self, name) is not None]
        if form == "range" and not {"low", "high"} & set(given):
            raise LocatedError((), "expected values: [...], low: and high:, or distribution: with its numbers")
        for name in needed:
            if name not in given:
                raise LocatedError((name,), f"missing; {_described(form)} needs {listed(needed)}")
        for name in sorted(given):
            if name not in allowed:
                raise LocatedError((name,), f"does not go with {_described(form)}; allowed: {listed(allowed)}")
        if form == "values" and self.distribution is not None:
            raise LocatedError(("distribution",), "does not go with a list of values")
        self._check_order()
        self._check_values()
        return self

    def _check_order(self) -> None:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise LocatedError(("low",), f"must be below high, got {self.low:g} and {self.high:g}")
        if self.mode is not None and not (self.low or 0.0) <= self.mode <= (self.high or 0.0):
            raise LocatedError(("mode",), f"expected a number from low to high, got {self.mode:g}")
        if self.form in ("normal", "lognormal"):
            below, above = self._cut()
            if above - below < 1e-9:
                raise LocatedError(("low",), "next to nothing of the distribution lies between low and high")

    def _check_values(self) -> None:
        values = self.values or []
        kinds = {str if isinstance(value, str) else bool if isinstance(value, bool) else float for value in values}
        if len(kinds) > 1:
            raise LocatedError(("values",), "expected values of one kind: numbers, words, or true and false")
        for position, value in enumerate(values):
            if values.index(value) != position:
                raise LocatedError(("values", position), f"{value} is listed twice")

    def levels(self, whole: bool) -> list[Any] | None:
        """The values of a list or of steps, in order; None for a range or distribution, which have no levels."""
        if self.values is not None:
            floats = any(isinstance(value, float) for value in self.values) and not whole
            return [float(value) for value in self.values] if floats else list(self.values)
        if self.steps is None or self.low is None or self.high is None:
            return None
        even = np.linspace(self.low, self.high, self.steps)
        return list(dict.fromkeys(_rounded(even, whole)))

    def at(self, unit: Floats, whole: bool) -> list[Any]:
        """The values at places from 0 to 1 of the factor's distribution; listed values are equally likely."""
        levels = self.levels(whole)
        if levels is not None:
            return [levels[min(int(place * len(levels)), len(levels) - 1)] for place in unit]
        if whole and self.form in ("range", "uniform"):
            assert self.low is not None and self.high is not None
            first, last = np.ceil(self.low), np.floor(self.high)
            return [int(value) for value in np.minimum(first + np.floor(unit * (last - first + 1)), last)]
        return [self._kept_inside(value) for value in _rounded(self._quantile(unit), whole)]

    def _kept_inside(self, value: float) -> float:
        """Rounding may not lead out of the bounds."""
        if self.low is not None:
            value = max(value, self.low)
        return value if self.high is None else min(value, self.high)

    def _quantile(self, unit: Floats) -> Floats:
        low, high = self.low or 0.0, self.high or 0.0
        if self.form in ("range", "uniform"):
            return np.asarray(low + unit * (high - low))
        if self.form == "triangular":
            mode = self.mode or 0.0
            rising, falling = (mode - low) / (high - low), (high - mode) / (high - low)
            up = low + (high - low) * np.sqrt(unit * rising)
            return np.asarray(np.where(unit < rising, up, high - (high - low) * np.sqrt((1 - unit) * falling)))
        below, above = self._cut()
        normal = ndtri(np.clip(below + unit * (above - below), 1e-12, 1 - 1e-12))
        if self.form == "normal":
            return np.asarray((self.mean or 0.0) + (self.sd or 1.0) * normal)
        return np.asarray((self.median or 1.0) * np.exp((self.sigma or 1.0) * normal))

    def _cut(self) -> tuple[float, float]:
        """How much of a normal or lognormal distribution lies below low, and below high."""
        below, above = 0.0, 1.0
        if self.low is not None:
            below = float(ndtr(self._standard(self.low)))
        if self.high is not None:
            above = float(ndtr(self._standard(self.high)))
        return below, above

    def _standard(self, value: float) -> float:
        if self.form == "normal":
            return (value - (self.mean or 0.0)) / (self.sd or 1.0)
        if value <= 0:
            return -np.inf
        return float(np.log(value / (self.median or 1.0)) / (self.sigma or 1.0))


def _described(form: str) -> str:
    words = {"values": "a list of values", "steps": "a range in steps", "range": "a range"}
    return words.get(form, f"a {form} distribution")


def _rounded(values: Floats | Sequence[float], whole: bool) -> list[Any]:
    if whole:
        return [round(float(value)) for value in values]
    return [float(f"{float(value):.{DIGITS}g}") for value in values]
