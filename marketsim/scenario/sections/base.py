"""What all sections of a scenario are made of: strict models, and numbers that carry unit and bounds.

Every number in a scenario is declared with one of these types and with `figure`, which adds source and status, so that
the loader can say what is allowed, `marketsim check` can print where a value comes from, and the JSON Schema can show
it in an editor.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

DFE_2024 = "DfE, Children looked after in England 2024"

Status = Literal["measured", "estimated", "assumption", "lever"]


def _from_text(value: object) -> object:
    """A date in quotes, as JSON has it, is that date; what is none (a week's, 2024-W10-1) is left for the type to
    refuse."""
    try:
        return datetime.datetime.strptime(value, "%Y-%m-%d").date() if isinstance(value, str) else value
    except ValueError:
        return value


def _bounded(unit: str, low: float, high: float) -> Any:
    return Field(ge=low, le=high, allow_inf_nan=False, json_schema_extra={"unit": unit})


Date = Annotated[datetime.date, BeforeValidator(_from_text)]
PoundsPerWeek = Annotated[float, _bounded("GBP/week", 0, 100_000)]
PoundsPerYear = Annotated[float, _bounded("GBP/year", 0, 1e10)]
Pounds = Annotated[float, _bounded("GBP", 0, 1e10)]
PoundsPerMile = Annotated[float, _bounded("GBP/week per mile", 0, 1_000)]
Miles = Annotated[float, _bounded("miles", 0, 1_000)]
Days = Annotated[float, _bounded("days", 0, 3_650)]
Weeks = Annotated[int, _bounded("weeks", 0, 5_200)]
MeanWeeks = Annotated[float, _bounded("weeks", 0, 5_200)]
MeanStay = Annotated[float, _bounded("weeks", 0.1, 5_200)]
Share = Annotated[float, _bounded("share", 0, 1)]
SharePerYear = Annotated[float, _bounded("share/year", -0.5, 1)]
Ratio = Annotated[float, _bounded("ratio", 0, 100)]
Count = Annotated[int, _bounded("count", 0, 10_000_000)]
PerYear = Annotated[float, _bounded("count/year", 0, 10_000_000)]
HalfToTwice = Annotated[float, _bounded("ratio", 0.5, 2)]
Homes = Annotated[int, _bounded("homes", 0, 1_000)]
FewHomes = Annotated[int, _bounded("homes", 0, 20)]
Rank = Annotated[int, _bounded("rank", 1, 10_000)]
Places = Annotated[int, _bounded("places", 1, 20)]
WeeksLater = Annotated[int, _bounded("weeks", -26, 104)]


def figure(
    default: Any,
    text: str,
    status: Status = "assumption",
    source: str = "assumption",
    *,
    off_if: Mapping[str, Any] | None = None,
    only_if: Mapping[str, Any] | None = None,
) -> Any:
    """A scenario field with its default, one line of meaning, status and source.

    Unit and bounds come from the annotated type. `status` is `measured` (read in a publication),
    `estimated` (set so that the 2024 baseline comes near the targets), `assumption`, or `lever` (what a scenario sets:
    at rest until it does). The field has no effect where a
    field beside it has the value that `off_if` gives, or another than `only_if` gives.
    """
    switches = {"off_if": off_if, "only_if": only_if}
    extra: dict[str, Any] = {name: dict(value) for name, value in switches.items() if value}
    return Field(default=default, description=text, json_schema_extra={"status": status, "source": source, **extra})


def lever(
    default: Any, text: str, *, off_if: Mapping[str, Any] | None = None, only_if: Mapping[str, Any] | None = None
) -> Any:
    """The same for what a scenario asks: at rest unless it says something, and no claim about England."""
    return figure(default, text, "lever", "set by scenarios", off_if=off_if, only_if=only_if)


class Section(BaseModel):
    """Base of all sections: strict types, no unknown keys, no NaN, cannot be changed once read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True)

    @classmethod
    def plugged_in(cls) -> tuple[Plug, ...]:
        """What users can add to the words of the schema, for a model in which there is such; as of now."""
        return ()


class Plug(NamedTuple):
    """Models that may stand as entries of the mapping `entry` of a section (none: of the scenario itself), each with
    the word that the entry then has for `key`."""

    section: str
    entry: str
    key: str
    named: tuple[tuple[str, type[BaseModel]], ...]


Band: TypeAlias = Literal["standard", "complex", "severe"]


class ByNeed(Section):
    """One number for each need band; subclasses say of what kind."""

    def array(self) -> NDArray[np.float64]:
        """The numbers in the order of the bands: standard, complex, severe."""
        return np.array(list(vars(self).values()), dtype=np.float64)


class ShareByNeed(ByNeed):
    """A share for each need band."""

    standard: Share
    complex: Share
    severe: Share


class RatioByNeed(ByNeed):
    """A ratio for each need band."""

    standard: Ratio
    complex: Ratio
    severe: Ratio


class PoundsByNeed(ByNeed):
    """A weekly amount for each need band."""

    standard: PoundsPerWeek
    complex: PoundsPerWeek
    severe: PoundsPerWeek


class RatioByCare(Section):
    """A ratio for each kind of care: shared staff, one to one, two to one, alone in a home."""

    shared: Ratio
    one_to_one: Ratio
    two_to_one: Ratio
    solo: Ratio

    def array(self) -> NDArray[np.float64]:
        """The numbers in the order of the kinds of care."""
        return np.array(list(vars(self).values()), dtype=np.float64)
