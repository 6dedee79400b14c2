"""A soft block: a retainer holds places across several providers; the full fee is due once a place is filled."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Ints
from marketsim.market.market import Market
from marketsim.purchasing import contracts
from marketsim.purchasing.rule import Arrangement, Lots, Together
from marketsim.scenario.schema import ShareByNeed
from marketsim.scenario.sections.base import Count, Ratio, Share, figure, lever


class SoftBlock(contracts.HeldPlaces):
    """Places held for a share of the fee; their number follows use every quarter."""

    name: ClassVar[str] = "soft_block"
    rule: Literal["soft_block"] = "soft_block"
    places: Count | None = lever(None, "places held per buyer at the start; not given: `share_of_children`")
    share_of_children: Share = figure(0.1, "places per child in homes at the start", only_if={"places": None})
    retainer: Share = figure(0.4, "share of the fee owed for a held place while it stands empty")
    expected_fill: Share = figure(0.85, "fill that both sides expect when they agree the fee")
    certainty_value: Share = figure(0.02, "share of the spot fee that a provider gives up for a certain income")
    accepts: ShareByNeed = figure(
        ShareByNeed(standard=0.5, complex=0.2, severe=0.03),
        "least chance that a held place takes a child, by need band",
    )
    places_per_home: Count = figure(1, "most places held in one home, so that several providers take part")
    grow_above: Share = figure(0.9, "fill in the quarter above which a tenth more places are held")
    growth_limit: Ratio = figure(1.5, "most places held, over those of the start")
    shrink_below: Share = figure(0.6, "fill in the quarter below which a tenth of the places is given back")

    def start(self, market: Market, arrangement: Arrangement) -> None:
        """Hold the first places."""
        self._hold(market, arrangement, self._places_at_start(market, arrangement))

    def change(self, market: Market, arrangement: Arrangement) -> None:
        """Members or terms have changed: places that are missing now are held on top."""
        held = contracts.places_held(market, arrangement)
        self._hold(market, arrangement, self._places_at_start(market, arrangement) - held)

    def take_on(self, market: Market, arrangement: Arrangement, homes: Ints) -> None:
        """All places of a home that it opened are held from the first day, on top of the others."""
        fees = contracts.contract_fee(market, self.expected_fill, self.retainer, self.certainty_value)
        contracts.take_on(market, arrangement, homes, fees, self.retainer)

    def lots_of_all(self, market: Market, together: Together) -> Lots:
        """The held places."""
        return contracts.held_lots(market, together, self.accepts.array())

    def review(self, market: Market, arrangement: Arrangement) -> bool:
        """Every quarter the number of places follows their use, a tenth at a time."""
        if not market.ends("month"):
            return False
        rows = arrangement.holdings_of(market)
        places, used = int(market.holdings.places[rows].sum()), int(market.holdings.used[rows].sum())
        arrangement.fill_seen += used / places if places else 1.0
        arrangement.times_seen += 1
        if not market.ends("quarter"):
            return False
        fill = arrangement.fill_seen / arrangement.times_seen
        arrangement.fill_seen, arrangement.times_seen = 0.0, 0
        step = max(int(np.ceil(places / 10)), 1)
        if fill > self.grow_above:
            most = int(self.growth_limit * self._places_at_start(market, arrangement))
            self._hold(market, arrangement, min(step, most - places))
        elif fill < self.shrink_below:
            self._give_back(market, arrangement, step)
        return True

    def next_review(self, market: Market, arrangement: Arrangement) -> int:
        """The end of the month, of which three make the quarter."""
        return market.calendar.next_end("month", market.week)

    def _places_at_start(self, market: Market, arrangement: Arrangement) -> int:
        return contracts.places_wanted(market, arrangement, self.share_of_children, self.places)

    def _hold(self, market: Market, arrangement: Arrangement, wanted: int) -> None:
        fees = contracts.contract_fee(market, self.expected_fill, self.retainer, self.certainty_value)
        contracts.hold_free_places(
            market, arrangement, wanted, self.places_per_home, fees, self.radius_miles, self.retainer
        )

    def _give_back(self, market: Market, arrangement: Arrangement, places: int) -> None:
        """Give back empty places, dearest first."""
        rows = arrangement.holdings_of(market)
        dearest = rows[np.lexsort((rows, -market.holdings.fee[rows]))]
        for row in dearest:
            given = min(places, int(market.holdings.empty()[row]))
            market.holdings.places[row] -= given
            places -= given
