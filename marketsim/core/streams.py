"""Randomness without state: every draw is a pure function of (seed, decision, who, when).

A decision name and a seed give a 64-bit key; the key is mixed with the identity of who decides and with the
time, and the result is turned into a number in [0, 1). Nothing is consumed, so a call added elsewhere changes
nobody's luck, and a child has the same luck with the same home under every purchasing rule.

The mixer is the finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
generators", OOPSLA 2014). First the draws of one decision by name, for all who decide at once; then what they are made
of, for numbers, compiled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marketsim.core.columns import Floats, Ints, Keys
from marketsim.core.compiling import compiled

_ALL_BITS = 2**64 - 1
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ONE, _S22, _S33, _LOWER_33 = np.uint64(1), np.uint64(22), np.uint64(33), np.uint64(2**33 - 1)
_TO_UNIT, _FROM_UNIT = 2.0**-53, 2.0**53


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


# What draws are made of


@compiled
def mixed(bits: np.uint64, part: np.uint64) -> np.uint64:
    """Mix who or when into a key, modulo 2**64: `stream(seed, decision, who, when)` is `mixed(mixed(beginning, who),
    when)`."""
    z = (bits + _GOLDEN) ^ (part * _MIX_2)
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return z ^ (z >> _S31)


@compiled
def mix_all(keys: Keys, parts: Keys, results: Keys) -> None:
    """Mix each of `parts` into the one of `keys` at its position; a single one counts for all."""
    for position in range(len(results)):
        key = keys[position if len(keys) > 1 else 0]
        results[position] = mixed(key, parts[position if len(parts) > 1 else 0])


@compiled
def draw_all(keys: Keys, parts: Keys, lucks: Floats) -> None:
    """The same, and the number in [0, 1) that each key means."""
    for position in range(len(lucks)):
        key = keys[position if len(keys) > 1 else 0]
        lucks[position] = unit(mixed(key, parts[position if len(parts) > 1 else 0]) >> _S11)


@compiled
def draw_several(beginnings: Keys, parts: Keys, lucks: Floats) -> None:
    """Numbers of several decisions (a row each), whose keys have these `beginnings`, for those whom `parts` (parts,
    people) identify."""
    for decision in range(len(beginnings)):
        for position in range(parts.shape[1]):
            key = beginnings[decision]
            for part in range(len(parts)):
                key = mixed(key, parts[part, position])
            lucks[decision, position] = unit(key >> _S11)


@compiled
def second_key(key: np.uint64) -> np.uint64:
    """A key spread so that it can stand second in a pair."""
    return key * _GOLDEN


@compiled
def pair_bits(who: np.uint64, whom: np.uint64) -> np.uint64:
    """53 random bits for a pair of two well-mixed keys; `whom` as `second_key` made it."""
    return whole_mixed(half_mixed(who, whom))


@compiled
def half_mixed(who: np.uint64, whom: np.uint64) -> np.uint64:
    """The same before its last step, which leaves the upper 31 bits as they are."""
    z = who ^ whom
    z = (z ^ (z >> _S30)) * _MIX_1
    return (z ^ (z >> _S27)) * _MIX_2


@compiled
def whole_mixed(half: np.uint64) -> np.uint64:
    """The last step: the bits of a pair, from what `half_mixed` gave."""
    return (half ^ (half >> _S31)) >> _S11


@compiled
def half_bound(most: np.uint64) -> np.uint64:
    """The greatest `half_mixed` of a pair whose bits lie below `most` (which is 1 to 2**53)."""
    return ((most - _ONE) >> _S22 << _S33) | _LOWER_33


@compiled
def bits_below(share: float) -> np.uint64:
    """The number of bits below which `pair_bits` means a luck below `share` (exactly, for shares up to 1)."""
    return np.uint64(np.ceil(share * _FROM_UNIT))


@compiled
def unit(bits: np.uint64) -> float:
    """The number in [0, 1) that 53 random bits mean."""
    return np.float64(bits) * _TO_UNIT


@compiled
def arrivals(luck: Floats, mean: Floats) -> Ints:
    """Poisson counts by inversion: the smallest number whose cumulated probability lies above the luck.

    With the same luck a higher mean adds arrivals and never exchanges them. A mean may be up to 600, above which
    exp(-mean) is too small to invert.
    """
    counts = np.zeros(len(luck), dtype=np.int64)
    for place in range(len(luck)):
        term = np.exp(-mean[place])
        below, arrived = term, 0
        while luck[place] >= below and term > 0:
            arrived += 1
            term = term * mean[place] / arrived
            below = below + term
        counts[place] = arrived
    return counts
