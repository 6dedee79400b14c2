"""What a rule answers: places that may be asked for, how far a search goes, and what is owed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.market.children import OPEN_PLACE


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
