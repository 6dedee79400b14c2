"""Children are to be cared for in their area, in more and more cases from year to year."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools, Ints
from marketsim.core.streams import uniform
from marketsim.market.children import UNREGISTERED
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Share, Weeks


class WithinArea(Policy):
    """A growing share of members' children may only be placed in their area, but those who must live away."""

    name: ClassVar[str] = "within_area"
    single: ClassVar[bool] = True
    about: ClassVar[About] = About(
        tried="proposed",
        who="CCN/IMPOWER 2024: within the area or region where safe, phased with staging posts, five years for example",
        claimed="children stay near, places are built where they come from; its consequences need review",
        sure="never tried: where places don't follow, children wait or live in unregistered settings instead. That "
        "children are bound one by one, and until their deadline only, is assumed; a region as bound is not there",
        rows=("C22",),
    )
    inert: ClassVar[dict[str, object]] = {"share": 0.0}
    policy: Literal["within_area"] = "within_area"
    share: Share = figure(0.8, "share of the children who needn't live away that is bound in the end: where it is safe")
    weeks_until_full: Weeks = figure(
        261, "weeks in which the share rises from nothing", "measured", "five years, the example of CCN/IMPOWER 2024"
    )
    also_at_deadline: bool = figure(
        False, "true: also for children at their deadline or in unregistered settings; false: these look everywhere"
    )

    def within_area(self, market: Market, on: InForce, rows: Ints) -> Bools | None:
        """By luck of the child: who is bound at a share is bound at all greater ones."""
        children = market.children
        in_force = market.week - on.began_week
        share = self.share * min(in_force / max(self.weeks_until_full, 1), 1.0) if in_force > 0 else 0.0
        bound = on.member[children.authority[rows]] & ~children.away[rows]
        if share <= 0 or not bound.any():
            return None
        bound &= uniform(market.seed, "to be cared for in its area", children.key[rows]) < share
        return bound if self.also_at_deadline else bound & ~_at_deadline(market, rows)


def _at_deadline(market: Market, rows: Ints) -> Bools:
    """Who goes to the last resort unless a home is found this week, or is there already."""
    children, allowed = market.children, market.scenario.commissioning
    weeks = np.where(children.emergency[rows], allowed.deadline_weeks_emergency, allowed.deadline_weeks_planned)
    waited = market.week - children.since[rows]
    return np.asarray((waited >= weeks) | (children.state[rows] == UNREGISTERED))
