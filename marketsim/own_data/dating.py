"""The day on which a market of own data starts."""

from __future__ import annotations

import datetime

import pandas as pd

from marketsim.england.figures import name_of
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.records import Part

WITHOUT = datetime.date(2024, 3, 31)  # the day of the national figures


def as_at(part: Part, findings: Findings) -> datetime.date:
    """The day on which the placements of most authorities are seen: one of those on which the files of some authority
    end. Of several such days that of most placements, then the latest.

    Without placements that of homes, of a forecast, or of the national figures.
    """
    whole = part.placements[part.placements["whole"]]
    if len(whole):
        day = max(whole["seen_to"].unique(), key=lambda one: _seen_on(whole, one))
        shown = set(whole.loc[_watched(whole, day), "authority"])
        for code, rows in whole.groupby("authority"):
            said = f"those of {name_of(str(code))} {'go on after' if code in shown else 'do not show'} "
            said += f"{pd.Timestamp(day).date()}, on which the market starts: "
            if code not in shown:
                findings.note("all files", said + "its children at the start are as published")
            elif rows["seen_to"].max() > day:
                findings.note("all files", said + "what comes later counts in stays and shares only")
        return pd.Timestamp(day).date()
    if part.homes["as_at"].notna().any():
        return pd.Timestamp(part.homes["as_at"].max()).date()
    if len(part.forecast):
        return pd.Timestamp(part.forecast["date"].min()).date()
    return WITHOUT


def _watched(whole: pd.DataFrame, day: pd.Timestamp) -> pd.Series[bool]:
    return (whole["seen_from"] <= day) & (whole["seen_to"] >= day)


def _seen_on(whole: pd.DataFrame, day: pd.Timestamp) -> tuple[int, int, pd.Timestamp]:
    """How many authorities show a day, how many of their placements do, and the day."""
    rows = whole[_watched(whole, day)]
    return rows["authority"].nunique(), len(rows), day
