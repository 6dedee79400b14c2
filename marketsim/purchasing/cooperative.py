"""A regional care cooperative: authorities that buy as one."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.streams import uniform
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.children import BANDS
from marketsim.market.market import Market
from marketsim.purchasing import among_members, shares
from marketsim.purchasing.rule import Arrangement, Dues, Members, PurchasingRule
from marketsim.scenario.levers import About
from marketsim.scenario.schema import Band, Section
from marketsim.scenario.sections.base import (
    Count,
    Days,
    Miles,
    Pounds,
    PoundsPerYear,
    Ratio,
    Share,
    Weeks,
    figure,
    lever,
)
from marketsim.scenario.tiers import Order

DAYS_IN_WEEK = 7


class Bypass(Section):
    """Chance, each week, that a member searches alone although the cooperative would for it, and how often both do."""

    not_urgent: Share = figure(0.02, "for a child who is not urgent")
    urgent: Share = figure(0.25, "for a child at the deadline")
    better_offer: Share = lever(
        0.0, "share of children for whom their member searches alone as well, and takes what it finds if that is better"
    )


class Farthest(Section):
    """How far from the child's home point a place bought by the cooperative may be, by need band."""

    standard: Miles = lever(1_000.0, "children of standard need")
    complex: Miles = lever(1_000.0, "children of complex need")
    severe: Miles = lever(1_000.0, "children of severe need")

    def array(self) -> Floats:
        """By need band (miles)."""
        return np.array([self.standard, self.complex, self.severe])


