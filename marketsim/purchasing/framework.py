"""A framework: pre-agreed ceiling fees by need band that homes join and leave."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.streams import uniform
from marketsim.market.homes import LARGE_FROM_HOMES, LOCAL_AUTHORITY
from marketsim.market.inflation import Uplift
from marketsim.market.market import Market
from marketsim.policies import asking_policies
from marketsim.purchasing.rule import Arrangement, Lots, Reach, Scope, Together
from marketsim.purchasing.uplifts import Uplifted
from marketsim.scenario.levers import About
from marketsim.scenario.schema import PoundsByNeed
from marketsim.scenario.sections.base import Count, Miles, Share, figure, lever

ROUTES = "43% under frameworks, 55% on the spot (targets)"


SMALL_UP_TO = 2  # homes of a provider who lacks staff for bids (assumption)


class Framework(Uplifted):
    """Homes on the framework quote at most the ceiling; they stay while it beats what spot would bring."""

    name: ClassVar[str] = "framework"
    about: ClassVar[About] = About(
        tried="tried",
        who="most authorities, mostly by region; 43% of placements (CHA 2023); Surrey 39% of local providers signed",
        claimed="list, standards, wider pool; eroded as demand outran supply; lower prices drive providers off",
        sure="who joins, leaves and what is left to the spot comes out; ceilings were set so that 43% do",
        rows=("A3", "A6", "A9", "A12", "B3", "B7", "C1"),
    )
    terms: ClassVar[dict[str, About]] = {
        "joining": About(
            "tried", "dynamic purchasing systems, many authorities (DfE/Mutual Ventures 2024)",
            "stays open to joiners; the same erosion, works as a directory", "no figures of their own", ("A4",),
        ),
        "term_years": About(
            "tried", "lists replaced when they end; old placements stay on old terms: 'no price rise for five years'",
            "legacy placements stay cheap, the provider bears inflation", "reported without figures", ("A5",),
        ),
        "takes_part_small": About(
            "tried", "small and voluntary providers stay off lists: bids take staff that they lack; Surrey: 39% signed",
            "tenders favour large groups; members then buy off framework", "one share reported (MacAlister 2022)",
            ("A13", "Q42", "S31"),
        ),
        "broad_lots": About(
            "tried", "regional frameworks of the 2010s", "broad lots don't separate needs and bring wrong referrals",
            "up to 95% of referrals inappropriate (IPC 2015), not by lots alone", ("A8",),
        ),
        "for_emergencies": About(
            "tried", "some of ten authorities agreed rates for emergencies ahead (LGA/OPM 2013)",
            "one of four ways to handle emergencies", "no figures", ("A2", "A25"),
        ),
        "providers": About(
            "proposed", "Narey and Owers 2018 for fostering, Rome 2020 for homes: account managers for large groups",
            "significantly reduced cost, an end to unequal terms", "no measured result", ("A43",),
        ),
        "front_loading": About(
            "tried", "providers, where later rises are barred (DfE/Mutual Ventures 2024)",
            "a barred rise comes back in the first quote", "reported without figures; how much is asked is assumed",
            ("B6", "Q7"),
        ),
    }  # fmt: skip
    rule: Literal["framework"] = "framework"
    one_per: Scope = figure("region", "who shares a framework: each `authority`, each `region`, or `england`")
    ceilings: PoundsByNeed = figure(
        PoundsByNeed(standard=5_600.0, complex=5_700.0, severe=6_000.0),
        "ceiling fee by need band at the start (GBP/week)",
        "estimated",
        "43% of placements bought under frameworks (targets)",
    )
    uplift: Uplift = figure("share_of_cpi", "how ceilings, and the fees of who lives there, are raised every April")
    reach_miles: Miles = figure(60.0, "how far a home may be from the authorities that share the framework")
    radius_miles_at_first: Miles = figure(37.0, "search radius when the child is not urgent", "estimated", ROUTES)
    radius_miles_at_deadline: Miles = figure(80.0, "search radius at the deadline")
    takes_part: Share = figure(0.79, "share of homes whose provider would join at all", "estimated", ROUTES)
    flow_value: Share = figure(
        0.31,
        "share of the fee that the flow of referrals is worth to a home that stands quite empty",
        "estimated",
        ROUTES,
    )
    takes_part_small: Share | None = lever(
        None, "the same for providers with one or two homes, who lack staff for bids; not given: as all"
    )
    providers: Literal["any", "large"] = lever("any", "`large`: only providers with ten homes or more")
    joining: Literal["yearly", "any_time"] = lever(
        "yearly", "when homes can join: every April, or (a dynamic purchasing system) every quarter"
    )
    term_years: Count = lever(
        0, "years after which a new list replaces it, with ceilings at today's costs for new placements (0: never)"
    )
    broad_lots: bool = lever(False, "true: one ceiling for all needs, their mean")
    for_emergencies: bool = lever(False, "true: only for emergencies, at rates agreed ahead")
    leaves_mid_term: Share = figure(
        0.25, "chance each quarter that a home leaves before the yearly review once spot would bring more"
    )

    def scope(self) -> Scope:
        """As the scenario says."""
        return self.one_per

    def reach(self) -> Reach:
        """Radius widens with urgency; the fee is bounded by the ceilings."""
        return Reach(miles_at_first=self.radius_miles_at_first, miles_at_last=self.radius_miles_at_deadline)

    def start(self, market: Market, arrangement: Arrangement) -> None:
        """Ceilings as given; the homes for which they are worth it join."""
        arrangement.began_week = market.week
        self._set_ceilings(market, arrangement)
        arrangement.on_panel = self._would_join(market, arrangement)

    def change(self, market: Market, arrangement: Arrangement) -> None:
        """Members or terms have changed: ceilings stay unless others are given, and homes decide anew."""
        if (arrangement.terms != self._terms(market)).any():
            self._set_ceilings(market, arrangement)
        arrangement.on_panel = self._would_join(market, arrangement)

    def for_children(self, market: Market, rows: Ints) -> Bools | None:
        """Emergencies, where it is for these only."""
        return market.children.emergency[rows] if self.for_emergencies else None

    def lots_of_all(self, market: Market, together: Together) -> Lots:
        """Open places of the homes on each framework, at their quote but at most its ceiling; who is paid less than on
        the spot is less willing."""
        joined = np.zeros((len(together), len(market.homes)), dtype=np.bool_)
        for place, arrangement in enumerate(together.arrangements):
            joined[place, : len(arrangement.on_panel)] = arrangement.on_panel
        open_to_all = market.homes.in_market(market.week) & ~asking_policies.off_panels(market)
        owner, home = np.nonzero(joined & open_to_all)
        quote = market.quotes[home] * self.at_outset(market, self.usual_stay_weeks)
        ceilings = np.array([framework.ceilings for framework in together.arrangements])
        fee = np.minimum(quote, ceilings[owner])
        shortfall = 1.0 - fee / np.maximum(quote, 1.0)
        eager = np.maximum(1.0 - market.scenario.providers.fee_sensitivity * shortfall, 0.0)
        return Lots(home, fee, eager=eager, number=np.bincount(owner, minlength=len(together)))

    def fee_at_start(self, market: Market, arrangement: Arrangement, home: Ints, band: Ints) -> Floats:
        """The quote, but at most the ceiling."""
        return np.minimum(market.quotes[home, band], arrangement.ceilings[band])

    def uplift_within_stays(self, market: Market, arrangement: Arrangement) -> float:
        """The same as for ceilings."""
        return 0.0 if arrangement.frozen else self.yearly_rise(market)

    def review(self, market: Market, arrangement: Arrangement) -> bool:
        """Every April ceilings are raised, or a new list begins, and homes join or leave; some leave in between."""
        if market.ends("financial_year"):
            if self._is_over(market, arrangement):
                self.start(market, arrangement)
                return True
            arrangement.ceilings = arrangement.ceilings * (1 + self.uplift_within_stays(market, arrangement))
            arrangement.on_panel = self._would_join(market, arrangement)
            return True
        if not market.ends("quarter"):
            return False
        arrangement.on_panel = self._staying(market, arrangement)
        if self.joining == "any_time":
            arrangement.on_panel |= self._would_join(market, arrangement)
        return True

    def next_review(self, market: Market, arrangement: Arrangement) -> int:
        """The end of the quarter, of which four make the year."""
        return market.calendar.next_end("quarter", market.week)

    def _would_join(self, market: Market, arrangement: Arrangement) -> Bools:
        """Independent homes within reach for which the mean ceiling is worth as much as their mean quote less the value
        of a steady flow of referrals (GBP/week), and whose provider would join at all."""
        homes, joining = market.homes, np.zeros(len(market.homes), dtype=np.bool_)
        near = market.miles_from(arrangement.members) <= self.reach_miles
        free_to_join = homes.in_market(market.week) & ~asking_policies.off_panels(market)
        rows = np.flatnonzero(near & free_to_join & (homes.sector != LOCAL_AUTHORITY))
        flow = self.flow_value * (1 - homes.recent_occupancy[rows])
        worth = float(arrangement.ceilings @ market.need_shares) >= market.mean_quote[rows] * (1 - flow)
        luck = uniform(market.seed, "take part in framework", homes.key[rows], arrangement.key)
        joining[rows] = worth & (luck < self._taking_part(market)[rows])
        return joining

    def _taking_part(self, market: Market) -> Floats:
        """By home the share of such that would join at all: of large providers, of small ones, and of the others."""
        number = market.homes.of_same_provider(market.week)
        small = self.takes_part if self.takes_part_small is None else self.takes_part_small
        share = np.where(number <= SMALL_UP_TO, small, self.takes_part)
        return np.where(number < LARGE_FROM_HOMES, 0.0, share) if self.providers == "large" else share

    def _terms(self, market: Market) -> Floats:
        """The ceilings by need band as they are written; with broad lots their mean for all."""
        terms = self.ceilings.array()
        return np.full(len(terms), terms @ market.need_shares) if self.broad_lots else terms

    def _set_ceilings(self, market: Market, arrangement: Arrangement) -> None:
        arrangement.terms = self._terms(market)
        arrangement.ceilings = arrangement.terms * market.cost_index

    def _is_over(self, market: Market, arrangement: Arrangement) -> bool:
        """Whether the list's term ends with this financial year."""
        number, began = market.calendar.number, arrangement.began_week
        years = number("financial_year", market.week + 1) - number("financial_year", began + 1)
        return 0 < self.term_years <= years

    def _staying(self, market: Market, arrangement: Arrangement) -> Bools:
        """Homes on the panel that would join now, and of the others those whose luck keeps them there."""
        keys, staying = market.homes.key, self._would_join(market, arrangement)
        rows = np.flatnonzero(arrangement.on_panel)
        luck = uniform(market.seed, "leave framework", keys[rows], arrangement.key, market.week)
        joined = np.zeros_like(staying)
        kept_by_luck = (luck >= self.leaves_mid_term) & ~asking_policies.off_panels(market)[rows]
        joined[rows] = staying[rows] | kept_by_luck
        return joined
