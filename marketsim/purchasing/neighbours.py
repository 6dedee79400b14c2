"""Empty places of others' contracts, sold on."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.market.market import Market
from marketsim.purchasing.rule import Arrangement, Lots, PurchasingRule, Reach, Scope
from marketsim.scenario.levers import About
from marketsim.scenario.schema import ShareByNeed
from marketsim.scenario.sections.base import Miles, Ratio, figure


class Neighbours(PurchasingRule):
    """Places that a contract holds with `sells_empty` and that stand empty may be had by anybody nearby at the agreed
    fee; while another's child lives there, nobody owes for an empty place. To be named behind the contract itself, so
    that its own members come first."""

    name: ClassVar[str] = "neighbours"
    about: ClassVar[About] = About(
        tried="tried",
        who="some South East authorities sell each other beds of their block; own vacant ones were to be sold (2013)",
        claimed="higher occupancy, fewer voids that are paid for",
        sure="no figures reported",
        rows=("A19", "A24", "D10"),
    )
    rule: Literal["neighbours"] = "neighbours"
    radius_miles: Miles = figure(40.0, "how far such a place may be from the child's home point")
    price: Ratio = figure(1.0, "weekly fee over the agreed one; 1: sold on at what they cost")
    accepts: ShareByNeed = figure(
        ShareByNeed(standard=0.5, complex=0.2, severe=0.03), "least chance that such a place takes a child"
    )

    def scope(self) -> Scope:
        """One market for all."""
        return "england"

    def reach(self) -> Reach:
        """The same radius at any urgency."""
        return Reach(miles_at_first=self.radius_miles, miles_at_last=self.radius_miles)

    def lots(self, market: Market, arrangement: Arrangement) -> Lots:
        """All places that are sold on."""
        holdings = market.holdings
        rows = np.flatnonzero((holdings.places > 0) & holdings.running & holdings.sold)
        fee = np.repeat(self.price * holdings.fee[rows][:, None], 3, axis=1)
        return Lots(holdings.home[rows], fee, rows, least_acceptance=self.accepts.array())
