"""Who paid whom for what: every pound that an authority pays is received by somebody."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats

KINDS = ("placements", "places_beside", "empty_places", "own_empty_places", "running_cost", "unregistered")
PLACEMENTS, PLACES_BESIDE, EMPTY_PLACES, OWN_EMPTY_PLACES, RUNNING_COST, UNREGISTERED = range(len(KINDS))


class Ledger:
    """The payments of one week (GBP), by paying authority and by receiver.

    `table` (kinds, authorities) is what authorities pay, `received` has a row a provider.
    `unregistered` settings and the offices of `cooperatives` are receivers too.
    """

    def __init__(self, table: Floats, received: Floats, unregistered: float = 0.0, cooperatives: float = 0.0) -> None:
        self.table, self.received = table, received
        self.unregistered, self.cooperatives = unregistered, cooperatives

    @property
    def paid(self) -> dict[str, Floats]:
        """What each authority pays, by name (GBP)."""
        return dict(zip(KINDS, self.table, strict=True))

    @property
    def spend(self) -> Floats:
        """All that each authority pays (GBP)."""
        return np.asarray(np.add.reduce(self.table, axis=0))

    def imbalance(self) -> float:
        """Paid less received (GBP); zero but for rounding."""
        received = self.received.sum() + self.unregistered + self.cooperatives
        return float(self.spend.sum() - received)
