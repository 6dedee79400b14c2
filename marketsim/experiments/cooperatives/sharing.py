"""Ways in which the members of a cooperative can share what they owe together, in one week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from marketsim.core.columns import Floats, Ints

AS_SET: Final = "as_set"
WAYS: Final = {
    AS_SET: "as the run paid it: in the shares of the scenario's cost_sharing",
    "by_use": "each week's joint cost by the children who live in that week where the cooperative placed them",
    "by_population": "each week's joint cost by the population of the members of that week",
    "equal": "each week's joint cost in equal parts among the members of that week",
    "pooled": "all that the members of a week spend in one pot, shared by population",
}


@dataclass(frozen=True)
class Joint:
    """What a cooperative owes in one week, as it is paid (GBP).

    `members` are rows of authorities, `paid` what each pays of it, `used` the children of each who live where the
    cooperative placed them. `paid` holds all that goes by shares: the office, empty places held by its contracts, what
    its arrangements owe or get back besides, and houses that they bought.
    """

    members: Ints
    paid: Floats
    used: Floats


def spends(spend: Floats, joint: Joint | None, population: Floats) -> dict[str, Floats]:
    """What each authority spends in a week under each of WAYS (GBP, a value an authority), from what it spent in the
    run; without a cooperative (None) the same under all.

    The joint cost is shared anew, and what a member buys for its own children stays its own, but for `pooled`. What is
    shared is what the run paid: that somebody with another share would have bought otherwise is not in it.
    """
    if joint is None:
        return dict.fromkeys(WAYS, spend)
    rows = joint.members
    weights = {"by_use": joint.used, "by_population": population[rows], "equal": np.ones(len(rows))}
    found = {AS_SET: spend}
    for way, weight in weights.items():
        found[way] = spend.copy()
        found[way][rows] += shared(float(joint.paid.sum()), weight) - joint.paid
    found["pooled"] = spend.copy()
    found["pooled"][rows] = shared(float(spend[rows].sum()), population[rows])
    return found


def shared(total: float, weights: Floats) -> Floats:
    """An amount by weights; in equal parts where there are none."""
    whole = weights.sum()
    return np.asarray(total * (weights / whole if whole > 0 else np.full(len(weights), 1 / len(weights))))
