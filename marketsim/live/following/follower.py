"""What following a child and following a home have in common: it looks on, and changes nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.market.market import Market
from marketsim.model import MarketModel
from marketsim.week import providers
from marketsim.week.placing.tables import Awards, Placing, Searches


class Follower(ABC):
    """Somebody who follows a life in one market: attached to a model, told of every week, asked for what it was.

    To be attached again when the market is lived anew; what it knew of another model is forgotten then.
    """

    _model: MarketModel | None = None

    def attach(self, model: MarketModel) -> None:
        """Follow the life in this market from the next week on."""
        self.detach()
        self._model = model
        self.begin(model)
        model.shop.observers.append(self)

    def detach(self) -> None:
        """Follow it no longer; what is known can still be told."""
        if self._model is not None:
            self._model.shop.observers[:] = [one for one in self._model.shop.observers if one is not self]

    @abstractmethod
    def begin(self, model: MarketModel) -> None:
        """Forget what was known, and look at what the market knows of the past."""

    @abstractmethod
    def answered(self, market: Market, rows: Ints, placing: Placing, awards: Awards) -> None:
        """As for `buying.Observer`."""

    @abstractmethod
    def bought(self, market: Market) -> None:
        """As for `buying.Observer`."""

    @abstractmethod
    def note_week(self, model: MarketModel) -> None:
        """Write down the week that is over."""

    @abstractmethod
    def told(self) -> dict[str, Any]:
        """What is known so far, as JSON has it."""

    @property
    def model(self) -> MarketModel:
        """The model that it is attached to."""
        if self._model is None:
            raise RuntimeError("attach it to a model first")
        return self._model


def blameless(market: Market, rows: Ints, searches: Searches) -> Floats:
    """How willing homes would be to take the searching children of some rows if none of their placements had broken
    down, by search (0-1)."""
    of, score, breakdowns = market.scenario.providers, searches.score, market.children.breakdowns[rows]
    before, now = (providers.willingness(of, score, count) for count in (np.zeros_like(breakdowns), breakdowns))
    ratio = np.divide(before, now, out=np.ones_like(now), where=now > 0)
    return np.minimum(searches.willingness * ratio, 1.0)
