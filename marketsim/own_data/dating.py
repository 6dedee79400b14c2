"""The day on which a market of own data starts."""

from __future__ import annotations

import datetime

import pandas as pd

from marketsim.own_data.provenance import name_of
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
        seen = whole.groupby("authority").agg(first=("seen_from", "min"), last=("seen_to", "max"))
        rows = whole.groupby("authority").size()

        def covered(day: pd.Timestamp) -> tuple[int, int, pd.Timestamp]:
            shown = (seen["first"] <= day) & (seen["last"] >= day)
            return int(shown.sum()), int(rows[shown].sum()), day

        day = max(seen["last"].unique(), key=covered)
        for code in seen.index[~((seen["first"] <= day) & (seen["last"] >= day))]:
            words = f"those of {name_of(code)} don't show {pd.Timestamp(day).date()}, on which the market starts: "
            findings.note("all files", words + "its children at the start are as published")
        for code in seen.index[seen["last"] > day]:
            words = f"those of {name_of(code)} go on after {pd.Timestamp(day).date()}, on which the market starts: "
            findings.note("all files", words + "what comes later counts in stays and shares only")
        return pd.Timestamp(day).date()
    if part.homes["as_at"].notna().any():
        return pd.Timestamp(part.homes["as_at"].max()).date()
    if len(part.forecast):
        return pd.Timestamp(part.forecast["date"].min()).date()
    return WITHOUT
