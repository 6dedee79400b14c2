"""Consolidation: large groups buy the homes of small private providers."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.streams import uniform
from marketsim.market.homes import PRIVATE
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Takeovers, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Homes, Share

QUARTERS_PER_YEAR = 4


class Consolidation(Policy):
    """Every quarter some of the small providers' homes in the members' areas go to groups, in proportion to the homes
    that each has."""

    name: ClassVar[str] = "consolidation"
    about: ClassVar[About] = About(
        tried="happens",
        who="35 groups of ten homes and more had 47% of private and voluntary homes (August 2019), about 10 a third of "
        "provision (2021)",
        claimed="less diversity, higher fees, more at stake when a group fails; no claim of cheaper care",
        sure="the yearly share is assumed. Fees follow from the higher margin that large groups aim at (CMA 2022); "
        "here they take on no debt for what they buy, so that they fail too seldom",
        rows=("D31", "S8", "S9", "Q11"),
    )
    inert: ClassVar[dict[str, object]] = {"share_per_year": 0.0}
    policy: Literal["consolidation"] = "consolidation"
    share_per_year: Share = figure(0.05, "share of the homes of small private providers that groups buy in a year")
    large_from: Homes = figure(
        10, "homes of a private provider from which on it is a group that buys", "measured", "as counted in Rome 2020"
    )

    def takes_over(self, market: Market, on: InForce) -> Takeovers | None:
        """Homes are sold by luck of their own; where there is no group nobody buys."""
        homes, week = market.homes, market.week
        private = np.flatnonzero(homes.in_market(week) & (homes.sector == PRIVATE))
        owner = homes.provider[private]
        of_group = np.bincount(owner)[owner] >= self.large_from
        selling = ~of_group & on.member[homes.authority[private]]
        buyers, small = owner[of_group], private[selling]
        in_a_quarter = 1 - (1 - self.share_per_year) ** (1 / QUARTERS_PER_YEAR)
        sold = small[uniform(market.seed, "sold to a group", homes.key[small], week) < in_a_quarter]
        if len(sold) == 0 or len(buyers) == 0:
            return None
        luck = uniform(market.seed, "group that buys", homes.key[sold], week)
        return Takeovers(sold, buyers[(luck * len(buyers)).astype(np.int64)])
