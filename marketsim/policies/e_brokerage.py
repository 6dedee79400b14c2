"""E-brokerage: referrals go out through a system, to more homes, which read fewer of them in busy weeks."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.core.streams import uniform
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Spending, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import PoundsPerYear, Ratio, Share


class EBrokerage(Policy):
    """More homes get a member's referral, and leave the more unread the more come, unless wrong ones are filtered."""

    name: ClassVar[str] = "e_brokerage"
    about: ClassVar[About] = About(
        tried="tried",
        who="CarePlace, more than 20 authorities (DfE/Mutual Ventures 2024); filtering is proposed (Rome 2020: up to "
        "95% of referrals were wrong in 2015)",
        claimed="every home is reached at once; disliked by providers: slow, no questions, more wrong referrals",
        sure="nobody counted what goes unread: reach, load and slowness are assumptions; it helps in quiet weeks or "
        "when filtered, and harms in busy ones",
        rows=("F4", "F7", "F8", "F9", "Q75"),
    )
    inert: ClassVar[dict[str, object]] = {"more_seen": 0.0, "filtered": 1.0, "slow": 0.0, "cost_per_year": 0.0}
    policy: Literal["e_brokerage"] = "e_brokerage"
    more_seen: Ratio = figure(0.1, "rise of the chance of an offer because homes get referrals they'd not have got")
    load_half: Ratio = figure(
        3.0, "children on the system who search, for each home with an open place, at which half of referrals go unread"
    )
    filtered: Share = figure(0.0, "share of the wrong referrals that the system keeps back, which gives attention back")
    slow: Share = figure(0.1, "share of searches that get no answer in their first week")
    cost_per_year: PoundsPerYear = figure(25_000.0, "cost of the system a year to each authority on it")

    def willingness(self, market: Market, on: InForce, rows: Ints) -> Floats | None:
        """What more homes see, less what they leave unread this week; nothing yet for those whose answers are late."""
        children = market.children
        mine = on.member[children.authority[rows]]
        if not mine.any():
            return None
        load = float(mine.sum()) / max(float((market.free() > 0).sum()), 1.0)
        unread = (1.0 - self.filtered) * load / (load + max(self.load_half, 1e-9))
        luck = uniform(market.seed, "answered late by the system", children.key[rows], children.search[rows])
        late = (luck < self.slow) & (children.since[rows] == market.week)
        return np.where(mine, np.where(late, 0.0, (1.0 + self.more_seen) * (1.0 - unread)), 1.0)

    def spends(self, market: Market, on: InForce) -> Spending:
        """The system, in today's money."""
        return Spending(running=np.where(on.member, self.cost_per_year / WEEKS_PER_YEAR * market.cost_index, 0.0))
