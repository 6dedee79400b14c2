"""Who paid whom for what: every pound that an authority pays is received by somebody."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats

KINDS = (
    "placements", "places_beside", "empty_places", "own_empty_places", "running_cost", "unregistered", "agreed_dues",
    "handed_back",
)  # fmt: skip


class Ledger:
    """The payments of one week (GBP).

    `paid[kind]` is what each authority pays, a value for each of KINDS (`handed_back` is what it gets back, below 0);
    `received` is what each provider gets. `voids` are the places that each authority pays for though they stand empty:
    its share of contracts, and its own homes. `unregistered` settings and the `offices` of arrangements receive too.
    """

    def __init__(self, authorities: int, providers: int) -> None:
        self.table = np.zeros((len(KINDS), authorities))
        self.paid: dict[str, Floats] = dict(zip(KINDS, self.table, strict=True))
        self.received, self.voids = np.zeros(providers), np.zeros(authorities)
        self.unregistered, self.offices = 0.0, 0.0

    @property
    def spend(self) -> Floats:
        """All that each authority pays (GBP)."""
        return np.asarray(np.add.reduce(self.table, axis=0))

    def imbalance(self) -> float:
        """Paid less received (GBP); zero but for rounding."""
        received = self.received.sum() + self.unregistered + self.offices
        return float(self.spend.sum() - received)
