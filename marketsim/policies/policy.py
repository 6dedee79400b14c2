"""What a policy is: the contract that every file of policies in this folder keeps.

A policy is what somebody sets beside the way of buying: a frozen pydantic model in a file of its own in this folder.
Its fields are what a scenario may set, its hooks answer at the lines of the week. Dropping a file in here, or into a
folder named in MARKETSIM_POLICIES, makes scenarios accept the policy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.market.children import Newcomers
from marketsim.market.homes import NewHomes
from marketsim.market.market import Market
from marketsim.scenario.levers import Lever
from marketsim.scenario.sections.base import Section, figure, lever


class Policy(Lever):
    """Base of all policies.

    A subclass sets `name` (the word behind `policy:` in YAML), says what is known of it (`about`) and at what values it
    is `inert`, declares its fields, and overrides the hooks that it needs. Each hook is given the market and what the
    policy has in force, and answers for the authorities in `on.member`, or with None for nothing. Policies keep
    nothing: what changes in a run lives in `on.memory`. Whoever asks a policy does so through `asking_policies`, which
    checks the answer.
    """

    inert: ClassVar[dict[str, Any]] = {"active": False}  # values at which it changes nothing
    single: ClassVar[bool] = False  # True: two of it would say two things of one matter
    policy: str
    active: bool = lever(True, "false: no longer in force (in `changes`: from then on); what it began goes on")
    authorities: list[str] = lever([], "names or ONS codes of those where it is in force; nobody named: everybody")
    regions: list[str] = lever([], "names of regions where it is in force")

    def contradicts(self, other: Lever) -> str:
        """A second one of a `single` policy, for the same authority."""
        second = self.single and type(other) is type(self)
        return f"both are {self.name}, of which there is one for an authority" if second else ""

    def impossible(self, market: Market) -> str:
        """Why it can't be in force in this market at any time, asked when a run begins; empty if it can."""
        return ""

    # Who comes in need, and who may move on.

    def more_needs(self, market: Market, on: InForce) -> Floats | None:
        """By authority the new needs that arise this week, over those that would otherwise (ratio)."""
        return None

    def needs_no_home(self, market: Market, on: InForce, newcomers: Newcomers) -> Bools | None:
        """Which of this week's newcomers need no home because of it."""
        return None

    def prepares(self, market: Market, on: InForce, rows: Ints) -> Ints | None:
        """Of the children who wait as emergencies (rows) those for whom there is time now: they search as planned."""
        return None

    def leaves(self, market: Market, on: InForce) -> Leaving | None:
        """Children who leave their home this week because something else was found for them."""
        return None

    def looks_nearer(self, market: Market, on: InForce) -> Ints | None:
        """Children in homes outside their area (rows) for whom a home within it is looked for this week; they stay
        where they are until there is one."""
        return None

    def within_area(self, market: Market, on: InForce, rows: Ints) -> Bools | None:
        """Which of the searching children (rows) are only to be placed in their authority's area."""
        return None

    # How stays end.

    def breakdown_factor(self, market: Market, on: InForce, rows: Ints) -> Floats | None:
        """By child who moves in (rows) the chance that the placement breaks down, over what it would be (ratio)."""
        return None

    def extra_weeks(self, market: Market, on: InForce, rows: Ints) -> Ints | None:
        """By child who moves in (rows) the weeks by which a stay that ends as planned lasts longer (below 0: less)."""
        return None

    def keeps(self, market: Market, on: InForce, rows: Ints) -> Bools | None:
        """Which of the children whom providers would hand back (rows) they may not."""
        return None

    def notice_weeks(self, market: Market, on: InForce, rows: Ints) -> Ints | None:
        """By child who is handed back (rows) the least weeks of notice."""
        return None

    # What may be asked, and who answers.

    def fee_limits(self, market: Market, on: InForce) -> FeeLimits | None:
        """The least and most that homes may ask, for a child without staff of its own; what is bargained or bid on top
        keeps to the most, fees agreed before stay what they are."""
        return None

    def fee_limits_at(self, market: Market, on: InForce, cost: Floats) -> FeeLimits | None:
        """The same for new homes that would have these running costs, one for each area: whoever plans a home reckons
        with it. Default: no limits."""
        return None

    def most_margin_on_own_staff(self, market: Market, on: InForce) -> float | None:
        """The most that providers may ask over what the staff of a child's own costs (share); for a policy that holds
        everywhere."""
        return None

    def expected_fees(self, market: Market, on: InForce, expected: Floats) -> Floats | None:
        """What authorities reckon to pay, in place of what they `expected` (authorities, bands; GBP/week): it bounds
        what they accept at first."""
        return None

    def willingness(self, market: Market, on: InForce, rows: Ints) -> Floats | None:
        """By searching child (rows) the chance that a home offers a place, over what it would be (ratio)."""
        return None

    # What providers decide for their own homes.

    def asking_factor(self, market: Market, on: InForce) -> Floats | None:
        """By home what it asks on the spot, over what it would ask otherwise (ratio)."""
        return None

    def answers(self, market: Market, on: InForce) -> Bools | None:
        """By home and need band whether it answers referrals of such children at all; what contracts oblige it to take
        it takes anyway."""
        return None

    def off_panels(self, market: Market, on: InForce) -> Bools | None:
        """Which homes are on no framework's panel."""
        return None

    # What homes may open and where.

    def openings(self, market: Market, on: InForce) -> Floats | None:
        """Homes that are planned, over those that would be (ratio; sectors, areas)."""
        return None

    def grants_for_homes(self, market: Market, on: InForce) -> Floats | None:
        """By area what of a new private home's house and setting up somebody else pays for (GBP, today's money)."""
        return None

    def homes_wanted(self, market: Market, on: InForce) -> NewHomes | None:
        """Homes that are planned this week because of it; they open when they are registered and have a manager."""
        return None

    def planning_weeks(self, market: Market, on: InForce) -> Floats | None:
        """By area the weeks by which registration takes longer (below 0: less)."""
        return None

    def opened(self, market: Market, on: InForce, homes: Ints, planned: Bools) -> None:
        """Homes have opened (rows), those that it `planned` among them. Default: nothing to do."""

    def kept_for(self, market: Market, on: InForce) -> Ints | None:
        """By home the authority (row) whose children alone may have its open places this week, or NOBODY."""
        return None

    def managers(self, market: Market, on: InForce) -> float | None:
        """Managers who become free in a month, over those who would (ratio)."""
        return None

    def takes_over(self, market: Market, on: InForce) -> Takeovers | None:
        """Every quarter: homes that change hands."""
        return None

    def restates(self, market: Market, on: InForce) -> Restated | None:
        """Every quarter: homes whose statement of purpose changes."""
        return None

    # What is paid.

    def spends(self, market: Market, on: InForce) -> Spending | None:
        """What it costs this week, and who pays."""
        return None

    def has(self, hook: str) -> bool:
        """True if this policy has a hook of its own, so that it is worth calling."""
        return getattr(type(self), hook) is not getattr(Policy, hook)


