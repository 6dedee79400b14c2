"""Shapley values of a cost game: what each member of a group should bear if it bears what it adds, on average of all
orders in which they could join.

L. S. Shapley, "A value for n-person games", in Contributions to the Theory of Games II (1953). For many players means
of sampled orders (J. Castro, D. Gómez and J. Tejada, "Polynomial calculation of the Shapley value based on sampling",
Computers & Operations Research 36, 2009), each with its reverse, which takes out much of the luck of sampling.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import factorial
from typing import Final

import numpy as np

from marketsim.core import streams
from marketsim.core.columns import Floats

Players = frozenset[str]
MOST_EXACT: Final = 10  # players, whose 1,024 coalitions are run one by one
MOST_ORDERS: Final = 10_000


def shapley_values(cost: Mapping[Players, Floats]) -> dict[str, Floats]:
    """What each player bears, a value a replicate, in the order of names; in each they add up to the cost of all.

    `cost` has a row of values, one a replicate, for every coalition; that of nobody may be left out, and is 0. Raises
    ValueError, which names one, if others are missing.
    """
    players = sorted(frozenset().union(*cost))
    table = _by_bits(cost, players)
    mask = np.arange(len(table))
    size = np.array([int(number).bit_count() for number in mask])
    found = {}
    for place, player in enumerate(players):
        before = mask[mask & (1 << place) == 0]
        adds = table[before | 1 << place] - table[before]
        found[player] = _weights(len(players))[size[before]] @ adds
    return found


def _by_bits(cost: Mapping[Players, Floats], players: Sequence[str]) -> Floats:
    """The costs as a table: row 5 (binary 101) has those of the first and the third player together."""
    rows = [frozenset(p for place, p in enumerate(players) if mask >> place & 1) for mask in range(1 << len(players))]
    length = len(next(iter(cost.values())))
    missing = [coalition for coalition in rows if coalition and coalition not in cost]
    if missing:
        raise ValueError(f"the cost of {', '.join(sorted(missing[0]))} is missing, and of {len(missing) - 1} more")
    return np.array([cost.get(coalition, np.zeros(length)) for coalition in rows], dtype=np.float64)


def _weights(players: int) -> Floats:
    """The share of orders in which so many (0 to players - 1) have joined before a player does, just these."""
    return np.array([factorial(s) * factorial(players - s - 1) / factorial(players) for s in range(players)])


def every_coalition(players: Sequence[str]) -> list[Players]:
    """All coalitions of some players but that of nobody, small ones first."""
    return [frozenset(some) for size in range(1, len(players) + 1) for some in combinations(players, size)]


def check_orders(count: int) -> None:
    """Raises ValueError for a number of orders that is out of range, or not even."""
    if not 2 <= count <= MOST_ORDERS or count % 2:
        raise ValueError(f"the number of permutations must be even, from 2 to {MOST_ORDERS:,}, got {count}")


def sampled_orders(players: Sequence[str], count: int, seed: int) -> list[tuple[str, ...]]:
    """So many orders in which players could join, each followed by its reverse. Raises ValueError as `check_orders`."""
    check_orders(count)
    lucks = streams.uniform(seed, "order of joining", np.arange(count // 2)[:, None], np.arange(len(players))[None, :])
    forward = [tuple(players[place] for place in row) for row in np.argsort(lucks, axis=1, kind="stable").tolist()]
    return [order for one in forward for order in (one, one[::-1])]


def coalitions_of(orders: Iterable[Sequence[str]]) -> list[Players]:
    """The coalitions that form as players join in some orders, each once."""
    return list(dict.fromkeys(frozenset(order[:size]) for order in orders for size in range(1, len(order) + 1)))


def sampled_values(cost: Mapping[Players, Floats], orders: Sequence[Sequence[str]]) -> dict[str, Floats]:
    """What each player adds on average of an order and its reverse: a row a pair of orders, a column a replicate; over
    the players every value adds up to the cost of all."""
    adds: dict[str, list[Floats]] = {player: [] for player in orders[0]}
    for order in orders:
        before = np.zeros_like(cost[frozenset(order)])
        for size, player in enumerate(order, start=1):
            now = cost[frozenset(order[:size])]
            adds[player].append(now - before)
            before = now
    return {player: np.array(each).reshape(len(orders) // 2, 2, -1).mean(axis=1) for player, each in adds.items()}
