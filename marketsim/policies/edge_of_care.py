"""A hub at the edge of care: one team and short stays keep children with their families who would need a home."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools
from marketsim.core.streams import uniform
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.children import Newcomers
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Spending, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import PoundsPerYear, Share


class EdgeOfCare(Policy):
    """Part of the children who would newly need a home don't, for what the hubs cost."""

    name: ClassVar[str] = "edge_of_care"
    about: ClassVar[About] = About(
        tried="tried",
        who="No Wrong Door, North Yorkshire, ages 12 to 25: no new out-of-area placement in three years",
        claimed="fewer children in homes; integrated short stays end out-of-area moves",
        sure="well evaluated in one county; the share avoided and the cost of a hub are assumptions",
        rows=("E1", "Q89"),
    )
    inert: ClassVar[dict[str, object]] = {"share_avoided": 0.0, "cost_per_year": 0.0}
    policy: Literal["edge_of_care"] = "edge_of_care"
    share_avoided: Share = figure(0.2, "share of the children newly in need of a home who need none")
    cost_per_year: PoundsPerYear = figure(1_500_000.0, "cost of a hub a year, one for each authority")

    def needs_no_home(self, market: Market, on: InForce, newcomers: Newcomers) -> Bools:
        """By luck of the child, the same at any share."""
        luck = uniform(market.seed, "kept at the edge of care", newcomers.key)
        return np.asarray(on.member[newcomers.authority] & (luck < self.share_avoided))

    def spends(self, market: Market, on: InForce) -> Spending:
        """The hubs, in today's money."""
        return Spending(running=np.where(on.member, self.cost_per_year / WEEKS_PER_YEAR * market.cost_index, 0.0))
