"""Placements for tests: some by hand, and those of a region in which the truth is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from marketsim.own_data.records import shaped

FIRST = pd.Timestamp("2022-04-04")  # a Monday
ONE, OTHER, THIRD = "E08000003", "E08000006", "E06000008"
Draw = Callable[[np.random.Generator, int], np.ndarray]


def monday(week: float) -> pd.Timestamp:
    return FIRST + pd.Timedelta(weeks=week)


def placements(count: int, **columns: object) -> pd.DataFrame:
    """As many of one authority's placements in homes, which ran all of the 104 weeks that were watched, and on."""
    usual: dict[str, object] = {
        "authority": ONE, "setting": "home", "start": monday(0), "seen_from": monday(0),
        "seen_to": monday(104) - pd.Timedelta(days=1), "whole": True,
    }  # fmt: skip
    return shaped("placements", usual | columns, pd.RangeIndex(count))


def of_stays(stays: list[tuple[float, float | None]], weeks: int = 20) -> pd.DataFrame:
    """Placements from a week to a week (None: on), seen in weeks 0 to `weeks` (the last not)."""
    starts, ends = zip(*stays, strict=True)
    return placements(
        len(stays), start=[monday(start) for start in starts],
        end=[pd.NaT if end is None else monday(end) for end in ends], seen_to=monday(weeks) - pd.Timedelta(days=1),
    )  # fmt: skip


def exponential(mean: float) -> Draw:
    return lambda luck, count: luck.exponential(mean, count)


def region(
    seed: int, a_week: float, stay: Draw, weeks: int = 104, growth: float = 0.0, before: int = 600
) -> pd.DataFrame:
    """Placements of two authorities, begun at a rate that grows by a share a week, seen in the last `weeks` weeks."""
    luck = np.random.default_rng(seed)
    most = a_week * np.exp(growth * weeks)
    count = luck.poisson(most * (before + weeks))
    start = luck.uniform(-before, weeks, count)
    start = start[luck.random(count) < np.exp(growth * (start - weeks))]
    end = start + stay(luck, len(start))
    start, end = start[end > 0], end[end > 0]
    return placements(
        len(start), start=FIRST + pd.to_timedelta(7 * np.floor(start), unit="D"),
        end=pd.Series(FIRST + pd.to_timedelta(7 * np.floor(end), unit="D")).where(end < weeks),
        seen_to=monday(weeks) - pd.Timedelta(days=1), authority=np.where(luck.random(len(start)) < 0.5, ONE, OTHER),
    )  # fmt: skip
