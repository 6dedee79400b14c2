"""Who paid whom for what: every pound that an authority pays is received by somebody."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from marketsim.columns import Floats, Ints


class Ledger:
    """The payments of one week (GBP), by paying authority and by receiver.

    `paid[kind]` has a row an authority; `received` a row a provider. `unregistered` settings and the offices of
    `cooperatives` are receivers too.
    """

    KINDS: ClassVar[tuple[str, ...]] = (
        "placements",
        "places_beside",
        "empty_places",
        "own_empty_places",
        "running_cost",
        "unregistered",
    )

    def __init__(self, authorities: int, providers: int) -> None:
        self._paid: Floats = np.zeros((len(self.KINDS), authorities))
        self.paid: dict[str, Floats] = dict(zip(self.KINDS, self._paid, strict=True))
        self.received: Floats = np.zeros(providers)
        self.unregistered = 0.0
        self.cooperatives = 0.0

    def pay_unregistered(self, children: Floats, pounds: float) -> None:
        """Authorities pay for their children in unregistered settings, the same for each."""
        self.paid["unregistered"] += children * pounds
        self.unregistered += float(children.sum()) * pounds

    def pay_cooperative(self, members: Ints, shares: Floats, pounds: float) -> None:
        """Members pay the running cost of their cooperative in their shares."""
        np.add.at(self.paid["running_cost"], members, shares * pounds)
        self.cooperatives += pounds

    @property
    def spend(self) -> Floats:
        """All that each authority pays (GBP)."""
        return np.asarray(np.add.reduce(self._paid, axis=0))

    def imbalance(self) -> float:
        """Paid less received (GBP); zero but for rounding."""
        received = self.received.sum() + self.unregistered + self.cooperatives
        return float(self.spend.sum() - received)
