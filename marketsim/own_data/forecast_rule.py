"""What must hold of any forecast: one measure an authority, all needs or none, one figure a day."""

from __future__ import annotations

import pandas as pd

from marketsim.own_data.records import NEEDS


def broken(forecast: pd.DataFrame) -> tuple[pd.Series[bool], str] | None:
    """Which rows break the first rule that is broken, and what is to be done; None for a forecast that can be used."""
    by = forecast.groupby("authority")
    bands = by["need"].transform(lambda need: len(set(need) - {""}))
    rules = (
        (by["measure"].transform("nunique") > 1, "children in homes and new needs are forecast; give one of the two"),
        ((bands > 0) & ((forecast["need"] == "") | (bands < len(NEEDS))),
         f"some needs are missing, or stand beside all together; give all of {', '.join(NEEDS)}, or none"),
        (forecast.duplicated(["authority", "measure", "need", "date"]), "has a second figure for one day; leave one"),
    )  # fmt: skip
    return next(((wrong, what) for wrong, what in rules if wrong.any()), None)
