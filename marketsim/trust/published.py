"""What is published and a run can be held against (the targets, england/targets.csv), as one run measures it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import pandas as pd

from marketsim.england.figures import target_rows
from marketsim.results.outcomes import ENGLAND
from marketsim.results.result import Result
from marketsim.scenario.schema import EnglandWorld

YEAR_WEEKS = 52
TARGET_DATE = datetime.date(2024, 3, 31)  # the end of the year that the targets are of
NEAR_TARGETS_DAYS = 92  # a run that ends farther from that date is a forecast, or the past
MOST_OF_A_YEAR_WEEKS = 48  # what is covered in less is not compared
DAYS = 7
NAN = float("nan")
FIRST_WEEKS = 13  # of a run from April 2014, which stand for the year before
DEAR = 10_000  # GBP a week from which the Local Government Association counts placements

Frame: TypeAlias = pd.DataFrame


@dataclass(frozen=True)
class Target:
    """A published figure: its measure, its value in `unit`, and the tolerance as a share of the value."""

    measure: str
    value: float
    tolerance: float
    unit: str = ""


def shipped_targets() -> list[Target]:
    """The rows of england/targets.csv."""
    return [Target(row["measure"], float(row["value"]), float(row["tolerance"]), row["unit"]) for row in target_rows()]


class LastYear:
    """The last 52 weeks of a run (all weeks of a shorter one), cut out once."""

    def __init__(self, result: Result) -> None:
        weekly, placements = result.weekly, result.placements
        end = int(weekly["week"].max())
        self.result, self.all_weeks, self.end_week = result, weekly, end
        self.weekly = weekly[weekly["week"] > end - YEAR_WEEKS]
        self.before = weekly[weekly["week"] == max(end - YEAR_WEEKS, 1)].iloc[0]
        self.end = weekly.iloc[-1]
        self.started = placements[placements["start_week"] > end - YEAR_WEEKS]
        self.ended = placements[placements["end_week"].fillna(-1) > end - YEAR_WEEKS]
        self.running = placements[placements["end_week"].isna()]
        self.bought = self.started[self.started["route"] != "in_house"]
        self.days = (self.ended["end_week"] - self.ended["start_week"]).astype("float64") * DAYS
        self.open_homes = homes_open(result.homes, end)
        england = result.outcomes[result.outcomes["region"] == ENGLAND]
        self.outcomes: dict[str, float] = dict(zip(england["outcome"], england["value"], strict=True))


Measure: TypeAlias = Callable[[LastYear], float]


def measure_targets(result: Result) -> dict[str, float]:
    """Every target measure that one run can give, by name, in the target's unit; NaN where it is not defined.

    Flows are those of the last 52 weeks of the run, stocks stand at its end, means are over the weeks of that year. The
    fee of 2020 and growth of spend are NaN for a run that doesn't cover those years (the backcast does).
    """
    last = LastYear(result)
    return {name: float(measure(last)) for name, measure in TARGET_MEASURES.items()}


def has_targets(result: Result) -> bool:
    """True for a run of England that lasts at least a year."""
    return isinstance(result.scenario.world, EnglandWorld) and len(result.weekly) >= YEAR_WEEKS


def days_from_targets(result: Result) -> int:
    """The days from the date of the published figures to the end of a run, less than none if it ends before."""
    return int((result.weekly["date"].iloc[-1] - pd.Timestamp(TARGET_DATE)).days)


def homes_open(homes: Frame, week: int) -> Frame:
    """The rows of `Result.homes` that were registered in a week, short-break homes included."""
    opened, closed = homes["opened_week"].fillna(0), homes["closed_week"]
    return homes[(opened <= week) & (closed.isna() | (closed.fillna(0) > week))]


def fee_in_year(weekly: Frame, year: int, month: int = 12, column: str = "weekly_fee_mean_gbp") -> float:
    """Mean of a weekly column (GBP/week) in the 12 months up to the end of a month; NaN if hardly covered."""
    end = pd.Timestamp(year, month, 1) + pd.offsets.MonthEnd()
    begin = end - pd.DateOffset(years=1)
    rows = weekly[(weekly["date"] > begin) & (weekly["date"] <= end)]
    return float(rows[column].mean()) if len(rows) >= MOST_OF_A_YEAR_WEEKS else NAN


def spend_in_year(weekly: Frame, year: int) -> float:
    """Spend per child on the published basis (GBP/week) in a financial year, by the year in which it ends; for that
    before a run from April its first weeks; NaN if hardly covered."""
    first = weekly["date"].iloc[0]
    if abs((first - pd.Timestamp(year, 4, 6)).days) <= DAYS:
        return float(weekly["spend_per_child_published_gbp"].head(FIRST_WEEKS).mean())
    return fee_in_year(weekly, year, 3, "spend_per_child_published_gbp")


def _outcome(name: str) -> Measure:
    return lambda last: last.outcomes.get(name, NAN)


def _at_end(column: str) -> Measure:
    return lambda last: float(last.end[column])


def _in_year(column: str) -> Measure:
    return lambda last: float(last.weekly[column].sum())


def _route(route: str) -> Measure:
    return lambda last: float((last.bought["route"] == route).mean())


def _fee_need(last: LastYear) -> float:
    independent = last.started[(last.started["sector"] != "local_authority") & (last.started["care"] == "shared")]
    if min(independent["need_score"].nunique(), independent["weekly_fee_gbp"].nunique()) < 2:
        return NAN
    return float(independent["need_score"].corr(independent["weekly_fee_gbp"]))


def _dear(last: LastYear) -> float:
    ran = pd.concat([last.running, last.ended])
    return float((ran["weekly_fee_gbp"] >= DEAR).sum())


def _authority_places(last: LastYear) -> float:
    places = last.open_homes["places"]
    return _ratio(places[last.open_homes["sector"] == "local_authority"].sum(), places.sum())


def _spend_growth(first: int, latest: int) -> Measure:
    return lambda last: _ratio(spend_in_year(last.all_weeks, latest), spend_in_year(last.all_weeks, first)) - 1


def _ratio(above: float, below: float) -> float:
    return float(above) / float(below) if below else NAN


TARGET_MEASURES: dict[str, Measure] = {
    "children_placed": _at_end("children_placed"),
    "places": _at_end("places"),
    "homes": _at_end("homes"),
    "occupancy_registered": lambda last: 1 - float(last.end["void_rate"]),
    "void_rate_survey": _outcome("open_void_rate"),
    "out_of_area_share": _outcome("out_of_area_share"),
    "over_20_miles_share": _outcome("over_20_miles_share"),
    "new_placements_per_year": _in_year("placements_started"),
    "placements_ended_per_year": _in_year("placements_ended"),
    "placement_duration_mean": lambda last: float(last.days.mean()),
    "placement_duration_median": lambda last: float(last.days.median()),
    "weekly_fee_mean": _outcome("weekly_fee_mean_gbp"),
    "weekly_fee_mean_2020": lambda last: fee_in_year(last.all_weeks, 2020),
    "weekly_cost_in_house": lambda last: float(last.running.query("route == 'in_house'")["weekly_fee_gbp"].mean()),
    "operating_margin_large": _outcome("large_provider_margin"),
    "share_spot": _route("spot"),
    "share_framework": _route("framework"),
    "share_block": _route("block"),
    "unregistered_children": _at_end("children_unregistered"),
    "unregistered_weekly_cost": lambda last: float(last.result.scenario.unregistered.weekly_cost),
    "homes_registered_per_year": _in_year("homes_opened"),
    "homes_closed_share": lambda last: _ratio(last.weekly["homes_closed"].sum(), last.before["homes"]),
    "share_places_local_authority": _authority_places,
    "emergency_share": lambda last: float((last.started["notice"] == "emergency").mean()),
    "fostering_displacement": lambda last: float(last.running["displaced"].mean()),
    "need_without_complexity": lambda last: float((last.running["need_band"] == "standard").mean()),
    "fee_need_correlation": _fee_need,
    "share_three_or_more_placements": _outcome("three_or_more_placements_share"),
    "spend_per_child_published": _outcome("spend_per_child_published_gbp"),
    "spend_per_child_growth_2014_2020": _spend_growth(2014, 2020),
    "spend_per_child_growth_2020_2024": _spend_growth(2020, 2024),
    "placements_10000_or_more": _dear,
    "staff_per_child": _outcome("staff_per_child"),
    "share_well_matched": _outcome("well_matched_share"),
}
