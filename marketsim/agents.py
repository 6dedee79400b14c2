"""A child who needs a home: identity, and a window on the child's row of the columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import mesa
import numpy as np

from marketsim.market.children import BANDS, GONE, PLACED

if TYPE_CHECKING:
    from marketsim.model import MarketModel


NOBODY = -1


class Child(mesa.Agent):
    """One child, from the week of need to the week of leaving."""

    model: MarketModel

    def __init__(self, model: MarketModel, row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def need_band(self) -> str:
        """`standard`, `complex` or `severe`."""
        return BANDS[self.model.market.children.band[self.row]]

    @property
    def home(self) -> int | None:
        """Row of the home in which the child lives, if placed."""
        children = self.model.market.children
        return int(children.home[self.row]) if children.state[self.row] == PLACED else None


class ChildAgents(Mapping[int, Child]):
    """The children in the model as Mesa agents, by row.

    Registering an agent with Mesa costs as much as placing the child, and most come and go without anybody looking at
    them: so who has come since the last look is registered, and who has left taken out, when somebody looks.
    """

    def __init__(self, model: MarketModel) -> None:
        self._model = model
        self._agents: dict[int, Child] = {}
        self._numbers = np.zeros(0, dtype=np.int64)

    def catch_up(self) -> dict[int, Child]:
        """Register and take out; returns the agents by row."""
        children = self._model.market.children
        now = np.where(children.state == GONE, NOBODY, children.number)
        before = np.full(len(now), NOBODY)
        before[: len(self._numbers)] = self._numbers
        for row in np.flatnonzero(before != now).tolist():
            if before[row] != NOBODY:
                self._agents.pop(row).remove()
            if now[row] != NOBODY:
                self._agents[row] = Child(self._model, row)
        self._numbers = now
        return self._agents

    def __getitem__(self, row: int) -> Child:
        return self.catch_up()[row]

    def __iter__(self) -> Iterator[int]:
        return iter(self.catch_up())

    def __len__(self) -> int:
        return len(self.catch_up())
