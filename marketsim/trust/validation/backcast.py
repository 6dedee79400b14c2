"""The backcast: a run from 2014 set against the figures recorded year by year (england/national.csv)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from marketsim.england.figures import national_rows
from marketsim.results.result import Result
from marketsim.trust.validation.targets import MOST_OF_A_YEAR_WEEKS, NAN, fee_in_year, homes_open, mean

COLUMNS = ["year", "measure", "unit", "recorded", "model", "off_by"]
NEAR_DAYS = 20  # a run of whole years of 52 weeks ends some days before 31 March
PLAIN_MISS = 0.10  # off by more than this counts as wrong in the verdict


@dataclass(frozen=True)
class Years:
    """A run, cut at 31 March of each year."""

    result: Result

    @cached_property
    def weekly(self) -> pd.DataFrame:
        """The weekly table."""
        return self.result.weekly

    def at(self, year: int) -> pd.Series[Any] | None:
        """The weekly row nearest to 31 March; None if there is none within NEAR_DAYS."""
        days = (self.weekly["date"] - pd.Timestamp(year, 3, 31)).abs()
        nearest = int(days.to_numpy().argmin())
        return self.weekly.iloc[nearest] if days.min() <= pd.Timedelta(days=NEAR_DAYS) else None

    def during(self, year: int) -> pd.DataFrame | None:
        """The weekly rows of the year up to 31 March; None if the run doesn't cover (nearly) all of it."""
        end = pd.Timestamp(year, 3, 31)
        rows = self.weekly[(self.weekly["date"] > end - pd.DateOffset(years=1)) & (self.weekly["date"] <= end)]
        return rows if len(rows) >= MOST_OF_A_YEAR_WEEKS else None

    def stock(self, column: str, year: int) -> float:
        """A weekly column at 31 March."""
        row = self.at(year)
        return NAN if row is None else float(row[column])

    def flow(self, column: str, year: int) -> float:
        """The sum of a weekly column over the year up to 31 March."""
        rows = self.during(year)
        return NAN if rows is None else float(rows[column].sum())

    def homes(self, year: int, sector: str) -> pd.DataFrame | None:
        """The homes of a sector at 31 March."""
        row = self.at(year)
        if row is None:
            return None
        homes = homes_open(self.result.homes, int(row["week"]))
        return homes[homes["sector"] == sector]

    def new_homes(self, year: int) -> pd.DataFrame | None:
        """The homes that opened in the year up to 31 March."""
        rows, homes = self.during(year), self.result.homes
        return None if rows is None else homes[homes["opened_week"].between(rows["week"].min(), rows["week"].max())]


Series = Callable[[Years, int], float]


def _stock(column: str) -> Series:
    return lambda years, year: years.stock(column, year)


def _flow(column: str) -> Series:
    return lambda years, year: years.flow(column, year)


def _mean_places(years: Years, year: int) -> float:
    return years.stock("places", year) / years.stock("homes", year)


def _new_places(years: Years, year: int) -> float:
    homes = years.new_homes(year)
    return NAN if homes is None else mean(homes["places"])


def _homes_of(sector: str) -> Series:
    def count(years: Years, year: int) -> float:
        homes = years.homes(year, sector)
        return NAN if homes is None else float(len(homes))

    return count


def _places_of(sector: str) -> Series:
    def places(years: Years, year: int) -> float:
        homes = years.homes(year, sector)
        return NAN if homes is None else float(homes["places"].sum())

    return places


def _fee(month: int) -> Series:
    return lambda years, year: fee_in_year(years.weekly, year, month)


SECTOR_WORDS = {"la": "local_authority", "private": "private", "voluntary": "voluntary", "health": "health"}
SERIES: dict[str, Series] = {
    "homes_childrens_homes_mainstream": _stock("homes"),
    "places_childrens_homes_mainstream": _stock("places"),
    "mean_places_per_mainstream_home": _mean_places,
    "children_in_childrens_homes": _stock("children_placed"),
    "new_placements_in_childrens_homes_in_year": _flow("placements_started"),
    "homes_registered_in_year": _flow("homes_opened"),
    "homes_closed_in_year": _flow("homes_closed"),
    "mean_places_of_homes_registered_in_year": _new_places,
    "weekly_price_independent_home_mean_cma": _fee(12),
    "weekly_price_independent_home_mean_ncercc": _fee(3),
    "weekly_price_residential_placement_mean_ccn": _fee(3),
    **{f"homes_mainstream_{short}": _homes_of(sector) for short, sector in SECTOR_WORDS.items()},
    **{f"places_mainstream_{short}": _places_of(sector) for short, sector in SECTOR_WORDS.items()},
}


def backcast_table(result: Result) -> pd.DataFrame:
    """The recorded figures of the years that a run covers, with the model's: rows of COLUMNS.

    Stocks stand at 31 March; flows are those of the year up to it, and so are fees (CMA: of the calendar year).
    `off_by` is relative to the figure recorded.
    """
    years, rows = Years(result), []
    for row in national_rows():
        if row["measure"] in SERIES:
            year, recorded = int(row["year"]), float(row["value"])
            model = SERIES[row["measure"]](years, year)
            rows.append((year, row["measure"], row["unit"], recorded, model, model / recorded - 1))
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table[table["model"].notna()].reset_index(drop=True)


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
