"""Faster registration of homes: advice on the way, checks side by side, what is approved once carried over."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Weeks


class Registration(Policy):
    """Homes planned from now on are registered sooner; they still need a manager."""

    name: ClassVar[str] = "registration"
    single: ClassVar[bool] = True
    about: ClassVar[About] = About(
        tried="proposed",
        who="CCN/IMPOWER 2024 and LGA 2021: iterative, terms carried over, no manager at the outset (Scotland); "
        "expedited during Covid",
        claimed="homes open sooner, small firms carry less cost before income; Ofsted: decided within 47 days, and "
        "delay comes from incomplete forms",
        sure="the weeks that can be saved are assumed; nothing is gained where homes wait for managers",
        rows=("D21", "D22", "H18", "H20", "S17", "Q41"),
    )
    inert: ClassVar[dict[str, object]] = {"weeks_saved": 0}
    policy: Literal["registration"] = "registration"
    weeks_saved: Weeks = figure(13, "weeks by which homes are registered sooner")

    def planning_weeks(self, market: Market, on: InForce) -> Floats:
        """The weeks saved, by area."""
        return np.where(on.member, -float(self.weeks_saved), 0.0)
