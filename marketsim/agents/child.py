"""A child who needs a home: identity, and a window on the child's row of the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from marketsim.children import BANDS, PLACED

if TYPE_CHECKING:
    from marketsim.model import MarketModel


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
