"""Relational commissioning: long trust-based work, so that homes say yes more often; it leaves with the people."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Spending, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import PoundsPerYear, Ratio, Share, Weeks


class RelationalCommissioning(Policy):
    """Homes offer more often to members' children as trust grows; part of it goes every year with those who leave."""

    name: ClassVar[str] = "relational_commissioning"
    about: ClassVar[About] = About(
        tried="tried",
        who="a minority of authorities sustained it (DfE/Mutual Ventures 2024; LGA/OPM 2013); Shropshire's no-fail "
        "block was credited to it; who keeps to basics pays on time, calls back and is one contact",
        claimed="more suitable offers, stability, lower cost, all by word; breaks when people leave, and a regional "
        "desk in place of known persons brought fewer suitable offers",
        sure="there is no quantitative evidence (DfE/Mutual Ventures 2024): all figures are assumptions; steadier "
        "stays and lower fees are not put in, nor that spot purchase undoes trust",
        rows=("F21", "F22", "F23", "C25", "Q73", "Q74"),
    )
    inert: ClassVar[dict[str, object]] = {"ratio_at_full": 1.0, "cost_per_year": 0.0}
    policy: Literal["relational_commissioning"] = "relational_commissioning"
    ratio_at_full: Ratio = figure(1.25, "chance that a home offers at full trust, over what it would be")
    weeks_until_full: Weeks = figure(156, "weeks of work until trust is full, if nobody leaves")
    lost_per_year: Share = figure(0.2, "share of relations that is lost in a year because staff leave")
    cost_per_year: PoundsPerYear = figure(120_000.0, "cost of the staff a year to each authority: two officers")

    def willingness(self, market: Market, on: InForce, rows: Ints) -> Floats | None:
        """As much more as there is trust in the authority of the child by now."""
        trust = self._trust(market, on)
        area = market.children.authority[rows]
        if not on.member[area].any():
            return None
        return np.where(on.member[area], 1.0 + (self.ratio_at_full - 1.0) * trust[area], 1.0)

    def spends(self, market: Market, on: InForce) -> Spending:
        """The staff, in today's money."""
        return Spending(running=np.where(on.member, self.cost_per_year / WEEKS_PER_YEAR * market.cost_index, 0.0))

    def _trust(self, market: Market, on: InForce) -> Floats:
        """Trust in each authority (0-1), a week on since it was last reckoned: it grows with members, and wears off."""
        trust, week = on.memory.get("trust", np.zeros(len(market.authorities))), on.memory.get("week", on.began_week)
        for _ in range(week, market.week):
            grown = on.member / max(self.weeks_until_full, 1)
            trust = np.minimum(trust * (1.0 - self.lost_per_year / WEEKS_PER_YEAR) + grown, 1.0)
        on.memory.update(trust=trust, week=market.week)
        return np.asarray(trust)
