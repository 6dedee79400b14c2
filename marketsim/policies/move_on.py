"""Moving on at 16 and over: supported places are bought, or they run short and children stay in homes for longer."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Spending, figure
from marketsim.policies.remembering import first_in_line, for_members
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Count, PoundsPerWeek, Weeks

SIXTEEN = 16


class MoveOn(Policy):
    """A child who comes at 16 or 17 and for whom a supported place is bought leaves the home sooner; one for whom there
    is none stays as long as today, or longer where the bottleneck gets worse (today's is in the stays of 2024). A place
    serves one child after the other, each for the weeks by which it leaves sooner: then it lives where it would have
    lived anyway, which no scenario prices. Which children are served is settled when they move into the home."""

    name: ClassVar[str] = "move_on"
    about: ClassVar[About] = About(
        tried="happens",
        who="several authorities found children of 16 and over in homes because no supported place was there "
        "(LGA/OPM 2013, DfE/Mutual Ventures 2024)",
        claimed="places in homes are held for longer; supported places would free them",
        sure="no figure at all: the weeks, the number of places and their cost are assumptions",
        rows=("E23",),
    )
    inert: ClassVar[dict[str, object]] = {"supported_places": 0, "bottleneck_weeks": 0}
    policy: Literal["move_on"] = "move_on"
    bottleneck_weeks: Weeks = figure(0, "weeks that children without a supported place stay longer than in 2024")
    supported_places: Count = figure(2, "supported places that an authority buys")
    sooner_weeks: Weeks = figure(8, "weeks by which children with such a place leave the home sooner than in 2024")
    cost_of_place: PoundsPerWeek = figure(1_500.0, "cost of a supported place, filled or not")

    def extra_weeks(self, market: Market, on: InForce, rows: Ints) -> Ints:
        """Who comes first of those who move in this week is luck."""
        children, places = market.children, self._become_free(market, on)
        extra = np.zeros(len(rows), dtype=np.int64)
        old = np.flatnonzero(on.member[children.authority[rows]] & (children.age[rows] >= SIXTEEN))
        authority = children.authority[rows[old]]
        served = first_in_line(authority, np.floor(places), children.key[rows[old]])
        np.subtract.at(places, authority[served], 1.0)
        extra[old] = np.where(served, -self.sooner_weeks, self.bottleneck_weeks)
        return extra

    def spends(self, market: Market, on: InForce) -> Spending:
        """All places that were bought."""
        pounds = self.supported_places * self.cost_of_place * market.cost_index
        return Spending(running=for_members(on, pounds))

    def _become_free(self, market: Market, on: InForce) -> Floats:
        """By authority the places that are there to be promised: all at first, then those that children leave."""
        places, until = on.memory.get("places", (np.full(len(on.member), float(self.supported_places)), market.week))
        left = (market.week - until) * self.supported_places / max(self.sooner_weeks, 1)
        places = np.minimum(places + left, float(self.supported_places))
        on.memory["places"] = places, market.week
        return np.asarray(places)
