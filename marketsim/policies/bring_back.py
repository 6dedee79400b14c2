"""A programme that brings children back who live outside their authority's area."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools, Ints
from marketsim.market.children import PLACED
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Spending, figure
from marketsim.policies.remembering import a_week, first_in_line, for_members, known, month_s_share, remember
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Miles, PerYear, PoundsPerYear, Weeks


class BringBack(Policy):
    """Every month a team takes on children who live far away, the farthest first, and looks for a home within the area
    for some weeks; who finds none stays. Those who are away for their safety are left where they are."""

    name: ClassVar[str] = "bring_back"
    about: ClassVar[About] = About(
        tried="tried",
        who="Lincolnshire and Hertfordshire; an aim of the regional care cooperatives (DfE/Mutual Ventures 2024)",
        claimed="fewer children out of area; yet it is another move, and it takes local places that others need",
        sure="no count was published: how many cases a team can work and what it costs are assumptions",
        rows=("E28",),
    )
    inert: ClassVar[dict[str, object]] = {"cases_per_year": 0.0, "team_cost": 0.0}
    policy: Literal["bring_back"] = "bring_back"
    cases_per_year: PerYear = figure(20.0, "children for whom the team of an authority can look in a year")
    least_miles: Miles = figure(20.0, "least distance between a child and its home")
    least_weeks: Weeks = figure(26, "weeks that a child lives there before it is asked to move")
    search_weeks: Weeks = figure(12, "weeks for which the team looks")
    again_after_weeks: Weeks = figure(52, "weeks from the beginning of a case until the same child can be one again")
    team_cost: PoundsPerYear = figure(120_000.0, "cost of a team a year")

    def looks_nearer(self, market: Market, on: InForce) -> Ints | None:
        """All cases that are open."""
        if market.ends("month") and on.member.any():
            self._take_on(market, on)
        cases = known(market, on, "cases")
        rows = cases.row[market.week - cases.week < self.search_weeks]
        rows = rows[self._far(market, on, rows)]
        return rows if len(rows) else None

    def spends(self, market: Market, on: InForce) -> Spending:
        """The team."""
        return Spending(running=for_members(on, a_week(market, self.team_cost)))

    def _take_on(self, market: Market, on: InForce) -> None:
        children, cases = market.children, known(market, on, "cases")
        on.memory["cases"] = cases = cases.those(market.week - cases.week < self.again_after_weeks)
        lived = market.week - children.since >= self.least_weeks
        rows = np.flatnonzero((children.state == PLACED) & lived & (children.miles >= self.least_miles))
        rows = rows[self._far(market, on, rows) & ~np.isin(rows, cases.row)]
        room = month_s_share(on, "due", self.cases_per_year)
        rows = rows[first_in_line(children.authority[rows], room, -children.miles[rows], children.key[rows])]
        remember(market, on, "cases", rows)

    def _far(self, market: Market, on: InForce, rows: Ints) -> Bools:
        """Who still lives in a home outside the area, though nothing keeps the child away."""
        children, area = market.children, market.children.authority[rows]
        away = children.away[rows] | (market.homes.authority[children.home[rows]] == area)
        return np.asarray(on.member[area] & ~away & (children.state[rows] == PLACED))
