"""Means, medians and numbers: fees, distances, children in homes, starts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from marketsim.own_data.estimates import intervals
from marketsim.own_data.estimates.intervals import Found
from marketsim.own_data.estimates.quantities import BOUGHT, FEE_BASES, fee_name
from marketsim.own_data.estimates.rows import ALL, Row
from marketsim.own_data.estimates.watching import counted, running, started_lately, starts
from marketsim.own_data.records import NEEDS, ROUTES

LEAST_YEARS = 0.5  # of which starts are counted: in less, the season tells more than the year


def distances(placements: pd.DataFrame, group: str) -> Iterator[Row]:
    """How far from home those live who are placed now."""
    miles = running(placements[placements["distance_miles"].notna()])["distance_miles"].to_numpy(dtype=np.float64)
    yield Row("distance_mean", group, intervals.mean(miles) if len(miles) else None, len(miles), len(miles))


def fees(placements: pd.DataFrame, group: str) -> Iterator[Row]:
    """Fees of those that run and of those begun in the last year: of all that are bought and by their need, by route,
    and of all authorities together by both."""
    known = placements[placements["weekly_fee_gbp"].notna()]
    for base, rows in zip(FEE_BASES, (running(known), started_lately(known)), strict=True):
        own = (rows["route"] == "in_house") | ((rows["route"] == "") & (rows["sector"] == "local_authority"))
        yield from _fees(base, rows[~own], group)
        for need in NEEDS:
            of_need = rows[~own & (rows["need"] == need)]
            yield from _fees(base, of_need, group, need=need, family="by need")
            for route in BOUGHT if group == ALL else ():
                both = of_need[of_need["route"] == route]
                if len(both):
                    yield from _fees(base, both, group, need, route, family=f"of {need} by route")
        for route in ROUTES:
            yield from _fees(base, rows[rows["route"] == route], group, route=route, family="by route")


def numbers(placements: pd.DataFrame, group: str) -> Iterator[Row]:
    """Children in homes on the last day, and placements that begin in a year."""
    rows = counted(placements)
    if rows.empty:
        yield Row("children_in_homes", group, None, 0, 0, whole=True)
        yield Row("starts_per_year", group, None, 0, 0)
        return
    children = len(running(rows, pd.Timedelta(0)))
    dates = sorted(rows.groupby("authority")["seen_to"].max().dt.strftime("%Y-%m-%d").unique())
    on = f"on {dates[0]}" if len(dates) == 1 else f"on the last day seen of each, {dates[0]} to {dates[-1]}"
    yield Row("children_in_homes", group, Found(float(children)), children, children, note=f"counted {on}", whole=True)
    count, years = starts(rows)
    if years < LEAST_YEARS:
        yield Row("starts_per_year", group, None, count, count, note="less than half a year was seen: not used")
    else:
        yield Row("starts_per_year", group, intervals.rate(count, years), count, count)


def _fees(
    base: str, rows: pd.DataFrame, group: str, need: str = "", route: str = "", family: str = ""
) -> Iterator[Row]:
    pounds = rows["weekly_fee_gbp"].to_numpy(dtype=np.float64)
    count = len(pounds)
    for kind, estimated in (("mean", intervals.mean), ("median", intervals.median)):
        found = estimated(pounds) if count else None
        shares_out = f"{base} {kind} {family}" if family else ""
        yield Row(fee_name(base, kind, need, route), group, found, count, count, shares_out)
