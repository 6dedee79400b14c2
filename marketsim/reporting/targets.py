"""How near a run of England comes to the published figures for 2024 (england/targets.csv)."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from rich.console import Console
from rich.table import Table

from marketsim.england import target_rows
from marketsim.experiments.run import RunResult
from marketsim.reporting.tables import number
from marketsim.scenario.schema import EnglandWorld

YEAR_WEEKS = 52
DAYS = 7


def has_targets(result: RunResult) -> bool:
    """True for a run of England that lasts at least a year."""
    return isinstance(result.scenario.world, EnglandWorld) and len(result.weekly) >= YEAR_WEEKS


def against_targets(result: RunResult) -> pd.DataFrame:
    """A row for each target that this version measures: target, model value, relative difference and tolerance.

    Measured over the last year of the run; stocks at its end. What is not listed is not yet modelled.
    """
    last = _LastYear(result)
    rows = []
    for target in target_rows():
        measure = MEASURED.get(target["measure"])
        if measure is None:
            continue
        value, model = float(target["value"]), measure(last)
        off = model / value - 1
        rows.append((target["measure"], target["unit"], value, model, off, float(target["tolerance"])))
    frame = pd.DataFrame(rows, columns=["measure", "unit", "target", "model", "off_by", "tolerance"])
    return frame.assign(within=frame["off_by"].abs() <= frame["tolerance"])


def print_targets(result: RunResult, console: Console) -> None:
    """Print the comparison with the published figures."""
    frame = against_targets(result)
    title = f"Against published figures: {int(frame['within'].sum())} of {len(frame)} within tolerance (one run)"
    table = Table(title=title, title_justify="left")
    for heading in ("measure", "published", "model", "off by", "tolerance"):
        table.add_column(heading, justify="left" if heading == "measure" else "right")
    for measure, unit, target, model, off, tolerance, within in zip(*(frame[c] for c in frame), strict=True):
        name = "share" if unit.startswith("share") else unit
        mark = "" if within else " !"
        table.add_row(
            measure, number(target, name), number(model, name), f"{100 * off:+.0f}%{mark}", f"±{100 * tolerance:.0f}%"
        )
    console.print(table)


class _LastYear:
    """The last year of a run, cut out once."""

    def __init__(self, result: RunResult) -> None:
        end = int(result.weekly["week"].max())
        placements = result.placements
        self.weekly = result.weekly[result.weekly["week"] > end - YEAR_WEEKS]
        self.before = result.weekly[result.weekly["week"] == max(end - YEAR_WEEKS, 1)].iloc[0]
        self.end = result.weekly.iloc[-1]
        self.started = placements[placements["start_week"] > end - YEAR_WEEKS]
        self.ended = placements[placements["end_week"].fillna(-1) > end - YEAR_WEEKS]
        self.running = placements[placements["end_week"].isna()]
        self.in_year = pd.concat([self.started, self.ended, self.running]).drop_duplicates(["child_id", "start_week"])
        self.year = result.authorities[result.authorities["year"] == result.authorities["year"].max()]
        self.outcomes = result.outcomes[result.outcomes["region"] == "England"].set_index("outcome")["value"]

    def bought(self) -> pd.DataFrame:
        """Placements started that were not in an own home."""
        return self.started[self.started["route"] != "in_house"]

    def independent(self) -> pd.DataFrame:
        """Placements started in independent homes."""
        return self.started[self.started["sector"] != "local_authority"]

    def days(self) -> pd.Series[float]:
        """Length of the placements that ended."""
        return (self.ended["end_week"] - self.ended["start_week"]).astype("float64") * DAYS


def _route(route: str) -> Callable[[_LastYear], float]:
    return lambda last: float((last.bought()["route"] == route).mean())


def _mean(outcome: str) -> Callable[[_LastYear], float]:
    return lambda last: float(last.outcomes[outcome])


def _at_end(column: str) -> Callable[[_LastYear], float]:
    return lambda last: float(last.end[column])


def _in_house_cost(last: _LastYear) -> float:
    return float(last.running.loc[last.running["route"] == "in_house", "weekly_fee_gbp"].mean())


def _fee_need(last: _LastYear) -> float:
    independent = last.independent()
    return float(independent["need_score"].corr(independent["weekly_fee_gbp"]))


def _three_or_more(last: _LastYear) -> float:
    return float((last.in_year.groupby("child_id").size() >= 3).mean())


MEASURED: dict[str, Callable[[_LastYear], float]] = {
    "children_placed": _at_end("children_placed"),
    "places": _at_end("places"),
    "homes": _at_end("homes"),
    "occupancy_registered": lambda last: 1 - float(last.end["void_rate"]),
    "void_rate_survey": _mean("open_void_rate"),
    "out_of_area_share": _mean("out_of_area_share"),
    "over_20_miles_share": _mean("over_20_miles_share"),
    "new_placements_per_year": lambda last: float(last.weekly["placements_started"].sum()),
    "placements_ended_per_year": lambda last: float(last.weekly["placements_ended"].sum()),
    "placement_duration_mean": lambda last: float(last.days().mean()),
    "placement_duration_median": lambda last: float(last.days().median()),
    "weekly_fee_mean": _mean("weekly_fee_mean_gbp"),
    "weekly_cost_in_house": _in_house_cost,
    "operating_margin_large": _mean("provider_margin"),
    "share_spot": _route("spot"),
    "share_framework": _route("framework"),
    "share_block": _route("block"),
    "unregistered_children": _at_end("children_unregistered"),
    "homes_registered_per_year": lambda last: float(last.weekly["homes_opened"].sum()),
    "homes_closed_share": lambda last: float(last.weekly["homes_closed"].sum() / last.before["homes"]),
    "emergency_share": lambda last: float((last.started["notice"] == "emergency").mean()),
    "need_without_complexity": lambda last: float((last.running["need_band"] == "standard").mean()),
    "fee_need_correlation": _fee_need,
    "share_three_or_more_placements": _three_or_more,
}
