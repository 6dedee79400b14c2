"""A preferred provider list: named suppliers are asked first, at what they quote."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools
from marketsim.market.children import PLACED
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.market import Market
from marketsim.purchasing.rule import Arrangement, Lots, PurchasingRule, Reach
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Count, Miles, Ratio, figure


class PreferredList(PurchasingRule):
    """The providers who have most of an authority's children are on its list until it is drawn up anew each April."""

    name: ClassVar[str] = "preferred_list"
    about: ClassVar[About] = About(
        tried="tried",
        who="some authorities; being replaced by frameworks to comply with the Procurement Act 2023",
        claimed="known suppliers first; failed where the preferred ones lacked capacity",
        sure="no figures reported; how many are on a list is an assumption",
        rows=("A7", "A44", "C18"),
    )
    rule: Literal["preferred_list"] = "preferred_list"
    providers: Count = figure(10, "providers on a list")
    radius_miles: Miles = figure(40.0, "how far a home may be from the child's home point")
    fee_limit_at_first: Ratio = figure(1.25, "highest fee accepted at first, over what the authority expects to pay")

    def reach(self) -> Reach:
        """As on the spot, but not as far."""
        return Reach(self.radius_miles, self.radius_miles, self.fee_limit_at_first)

    def start(self, market: Market, arrangement: Arrangement) -> None:
        """Draw up the first list."""
        arrangement.on_panel = self._listed(market, arrangement)

    def lots(self, market: Market, arrangement: Arrangement) -> Lots:
        """Open places of the homes of listed providers, at the spot fee."""
        joined = np.zeros(len(market.homes), dtype=np.bool_)
        joined[: len(arrangement.on_panel)] = arrangement.on_panel
        home = np.flatnonzero(joined & market.homes.in_market(market.week))
        return Lots(home, market.quotes[home])

    def review(self, market: Market, arrangement: Arrangement) -> bool:
        """Every April the list is drawn up anew."""
        if not market.ends("financial_year"):
            return False
        arrangement.on_panel = self._listed(market, arrangement)
        return True

    def next_review(self, market: Market, arrangement: Arrangement) -> int:
        """The end of the financial year."""
        return market.calendar.next_end("financial_year", market.week)

    def _listed(self, market: Market, arrangement: Arrangement) -> Bools:
        """Homes of the independent providers who have most of the members' children now, of equals the first."""
        children, homes = market.children, market.homes
        own = (children.state == PLACED) & np.isin(children.authority, arrangement.members)
        home = children.home[own]
        home = home[homes.sector[home] != LOCAL_AUTHORITY]
        with_children = np.bincount(homes.provider[home], minlength=int(homes.provider.max(initial=0)) + 1)
        ranked = np.argsort(-with_children, kind="stable")[: self.providers]
        listed = ranked[with_children[ranked] > 0]
        return np.asarray(np.isin(homes.provider, listed) & (homes.sector != LOCAL_AUTHORITY))
