"""Luck by name: the numbers of one decision, for all who decide at once (`luck` says how they are made)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from marketsim.core.columns import Floats, Keys
from marketsim.core.luck import mix_all

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
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
def beginning(seed: int, decision: str) -> np.uint64:
    """What all keys of a decision in a run begin with: compiled code mixes who and when into it (luck.py)."""
    return np.uint64(_beginning(seed, decision)[0])


@lru_cache(maxsize=4096)
def _beginning(seed: int, decision: str) -> Keys:
    return key(seed, np.uint64(name_key(decision)))


def _mixed(mixed: Keys, parts: Sequence[ArrayLike]) -> Keys:
    for part in parts:
        mixed = _mix_arrays(mixed, _bits(part))
    return mixed


def _mix_arrays(mixed: Keys, part: Keys) -> Keys:
    """Mix one more part into each key, broadcasting: compiled for lists of one length or of one entry."""
    result = np.empty(np.broadcast(mixed, part).shape, dtype=np.uint64)
    if 1 not in (mixed.size, part.size):
        mixed, part = np.broadcast_to(mixed, result.shape), np.broadcast_to(part, result.shape)
    mix_all(mixed.ravel(), part.ravel(), result.reshape(-1))
    return result


def _bits(part: ArrayLike) -> Keys:
    """Whole numbers or keys as 64 bits each."""
    if isinstance(part, int):
        return np.asarray(np.uint64(part & _ALL_BITS))
    values = np.asarray(part)
    if values.dtype == np.uint64:
        return values
    return values.astype(np.int64, copy=False).view(np.uint64)


def to_unit(keys: Keys) -> Floats:
    """Numbers in [0, 1), one for each key, with 53 random bits."""
    return np.asarray((keys >> _S11).astype(np.float64) * _TO_UNIT)


def uniform(seed: int, decision: str, *who_and_when: ArrayLike) -> Floats:
    """Numbers in [0, 1) for one decision; shape is the broadcast of `who_and_when`."""
    return to_unit(stream(seed, decision, *who_and_when))


def second_keys(keys: Keys) -> Keys:
    """Keys spread so that they can stand second in a pair (`luck.pair_bits`)."""
    return keys * _GOLDEN
