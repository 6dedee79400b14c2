"""What a purchasing rule is: the contract that every file of rules in this folder keeps.

A rule is a frozen pydantic model in a file of its own in this folder: its fields are what a scenario may set, its
hooks say which homes may be asked, at what fee, what is owed and to whom, and what happens at review; what is owed for
a place that stands empty is agreed when the place is held (`Holdings.retainer`).
Dropping a file in here, or into a folder named in MARKETSIM_RULES, makes scenarios accept the rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.market.children import OPEN_PLACE
from marketsim.market.homes import NewHomes
from marketsim.market.market import Market
from marketsim.scenario.levers import Lever
from marketsim.scenario.sections.base import Section, Share, figure

Scope = Literal["authority", "region", "england"]
NOT_SAID = -1


class PurchasingRule(Lever):
    """Base of all purchasing rules.

    A subclass sets `name` (the word in YAML and in the column `route`), declares its fields, and overrides the
    hooks that it needs. Rules keep nothing: what changes in a run lives in the `Arrangement` that they are given and in
    what it holds (`Market.holdings`); of the arrangement `on_panel` and `shares` are set only in `start`, `change`,
    `take_on` and `review`. Whoever asks a rule does so through `asking_rules.ask`, which checks the answer.
    """

    own_homes: ClassVar[bool] = False  # children in their authority's own homes at the start came through it
    rule: str

    def scope(self) -> Scope:
        """For whom one arrangement is made: each authority, each region, or all of England."""
        return "authority"

    def reach(self) -> Reach:
        """How far a search goes and how much it accepts, from not urgent to at the deadline."""
        return Reach()

    def start(self, market: Market, arrangement: Arrangement) -> None:
        """Set the arrangement up in week 0: contracts let, homes joined. Default: nothing to do."""

    def change(self, market: Market, arrangement: Arrangement) -> None:
        """Terms or members have changed at a date within the run. Default: as in week 0, what is held stays."""
        self.start(market, arrangement)

    def homes_wanted(self, market: Market, arrangement: Arrangement) -> NewHomes | None:
        """Homes that providers plan because of what is agreed (`Arrangement.homes_planned` are planned already), asked
        when the arrangement begins or has changed, and after its reviews.
        They open when they are registered and have a manager, as all others do. Default: none."""
        return None

    def take_on(self, market: Market, arrangement: Arrangement, homes: Ints) -> None:
        """Homes that were planned because of it have opened (rows). Default: nothing to do."""

    def lots(self, market: Market, arrangement: Arrangement) -> Lots:
        """Which homes may be asked, through which places, at what weekly fee by need band."""
        raise TypeError(f"the rule {self.name} does not say which homes may be asked")

    def lots_of_all(self, market: Market, together: Together) -> Lots:
        """The same for several arrangements under this rule. A rule that many buyers have can override this instead,
        and say them all at once."""
        said = [self.lots(market, arrangement) for arrangement in together.arrangements]
        wrong = [lots for lots in said if not isinstance(lots, Lots)]
        return wrong[0] if wrong else Lots.side_by_side(said)  # a wrong one is told by who asks

    def fee_at_start(self, market: Market, arrangement: Arrangement, home: Ints, band: Ints) -> Floats:
        """What is paid (GBP/week) for children of some need bands who live in some homes when the run begins, through
        open places. Default: what the homes quote."""
        return np.asarray(market.quotes[home, band])

    def uplift_within_stays(self, market: Market, arrangement: Arrangement) -> Floats | float:
        """Every April: by how much the fees rise of children who live where it placed them, in places that no contract
        holds (share; one for all authorities, or one for each). Default: not at all."""
        return 0.0

    def uplift_of_held(self, market: Market, arrangement: Arrangement) -> float:
        """Every April: by how much the fees rise that were agreed for held places, for empty ones too, and those of the
        children who live there (share). Default: not at all."""
        return 0.0

    def owes(self, market: Market, arrangement: Arrangement) -> Dues | None:
        """What the members owe this week besides fees and retainers, in their shares, and to whom. Default: nothing."""
        return None

    def shares_in(self, market: Market, arrangement: Arrangement, left: Floats) -> Floats | None:
        """What homes hand back to the members (below 0: get from them), in their shares, of what is `left` to each this
        week: its revenue less its running cost (GBP by home). Default: nothing."""
        return None

    def review(self, market: Market, arrangement: Arrangement) -> bool:
        """What happens at the week's review; a rule checks the date itself (`market.ends("quarter")`).

        Returns True if it changed which homes may be asked or at what fee.
        """
        return False

    def next_review(self, market: Market, arrangement: Arrangement) -> int:
        """After a review: the week before which another is not needed. Default: reviews are every week.

        Terms or members that change at a date bring the review of that week.
        """
        return market.week + 1

    def joined_by(self) -> Members | None:
        """For a rule by which members buy as one: who they are; what they buy through is `inside`."""
        return None

    def bypass_chance(self, urgency: Floats) -> Floats:
        """The chance that a member goes round what is `inside` for a child of some urgency (0-1)."""
        return np.zeros_like(urgency)

    def erosion(self, market: Market, arrangement: Arrangement) -> float:
        """How much of the sharing within is eroded this week (0-1): so many more go round it. Default: nothing."""
        return 0.0

    def for_children(self, market: Market, rows: Ints) -> Bools | None:
        """Which of the searching children (rows) it is for. Default: all."""
        return None

    # What a rule by which members buy as one may say besides.

    def decides_later(self, market: Market, rows: Ints) -> Bools | None:
        """For which of the searching children (rows) nothing is decided this week and nobody buys. Default: none."""
        return None

    def compares(self, market: Market, rows: Ints) -> Bools | None:
        """For which of the searching children (rows) their member searches alone as well, and weighs what it finds side
        by side with what the whole is offered. Default: none."""
        return None

    def miles_at_most(self, market: Market, rows: Ints) -> Floats | None:
        """How far from home (miles) each of the searching children (rows) may live in a place bought through what is
        inside. Default: as far as that reaches."""
        return None

    def keeps_for_own(self, market: Market, arrangement: Arrangement) -> Bools | None:
        """Which homes' open places are this week for children of the home's own authority only. Default: none."""
        return None

    def agrees(self, market: Market, arrangement: Arrangement, inner: Arrangement, rise: float) -> bool:
        """Whether members agree to a rise (share) of the fees of an arrangement inside. Default: they do."""
        return True

    def settles(self, market: Market, arrangement: Arrangement) -> Floats | None:
        """What authorities pay one another this week (GBP by authority; below 0: get), 0 in all. Default: nothing."""
        return None

    def has(self, hook: str) -> bool:
        """True if this rule has a hook of its own, so that it is worth calling."""
        return getattr(type(self), hook) is not getattr(PurchasingRule, hook)


@dataclass
class Leavers:
    """Authorities that have left and still pay their `share` of all that is owed (0-1), each up to the week before
    `until` (of those who have just left not said yet)."""

    rows: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    share: Floats = field(default_factory=lambda: np.zeros(0))
    until: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def keep(self, wanted: Bools) -> None:
        """Drop all others."""
        self.rows, self.share, self.until = self.rows[wanted], self.share[wanted], self.until[wanted]

    def let_go(self) -> None:
        """Those of whom nothing was said are not bound."""
        self.keep(self.until != NOT_SAID)

    def add(self, rows: Ints, share: Floats) -> None:
        """These have just left."""
        self.rows, self.share = np.append(self.rows, rows), np.append(self.share, share)
        self.until = np.append(self.until, np.full(len(rows), NOT_SAID))


@dataclass
class Arrangement:
    """One rule in force for one buyer: what it holds and has agreed, which changes in a run.

    `name` is the arrangement's name in the scenario, `label` tells apart those of one name; `route` is the word that
    placements carry. `members` are the rows of the authorities that buy through it and `shares` how they share what is
    owed (adds up to 1). `cooperative` is the number of the cooperative's own arrangement that it belongs to, or None;
    `inner` are the arrangements of a cooperative. `on_panel[h]` says whether home `h` has joined; `ceilings` are the
    agreed fees by need band, `terms` those that they began with; `raised` is what fees of held places have become over
    those first agreed. `homes_planned` is how many homes were planned because
    of it, `places_created` how many places it has held in those that opened, `capital_due` what members have yet to pay
    for their houses (GBP). `places_agreed` is how many places it was to hold besides, as terms and members last said,
    `to_give_back` how many of those held before are given back when they stand empty. `began_week` is when it was set
    up. `leavers` still pay, `joined` are the rows of those who have just come, `frozen` says that members have not
    agreed to this April's rise; `memory` is what a rule notes for itself.
    """

    number: int
    name: str
    label: str
    route: str
    rule: Any  # a PurchasingRule, whose hooks take arrangements
    key: int
    members: Ints
    shares: Floats
    cooperative: int | None = None
    inner: list[int] = field(default_factory=list)
    on_panel: Bools = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    ceilings: Floats = field(default_factory=lambda: np.zeros(3))
    terms: Floats = field(default_factory=lambda: np.zeros(3))
    ends_week: int = 0
    raised: float = 1.0
    homes_planned: int = 0
    places_created: int = 0
    places_agreed: int = 0
    to_give_back: int = 0
    capital_due: float = 0.0
    began_week: int = 0
    fill_seen: float = 0.0
    times_seen: int = 0
    leavers: Leavers = field(default_factory=Leavers)
    joined: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    frozen: bool = False
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def shares_for_itself(self) -> bool:
        """Whether its own rule says how several members share: within a cooperative that does."""
        return len(self.members) > 1 and self.cooperative is None

    @property
    def has_other_members(self) -> bool:
        """Whether somebody has just come or left."""
        return len(self.joined) > 0 or bool((self.leavers.until == NOT_SAID).any())

    def payers(self) -> tuple[Ints, Floats]:
        """Who pays what is owed, and in what shares (which add up to 1): the members, and those who have left and are
        still bound."""
        still = float(self.leavers.share.sum())
        if not still:
            return self.members, self.shares
        return np.append(self.members, self.leavers.rows), np.append(self.shares * (1 - still), self.leavers.share)

    @property
    def identity(self) -> tuple[str, str, str]:
        """What an arrangement goes on under when values change at a date: under another rule it is another one."""
        return self.name, self.label, self.rule.name

    def holdings_of(self, market: Market) -> Ints:
        """Rows of the holdings that belong to this arrangement and still hold places."""
        holdings = market.holdings
        return np.flatnonzero((holdings.arrangement == self.number) & (holdings.places > 0))


@dataclass
class Together:
    """Arrangements under one rule that are asked together."""

    arrangements: Sequence[Arrangement]

    def __len__(self) -> int:
        return len(self.arrangements)

    @property
    def rule(self) -> Any:
        """The rule of all."""
        return self.arrangements[0].rule

    @cached_property
    def numbers(self) -> Ints:
        """The number of each."""
        return np.array([arrangement.number for arrangement in self.arrangements], dtype=np.int64)

    @cached_property
    def members(self) -> tuple[Ints, Ints]:
        """The members of all, one after the other, and for each its arrangement's place among these."""
        members = [arrangement.members for arrangement in self.arrangements]
        return np.concatenate(members), np.repeat(np.arange(len(members)), [len(rows) for rows in members])


