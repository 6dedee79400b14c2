"""Rules in force: an arrangement, who belongs to it, who has left it, and arrangements that are asked together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.market.market import Market

NOT_SAID = -1


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
