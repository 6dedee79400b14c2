"""A regional care cooperative: authorities that buy as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.children import BANDS
from marketsim.market.market import Market
from marketsim.purchasing import shares
from marketsim.purchasing.rule import Arrangement, Dues, Members, PurchasingRule
from marketsim.scenario.levers import About
from marketsim.scenario.schema import Band, Section
from marketsim.scenario.sections.base import Pounds, Share, figure, lever
from marketsim.scenario.tiers import Order


class Bypass(Section):
    """Chance, each week, that a member searches on its own although the cooperative would search for it."""

    not_urgent: Share = figure(0.02, "for a child who is not urgent")
    urgent: Share = figure(0.25, "for a child at the deadline")


class Cooperative(PurchasingRule):
    """Members' referrals are pooled: they do not bid against each other and share the arrangements in `order`.

    Every arrangement in `order` is made once for all members: own homes of any member for children of any member, a
    framework, block or soft block of the cooperative. What it doesn't place in a week is searched for by each member
    alone, along the rest of the member's order.
    """

    name: ClassVar[str] = "cooperative"
    about: ClassVar[About] = About(
        tried="explored",
        who="pathfinders Greater Manchester and South East, funded 2024, live 2025; West Midlands hub since 2020 (14 "
        "authorities, three staff), Placements North West (7 of 22 took part in homes)",
        claimed="one customer, pooled places, better forecasts; or: little gained where buyers come from all England, "
        "slow, bypassed, members disagree",
        sure="no result yet; running cost and bypass are assumptions",
        rows=("C1", "C2", "C5", "C6", "C8", "C11", "C12", "C14", "C15", "C23", "C24", "Q44", "Q45", "Q46", "Q48"),
    )
    terms: ClassVar[dict[str, About]] = {
        "mandate": About(
            "proposed", "pool only rare, high-need placements first (DfE/Mutual Ventures 2024)",
            "builds trust where full pooling failed", "never tried", ("C3",),
        )
    }  # fmt: skip
    rule: Literal["cooperative"] = "cooperative"
    members: Members = Members()
    order: Order = Field(
        description="arrangements that the cooperative tries in turn for all its members; those of a list within it "
        "side by side"
    )
    running_cost_per_year: Pounds = figure(1_000_000.0, "running cost of one cooperative a year, shared by its members")
    cost_sharing: Literal["by_use", "by_population", "equal"] = figure(
        "by_use", "how members share running cost and empty places: by children placed, by children living there, equal"
    )
    bypass: Bypass = Bypass()
    mandate: list[Band] = lever([], "need bands of the children whom it is for; none named: all")

    def for_children(self, market: Market, rows: Ints) -> Bools | None:
        """Those of its mandate."""
        bands = [BANDS.index(band) for band in self.mandate]
        return np.isin(market.children.band[rows], bands) if bands else None

    def inside(self) -> Order:
        """Members buy through what is in `order`."""
        return self.order

    def membership(self) -> tuple[list[str], list[str]]:
        """Nobody can be in two cooperatives."""
        return self.members.authorities, self.members.regions

    def bypass_chance(self, urgency: Floats) -> Floats:
        """Chance that a member goes round the cooperative for a child of the given urgency (0-1)."""
        return np.asarray(self.bypass.not_urgent + (self.bypass.urgent - self.bypass.not_urgent) * urgency)

    def joined_by(self) -> Members:
        """The members, as the scenario says."""
        return self.members

    def owes(self, market: Market, arrangement: Arrangement) -> Dues:
        """The running cost of the office, in today's money."""
        return Dues(office=self.running_cost_per_year / WEEKS_PER_YEAR * market.cost_index)

    def start(self, market: Market, arrangement: Arrangement) -> None:
        """Shares of cost: by use starts from the children whom members have in homes."""
        self._share_cost(market, arrangement, shares.share_by_children)

    def review(self, market: Market, arrangement: Arrangement) -> bool:
        """Every year shares by use follow the children placed."""
        if market.ends("financial_year"):
            self._share_cost(market, arrangement, shares.share_by_use)
        return False

    def next_review(self, market: Market, arrangement: Arrangement) -> int:
        """The end of the financial year."""
        return market.calendar.next_end("financial_year", market.week)

    def _share_cost(
        self, market: Market, arrangement: Arrangement, by_use: Callable[[Market, Arrangement], None]
    ) -> None:  # fmt: skip
        if self.cost_sharing == "by_use":
            by_use(market, arrangement)
            return
        population = market.authorities.population[arrangement.members]
        shares.share_by(arrangement, population if self.cost_sharing == "by_population" else np.ones(len(population)))
