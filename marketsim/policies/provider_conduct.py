"""What one private provider decides for its own homes: what they ask, whom they take, where they offer, what opens."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools, Floats
from marketsim.market.children import BANDS
from marketsim.market.homes import PRIVATE
from marketsim.market.market import Market
from marketsim.market.ownership import no_such_rank, private
from marketsim.policies.policy import InForce, NewHomes, Policy, lever
from marketsim.scenario.levers import About, Lever
from marketsim.scenario.sections.base import Band, FewHomes, HalfToTwice, Places, Rank


class ProviderConduct(Policy):
    """Homes of one provider ask more or less, answer for some children only, stay off frameworks; it plans homes.

    It holds for the provider's homes in the areas named, whoever buys there; the provider is the same whatever it buys,
    sells or closes.
    """

    name: ClassVar[str] = "provider_conduct"
    about: ClassVar[About] = About(
        tried="happens",
        who="every provider decides this: 35 groups of ten homes and more had 47% of private and voluntary homes "
        "(August 2019); 39% of local providers signed Surrey's framework (MacAlister 2022)",
        claimed="large groups charge and earn more, shortage lets providers choose, complex children are refused "
        "although places stand empty; no claim of what one provider moves",
        sure="what one provider decides is whatever the scenario says, not an estimate of what one would do; what the "
        "others and the buyers make of it comes out",
        rows=("S8", "S31", "Q11", "Q60", "Q62"),
    )
    inert: ClassVar[dict[str, object]] = {"asks": 1.0, "takes": [], "off_frameworks": False, "opens": 0}
    policy: Literal["provider_conduct"] = "provider_conduct"
    provider_rank: Rank = lever(1, "which private provider: 1 is the one with most homes in week 0")
    asks: HalfToTwice = lever(1.0, "what its homes ask on the spot, over what they would ask otherwise")
    takes: list[Band] = lever([], "need bands of the children for whom its homes answer referrals; none named: all")
    off_frameworks: bool = lever(False, "true: its homes are on no framework")
    opens: FewHomes = lever(0, "homes that it has planned since this began, in all")
    opens_in: str | None = lever(
        None, "name or ONS code of the authority in whose area they open; not given: where it has most homes",
        off_if={"opens": 0},
    )  # fmt: skip
    opens_places: Places = lever(4, "places in each of them", off_if={"opens": 0})

    def impossible(self, market: Market) -> str:
        """There is no provider of this rank, or no authority of this name."""
        if words := no_such_rank(market, self.provider_rank):
            return f"provider_rank: {words}"
        areas = market.authorities
        known = self.opens_in is None or self.opens_in in (*areas.name, *areas.code)
        return "" if known else f"opens_in: there is no authority {self.opens_in!r}"

    def contradicts(self, other: Lever) -> str:
        """Two policies of one provider."""
        same = isinstance(other, ProviderConduct) and other.provider_rank == self.provider_rank
        return f"both say what the private provider of rank {self.provider_rank} decides" if same else ""

    def asking_factor(self, market: Market, on: InForce) -> Floats | None:
        """Its homes ask so much more."""
        return None if self.asks == 1 else np.where(self._own(market, on), self.asks, 1.0)

    def answers(self, market: Market, on: InForce) -> Bools | None:
        """Its homes answer for the bands named."""
        if not self.takes:
            return None
        return ~self._own(market, on)[:, None] | np.isin(BANDS, self.takes)

    def off_panels(self, market: Market, on: InForce) -> Bools | None:
        """Its homes, if it stays off."""
        return self._own(market, on) if self.off_frameworks else None

    def homes_wanted(self, market: Market, on: InForce) -> NewHomes | None:
        """What is missing to all that it has planned since this began; who has no homes left plans none."""
        missing, own = self.opens - on.homes_planned, self._own(market, on)
        if missing <= 0 or not own.any():
            return None
        area = np.full(missing, self._area(market, own))
        return NewHomes(area, PRIVATE, self.opens_places, provider=self._provider(market))

    def _own(self, market: Market, on: InForce) -> Bools:
        """By home: True for those of the provider in the areas named."""
        homes = market.homes
        own = private(market) & (homes.provider == self._provider(market)) & on.member[homes.authority]
        return np.asarray(own)

    def _provider(self, market: Market) -> int:
        return int(market.ranked_providers[self.provider_rank - 1])

    def _area(self, market: Market, own: Bools) -> int:
        """The row of the authority in whose area homes open; of equals the first."""
        areas = market.authorities
        if self.opens_in is None:
            return int(np.bincount(market.homes.authority[own]).argmax())
        return list(areas.name if self.opens_in in areas.name else areas.code).index(self.opens_in)
