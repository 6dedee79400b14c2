"""What the model says of figures that it was never given, so that those who hold them can check."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd

from marketsim.results.outcomes import ENGLAND
from marketsim.trust.validation.patterns import Snapshot

COLUMNS = ["measure", "area", "value", "unit"]
BAND_MILES = (0, 5, 10, 20, 50, 100, np.inf)
NEXT_YEAR = "homes_next_year"
OUT_OF_AREA, OUT_OF_REGION, IMPORTED = "out_of_area_share", "out_of_region_share", "children_hosted_from_elsewhere"
# "0_5", "5_10" ... "100_more" (miles; the upper limit belongs to the band)
BANDS = [f"{low:.0f}_{high:.0f}".replace("inf", "more") for low, high in pairwise(BAND_MILES)]
SIDES = {"inside": False, "outside": True}  # of the boundary of the home authority
MEASURES = {
    OUT_OF_AREA: "share",
    OUT_OF_REGION: "share",
    IMPORTED: "children",
    **{f"distance_{band}_miles_{side}": "share of children in homes" for side in SIDES for band in BANDS},
    NEXT_YEAR: "homes",
}


def predict(state: Snapshot) -> pd.DataFrame:
    """The predictions of one moment as rows COLUMNS; `area` is England, a region or an authority's ONS code.

    Children count at their home authority, except those hosted, who count where their home stands. Distance bands are
    shares of all children of the area, apart for homes inside and outside the boundary of the home authority.
    """
    children = state.children
    abroad = children["home_region"] != children["host_region"]
    columns = {OUT_OF_AREA: children["out_of_area"], OUT_OF_REGION: abroad}
    band = pd.cut(children["distance_miles"], BAND_MILES, labels=BANDS, include_lowest=True)
    for side, outside in SIDES.items():
        for name in BANDS:
            columns[f"distance_{name}_miles_{side}"] = (band == name) & (children["out_of_area"] == outside)
    table = pd.DataFrame(columns).astype("float64")
    by_area = [
        _rows(table.mean().to_frame(ENGLAND).T),
        _rows(table.groupby(children["home_region"]).mean()),
        _rows(table[[OUT_OF_AREA]].groupby(children["home_authority"]).mean()),
        _rows(_hosted(state)),
    ]
    return _with_units(pd.concat(by_area, ignore_index=True))


def predict_homes(state: Snapshot) -> pd.DataFrame:
    """Registered homes by region and in England at this moment, as the rows of NEXT_YEAR."""
    counts = state.homes.groupby("host_region").size().astype("float64")
    counts.loc[ENGLAND] = float(len(state.homes))
    return _with_units(_rows(counts.to_frame(NEXT_YEAR)))


def _hosted(state: Snapshot) -> pd.DataFrame:
    """Children hosted from other authorities, by authority (also where there are none), region and in England."""
    away = state.children[state.children["out_of_area"]]
    by_authority = away.groupby("host_authority").size().reindex(sorted(state.region_of), fill_value=0)
    by_region = by_authority.groupby(by_authority.index.map(state.region_of)).sum()
    by_authority = pd.concat([by_authority, by_region])
    by_authority.loc[ENGLAND] = len(away)
    return by_authority.astype("float64").to_frame(IMPORTED)


def _rows(wide: pd.DataFrame) -> pd.DataFrame:
    """A table with an area a row and a measure a column, as rows of measure, area and value."""
    tall = wide.rename_axis("area").reset_index().melt("area", var_name="measure", value_name="value")
    return tall[["measure", "area", "value"]]


def _with_units(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(unit=rows["measure"].map(MEASURES))[COLUMNS]


def together(
    runs: list[pd.DataFrame], nulls: list[pd.DataFrame], interval: Callable[[pd.Series[float]], tuple[float, float]]
) -> pd.DataFrame:
    """One table from the predictions of several runs: `measure,area,value,ci_low,ci_high,unit,null_value`.

    `value` is the mean over the runs and `interval` gives its bounds; `null_value` is the mean of the null model.
    """
    keys = ["measure", "area", "unit"]
    grouped = pd.concat(runs, ignore_index=True).groupby(keys, sort=False)["value"]
    table = grouped.mean().to_frame()
    bounds = [interval(values) for _, values in grouped]
    table[["ci_low", "ci_high"]] = bounds
    null = pd.concat(nulls, ignore_index=True).groupby(keys)["value"].mean() if nulls else None
    table["null_value"] = np.nan if null is None else null
    order = {name: number for number, name in enumerate(MEASURES)}
    rows = table.reset_index().sort_values("measure", key=lambda names: names.map(order), kind="stable")
    return rows[["measure", "area", "value", "ci_low", "ci_high", "unit", "null_value"]].reset_index(drop=True)
