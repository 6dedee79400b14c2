"""Randomness without state: every draw is a pure function of (seed, decision, who, when).

A decision name and a seed give a 64-bit key; the key is mixed with the identity of who decides and with the
time, and the result is turned into a number in [0, 1). Nothing is consumed, so a call added elsewhere changes
nobody's luck, and a child has the same luck with the same home under every purchasing rule.

The mixer is the finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
generators", OOPSLA 2014). Here are its parts for numbers, compiled; `streams` draws for arrays and names.
"""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Floats, Ints, Keys
from marketsim.core.compiling import compiled

_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ONE, _S22, _S33, _LOWER_33 = np.uint64(1), np.uint64(22), np.uint64(33), np.uint64(2**33 - 1)
_TO_UNIT, _FROM_UNIT = 2.0**-53, 2.0**53


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
