"""What policies remember of children from week to week, and who comes first where there isn't room for all.

Rows of children are used again, so a child is remembered with its key and the number of its search.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints, Keys
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.market.market import Market
from marketsim.policies.policy import InForce

MONTHS_PER_YEAR = 12


class Known(NamedTuple):
    """Children whom a policy remembers, one at a position: their rows, who they were, and since which `week`."""

    row: Ints
    key: Keys
    search: Ints
    week: Ints

    def those(self, which: Bools) -> Known:
        """Some of them."""
        return Known._make(column[which] for column in self)


def remember(market: Market, on: InForce, what: str, rows: Ints) -> None:
    """Remember children (rows) as they are now, beside those already remembered."""
    children, week = market.children, np.full(len(rows), market.week)
    new = Known(rows, children.key[rows], children.search[rows], week)
    before = on.memory.get(what)
    both = new if before is None else Known._make(np.concatenate(pair) for pair in zip(before, new, strict=True))
    on.memory[what] = both


def known(market: Market, on: InForce, what: str) -> Known:
    """Those remembered who haven't searched again since; the others are forgotten."""
    if what not in on.memory:
        remember(market, on, what, np.zeros(0, dtype=np.int64))
    children, before = market.children, on.memory[what]
    found: Known
    same = (children.key[before.row] == before.key) & (children.search[before.row] == before.search)
    found = on.memory[what] = before.those(same)
    return found


def known_in_state(market: Market, on: InForce, what: str, state: int) -> Known:
    """The same for those in a state, such as WAITING; the others are forgotten."""
    found = known(market, on, what)
    on.memory[what] = found = found.those(market.children.state[found.row] == state)
    return found


def counted(authority: Ints, market: Market) -> Ints:
    """How many entries each authority has."""
    return np.bincount(authority, minlength=len(market.authorities))


def first_in_line(authority: Ints, room: Ints, *ranks: Any) -> Bools:
    """Who comes first: so many of each authority as it has `room` for, the lowest in the first of `ranks` before the
    others, in the second where the first is the same, and so on."""
    order = np.lexsort((*ranks[::-1], authority))
    in_order = authority[order]
    found = np.zeros(len(order), dtype=np.bool_)
    found[order] = np.arange(len(order)) - np.searchsorted(in_order, in_order) < room[in_order]
    return found


def month_s_share(on: InForce, what: str, yearly: float) -> Ints:
    """By authority how many of so many a year fall to this month, in whole numbers; a fraction waits for the next."""
    due = on.member * (yearly / MONTHS_PER_YEAR) + on.memory.get(what, 0.0)
    whole = np.floor(due)
    on.memory[what] = due - whole
    return np.asarray(whole.astype(np.int64))


def weeks_in_force(market: Market, on: InForce) -> Ints:
    """By authority the weeks since it first had the policy; -1 for one that never had. To be asked every week."""
    first = on.memory.setdefault("first_week", np.full(len(on.member), -1))
    first[on.member & (first < 0)] = market.week
    return np.where(first < 0, -1, market.week - first)


def a_week(market: Market, yearly: float) -> float:
    """What so much a year comes to in a week, in today's money (GBP)."""
    return yearly / WEEKS_PER_YEAR * market.cost_index


def for_members(on: InForce, pounds: float) -> Floats:
    """So much for each authority that has the policy (GBP by authority)."""
    return np.where(on.member, pounds, 0.0)
