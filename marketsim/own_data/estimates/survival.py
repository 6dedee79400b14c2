"""How long stays last when some still run and some are seen only because they ran long enough: product-limit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from marketsim.core.columns import Bools, Floats
from marketsim.own_data.estimates.intervals import NAN, Found, Z

HALF = 0.5 + 1e-12  # a curve that reaches a half has reached it, whatever its last digit


@dataclass(frozen=True)
class Survival:
    """The curve of Kaplan and Meier: `times` (weeks, rising) at which stays end, how many are watched just before
    (`at_risk`) and how many end then (`ends`); `last` is the length until which stays were watched."""

    times: Floats
    at_risk: Floats
    ends: Floats
    last: float

    @cached_property
    def curve(self) -> Floats:
        """Share of stays that last longer than each of the times."""
        return np.asarray(np.cumprod(1 - self.ends / self.at_risk))

    @cached_property
    def steps(self) -> Floats:
        """Greenwood's sum, a term a time; 0 where the curve falls to nothing."""
        left = self.at_risk - self.ends
        return np.divide(self.ends, self.at_risk * left, out=np.zeros_like(self.ends), where=left > 0)

    @property
    def beyond(self) -> float:
        """Share of stays that last longer than any was watched."""
        return float(self.curve[-1]) if len(self.times) else 1.0

    def joined(self) -> Survival:
        """The curve as far as it can be told: if at some length all that were watched end, and longer stays come into
        view only later, nothing joins the two parts, and it was watched until then."""
        if self.beyond > 0:
            return self
        broken = int(np.argmin(self.curve > 0))
        if self.times[broken] >= self.last:
            return self
        return Survival(self.times[:broken], self.at_risk[:broken], self.ends[:broken], float(self.times[broken]))

    def band(self) -> tuple[Floats, Floats]:
        """Lower and upper 95% end of the curve at each time (Greenwood, log-log); where it is 0, from 0 to the last."""
        some = self.curve > 0
        level = np.log(self.curve[some])
        spread = Z * np.sqrt(np.cumsum(self.steps)[some]) / -level
        low, high = np.zeros_like(self.curve), np.ones_like(self.curve)
        low[some], high[some] = np.exp(level * np.exp(spread)), np.exp(level * np.exp(-spread))
        return low, np.minimum.accumulate(high)

    def median(self) -> Found:
        """Weeks after which half have ended, and where the ends of the band reach a half; NaN where that isn't seen."""
        low, high = self.band()
        return Found(self._reached(self.curve), self._reached(low), self._reached(high))

    def mean(self, until: float | None = None, after: float = 0.0) -> Found:
        """Mean weeks, those beyond `until` (not given: the longest watched) left out, with a 95% interval that is even
        on a log scale.

        `after`: mean weeks that what lasts longer lasts on, taken as known, in place of leaving them out.
        """
        until = self.last if until is None else until
        seen = self.times < until if until < self.last else np.ones(len(self.times), dtype=bool)
        heights = np.concatenate([[1.0], self.curve[seen]])
        areas = heights * np.diff(np.concatenate([[0.0], self.times[seen], [until]]))
        later = np.cumsum(areas[::-1])[::-1][1:] + heights[-1] * after  # weeks lived after each time
        value = float(areas.sum() + heights[-1] * after)
        width = np.exp(Z * np.sqrt(np.sum(later**2 * self.steps[seen])) / max(value, 1e-9))
        return Found(value, float(value / width), float(value * width))

    def _reached(self, curve: Floats) -> float:
        below = curve <= HALF
        return float(self.times[np.argmax(below)]) if below.any() else NAN


def survival(entry: Floats, leaving: Floats, ended: Bools) -> Survival:
    """The curve of stays that are watched from `entry` to `leaving` (weeks from their start, entry < leaving) and end
    then (`ended`) or run on, as far as it can be told (`joined`).

    A stay counts among those that could end at a length only if it was watched then. One that runs on at a length could
    have ended there.
    """
    times, ends = np.unique(leaving[ended], return_counts=True)
    entered = np.searchsorted(np.sort(entry), times, side="left")
    left = np.searchsorted(np.sort(leaving), times, side="left")
    last = float(leaving.max()) if len(leaving) else 0.0
    return Survival(times, (entered - left).astype(np.float64), ends.astype(np.float64), last).joined()
