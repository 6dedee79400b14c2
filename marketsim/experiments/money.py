"""Why spend differs: the change of what authorities pay, split by cause; the parts add up to the whole."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from marketsim.core.columns import Floats
from marketsim.week.census import OF_DISTANCE, OF_NEEDS, OF_PLACES

CAUSES = {
    "price": "fees of the same children at the same distance: bought places at the needs they have now",
    "mix of need": "more or fewer children whose care costs more, in bought places",
    "distance": "bought places nearer home or over 20 miles away, where fees are others",
    "number placed": "more or fewer children in bought places",
    "own homes": "children in authorities' own homes, and these homes' empty places",
    "places beside": "places kept empty beside a child",
    "retainers": "empty places held by contracts",
    "running cost": "offices of cooperatives",
    "agreed dues": "what arrangements owe besides, less what is handed back",
    "programmes": "what policies cost to run, less what government, health and others pay of it",
    "capital": "houses and setting up, of homes that authorities pay for",
    "common pot": "what members of a cooperative pay one another; 0 for all together",
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
    "common pot": ("paid_common_pot_gbp",),
    "last resort": ("paid_unregistered_gbp",),
}
NUMBERS = [f"bought_{place}" for place in OF_PLACES]
FEES = [f"fees_{place}_gbp" for place in OF_PLACES]


class Fees(NamedTuple):
    """Change of fees for bought places (GBP, a row a run): for other prices, another mix of need, other distances,
    another number."""

    price: Floats
    mix: Floats
    distance: Floats
    number: Floats


def by_cause(base: pd.DataFrame, other: pd.DataFrame) -> dict[str, Floats]:
    """The change of spend from `base` to `other` (GBP) by cause, a value a row; rows as `groups.sums_of` gives them, of
    the same replicates. The causes add up to the change of spend, but for rounding."""
    both = (by_needs(frame, columns) for frame in (base, other) for columns in (NUMBERS, FEES))
    fees = of_fees(*both)
    found = {
        "price": fees.price, "mix of need": fees.mix, "distance": fees.distance, "number placed": fees.number,
    }  # fmt: skip
    for cause, columns in AS_PAID.items():
        before, after = (frame[list(columns)].to_numpy(dtype=np.float64).sum(axis=1) for frame in (base, other))
        found[cause] = after - before
    return {cause: found[cause] for cause in CAUSES}


def of_fees(number_before: Floats, fees_before: Floats, number_after: Floats, fees_after: Floats) -> Fees:
    """Fees by run, needs and distance taken apart: number at the old mean fee, mix at the old fees of needs, distance
    at the old fees of needs near and far, price at the new children.

    Needs, or a distance of theirs, that nobody had before have no old fee: their new one stands for it, so that they
    are mix or distance and not price.
    """
    new = _quotient(fees_after, number_after, np.zeros_like(fees_after))
    needs_before, needs_after = number_before.sum(axis=2), number_after.sum(axis=2)
    old = _quotient(fees_before, number_before, new)
    usual_after = _quotient(fees_after.sum(axis=2), needs_after, 0.0)
    usual_of_needs = _quotient(fees_before.sum(axis=2), needs_before, usual_after)
    before, after = needs_before.sum(axis=1), needs_after.sum(axis=1)
    usual, grown = _quotient(fees_before.sum(axis=(1, 2)), before, 0.0), _quotient(after, before, 0.0)
    as_before = _quotient(number_before * needs_after[:, :, None], needs_before[:, :, None], number_after)
    return Fees(
        price=(number_after * (new - old)).sum(axis=(1, 2)),
        mix=((needs_after - needs_before * grown[:, None]) * usual_of_needs).sum(axis=1),
        distance=((number_after - as_before) * old).sum(axis=(1, 2)),
        number=(after - before) * usual,
    )


def _quotient(above: Floats, below: Floats, otherwise: Floats | float) -> Floats:
    """above / below; something else where there is nothing to divide by."""
    return np.asarray(np.divide(above, below, out=np.broadcast_to(otherwise, above.shape).copy(), where=below > 0))


def by_needs(sums: pd.DataFrame, columns: list[str]) -> Floats:
    """Sums by run, needs and distance."""
    return sums[columns].to_numpy(dtype=np.float64).reshape(len(sums), len(OF_NEEDS), len(OF_DISTANCE))
