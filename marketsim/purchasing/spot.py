"""Spot purchase: terms settled for one placement, with any provider."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from marketsim.core.columns import Floats
from marketsim.core.streams import uniform
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.inflation import Uplift
from marketsim.market.market import Market
from marketsim.purchasing.rule import Arrangement, Lots, Reach, Scope
from marketsim.purchasing.uplifts import Uplifted
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Miles, Share, figure

POLICY_SEED = 0  # which authorities do is the same in every replicate


class Spot(Uplifted):
    """Any home may be asked at the fee it quotes; urgent commissioners search farther and accept more."""

    name: ClassVar[str] = "spot"
    about: ClassVar[About] = About(
        tried="tried",
        who="all England: 55% of home placements (CHA 2023)",
        claimed="dearer than buying ahead, no priority for local children; only meant for unplanned need",
        sure="fees, distances and refusals come out; calibrated to England's figures",
        rows=("A1", "B8", "B9", "B10", "B11", "B27"),
    )
    rule: Literal["spot"] = "spot"
    radius_miles_at_first: Miles = figure(60.0, "search radius when the child is not urgent")
    radius_miles_at_deadline: Miles = figure(
        360.0, "search radius at the deadline: all of England", "estimated", "from Northumberland to Cornwall"
    )
    fee_limit_at_first: float = Field(
        default=1.25,
        ge=0,
        le=10,
        description="highest fee accepted at first, over what the authority expects to pay for that need; at the "
        "deadline it is the cost of the last resort",
        json_schema_extra={"unit": "ratio", "status": "assumption", "source": "assumption"},
    )

    uplift: Uplift = figure("cpi", "how the fee of who lives there is raised every April, where it is")
    uplift_given: Share = figure(
        0.6,
        "share of authorities that raise fees at all",
        "estimated",
        "almost three in four gave none in 2018/19 (Hazlewoods); many have since",
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
        return Lots(home, market.quotes[home] * self.at_outset(market, self.usual_stay_weeks))

    def uplift_within_stays(self, market: Market, arrangement: Arrangement) -> Floats:
        """Some authorities raise the fees of running placements, the same ones in every replicate; others don't."""
        luck = uniform(POLICY_SEED, "raises fees within stays", market.authorities.key)
        return np.where(luck < self.uplift_given, self.yearly_rise(market), 0.0)
