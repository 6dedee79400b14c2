"""Authorities with data of their own: how many children they have, and what those say."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.england.figures import target_rows
from marketsim.market.recorded import Lengths, Recorded
from marketsim.own_data.demand_path import demand_path
from marketsim.own_data.own_shares import OwnShares
from marketsim.own_data.region import Region


def own_children_of(region: Region, codes: list[str], else_: Ints) -> Ints:
    """Children in homes by authority: own counts, else those of published figures that were given, else the usual."""
    own = {str(code): int(count) for code, count in region.running.groupby("authority").size().items()}
    none = dict.fromkeys(region.authorities, 0)  # who gave placements of which none runs on the day
    given = {code: round(count) for code, count in region.published.items()} | none | own
    return np.array([given.get(code, usual) for code, usual in zip(codes, else_, strict=True)])


def own_unregistered(children: Ints, else_: Ints, unregistered: Ints) -> Ints:
    """Children in unregistered settings, whom files don't have: for a child in homes as many as else."""
    ratio = np.divide(children, else_, out=np.ones(len(children)), where=else_ > 0)
    return np.rint(unregistered * ratio).astype(np.int64)


def recorded_of(region: Region, codes: list[str], else_: Ints, start: datetime.date | None = None) -> Recorded:
    """What the region's data say, by row of an authority, for a market that starts on a day (not given: the region's).
    """
    starts = np.array([region.starts_a_year.get(code, np.nan) for code in codes])

    def share(of: Callable[[OwnShares], float]) -> Floats:
        return np.array([of(region.shares[code]) if code in region.shares else np.nan for code in codes])

    return Recorded(
        own=np.isin(codes, region.authorities),
        children_else=else_,
        share_of_starts=starts / england_starts(),
        share_standard=share(lambda one: one.standard),
        share_severe=share(lambda one: one.severe),
        share_under_10=share(lambda one: one.under_10),
        share_16_and_over=share(lambda one: one.from_16),
        share_boys=share(lambda one: one.boys),
        emergency_share=share(lambda one: one.emergency),
        stays=None if (seen := region.stays) is None else Lengths(tuple(seen.weeks), tuple(seen.weights)),
        path=demand_path(region.forecast, codes, start or region.as_at),
    )


def england_starts() -> float:
    """Placements in children's homes started in England in 2023/24 (targets.csv)."""
    return next(float(row["value"]) for row in target_rows() if row["measure"] == "new_placements_per_year")
