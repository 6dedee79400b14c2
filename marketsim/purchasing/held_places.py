"""Contracts that hold places: what may be agreed in all of them, whatever is paid and for how long."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.market.children import BANDS
from marketsim.market.fit import COMPLEX_NEEDS, MENTAL_HEALTH
from marketsim.market.homes import PRIVATE, NewHomes
from marketsim.market.market import Market
from marketsim.purchasing import contracts, shares
from marketsim.purchasing.known_terms import TERMS
from marketsim.purchasing.rule import Arrangement, Lots, Reach, Scope, Together
from marketsim.purchasing.uplifts import Uplifted
from marketsim.scenario.levers import About
from marketsim.scenario.schema import Band, ShareByNeed
from marketsim.scenario.sections.base import Count, Miles, Places, Ratio, Share, figure, lever

QUARTERS_PER_YEAR = 4
Purpose: TypeAlias = Literal["usual", "complex", "mental_health", "complex_and_mental_health"]
TAKES: dict[str, int] = {
    "usual": 0,
    "complex": COMPLEX_NEEDS,
    "mental_health": MENTAL_HEALTH,
    "complex_and_mental_health": COMPLEX_NEEDS + MENTAL_HEALTH,
}


class HeldPlaces(Uplifted):
    """A contract that holds places near its buyers at an agreed fee. It may be shared, be for some children only, grow
    and shrink with use, oblige the provider, sell on what stands empty, and open homes."""

    terms: ClassVar[dict[str, About]] = TERMS
    radius_miles: Miles = figure(20.0, "how far a home may be from the buyer's centres, and a child from it")
    one_per: Scope = lever("authority", "who shares a contract: each `authority`, each `region`, or `england`")
    opens_homes: Count = lever(0, "homes that providers open because of the contract, whose places are all held")
    opens_a_year: Count = lever(0, "most of them that are planned in a year (0: all at once)")
    new_home_places: Places | None = lever(None, "places of such a home; not given: as usual")
    houses_paid: Share = lever(0.0, "share of house and setting up that members pay when such homes are planned")
    for_needs: list[Band] = lever([], "need bands of the children whom it is for; none named: all")
    purpose: Purpose = lever("usual", "what homes must say that they take; homes that it opens do")
    may_refuse: bool = lever(True, "false: who is sent must be taken, at a fee that covers the risk")
    may_end: bool = lever(True, "false: the provider may not end stays, at a fee that covers the risk")
    ended_by_provider: Share = figure(
        0.5, "share of breakdowns that are the provider's doing, which then don't happen", only_if={"may_end": False}
    )
    sells_empty: bool = lever(False, "true: others may have places that stand empty (through the rule `neighbours`)")
    grow_above: Share | None = lever(None, "fill in a quarter above which a tenth more places are held; none: never")
    growth_limit: Ratio = figure(1.5, "most places held, over those of the start", off_if={"grow_above": None})
    shrink_below: Share | None = lever(None, "fill in a quarter below which a tenth is given back; none: never")

    def scope(self) -> Scope:
        """As the scenario says."""
        return self.one_per

    def reach(self) -> Reach:
        """The same radius at any urgency; the fee is agreed."""
        return Reach(miles_at_first=self.radius_miles, miles_at_last=self.radius_miles)

    def for_children(self, market: Market, rows: Ints) -> Bools | None:
        """Those of the need bands named."""
        return np.isin(market.children.band[rows], self._bands()) if self.for_needs else None

    def uplift_of_held(self, market: Market, arrangement: Arrangement) -> float:
        """As agreed, once a year."""
        return 0.0 if arrangement.frozen else self.yearly_rise(market)

    def homes_wanted(self, market: Market, arrangement: Arrangement) -> NewHomes:
        """Those that it opens by now and are not planned yet, in the members' areas."""
        missing = max(self._homes_by_now(market, arrangement) - arrangement.homes_planned, 0)
        takes = TAKES[self.purpose] or None
        return NewHomes(
            contracts.sites(market, arrangement, missing), self.sector_of_new_homes(), self.new_home_places, takes,
            self.houses_paid,
        )  # fmt: skip

    def take_on(self, market: Market, arrangement: Arrangement, homes: Ints) -> None:
        """All places of a home that it opened are held from the first day, on top of the others."""
        places = market.homes.places[homes]
        contracts.hold(market, arrangement, homes, places, self.fees(market, arrangement), self.owed_empty(),
                       self.sells_empty, self.spared())  # fmt: skip
        arrangement.places_created += int(places.sum())

    def lots_of_all(self, market: Market, together: Together) -> Lots:
        """The held places."""
        return contracts.held_lots(market, together, self.takes_at_least().array())

    def next_review(self, market: Market, arrangement: Arrangement) -> int:
        """The next week while places are to be given back, the end of the month while use is watched, or of the quarter
        while something else is due."""
        if arrangement.to_give_back:
            return market.week + 1
        if self._follows_use():
            return market.calendar.next_end("month", market.week)
        return market.calendar.next_end("quarter", market.week)

    # What each kind of contract says for itself.

    def fees(self, market: Market, arrangement: Arrangement) -> Floats:
        """By home the weekly fee of a held place that is agreed today (GBP)."""
        raise TypeError(f"the rule {self.name} does not say what is paid for held places")

    def owed_empty(self) -> float:
        """Share of the fee that is owed for a place that stands empty."""
        return 1.0

    def least_taken(self) -> ShareByNeed:
        """Least chance by need band that a held place takes a child, where the provider may refuse."""
        raise TypeError(f"the rule {self.name} does not say whom held places take")

    def sector_of_new_homes(self) -> int:
        """The sector of homes that it opens."""
        return PRIVATE

    # What they share.

    def begin(self, market: Market, arrangement: Arrangement) -> None:
        """Set up: members share by the children whom they have in homes until use says more; those of a cooperative as
        it says itself."""
        arrangement.began_week, arrangement.places_agreed, arrangement.to_give_back = market.week, 0, 0
        if arrangement.shares_for_itself:
            shares.share_by_children(market, arrangement)

    def takes_at_least(self) -> ShareByNeed:
        """The same; everybody where the provider may not refuse."""
        return self.least_taken() if self.may_refuse else ShareByNeed(standard=1.0, complex=1.0, severe=1.0)

    def spared(self) -> float:
        """Share of breakdowns that don't happen since the provider may not end stays."""
        return 0.0 if self.may_end else self.ended_by_provider

    def agreed_fees(
        self, market: Market, fill: float, certainty_value: float, term_weeks: int = contracts.USUAL_TERM_WEEKS
    ) -> Floats:  # fmt: skip
        """What a held place must bring to be worth what spot would, on these terms (GBP/week by home)."""
        fee = contracts.contract_fee(
            market, fill, self.owed_empty(), certainty_value, self._need_shares(market),
            contracts.refilling(market, term_weeks, self.usual_stay_weeks), self._risk(market),
        )  # fmt: skip
        return np.asarray(fee * self.at_outset(market, term_weeks))

    def let(self, market: Market, arrangement: Arrangement, wanted: int, per_home: int) -> int:
        """Hold up to `wanted` free places, at most `per_home` in one home; returns how many could be held."""
        return contracts.hold_free_places(
            market, arrangement, wanted, per_home, self.fees(market, arrangement), self.radius_miles,
            self.owed_empty(), TAKES[self.purpose], self.sells_empty, self.spared(),
        )  # fmt: skip

    def agree(self, market: Market, arrangement: Arrangement, wanted: int) -> int:
        """Note how many places are to be held in all; if fewer than before, so many are given back, those that are
        filled once they fall empty. Returns how many are missing (below 0: none)."""
        agreed, too_many = wanted - arrangement.places_created, contracts.places_held(market, arrangement) - wanted
        fewer = arrangement.to_give_back + arrangement.places_agreed - agreed
        arrangement.places_agreed, arrangement.to_give_back = agreed, max(min(fewer, too_many), 0)
        self._give_back(market, arrangement)
        return wanted - contracts.places_held(market, arrangement)

    def review_shared(self, market: Market, arrangement: Arrangement, at_start: int, per_home: int) -> bool:
        """What is reviewed in all contracts: every April who pays which share, every quarter how many places are held
        (`at_start`: in the beginning), every week what is given back. True if lots changed."""
        given = self._give_back(market, arrangement)
        if market.ends("financial_year") and arrangement.shares_for_itself:
            shares.share_by_use(market, arrangement)
        followed = self._follows_use() and self._follow_use(market, arrangement, at_start, per_home)
        return given or followed

    def _give_back(self, market: Market, arrangement: Arrangement) -> bool:
        """Give back what is too much and stands empty; True if something was."""
        before = arrangement.to_give_back
        if before:
            arrangement.to_give_back = contracts.give_back(market, arrangement, before)
        return arrangement.to_give_back < before

    def _follow_use(self, market: Market, arrangement: Arrangement, at_start: int, per_home: int) -> bool:
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
        if self.grow_above is not None and fill > self.grow_above:
            self.let(market, arrangement, min(step, int(self.growth_limit * at_start) - places), per_home)
        elif self.shrink_below is not None and fill < self.shrink_below:
            contracts.give_back(market, arrangement, step)
        return True

    def _follows_use(self) -> bool:
        return self.grow_above is not None or self.shrink_below is not None

    def _homes_by_now(self, market: Market, arrangement: Arrangement) -> int:
        if self.opens_a_year == 0:
            return self.opens_homes
        number, began = market.calendar.number, arrangement.began_week
        years = (number("quarter", market.week + 1) - number("quarter", began + 1)) // QUARTERS_PER_YEAR
        return min(self.opens_homes, self.opens_a_year * (years + 1))

    def _risk(self, market: Market) -> Floats | float:
        """What obligations cost the provider (GBP/week by home): who must be taken, and who must be kept."""
        risk: Floats | float = 0.0
        if not self.may_refuse:
            risk = risk + contracts.risk_of_all(market)
        if not self.may_end:
            providers, demand = market.scenario.providers, market.scenario.demand
            risk = risk + providers.risk_cost * market.cost_index * demand.breakdown_share * self.ended_by_provider
        return risk

    def _need_shares(self, market: Market) -> Floats | None:
        """Shares of the need bands that it is for; None for all children."""
        if not self.for_needs:
            return None
        chosen = np.where(np.isin(np.arange(len(BANDS)), self._bands()), market.need_shares, 0.0)
        return np.asarray(chosen / max(chosen.sum(), 1e-9))

    def _bands(self) -> Ints:
        return np.array([BANDS.index(band) for band in self.for_needs], dtype=np.int64)
