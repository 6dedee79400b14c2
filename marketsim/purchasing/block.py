"""A hard block: the authority pays for places, filled or not, for a term."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.market.market import Market
from marketsim.purchasing import contracts
from marketsim.purchasing.rule import Arrangement, Lots, Together
from marketsim.scenario.schema import ShareByNeed
from marketsim.scenario.sections.base import Count, PoundsPerWeek, Share, Weeks, figure, lever


class Block(contracts.HeldPlaces):
    """N places for a term at a fixed fee, paid when empty; the provider may still refuse a mismatch."""

    name: ClassVar[str] = "block"
    rule: Literal["block"] = "block"
    places: Count | None = lever(None, "places held per buyer; not given: `share_of_children`")
    share_of_children: Share = figure(
        0.03,
        "places per child in homes at the start",
        "measured",
        "3% of placements under block (targets)",
        only_if={"places": None},
    )
    term_weeks: Weeks = figure(
        156, "length of the contract", "measured", "three one-year terms; DfE/Mutual Ventures 2024"
    )
    fee: PoundsPerWeek | None = lever(None, "weekly fee per place; not given: what spot would bring the provider")
    expected_fill: Share = figure(
        0.9,
        "fill that both sides expect when they agree the fee",
        "estimated",
        "89% in Middlesbrough, 2022 (DfE/Mutual Ventures 2024)",
        only_if={"fee": None},
    )
    certainty_value: Share = figure(
        0.02, "share of the spot fee that a provider gives up for a certain income", only_if={"fee": None}
    )
    accepts: ShareByNeed = figure(
        ShareByNeed(standard=0.6, complex=0.3, severe=0.05),
        "least chance that a block place takes a child, by need band; refusing the rest makes the authority pay twice",
    )
    places_per_home: Count = figure(3, "most places held in one home")
    runs_at_start: bool = figure(False, "true: the contract runs in week 0 and its places are those of children placed")

    def start(self, market: Market, arrangement: Arrangement) -> None:
        """Let the contract for the first term."""
        wanted = contracts.places_wanted(market, arrangement, self.share_of_children, self.places)
        if self.runs_at_start:
            wanted -= contracts.hold_occupied_places(market, arrangement, wanted, self._fees(market, arrangement), 1.0)
        self._let(market, arrangement, wanted)

    def change(self, market: Market, arrangement: Arrangement) -> None:
        """Members or terms have changed: places that are missing now are let on top."""
        wanted = contracts.places_wanted(market, arrangement, self.share_of_children, self.places)
        self._let(market, arrangement, wanted - contracts.places_held(market, arrangement))

    def take_on(self, market: Market, arrangement: Arrangement, homes: Ints) -> None:
        """All places of a home that it opened are held from the first day, on top of the others."""
        fees = self._fees(market, arrangement)
        contracts.take_on(market, arrangement, homes, fees, 1.0)

    def lots_of_all(self, market: Market, together: Together) -> Lots:
        """The block's places."""
        return contracts.held_lots(market, together, self.accepts.array())

    def review(self, market: Market, arrangement: Arrangement) -> bool:
        """At the end of the term the contract is renewed at today's fee, and places lost to closures are let anew."""
        if market.week < arrangement.ends_week:
            return False
        wanted = contracts.places_wanted(market, arrangement, self.share_of_children, self.places)
        held = contracts.places_held(market, arrangement)
        if held > 0:
            contracts.renew(market, arrangement, self._fees(market, arrangement), retainer=1.0)
        self._let(market, arrangement, wanted - held)
        return True

    def next_review(self, market: Market, arrangement: Arrangement) -> int:
        """The end of the term."""
        return arrangement.ends_week

    def _let(self, market: Market, arrangement: Arrangement, wanted: int) -> None:
        arrangement.ends_week = market.week + max(self.term_weeks, 1)
        if wanted > 0:
            fees = self._fees(market, arrangement)
            contracts.hold_free_places(
                market, arrangement, wanted, self.places_per_home, fees, self.radius_miles, retainer=1.0
            )

    def _fees(self, market: Market, arrangement: Arrangement) -> Floats:
        """By home the fee that is agreed today; a stated one is raised like those agreed before."""
        if self.fee is not None:
            return np.full(len(market.homes), self.fee * arrangement.raised)
        return contracts.contract_fee(market, self.expected_fill, 1.0, self.certainty_value)
