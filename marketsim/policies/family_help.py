"""Family help: money for prevention before care, so that fewer children come to need a home."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools, Floats
from marketsim.core.streams import uniform
from marketsim.market.children import Newcomers
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Spending, figure
from marketsim.policies.remembering import a_week, for_members, weeks_in_force
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Pounds, PoundsPerYear, Share, Weeks


class FamilyHelp(Policy):
    """Each authority spends so much a year; some while later part of the children who would need a home don't. The more
    money for each of them, the more are helped, each pound less than the one before."""

    name: ClassVar[str] = "family_help"
    about: ClassVar[About] = About(
        tried="tried",
        who="Haringey, Darlington: numbers fell (LGA/OPM 2013); proposed: 2.6bn GBP for England (CCN/IMPOWER 2024)",
        claimed="fewer children enter care; what the money does, and when, nobody has measured for homes",
        sure="the whole curve and the lag are assumptions: whether it pays depends on `half_at` and `most_avoided`",
        rows=("E2", "E6", "P46"),
    )
    inert: ClassVar[dict[str, object]] = {"money": 0.0}
    policy: Literal["family_help"] = "family_help"
    money: PoundsPerYear = figure(1_000_000.0, "what an authority spends a year")
    most_avoided: Share = figure(0.3, "share of new needs that no end of money would avoid")
    half_at: Pounds = figure(100_000.0, "money for each new need at which half of that is avoided")
    lag_weeks: Weeks = figure(52, "weeks before anything is felt")
    builds_over_weeks: Weeks = figure(104, "weeks from then until all is felt, evenly")

    def needs_no_home(self, market: Market, on: InForce, newcomers: Newcomers) -> Bools:
        """By luck of the child, the same at any money."""
        luck = uniform(market.seed, "helped before care", newcomers.key)
        return np.asarray(luck < self._avoided(market, on)[newcomers.authority])

    def spends(self, market: Market, on: InForce) -> Spending:
        """From the first week on."""
        return Spending(running=for_members(on, a_week(market, self.money)))

    def _avoided(self, market: Market, on: InForce) -> Floats:
        """By authority the share of new needs."""
        felt = (weeks_in_force(market, on) - self.lag_weeks + 1) / max(self.builds_over_weeks, 1)
        demand, areas = market.scenario.demand, market.authorities
        needs = demand.level * demand.new_needs_per_year * areas.share_of_needs * market.demand_index
        each = self.money / np.maximum(needs, 1e-9)
        share = self.most_avoided * each / np.maximum(each + self.half_at, 1e-9)
        return np.where(on.member, share * np.clip(felt, 0.0, 1.0), 0.0)
