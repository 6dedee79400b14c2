"""Shared slack: a national body has places opened where they are short, and all pay for those that stand empty."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market import costs
from marketsim.market.homes import LOCAL_AUTHORITY, VOLUNTARY
from marketsim.market.market import Market
from marketsim.policies import by_area
from marketsim.policies.policy import InForce, NewHomes, Policy, Spending, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Places, PoundsPerYear, Share


class SharedSlack(Policy):
    """Homes are planned where members' need is least met; houses and empty places are paid by members together."""

    name: ClassVar[str] = "shared_slack"
    about: ClassVar[About] = About(
        tried="proposed",
        who="LGA/SEC Newgate 2021: slack is inevitable, even desirable, its cost and access to be shared by national "
        "rules; a national body in place of 153 institutions that decide apart (also DfE/Mutual Ventures 2024)",
        claimed="need changes, so slack is needed; but empty places are also called waste",
        sure="never tried: how much slack, and what the body costs, are assumptions. Its places are open to all like "
        "any others",
        rows=("C20", "C21", "Q91"),
    )
    inert: ClassVar[dict[str, object]] = {"slack": 0.0, "body_per_child": 0.0}
    policy: Literal["shared_slack"] = "shared_slack"
    slack: Share = figure(0.05, "places that the body has opened, as a share of members' children in need of a home")
    sector: Literal["voluntary", "local_authority"] = figure(
        "voluntary", "who runs them: voluntary providers, or the authority where they stand, its own children first"
    )
    places: Places = figure(4, "places in each home")
    body_per_child: PoundsPerYear = figure(
        300.0, "cost of the body a year, for each child of members in a home at the start: 2.6m for all of England"
    )

    def homes_wanted(self, market: Market, on: InForce) -> NewHomes | None:
        """At the end of a quarter as many as are missing, one after the other where need is least met."""
        if not market.ends("quarter") or not on.member.any():
            return None
        wanted = self.slack * by_area.in_need(market)[on.member].sum()
        kept = market.homes.places[self._mine(market, on)].sum() + _under_way(market, on).sum()
        number = int(max(wanted - kept, 0.0) // self.places)
        if number == 0:
            return None
        left = np.where(on.member, by_area.unmet_need(market) - _under_way(market, on), -np.inf)
        area = np.zeros(number, dtype=np.int64)
        for home in range(number):
            area[home] = left.argmax()
            left[area[home]] -= self.places
        np.add.at(_under_way(market, on), area, self.places)
        sector = VOLUNTARY if self.sector == "voluntary" else LOCAL_AUTHORITY
        return NewHomes(area, sector, self.places, house_paid=1.0)

    def opened(self, market: Market, on: InForce, homes: Ints, planned: Bools) -> None:
        """Remember which homes are the body's."""
        mine = homes[planned]
        on.memory["homes"] = np.append(on.memory.get("homes", mine[:0]), mine)
        np.subtract.at(_under_way(market, on), market.homes.authority[mine], market.homes.places[mine])

    def spends(self, market: Market, on: InForce) -> Spending | None:
        """The body, houses of homes that open now, and the fixed cost of empty places, which voluntary homes get; what
        a host has paid for those of its own homes comes back to it."""
        if not on.member.any():
            return None
        areas, homes, fixed = market.authorities, market.homes, market.scenario.providers.fixed_cost_share
        mine = self._mine(market, on)
        new = mine[homes.opened_week[mine] == market.week]
        houses = costs.setting_up(market)[homes.authority[new]].sum()
        empty = market.free()[mine] * fixed * homes.unit_cost[mine] * market.cost_index
        own = homes.sector[mine] == LOCAL_AUTHORITY
        back = np.bincount(homes.authority[mine][own], empty[own], len(areas)).astype(np.float64)
        share = _shares(market, on)
        body = self.body_per_child * (areas.children * on.member) / WEEKS_PER_YEAR * market.cost_index
        to_homes = np.zeros(len(homes))
        to_homes[mine[~own]] = empty[~own]
        running = body + share * empty.sum()
        return Spending(running=running, capital=share * houses, from_outside=back, to_homes=to_homes)

    @staticmethod
    def _mine(market: Market, on: InForce) -> Ints:
        mine: Ints = on.memory.get("homes", np.zeros(0, dtype=np.int64))
        return mine[market.homes.in_market(market.week)[mine]]


def _under_way(market: Market, on: InForce) -> Ints:
    """Places planned and not yet open, by area."""
    planned: Ints = on.memory.setdefault("under_way", np.zeros(len(market.authorities), dtype=np.int64))
    return planned


def _shares(market: Market, on: InForce) -> Floats:
    """What each member pays of all, in proportion to its children in homes at the start."""
    share = market.authorities.share_of_children * on.member
    return np.asarray(share / share.sum() if share.sum() > 0 else on.member / max(on.member.sum(), 1))
