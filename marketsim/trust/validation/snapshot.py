"""The children in homes and the homes at one moment: what patterns and predictions are read from, model's or null's."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from marketsim.results.result import Result
from marketsim.trust.validation.targets import homes_open

PER_CHILD = ["home_authority", "host_authority", "need_band", "distance_miles", "out_of_area"]


@dataclass(frozen=True)
class Snapshot:
    """`children`: a row a child in a home: PER_CHILD, `home_region` and `host_region`. `homes`: a row an open home, as
    in `Result.homes`. `region_of`: the region of every authority, by ONS code.
    """

    children: pd.DataFrame
    homes: pd.DataFrame
    region_of: dict[str, str]


def at_end(result: Result) -> Snapshot:
    """The last week of a run."""
    placements, week = result.placements, int(result.weekly["week"].max())
    areas = result.authorities[["ons_code", "region"]].rename(columns={"ons_code": "code"})
    if areas.empty:  # a run of less than a year has no rows by authority
        areas = result.homes[["host_authority", "host_region"]].set_axis(["code", "region"], axis="columns")
    region_of = dict(zip(areas["code"], areas["region"], strict=True))
    running = placements.loc[placements["end_week"].isna(), PER_CHILD]
    return snapshot(running, homes_open(result.homes, week), region_of)


def snapshot(children: pd.DataFrame, homes: pd.DataFrame, region_of: dict[str, str]) -> Snapshot:
    """A snapshot of children described by PER_CHILD; their regions are added."""
    regions = {f"{side}_region": children[f"{side}_authority"].map(region_of) for side in ("home", "host")}
    return Snapshot(children.assign(**regions).reset_index(drop=True), homes, region_of)
