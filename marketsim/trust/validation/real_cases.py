"""What authorities report of arrangements that they tried, beside what the model says of the same.

`england/real_cases.csv` has what is reported, within what bounds the model's answer counts as like it, and why it
misses where it does. Each case is a shipped scenario; it is run beside the same market without the lever, with the same
luck.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.experiments import run as running
from marketsim.experiments.scenarios import as_scenario
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.results.result import Result
from marketsim.scenario.overlay import with_values
from marketsim.scenario.schema import Scenario

HELD = ("grown", "venture", "partnership", "consortium")  # names of the contracts of the cases
SEEDS = (1, 2, 3, 4)
STOCKTON, SOMERSET, HERTFORDSHIRE, SURREY = ("E06000004",), ("E06000066",), ("E10000015",), ("E10000030",)
REGION = "South East"
NORTHAMPTONSHIRE = ("E06000061", "E06000062")
NORTH_EAST_LONDON = (
    "E09000001", "E09000002", "E09000012", "E09000016", "E09000025", "E09000026", "E09000030", "E09000031",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One figure that is reported: of which scenario, what it is, and within which bounds the model's is like it."""

    scenario: str
    measure: str
    meaning: str
    reported: str
    unit: str
    low: float
    high: float
    source: str
    explained: str


@dataclass(frozen=True)
class Found:
    """A case with what the model says: the mean of the runs, the lowest and the highest."""

    case: Case
    mean: float
    lowest: float
    highest: float

    @property
    def alike(self) -> bool:
        """Whether the mean lies within the bounds."""
        return self.case.low <= self.mean <= self.case.high


@dataclass(frozen=True)
class Pair:
    """A run under the lever and one without, with the same luck."""

    with_it: Result
    without: Result

    def held(self, column: str, year: int) -> float:
        """A column of the case's contract in a year (0: the last 52 weeks), added up over those who share it."""
        table = self.with_it.tables["contracts"]
        return float(table.loc[table["arrangement"].isin(HELD) & (table["year"] == year), column].sum())

    def more(self, column: str, codes: Sequence[str], year: int = 0) -> float:
        """By how much a sum over a year of some authorities is higher than without the lever."""
        with_it, without = (_sum(result, column, codes, year) for result in (self.with_it, self.without))
        return with_it - without


def _sum(result: Result, column: str, codes: Sequence[str], year: int) -> float:
    table = result.tables["sums"]
    return float(table.loc[table["ons_code"].isin(codes) & (table["year"] == year), column].sum())


def filled(pair: Pair) -> float:
    """Share of the contract's places that were filled in the last 52 weeks."""
    return pair.held("sum_places_filled", 0) / max(pair.held("sum_places_held", 0), 1e-9)


def homes_after_three_years(pair: Pair) -> float:
    """Homes of three places that Somerset's partnership has open."""
    return pair.held("held_at_end", 3) / 3


def avoided(pair: Pair) -> float:
    """What Somerset's first full year of homes (the second of the run) costs less, houses left out (GBP)."""
    return pair.more("sum_paid_capital_gbp", SOMERSET, 2) - pair.more("sum_spend", SOMERSET, 2)


def refused(pair: Pair) -> float:
    """Share of the children asked for in the last year who were refused."""
    return pair.held("children_refused", 0) / max(pair.held("children_asked", 0), 1.0)


def saved_in_22_months(pair: Pair) -> float:
    """What Northamptonshire's two authorities spend less in a year and ten months of the next (GBP)."""
    return -pair.more("sum_spend", NORTHAMPTONSHIRE, 1) - pair.more("sum_spend", NORTHAMPTONSHIRE, 2) * 10 / 12


def saved_per_child(pair: Pair) -> float:
    """What a year of a child saves that is not spent in a home, what carers cost taken off (GBP)."""
    states = ("children_placed", "children_waiting", "children_unregistered")
    fewer = -sum(pair.more(f"sum_{state}", HERTFORDSHIRE) for state in states) / WEEKS_PER_YEAR
    return -pair.more("sum_spend", HERTFORDSHIRE) / max(fewer, 1e-9)


