"""A soft block: a retainer holds places across several providers; the full fee is due once a place is filled."""

from __future__ import annotations

from typing import ClassVar, Literal

from marketsim.core.columns import Floats
from marketsim.market.market import Market
from marketsim.purchasing import contracts
from marketsim.purchasing.held_places import HeldPlaces
from marketsim.purchasing.rule import Arrangement
from marketsim.scenario.levers import About
from marketsim.scenario.schema import ShareByNeed
from marketsim.scenario.sections.base import Count, Ratio, Share, figure, lever


class SoftBlock(HeldPlaces):
    """Places held for a share of the fee; their number follows use every quarter."""

    name: ClassVar[str] = "soft_block"
    about: ClassVar[About] = About(
        "explored", "Birmingham exploring (Rome 2020); NAFP 2018 for fostering; shared by a consortium: only proposed",
        "better outcomes, lower prices, stable income", "no measured case anywhere; the retainer is an assumption",
        ("A26", "A27"),
    )  # fmt: skip
    rule: Literal["soft_block"] = "soft_block"
    places: Count | None = lever(None, "places held per buyer at the start; not given: `share_of_children`")
    forecast_error: Ratio = lever(
        0.0, "error of each member's forecast of its children over the luck of their number, 1/sqrt(children)",
        only_if={"places": None},
    )  # fmt: skip
    share_of_children: Share = figure(0.1, "places per child in homes at the start", only_if={"places": None})
    retainer: Share = figure(0.4, "share of the fee owed for a held place while it stands empty")
    expected_fill: Share = figure(0.85, "fill that both sides expect when they agree the fee")
    certainty_value: Share = figure(0.02, "share of the spot fee that a provider gives up for a certain income")
    accepts: ShareByNeed = figure(
        ShareByNeed(standard=0.5, complex=0.2, severe=0.03),
        "least chance that a held place takes a child, by need band",
        only_if={"may_refuse": True},
    )
    places_per_home: Count = figure(1, "most places held in one home, so that several providers take part")
    grow_above: Share | None = figure(0.9, "fill in a quarter above which a tenth more places are held; none: never")
    shrink_below: Share | None = figure(0.6, "fill in a quarter below which a tenth is given back; none: never")

    def least_taken(self) -> ShareByNeed:
        """As the scenario says."""
        return self.accepts

    def owed_empty(self) -> float:
        """The retainer."""
        return self.retainer

    def fees(self, market: Market, arrangement: Arrangement) -> Floats:
        """By home the fee at which a held place is worth what spot would bring."""
        return self.agreed_fees(market, self.expected_fill, self.certainty_value)

    def start(self, market: Market, arrangement: Arrangement) -> None:
        """Hold the first places."""
        self.begin(market, arrangement)
        self.change(market, arrangement)

    def change(self, market: Market, arrangement: Arrangement) -> None:
        """Members or terms have changed: places that are missing now are held on top, those too many given back."""
        missing = self.agree(market, arrangement, self._at_start(market, arrangement))
        self.let(market, arrangement, missing, self.places_per_home)

    def review(self, market: Market, arrangement: Arrangement) -> bool:
        """Every quarter the number of places follows their use."""
        return self.review_shared(market, arrangement, self._at_start(market, arrangement), self.places_per_home)

    def _at_start(self, market: Market, arrangement: Arrangement) -> int:
        return contracts.places_wanted(market, arrangement, self.share_of_children, self.places, self.forecast_error)
