"""Who paid whom for what: every pound that an authority pays is received by somebody."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats, Ints

KINDS = (
    "placements", "places_beside", "empty_places", "own_empty_places", "running_cost", "unregistered", "agreed_dues",
    "handed_back", "programmes", "capital", "from_outside", "common_pot",
)  # fmt: skip


class Ledger:
    """The payments of one week (GBP).

    `paid[kind]` is what each authority pays, a value for each of KINDS (`handed_back` and `from_outside` are what it
    gets back, below 0; `common_pot` is what members of a cooperative pay one another); `received` is what each
    provider gets. `voids` are the places that each authority pays for
    though they stand empty: its share of contracts, and its own homes.
    `besides` is what each home got beyond fees and retainers, less what it handed back (none before the first payment).
    `unregistered` settings, the `offices` of arrangements and those who run `programmes` of policies, build or sell
    houses receive too; what comes `from_outside` is paid by others.
    """

    def __init__(self, authorities: int, providers: int, homes: int = 0) -> None:
        self.table = np.zeros((len(KINDS), authorities))
        self.paid: dict[str, Floats] = dict(zip(KINDS, self.table, strict=True))
        self.received, self.voids = np.zeros(providers), np.zeros(authorities)
        self.besides = np.zeros(homes)
        self.unregistered, self.offices, self.programmes = 0.0, 0.0, 0.0

    def give_homes(self, provider: Ints, pounds: Floats) -> None:
        """Homes get so much besides (GBP by home; below 0: hand it back), and with them the `provider` of each."""
        self.besides += pounds
        np.add.at(self.received, provider, pounds)

    @property
    def spend(self) -> Floats:
        """All that each authority pays (GBP)."""
        return np.asarray(np.add.reduce(self.table, axis=0))

    def imbalance(self) -> float:
        """Paid less received (GBP); zero but for rounding."""
        received = self.received.sum() + self.unregistered + self.offices + self.programmes
        return float(self.spend.sum() - self.paid["from_outside"].sum() - received)
