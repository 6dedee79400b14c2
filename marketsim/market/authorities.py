"""The authorities with children's services duties, as columns, and how far they lie from each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints, Keys
from marketsim.market.recorded import Recorded


@dataclass
class Authorities:
    """The authorities as columns; positions in miles, `radius` of the disc in which the children live.

    `expected_fee` (authorities, bands) is what each expects to pay (GBP/week) and `overspent` the share by which its
    spend in the year lies above its budget; those that `keeps_vacancies` do not sell vacant places of their own homes.
    `recorded` is what own data say, if there are any.
    """

    key: Keys
    code: list[str]
    name: list[str]
    region_names: list[str]
    region: Ints
    x: Floats
    y: Floats
    radius: Floats
    children: Ints
    unregistered: Ints
    population: Floats
    house_price: Floats
    expected_fee: Floats = field(default_factory=lambda: np.zeros((0, 3)))
    overspent: Floats = field(default_factory=lambda: np.zeros(0))
    keeps_vacancies: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    recorded: Recorded | None = None
    _within: dict[float, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keeps_vacancies = np.zeros(len(self), dtype=np.bool_)
        self.overspent = np.zeros(len(self))

    def __len__(self) -> int:
        return len(self.name)

    @cached_property
    def share_of_children(self) -> Floats:
        """Of all children in homes at the start; the same for each authority if there are none."""
        total = self.children.sum()
        return np.asarray(self.children / total if total > 0 else np.full(len(self), 1 / len(self)))

    @cached_property
    def share_of_needs(self) -> Floats:
        """Of England's new needs, so that the shares of authorities without own data are what they would be if nobody
        had any: like its children in homes; with own data as it has started placements, over England's starts."""
        if self.recorded is None:
            return self.share_of_children
        recorded, usual = self.recorded, self.recorded.children_else
        by_children = self.children / usual.sum()
        return np.where(np.isnan(recorded.share_of_starts), by_children, recorded.share_of_starts)

    @cached_property
    def apart(self) -> Floats:
        """Miles between the centres of all areas."""
        return np.asarray(np.hypot(self.x[:, None] - self.x[None, :], self.y[:, None] - self.y[None, :]))

    def within(self, miles: float) -> Floats:
        """1 for each pair of areas with centres so near to each other, 0 for the others."""
        if miles not in self._within:
            self._within[miles] = (self.apart <= miles).astype(np.float64)
        return self._within[miles]
