"""Remodelling: authorities' own homes with empty places are made fit for children with harder needs."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Ints
from marketsim.market.fit import COMPLEX_NEEDS, MENTAL_HEALTH
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Restated, Spending, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Homes, Pounds

OFFERS = {"complex": COMPLEX_NEEDS, "mental_health": MENTAL_HEALTH, "both": COMPLEX_NEEDS | MENTAL_HEALTH}


class Remodelling(Policy):
    """Of each member's own homes that don't yet offer it the emptiest do from the end of the quarter on."""

    name: ClassVar[str] = "remodelling"
    about: ClassVar[About] = About(
        tried="tried",
        who="Lincolnshire remodelled three own homes for harder needs; Suffolk sold one and repurposed one (2019)",
        claimed="fewer children out of area, fewer and cheaper bought places; the savings went to prevention",
        sure="one county's own word. Which needs the homes take and what it costs are assumed; what changes is how "
        "well children fit, not the pay or number of staff",
        rows=("D7", "D45"),
    )
    inert: ClassVar[dict[str, object]] = {"homes": 0}
    policy: Literal["remodelling"] = "remodelling"
    homes: Homes = figure(
        3, "own homes that each authority remodels", "measured", "Lincolnshire: three homes (LGA/OPM 2013)"
    )
    offers: Literal["complex", "mental_health", "both"] = figure("both", "the needs that they take from then on")
    cost_per_home: Pounds = figure(100_000.0, "what it costs to remodel a home")

    def restates(self, market: Market, on: InForce) -> Restated | None:
        """The emptiest first, as many as are left of the programme."""
        homes, offers = market.homes, OFFERS[self.offers]
        of_members = homes.in_market(market.week) & (homes.sector == LOCAL_AUTHORITY) & on.member[homes.authority]
        rows = self._emptiest(market, on, np.flatnonzero(of_members & (homes.takes_needs & offers != offers)))
        if len(rows) == 0:
            return None
        number = np.bincount(homes.authority[rows], minlength=len(on.member))
        on.memory.update(ever=on.memory.get("ever", 0) + number, owed=number)
        return Restated(rows, homes.takes_needs[rows] | offers)

    def spends(self, market: Market, on: InForce) -> Spending | None:
        """What the homes cost that were remodelled when the quarter ended, in the week after."""
        owed = on.memory.pop("owed", None)
        return None if owed is None else Spending(capital=owed * self.cost_per_home * market.cost_index)

    def _emptiest(self, market: Market, on: InForce, rows: Ints) -> Ints:
        """Of some homes those whose turn it is, by authority."""
        homes = market.homes
        rows = rows[np.lexsort((homes.key[rows], homes.recent_occupancy[rows], homes.authority[rows]))]
        area = homes.authority[rows]
        place = np.arange(len(rows)) - np.searchsorted(area, area)  # in the queue of its authority
        left = self.homes - np.broadcast_to(on.memory.get("ever", 0), on.member.shape)
        return np.asarray(rows[place < left[area]])
