"""A joint venture: the authority pays for houses, the provider runs them at market fees, and profit is shared."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats
from marketsim.market.market import Market
from marketsim.purchasing import contracts
from marketsim.purchasing.held_places import HeldPlaces
from marketsim.purchasing.rule import Arrangement
from marketsim.scenario.levers import About
from marketsim.scenario.schema import ShareByNeed
from marketsim.scenario.sections.base import Count, Places, Share, figure

STOCKTON = "Stockton with Spark of Genius since 2013 (LGA/SEC Newgate 2021, DfE/Mutual Ventures 2024)"


class JointVenture(HeldPlaces):
    """Members have the first use of the venture's places, pay what homes ask for them, and get their share of profit or
    loss; others may have what stands empty through `neighbours`."""

    name: ClassVar[str] = "joint_venture"
    about: ClassVar[About] = About(
        tried="tried",
        who="Stockton with Spark of Genius since 2013: 2.3m capital, three five-bed homes and a school (or two homes), "
        "over 0.8m a year to the council, profit halved, 12 to 15 years",
        claimed="places in the borough, income and jobs; several years until homes are established",
        sure="one case; the reported income includes a school, which is not in the model, nor is the loan",
        rows=("A30", "P34", "Q54"),
    )
    rule: Literal["joint_venture"] = "joint_venture"
    opens_homes: Count = figure(3, "homes of the venture", "measured", STOCKTON)
    new_home_places: Places | None = figure(5, "places of each", "measured", STOCKTON)
    houses_paid: Share = figure(1.0, "share of house and setting up that members pay", "measured", STOCKTON)
    share_of_profit: Share = figure(
        0.5, "share of the venture's profit, or loss, that is the members'", "measured", STOCKTON
    )
    sells_empty: bool = figure(True, "true: others may have places that stand empty (through the rule `neighbours`)")
    accepts: ShareByNeed = figure(
        ShareByNeed(standard=0.6, complex=0.3, severe=0.05), "least chance that a place of the venture takes a child"
    )

    def least_taken(self) -> ShareByNeed:
        """As the scenario says."""
        return self.accepts

    def owed_empty(self) -> float:
        """Nothing: members share the loss of empty places as they share profit."""
        return 0.0

    def fees(self, market: Market, arrangement: Arrangement) -> Floats:
        """What homes ask on the spot."""
        return market.mean_quote

    def start(self, market: Market, arrangement: Arrangement) -> None:
        """There is nothing until its homes open."""
        self.begin(market, arrangement)

    def review(self, market: Market, arrangement: Arrangement) -> bool:
        """Every quarter fees follow what homes ask."""
        changed = self.review_shared(market, arrangement, 0, 1)
        if market.ends("quarter"):
            contracts.renew(market, arrangement, self.fees(market, arrangement), 0.0)
            return True
        return changed

    def shares_in(self, market: Market, arrangement: Arrangement, left: Floats) -> Floats:
        """The members' share of profit or loss, of the part of each home that is the venture's."""
        return np.asarray(self.share_of_profit * contracts.part_held(market, arrangement) * left)
