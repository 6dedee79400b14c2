"""The day on which a market of own data starts."""

from __future__ import annotations

import datetime

import pandas as pd

from marketsim.own_data.findings import Findings
from marketsim.own_data.provenance import name_of
from marketsim.own_data.records import Part

WITHOUT = datetime.date(2024, 3, 31)  # the day of the national figures


def as_at(part: Part, findings: Findings) -> datetime.date:
    """The last day that the placements of all authorities show; without any, that of homes, or of the national figures.
    """
    whole = part.placements[part.placements["whole"]]
    if len(whole):
        seen = whole.groupby("authority")["seen_to"].max()
        day = seen.min()
        for code in seen.index[seen > day]:
            words = f"those of {name_of(code)} go on after {day.date()}, where others end; the market starts there, "
            findings.note("all files", words + "and what comes later counts in stays and shares only")
        return pd.Timestamp(day).date()
    if part.homes["as_at"].notna().any():
        return pd.Timestamp(part.homes["as_at"].max()).date()
    if len(part.forecast):
        return pd.Timestamp(part.forecast["date"].min()).date()
    return WITHOUT
