"""The rows of the weekly table and of the authorities' table, worked out from the sums that a run records."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from marketsim.core.columns import Floats
from marketsim.market.market import Market
from marketsim.results import outcomes
from marketsim.week.recording import Recorder

FEES = ("weekly_fee_p10_gbp", "weekly_fee_median_gbp", "weekly_fee_p90_gbp")  # recording.PERCENTILES
WEEKLY = [
    "children_placed", "children_waiting", "children_unregistered", "places", "occupied", "void_rate", "open_void_rate",
    "blocked_places", "paid_voids", "weekly_fee_mean_gbp", *FEES, "children_at_10000_or_more", "out_of_area_share",
    "over_20_miles_share", "out_of_region_share", "distance_mean_miles", "spend_gbp", "spend_per_child_gbp",
    "spend_per_child_published_gbp", "last_resort_gbp", "offers_per_referral", "wait_mean_weeks", "placements_started",
    "placements_ended", "breakdowns", "homes", "homes_opened", "homes_closed", "provider_margin",
    "large_provider_margin", "staff_per_child", "well_matched_share", "framework_coverage",
]  # fmt: skip
WHOLE = {
    "children_placed", "children_waiting", "children_unregistered", "places", "occupied", "blocked_places",
    "paid_voids", "children_at_10000_or_more", "placements_started", "placements_ended", "breakdowns", "homes",
    "homes_opened", "homes_closed",
}  # fmt: skip
YEARLY = [
    "children_placed", "children_waiting", "children_unregistered", "out_of_area_share", "out_of_region_share",
    "over_20_miles_share", "distance_mean_miles", "weekly_fee_mean_gbp",
]  # fmt: skip
AUTHORITIES = [
    "ons_code", "name", "region", "year", "date", *YEARLY, "yearly_spend_gbp", "yearly_paid_void_gbp", "homes",
    "places", "occupied", "void_rate", "children_hosted_from_elsewhere", "wait_mean_weeks",
]  # fmt: skip


SUM = "sum_"  # before the names in the table of sums, whose units are others
LAST_WEEKS = 0  # where the number of a year stands: the last weeks of the run


def weekly_frame(market: Market, recorder: Recorder, first: int = 1) -> pd.DataFrame:
    """`weekly.parquet`: a row a week that is recorded, from the week `first` on."""
    table = np.array(recorder.totals[first - 1 :]).reshape(-1, len(recorder.names))
    total = outcomes.Tally(dict(zip(recorder.names, table.T, strict=True)), 1)
    weeks = range(first, first + len(table))
    columns: dict[str, Any] = {"week": weeks, "date": [_date(market, week) for week in weeks]}
    fees = dict(zip(FEES, np.array(recorder.fees[first - 1 :]).reshape(-1, len(FEES)).T, strict=True))
    for name in WEEKLY:
        value = fees[name] if name in fees else outcomes.MEASURES[name].value(total)
        columns[name] = value.astype(np.int64) if name in WHOLE else value
    return pd.DataFrame(columns | {f"share_{route}": outcomes.route_share(route)(total) for route in recorder.routes})


def week_row(market: Market, recorder: Recorder) -> dict[str, Any]:
    """The row of the week that was recorded last."""
    frame = weekly_frame(market, recorder, len(recorder.totals))
    return {str(name): value for name, value in frame.to_dict("records")[0].items()}


def authorities_frame(market: Market, recorder: Recorder) -> pd.DataFrame:
    """`authorities.parquet`: a row an authority and year end; none before the first year is over."""
    rows = [_year_rows(market, recorder, *year) for year in recorder.years]
    if not rows:
        return pd.DataFrame({column: [] for column in AUTHORITIES})
    frame = pd.concat(rows, ignore_index=True)
    counts = [name for name in (*WHOLE, "children_hosted_from_elsewhere") if name in frame]
    return frame.astype(dict.fromkeys(counts, "int64"))


def sums_frame(market: Market, recorder: Recorder) -> pd.DataFrame:
    """`sums.parquet`: a row an authority and year of the run, then the last weeks of the run, up to a year (`year` 0):
    what was counted and paid in them, added up, from which the outcomes of any group follow."""
    ends = [0, *(week for week, _, _ in recorder.years)]
    years = [(year, ends[year] - ends[year - 1], table) for year, (_, _, table) in enumerate(recorder.years, start=1)]
    years.append((LAST_WEEKS, recorder.last_year.weeks, recorder.last_year.table))
    areas = market.authorities
    regions = [areas.region_names[number] for number in areas.region]
    columns = [SUM + name.replace(" ", "_") for name in recorder.names]
    frames = [
        pd.DataFrame({"ons_code": areas.code, "region": regions, "year": year, "weeks": weeks}).join(
            pd.DataFrame(table, columns=columns)
        )
        for year, weeks, table in years
    ]
    return pd.concat(frames, ignore_index=True)


def last_year(recorder: Recorder) -> outcomes.Tally | None:
    """The sums of the last weeks of the run, up to a year; None before any."""
    sums = recorder.last_year
    return outcomes.Tally(dict(zip(recorder.names, sums.table.T, strict=True)), sums.weeks) if sums.weeks else None


def _year_rows(market: Market, recorder: Recorder, week: int, at_end: Floats, in_year: Floats) -> pd.DataFrame:
    """A row an authority; money and waits are the year's, the rest is of its last week."""
    areas = market.authorities
    now, year = (outcomes.Tally(dict(zip(recorder.names, sums.T, strict=True)), 1) for sums in (at_end, in_year))
    columns: dict[str, Any] = {"ons_code": areas.code, "name": areas.name}
    columns |= {"region": [areas.region_names[number] for number in areas.region]}
    columns |= {"year": market.calendar.number("year_of_run", week) + 1, "date": _date(market, week)}
    stocks = (*YEARLY, "homes", "places", "occupied", "void_rate")
    columns |= {name: outcomes.MEASURES[name].value(now) for name in stocks}
    columns |= {"yearly_spend_gbp": year["spend"], "yearly_paid_void_gbp": year["paid_void_gbp"]}
    columns["children_hosted_from_elsewhere"] = now["hosted_from_elsewhere"]
    columns["wait_mean_weeks"] = outcomes.MEASURES["wait_mean_weeks"].value(year)
    return pd.DataFrame(columns)[AUTHORITIES]


def _date(market: Market, week: int) -> pd.Timestamp:
    return pd.Timestamp(market.calendar.date(week))
