"""What a market takes from a folder of own data: whose children, which homes, how things stood on a day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from marketsim.england.figures import authority_rows
from marketsim.own_data import folder as folders
from marketsim.own_data.estimates.stays import StayCurve, stay_curve
from marketsim.own_data.own_shares import OwnShares, own_shares
from marketsim.scenario import own_folder

OURS, NATIONAL = "ours", "national"  # whose needs new children have
DAYS_EARLY = pd.Timedelta(days=6)  # by which the Monday of the day's week lies before it
WITHOUT_SECURE = 8_540 / 8_704  # England, 31 March 2024: in children's homes, and with secure homes (england/README.md)


@dataclass(frozen=True)
class Region:
    """`running` are the placements in homes on the day; `starts_a_year` those begun a year, by authority; `published` are
    children in homes of further authorities, as files of figures or forecasts have them. `homes` are those registered
    then; in the areas of `hosts` they are all there are. `shares` are those of needs, ages, sex and notice, by
    authority, of which there are enough to use; those of needs only if somebody has said that their words mean the
    model's bands, and `needs_said` is what they come to for all together.
    """

    as_at: datetime.date
    authorities: tuple[str, ...]
    running: pd.DataFrame
    starts_a_year: dict[str, float]
    published: dict[str, float]
    shares: dict[str, OwnShares]
    stays: StayCurve | None
    homes: pd.DataFrame
    hosts: tuple[str, ...]
    needs_said: OwnShares | None
    forecast: pd.DataFrame
    contracts: pd.DataFrame
    figures: pd.DataFrame


def read_region(folder: str) -> Region:
    """The region of a folder. Raises ScenarioError for what can't be read, or is of no known authority."""
    return _read(folder, own_folder.digest({"data": folder}) or "")


@lru_cache(maxsize=8)
def _read(folder: str, digest: str) -> Region:
    """By the digest too, so that a folder that has changed is read again."""
    about = own_folder.about(Path(folder))
    return region_of(folders.read(Path(folder)), about["as_at"], about.get("needs") == OURS)


def region_of(tables: dict[str, pd.DataFrame], as_at: datetime.date, our_needs: bool = False) -> Region:
    """The same from tables of `reducing.KEPT`; with `our_needs` new children have needs in the shares of placements."""
    placements = tables["placements"]
    whole = placements[placements["whole"] & (placements["setting"] == "home")]
    day = pd.Timestamp(as_at)
    running = whole[(whole["start"] <= day) & (whole["end"].isna() | (whole["end"] > day)) & (whole["seen_to"] >= day)]
    homes = tables["homes"]
    shares = own_shares(placements)
    opened, closed = homes["opened"], homes["closed"]
    there = homes[(opened.isna() | (opened <= day)) & (closed.isna() | (closed > day))]
    return Region(
        as_at=as_at,
        authorities=tuple(sorted(set(whole["authority"]))),
        running=running.reset_index(drop=True),
        starts_a_year=_starts_a_year(whole),
        published=_forecast_then(tables["forecast"], day) | _published(tables["figures"], set(whole["authority"])),
        shares=shares if our_needs else {code: one.without_needs() for code, one in shares.items()},
        needs_said=next(iter(own_shares(placements.assign(authority="")).values()), None),
        stays=stay_curve(placements),
        homes=there.reset_index(drop=True),
        hosts=tuple(sorted(set(there.loc[there["complete"], "authority"]))),
        forecast=tables["forecast"],
        contracts=tables["contracts"],
        figures=tables["figures"],
    )


def _starts_a_year(whole: pd.DataFrame) -> dict[str, float]:
    """Placements begun while files show them, over the years that they show."""
    found = {}
    for code, rows in whole.groupby("authority"):
        begins, ends = rows["seen_from"].min(), rows["seen_to"].max()
        years = (ends - begins).days / 365.25
        if years >= 0.9:  # of less than a year the season would tell
            found[str(code)] = float(((rows["start"] >= begins) & (rows["start"] <= ends)).sum()) / years
    return found


def _published(figures: pd.DataFrame, given: set[str]) -> dict[str, float]:
    """Children in homes in the latest year of each authority that gives no placements. Figures that count secure homes
    too are taken down to England's children without them."""
    rows = figures[(figures["measure"] == "children_in_homes") & ~figures["area"].isin(given)]
    rows = rows[rows["area"].isin(row["ons_code"] for row in authority_rows())].sort_values("year", kind="stable")
    latest = rows.drop_duplicates("area", keep="last")
    with_secure = latest["note"].str.contains("secure")
    return dict(zip(latest["area"], latest["value"] * with_secure.map({True: WITHOUT_SECURE, False: 1.0}), strict=True))


def _forecast_then(forecast: pd.DataFrame, day: pd.Timestamp) -> dict[str, float]:
    """Children in homes that a forecast has on the day (or the first after it)."""
    stock = forecast[(forecast["measure"] == "children_in_homes") & (forecast["date"] >= day - DAYS_EARLY)]
    first = stock[stock["date"] == stock.groupby("authority")["date"].transform("min")]
    return {str(code): float(count) for code, count in first.groupby("authority")["children"].sum().items()}
