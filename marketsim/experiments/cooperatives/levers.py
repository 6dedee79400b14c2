"""Which levers of a scenario a search moves, and between which values: from options, or an experiment's factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field

from marketsim.experiments import plan
from marketsim.experiments.definition import Definition, Factor
from marketsim.scenario import documents, errors, idle, overlay, reader, scalars
from marketsim.scenario.loading import LoadedScenario
from marketsim.scenario.schema import Scenario
from marketsim.scenario.sections.base import Section
from marketsim.scenario.validating import validate

OPTION = "--levers:"
FORMS = "write KEY=LOW:HIGH, KEY=A,B,C, or name an experiment file"
NO_LEVERS = (*plan.NO_FACTORS, "world", "horizon")  # who is compared, and over which weeks
PROBES = 64  # points from all over the levers that are checked before the first run


class _Factors(Section):
    """What a search reads of an experiment file."""

    factors: dict[str, Factor] = Field(description="what is varied, by dotted key of a scenario")


@dataclass(frozen=True)
class Lever:
    """A lever that a search moves: its dotted `key`, what it is called in tables (`short`), its `factor`, whether it
    takes `whole` numbers only, and the value that the scenario has (`base`)."""

    key: str
    short: str
    factor: Factor
    whole: bool
    base: Any

    @cached_property
    def levels(self) -> list[Any] | None:
        """The values of a list, numbers in order; None for a range."""
        found = self.factor.levels(self.whole)
        return found if found is None or isinstance(found[0], str | bool) else sorted(found)

    @property
    def is_words(self) -> bool:
        """Whether its values have no order."""
        return self.levels is not None and isinstance(self.levels[0], str | bool)

    @property
    def ends(self) -> tuple[float, float]:
        """The least and the greatest number of a lever in numbers."""
        if self.levels is not None:
            return float(self.levels[0]), float(self.levels[-1])
        return float(self.factor.low or 0.0), float(self.factor.high or 0.0)

    def holds_base(self) -> bool:
        """Whether the scenario's own value is one that the search may try."""
        if self.levels is not None:
            return self.base in self.levels
        low, high = self.ends
        return isinstance(self.base, int | float) and low <= self.base <= high

    def from_base(self, value: Any) -> float:
        """How far a value is from the scenario's own, as a share of the lever's range; 1 for another word."""
        if self.is_words or not isinstance(self.base, int | float):
            return float(value != self.base)
        low, high = self.ends
        return abs(float(value) - self.base) / (high - low)


def levers_of(
    given: Sequence[str], loaded: LoadedScenario, definition: Definition
) -> tuple[list[Lever], Definition, list[str]]:
    """The levers that options give, the definition with them as factors, and the keys of a file's factors that are left
    out, as they are uncertainties and nobody's to choose.

    Raises ScenarioError, in one line, for whatever is wrong with keys, ranges and values.
    """
    factors: dict[str, Factor] = {}
    for words in given:
        for name, factor in _factors_in(words).items():
            key = full_key(name, loaded)
            if key in factors:
                raise errors.ScenarioError(f"{key} is given twice", OPTION)
            factors[key] = factor
    left_out = [key for key, factor in factors.items() if factor.role == "uncertainty"]
    factors = {key: _with_range(key, factor) for key, factor in factors.items() if key not in left_out}
    if not factors:
        why = f"; {errors.listed(left_out)} is what nobody knows, not a lever" if left_out else ""
        raise errors.ScenarioError(f"no lever is given{why}; {FORMS}", OPTION)
    definition = definition.model_copy(update={"factors": factors})
    whole, short = _checked(definition), _short_names(list(factors))
    found = [Lever(key, short[key], factor, whole[key], overlay.value_at(loaded.scenario, key))
             for key, factor in factors.items()]  # fmt: skip
    return found, definition, left_out


