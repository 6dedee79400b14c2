"""Open-book commissioning: documented cost is repaid, with a management fee; no partnership is built around it."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats
from marketsim.market.market import Market
from marketsim.purchasing import contracts
from marketsim.purchasing.at_cost import AtCost
from marketsim.purchasing.rule import Arrangement, Dues
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Count, PoundsPerWeek, Share, figure


class OpenBook(AtCost):
    """A few homes nearby are paid their cost; a management fee for each place is what the provider earns."""

    name: ClassVar[str] = "open_book"
    about: ClassVar[About] = About(
        tried="tried",
        who="Liverpool with Barnardo's: two homes, cost repaid and a management fee (DfE/Mutual Ventures 2024)",
        claimed="bespoke, transparent, less driven by profit",
        sure="two homes, no figures; the management fee is an assumption",
        rows=("A29",),
    )
    rule: Literal["open_book"] = "open_book"
    opens_homes: Count = figure(2, "homes that open because of it", "measured", "Liverpool (DfE/Mutual Ventures 2024)")
    surplus: Share = figure(0.0, "surplus over running cost beside the management fee")
    management_fee: PoundsPerWeek = figure(250.0, "management fee for each place held")

    def owes(self, market: Market, arrangement: Arrangement) -> Dues:
        """The management fee, to the homes."""
        return Dues(homes=self._fee(market, arrangement))

    def _fee(self, market: Market, arrangement: Arrangement) -> Floats:
        rows, holdings = contracts.running_rows(market, arrangement), market.holdings
        pounds = holdings.places[rows] * self.management_fee * market.cost_index
        return np.asarray(np.bincount(holdings.home[rows], pounds, minlength=len(market.homes)), dtype=np.float64)
