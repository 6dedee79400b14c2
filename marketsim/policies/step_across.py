"""Step-across meetings: those who run homes name children who are ready for a foster home."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.streams import uniform
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.market import Market
from marketsim.policies.elsewhere import FOSTER_COST, MEAN_STAY, in_homes, living, step_down
from marketsim.policies.policy import InForce, Leaving, Policy, Spending, figure
from marketsim.policies.remembering import first_in_line
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Count, PoundsPerWeek, Share, ShareByNeed, Weeks


class StepAcross(Policy):
    """Every quarter providers who come to the meetings name children who have lived with them for a while; those for
    whom the authority has a foster home move there, who has waited longest first."""

    name: ClassVar[str] = "step_across"
    about: ClassVar[About] = About(
        tried="tried",
        who="one authority: three providers named nine children, several of whom moved (DfE/Mutual Ventures 2024)",
        claimed="providers are willing; yet they lose a resident whom nobody pays them to move on",
        sure="a handful of children. Assumed: who takes part, how many are ready, how many foster homes there are",
        rows=("E4", "E6"),
    )
    inert: ClassVar[dict[str, object]] = {"foster_homes": 0}
    policy: Literal["step_across"] = "step_across"
    foster_homes: Count = figure(5, "foster homes that an authority has for these children at a time")
    providers_willing: Share = figure(0.5, "share of private and voluntary providers who take part")
    ready: ShareByNeed = figure(
        ShareByNeed(standard=0.05, complex=0.02, severe=0.0),
        "share of their children who are named at a meeting, by need band",
    )
    least_weeks: Weeks = figure(26, "weeks that a child lives in its home before it can be named")
    comes_back: Share = figure(0.15, "share of those who moved who need a home again")
    foster_cost: PoundsPerWeek = figure(1_000.0, "cost of the foster home", "measured", FOSTER_COST)
    weeks_after_breakdown: Weeks = figure(
        63, "weeks that a foster home is paid for on top where the stay in the home would have broken down", "measured",
        MEAN_STAY,
    )  # fmt: skip

    def leaves(self, market: Market, on: InForce) -> Leaving | None:
        """By luck of the provider once and for all, and of the child at each meeting."""
        if not market.ends("quarter") or not on.member.any():
            return None
        children, homes = market.children, market.homes
        rows = in_homes(market, on, self.least_weeks)
        rows = rows[homes.sector[children.home[rows]] != LOCAL_AUTHORITY]
        provider = homes.provider[children.home[rows]]
        come = uniform(market.seed, "provider comes to step-across meetings", provider) < self.providers_willing
        luck = uniform(market.seed, "named as ready for a foster home", children.key[rows], market.week)
        rows = rows[come & (luck < self.ready.array()[children.band[rows]])]
        room = np.maximum(self.foster_homes - living(market, on, "foster homes"), 0)
        rows = rows[first_in_line(children.authority[rows], room, children.since[rows], children.key[rows])]
        return step_down(market, on, "foster homes", rows, self.comes_back, self.weeks_after_breakdown)

    def spends(self, market: Market, on: InForce) -> Spending:
        """Foster homes are paid for while children live there."""
        return Spending(running=np.asarray(living(market, on, "foster homes") * self.foster_cost * market.cost_index))
