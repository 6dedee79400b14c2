"""Notice and hand-backs: providers must give more notice, and may not hand back some children at all."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.streams import uniform
from marketsim.market.children import COMPLEX
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Share, Weeks


class Notice(Policy):
    """It holds for the children of the members, wherever they live. Who can't hand a child back is more careful whom it
    takes."""

    name: ClassVar[str] = "notice"
    single: ClassVar[bool] = True
    about: ClassVar[About] = About(
        tried="proposed",
        who="CCN/IMPOWER 2024: regulate endings, 28 days' notice; hand-backs happen on a regular basis",
        claimed="fewer sudden endings, the risk stays with who was paid for it; homes may take fewer hard children",
        sure="nobody counts hand-backs; contracts say 28 days already, so that only more weeks or a bar matter. How "
        "much more careful homes become is assumed, and decides what is left of the gain",
        rows=("D41", "D42", "G8", "Q22"),
    )
    inert: ClassVar[dict[str, object]] = {"least_weeks": 0, "barred": 0.0}
    policy: Literal["notice"] = "notice"
    least_weeks: Weeks = figure(
        4, "weeks of notice at least", "measured", "28 days proposed (CCN/IMPOWER 2024)", off_if={"barred": 1}
    )
    barred: Share = figure(0.5, "share of placements that a provider may not end of its own accord")
    caution: Share = figure(
        0.2,
        "share by which homes offer less often to children with complex or severe needs, if all hand-backs are barred",
        off_if={"barred": 0},
    )

    def keeps(self, market: Market, on: InForce, rows: Ints) -> Bools:
        """By luck of the child in its placement, so that the same placements are protected quarter after quarter."""
        children = market.children
        luck = uniform(market.seed, "hand-back barred", children.key[rows], children.search[rows])
        return np.asarray(on.member[children.authority[rows]] & (luck < self.barred))

    def notice_weeks(self, market: Market, on: InForce, rows: Ints) -> Ints:
        """The least, for the members' children."""
        return np.where(on.member[market.children.authority[rows]], self.least_weeks, 0)

    def willingness(self, market: Market, on: InForce, rows: Ints) -> Floats | None:
        """Less for needy children, by the share of placements that can't be ended."""
        if self.barred * self.caution == 0 or not on.member.any():
            return None
        careful = on.member[market.children.authority[rows]] & (market.children.band[rows] >= COMPLEX)
        return np.where(careful, 1 - self.caution * self.barred, 1.0)
