"""Crowding out: what homes cost takes the money of early help, and later more children need a home."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats
from marketsim.market.children import PLACED
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Ratio, Share, Weeks

MONTHS = 12  # whose mean is a year's spend


class CrowdingOut(Policy):
    """Every month fees for the children in homes, in real terms and over the year that is past, are compared with those
    when the policy began; so much more as they are, so many more children need a home after a while."""

    name: ClassVar[str] = "crowding_out"
    about: ClassVar[About] = About(
        tried="happens",
        who="England 2012/13 to 2019/20: spend that no law asks for -35%, spend that it does +26%, real "
        "(DfE/Mutual Ventures 2024)",
        claimed="a loop: dear placements take the money of prevention, so more children enter, so more is spent",
        sure="both moved so; that one caused the other, how strongly and how soon is assumed (0: not at all)",
        rows=("E33", "P28", "Q84"),
    )
    inert: ClassVar[dict[str, object]] = {"elasticity": 0.0}
    policy: Literal["crowding_out"] = "crowding_out"
    elasticity: Ratio = figure(0.2, "rise of new needs (share) over the rise of real spend on homes (share) behind it")
    given_back: Share = figure(1.0, "the same where spend falls, over that (1: early help gets the money back)")
    lag_weeks: Weeks = figure(52, "weeks from spend to needs")
    most: Ratio = figure(1.5, "bound on new needs, over what they would be; its inverse is the other (ratio)")

    def more_needs(self, market: Market, on: InForce) -> Floats | None:
        """What followed from spend so long ago."""
        memory = on.memory
        if "at first" not in memory:
            memory.update({"at first": self._spend(market), "months": [], "later": []})
        elif market.ends("month"):
            memory["months"] = [*memory["months"], self._spend(market)][-MONTHS:]
            memory["later"].append((market.week + self.lag_weeks, self._more(memory["months"], memory["at first"])))
        while len(memory["later"]) > 1 and memory["later"][1][0] <= market.week:
            del memory["later"][0]
        if not memory["later"] or memory["later"][0][0] > market.week:
            return None
        return np.where(on.member, memory["later"][0][1], 1.0)

    def _spend(self, market: Market) -> Floats:
        """Fees of the children in homes, by authority, without what is only inflation (GBP a week)."""
        children = market.children
        fees = np.where(children.state == PLACED, children.fee, 0.0)
        return np.bincount(children.authority, fees, len(market.authorities)) / market.cost_index

    def _more(self, months: list[Floats], first: Floats) -> Floats:
        """New needs over what they would be, by authority; nothing is known of one that had nobody in a home."""
        over = np.divide(np.mean(months, axis=0), first, out=np.ones(len(first)), where=first > 0) - 1
        factor = 1 + self.elasticity * np.where(over > 0, over, self.given_back * over)
        most = max(self.most, 1.0)
        return np.asarray(np.clip(factor, 1 / most, most))
