"""What a purchasing rule is: the contract that every file of rules in this folder keeps.

A rule is a frozen pydantic model in a file of its own in this folder: its fields are what a scenario may set, its
hooks say which homes may be asked, at what fee, and what happens at review; what is owed for a place that stands empty
is agreed when the place is held (`Holdings.retainer`).
Dropping a file in here, or into a folder named in MARKETSIM_RULES, makes scenarios accept the rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from marketsim.scenario.levers import Lever

if TYPE_CHECKING:
    from marketsim.purchasing.arrangement import Arrangement, Lots, LotsOfAll, Market, Together

Scope = Literal["authority", "region", "england"]


class PurchasingRule(Lever):
    """Base of all purchasing rules.

    A subclass sets `name` (the word in YAML and in the column `route`), declares its fields, and overrides the
    hooks that it needs. `follows_market` is False for a rule whose lots change only when it says so at review, when
    costs change, or when homes close or own homes of authorities open; `follows_costs` is False too if they change
    neither with costs nor with own homes. Rules keep nothing: what changes in a run lives in the `Arrangement` that
    they are given, of which `on_panel` and `shares` are set only in `start`, `change` and `review`.
    """

    follows_market: ClassVar[bool] = True
    follows_costs: ClassVar[bool] = True
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

    def lots(self, market: Market, arrangement: Arrangement) -> Lots:
        """Which homes may be asked, through which places, at what weekly fee by need band."""
        raise TypeError(f"the rule {self.name} does not say which homes may be asked")

    def lots_of_all(self, market: Market, together: Together) -> LotsOfAll:
        """The same for several arrangements under this rule. A rule that many buyers have can override this instead,
        and say them all at once."""
        from marketsim.purchasing.arrangement import side_by_side

        return side_by_side([self.lots(market, arrangement) for arrangement in together.arrangements])

    def review(self, market: Market, arrangement: Arrangement) -> bool:
        """What happens at the week's review; a rule checks `market.week` itself.

        Returns True if it changed which homes may be asked or at what fee.
        """
        return False

    def next_review(self, week: int, arrangement: Arrangement) -> int:
        """After the review of `week`: the week before which another is not needed. Default: reviews are every week.

        Terms or members that change at a date bring the review of that week.
        """
        return week + 1


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