class Lots:
    """Places that may be asked for, a row a lot.

    `home`; the weekly `fee` by need band (GBP; n, 3); the `holding` in which the places lie (not given: OPEN_PLACE,
    those that anybody may have); what is left of the homes' willingness (`eager`, 0-1; n, 3; not given: all of it).
    `number` is how many lots each of the arrangements that are asked together has, one after the other (not given: all
    are of one), and `least_acceptance` the least chance by need band that a home with a free place takes a child
    (0-1; 3 or arrangements, 3; not given: none).
    """

    def __init__(
        self, home: Ints, fee: Floats, holding: Ints | None = None, eager: Floats | None = None,
        least_acceptance: Floats | None = None, number: Ints | None = None,
    ) -> None:  # fmt: skip
        self.home, self.fee = home, fee
        self.holding = np.full(len(home), OPEN_PLACE) if holding is None else holding
        self.eager = np.ones((len(home), 3)) if eager is None else eager
        self.number = np.array([len(home)]) if number is None else number
        least = np.zeros(3) if least_acceptance is None else least_acceptance
        self.least_acceptance = np.broadcast_to(least, (len(self.number), 3))

    @classmethod
    def side_by_side(cls, lots: Sequence[Self]) -> Self:
        """The lots of several arrangements, one after the other (at least one)."""
        columns = ("home", "fee", "holding", "eager", "least_acceptance", "number")
        return cls(*(np.concatenate([getattr(one, name) for one in lots]) for name in columns))


