"""Somebody else's forecast as new needs by authority and week."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from marketsim.core.units import DAYS_PER_WEEK, WEEKS_PER_YEAR
from marketsim.own_data.records import NEEDS

LONGEST_WEEKS = 5_200
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class DemandPath:
    """Children in homes, or new needs a week, by authority (rows of a world), need band and week from a start.

    `stock` (authorities, bands, weeks) are children in homes and `needs` new needs a week; NaN for authorities that are
    not forecast, and in all but the first band where needs aren't told apart (`by_need`, authorities). Beyond the last
    date both stay as they were.
    """

    stock: Floats
    needs: Floats
    by_need: npt.NDArray[np.bool_]

    def expected(self, week: int, at_start: Floats) -> Floats:
        """New needs of a week by authority, NaN where nothing is forecast.

        Needs are taken as they are. A stock is kept up by new needs in the proportion of the start (`at_start` a week,
        authorities), and grows by new needs on top: stock(t) / stock(0) * at_start + rise in the week; never
        less than none.
        """
        week = min(max(week, 1), self.stock.shape[2] - 1)
        stock, needs = _whole(self.stock), _whole(self.needs)
        with np.errstate(divide="ignore", invalid="ignore"):
            held = np.where(stock[:, 0] > 0, stock[:, week] / stock[:, 0], 1.0) * at_start
        kept_up = np.maximum(held + stock[:, week] - stock[:, week - 1], 0.0)
        return np.where(np.isnan(needs[:, week]), np.where(np.isnan(stock[:, 0]), np.nan, kept_up), needs[:, week])

    def need_shares(self, week: int, standard: Floats, severe: Floats) -> tuple[Floats, Floats]:
        """Share of standard and of severe need among those who come in a week, by authority; NaN where needs aren't
        told apart.

        Of new needs as forecast; of a stock those of the start (`standard`, `severe`) in proportion to how each band's
        stock has grown since.
        """
        week = min(max(week, 0), self.stock.shape[2] - 1)
        usual = np.stack([standard, 1 - standard - severe, severe], axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            grown = np.where(self.stock[:, :, 0] > 0, self.stock[:, :, week] / self.stock[:, :, 0], 1.0)
            counts = np.where(np.isnan(self.needs[:, :, week]), usual * grown, self.needs[:, :, week])
            shares = counts / counts.sum(axis=1, keepdims=True)
        shares[~self.by_need] = np.nan
        return shares[:, 0], shares[:, 2]


def _whole(counts: Floats) -> Floats:
    """All bands together; NaN where none is forecast."""
    missing = np.isnan(counts).all(axis=1)
    return np.where(missing, np.nan, np.nansum(counts, axis=1))


def demand_path(forecast: pd.DataFrame, codes: Sequence[str], start: datetime.date) -> DemandPath | None:
    """The path from a start, from the rows of a forecast (see `records.FORECAST`); None if there are none."""
    forecast = in_force(forecast, start)
    if forecast.empty:
        return None
    last = (forecast["date"].max() - pd.Timestamp(start)).days // DAYS_PER_WEEK
    weeks = int(min(max(last, 1) + 60, LONGEST_WEEKS))
    stock, needs = (np.full((len(codes), len(NEEDS), weeks), np.nan) for _ in range(2))
    by_need = np.zeros(len(codes), dtype=np.bool_)
    row_of = {code: row for row, code in enumerate(codes)}
    for (code, need, measure), rows in forecast.groupby(["authority", "need", "measure"]):
        row, band = row_of[str(code)], NEEDS.index(need) if need else 0
        by_need[row] |= bool(need)
        days = ((rows["date"] - pd.Timestamp(start)).dt.days / DAYS_PER_WEEK).to_numpy(dtype=np.float64)
        order = np.argsort(days, kind="stable")
        children = rows["children"].to_numpy(dtype=np.float64)[order]
        if measure == "children_in_homes":
            stock[row, band] = np.interp(np.arange(weeks), days[order], children)
        else:
            period = WEEKS_PER_YEAR if (rows["period"] == "year").all() else 1.0
            position = np.searchsorted(days[order], np.arange(weeks), side="right") - 1
            needs[row, band] = children[np.maximum(position, 0)] / period
    return DemandPath(stock, needs, by_need)


def in_force(forecast: pd.DataFrame, start: datetime.date) -> pd.DataFrame:
    """The rows of forecasts that say something of the time after a start; one that ends before says nothing."""
    if forecast.empty:
        return forecast
    last = forecast.groupby(["authority", "measure"])["date"].transform("max")
    return forecast[last >= pd.Timestamp(start) - pd.Timedelta(days=DAYS_PER_WEEK)]
