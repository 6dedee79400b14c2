"""Why spend differs: the change of what authorities pay, split by cause; the parts add up to the whole."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from marketsim.core.columns import Floats
from marketsim.week.census import OF_NEEDS

CAUSES = {
    "price": "fees of the same children: bought places at the needs they have now",
    "mix of need": "more or fewer children whose care costs more, in bought places",
    "number placed": "more or fewer children in bought places",
    "own homes": "children in authorities' own homes, and these homes' empty places",
    "places beside": "places kept empty beside a child",
    "retainers": "empty places held by contracts",
    "running cost": "offices of cooperatives",
    "agreed dues": "what arrangements owe besides, less what is handed back",
    "programmes": "what policies cost to run, less what government, health and others pay of it",
    "capital": "houses and setting up, of homes that authorities pay for",
    "last resort": "children in unregistered settings",
}  # fmt: skip
AS_PAID = {
    "places beside": ("paid_places_beside_gbp",),
    "retainers": ("paid_empty_places_gbp",),
    "own homes": ("fees_own_homes_gbp", "paid_own_empty_places_gbp"),
    "running cost": ("paid_running_cost_gbp",),
    "agreed dues": ("paid_agreed_dues_gbp", "paid_handed_back_gbp"),
    "programmes": ("paid_programmes_gbp", "paid_from_outside_gbp"),
    "capital": ("paid_capital_gbp",),
    "last resort": ("paid_unregistered_gbp",),
}
NUMBERS = [f"bought_{needs}" for needs in OF_NEEDS]
FEES = [f"fees_{needs}_gbp" for needs in OF_NEEDS]


class Fees(NamedTuple):
    """Change of fees for bought places (GBP, a row a run): for other prices, another mix of need, another number."""

    price: Floats
    mix: Floats
    number: Floats


def by_cause(base: pd.DataFrame, other: pd.DataFrame) -> dict[str, Floats]:
    """The change of spend from `base` to `other` (GBP) by cause, a value a row; rows as `groups.sums_of` gives them, of
    the same replicates. The causes add up to the change of spend, but for rounding."""
    both = (frame[columns].to_numpy(dtype=np.float64) for frame in (base, other) for columns in (NUMBERS, FEES))
    fees = of_fees(*both)
    found = {"price": fees.price, "mix of need": fees.mix, "number placed": fees.number}
    for cause, columns in AS_PAID.items():
        before, after = (frame[list(columns)].to_numpy(dtype=np.float64).sum(axis=1) for frame in (base, other))
        found[cause] = after - before
    return {cause: found[cause] for cause in CAUSES}


def of_fees(number_before: Floats, fees_before: Floats, number_after: Floats, fees_after: Floats) -> Fees:
    """Fees by run and needs taken apart: number at the old mean fee, mix at the old fees, price at the new children.

    Needs that nobody had before have no old fee: their new one stands for it, so that they are mix and not price.
    """
    mean_after = np.divide(fees_after, number_after, out=np.zeros_like(fees_after), where=number_after > 0)
    old = np.divide(fees_before, number_before, out=mean_after.copy(), where=number_before > 0)
    before, after = number_before.sum(axis=1), number_after.sum(axis=1)
    usual = np.divide(fees_before.sum(axis=1), before, out=np.zeros_like(before), where=before > 0)
    grown = np.divide(after, before, out=np.zeros_like(before), where=before > 0)
    price = (number_after * (mean_after - old)).sum(axis=1)
    mix = ((number_after - number_before * grown[:, None]) * old).sum(axis=1)
    return Fees(price, mix, (after - before) * usual)
