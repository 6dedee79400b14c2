"""Small models with policies in force, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from marketsim.experiments.run import forget
from marketsim.model import MarketModel
from marketsim.scenario.schema import Scenario

Small = Callable[..., Scenario]
Stepped = Callable[..., MarketModel]


@pytest.fixture(scope="module")
def stepped(small: Small) -> Iterator[Stepped]:
    """Makes small models with policies and steps them for some weeks."""
    made: list[MarketModel] = []

    def make(policies: dict[str, Any], weeks: int = 0, seed: int = 1, **sections: Any) -> MarketModel:
        made.append(MarketModel(small(policies=policies, **sections), seed))
        for _ in range(weeks):
            made[-1].step()
        return made[-1]

    yield make
    for model in made:
        forget(model)
