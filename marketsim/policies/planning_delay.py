"""Planning permission: it takes longer and is refused more often, or (reform) comes sooner."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats
from marketsim.market.homes import LOCAL_AUTHORITY, SECTORS
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Share, WeeksLater


class PlanningDelay(Policy):
    """Homes planned in the members' areas open later or sooner; independent ones are refused part of the time."""

    name: ClassVar[str] = "planning_delay"
    about: ClassVar[About] = About(
        tried="happens",
        who="councils: change of use from house to home, with objections; proposed (CCN/IMPOWER 2024): priority, "
        "exemption of small homes",
        claimed="delay and refusal cost homes, small and voluntary ones most; against: 12% more homes in 2024",
        sure="nobody counts weeks or refusals, both are assumed; all independent homes alike are refused",
        rows=("D17", "D18", "Q33"),
    )
    inert: ClassVar[dict[str, object]] = {"weeks": 0, "refused": 0.0}
    policy: Literal["planning_delay"] = "planning_delay"
    weeks: WeeksLater = figure(26, "weeks by which planned homes open later than now (below 0: sooner)")
    refused: Share = figure(0.1, "share of the homes that independent providers would plan that are refused")

    def planning_weeks(self, market: Market, on: InForce) -> Floats:
        """The delay, by area."""
        return np.where(on.member, float(self.weeks), 0.0)

    def openings(self, market: Market, on: InForce) -> Floats:
        """What is left after refusals; authorities' own homes get their permission."""
        factor = np.ones((len(SECTORS), len(on.member)))
        factor[:, on.member] = 1 - self.refused
        factor[LOCAL_AUTHORITY] = 1.0
        return factor
