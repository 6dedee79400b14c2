"""What a purchasing rule is: the contract that every file of rules in this folder keeps.

A rule is a frozen pydantic model in a file of its own in this folder: its fields are what a scenario may set, its
hooks say which homes may be asked, at what fee, what is owed and to whom, and what happens at review; what is owed for
a place that stands empty is agreed when the place is held (`Holdings.retainer`).
Dropping a file in here, or into a folder named in MARKETSIM_RULES, makes scenarios accept the rule.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.market.homes import NewHomes
from marketsim.market.market import Market
from marketsim.purchasing.arrangement import Arrangement, Leavers, Together
from marketsim.purchasing.lots import Dues, Lots, Reach
from marketsim.scenario.levers import Lever
from marketsim.scenario.sections.base import Section, Share, figure

__all__ = ["Arrangement", "Dues", "Leavers", "Lots", "Members", "PurchasingRule", "Reach", "Scope", "Together"]
Scope = Literal["authority", "region", "england"]


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


class Members(Section):
    """Who is in the cooperative: those named and those of the regions named; nobody named means everybody."""

    authorities: list[str] = figure([], "names or ONS codes")
    regions: list[str] = figure([], "names of regions")
    share: Share = figure(1.0, "share of these authorities that join, the same ones first at any share")
    one_per: Literal["all", "region"] = figure("all", "`region`: the members of each region form a cooperative each")

    def everybody(self) -> bool:
        """True if nobody is named."""
        return not self.authorities and not self.regions
