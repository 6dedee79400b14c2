"""Capital grants: somebody else pays part of the house and the setting up of new private and voluntary homes."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.market.homes import PRIVATE, SECTORS, VOLUNTARY
from marketsim.market.market import Market
from marketsim.policies.policy import InForce, Policy, Spending, figure
from marketsim.scenario.levers import About
from marketsim.scenario.sections.base import Pounds

LEAST_LEFT = 0.1  # of what a home costs that its owner pays at any rate (assumption, as for private homes)
GIVEN_TO = {"private": (PRIVATE,), "voluntary": (VOLUNTARY,), "both": (PRIVATE, VOLUNTARY)}


class CapitalGrants(Policy):
    """Private homes are planned where the return on what is left to pay is enough; voluntary bodies have so much money
    a year for houses, which goes farther. Every home that opens gets the grant, whether or not it decided the matter.

    A charity that lets a house below the cost of a mortgage is the same: `amount` is what the lower rent is worth.
    """

    name: ClassVar[str] = "capital_grants"
    about: ClassVar[About] = About(
        tried="tried",
        who="government gave 259m for homes (2021) and a match grant for complex needs (2024); a trust bought a house "
        "for Lighthouse, funds lend to new non-profit homes; developers' money is proposed",
        claimed="grants restarted building and let in who has no capital; many homes would open in any case",
        sure="nobody measured what a grant adds: it follows from the return that homes look for, and for voluntary "
        "bodies from the assumption that their own money for houses stays what it is",
        rows=("D11", "A33", "A34", "H1", "Q51", "P44"),
    )
    inert: ClassVar[dict[str, object]] = {"amount": 0.0}
    policy: Literal["capital_grants"] = "capital_grants"
    amount: Pounds = figure(200_000.0, "most that is paid of the house and setting up of a new home")
    given_to: Literal["private", "voluntary", "both"] = figure("both", "the sectors whose homes get it")
    paid_by: Literal["outside", "authority"] = figure(
        "outside", "who pays: government or a charity, or the authority in whose area the home opens"
    )

    def grants_for_homes(self, market: Market, on: InForce) -> Floats | None:
        """The grant by area, which private firms reckon with."""
        if PRIVATE not in GIVEN_TO[self.given_to]:
            return None
        return np.where(on.member, self._grant(market), 0.0)

    def openings(self, market: Market, on: InForce) -> Floats | None:
        """More voluntary homes, as many times as the same own money pays for."""
        if VOLUNTARY not in GIVEN_TO[self.given_to]:
            return None
        cost, factor = self._cost(market), np.ones((len(SECTORS), len(on.member)))
        left = np.maximum(cost - self._grant(market), LEAST_LEFT * cost)
        factor[VOLUNTARY, on.member] = (cost / left)[on.member]
        return factor

    def opened(self, market: Market, on: InForce, homes: Ints, planned: Bools) -> None:
        """Homes that open are owed the grant."""
        area = market.homes.authority[homes]
        given = on.member[area] & np.isin(market.homes.sector[homes], GIVEN_TO[self.given_to])
        on.memory["owed"] = np.bincount(area[given], minlength=len(on.member))

    def spends(self, market: Market, on: InForce) -> Spending | None:
        """It is paid once, in the week in which they open."""
        owed = on.memory.pop("owed", None)
        if owed is None or not owed.any():
            return None
        paid = owed * self._grant(market)
        return Spending(capital=paid, from_outside=paid if self.paid_by == "outside" else None)

    def _cost(self, market: Market) -> Floats:
        """House and setting up of a new home by area, in today's money."""
        house = market.authorities.house_price + market.scenario.providers.setting_up_cost
        return np.asarray(house * market.cost_index)

    def _grant(self, market: Market) -> Floats:
        """What is paid of it."""
        return np.minimum(self.amount * market.cost_index, self._cost(market))
