"""A hard block: the authority pays for places, filled or not, for a term."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Floats
from marketsim.market.market import Market
from marketsim.purchasing import contracts
from marketsim.purchasing.held_places import HeldPlaces
from marketsim.purchasing.known_terms import TERMS
from marketsim.purchasing.rule import Arrangement
from marketsim.scenario.levers import About
from marketsim.scenario.schema import ShareByNeed
from marketsim.scenario.sections.base import Count, PoundsPerWeek, Ratio, Share, Weeks, figure, lever


class Block(HeldPlaces):
    """N places for a term at a fixed fee, paid when empty; the provider may still refuse a mismatch."""

    name: ClassVar[str] = "block"
    about: ClassVar[About] = About(
        "tried", "few authorities, 3% of placements (CHA 2023); 5,000 a week against 6,000, later 6,500 on spot",
        "pays if occupancy brings unit cost to spot (83%, later 77%); more local places; paid twice if refused",
        "prices, fill and refusals come out of the model; what a certain income is worth to providers is assumed",
        ("A14", "A44"),
    )  # fmt: skip
    terms: ClassVar[dict[str, About]] = TERMS | {
        "term_weeks": About(
            "proposed", "providers ask for longer contracts (DfE/Mutual Ventures 2024)",
            "longer surety lowers the price, where empty places make it dear", "no figures; budgets are yearly",
            ("A45", "Q6", "Q87"),
        ),
        "break_every_weeks": About(
            "tried", "one authority, cabinet of September 2023: 1+1+1 years with mutual break clauses",
            "meant to be stable and responsive", "no result reported", ("A16",),
        ),
    }  # fmt: skip
    rule: Literal["block"] = "block"
    places: Count | None = lever(None, "places held per buyer; not given: `share_of_children`")
    forecast_error: Ratio = lever(
        0.0, "error of each member's forecast of its children over the luck of their number, 1/sqrt(children)",
        only_if={"places": None},
    )  # fmt: skip
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
        only_if={"may_refuse": True},
    )
    places_per_home: Count = figure(3, "most places held in one home")
    break_every_weeks: Weeks = lever(0, "weeks between break clauses within the term (0: none); 1+1+1 is 52")
    break_if_over: Share = figure(
        0.1, "by how much more spot must bring than the fee for a provider to break", off_if={"break_every_weeks": 0}
    )
    runs_at_start: bool = figure(False, "true: the contract runs in week 0 and its places are those of children placed")

    def least_taken(self) -> ShareByNeed:
        """As the scenario says."""
        return self.accepts

    def fees(self, market: Market, arrangement: Arrangement) -> Floats:
        """By home the fee that is agreed today; a stated one is raised like those agreed before."""
        if self.fee is not None:
            return np.full(len(market.homes), self.fee * arrangement.raised)
        return self.agreed_fees(market, self.expected_fill, self.certainty_value, max(self.term_weeks, 1))

    def start(self, market: Market, arrangement: Arrangement) -> None:
        """Let the contract for the first term."""
        self.begin(market, arrangement)
        wanted = self.agree(market, arrangement, self._wanted(market, arrangement))
        if self.runs_at_start:
            wanted -= contracts.hold_occupied_places(
                market, arrangement, wanted, self.fees(market, arrangement), 1.0, self.sells_empty, self.spared()
            )
        self._let(market, arrangement, wanted)

    def change(self, market: Market, arrangement: Arrangement) -> None:
        """Members or terms have changed: places that are missing now are let on top, those too many given back."""
        self._let(market, arrangement, self.agree(market, arrangement, self._wanted(market, arrangement)))

    def review(self, market: Market, arrangement: Arrangement) -> bool:
        """What all contracts review; at a break either side may end; at the end of the term the contract is renewed at
        today's fee, and places lost to closures are let anew."""
        changed = self.review_shared(market, arrangement, self._wanted(market, arrangement), self.places_per_home)
        if market.week >= arrangement.ends_week:
            return self._renew(market, arrangement)
        if self.break_every_weeks and (arrangement.ends_week - market.week) % self.break_every_weeks == 0:
            return self._break(market, arrangement)
        return changed

    def next_review(self, market: Market, arrangement: Arrangement) -> int:
        """The end of the term, the next break, or what all contracts review."""
        if arrangement.to_give_back:
            return market.week + 1
        left = arrangement.ends_week - market.week
        dates = [arrangement.ends_week]
        if self.break_every_weeks:
            dates.append(arrangement.ends_week - (left - 1) // self.break_every_weeks * self.break_every_weeks)
        if self._follows_use() or self.opens_a_year or len(arrangement.members) > 1:
            dates.append(super().next_review(market, arrangement))
        return min(dates)

    def _wanted(self, market: Market, arrangement: Arrangement) -> int:
        return contracts.places_wanted(market, arrangement, self.share_of_children, self.places, self.forecast_error)

    def _let(self, market: Market, arrangement: Arrangement, wanted: int) -> None:
        arrangement.ends_week = market.week + max(self.term_weeks, 1)
        if wanted > 0:
            self.let(market, arrangement, wanted, self.places_per_home)

    def _renew(self, market: Market, arrangement: Arrangement) -> bool:
        """Agree today's fee for another term."""
        held = contracts.places_held(market, arrangement)
        if held > 0:
            contracts.renew(market, arrangement, self.fees(market, arrangement), retainer=1.0)
        self._let(market, arrangement, self._wanted(market, arrangement) - held)
        return True

    def _break(self, market: Market, arrangement: Arrangement) -> bool:
        """The buyer gives up where a filled place has cost more than these homes ask on the spot now; providers do
        where the spot would bring more by `break_if_over` than the contract. True if places were given up."""
        holdings, rows = market.holdings, contracts.running_rows(market, arrangement)
        filled = int(holdings.used[rows].sum())
        paid = float(holdings.fee[rows] @ holdings.places[rows])
        spot = float(market.mean_quote[holdings.home[rows]] @ holdings.used[rows])
        ended = rows
        if filled > 0 and paid <= spot:
            worth = self.fees(market, arrangement)[holdings.home[rows]]
            ended = rows[worth > holdings.fee[rows] * (1 + self.break_if_over)]
        holdings.set(ended, running=False)
        holdings.run_off()
        return len(ended) > 0