def full_key(name: str, loaded: LoadedScenario) -> str:
    """The dotted key meant by its last parts: the only one that ends so, or the only one of these with an effect.

    A name that begins like a key is left for what checks factors. Raises ScenarioError for none, and for several.
    """
    own = [leaf for leaf in loaded.leaves() if leaf.path and leaf.path[0] not in NO_LEVERS]
    keys = [".".join(map(str, leaf.path)) for leaf in own]
    ending = [key for key in keys if f".{key}".endswith(f".{name}")]
    found = [key for key in ending if not idle.reason(loaded.scenario, key)] or ending
    if len(found) == 1 or name in keys:
        return name if name in keys else found[0]
    if found:
        raise errors.ScenarioError(f"{errors.shown(name)} may be {errors.listed(found)}; write more of it", OPTION)
    if (section := name.partition(".")[0]) in NO_LEVERS:
        raise errors.ScenarioError(f"{name}: {section} is what all points have in common, so it is no lever", OPTION)
    if section in Scenario.model_fields:
        return name
    parts = [key.split(".") for key in keys]
    near = errors.did_you_mean(name, [".".join(steps[-last:]) for steps in parts for last in (1, 2)])
    unknown = f"{loaded.scenario.name} has no value {errors.shown(name)}"
    raise errors.ScenarioError(errors.sentence(unknown, near), OPTION)


def _factors_in(words: str) -> Mapping[str, Factor]:
    """The factors that one option gives: of a file all that it has."""
    name, equals, text = (part.strip() for part in words.partition("="))
    if equals and name and text:
        return {name: validate(documents.option([], _fields(name, text), f"{OPTION} {name}"), Factor)}
    if not Path(words).is_file():
        raise errors.ScenarioError(f"{errors.shown(words)} has no range and is no file; {FORMS}", OPTION)
    read = reader.read_yaml(Path(words))
    return validate(read.without(*(key for key in read.values if key != "factors")), _Factors).factors


def _fields(name: str, text: str) -> dict[str, Any]:
    """What a factor's mapping would say: `low:high`, or `a,b,c`."""
    colon = ":" in text
    try:
        values = [scalars.scalar_value(part.strip()) for part in text.split(":" if colon else ",")]
    except ValueError as error:
        raise errors.ScenarioError(str(error), f"{OPTION} {name}") from None
    if colon and len(values) != 2:
        raise errors.ScenarioError(f"expected two numbers, LOW:HIGH, got {errors.shown(text)}", f"{OPTION} {name}")
    return {"low": values[0], "high": values[1]} if colon else {"values": values}


def _with_range(key: str, factor: Factor) -> Factor:
    """The factor if there is something to choose from. Raises ScenarioError for one value, and for a distribution
    without ends."""
    if factor.values is not None and len(factor.values) < 2:
        words = f"has one value, {errors.shown(factor.values[0])}, so there is nothing to search; {FORMS}"
        raise errors.ScenarioError(words, f"{OPTION} {key}")
    if factor.values is None and (factor.low is None or factor.high is None):
        raise errors.ScenarioError("has no range; it needs low: and high:", f"{OPTION} {key}")
    return factor


def _checked(definition: Definition) -> dict[str, bool]:
    """Which levers take whole numbers only, if their ends and points from all over are allowed; else ScenarioError."""
    try:
        whole = plan.whole_factors(definition)
        plan.plan_of(definition, _ends_of(definition.factors, whole))
        plan.plan_of(definition.model_copy(update={"samples": PROBES}))
    except errors.ScenarioError as error:
        words = error.message.removeprefix("factors.").removeprefix("factors: ").replace("the design has", "got")
        raise errors.ScenarioError(words.replace("points of the design", "values"), OPTION) from None
    return whole


def _ends_of(factors: Mapping[str, Factor], whole: Mapping[str, bool]) -> pd.DataFrame:
    """Each lever at all its values, or both ends, beside the first of the others: what is out of range shows there."""
    both = np.array([0.0, 1.0])
    tried = {key: factor.levels(whole[key]) or factor.at(both, whole[key]) for key, factor in factors.items()}
    first = {key: values[0] for key, values in tried.items()}
    rows = [first | {key: value} for key, values in tried.items() for value in values]
    return pd.DataFrame({key: pd.Series([row[key] for row in rows], dtype=object) for key in tried})


def _short_names(keys: Sequence[str]) -> dict[str, str]:
    """The last parts of each key, as many as tell it from the others."""
    names = {}
    for key in keys:
        steps = key.split(".")
        ends = (".".join(steps[-count:]) for count in range(1, len(steps) + 1))
        names[key] = next(end for end in ends if sum(f".{other}".endswith(f".{end}") for other in keys) == 1)
    return names
