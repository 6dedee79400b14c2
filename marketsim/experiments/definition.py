"""What a sweep is: scenarios, factors, design, replicates, outcomes; and the points of its design."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, field_validator, model_validator
from scipy import stats
from scipy.stats import qmc

from marketsim.core import streams
from marketsim.core.columns import Floats
from marketsim.results.outcomes import MEASURES
from marketsim.scenario import errors, schema
from marketsim.scenario.sections.base import Section

COMPARED = [name for name, measure in MEASURES.items() if measure.compared]
DIGITS = 6  # significant digits of a value drawn from a range or distribution
MOST_VALUES = 1_000
MOST_STEPS = 10_000
MOST_SAMPLES, MOST_RUNS = 1_000_000, 1_000_000
UNBOUNDED = ("normal", "lognormal")
LEAST_TAIL = 1e-12  # the ends of an unbounded distribution are infinitely far

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
            raise errors.LocatedError((), "expected values: [...], low: and high:, or distribution: with its numbers")
        for name in needed:
            if name not in given:
                raise errors.LocatedError((name,), f"missing; {_described(form)} needs {errors.listed(needed)}")
        for name in sorted(given):
            if name not in allowed:
                words = f"does not go with {_described(form)}; allowed: {errors.listed(allowed)}"
                raise errors.LocatedError((name,), words)
        if form == "values" and self.distribution is not None:
            raise errors.LocatedError(("distribution",), "does not go with a list of values")
        self._check_order()
        self._check_values()
        return self

    def _check_order(self) -> None:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise errors.LocatedError(("low",), f"must be below high, got {self.low:g} and {self.high:g}")
        if self.mode is not None and not (self.low or 0.0) <= self.mode <= (self.high or 0.0):
            raise errors.LocatedError(("mode",), f"expected a number from low to high, got {self.mode:g}")
        if self.form in UNBOUNDED:
            below, above = self._cut()
            if above - below < 1e-9:
                raise errors.LocatedError(("low",), "next to nothing of the distribution lies between low and high")

    def _check_values(self) -> None:
        values = self.values or []
        kinds = {str if isinstance(value, str) else bool if isinstance(value, bool) else float for value in values}
        if len(kinds) > 1:
            raise errors.LocatedError(("values",), "expected values of one kind: numbers, words, or true and false")
        for position, value in enumerate(values):
            if values.index(value) != position:
                raise errors.LocatedError(("values", position), f"{value} is listed twice")

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
            first, count = math.ceil(self.low or 0.0), self._whole_numbers()
            return [first + min(int(place * count), count - 1) for place in unit]
        low, high = (-math.inf if self.low is None else self.low), (math.inf if self.high is None else self.high)
        drawn = _rounded(self._quantile(unit), whole)
        return [min(max(value, low), high) for value in drawn]  # rounding may not lead out of the bounds

    def count(self, whole: bool) -> float:
        """How many values there are; infinite where they are neither listed nor the whole numbers of a range."""
        levels = self.levels(whole)
        if levels is not None:
            return len(levels)
        return self._whole_numbers() if whole and self.form in ("range", "uniform") else math.inf

    def _whole_numbers(self) -> int:
        return math.floor(self.high or 0.0) - math.ceil(self.low or 0.0) + 1

    def _quantile(self, unit: Floats) -> Floats:
        below, above = self._cut()
        place = below + unit * (above - below)
        if self.form in UNBOUNDED:
            place = np.clip(place, LEAST_TAIL, 1 - LEAST_TAIL)
        return np.asarray(self._distribution().ppf(place))

    def _cut(self) -> tuple[float, float]:
        """How much of the distribution lies below low, and below high."""
        whole = self._distribution()
        below = 0.0 if self.low is None else float(whole.cdf(self.low))
        return below, 1.0 if self.high is None else float(whole.cdf(self.high))

    def _distribution(self) -> Any:
        """The distribution as SciPy has it, before it is cut."""
        low = self.low or 0.0
        width = (self.high or 0.0) - low
        if self.form == "triangular":
            return stats.triang(((self.mode or 0.0) - low) / width, low, width)
        if self.form == "normal":
            return stats.norm(self.mean or 0.0, self.sd)
        if self.form == "lognormal":
            return stats.lognorm(self.sigma, scale=self.median)
        return stats.uniform(low, width)


HORIZON = "horizon.weeks"
OWN_DATA = "world.data"


class Definition(Section):
    """A sweep. Runs: points of the design x replicates x scenarios (the arms, the first of which is the baseline)."""

    name: str = Field(default="sweep", description="used for the folder of results; not given: the file's name")
    question: str = Field(default="", description="the question that the sweep asks")
    scenarios: Annotated[list[str], Field(min_length=1, max_length=100)] = Field(
        description="scenario files, or names of shipped scenarios; all are run at each point, with the same seeds"
    )
    factors: dict[str, Factor] = Field(default_factory=dict, description="what is varied, by dotted key of a scenario")
    design: Literal["grid", "latin_hypercube", "sobol"] = Field(
        default="grid", description="`grid`: every combination of listed values and steps; the others draw `samples`"
    )
    samples: Annotated[int, Field(ge=1, le=MOST_SAMPLES)] | None = Field(
        default=None, description="points of a Latin hypercube or Sobol design"
    )
    replicates: Annotated[int, Field(ge=1, le=10_000)] = Field(default=1, description="runs a point and scenario")
    seed: Annotated[int, Field(ge=0, le=10**9)] = Field(default=1, description="number that all luck depends on")
    weeks: Annotated[int, Field(ge=1, le=5_200)] | None = Field(
        default=None, description="weeks of each run; not given: the scenarios' own"
    )
    outcomes: Annotated[list[str], Field(min_length=1)] | None = Field(
        default=None, description="outcomes to keep; not given: all"
    )
    whom: str | None = Field(
        default=None, description="whose outcomes are analysed: a region, a cooperative, or authorities by name, with "
        "commas; not given: England's"
    )  # fmt: skip

    @field_validator("name")
    @classmethod
    def _names_a_folder(cls, name: str) -> str:
        if len(name) > schema.LONGEST_NAME or not schema.FOLDER_NAME.fullmatch(name):
            raise ValueError(f"expected letters, digits, spaces, dots, dashes or underscores, got {errors.shown(name)}")
        return name

    @model_validator(mode="after")
    def _fits_together(self) -> Definition:
        drawn = self.design != "grid"
        if drawn and self.samples is None:
            raise errors.LocatedError(("samples",), f"missing; expected how many points the {self.design} design has")
        if drawn and not self.factors:
            raise errors.LocatedError(("factors",), f"a {self.design} design needs at least one factor")
        if not drawn and self.samples is not None:
            raise errors.LocatedError(("samples",), "does not go with a grid, whose points are the factors' values")
        if self.weeks is not None and HORIZON in self.factors:
            raise errors.LocatedError(("weeks",), f"has no effect: {HORIZON} is a factor; leave out one of the two")
        for key, factor in self.factors.items():
            if key == OWN_DATA:
                raise errors.LocatedError(("factors", key), "can't be varied: other data are other children")
            if not drawn and factor.form not in ("values", "steps"):
                raise errors.LocatedError(("factors", key), "a grid needs values: [...], or low:, high: and steps:")
        for position, name in enumerate(self.outcomes or []):
            if name not in COMPARED:
                raise errors.LocatedError(("outcomes", position), "unknown outcome", name, COMPARED)
        return self


def points_of(definition: Definition, whole: Mapping[str, bool]) -> pd.DataFrame:
    """A row a point, a column a factor; `whole` says which take whole numbers only. Raises LocatedError if too many."""
    factors = definition.factors
    if definition.design == "grid":
        levels = {key: factor.levels(whole[key]) or [] for key, factor in factors.items()}
        check_size(definition, math.prod(len(values) for values in levels.values()), "the grid")
        rows = list(itertools.product(*levels.values()))
        return pd.DataFrame({key: [row[n] for row in rows] for n, key in enumerate(levels)}, index=range(len(rows)))
    check_size(definition, definition.samples or 0, "the design")
    places = _places(definition.design, definition.samples or 0, len(factors), definition.seed)
    columns = {key: factor.at(places[:, n], whole[key]) for n, (key, factor) in enumerate(factors.items())}
    return pd.DataFrame(columns)


def check_size(definition: Definition, points: int, what: str) -> None:
    """Raises LocatedError for more runs than a folder can hold."""
    runs = points * definition.replicates * len(definition.scenarios)
    if runs > MOST_RUNS:
        message = f"{what} has {points:,} points, hence {runs:,} runs; at most {MOST_RUNS:,} are allowed"
        raise errors.LocatedError(("factors" if definition.design == "grid" else "samples",), message)


def _described(form: str) -> str:
    words = {"values": "a list of values", "steps": "a range in steps", "range": "a range"}
    return words.get(form, f"a {form} distribution")


def _rounded(values: Floats | Sequence[float], whole: bool) -> list[Any]:
    if whole:
        return [round(float(value)) for value in values]
    return [float(f"{float(value):.{DIGITS}g}") for value in values]


def _places(design: str, samples: int, dimensions: int, seed: int) -> Floats:
    """Points in the unit cube (SciPy, which wants a seed of its own: a number fixed by ours)."""
    own_seed = int(streams.stream(seed, f"sweep {design}")[0] >> np.uint64(33))
    if design == "latin_hypercube":
        return np.asarray(qmc.LatinHypercube(dimensions, seed=own_seed).random(samples))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # other numbers than powers of two are only less even
        return np.asarray(qmc.Sobol(dimensions, seed=own_seed).random(samples))
