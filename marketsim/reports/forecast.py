"""The children in homes of a run as a demand forecast, in the form in which those of others are read."""

from __future__ import annotations

import pandas as pd

from marketsim.core.units import DAYS_PER_WEEK, WEEKS_PER_YEAR
from marketsim.own_data.records import NEEDS
from marketsim.results.result import Result
from marketsim.results.store import StoreError
from marketsim.world.england import own_region


def of_run(result: Result, period: str) -> pd.DataFrame:
    """Children in homes by authority, need and day: at the start and then each year, or each week (by its Monday): rows
    `authority,need,date,period,measure,children`. Of a run with own data the region's authorities, else all.

    Raises StoreError for a folder that isn't a single run.
    """
    if result.kind != "run":
        raise StoreError(f"{result.folder}: is a {result.kind}, and a forecast is of one run; name the folder of a run")
    start = pd.Timestamp(result.scenario.horizon.start)
    last = int(result.weekly["week"].max())
    chosen = _yearly(start, last) if period == "year" else list(range(last + 1))
    region, placements = own_region(result.scenario.world), result.placements
    own = () if region is None else region.authorities
    codes = own or tuple(sorted(result.authorities["ons_code"].unique()))
    every = pd.MultiIndex.from_product([codes, NEEDS], names=["authority", "need"])
    parts = [_in_homes(placements, week, every).assign(date=_day(start, week, period)) for week in chosen]
    found = pd.concat(parts, ignore_index=True).assign(period=period, measure="children_in_homes")
    return found[["authority", "need", "date", "period", "measure", "children"]]


def _yearly(start: pd.Timestamp, last: int) -> list[int]:
    """The weeks that end nearest to the same day of each year."""
    days = [start + pd.DateOffset(years=year) for year in range(last // 52 + 2)]
    return [week for week in (round((day - start).days / DAYS_PER_WEEK) for day in days) if week <= last]


def _day(start: pd.Timestamp, week: int, period: str) -> pd.Timestamp:
    day = start + pd.Timedelta(days=DAYS_PER_WEEK * week)
    if period == "week":
        return day - pd.Timedelta(days=day.day_of_week)
    return start + pd.DateOffset(years=round(week / WEEKS_PER_YEAR))


def _in_homes(placements: pd.DataFrame, week: int, every: pd.MultiIndex) -> pd.DataFrame:
    living = placements[(placements["start_week"] <= week) & (placements["end_week"].fillna(week + 1) > week)]
    counts = living.groupby(["home_authority", "need_band"], observed=True).size()
    counts.index.names = ["authority", "need"]
    return counts.reindex(every, fill_value=0).rename("children").astype("float64").reset_index()
