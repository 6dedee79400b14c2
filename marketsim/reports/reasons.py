"""Why a difference that would startle is what it is: measures beside it, worked out from the same runs."""

from __future__ import annotations

from typing import Any

import pandas as pd

from marketsim.market.homes import LOCAL_AUTHORITY, SECTORS
from marketsim.results.result import Result

STARTLING = 0.05  # of the share placed out of area
LEAST_SHARED = 5.0  # children more in homes that another authority runs
COLUMNS = ["scenario", "replicate", "home_authority", "host_authority", "sector", "route", "end_week"]


def outside_all(comparison: Result, other: str) -> str:
    """For members of cooperatives, which place in one another's areas: how many children are outside all of these."""
    arrangements = comparison.manifest["scenarios"][other]["values"]["purchasing"]["arrangements"].values()
    joint = [one for one in arrangements if "members" in one]
    if not joint or "placements" not in comparison.tables:
        return ""
    placements = comparison.tables.read("placements", COLUMNS)
    through = (placements["scenario"] == other) & placements["route"].isin({one["rule"] for one in joint})
    members = set(placements.loc[through, "home_authority"])
    placed = placements[placements["end_week"].isna() & placements["home_authority"].isin(members)]
    outside = ~placed["host_authority"].isin(members)
    if any(one["members"]["one_per"] == "region" for one in joint):
        outside |= _region(comparison, placed["home_authority"]) != _region(comparison, placed["host_authority"])
    shares = (100 * outside).groupby(placed["scenario"]).mean()
    if other not in shares:
        return ""
    baseline = comparison.labels[0]
    return (f" Members of a cooperative place in one another's areas: outside all of these are {shares[other]:.1f}% "
            f"of their children at the end, and {shares[baseline]:.1f}% in {baseline}."
            f"{_shared_homes(placed, baseline, other)}")  # fmt: skip


def _shared_homes(placed: pd.DataFrame, baseline: str, other: str) -> str:
    """How many children live in the own homes of an authority that is not theirs, where that is what moves."""
    elsewhere = placed[(placed["sector"] == SECTORS[LOCAL_AUTHORITY])
                       & (placed["home_authority"] != placed["host_authority"])]  # fmt: skip
    runs = placed.groupby("scenario")["replicate"].nunique()
    count = elsewhere.groupby("scenario").size().reindex([baseline, other], fill_value=0) / runs
    if abs(count[other] - count[baseline]) < LEAST_SHARED:
        return ""
    return (f" In homes that another authority runs itself live {count[other]:,.0f} of them, "
            f"{count[baseline]:,.0f} in {baseline}.")  # fmt: skip


def _region(comparison: Result, codes: pd.Series[Any]) -> pd.Series[Any]:
    areas = comparison.tables.read("authorities", ["ons_code", "region"]).drop_duplicates("ons_code")
    return codes.map(areas.set_index("ons_code")["region"])
