"""The backcast: a run from 2014 set against the figures recorded year by year (england/national.csv)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from marketsim.england.figures import national_rows
from marketsim.results.result import Result
from marketsim.trust import published

COLUMNS = ["year", "measure", "unit", "recorded", "model", "off_by"]
NEAR_DAYS = 20  # after ten years of 52 weeks a run ends so many days before 31 March
PLAIN_MISS = 0.10  # off by more than this counts as wrong in the verdict
SECTOR_WORDS = {"la": "local_authority", "private": "private", "voluntary": "voluntary", "health": "health"}


def _of_sector(sector: str, figure: Callable[[pd.Series[int]], float]) -> Callable[..., float]:
    """A figure of the places of a sector's homes: how many there are, or their sum."""
    return lambda week, homes: figure(homes.loc[homes["sector"] == sector, "places"])


# From the weekly row at 31 March and the homes open then.
AT_YEAR_END: dict[str, Callable[[pd.Series[Any], pd.DataFrame], float]] = {
    "homes_childrens_homes_mainstream": lambda week, homes: week["homes"],
    "places_childrens_homes_mainstream": lambda week, homes: week["places"],
    "mean_places_per_mainstream_home": lambda week, homes: week["places"] / week["homes"],
    "children_in_childrens_homes": lambda week, homes: week["children_placed"],
    **{f"homes_mainstream_{short}": _of_sector(sector, len) for short, sector in SECTOR_WORDS.items()},
    **{f"places_mainstream_{short}": _of_sector(sector, sum) for short, sector in SECTOR_WORDS.items()},
}
# From the weekly rows of the year up to 31 March and the homes that opened in it.
IN_YEAR: dict[str, Callable[[pd.DataFrame, pd.DataFrame], float]] = {
    "new_placements_in_childrens_homes_in_year": lambda weeks, opened: weeks["placements_started"].sum(),
    "homes_registered_in_year": lambda weeks, opened: weeks["homes_opened"].sum(),
    "homes_closed_in_year": lambda weeks, opened: weeks["homes_closed"].sum(),
    "mean_places_of_homes_registered_in_year": lambda weeks, opened: opened["places"].mean(),
}
# The month at the end of which the year ends that a fee is the mean of.
FEES = {
    "weekly_price_independent_home_mean_cma": 12,
    "weekly_price_independent_home_mean_ncercc": 3,
    "weekly_price_residential_placement_mean_ccn": 3,
}
SPEND = "weekly_spend_per_child_published_basis"
SERIES = (*AT_YEAR_END, *IN_YEAR, *FEES, SPEND)


def backcast_table(result: Result) -> pd.DataFrame:
    """The recorded figures of the years that a run covers, with the model's: rows of COLUMNS.

    Stocks stand at 31 March; flows are those of the year up to it, and so are fees (CMA: of the calendar year).
    `off_by` is relative to the figure recorded.
    """
    rows = []
    for row in national_rows():
        if row["measure"] in SERIES:
            year, recorded = int(row["year"]), float(row["value"])
            model = float(_modelled(result, row["measure"], year))
            rows.append((year, row["measure"], row["unit"], recorded, model, model / recorded - 1))
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table[table["model"].notna()].reset_index(drop=True)


def _modelled(result: Result, measure: str, year: int) -> float:
    """The model's figure of a year; NaN if no week is within NEAR_DAYS of its end, or it is hardly covered."""
    weekly, homes, end = result.weekly, result.homes, pd.Timestamp(year, 3, 31)
    if measure in FEES:
        return published.fee_in_year(weekly, year, FEES[measure])
    if measure == SPEND:
        return published.spend_in_year(weekly, year)
    if measure in AT_YEAR_END:
        days = (weekly["date"] - end).abs()
        week = weekly.iloc[int(days.to_numpy().argmin())]
        near = days.min() <= pd.Timedelta(days=NEAR_DAYS)
        return AT_YEAR_END[measure](week, published.homes_open(homes, int(week["week"]))) if near else published.NAN
    weeks = weekly[(weekly["date"] > end - pd.DateOffset(years=1)) & (weekly["date"] <= end)]
    if len(weeks) < published.MOST_OF_A_YEAR_WEEKS:
        return published.NAN
    return IN_YEAR[measure](weeks, homes[homes["opened_week"].between(weeks["week"].min(), weeks["week"].max())])


def mean_table(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """The mean of the tables of several replicates."""
    keys = ["year", "measure", "unit", "recorded"]
    table = pd.concat(tables, ignore_index=True).groupby(keys, sort=False)["model"].mean().reset_index()
    return table.assign(off_by=table["model"] / table["recorded"] - 1)[COLUMNS]


def verdict(table: pd.DataFrame) -> pd.DataFrame:
    """A row a measure: the first and last year compared, what was recorded, and what is off by how much.

    `no_change_off_by` is what a guess that nothing changes after the first year is off by in the last; `wrong` is true
    where the model is off by more than PLAIN_MISS then.
    """
    rows = []
    for measure, group in table.groupby("measure", sort=False):
        group = group.sort_values("year")
        first, last = group.iloc[0], group.iloc[-1]
        rows.append(
            {
                "measure": measure, "first_year": first["year"], "last_year": last["year"], "unit": last["unit"],
                "recorded_first": first["recorded"], "recorded": last["recorded"], "model": last["model"],
                "mean_off_by": group["off_by"].abs().mean(), "off_by": last["off_by"],
                "no_change_off_by": first["recorded"] / last["recorded"] - 1,
                "wrong": abs(last["off_by"]) > PLAIN_MISS,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)