class Cooperative(PurchasingRule):
    """Members' referrals are pooled: they do not bid against each other and share the arrangements in `order`.

    Every arrangement in `order` is made once for all members: own homes of any member for children of any member, a
    framework, block or soft block of the cooperative. What it doesn't place in a week is searched for by each member
    alone, along the rest of the member's order.
    """

    name: ClassVar[str] = "cooperative"
    about: ClassVar[About] = About(
        tried="explored",
        who="pathfinders Greater Manchester and South East, funded 2024, live 2025; West Midlands hub since 2020 (14 "
        "authorities, three staff), Placements North West (7 of 22 took part in homes)",
        claimed="one customer, pooled places, better forecasts; or: little gained where buyers come from all England, "
        "slow, bypassed, members disagree",
        sure="no result yet; running cost and bypass are assumptions",
        rows=("C1", "C2", "C5", "C6", "C8", "C11", "C12", "C14", "C15", "C23", "C24", "Q44", "Q45", "Q46", "Q48"),
    )
    terms: ClassVar[dict[str, About]] = {
        "mandate": About(
            "proposed", "pool only rare, high-need placements first (DfE/Mutual Ventures 2024)",
            "builds trust where full pooling failed", "never tried", ("C3",),
        ),
        "pooled_budget": About(
            "proposed", "members pay fees from one pot (DfE/Mutual Ventures 2024)",
            "needs giving up control; the largest obstacle", "moves money between members; never tried", ("C9",),
        ),
        "decision_days": About(
            "tried", "joint decisions in the West Midlands hub and in regional schemes (DfE/Mutual Ventures 2024)",
            "regional decisions are slower; senior people present speed them", "no figures: days are an assumption",
            ("C10",),
        ),
        "leaving_notice_weeks": About(
            "proposed", "commitments, entry and exit rules (DfE/Mutual Ventures 2024)",
            "schemes break when one child needs a place", "never tried", ("C7", "C19"),
        ),
        "scarcity_erodes": About(
            "tried", "regional schemes before 2024 (LGA/OPM 2013, DfE/Mutual Ventures 2024)",
            "under-supply hinders collaboration: members compete for places", "no figures: how much is an assumption",
            ("C26", "Q49"),
        ),
        "votes_for_rises": About(
            "tried", "regions that move at the slowest pace (DfE/Mutual Ventures 2024)",
            "members disagree over terms", "how members vote is a rule of this program", ("C5", "C12"),
        ),
    }  # fmt: skip
    rule: Literal["cooperative"] = "cooperative"
    members: Members = Members()
    order: Order = Field(
        description="arrangements that the cooperative tries in turn for all its members; those of a list within it "
        "side by side"
    )
    mandate: list[Band] = lever([], "need bands of the children whom it is for; none named: all")
    mandate_share: Share = lever(
        1.0, "share of these children whom members hand over, the same ones first at any share"
    )
    takes_emergencies: bool = lever(True, "false: members search alone for emergencies")
    farthest_miles: Farthest = Farthest()
    own_children_first: Share = lever(0.0, "share of members' own homes that take no children of other authorities")
    own_first_weeks: Weeks = lever(0, "weeks for which a place that fell free in the others is for own children only")
    decision_days: Days = lever(0.0, "days that joint decisions take longer for planned placements")
    decision_days_emergency: Days = lever(0.0, "the same for emergencies")
    running_cost_per_year: Pounds = figure(1_000_000.0, "running cost of one cooperative a year, shared by its members")
    posts: Count = lever(0, "posts of its office that are paid besides (West Midlands hub: three for 14 authorities)")
    cost_per_post: PoundsPerYear = figure(65_000.0, "cost of a post a year, with on-costs", off_if={"posts": 0})
    cost_sharing: Literal["by_use", "by_population", "equal", "by_weights"] = figure(
        "by_use", "how members share running cost and empty places: by children placed, by children living there, "
        "equal, or by `cost_weights`"
    )  # fmt: skip
    cost_weights: dict[str, Ratio] = lever(
        {}, "weights of members (names or ONS codes); who is not named has none", only_if={"cost_sharing": "by_weights"}
    )
    pooled_budget: Share = lever(0.0, "share of the fees for children whom it placed that is paid from one pot")
    joining_fee: Pounds = lever(0.0, "what who joins later pays the others, once")
    leaving_notice_weeks: Weeks = lever(
        0, "weeks for which who leaves still pays its share of running cost and empty places"
    )
    votes_for_rises: Share = lever(
        0.0, "share of members that must agree to a rise of agreed fees (0: nobody is asked)"
    )
    bypass: Bypass = Bypass()
    scarcity_erodes: Share = lever(
        0.0, "how far sharing ends as places get short: share of own homes withheld, and of children searched for "
        "alone, where no place at all is left"
    )  # fmt: skip

    # Who is in it, and for whom it buys.

    def inside(self) -> Order:
        """Members buy through what is in `order`."""
        return self.order

    def membership(self) -> tuple[list[str], list[str]]:
        """Nobody can be in two cooperatives."""
        return self.members.authorities, self.members.regions

    def named(self) -> dict[str, list[str]]:
        """Those who share by weights."""
        return {"cost_weights": list(self.cost_weights)}

    def joined_by(self) -> Members:
        """The members, as the scenario says."""
        return self.members

    def for_children(self, market: Market, rows: Ints) -> Bools | None:
        """Those of its mandate."""
        children = market.children
        wanted = np.ones(len(rows), dtype=np.bool_)
        if self.mandate:
            wanted &= np.isin(children.band[rows], [BANDS.index(band) for band in self.mandate])
        if not self.takes_emergencies:
            wanted &= ~children.emergency[rows]
        if self.mandate_share < 1:
            wanted &= uniform(market.seed, "within the mandate", children.key[rows]) < self.mandate_share
        return None if wanted.all() else wanted

    # How it searches.

    def bypass_chance(self, urgency: Floats) -> Floats:
        """Chance that a member goes round the cooperative for a child of the given urgency (0-1)."""
        return np.asarray(self.bypass.not_urgent + (self.bypass.urgent - self.bypass.not_urgent) * urgency)

    def erosion(self, market: Market, arrangement: Arrangement) -> float:
        """As much as scarcity erodes."""
        return self.scarcity_erodes * among_members.scarcity(market, arrangement) if self.scarcity_erodes else 0.0

    def compares(self, market: Market, rows: Ints) -> Bools | None:
        """The children for whom a better offer is looked for, the same ones first at any share."""
        if self.bypass.better_offer == 0:
            return None
        return uniform(market.seed, "looks alone too", market.children.key[rows]) < self.bypass.better_offer

    def decides_later(self, market: Market, rows: Ints) -> Bools | None:
        """Those whose decision takes longer than they have waited; what is left of a week is so often a whole one."""
        if max(self.decision_days, self.decision_days_emergency) == 0:
            return None
        children = market.children
        days = np.where(children.emergency[rows], self.decision_days_emergency, self.decision_days)
        luck = uniform(market.seed, "joint decision", children.key[rows], children.search[rows])
        waited = market.week - children.since[rows]
        return np.asarray((waited + luck) * DAYS_IN_WEEK < days)

    def miles_at_most(self, market: Market, rows: Ints) -> Floats | None:
        """By need band."""
        if self.farthest_miles == Farthest():
            return None
        return np.asarray(self.farthest_miles.array()[market.children.band[rows]])

    def keeps_for_own(self, market: Market, arrangement: Arrangement) -> Bools | None:
        """Members' own homes: some always, more the scarcer places are, others for some weeks."""
        kept = self.own_children_first + (1 - self.own_children_first) * self.erosion(market, arrangement)
        if self.own_first_weeks == 0:
            arrangement.memory.pop(among_members.VACANCIES, None)  # who looks again later has not seen what fell free
        if kept == 0 and self.own_first_weeks == 0:
            return None
        return among_members.own_homes_kept(market, arrangement, kept, self.own_first_weeks)

    # What members owe, and to whom.

    def start(self, market: Market, arrangement: Arrangement) -> None:
        """Shares of cost: by use starts from the children whom members have in homes; nothing is remembered."""
        arrangement.memory.clear()
        self._share_cost(market, arrangement, at_start=True)

    def change(self, market: Market, arrangement: Arrangement) -> None:
        """The same where members have changed, else shares stay; who has left is bound for the time of notice, and who
        has joined pays for it."""
        if self.cost_sharing != "by_use" or arrangement.has_other_members:
            self._share_cost(market, arrangement, at_start=True)
        among_members.bind_leavers(market, arrangement, self.leaving_notice_weeks)
        arrangement.memory["joined_week"] = market.week

    def review(self, market: Market, arrangement: Arrangement) -> bool:
        """Every year shares by use follow the children placed; who has served its notice pays no more."""
        arrangement.leavers.keep(arrangement.leavers.until > market.week + 1)
        if market.ends("financial_year"):
            self._share_cost(market, arrangement, at_start=False)
        return False

    def next_review(self, market: Market, arrangement: Arrangement) -> int:
        """The end of the financial year, or of somebody's notice."""
        ends = (int(week) - 1 for week in arrangement.leavers.until)
        return min([market.calendar.next_end("financial_year", market.week), *ends])

    def owes(self, market: Market, arrangement: Arrangement) -> Dues:
        """The running cost of the office, in today's money."""
        office = self.running_cost_per_year + self.posts * self.cost_per_post
        return Dues(office=office / WEEKS_PER_YEAR * market.cost_index)

    def agrees(self, market: Market, arrangement: Arrangement, inner: Arrangement, rise: float) -> bool:
        """If enough members vote for it."""
        if self.votes_for_rises == 0:
            return True
        return among_members.share_in_favour(market, arrangement, inner, rise) >= self.votes_for_rises

    def settles(self, market: Market, arrangement: Arrangement) -> Floats | None:
        """Fees from one pot, and what who joins pays the others."""
        joins = self.joining_fee > 0 and arrangement.memory.get("joined_week") == market.week
        if self.pooled_budget == 0 and not joins:
            return None
        pounds = self.pooled_budget * among_members.into_the_pot(market, arrangement)
        return pounds + among_members.joining_fees(market, arrangement, self.joining_fee) if joins else pounds

    def _share_cost(self, market: Market, arrangement: Arrangement, at_start: bool) -> None:
        members, areas = arrangement.members, market.authorities
        match self.cost_sharing:
            case "by_use" if at_start:
                shares.share_by_children(market, arrangement)
            case "by_use":
                shares.share_by_use(market, arrangement)
            case "by_population":
                shares.share_by(arrangement, areas.population[members])
            case "by_weights":
                shares.share_by(arrangement, shares.weights_of(market, arrangement, self.cost_weights))
            case _:
                shares.share_by(arrangement, np.ones(len(members)))