@dataclass(frozen=True)
class Reach:
    """Search radius (miles) and acceptable fee, each at no urgency and at the deadline, linear in between.

    `fee_limit_at_first` is a multiple of what the authority expects to pay; None: the fee is agreed and has no limit.
    `any_rating`: homes below good are asked even by authorities that otherwise ask only better ones.
    """

    miles_at_first: float = 1_000.0
    miles_at_last: float = 1_000.0
    fee_limit_at_first: float | None = None
    any_rating: bool = False


@dataclass(frozen=True)
class Dues:
    """What is owed in a week (GBP): `office` to whoever runs the arrangement, `homes` to the providers of homes, a
    value for each home (None: to no home); and what health or others pay of all that members owe, `from_outside`."""

    office: float = 0.0
    homes: Floats | None = None
    from_outside: float = 0.0


class Members(Section):
    """Who is in the cooperative: those named and those of the regions named; nobody named means everybody."""

    authorities: list[str] = figure([], "names or ONS codes")
    regions: list[str] = figure([], "names of regions")
    share: Share = figure(1.0, "share of these authorities that join, the same ones first at any share")
    one_per: Literal["all", "region"] = figure("all", "`region`: the members of each region form a cooperative each")

    def everybody(self) -> bool:
        """True if nobody is named."""
        return not self.authorities and not self.regions