def less_far(pair: Pair) -> float:
    """Share of North East London's children over 20 miles away, less that without the lever."""
    far, all_placed = (
        [_sum(result, column, NORTH_EAST_LONDON, 0) for result in (pair.with_it, pair.without)]
        for column in ("sum_over_20_miles", "sum_children_placed")
    )
    return far[0] / all_placed[0] - far[1] / all_placed[1]


def covered(result: Result, year: int) -> float:
    """Share of homes that are on a framework at the end of March of a year."""
    weekly = result.weekly
    before = weekly[pd.to_datetime(weekly["date"]) <= pd.Timestamp(year, 3, 31)]
    return float(before["framework_coverage"].iloc[-1])


def signed_up(pair: Pair) -> float:
    """Share of the independent providers with a home in Surrey of whom one there is on the South East's framework."""
    with running.Watched(pair.with_it.scenario, int(pair.with_it.manifest["seed"])) as watched:
        model = next(iter(watched)).model
        homes = model.market.homes
        frameworks = [one for one in model.orders.arrangements if one.rule.name == "framework"]
        framework = next(one for one in frameworks if one.label == REGION)
        joined = np.zeros(len(homes), dtype=np.bool_)
        joined[: len(framework.on_panel)] = framework.on_panel
        surrey = [code in SURREY for code in model.market.authorities.code]
        local = np.array(surrey)[homes.authority] & (homes.sector != LOCAL_AUTHORITY) & homes.in_market(1)
        providers = np.unique(homes.provider[local])
        return float(np.isin(providers, homes.provider[local & joined]).mean())


MEASURES: dict[str, Callable[[Pair], float]] = {
    "places at first": lambda pair: pair.held("held_at_start", 1),
    "places in the end": lambda pair: pair.held("held_at_end", 0),
    "places filled": filled,
    "capital": lambda pair: sum(pair.more("sum_paid_capital_gbp", STOCKTON, year) for year in range(1, 7)),
    "income a year": lambda pair: -pair.more("sum_paid_handed_back_gbp", STOCKTON),
    "homes after three years": homes_after_three_years,
    "cost avoided in a year": avoided,
    "refused": refused,
    "saved in 22 months": saved_in_22_months,
    "saved a child a year": saved_per_child,
    "over 20 miles away": less_far,
    "on a framework, 2015 to 2020": lambda pair: (covered(pair.with_it, 2020) - covered(pair.with_it, 2015)) / 5,
    "on a framework, 2021 to 2024": lambda pair: (covered(pair.with_it, 2024) - covered(pair.with_it, 2021)) / 3,
    "local providers signed": signed_up,
}


@cache
def cases() -> tuple[Case, ...]:
    """All cases, as `england/real_cases.csv` has them."""
    text = (files("marketsim.england") / "real_cases.csv").read_text(encoding="utf-8")
    rows = (dict(row) for row in csv.DictReader(text.splitlines()))
    return tuple(Case(low=float(row.pop("low")), high=float(row.pop("high")), **row) for row in rows)


def found(seeds: Sequence[int] = SEEDS) -> Iterator[Found]:
    """Each case with what the model says, scenario by scenario, over runs of some seeds."""
    by_scenario: dict[str, list[Case]] = {}
    for case in cases():
        by_scenario.setdefault(case.scenario, []).append(case)
    for name, those in by_scenario.items():
        pairs = [pair_of(name, seed) for seed in seeds]
        for case in those:
            values = [MEASURES[case.measure](pair) for pair in pairs]
            yield Found(case, float(np.mean(values)), min(values), max(values))


def pair_of(name: str, seed: int) -> Pair:
    """A case's scenario and the same market without its lever, with the same luck."""
    scenario = as_scenario(name)
    return Pair(running.run(scenario, seed=seed), running.run(_without(scenario), seed=seed))


def _without(scenario: Scenario) -> Scenario:
    """The same horizon and values, but nobody buys through the case's contract, and its policies are not active."""
    off = {f"policies.{name}.active": False for name in scenario.policies}
    plain = with_values(scenario, off) if off else scenario
    return plain.model_copy(update={"purchasing": plain.purchasing.model_copy(update={"groups": []})})
