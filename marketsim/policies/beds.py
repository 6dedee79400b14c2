"""Beds of an authority's own where children wait or are assessed: how many there are, and what they cost."""

from __future__ import annotations

from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Spending, figure
from marketsim.policies.remembering import a_week, for_members
from marketsim.scenario.sections.base import Count, PoundsPerYear


class Beds(Policy):
    """Each member keeps some beds and pays for all of them."""

    beds: Count = figure(3, "beds of an authority")
    cost_of_bed: PoundsPerYear = figure(
        300_000.0, "cost of a bed a year, filled or not", "measured",
        "over 300,000 GBP a year for a place in a home (CCN/IMPOWER 2024)",
    )  # fmt: skip

    def spends(self, market: Market, on: InForce) -> Spending:
        """All beds."""
        return Spending(running=for_members(on, self.beds * a_week(market, self.cost_of_bed)))
