"""Luck by name: the numbers of one decision, for all who decide at once (`luck` says how they are made)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marketsim.core.columns import Floats, Keys
from marketsim.core.luck import draw_all, draw_several, mix_all

_S11 = np.uint64(11)
_TO_UNIT = 2.0**-53
_ALL_BITS = 2**64 - 1


@lru_cache(maxsize=4096)
def name_key(name: str) -> int:
    """A 64-bit key of a text, the same in every process (unlike `hash`)."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def name_keys(names: list[str]) -> Keys:
    """Keys of several texts, one each, in order."""
    return np.array([name_key(name) for name in names], dtype=np.uint64)


def key(*parts: ArrayLike) -> Keys:
    """Mix whole numbers or keys into new 64-bit keys, broadcasting arrays against each other.

    The order of the parts matters; negative numbers (weeks before the start) are taken modulo 2**64.
    """
    return _mixed(np.zeros(1, dtype=np.uint64), parts)


def stream(seed: int, decision: str, *who_and_when: ArrayLike) -> Keys:
    """Keys of one decision: `seed` (any whole number up to 2**63), its name, then who and when."""
    return _mixed(_beginning(seed, decision), who_and_when)


@lru_cache(maxsize=4096)
def _beginning(seed: int, decision: str) -> Keys:
    return key(seed, np.uint64(name_key(decision)))


def _mixed(mixed: Keys, parts: Sequence[ArrayLike]) -> Keys:
    for part in parts:
        mixed = _mix_arrays(mixed, _bits(part))
    return mixed


def _mix_arrays(mixed: Keys, part: Keys) -> Keys:
    """Mix one more part into each key, broadcasting."""
    mixed, part, shape = _alike(mixed, part)
    result = np.empty(shape, dtype=np.uint64)
    mix_all(mixed, part, result.reshape(-1))
    return result


def _alike(mixed: Keys, part: Keys) -> tuple[Keys, Keys, tuple[int, ...]]:
    """Flat arrays, each of as many entries as their broadcast has or of one; and the shape of that broadcast."""
    if mixed.ndim == part.ndim == 1 and (part.size == mixed.size or 1 in (part.size, mixed.size)):
        return mixed, part, part.shape if mixed.size == 1 else mixed.shape
    mixed, part = np.broadcast_arrays(mixed, part)
    return mixed.ravel(), part.ravel(), mixed.shape


def _bits(part: ArrayLike) -> Keys:
    """Whole numbers or keys as 64 bits each."""
    if isinstance(part, int):
        return np.array([part & _ALL_BITS], dtype=np.uint64)
    values = np.atleast_1d(part)
    if values.dtype == np.uint64:
        return values
    return values.astype(np.int64, copy=False).view(np.uint64)


def uniform(seed: int, decision: str, *who_and_when: ArrayLike) -> Floats:
    """Numbers in [0, 1), with 53 random bits, for one decision; shape is the broadcast of `who_and_when`."""
    if not who_and_when:
        return to_unit(_beginning(seed, decision))
    *first, last = who_and_when
    mixed, part, shape = _alike(stream(seed, decision, *first), _bits(last))
    lucks = np.empty(shape)
    draw_all(mixed, part, lucks.reshape(-1))
    return lucks


def draws(seed: int, decisions: Sequence[str], *who_and_when: NDArray[Any]) -> Floats:
    """The same for several decisions of the same people: a row a decision. What tells people apart is as long as they
    are many."""
    parts = np.array([_bits(part) for part in who_and_when])
    lucks = np.empty((len(decisions), parts.shape[1]))
    draw_several(_beginnings(seed, tuple(decisions)), parts, lucks)
    return lucks


@lru_cache(maxsize=4096)
def _beginnings(seed: int, decisions: tuple[str, ...]) -> Keys:
    return np.array([_beginning(seed, decision)[0] for decision in decisions])


def to_unit(keys: Keys) -> Floats:
    """Numbers in [0, 1), one for each key, with 53 random bits."""
    return np.asarray((keys >> _S11).astype(np.float64) * _TO_UNIT)
