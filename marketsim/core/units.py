"""Annotated number types that carry unit and bounds, and `figure`, which adds source and status.

Every number in a scenario is declared with one of these, so that the loader can say what is allowed,
`marketsim check` can print where a value comes from, and the JSON Schema can show it in an editor.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

Status = Literal["measured", "estimated", "assumption"]

WEEKS_PER_YEAR = 365.25 / 7
DAYS_PER_WEEK = 7


def _bounded(unit: str, low: float, high: float) -> Any:
    return Field(ge=low, le=high, allow_inf_nan=False, json_schema_extra={"unit": unit})


PoundsPerWeek = Annotated[float, _bounded("GBP/week", 0, 100_000)]
Pounds = Annotated[float, _bounded("GBP", 0, 1e10)]
PoundsPerMile = Annotated[float, _bounded("GBP/week per mile", 0, 1_000)]
Miles = Annotated[float, _bounded("miles", 0, 1_000)]
Weeks = Annotated[int, _bounded("weeks", 0, 5_200)]
MeanWeeks = Annotated[float, _bounded("weeks", 0, 5_200)]
Share = Annotated[float, _bounded("share", 0, 1)]
SharePerYear = Annotated[float, _bounded("share/year", -0.5, 1)]
Ratio = Annotated[float, _bounded("ratio", 0, 100)]
Count = Annotated[int, _bounded("count", 0, 10_000_000)]
PerYear = Annotated[float, _bounded("count/year", 0, 10_000_000)]


def figure(default: Any, text: str, status: Status = "assumption", source: str = "assumption") -> Any:
    """A scenario field with its default, one line of meaning, status and source.

    Unit and bounds come from the annotated type. `status` is `measured` (read in a publication),
    `estimated` (set so that the 2024 baseline comes near the targets) or `assumption`.
    """
    return Field(default=default, description=text, json_schema_extra={"status": status, "source": source})
