"""Leasing: the authority owns houses and lets them to providers, who offer it their places first."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market import costs
from marketsim.market.children import NOBODY
from marketsim.market.homes import PRIVATE, NewHomes
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Spending, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Count, Share, Weeks


class Leasing(Policy):
    """Authorities buy houses, private providers rent and run them at market fees, and a place that falls free waits for
    a local child before others may have it; the wait is the provider's loss."""

    name: ClassVar[str] = "leasing"
    about: ClassVar[About] = About(
        tried="tried",
        who="one authority leases houses, usually with first refusal; rated well by Ofsted (DfE/Mutual Ventures 2024)",
        claimed="quick, uses providers' skill; costs stay high, and waiting for a local child harms the provider",
        sure="no figures reported: number, rent and wait are assumptions",
        rows=("A31", "A35"),
    )
    inert: ClassVar[dict[str, object]] = {"homes": 0}
    policy: Literal["leasing"] = "leasing"
    homes: Count = figure(2, "houses that each authority buys and lets")
    rent: Share = figure(0.055, "rent a year over what house and setting up cost (as `staffing.house_return`)")
    wait_weeks: Weeks = figure(4, "weeks for which a free place is offered to the authority's own children alone")

    def homes_wanted(self, market: Market, on: InForce) -> NewHomes | None:
        """As many as are missing, once: providers rent the houses, so that these are a cost of the homes."""
        planned = on.memory.setdefault("planned", np.zeros(len(on.member), dtype=np.int64))
        missing = np.where(on.member, np.maximum(self.homes - planned, 0), 0)
        if not missing.any():
            return None
        on.memory["bought"] = missing
        on.memory["planned"] = planned + missing
        return NewHomes(np.repeat(np.arange(len(missing)), missing), PRIVATE)

    def opened(self, market: Market, on: InForce, homes: Ints, planned: Bools) -> None:
        """Remember the homes in its houses."""
        on.memory["homes"] = np.append(on.memory.get("homes", np.zeros(0, dtype=np.int64)), homes[planned])

    def kept_for(self, market: Market, on: InForce) -> Ints | None:
        """Homes with a place that has been free for no longer than the wait."""
        homes: Ints = on.memory.get("homes", np.zeros(0, dtype=np.int64))
        if len(homes) == 0 or self.wait_weeks == 0:
            return None
        since = on.memory.setdefault("free_since", {})
        free = market.free()[homes]
        for home in homes[free == 0].tolist():
            since.pop(home, None)
        waiting = [market.week - since.setdefault(home, market.week) < self.wait_weeks for home in homes.tolist()]
        kept = np.full(len(market.homes), NOBODY)
        held = homes[np.array(waiting, dtype=np.bool_) & (free > 0)]
        kept[held] = market.homes.authority[held]
        return kept

    def spends(self, market: Market, on: InForce) -> Spending | None:
        """Houses when they are bought; rents of the homes that are open, out of what these earn, come in."""
        if "planned" not in on.memory:
            return None
        price, bought = costs.setting_up(market), on.memory.pop("bought", None)
        homes: Ints = on.memory.get("homes", np.zeros(0, dtype=np.int64))
        let = market.homes.authority[homes[market.homes.is_open(market.week)[homes]]]
        houses = np.bincount(let, minlength=len(on.member))
        rents: Floats = houses * price * self.rent / WEEKS_PER_YEAR
        return Spending(capital=None if bought is None else bought * price, from_outside=rents)
