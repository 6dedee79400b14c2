"""A building programme: authorities build children's homes of their own, year by year, for capital of their own."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Ints
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, NewHomes, Policy, Spending, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Homes, Places, Share


class BuildingProgramme(Policy):
    """Each member plans own homes until it has as many as the programme says, and pays for houses when it plans them.

    Homes of several sizes are several programmes of one scenario.
    """

    name: ClassVar[str] = "building_programme"
    about: ClassVar[About] = About(
        tried="tried",
        who="over half of those surveyed built 1-3 homes, Coventry five, Leicester one a year; Hertfordshire 31 beds "
        "within 7.85m over three years",
        claimed="more children near home and a hold on cost; others: dearer than bought places, and surplus beds",
        sure="built in many places, never evaluated; running cost and voids come out. Capital is the area's mean house "
        "price whatever the size, and the share of grants is assumed",
        rows=("D1", "D2", "D3", "D4", "D5", "P38", "P44", "S22", "S23"),
    )
    inert: ClassVar[dict[str, object]] = {"homes": 0}
    policy: Literal["building_programme"] = "building_programme"
    homes: Homes = figure(
        2, "homes that each authority builds in all", "measured", "over half built 1-3 (DfE/Mutual Ventures 2024)"
    )
    places: Places = figure(
        2, "places in each home (1: for a child alone)", source="assumption: most build solo and two-bed homes"
    )
    homes_per_year: Homes = figure(
        1,
        "most homes that an authority plans in a financial year (as many as `homes`: all at once)",
        "measured",
        "Leicester: one a year (DfE/Mutual Ventures 2024)",
    )
    owned_already: Share = figure(
        0.0, "share of the price of the house that is saved because the council has a property already"
    )
    grant_share: Share = figure(0.5, "share of the capital that government pays", source="assumption: match funding")

    def homes_wanted(self, market: Market, on: InForce) -> NewHomes | None:
        """What is left of the programme, but no more than a year's homes in a year; what was paid for as capital is no
        rent of theirs afterwards."""
        number = on.memory["now"] = self._planned_now(market, on)
        area = np.repeat(np.arange(len(number)), number)
        return NewHomes(area, LOCAL_AUTHORITY, self.places, house_paid=1.0) if len(area) else None

    def spends(self, market: Market, on: InForce) -> Spending | None:
        """House and setting up of the homes that are planned this week."""
        number = on.memory.get("now")
        if number is None or not number.any():
            return None
        house = market.authorities.house_price * (1 - self.owned_already)
        each = (house + market.scenario.providers.setting_up_cost) * market.cost_index
        return Spending(capital=number * each, from_outside=self.grant_share * number * each)

    def _planned_now(self, market: Market, on: InForce) -> Ints:
        """Homes that each authority plans this week; what it has planned ever and this year is remembered, so that
        changes of the programme at a date don't begin it anew."""
        memory, year = on.memory, market.calendar.number("financial_year", market.week)
        none = np.zeros(len(on.member), dtype=np.int64)
        ever, this_year = memory.get("ever", none), memory["this_year"] if memory.get("year") == year else none
        left = np.minimum(self.homes - ever, self.homes_per_year - this_year)
        now = np.where(on.member, np.maximum(left, 0), 0)
        memory.update(ever=ever + now, this_year=this_year + now, year=year)
        return np.asarray(now)
