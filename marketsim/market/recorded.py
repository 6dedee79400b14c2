"""What some authorities' own data say of their children, in place of what holds nationally."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.own_data.demand_path import DemandPath
from marketsim.scenario.schema import Need


class Lengths(NamedTuple):
    """Stays in weeks, rising, and the share of placements (of those that start) that last so long."""

    weeks: tuple[float, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True)
class Recorded:
    """By authority (row): whether its own data are used (`own`), and what they say; NaN where the national value holds.

    `children_else` are the children whom it would have in homes without own data, `share_of_starts` its own placements
    started in a year over England's. Shares are of its children: without severe or complex needs, of the most severe,
    under 10, from 16 up, boys, and moves that are emergencies. `stays` is how long placements of all of them last,
    `path` the demand that somebody has forecast.
    """

    own: Bools
    children_else: Ints
    share_of_starts: Floats
    share_standard: Floats
    share_severe: Floats
    share_under_10: Floats
    share_16_and_over: Floats
    share_boys: Floats
    emergency_share: Floats
    stays: Lengths | None = None
    path: DemandPath | None = None

    def in_week(self, week: int, need: Need) -> Recorded:
        """The same with the need shares that a forecast gives for a week."""
        if self.path is None:
            return self
        standard, severe = self.path.need_shares(
            week, np.where(np.isnan(self.share_standard), need.share_standard, self.share_standard),
            np.where(np.isnan(self.share_severe), need.share_severe, self.share_severe),
        )  # fmt: skip
        return replace(
            self,
            share_standard=np.where(np.isnan(standard), self.share_standard, standard),
            share_severe=np.where(np.isnan(severe), self.share_severe, severe),
        )

    def luck(self, need: Need, rows: Ints, luck: Mapping[str, Floats]) -> dict[str, Floats]:
        """The luck of children of these authorities, so drawn out that with the national shares it leads to their own.

        A child of the same luck keeps its place among the children of its authority; who is of another authority keeps
        its luck to the last digit.
        """
        national = np.array([need.share_standard, 1 - need.share_severe])
        ages = np.array([need.share_under_10, 1 - need.share_16_and_over])
        return {
            **luck,
            "need": _bent(luck["need"], self.share_standard[rows], 1 - self.share_severe[rows], *national),
            "age": _bent(luck["age"], self.share_under_10[rows], 1 - self.share_16_and_over[rows], *ages),
            "sex": _bent(luck["sex"], self.share_boys[rows], self.share_boys[rows], need.share_boys, need.share_boys),
            "notice": _bent(
                luck["notice"], self.emergency_share[rows], self.emergency_share[rows], need.emergency_share,
                need.emergency_share,
            ),
        }  # fmt: skip


def _bent(luck: Floats, low: Floats, high: Floats, to_low: float, to_high: float) -> Floats:
    """Luck below `low` is spread evenly below `to_low`, up to `high` up to `to_high`, and the rest above; as it was
    where a limit is NaN."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        below = luck / low * to_low
        middle = to_low + (luck - low) / (high - low) * (to_high - to_low)
        above = to_high + (luck - high) / (1 - high) * (1 - to_high)
    bent = np.where(luck < low, below, np.where(luck < high, middle, above))
    return np.where(np.isnan(low) | np.isnan(high), luck, np.clip(bent, 0.0, np.nextafter(1.0, 0.0)))
