"""Needs-led reviews: a team looks at everyone who lives in a home and finds who could live in a family."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.core.streams import uniform
from marketsim.market.children import COMPLEX, STANDARD
from marketsim.market.market import Market
from marketsim.policies.elsewhere import FOSTER_COST, MEAN_STAY, in_homes, living, step_down
from marketsim.policies.policy import InForce, Leaving, Policy, Spending, figure
from marketsim.policies.remembering import counted, first_in_line, known, month_s_share, remember
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import PerYear, Pounds, PoundsPerWeek, Ratio, Share, Weeks

NORTHAMPTONSHIRE = "Northamptonshire (CCN/IMPOWER 2024)"


class Reviews(Policy):
    """Every month a team of each authority reviews children in homes; part of them step down to a family, those of
    standard need sooner than those of complex need, those of severe need never."""

    name: ClassVar[str] = "reviews"
    about: ClassVar[About] = About(
        tried="tried",
        who="Northamptonshire: 721 reviewed, 71 of them changed, 7m GBP less in 22 months",
        claimed="half of children have lower need than homes are for; yet only one in ten reviewed changed",
        sure="self-reported with the consultant who helped. Assumed: cost of a review, who comes back, who changes",
        rows=("E3", "P35", "K12", "Q88"),
    )
    inert: ClassVar[dict[str, object]] = {"reviews_per_year": 0.0}
    policy: Literal["reviews"] = "reviews"
    reviews_per_year: PerYear = figure(
        393.0, "children whom the team of an authority can review in a year", "measured",
        "721 in 22 months in " + NORTHAMPTONSHIRE,
    )  # fmt: skip
    share_changed: Share = figure(
        0.098, "share of those reviewed who leave their home, if needs are those of all children", "measured",
        "71 of 721 in " + NORTHAMPTONSHIRE,
    )  # fmt: skip
    complex_ratio: Ratio = figure(0.33, "chance that a child of complex need does, over that of one of standard need")
    least_weeks: Weeks = figure(13, "weeks that a child lives in its home before it is reviewed")
    again_after_weeks: Weeks = figure(104, "weeks until a child who stayed where it was is reviewed again")
    comes_back: Share = figure(0.15, "share of those who left who need a home again")
    family_cost: PoundsPerWeek = figure(1_000.0, "cost of the place in a family", "measured", FOSTER_COST)
    weeks_after_breakdown: Weeks = figure(
        63, "weeks that a family is paid for on top where the stay in the home would have broken down", "measured",
        MEAN_STAY,
    )  # fmt: skip
    cost_of_review: Pounds = figure(1_000.0, "cost of a review: two to three days of a team")

    def leaves(self, market: Market, on: InForce) -> Leaving | None:
        """By luck of the child at this review."""
        if not market.ends("month") or not on.member.any():
            return None
        rows = self._reviewed(market, on)
        on.memory["done"] = counted(market.children.authority[rows], market)
        luck = uniform(market.seed, "review changes the plan", market.children.key[rows], market.week)
        changed = rows[luck < self._chance(market)[market.children.band[rows]]]
        return step_down(market, on, "families", changed, self.comes_back, self.weeks_after_breakdown)

    def spends(self, market: Market, on: InForce) -> Spending:
        """This month's reviews, and families for those who live there now."""
        pounds = living(market, on, "families") * self.family_cost + on.memory.pop("done", 0) * self.cost_of_review
        return Spending(running=pounds * market.cost_index)

    def _reviewed(self, market: Market, on: InForce) -> Ints:
        """Whose turn it is, by luck among those who have not been reviewed for long."""
        rows, room = in_homes(market, on, self.least_weeks), month_s_share(on, "due", self.reviews_per_year)
        before = known(market, on, "reviewed")
        on.memory["reviewed"] = before = before.those(market.week - before.week < self.again_after_weeks)
        rows = rows[~np.isin(rows, before.row)]
        rows = rows[first_in_line(market.children.authority[rows], room, market.children.key[rows])]
        remember(market, on, "reviewed", rows)
        return rows

    def _chance(self, market: Market) -> Floats:
        """By need band: so that the share is the measured one where all bands are reviewed alike."""
        weights, shares = np.array([1.0, self.complex_ratio, 0.0]), market.need_shares
        likely = shares[STANDARD] + self.complex_ratio * shares[COMPLEX]
        return np.asarray(np.minimum(self.share_changed * weights / max(likely, 1e-9), 1.0))
