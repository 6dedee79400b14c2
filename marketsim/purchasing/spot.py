"""Spot purchase: terms settled for one placement, with any provider."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.market import Market
from marketsim.purchasing.rule import Arrangement, Lots, PurchasingRule, Reach, Scope
from marketsim.scenario.sections.base import Miles, figure


class Spot(PurchasingRule):
    """Any home may be asked at the fee it quotes; urgent commissioners search farther and accept more."""

    name: ClassVar[str] = "spot"
    rule: Literal["spot"] = "spot"
    radius_miles_at_first: Miles = figure(60.0, "search radius when the child is not urgent")
    radius_miles_at_deadline: Miles = figure(350.0, "search radius at the deadline: all of England")
    fee_limit_at_first: float = Field(
        default=1.25,
        ge=0,
        le=10,
        description="highest fee accepted at first, over what the authority expects to pay for that need; at the "
        "deadline it is the cost of the last resort",
        json_schema_extra={"unit": "ratio", "status": "assumption", "source": "assumption"},
    )

    def scope(self) -> Scope:
        """One market for all."""
        return "england"

    def reach(self) -> Reach:
        """Radius and acceptable fee widen with urgency."""
        return Reach(
            miles_at_first=self.radius_miles_at_first,
            miles_at_last=self.radius_miles_at_deadline,
            fee_limit_at_first=self.fee_limit_at_first,
        )

    def lots(self, market: Market, arrangement: Arrangement) -> Lots:
        """Open places of all homes at the spot fee, but not those that authorities keep for themselves."""
        homes = market.homes
        kept = (homes.sector == LOCAL_AUTHORITY) & market.authorities.keeps_vacancies[homes.authority]
        home = np.flatnonzero(homes.in_market(market.week) & ~kept)
        return Lots(home, market.quotes[home])
