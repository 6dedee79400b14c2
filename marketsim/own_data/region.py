"""What a market takes from a folder of own data: whose children, which homes, how things stood on a day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from marketsim.england.figures import authority_rows
from marketsim.own_data.estimates.stays import StayCurve, stay_curve
from marketsim.own_data.estimates.watching import starts
from marketsim.own_data.kept import folder_tables
from marketsim.own_data.own_shares import OwnShares, own_shares
from marketsim.scenario import own_folder

OURS, NATIONAL = "ours", "national"  # whose needs new children have
LEAST_YEARS = 0.9
DAYS_EARLY = pd.Timedelta(days=6)  # by which the Monday of the day's week lies before it
WITHOUT_SECURE = 8_540 / 8_704  # England, 31 March 2024: in children's homes, and with secure homes (england/README.md)


@dataclass(frozen=True)
class Region:
    """`running` are the placements in homes on the day, of the authorities whose placements are seen on it;
    `starts_a_year` those begun a year, by authority; `placements` is how many are known in all; `published` are
    children in homes of further authorities, as files of figures or forecasts have them. `homes` are those
    registered then, and those in which somebody is recorded; in the areas of `hosts` they are all there are.
    `shares` are those of needs, ages, sex and notice, by authority, of which there are enough to use; those of
    needs only if somebody has said that their words mean the model's bands, and `needs_said` is what they come
    to for all together.
    """

    as_at: datetime.date
    authorities: tuple[str, ...]
    running: pd.DataFrame
    starts_a_year: dict[str, float]
    placements: int
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
    return region_of(folder_tables.read(Path(folder)), about["as_at"], about.get("needs") == OURS)


def region_of(tables: dict[str, pd.DataFrame], as_at: datetime.date, our_needs: bool = False) -> Region:
    """The same from tables of `reducing.KEPT`; with `our_needs` new children have needs in the shares of placements."""
    placements = tables["placements"]
    whole = placements[placements["whole"] & (placements["setting"] == "home")]
    day = pd.Timestamp(as_at)
    seen = whole[(whole["seen_from"] <= day) & (whole["seen_to"] >= day)]
    running = seen[(seen["start"] <= day) & (seen["end"].isna() | (seen["end"] > day))]
    codes = tuple(sorted(set(seen["authority"])))
    homes = tables["homes"]
    counts = _published(tables["figures"]) | _forecast_then(tables["forecast"], day)
    shares = own_shares(placements)
    opened, closed = homes["opened"], homes["closed"]
    lived_in = homes["home"].isin(running["home"])  # a later date is that of another registration
    there = homes[lived_in | ((opened.isna() | (opened <= day)) & (closed.isna() | (closed > day)))]
    return Region(
        as_at=as_at,
        authorities=codes,
        running=running.reset_index(drop=True),
        starts_a_year={code: count for code, count in _starts_a_year(whole).items() if code in codes},
        placements=len(placements),
        published={code: count for code, count in counts.items() if code not in codes},
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
    """Placements begun in weeks that files show, over the years that these are; of most of a year at least, since in
    less the season would tell."""
    found = {}
    for code, rows in whole.groupby("authority"):
        count, years = starts(rows)
        if years >= LEAST_YEARS:
            found[str(code)] = count / years
    return found


def _published(figures: pd.DataFrame) -> dict[str, float]:
    """Children in homes of each authority in the latest year. Figures that count secure homes too are taken down to
    England's children without them."""
    rows = figures[(figures["measure"] == "children_in_homes") & (figures["unit"] == "children")]
    rows = rows[rows["area"].isin(row["ons_code"] for row in authority_rows())].sort_values("year", kind="stable")
    latest = rows.drop_duplicates("area", keep="last")
    with_secure = latest["note"].str.contains("secure")
    return dict(zip(latest["area"], latest["value"] * with_secure.map({True: WITHOUT_SECURE, False: 1.0}), strict=True))


def _forecast_then(forecast: pd.DataFrame, day: pd.Timestamp) -> dict[str, float]:
    """Children in homes that a forecast has on the day (or the first after it)."""
    stock = forecast[(forecast["measure"] == "children_in_homes") & (forecast["date"] >= day - DAYS_EARLY)]
    first = stock[stock["date"] == stock.groupby("authority")["date"].transform("min")]
    return {str(code): float(count) for code, count in first.groupby("authority")["children"].sum().items()}
