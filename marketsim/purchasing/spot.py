"""Spot purchase: terms settled for one placement, with any provider."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.compiling import compiled
from marketsim.core.units import Miles, figure
from marketsim.market.homes import LOCAL_AUTHORITY, Homes
from marketsim.purchasing.arrangement import Arrangement, Lots, Market, open_places
from marketsim.purchasing.rule import PurchasingRule, Reach, Scope


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
        homes, keeps = market.homes, market.authorities.keeps_vacancies
        offered = _offered(homes.table, homes.in_market(market.week), keeps, market.quotes)
        return Lots(*offered, np.zeros(3))


@compiled
def _offered(homes: Homes, in_market: Bools, keeps: Bools, quotes: Floats) -> tuple[Ints, Ints, Floats, Floats]:
    """The open places of all homes in the market, but not those of authorities that keep theirs, at the spot fee."""
    homes = homes.columns
    rows, count = np.empty(len(in_market), dtype=np.int64), 0
    for home in range(len(in_market)):
        rows[count] = home
        count += in_market[home] and not (homes.sector[home] == LOCAL_AUTHORITY and keeps[homes.authority[home]])
    return open_places(rows[:count].copy(), quotes)
