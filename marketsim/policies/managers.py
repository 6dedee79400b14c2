"""More registered managers: more are trained, and one may run several homes."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Spending, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Pounds, Ratio, Share


class Managers(Policy):
    """Homes that wait for a manager find one sooner. Managers go wherever there is a home; how many come follows from
    the homes in the members' areas."""

    name: ClassVar[str] = "managers"
    about: ClassVar[About] = About(
        tried="proposed",
        who="several homes for one manager: Lincolnshire's three cover each other; vacancies rose from 9% (2019) to "
        "17% (2022)",
        claimed="scarce managers limit openings; more of them and shared ones open homes sooner",
        sure="what training adds and costs is assumed; it does nothing while no home waits for a manager, and what "
        "a shared manager means for children is left out",
        rows=("D23", "D24", "S16"),
    )
    inert: ClassVar[dict[str, object]] = {"trained_more": 0.0, "homes_per_manager": 1.0}
    policy: Literal["managers"] = "managers"
    trained_more: Ratio = figure(
        0.2, "managers trained on top, over those who become free for new homes anyway (ratio)"
    )
    homes_per_manager: Ratio = figure(1.1, "new homes that a manager who becomes free can run (ratio)")
    cost_per_manager: Pounds = figure(20_000.0, "cost of training one more manager", off_if={"trained_more": 0})
    paid_from_outside: Share = figure(1.0, "share of that cost that government pays, not the authority of the area")

    def managers(self, market: Market, on: InForce) -> float:
        """More by the share of England's homes that stand in the members' areas."""
        homes = self._homes(market)
        covered = float(homes[on.member].sum() / max(homes.sum(), 1.0))
        return 1 + ((1 + self.trained_more) * self.homes_per_manager - 1) * covered

    def spends(self, market: Market, on: InForce) -> Spending | None:
        """Training, spread over the year."""
        if self.trained_more == 0 or not on.member.any():
            return None
        yearly = self.trained_more * market.scenario.providers.managers_per_year * self._homes(market)
        cost = np.where(on.member, yearly * self.cost_per_manager / WEEKS_PER_YEAR * market.cost_index, 0.0)
        return Spending(running=cost, from_outside=self.paid_from_outside * cost)

    def _homes(self, market: Market) -> Floats:
        """Open homes by area."""
        is_open = market.homes.is_open(market.week)
        number = np.bincount(market.homes.authority[is_open], minlength=len(market.authorities))
        return number.astype(np.float64)
