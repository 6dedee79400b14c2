"""Help for new voluntary and social organisations that want to open a home and lack the money to start."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.streams import uniform
from marketsim.market.homes import SECTORS, VOLUNTARY
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, NewHomes, Policy, Spending, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import PerYear, Pounds, Ratio

QUARTERS_PER_YEAR = 4


class Entrants(Policy):
    """Voluntary bodies that are held back by the cost of starting open homes so far as help covers it: those that run
    homes in the area, and newcomers in any member's area. Every voluntary home that opens there gets the help."""

    name: ClassVar[str] = "entrants"
    about: ClassVar[About] = About(
        tried="tried",
        who="Juno, a community interest company (first home 2021), mutuals; proposed in four reports; voluntary "
        "homes are 5%, 10% more than five years before (March 2024)",
        claimed="diversity, local supply, no profit; but they stay few, since tenders and rules favour groups",
        sure="how many would start but for the cost is assumed; what they charge and whom they take comes out",
        rows=("D29", "D30", "S7", "A34"),
    )
    inert: ClassVar[dict[str, object]] = {"help_per_home": 0.0}
    policy: Literal["entrants"] = "entrants"
    help_per_home: Pounds = figure(100_000.0, "start-up help for each voluntary home that opens")
    held_back: Ratio = figure(
        0.5, "homes that voluntary bodies don't open for the cost of starting, over those that they do (ratio)"
    )
    newcomers_per_year: PerYear = figure(
        0.05, "new organisations a year in each authority that would open a home, were it not for that cost"
    )
    paid_by: Literal["outside", "authority"] = figure(
        "authority", "who pays: the authority in whose area the home opens, or government and charities"
    )

    def openings(self, market: Market, on: InForce) -> Floats:
        """Of those held back the share whose cost is covered."""
        factor = np.ones((len(SECTORS), len(on.member)))
        factor[VOLUNTARY, on.member] = 1 + self.held_back * self._covered(market)
        return factor

    def homes_wanted(self, market: Market, on: InForce) -> NewHomes | None:
        """Newcomers plan homes in the last week of a quarter, as all do, by luck of the authority."""
        if not market.ends("quarter") or not on.member.any() or self.help_per_home == 0:
            return None
        luck = uniform(market.seed, "a newcomer opens a home", market.authorities.key, on.key, market.week)
        expected = self.newcomers_per_year / QUARTERS_PER_YEAR * self._covered(market)
        number = np.floor(expected + luck).astype(np.int64) * on.member
        return NewHomes(np.repeat(np.arange(len(number)), number), VOLUNTARY) if number.any() else None

    def opened(self, market: Market, on: InForce, homes: Ints, planned: Bools) -> None:
        """Voluntary homes that open are owed the help."""
        area = market.homes.authority[homes]
        given = on.member[area] & (market.homes.sector[homes] == VOLUNTARY)
        on.memory["owed"] = np.bincount(area[given], minlength=len(on.member))

    def spends(self, market: Market, on: InForce) -> Spending | None:
        """It is paid once, in the week in which they open."""
        owed = on.memory.pop("owed", None)
        if owed is None or not owed.any():
            return None
        paid = owed * self.help_per_home * market.cost_index
        return Spending(running=paid, from_outside=paid if self.paid_by == "outside" else None)

    def _covered(self, market: Market) -> float:
        """Share of the cost of starting that the help covers."""
        return min(self.help_per_home / max(market.scenario.providers.setting_up_cost, 1.0), 1.0)
