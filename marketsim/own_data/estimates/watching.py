"""From when to when placements were watched, in complete weeks, and which of them run on the last day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from marketsim.core.columns import Bools, Floats
from marketsim.core.units import DAYS_PER_WEEK, WEEKS_PER_YEAR
from marketsim.own_data.reading.cells import weeks_of

WITHIN_A_WEEK = 1 / 3  # weeks: mean of stays that begin and end between the same two Sundays
RECENT = pd.Timedelta(weeks=13)  # before an authority's last day: what was seen then is as of today
YEAR = pd.Timedelta(weeks=52)
WEEK, DAY = pd.Timedelta(days=DAYS_PER_WEEK), pd.Timedelta(days=1)


class Watched(NamedTuple):
    """Stays: weeks from their start at which they come into view and go out of it, and whether they ended then."""

    entry: Floats
    leaving: Floats
    ended: Bools


def first_week(rows: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """The Monday of the first complete week in which each would have been seen."""
    return weeks_of(rows["seen_from"] + WEEK - DAY)


def last_week(rows: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """The Monday of the last complete week in which each would have been seen."""
    return weeks_of(rows["seen_to"] + DAY) - WEEK


def counted(rows: pd.DataFrame) -> pd.DataFrame:
    """Placements that count in stays and numbers, as their start and the window of their file are known."""
    return rows[rows["whole"] & rows["start"].notna() & rows["seen_from"].notna() & rows["seen_to"].notna()]


def watched(rows: pd.DataFrame) -> Watched:
    """The stays that were watched for some time. What ran when its file begins comes into view at the length that it
    had then; what runs on at the end goes out of view; of weeks that a file covers in part nothing is used."""
    rows = counted(rows)
    first, last = first_week(rows), last_week(rows)
    ended = (rows["end"].notna() & (rows["end"] <= last)).to_numpy()
    entry = in_weeks(first - rows["start"]).clip(min=0)
    leaving = in_weeks(rows["end"].where(ended, last) - rows["start"])
    leaving = np.where((entry == 0) & (leaving == 0), WITHIN_A_WEEK, leaving)
    seen = entry < leaving
    return Watched(entry[seen], leaving[seen], ended[seen])


def ended(rows: pd.DataFrame) -> pd.DataFrame:
    """Placements that were seen to end."""
    return rows[rows["end"].notna() & ~(rows["end"] < rows["seen_from"]) & ~(rows["end"] > rows["seen_to"])]


def running(rows: pd.DataFrame, within: pd.Timedelta = RECENT) -> pd.DataFrame:
    """Placements that run when they are last seen, and are seen at the end of what is seen of their authority, or not
    longer before it than `within`."""
    runs = rows["end"].isna() | (rows["end"] > rows["seen_to"])
    old = rows["seen_to"] < rows.groupby("authority")["seen_to"].transform("max") - within
    return rows[runs & ~old]


def started_lately(rows: pd.DataFrame) -> pd.DataFrame:
    """Placements that began in the year up to the last day that is seen of their authority."""
    return rows[rows["start"] > rows.groupby("authority")["seen_to"].transform("max") - YEAR]


def starts(rows: pd.DataFrame) -> tuple[int, float]:
    """How many placements began in complete weeks that were watched, and for how many years that was; of several
    authorities the years at which the rate is the sum of theirs."""
    rows = counted(rows)
    rows = rows.assign(first=first_week(rows), last=last_week(rows))
    began = rows["start"].between(rows["first"], rows["last"]).groupby(rows["authority"]).sum()
    spans = rows[["authority", "first", "last"]].drop_duplicates()
    years = np.array([_weeks_covered(own) / WEEKS_PER_YEAR for _, own in spans.groupby("authority")])
    per_year = float(np.sum(began.to_numpy()[years > 0] / years[years > 0]))
    return int(began.sum()), float(began.sum() / per_year) if per_year else float(years.max(initial=0.0))


def _weeks_covered(spans: pd.DataFrame) -> float:
    """Weeks that lie in any of the spans, which may overlap."""
    ordered = spans.sort_values("first")
    reached = (ordered["last"] + WEEK).cummax()
    begins = ordered["first"].where(ordered["first"] > reached.shift(), reached.shift()).fillna(ordered["first"])
    return float(in_weeks(reached - begins).clip(min=0).sum())


def in_weeks(span: pd.Series[pd.Timedelta]) -> Floats:
    """Times in weeks."""
    return np.asarray(span / WEEK, dtype=np.float64)
