"""Panels and budget gates: placements need approval, and late in the year whoever overspends accepts less."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.market.children import WAITING
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Ratio, Share, Weeks

QUARTERS_PER_YEAR = 4  # of calendar years, as `Calendar.number` counts them: the last of a financial year is the first


class BudgetGate(Policy):
    """From January to March members that fear to overspend reckon to pay less; planned moves wait for a panel."""

    name: ClassVar[str] = "budget_gate"
    single: ClassVar[bool] = True
    about: ClassVar[About] = About(
        tried="tried",
        who="panels in Shropshire and others (LGA/OPM 2013); yearly budgets beat value; 24% were confident of this "
        "year's savings, 11-12% of next year's (CCN/IMPOWER 2024)",
        claimed="consistency, and the budget is kept; but delay. Forecasts of new placements are poor",
        sure="nobody measured either: all figures are assumptions. What is not paid now may be paid as unregistered "
        "settings later",
        rows=("E32", "F16", "G7", "P29"),
    )
    inert: ClassVar[dict[str, object]] = {"tightening": 0.0, "panel_weeks": 0}
    policy: Literal["budget_gate"] = "budget_gate"
    tightening: Ratio = figure(2.0, "cut of the fees reckoned with, over the share by which the budget is overspent")
    forecast_error: Share = figure(
        0.05, "what authorities can't foresee of the year's spend and reckon as spent (share of budget)"
    )
    panel_weeks: Weeks = figure(1, "weeks until a panel has approved a planned move; emergencies don't wait for it")

    def expected_fees(self, market: Market, on: InForce, expected: Floats) -> Floats | None:
        """Less in the last quarter of the financial year, by what is overspent and what may yet come."""
        if market.calendar.number("quarter", market.week) % QUARTERS_PER_YEAR or not on.member.any():
            return None
        feared = np.maximum(market.authorities.overspent + self.forecast_error, 0.0)
        cut = np.minimum(self.tightening * feared, 1.0)
        return expected * np.where(on.member, 1.0 - cut, 1.0)[:, None]

    def willingness(self, market: Market, on: InForce, rows: Ints) -> Floats | None:
        """No home is asked for a planned move before the panel has met."""
        children = market.children
        before = market.week - children.since[rows] < self.panel_weeks
        before &= on.member[children.authority[rows]] & ~children.emergency[rows] & (children.state[rows] == WAITING)
        return np.where(before, 0.0, 1.0) if before.any() else None
