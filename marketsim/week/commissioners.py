"""An authority as buyer: how urgent its searches are and what it expects to pay."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import mesa
import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.compiling import compiled
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


class Patience(NamedTuple):
    """Weeks until a search ends in the last resort, and how urgent (0-1) an emergency is from the start."""

    deadline_planned: int
    deadline_emergency: int
    urgency_of_emergency: float


def patience(commissioning: Commissioning) -> Patience:
    """The patience of authorities under a scenario."""
    return Patience(
        commissioning.deadline_weeks_planned,
        commissioning.deadline_weeks_emergency,
        float(commissioning.urgency_of_emergency),
    )


@compiled
def urgency(of: Patience, weeks_waited: Ints, emergency: Bools) -> Floats:
    """Urgency of searches: 0 for a planned move at first, 1 at the deadline; emergencies start higher up."""
    urgent = np.empty(len(weeks_waited))
    for search in range(len(urgent)):
        deadline = of.deadline_emergency if emergency[search] else of.deadline_planned
        first = of.urgency_of_emergency if emergency[search] else 0.0
        urgent[search] = first + (1 - first) * min(weeks_waited[search] / max(deadline, 1), 1.0)
    return urgent


@compiled
def past_deadline(of: Patience, weeks_waited: int, emergency: bool) -> bool:
    """True for a search that ends in the last resort after this week."""
    return weeks_waited >= (of.deadline_emergency if emergency else of.deadline_planned)


def keep_to_budget(market: Market, spent: Floats, budget: Floats, weeks: int) -> None:
    """Note by how much each authority's spend lies above its budget for the weeks of the year that are over (share).

    `spent` in those weeks, `budget` for the whole year (GBP).
    """
    due = budget * weeks / YEAR_WEEKS
    market.authorities.overspent = np.divide(spent, due, out=np.ones_like(spent), where=due > 0) - 1


@compiled
def remember_fees(expected: Floats, number: Floats, total: Floats, memory: float) -> None:
    """Every 4 weeks: move what is `expected` towards the mean of the fees of the latest placements (`total` over
    `number`); all by authority and need band (GBP/week)."""
    for area in range(len(expected)):
        for band in range(expected.shape[1]):
            if number[area, band] > 0:
                seen = total[area, band] / number[area, band]
                expected[area, band] += memory * (seen - expected[area, band])
