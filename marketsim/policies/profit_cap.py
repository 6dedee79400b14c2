"""A cap on profit: no home may ask more than what a child costs and a margin over it."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.market import Market
from marketsim.policies.policy import FeeLimits, InForce, Policy, figure
from marketsim.scenario.levers import About, Lever
from marketsim.scenario.sections.base import Ratio


class ProfitCap(Policy):
    """Fees of independent homes in the areas named are bounded by running cost; who plans a home there knows it."""

    name: ClassVar[str] = "profit_cap"
    about: ClassVar[About] = About(
        tried="proposed",
        who="ADCS; CCN/IMPOWER 2024, recommendation 3.1; margins of the largest were 22.6% (CMA, 2016-20)",
        claimed="money goes to care instead of owners; CCN: alone it won't solve it and may make it worse",
        sure="never tried in England: no measured result",
        rows=("B19", "B20", "Q13", "Q14"),
    )
    inert: ClassVar[dict[str, object]] = {"most_margin": 100.0}
    policy: Literal["profit_cap"] = "profit_cap"
    most_margin: Ratio = figure(
        0.08, "most that a fee may lie above running cost at planned occupancy (ratio; 0: no profit at all)"
    )

    def fee_limits(self, market: Market, on: InForce) -> FeeLimits:
        """Cost of the child in this home and the margin."""
        homes = market.homes
        bound = on.member[homes.authority] & (homes.sector != LOCAL_AUTHORITY)
        most = np.where(bound[:, None], market.costs * (1 + self.most_margin), np.inf)
        return FeeLimits(most=most)

    def fee_limits_at(self, market: Market, on: InForce, cost: Floats) -> FeeLimits:
        """The same at the cost of a new home."""
        return FeeLimits(most=np.where(on.member, cost * (1 + self.most_margin), np.inf)[:, None])

    def most_margin_on_own_staff(self, market: Market, on: InForce) -> float:
        """The same for staff of a child's own."""
        return self.most_margin

    def contradicts(self, other: Lever) -> str:
        """Two caps at once say two things of one fee."""
        return "both cap what homes may earn" if isinstance(other, ProfitCap) else ""