@dataclass
class InForce:
    """A policy in force: for whom, since when, and what it remembers.

    `name` is its name in the scenario, `number` its place among all that have been in force, `key` its identity for
    luck; `member[a]` says whether it holds for authority `a` (for nobody while it isn't active). `homes_planned` is how
    many homes were planned because of it; `memory` is the policy's own.
    """

    name: str
    number: int
    key: int
    policy: Any  # a Policy, whose hooks take what is in force
    member: Bools
    began_week: int
    homes_planned: int = 0
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def members(self) -> Ints:
        """Rows of the authorities for which it holds."""
        return np.flatnonzero(self.member)


@dataclass(frozen=True)
class Leaving:
    """Children who leave their homes (`rows` of children); `weeks` that each lives elsewhere before it needs a home
    again (0: not again)."""

    rows: Ints
    weeks: Ints


@dataclass(frozen=True)
class FeeLimits:
    """The least and most weekly fee by home and need band (GBP/week), in shapes that broadcast to (homes, 3)."""

    least: Floats | float = 0.0
    most: Floats | float = np.inf


@dataclass(frozen=True)
class Takeovers:
    """Homes (rows) and the `provider` that each belongs to from now on."""

    homes: Ints
    provider: Ints


@dataclass(frozen=True)
class Restated:
    """Homes (rows) and what each offers from now on, as `Homes.takes_needs` has it."""

    homes: Ints
    takes_needs: Ints


@dataclass(frozen=True)
class Spending:
    """What a policy costs this week (GBP by authority): `running` for whoever runs it, `capital` for houses and the
    like, and `from_outside`, what government, health or others pay of what the authority has to pay. Of `running` homes
    receive `to_homes` (GBP by home; None: nothing)."""

    running: Floats | None = None
    capital: Floats | None = None
    from_outside: Floats | None = None
    to_homes: Floats | None = None


__all__ = [
    "FeeLimits", "InForce", "Leaving", "NewHomes", "Policy", "Restated", "Section", "Spending", "Takeovers",
    "figure", "lever",
]  # fmt: skip
