"""A cost-plus partnership: homes are built for it, the provider is paid cost and a surplus for ten years."""

from __future__ import annotations

from typing import ClassVar, Literal

from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.market import Market
from marketsim.purchasing import contracts
from marketsim.purchasing.at_cost import AtCost
from marketsim.purchasing.rule import Arrangement, Dues
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Count, Pounds, PoundsPerYear, Share, figure

SOMERSET = "Somerset with Shaw Trust/Homes2Inspire (CCN/IMPOWER 2024, DfE/Mutual Ventures 2024)"


class CostPlus(AtCost):
    """Members buy the houses, pay for setting up and running at cost and a surplus, and health pays a part; whoever is
    sent is taken."""

    name: ClassVar[str] = "cost_plus"
    about: ClassVar[About] = About(
        tried="tried",
        who="Somerset, Shaw Trust/Homes2Inspire, an NHS trust, ten years from 2021: 1m to set up, ten homes for about "
        "30 children (five or six open after three years), NHS 16.2m over ten years; 2m avoided in year one",
        claimed="no refusals in four years, children stabilised, cost avoided; a high outlay, beyond some authorities",
        sure="one case, self-reported; surplus is an assumption, the ramp is Somerset's",
        rows=("A28", "A39", "A41", "B24", "P36", "P37", "S26", "Q54"),
    )
    rule: Literal["cost_plus"] = "cost_plus"
    opens_homes: Count = figure(10, "homes that open because of the contract", "measured", SOMERSET)
    opens_a_year: Count = figure(3, "most of them that are planned in a year")
    houses_paid: Share = figure(1.0, "share of house and setting up that members pay", "measured", SOMERSET)
    may_refuse: bool = figure(
        False, "false: who is sent must be taken (no refusals in four years)", "measured", SOMERSET
    )
    mobilisation: Pounds = figure(1_000_000.0, "paid in the first year for getting ready", "measured", SOMERSET)
    health_per_year: PoundsPerYear = figure(
        1_620_000.0, "what health pays a year once all homes are open (16.2m over ten years)", "measured", SOMERSET
    )

    def owes(self, market: Market, arrangement: Arrangement) -> Dues:
        """Mobilisation in the first year; health pays for the homes that are open."""
        first_year = market.week - arrangement.began_week < WEEKS_PER_YEAR
        rows = contracts.running_rows(market, arrangement)
        opened = min(len(rows) / max(self.opens_homes, 1), 1.0)
        health = opened * self.health_per_year / WEEKS_PER_YEAR * market.cost_index
        fees = float(market.holdings.fee[rows] @ market.holdings.places[rows])
        mobilised = self.mobilisation / WEEKS_PER_YEAR * market.cost_index if first_year else 0.0
        return Dues(office=mobilised, from_outside=min(health, fees))
