"""Sharing prices paid: authorities tell each other what they pay, some time later, but for those with good deals."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Spending, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Count, PoundsPerYear, Share


class PriceSharing(Policy):
    """Who takes part reckons with the mean of all who do, in place of what it has paid itself."""

    name: ClassVar[str] = "price_sharing"
    single: ClassVar[bool] = True
    about: ClassVar[About] = About(
        tried="tried",
        who="Commissioning Alliance, West Midlands hub, CCRAG, Placements North West, D2N2 (DfE/Mutual Ventures 2024; "
        "LGA/OPM 2013): yearly or quarterly, one region three to six months late",
        claimed="some regions drove cost down; untested whether it wins better rates; holders of good deals withhold",
        sure="whoever paid less than the mean now accepts more, and whoever paid more accepts less: it can go either "
        "way. The share that withholds is an assumption",
        rows=("B12", "B15", "G12", "Q20"),
    )
    inert: ClassVar[dict[str, object]] = {"withheld": 1.0, "cost_per_year": 0.0}
    policy: Literal["price_sharing"] = "price_sharing"
    footprint: Literal["region", "all"] = figure("region", "who shares with whom: members of a region, or all members")
    delay_quarters: Count = figure(
        1,
        "quarters until prices are known to others",
        "measured",
        "3-6 months late in one region (reports of 2013 and 2024)",
    )
    withheld: Share = figure(0.1, "share of members, those with the best deals, who neither tell nor listen")
    cost_per_year: PoundsPerYear = figure(10_000.0, "cost of collecting prices a year to each authority")

    def expected_fees(self, market: Market, on: InForce, expected: Floats) -> Floats | None:
        """The mean that is known by now, and the same cuts to it as to their own prices."""
        told = on.memory.setdefault("told", [])  # the latest last: (quarter, who shared, mean that each of them sees)
        quarter = market.calendar.number("quarter", market.week)
        if not told or told[-1][0] < quarter:
            told.append((quarter, *self._shared(market, on)))
        while len(told) > 1 and told[1][0] <= quarter - self.delay_quarters:
            del told[0]
        since, shares, mean = told[0]
        shares = shares & on.member
        if since > quarter - self.delay_quarters or not shares.any():
            return None
        own = market.authorities.expected_fee
        return np.where(shares[:, None] & (own > 0), mean * (expected / np.maximum(own, 1e-9)), expected)

    def spends(self, market: Market, on: InForce) -> Spending:
        """What sharing costs, in today's money."""
        return Spending(running=np.where(on.member, self.cost_per_year / WEEKS_PER_YEAR * market.cost_index, 0.0))

    def _shared(self, market: Market, on: InForce) -> tuple[Bools, Floats]:
        """Who shares now, and by authority and need band the mean of those of its region, or of all, who do."""
        areas = market.authorities
        group: Ints = areas.region if self.footprint == "region" else np.zeros(len(areas), dtype=np.int64)
        members = on.members[np.lexsort((areas.key[on.members], (areas.expected_fee @ market.need_shares)[on.members]))]
        shares = np.zeros(len(areas), dtype=np.bool_)
        shares[members[int(self.withheld * len(members)) :]] = True
        number = np.bincount(group[shares], minlength=len(areas))
        total = np.zeros((len(areas), areas.expected_fee.shape[1]))
        np.add.at(total, group[shares], areas.expected_fee[shares])
        return shares, (total / np.maximum(number, 1)[:, None])[group]
