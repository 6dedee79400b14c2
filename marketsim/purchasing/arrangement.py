"""What rules are asked about, and what they answer: arrangements, and lots of places that may be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.market.children import OPEN_PLACE
from marketsim.market.market import Market


@dataclass
class Arrangement:
    """One rule in force for one buyer: what it holds and has agreed, which changes in a run.

    `name` is the arrangement's name in the scenario, `label` tells apart those of one name; `route` is the word that
    placements carry. `members` are the rows of the authorities that buy through it and `shares` how they share what is
    owed (adds up to 1). `cooperative` is the number of the cooperative's own arrangement that it belongs to, or None;
    `inner` are the arrangements of a cooperative. `on_panel[h]` says whether home `h` has joined; `ceilings` are the
    agreed fees by need band, `terms` those that they began with.
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
    fill_seen: float = 0.0
    times_seen: int = 0

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
