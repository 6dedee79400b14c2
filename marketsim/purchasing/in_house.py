"""An authority's own homes, used first and paid at running cost."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.compiling import compiled
from marketsim.core.units import Miles, figure
from marketsim.market.census import in_groups
from marketsim.market.homes import LOCAL_AUTHORITY, Homes
from marketsim.purchasing.arrangement import Arrangement, LotsOfAll, Market, Together, open_places
from marketsim.purchasing.rule import PurchasingRule, Reach
from marketsim.scenario.schema import ShareByNeed


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

    def lots_of_all(self, market: Market, together: Together) -> LotsOfAll:
        """Open places of the homes run by the members, at running cost."""
        homes, areas = market.homes, len(market.authorities)
        own = _own(homes.table, homes.in_market(market.week), *together.members, areas, market.costs)
        return LotsOfAll(*own, np.broadcast_to(self.accepts.array(), (len(together), 3)))


@compiled
def _own(
    homes: Homes, in_market: Bools, members: Ints, first: Ints, areas: int, costs: Floats
) -> tuple[Ints, Ints, Floats, Floats, Ints]:
    """The homes in the market of the members of each arrangement, with open places at running cost (`costs` by home and
    need band), and how many they are; the members of arrangement `a` are those from `first[a]` up to `first[a + 1]`."""
    homes = homes.columns
    own, begins = in_groups(homes.authority, (homes.sector == LOCAL_AUTHORITY) & in_market, areas)
    number = np.zeros(len(first) - 1, dtype=np.int64)
    for arrangement in range(len(number)):
        for entry in range(first[arrangement], first[arrangement + 1]):
            number[arrangement] += begins[members[entry] + 1] - begins[members[entry]]
    rows, count = np.empty(number.sum(), dtype=np.int64), 0
    for member in members:
        for position in range(begins[member], begins[member + 1]):
            rows[count] = own[position]
            count += 1
    lots = open_places(rows, costs)
    return (*lots, number)
