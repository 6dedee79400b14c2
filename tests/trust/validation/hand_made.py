"""A year of a market small enough to count by hand: two regions, three authorities, four homes, six placements."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd

from marketsim.results import manifest
from marketsim.results.reading import Tables
from marketsim.results.result import Result
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.schema import Scenario

WEEKS = 60
NORTH, SOUTH = "North", "South"
OUTCOMES = {
    "open_void_rate": 0.2,
    "out_of_area_share": 0.6,
    "over_20_miles_share": 0.5,
    "weekly_fee_mean_gbp": 5_000.0,
    "provider_margin": 0.1,
    "large_provider_margin": 0.15,
    "three_or_more_placements_share": 0.25,
    "spend_per_child_published_gbp": 6_100.0,
    "staff_per_child": 5.0,
}
# child, from, to, home, sector, route, start, end, band, score, notice, fee, miles, wait
PLACEMENTS = [
    (1, "A", "A", 0, "local_authority", "in_house", -50, None, "standard", 0.1, "planned", 4_000.0, 2.0, 0),
    (2, "A", "B", 1, "private", "spot", 10, None, "standard", 0.2, "planned", 5_000.0, 12.0, 1),
    (3, "B", "B", 1, "private", "framework", 12, 22, "complex", 0.6, "emergency", 5_600.0, 4.0, 3),
    (3, "B", "C", 2, "private", "spot", 23, 43, "complex", 0.6, "planned", 6_000.0, 60.0, 1),
    (3, "B", "C", 3, "private", "block", 44, None, "complex", 0.6, "planned", 6_000.0, 60.0, 1),
    (4, "C", "A", 0, "local_authority", "spot", 5, 55, "severe", 0.9, "planned", 4_500.0, 120.0, 9),
]
PLACEMENT_COLUMNS = [
    "child_id", "home_authority", "host_authority", "home_id", "sector", "route", "start_week", "end_week", "need_band",
    "need_score", "notice", "weekly_fee_gbp", "distance_miles", "wait_weeks",
]  # fmt: skip
# home, host, region, provider, sector, places, opened, closed, house price
HOMES = [
    (0, "A", NORTH, 0, "local_authority", 3, None, None, 200_000.0),
    (1, "B", NORTH, 10, "private", 4, None, None, 300_000.0),
    (2, "C", SOUTH, 10, "private", 2, None, 44, 400_000.0),
    (3, "C", SOUTH, 11, "private", 5, 40, None, 400_000.0),
]
HOME_COLUMNS = [
    "home_id", "host_authority", "host_region", "provider_id", "sector", "places", "opened_week", "closed_week",
    "house_price_gbp",
]  # fmt: skip
WEEKLY: dict[str, Any] = {
    "children_placed": 3, "children_waiting": 1, "children_unregistered": 2, "places": 12, "occupied": 3,
    "void_rate": 0.75, "blocked_places": 2, "weekly_fee_mean_gbp": 5_000.0, "spend_per_child_published_gbp": 6_100.0,
    "placements_started": 1,
    "placements_ended": 2, "homes": 4, "homes_opened": 0, "homes_closed": 0, "framework_coverage": 0.5,
}  # fmt: skip


def weekly_table(weeks: int = WEEKS, start: str = "2023-03-31", **changed: Any) -> pd.DataFrame:
    """A weekly table in which every week is the same, but for the columns changed (a value, or one for each week)."""
    week = range(1, weeks + 1)
    dates = [pd.Timestamp(start) + pd.Timedelta(weeks=number) for number in week]
    return pd.DataFrame({"week": week, "date": dates, **{name: changed.get(name, WEEKLY[name]) for name in WEEKLY}})


def placements_table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Placements as a run leaves them."""
    table = pd.DataFrame(rows, columns=PLACEMENT_COLUMNS).astype({"end_week": "Int64"})
    return table.assign(out_of_area=table["home_authority"] != table["host_authority"], displaced=False, care="shared")


def homes_table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Homes as a run leaves them."""
    table = pd.DataFrame(rows, columns=HOME_COLUMNS)
    return table.astype({"opened_week": "Int64", "closed_week": "Int64"}).assign(short_break=False)


@cache
def town() -> Scenario:
    """A scenario that the hand-made run could have had."""
    return load_scenario("town").scenario


def hand_made(**changed: pd.DataFrame) -> Result:
    """The result of the run that never was, with some of its tables exchanged."""
    outcomes = pd.DataFrame({"outcome": list(OUTCOMES), "region": "England", "value": list(OUTCOMES.values())})
    areas = pd.DataFrame({"ons_code": ["A", "B", "C"], "region": [NORTH, NORTH, SOUTH], "year": 1})
    made = manifest.made("run", status="finished", started="2026-11-22T09:00:00+00:00", seed=1)
    tables = {"weekly": weekly_table(), "authorities": areas, "placements": placements_table(PLACEMENTS),
              "outcomes": outcomes, "homes": homes_table(HOMES)}  # fmt: skip
    return Result(made, Tables(tables | changed), completed=town())


def exchanged(result: Result, **changed: pd.DataFrame) -> Result:
    """The result with some of its tables exchanged."""
    return Result(result.manifest, Tables({**result.tables, **changed}), completed=result.completed)
