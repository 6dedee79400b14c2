"""The smallest payments between members that leave nobody, alone or in a group, better off outside.

On expected values it is a linear programme (SciPy's HiGHS): payments add up to nothing, everybody who could leave gets
at least what it gains by leaving, and the sum of all amounts is least. Among several such, those are taken in which
nobody gives up a greater share of its gain than need be. What would have to come from outside where members can't do
it is the cost of stability (Y. Bachrach and others, "The cost of stability in coalitional games", SAGT 2009).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from marketsim.core.columns import Floats, Ints

SLACK = 1e-6  # pounds: within which the solver keeps to a sum


@dataclass(frozen=True)
class Transfers:
    """What each member `gets` from others (whole GBP a year; below 0: pays), which adds up to 0; None if nothing that
    members pay each other keeps all in. `missing` is then what would have to come from outside (GBP a year)."""

    gets: Ints | None
    missing: float

    @property
    def moved(self) -> int:
        """How much changes hands (GBP a year)."""
        return 0 if self.gets is None else int(self.gets[self.gets > 0].sum())


def smallest_transfers(gains: Mapping[tuple[int, ...], float], members: int) -> Transfers:
    """`gains`: what those who could leave together (places among the members) gain together by staying, GBP a year.

    In whole pounds: who gets something gets at least what it needs, and a group may miss a pound a head by rounding.
    """
    wanted = -np.array(list(gains.values()))
    together = _membership(list(gains), members)
    missing = _missing(together, wanted)
    if missing > SLACK:
        return Transfers(None, missing)
    own = {group[0]: gain for group, gain in gains.items() if len(group) == 1}
    room = np.array([max(own.get(place, 0.0), 0.0) for place in range(members)])
    least = _solved(together, wanted, room, np.inf)
    moved = np.abs(least).sum()
    fairest = _solved(together, wanted, room, moved * (1 + 1e-9) + SLACK)
    return Transfers(in_pounds(fairest), 0.0)


def _membership(groups: Sequence[Sequence[int]], members: int) -> Floats:
    """A row a group, a column a member: 1 for who is in it."""
    table = np.zeros((len(groups), members))
    for row, group in enumerate(groups):
        table[row, list(group)] = 1.0
    return table


def _missing(together: Floats, wanted: Floats) -> float:
    """The least that must come from outside so that all can be given what they want."""
    count = together.shape[1]
    found = linprog(np.ones(count), A_ub=-together, b_ub=-wanted, bounds=(None, None), method="highs")
    return float(found.fun)


def _solved(together: Floats, wanted: Floats, room: Floats, most: float) -> Floats:
    """Payments of the least total; or, with a bound on the total (`most`), those of the least greatest share of
    `room` that anybody with some gives. Columns: what each gets, what each pays, the greatest share."""
    count = len(room)
    cost = np.concatenate([np.ones(2 * count), [0.0]]) if np.isinf(most) else np.append(np.zeros(2 * count), 1.0)
    enough = np.hstack([-together, together, np.zeros((len(together), 1))])
    above, limits = [enough], [-wanted]
    if np.isfinite(most):
        shares = np.hstack([np.zeros((count, count)), np.eye(count), -np.maximum(room, 1.0)[:, None]])
        above += [shares, np.append(np.ones(2 * count), 0.0)[None, :]]
        limits += [np.zeros(count), np.array([most])]
    level = np.concatenate([np.ones(count), -np.ones(count), [0.0]])[None, :]
    found = linprog(
        cost, A_ub=np.vstack(above), b_ub=np.concatenate(limits), A_eq=level, b_eq=[0.0], bounds=(0, None),
        method="highs",
    )  # fmt: skip
    if not found.success:
        raise ArithmeticError(f"the transfers have no solution: {found.message}")
    return np.asarray(found.x[:count] - found.x[count : 2 * count])


def in_pounds(gets: Floats) -> Ints:
    """Whole pounds that add up to 0: what is got is rounded up, and who pays pays it by the largest remainder."""
    near = np.round(gets, 4)
    payers = np.flatnonzero(near < 0)
    if not len(payers):
        return np.zeros(len(near), dtype=np.int64)
    whole = np.ceil(near).astype(np.int64)
    order = payers[np.argsort(near[payers] - whole[payers], kind="stable")]  # the most below its rounded value first
    for turn in range(int(whole.sum())):
        whole[order[turn % len(order)]] -= 1
    return whole
