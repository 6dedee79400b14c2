"""Children by authority, need and week or year, written in the form in which forecasts of others are read."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

COLUMNS = ["authority", "need", "date", "period", "measure", "children"]


def rows(table: pd.DataFrame) -> pd.DataFrame:
    """The table as it is written: COLUMNS in order, dates as text, sorted. Raises KeyError for a missing column.

    Reading gives the same back if codes, bands, periods (`week` from Mondays, `year`) and measures are those of
    `records.FORECAST`, and no period is missing.
    """
    ordered = table[COLUMNS].sort_values(["authority", "measure", "need", "date"], kind="stable", ignore_index=True)
    return ordered.assign(date=ordered["date"].dt.strftime("%Y-%m-%d"), children=ordered["children"].astype("float64"))


def write_forecast(table: pd.DataFrame, path: Path) -> None:
    """Write it as CSV to a file that must not exist yet. Raises OSError (FileExistsError if it does)."""
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        rows(table).to_csv(file, index=False, lineterminator="\n")
