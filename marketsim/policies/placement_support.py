"""Support that keeps a placement: respite, a crisis team, outreach for children who have moved into a home."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.market.children import PLACED
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Spending, figure, lever
from marketsim.policies.remembering import a_week, counted, first_in_line, for_members, known_in_state, remember
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Count, PoundsPerYear, Ratio

SUMMER = (7, 8, 9)  # months: the holidays, and September, when the engine's breakdowns peak


class PlacementSupport(Policy):
    """Teams support so many children at a time, from the week in which they move in until they leave; those of most
    need first. In the engine it is settled at that moment whether a placement will break down."""

    name: ClassVar[str] = "placement_support"
    about: ClassVar[About] = About(
        tried="tried",
        who="respite, crisis and outreach teams, multisystemic therapy (LGA/OPM 2013); Darlington: more in the summer "
        "holidays; Mockingbird: 120 and more constellations of 6 to 10 foster families (DfE/Mutual Ventures 2024)",
        claimed="fewer breakdowns; Mockingbird is well spoken of for keeping carers, which isn't modelled",
        sure="no figure for children in homes: what a team does to breakdowns, its size and its cost are assumptions",
        rows=("E19", "E11", "E20"),
    )
    inert: ClassVar[dict[str, object]] = {"breakdown_ratio": 1.0, "team_cost": 0.0}
    policy: Literal["placement_support"] = "placement_support"
    teams: Count = figure(1, "teams of an authority")
    children_per_team: Count = figure(12, "children whom a team supports at a time")
    breakdown_ratio: Ratio = figure(0.7, "chance that a supported placement breaks down, over what it would be")
    team_cost: PoundsPerYear = figure(350_000.0, "cost of a team a year")
    summer_only: bool = lever(
        False, "true: teams work from July to September only, for children who move in then (and are paid for then)"
    )

    def breakdown_factor(self, market: Market, on: InForce, rows: Ints) -> Floats | None:
        """By need: the more, the likelier a placement breaks down without help."""
        children = market.children
        there = known_in_state(market, on, "supported", PLACED)
        if not self._works(market):
            on.memory["supported"] = there.those(np.zeros(len(there.row), dtype=np.bool_))
            return None
        room = self.teams * self.children_per_team - counted(children.authority[there.row], market)
        asks = np.flatnonzero(on.member[children.authority[rows]] & (children.state[rows] != PLACED))  # not those moved
        new = rows[asks]  # nearer, whose stay goes on as it was going to
        chosen = asks[first_in_line(children.authority[new], room, -children.score[new], children.key[new])]
        remember(market, on, "supported", rows[chosen])
        factor = np.ones(len(rows))
        factor[chosen] = self.breakdown_ratio
        return factor

    def spends(self, market: Market, on: InForce) -> Spending | None:
        """Teams, whether or not they have enough to do."""
        if not self._works(market):
            return None
        return Spending(running=for_members(on, self.teams * a_week(market, self.team_cost)))

    def _works(self, market: Market) -> bool:
        return not self.summer_only or market.calendar.date(market.week).month in SUMMER
