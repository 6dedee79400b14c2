"""An authority's own homes, used first and paid at running cost."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.market import Market
from marketsim.purchasing.rule import Arrangement, Lots, PurchasingRule, Reach, Together
from marketsim.scenario.levers import About
from marketsim.scenario.schema import ShareByNeed
from marketsim.scenario.sections.base import Miles, figure


class InHouse(PurchasingRule):
    """Own homes take most children of their authority; in a cooperative, those of all members.

    What an own place costs while it stands empty is the owner's in any case and is paid by the ledger.
    """

    name: ClassVar[str] = "in_house"
    about: ClassVar[About] = About(
        tried="tried",
        who="most authorities; own share of homes fell from 26% (2012) to 18% (2018)",
        claimed="control and local places; over 1,000 GBP a week dearer (PSSRU 2020), or cheaper than spot",
        sure="whom own homes take was set so that 1,058 children live there",
        rows=("D8", "D9", "D10", "D14", "H17"),
    )
    own_homes: ClassVar[bool] = True
    rule: Literal["in_house"] = "in_house"
    accepts: ShareByNeed = figure(
        ShareByNeed(standard=0.5, complex=0.25, severe=0.05),
        "least chance that an own home with a free place takes a child, by need band (share)",
        "estimated",
        "1,058 children in homes run by authorities, September 2024 (DfE freedom-of-information release)",
    )
    radius_miles: Miles = figure(25.0, "how far away an own (in a cooperative: a member's) home may be")
    sell_vacant_places: bool = figure(True, "offer own vacant places to other authorities on the spot market")

    def reach(self) -> Reach:
        """The same radius at any urgency; no limit on the fee, which is the running cost."""
        return Reach(miles_at_first=self.radius_miles, miles_at_last=self.radius_miles, any_rating=True)

    def start(self, market: Market, arrangement: Arrangement) -> None:
        """Say whether the members' vacant places may be bought by others."""
        market.authorities.keeps_vacancies[arrangement.members] = not self.sell_vacant_places

    def lots_of_all(self, market: Market, together: Together) -> Lots:
        """Open places of the homes run by the members, at running cost."""
        homes = market.homes
        own = np.flatnonzero((homes.sector == LOCAL_AUTHORITY) & homes.in_market(market.week))
        own = own[np.argsort(homes.authority[own], kind="stable")]
        begins = np.searchsorted(homes.authority[own], np.arange(len(market.authorities) + 1))
        member, place = together.members
        count = begins[member + 1] - begins[member]
        home = own[np.arange(count.sum()) - np.repeat(np.cumsum(count) - count - begins[member], count)]
        number = np.bincount(np.repeat(place, count), minlength=len(together))
        return Lots(home, market.costs[home], least_acceptance=self.accepts.array(), number=number)

    def fee_at_start(self, market: Market, arrangement: Arrangement, home: Ints, band: Ints) -> Floats:
        """The running cost."""
        return np.asarray(market.costs[home, band])
