"""An authority's own homes, used first and paid at running cost."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.columns import Bools, Floats, Ints
from marketsim.compiling import compiled
from marketsim.homes import LOCAL_AUTHORITY, Homes
from marketsim.purchasing.arrangement import Arrangement, Lots, Market, open_places
from marketsim.purchasing.rule import PurchasingRule, Reach
from marketsim.scenario.schema import ShareByNeed
from marketsim.units import Miles, figure


class InHouse(PurchasingRule):
    """Own homes take most children of their authority; in a cooperative, those of all members.

    What an own place costs while it stands empty is the owner's in any case and is paid by the ledger.
    """

    name: ClassVar[str] = "in_house"
    follows_market: ClassVar[bool] = False
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

    def lots(self, market: Market, arrangement: Arrangement) -> Lots:
        """Open places of the homes run by the members, at running cost."""
        homes, number = market.homes, len(market.authorities)
        own = _own(homes.table, homes.in_market(market.week), arrangement.members, number, market.costs)
        return Lots(*own, self.accepts.array())


@compiled
def _own(
    homes: Homes, in_market: Bools, members: Ints, authorities: int, costs: Floats
) -> tuple[Ints, Ints, Floats, Floats]:
    """The members' homes in the market, with open places at running cost (`costs` by home and need band)."""
    homes, member = homes.columns, np.zeros(authorities, dtype=np.bool_)
    member[members] = True
    rows, count = np.empty(len(in_market), dtype=np.int64), 0
    for home in range(len(in_market)):
        if homes.sector[home] == LOCAL_AUTHORITY and member[homes.authority[home]] and in_market[home]:
            rows[count] = home
            count += 1
    return open_places(rows[:count].copy(), costs)
