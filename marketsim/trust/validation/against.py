"""Predictions against figures that a user holds: `measure,area,value`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from marketsim.england import names
from marketsim.england.figures import authority_rows
from marketsim.results.outcomes import ENGLAND
from marketsim.trust.rows import read_rows
from marketsim.trust.validation.predictions import MEASURES

COLUMNS = ("measure", "area", "value")
LEAST_FOR_CORRELATION = 3


def read_figures(path: Path) -> pd.DataFrame:
    """The user's figures as rows of COLUMNS; raises ScenarioError, with file and line, for what can't be compared."""
    areas = known_areas()
    rows, seen = [], set()
    for row in read_rows(path, COLUMNS):
        measure, area = row.word("measure", MEASURES, "measure"), row.cells["area"]
        pair = measure, row.known(area, areas.values(), "area", names.advice(area, areas))
        if pair in seen:
            raise row.error(f"{pair[0]} of {pair[1]} stands here a second time")
        seen.add(pair)
        rows.append((*pair, row.amount("value", MEASURES[measure])))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def known_areas() -> dict[str, str]:
    """How areas are written, by name: England, its regions, and its authorities, which have their ONS codes."""
    rows = authority_rows()
    wider = [ENGLAND, *sorted({row["region"] for row in rows})]
    return {name: name for name in wider} | {row["name"]: row["ons_code"] for row in rows}


def set_against(predictions: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """The user's figures with the prediction beside each, what it is off by, and whether it lies within the interval.

    What was not predicted (in the short form, or of an authority without children) has NaN and lies in no interval.
    """
    both = figures.rename(columns={"value": "figure"}).merge(predictions, on=["measure", "area"], how="left")
    both["off_by"] = both["value"] - both["figure"]
    both["within"] = (both["ci_low"] <= both["figure"]) & (both["figure"] <= both["ci_high"])
    return both


def summary(both: pd.DataFrame) -> pd.DataFrame:
    """A row a measure: figures, how many were predicted and how many of these lie within, the correlation over areas,
    and the mean absolute miss of the model and of the null."""
    rows = []
    for measure, group in both.groupby("measure", sort=False):
        known = group[group["value"].notna()]
        null_off = (known["null_value"] - known["figure"]).abs().mean()
        within, off = int(known["within"].sum()), known["off_by"].abs().mean()
        rows.append((measure, len(group), len(known), within, _correlation(known), off, null_off))
    head = ["measure", "figures", "predicted", "within", "correlation", "mean_off_by", "null_mean_off_by"]
    return pd.DataFrame(rows, columns=head)


def _correlation(known: pd.DataFrame) -> float:
    """Over authorities, or over regions where there are too few of them; never both, nor England, in one."""
    regions = {row["region"] for row in authority_rows()}
    by_region = known["area"].isin(regions)
    for level in (known[~by_region & (known["area"] != ENGLAND)], known[by_region]):
        if len(level) >= LEAST_FOR_CORRELATION and min(level["figure"].nunique(), level["value"].nunique()) > 1:
            return float(np.corrcoef(level["figure"], level["value"])[0, 1])
    return float("nan")
