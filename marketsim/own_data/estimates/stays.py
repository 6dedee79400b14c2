"""How long stays last, by what is seen of them: all that begin, open ones counted right; and those that ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from marketsim.core.columns import Floats
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.england.published_stays import published_stays
from marketsim.own_data.estimates import intervals
from marketsim.own_data.estimates.intervals import Found
from marketsim.own_data.estimates.quantities import RESTRICTED_WEEKS
from marketsim.own_data.estimates.rows import TOO_FEW, Row
from marketsim.own_data.estimates.survival import survival
from marketsim.own_data.estimates.watching import Watched, counted, ended, in_weeks, watched
from marketsim.scenario.schema import Stays

MOST_BEYOND = 0.5  # share of stays of which England may say how long they last


@dataclass(frozen=True)
class StayCurve:
    """Stays as lengths (`weeks`, rising) and the weight of each among placements that start; the weights add up to 1.

    What lasts longer than any stay was watched (`last_weeks`) has the share `beyond` and is spread like the published
    stays of England that are longer; where none of those is, it ends there.
    """

    weeks: Floats
    weights: Floats
    last_weeks: float
    beyond: float

    @property
    def mean_weeks(self) -> float:
        """Mean stay of a placement that starts."""
        return float(self.weeks @ self.weights)


def stay_curve(placements: pd.DataFrame) -> StayCurve | None:
    """The stays of placements in homes; None where too few were seen to end, or most last longer than was watched."""
    seen = watched(placements[placements["setting"] == "home"])
    curve = survival(*seen)
    if seen.ended.sum() < TOO_FEW or curve.beyond > MOST_BEYOND:
        return None
    longer, weights = _longer(curve.last)
    ends = -np.diff(curve.curve, prepend=1.0)
    several = np.concatenate([ends, curve.beyond * weights])
    some = several > 0
    weeks = np.concatenate([curve.times, longer])[some]
    return StayCurve(weeks, several[some] / several[some].sum(), curve.last, curve.beyond)


def national_stays() -> tuple[Floats, Floats]:
    """Stays of placements that start in England (weeks) and their weights, as scenarios have them by default."""
    return published_stays(float(np.log1p(Stays().growth_tilt_per_year)) / WEEKS_PER_YEAR)


def estimates(placements: pd.DataFrame, group: str) -> Iterator[Row]:
    """Stays of a group; each rests on those that were seen to end."""
    seen = watched(placements)
    count = int(seen.ended.sum())
    for name, found, note in _all_that_begin(seen):
        yield Row(name, group, found, count, count, note=note)
    lengths = _lengths_of_ended(placements)
    for name, estimated in (("ended_stay_mean", intervals.mean), ("ended_stay_median", intervals.median)):
        note = "only those that ended: not how long stays last, for comparing with published figures"
        yield Row(name, group, estimated(lengths) if len(lengths) else None, len(lengths), len(lengths), note=note)


def _all_that_begin(seen: Watched) -> Iterator[tuple[str, Found | None, str]]:
    curve, count = survival(*seen), int(seen.ended.sum())
    longer, weights = _longer(curve.last)
    mean = curve.mean(after=float(weights @ longer) - curve.last)
    runs_on = len(seen.ended) - count
    total = "" if 0 < runs_on < TOO_FEW else f"{len(seen.ended):,} stays, {count:,} ended"
    tail = f"{curve.beyond:.0%} last longer than the {curve.last:.0f} weeks watched, spread as in England"
    most = f"more than half last longer than the {curve.last:.0f} weeks watched"
    told = "; ".join(filter(None, (total, tail if curve.beyond else "")))
    yield "stay_mean", *((mean, told) if curve.beyond <= MOST_BEYOND else (None, most))
    yield "stay_median", *_if_seen(curve.median(), most)
    seen_that_long = curve.last >= RESTRICTED_WEEKS or curve.beyond <= 0
    restricted = curve.mean(min(RESTRICTED_WEEKS, curve.last)) if seen_that_long else Found(intervals.NAN)
    yield "stay_restricted_mean", *_if_seen(restricted, f"no stay was watched for {RESTRICTED_WEEKS} weeks")


def _if_seen(found: Found, otherwise: str) -> tuple[Found | None, str]:
    if np.isnan(found.value):
        return None, otherwise
    return found, "its upper end is longer than any stay was watched" if np.isnan(found.high) else ""


def _longer(last: float) -> tuple[Floats, Floats]:
    """Lengths of published stays beyond a length, and their weights, which add up to 1."""
    weeks, weights = national_stays()
    beyond = weeks > last
    if not beyond.any():
        return np.array([last]), np.ones(1)
    return weeks[beyond], weights[beyond] / weights[beyond].sum()


def _lengths_of_ended(placements: pd.DataFrame) -> Floats:
    """Weeks of the stays that ended in what was watched."""
    rows = ended(counted(placements))
    return in_weeks(rows["end"] - rows["start"])
