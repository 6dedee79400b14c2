"""A matching platform: all voids and referrals in one place, so that referrals go where they fit, and farther."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.fit import NEEDS
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Spending, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Miles, PoundsPerYear, Ratio

_NEEDED, _TAKEN = np.arange(NEEDS)[:, None], np.arange(NEEDS)[None, :]
TAKES = ((_NEEDED & ~_TAKEN) == 0).astype(np.float64)  # [needs, takes]: 1 where a statement of purpose takes the needs


class Platform(Policy):
    """Homes answer members' referrals better where places fit; members with few homes near reach those of others."""

    name: ClassVar[str] = "platform"
    about: ClassVar[About] = About(
        tried="tried",
        who="West Midlands portal with 14 authorities, PIMS in the North West with 22; a central one is proposed by "
        "CCN/IMPOWER 2024; up to 95% of referrals were inappropriate (IPC 2015)",
        claimed="less waste, considerable sharing, less spot; but wider reach lets distant buyers take local places",
        sure="no effect was measured: `better_directed` and `reach` are assumptions, and on them depends which way it "
        "goes for children near to many homes",
        rows=("F1", "F2", "F3", "F5", "F9", "Q40"),
    )
    inert: ClassVar[dict[str, object]] = {"better_directed": 0.0, "reach": 0.0, "cost_per_year": 0.0}
    policy: Literal["platform"] = "platform"
    better_directed: Ratio = figure(
        0.2, "rise of the chance that a home offers, where there is an open place near that takes what the child needs"
    )
    reach: Ratio = figure(
        0.2, "rise of the same chance for a child with no home near at all, since distant homes see it (none near: all)"
    )
    near_miles: Miles = figure(20.0, "distance up to which a home counts as near, between the centres of areas")
    cost_per_year: PoundsPerYear = figure(30_000.0, "cost of the platform a year to each authority on it")

    def willingness(self, market: Market, on: InForce, rows: Ints) -> Floats | None:
        """More for what is better directed, and more by how few homes are near; others' children compete as before."""
        area = market.children.authority[rows]
        if not on.member[area].any():
            return None
        gain = self.better_directed * self._fits(market, rows) + self.reach * self._scarce(market, on)[area]
        return np.where(on.member[area], 1.0 + gain, 1.0)

    def spends(self, market: Market, on: InForce) -> Spending:
        """The platform, in today's money."""
        return Spending(running=np.where(on.member, self.cost_per_year / WEEKS_PER_YEAR * market.cost_index, 0.0))

    def _fits(self, market: Market, rows: Ints) -> Floats:
        """By child the share of those near who look for the same kind of place for whom one is open that takes them."""
        children, homes, areas = market.children, market.homes, len(market.authorities)
        near, free, shape = market.authorities.within(self.near_miles), market.free(), (areas, NEEDS)
        is_open = np.flatnonzero(free)
        kind = homes.authority[is_open] * NEEDS + homes.takes_needs[is_open]
        places = near @ np.bincount(kind, free[is_open].astype(np.float64), areas * NEEDS).reshape(shape) @ TAKES.T
        looking = children.authority[rows] * NEEDS + children.needs[rows]
        others = near @ np.bincount(looking, minlength=areas * NEEDS).reshape(shape).astype(np.float64)
        return np.asarray(np.minimum(places / np.maximum(others, 1.0), 1.0).reshape(-1)[looking])

    def _scarce(self, market: Market, on: InForce) -> Floats:
        """By area how far places near, for each child there, lie below those of the country (0: not, 1: none); as
        reckoned in the first week of a month."""
        month = market.calendar.number("month", market.week)
        if on.memory.get("month") != (month, self.near_miles):
            areas, homes = market.authorities, market.homes
            near, there = areas.within(self.near_miles), homes.in_market(market.week)
            places = np.bincount(homes.authority[there], homes.places[there], len(areas))
            usual = places.sum() / max(areas.children.sum(), 1)
            for_each = (near @ places) / np.maximum(near @ areas.children, 1.0)
            scarce = np.clip(1.0 - for_each / max(usual, 1e-9), 0.0, 1.0)
            on.memory.update(month=(month, self.near_miles), scarce=scarce)
        return np.asarray(on.memory["scarce"])
