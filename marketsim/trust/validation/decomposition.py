"""Why spend per child doubled from 2014 to 2024: the backcast's rise taken apart, beside what figures say of it."""

from __future__ import annotations

import math
from collections.abc import Callable

import pandas as pd

from marketsim.england.figures import decomposition_rows
from marketsim.experiments.run import run
from marketsim.market.inflation import rates
from marketsim.results.result import Result
from marketsim.scenario.overlay import given, with_values
from marketsim.scenario.schema import Scenario
from marketsim.trust import published

FIRST, LATEST = 2014, 2024  # financial years, by the year in which they end
COLUMNS = ["part", "model", "published", "low", "high"]
PRICES, MINIMUM, LAST_RESORT, NEEDS, MARGINS, REST = (row["part"] for row in decomposition_rows())
TOTAL = "in all"


def decompose(scenario: Scenario, seed: int, whole: Result) -> pd.DataFrame:
    """The log points of the rise of spend per child on the published basis in a backcast that has been run (`whole`):
    rows of COLUMNS, the last of them the sum.

    Prices and average pay are what they are recorded to be. The minimum wage and needs are what is missing without them
    (with no pass-through, and with the needs of 2014); the last resort is its share of spend, margins are those of
    private homes. What is left, homes of other sizes, occupancy, lags, and how the others go together, is the rest. NaN
    for a run that doesn't cover the years.
    """
    paid = run(with_values(scenario, {"economy.pass_through": 0.0}), seed)
    needing = run(_without_change_of_needs(scenario), seed)
    model = dict.fromkeys((PRICES, MINIMUM, LAST_RESORT, NEEDS, MARGINS), 0.0)
    plain = scenario.economy.model_copy(update={"pass_through": 0.0})
    model[PRICES] = sum(math.log1p(rates(plain, year).cost) for year in range(FIRST + 1, LATEST))
    rise = _rise(whole, _spend)
    homes_only = _rise(whole, _in_homes)
    model[MINIMUM] = rise - _rise(paid, _spend)
    model[LAST_RESORT] = rise - homes_only
    model[NEEDS] = homes_only - _rise(needing, _in_homes)
    model[MARGINS] = -_rise(whole, lambda weekly: 1 - weekly["provider_margin"])
    rest = rise - sum(model.values())
    rows = [
        (row["part"], model.get(row["part"], rest), float(row["log_points"]), float(row["low"]), float(row["high"]))
        for row in decomposition_rows()
    ]
    said = sum(float(row["log_points"]) for row in decomposition_rows())
    return pd.DataFrame([*rows, (TOTAL, rise, said, published.NAN, published.NAN)], columns=COLUMNS)


def _without_change_of_needs(scenario: Scenario) -> Scenario:
    values = given(scenario)
    for change in values["changes"]:
        change.pop("need", None)
    return Scenario.model_validate(values)


def _spend(weekly: pd.DataFrame) -> pd.Series[float]:
    return weekly["spend_per_child_published_gbp"]


def _in_homes(weekly: pd.DataFrame) -> pd.Series[float]:
    """Spend per child without the last resort."""
    return (weekly["spend_gbp"] - weekly["last_resort_gbp"]) / weekly["children_placed"]


def _rise(result: Result, of: Callable[[pd.DataFrame], pd.Series[float]]) -> float:
    """The log of what a weekly column comes to in the latest year over what it came to in the first weeks."""
    weekly = result.weekly.assign(spend_per_child_published_gbp=of(result.weekly))
    first, latest = (published.spend_in_year(weekly, year) for year in (FIRST, LATEST))
    return math.log(latest / first) if first > 0 and latest > 0 else published.NAN
