"""An emergency unit: a few own beds where children wait, so that a home can be looked for without haste."""

from __future__ import annotations

from typing import ClassVar, Literal

from marketsim.core.columns import Ints
from marketsim.market.children import WAITING
from marketsim.market.market import Market
from marketsim.policies.beds import Beds
from marketsim.policies.policy import InForce, figure
from marketsim.policies.remembering import counted, first_in_line, known_in_state, remember
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Count, Weeks


class EmergencyUnit(Beds):
    """Emergencies wait in a bed of the unit while there is one, and their search is a planned one. The engine's
    deadline of a planned search holds there too: who finds no home by then leaves the bed for the last resort."""

    name: ClassVar[str] = "emergency_unit"
    about: ClassVar[About] = About(
        tried="tried",
        who="Salford: 3 own beds, at most 6 months (LGA/OPM 2013); Darlington: a neighbour's service since 1996",
        claimed="time to assess and to match after foster placements fail; yet empty beds are paid for too",
        sure="no result was measured; a bed costs what any place in a home does, and how haste harms is the model's",
        rows=("E16", "E18"),
    )
    inert: ClassVar[dict[str, object]] = {"beds": 0}
    policy: Literal["emergency_unit"] = "emergency_unit"
    beds: Count = figure(3, "beds of an authority", "measured", "3 beds in Salford (LGA/OPM 2013)")
    most_weeks: Weeks = figure(26, "longest stay in a bed", "measured", "at most 6 months in Salford (LGA/OPM 2013)")

    def prepares(self, market: Market, on: InForce, rows: Ints) -> Ints:
        """Who has waited longest gets a free bed first."""
        children = market.children
        there = known_in_state(market, on, "beds", WAITING)
        on.memory["beds"] = there = there.those(market.week - there.week < self.most_weeks)
        room = self.beds - counted(children.authority[there.row], market)
        rows = rows[on.member[children.authority[rows]]]
        rows = rows[first_in_line(children.authority[rows], room, children.since[rows], children.key[rows])]
        remember(market, on, "beds", rows)
        return rows
