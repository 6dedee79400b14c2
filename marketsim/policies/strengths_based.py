"""Strengths-based referrals: a child is described by what it can do, so that homes are less afraid of it."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.core.streams import uniform
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.children import COMPLEX
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Spending, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import PoundsPerYear, Ratio, Share


class StrengthsBased(Policy):
    """Homes offer more often to members' children of complex and severe need, the more so the greater their need."""

    name: ClassVar[str] = "strengths_based"
    about: ClassVar[About] = About(
        tried="tried",
        who="Northamptonshire; Devon's form; needs tools such as BERRI and Valuing Care give a common language, at the "
        "price of a licence (CCN/IMPOWER 2024, DfE/Mutual Ventures 2024)",
        claimed="less risk premium, less staff laid on at the buyer's expense; but fees may be set by shortage anyway",
        sure="no figure anywhere: `less_fear` and the share written so are assumptions. What a risk premium adds to "
        "the fee or staff of a child stays as it is: only the chance of an offer changes",
        rows=("F10", "F11", "B25", "Q70"),
    )
    inert: ClassVar[dict[str, object]] = {"less_fear": 0.0, "cost_per_year": 0.0}
    policy: Literal["strengths_based"] = "strengths_based"
    less_fear: Ratio = figure(
        0.3, "rise of the chance of an offer to a child of the highest need; lower needs in proportion to their score"
    )
    share_written: Share = figure(0.7, "share of children whose referral is written so by trained staff")
    cost_per_year: PoundsPerYear = figure(25_000.0, "cost of training and tools a year to each authority")

    def willingness(self, market: Market, on: InForce, rows: Ints) -> Floats | None:
        """By need score, from complex need up, for children whose referral is written so."""
        children = market.children
        mine = on.member[children.authority[rows]] & (children.band[rows] >= COMPLEX)
        if not mine.any():
            return None
        mine &= uniform(market.seed, "described by strengths", children.key[rows]) < self.share_written
        return np.where(mine, 1.0 + self.less_fear * children.score[rows], 1.0)

    def spends(self, market: Market, on: InForce) -> Spending:
        """The training, in today's money."""
        return Spending(running=np.where(on.member, self.cost_per_year / WEEKS_PER_YEAR * market.cost_index, 0.0))
