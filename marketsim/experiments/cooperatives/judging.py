"""What being in is worth, to a member or to a group: mean, 95% interval, and a word on how sure that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from marketsim.core.columns import Floats, Ints
from marketsim.experiments import uncertainty
from marketsim.experiments.differences import paired

OUTSIDE, INSIDE, OPEN, NONE = "better off outside", "better off inside", "can't tell", "no difference"
GAIN_COLUMNS: Final = [
    "inside_gbp_per_year", "outside_gbp_per_year", "gain_gbp_per_year", "ci_low", "ci_high", "false_discovery_rate",
    "judgement",
]  # fmt: skip


@dataclass(frozen=True)
class Spent:
    """What somebody spends `inside` and `outside` (GBP a year, a value a replicate), and words that say who it is.

    `sampled`: half the width of the 95% interval that `inside` has besides, since it was sampled (GBP a year).
    """

    who: dict[str, Any]
    inside: Floats
    outside: Floats
    sampled: float = 0.0


def gains_of(spent: Iterable[Spent], vectors: Ints | None) -> pd.DataFrame:
    """A row for each of some who are told side by side: who it is, then GAIN_COLUMNS.

    A gain is outside less inside, from pairs of the same children and luck; false discoveries are counted among these
    rows. From fewer than four replicates, or vectors, there is neither interval nor judgement (an empty word).
    """
    rows, chances, same = [], [], []
    for one in spent:
        inside, outside, gain, low, high, *_ = paired(one.inside, one.outside, vectors)
        half = float(np.hypot(high - gain, one.sampled))
        ends = (low, high) if one.sampled == 0 else (gain - half, gain + half)
        rows.append(one.who | dict(zip(GAIN_COLUMNS, (inside, outside, gain, *ends), strict=False)))
        chances.append(_chance(one, gain, half, vectors))
        same.append(bool((one.inside == one.outside).all()) and one.sampled == 0)
    frame, rates = pd.DataFrame(rows), uncertainty.discoveries(np.array(chances))
    judged = [
        NONE if alike and not np.isnan(chance) else _judgement(float(row[GAIN_COLUMNS[2]]), rate, chance)
        for row, rate, chance, alike in zip(rows, rates, chances, same, strict=True)
    ]
    return frame.assign(false_discovery_rate=rates, judgement=judged)


def _chance(one: Spent, gain: float, half: float, vectors: Ints | None) -> float:
    """How likely such a mean is if there is no difference; NaN from too few."""
    if uncertainty.basis(len(one.inside), vectors) < uncertainty.FEWEST:
        return np.nan
    if one.sampled == 0:
        return uncertainty.chance(one.outside - one.inside, vectors)
    return float(2 * ndtr(-abs(gain) / half * ndtri((1 + uncertainty.LEVEL) / 2)))


def _judgement(gain: float, rate: float, chance: float) -> str:
    if np.isnan(chance):
        return ""
    if rate > uncertainty.FALSE_SHARE:
        return OPEN
    return INSIDE if gain > 0 else OUTSIDE
