"""Local priority: a place that falls free is offered to children of the area first, for some weeks."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Ints
from marketsim.core.streams import uniform
from marketsim.market.children import NOBODY
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.market import Market
from marketsim.market.vacancies import free_since
from marketsim.policies.policy import InForce, Policy, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Share, Weeks


class LocalPriority(Policy):
    """Independent homes in the members' areas that agree keep a fresh vacancy for local children; one that has been
    free for longer is anybody's, and its home with it."""

    name: ClassVar[str] = "local_priority"
    single: ClassVar[bool] = True
    about: ClassVar[About] = About(
        tried="tried",
        who="Durham First, negotiated in planning talks; first refusal on homes that councils let to providers",
        claimed="more local children get local places; waiting for one harms the provider",
        sure="the authorities' own word, no figures: the weeks and the share of providers that agree are assumed; "
        "whether it helps depends on how many local children look for a home in those weeks",
        rows=("A37", "A35", "A31"),
    )
    inert: ClassVar[dict[str, object]] = {"wait_weeks": 0}
    policy: Literal["local_priority"] = "local_priority"
    wait_weeks: Weeks = figure(2, "weeks for which a place that fell free is offered to local children alone")
    takes_part: Share = figure(0.5, "share of independent homes that agree to it", off_if={"wait_weeks": 0})

    def kept_for(self, market: Market, on: InForce) -> Ints | None:
        """Homes whose free places have all fallen free lately, for the authority of their area."""
        if self.wait_weeks == 0 or not on.member.any():
            on.memory.clear()
            return None
        homes, free = market.homes, market.free()
        fresh = (free > 0) & (market.week - free_since(on.memory, free, market.week) < self.wait_weeks)
        rows = np.flatnonzero(fresh & on.member[homes.authority] & (homes.sector != LOCAL_AUTHORITY))
        rows = rows[uniform(market.seed, "offers local children first", homes.key[rows]) < self.takes_part]
        if len(rows) == 0:
            return None
        kept = np.full(len(homes), NOBODY)
        kept[rows] = homes.authority[rows]
        return kept
