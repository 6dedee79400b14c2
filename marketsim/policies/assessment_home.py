"""An assessment home: children stay there for some weeks and a panel finds out what they need of a home."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.market.children import UNREGISTERED, WAITING
from marketsim.market.market import Market
from marketsim.policies.beds import Beds
from marketsim.policies.elsewhere import begin, living
from marketsim.policies.policy import InForce, figure
from marketsim.policies.remembering import first_in_line, known, remember
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Count, Ratio, Weeks


class AssessmentHome(Beds):
    """Children who begin to look for a home get a bed while there is one: their search is a planned one, and the
    placement that they find breaks down less. The engine can't keep a child from moving while it is assessed: the bed
    is taken and paid for all weeks, but the move may come sooner than it would."""

    name: ClassVar[str] = "assessment_home"
    about: ClassVar[About] = About(
        tried="tried",
        who="Shropshire: a stay of 6 to 12 weeks, then a panel (LGA/OPM 2013)",
        claimed="better match and steadier placements; yet it is one move more, and empty beds are paid for too",
        sure="no result was measured: by how much fewer placements break down is assumed, and so is the cost",
        rows=("E17", "Q65"),
    )
    inert: ClassVar[dict[str, object]] = {"beds": 0}
    policy: Literal["assessment_home"] = "assessment_home"
    beds: Count = figure(4, "beds of an authority")
    weeks: Weeks = figure(9, "weeks of an assessment", "measured", "6 to 12 weeks in Shropshire (LGA/OPM 2013)")
    breakdown_ratio: Ratio = figure(0.8, "chance that a placement after it breaks down, over what it would be")

    def prepares(self, market: Market, on: InForce, rows: Ints) -> Ints:
        """Emergencies get a bed first, then those who begin to look this week, by luck."""
        children = market.children
        before = known(market, on, "assessed")
        on.memory["assessed"] = before.those(np.isin(children.state[before.row], (WAITING, UNREGISTERED)))
        new = np.flatnonzero((children.state == WAITING) & (children.since == market.week))
        new = np.union1d(rows, new)
        new = new[on.member[children.authority[new]]]
        room = self.beds - living(market, on, "beds")
        calm = ~children.emergency[new]
        new = new[first_in_line(children.authority[new], room, calm, children.key[new])]
        begin(market, on, "beds", children.key[new], children.authority[new], np.full(len(new), self.weeks))
        remember(market, on, "assessed", new)
        return np.asarray(new[children.emergency[new]])

    def breakdown_factor(self, market: Market, on: InForce, rows: Ints) -> Floats:
        """For the placement that ends the search in which the child was assessed."""
        return np.where(np.isin(rows, known(market, on, "assessed").row), self.breakdown_ratio, 1.0)
