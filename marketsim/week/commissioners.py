"""How authorities decide as buyers: how urgent a search is, what they expect to pay, and what their budget says."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.market.fit import NEEDS
from marketsim.market.market import Market


def urgency(market: Market, weeks_waited: Ints, emergency: Bools) -> Floats:
    """Urgency of searches: 0 for a planned move at first, 1 at the deadline; emergencies start higher up."""
    first = np.where(emergency, market.scenario.commissioning.urgency_of_emergency, 0.0)
    waited = weeks_waited / np.maximum(_deadline(market, emergency), 1)
    return np.asarray(first + (1 - first) * np.minimum(waited, 1.0))


def past_deadline(market: Market, weeks_waited: Ints, emergency: Bools) -> Bools:
    """True for searches that end in the last resort after this week."""
    return np.asarray(weeks_waited >= _deadline(market, emergency))


def _deadline(market: Market, emergency: Bools) -> Ints:
    commissioning = market.scenario.commissioning
    return np.where(emergency, commissioning.deadline_weeks_emergency, commissioning.deadline_weeks_planned)


class Memory:
    """What authorities note: in the month of now how many children have no home, by what they need of one, and the
    number and sum of the fees (GBP/week) of new placements with independent homes by need band; in the financial year
    of now the spend (GBP); and its budget (GBP/week), which in the first year is what the first month's spend comes
    to."""

    def __init__(self, authorities: int) -> None:
        self.spent, self.weeks_in_year = np.zeros(authorities), 0
        self.budget: Floats | None = None
        self.begin_month()

    def spend(self, amounts: Floats) -> None:
        """Note the spend of a week (GBP by authority)."""
        self.spent += amounts
        self.weeks_in_month += 1
        self.weeks_in_year += 1

    def begin_month(self) -> None:
        """Count anew."""
        authorities, self.weeks_in_month = len(self.spent), 0
        self.unplaced = np.zeros((authorities, NEEDS), dtype=np.int64)
        self.fees_number, self.fees_total = np.zeros((authorities, 3)), np.zeros((authorities, 3))

    def begin_year(self, uplift: float) -> None:
        """The budget of the year to come is the spend of the one that ends and a rise (share)."""
        self.budget = self.spent / self.weeks_in_year * (1 + uplift)
        self.spent, self.weeks_in_year = np.zeros_like(self.spent), 0

    def see_fees(self, authority: Ints, band: Ints, fee: Floats) -> None:
        """Take note of what new placements cost."""
        place = authority * 3 + band
        np.add.at(self.fees_number.reshape(-1), place, 1.0)
        np.add.at(self.fees_total.reshape(-1), place, fee)


def remember_fees(market: Market, memory: Memory) -> None:
    """Every month: the fee that is expected, by authority and need band, moves towards the mean of the latest."""
    seen, expected = memory.fees_number > 0, market.authorities.expected_fee
    mean = memory.fees_total[seen] / memory.fees_number[seen]
    expected[seen] += market.scenario.commissioning.fee_memory * (mean - expected[seen])


def keep_to_budget(market: Market, memory: Memory) -> None:
    """Note by how much each authority's spend lies above its budget for the weeks of the year that are over (share)."""
    if memory.weeks_in_year == 0:
        return
    if memory.budget is None:
        memory.budget = memory.spent / memory.weeks_in_year
    due = memory.budget * memory.weeks_in_year
    ratio = np.divide(memory.spent, due, out=np.ones_like(due), where=due > 0)
    market.authorities.overspent = ratio - 1
