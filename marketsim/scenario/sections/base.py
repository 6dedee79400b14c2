"""What all sections of a scenario are made of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from marketsim.core.units import PoundsPerWeek, Ratio, Share

DFE_2024 = "DfE, Children looked after in England 2024"


class Section(BaseModel):
    """Base of all sections: strict types, no unknown keys, no NaN, cannot be changed once read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True)

    @classmethod
    def plugged_in(cls) -> tuple[Plug, ...]:
        """What users can add to the words of the schema, for a model in which there is such; as of now."""
        return ()


class Plug(NamedTuple):
    """Models that may stand as entries of the mapping `entry` of a section, each with the word that the entry then has
    for `key`."""

    section: str
    entry: str
    key: str
    named: tuple[tuple[str, type[BaseModel]], ...]


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
