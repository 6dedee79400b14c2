"""An authority as buyer: how urgent its searches are and what it expects to pay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa
import numpy as np

from marketsim.columns import Bools, Floats, Ints
from marketsim.compiling import compiled
from marketsim.purchasing.arrangement import Market
from marketsim.scenario.schema import Commissioning

if TYPE_CHECKING:
    from marketsim.model import MarketModel


YEAR_WEEKS = 52


class Authority(mesa.Agent):
    """One authority; its figures are a row of the authority columns."""

    model: MarketModel

    def __init__(self, model: MarketModel, row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def name(self) -> str:
        """The authority's name."""
        return self.model.market.authorities.name[self.row]

    @property
    def expected_fee(self) -> Floats:
        """Weekly fee that it expects to pay, by need band (GBP/week)."""
        return np.asarray(self.model.market.authorities.expected_fee[self.row])

    @property
    def order(self) -> list[str]:
        """Names of the arrangements that it tries, in order."""
        arrangements = self.model.market.arrangements
        return [arrangements[number].name for number in self.model.orders.stages[self.row] if number >= 0]


def urgency(commissioning: Commissioning, weeks_waited: Ints, emergency: Bools) -> Floats:
    """Urgency of a search: 0 for a planned move at first, 1 at the deadline; emergencies start higher up."""
    deadline = np.where(emergency, commissioning.deadline_weeks_emergency, commissioning.deadline_weeks_planned)
    waited = np.clip(weeks_waited / np.maximum(deadline, 1), 0, 1)
    first = np.where(emergency, commissioning.urgency_of_emergency, 0.0)
    return np.asarray(first + (1 - first) * waited)


def past_deadline(commissioning: Commissioning, weeks_waited: Ints, emergency: Bools) -> Bools:
    """Searches that end in the last resort after this week."""
    deadline = np.where(emergency, commissioning.deadline_weeks_emergency, commissioning.deadline_weeks_planned)
    return np.asarray(weeks_waited >= deadline)


def keep_to_budget(market: Market, spent: Floats, budget: Floats, weeks: int) -> None:
    """Note by how much each authority's spend lies above its budget for the weeks of the year that are over (share).

    `spent` in those weeks, `budget` for the whole year (GBP).
    """
    due = budget * weeks / YEAR_WEEKS
    market.authorities.overspent = np.divide(spent, due, out=np.ones_like(spent), where=due > 0) - 1


def remember_fees(market: Market, authority: Ints, band: Ints, fee: Floats) -> None:
    """Move what authorities expect to pay towards the fees of their latest placements (every 4 weeks)."""
    memory = market.scenario.commissioning.fee_memory
    _remember(market.authorities.expected_fee, authority, band, fee, memory)


@compiled
def _remember(expected: Floats, authority: Ints, band: Ints, fee: Floats, memory: float) -> None:
    """Move what is `expected` (authorities, bands) towards the mean of each authority's latest fees in each band."""
    count, total = np.zeros_like(expected), np.zeros_like(expected)
    for placed in range(len(fee)):
        count[authority[placed], band[placed]] += 1
        total[authority[placed], band[placed]] += fee[placed]
    for area in range(len(expected)):
        for need in range(3):
            if count[area, need] > 0:
                seen = total[area, need] / count[area, need]
                expected[area, need] += memory * (seen - expected[area, need])
