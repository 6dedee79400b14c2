"""Structural patterns of the market, each with a criterion that it can fail: what must come out of the rules.

Those that are read from a snapshot, the children in homes and the homes at one moment, are read from the null model's
too. Framework decay is read from runs of its own: ceilings that stand still while fees rise make homes leave.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
import pandas as pd

from marketsim.england.figures import distribution
from marketsim.market.children import BANDS
from marketsim.results.result import Result

NAN = math.nan
YEAR_WEEKS, DECAY_WEEKS = 52, 156
PER_CHILD = ["home_authority", "host_authority", "need_band", "distance_miles", "out_of_area"]
CONCENTRATED = 0.10  # Herfindahl index above which a market counts as concentrated (CC2/OFT1254, 2010, para. 5.3.5)


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
    placements, homes = result.placements, result.homes
    areas = result.authorities[["ons_code", "region"]].rename(columns={"ons_code": "code"})
    if areas.empty:  # a run of less than a year has no rows by authority
        areas = homes[["host_authority", "host_region"]].set_axis(["code", "region"], axis="columns")
    region_of = dict(zip(areas["code"], areas["region"], strict=True))
    running = placements.loc[placements["end_week"].isna(), PER_CHILD]
    return snapshot(running, homes[homes["closed_week"].isna()], region_of)


def snapshot(children: pd.DataFrame, homes: pd.DataFrame, region_of: dict[str, str]) -> Snapshot:
    """A snapshot of children described by PER_CHILD; their regions are added."""
    regions = {f"{side}_region": children[f"{side}_authority"].map(region_of) for side in ("home", "host")}
    return Snapshot(children.assign(**regions).reset_index(drop=True), homes, region_of)


@dataclass(frozen=True)
class Pattern:
    """A pattern holds where its value lies from `at_least` to `at_most`; `below_null`: and not above the null's.

    `measure` gives the value `of` a run (Result), a state (Snapshot), or how a scenario is lived with other uplifts.
    """

    name: str
    of: Literal["run", "state", "scenario"]
    criterion: str
    at_least: float
    at_most: float
    below_null: bool
    measure: Callable[..., float]

    def holds(self, value: float, null: float = NAN) -> bool:
        """Whether a value (mean of the replicates) meets the criterion; NaN never does."""
        within = self.at_least <= value <= self.at_most
        return within and (not self.below_null or value <= null)


PATTERNS: dict[str, Pattern] = {}
Measure = TypeVar("Measure", bound=Callable[..., float])


def values_of(of: Literal["run", "state", "scenario"], *what: object) -> dict[str, float]:
    """The value of each pattern of this kind, by name."""
    return {name: pattern.measure(*what) for name, pattern in PATTERNS.items() if pattern.of == of}


def pattern(
    of: Literal["run", "state", "scenario"], criterion: str, at_least: float = -math.inf, at_most: float = math.inf,
    below_null: bool = False,
) -> Callable[[Measure], Measure]:  # fmt: skip
    """Register a pattern under the name of its function."""

    def register(function: Measure) -> Measure:
        name = function.__name__
        PATTERNS[name] = Pattern(name, of, criterion, at_least, at_most, below_null, function)
        return function

    return register


@pattern("run", "more places that could be filled stand empty than children are without a home: in most weeks", 0.5)
def void_paradox(result: Result) -> float:
    """Share of the last year's weeks with unplaced children and at least as many fillable empty places."""
    weekly = result.weekly.tail(YEAR_WEEKS)
    unplaced = weekly["children_waiting"] + weekly["children_unregistered"]
    registered = weekly["occupied"] / (1 - weekly["void_rate"])
    fillable = registered - weekly["occupied"] - weekly["blocked_places"]
    return float(((unplaced > 0) & (fillable >= unplaced)).mean())


@pattern("state", "rank correlation of house price and places per child: at least half of England's -0.17", -1, -0.085)
def clustering_of_places(state: Snapshot) -> float:
    """Spearman's correlation over authorities of house price with the places in them per child of the authority.

    England's own figure, -0.17 on 31 March 2024, is that of authorities.csv (146 authorities with all three columns).
    """
    return _against_price(state.homes, _per_child(state.homes.groupby("host_authority")["places"].sum(), state))


@pattern("run", "rank correlation of house price and homes opened in the run per child: clearly negative", -1, -0.2)
def clustering_of_new_homes(result: Result) -> float:
    """Spearman's correlation of house price with the homes that opened, per child of the authority at the end."""
    state = at_end(result)
    new = result.homes[result.homes["opened_week"] > 0].groupby("host_authority").size()
    return _against_price(state.homes, _per_child(new, state)) if len(new) else NAN


@pattern(
    "state", "children from elsewhere live in the cheaper half of authorities more than children come from there", 1
)
def clustering_of_children(state: Snapshot) -> float:
    """Share hosted, of children from elsewhere, by the half of authorities with the cheapest houses, over the share of
    all children whose home authority is among these."""
    price = _prices(state.homes)
    cheap = set(price.index[price <= price.median()])
    away = state.children[state.children["out_of_area"]]
    hosted, own = away["host_authority"].isin(cheap).mean(), state.children["home_authority"].isin(cheap).mean()
    return float(hosted / own) if own > 0 else NAN


@pattern("run", "mean wait rises with each band of need: by at least a tenth each time", 1.1)
def cherry_picking_wait(result: Result) -> float:
    """Least ratio of the mean wait of a band to that of the band of less need, placements started in the last year."""
    placements = result.placements
    started = placements[placements["start_week"] > int(result.weekly["week"].max()) - YEAR_WEEKS]
    return _least_step(started.groupby("need_band")["wait_weeks"].mean())


@pattern("state", "mean distance rises with each band of need: by at least a tenth each time", 1.1)
def cherry_picking_distance(state: Snapshot) -> float:
    """Least ratio of the mean distance of a band to that of the band of less need, children in homes."""
    return _least_step(state.children.groupby("need_band")["distance_miles"].mean())


@pattern("state", "private homes by size of organisation: at most a tenth would have to be in another class", 0, 0.10)
def provider_sizes(state: Snapshot) -> float:
    """Half the sum of absolute differences from Ofsted's shares of March 2025 (figures.csv, organisation_size)."""
    published = distribution("organisation_size")
    sizes = _homes_by_provider(state.homes)
    lower = [int(item.split("_")[0]) for item in published]
    share = np.histogram(sizes, bins=[*lower, math.inf], weights=sizes)[0] / max(sizes.sum(), 1)
    return float(np.abs(share - np.array(list(published.values()))).sum() / 2) if len(sizes) else NAN


@pattern(
    "state", "Herfindahl index of private homes over providers: below 0.10, not a concentrated market", 0, CONCENTRATED
)
def concentration(state: Snapshot) -> float:
    """Sum of squared shares of providers in private homes; CC2/OFT1254 (2010) calls 0.10 and more concentrated."""
    sizes = _homes_by_provider(state.homes)
    return float(((sizes / sizes.sum()) ** 2).sum()) if len(sizes) else NAN


@pattern(
    "state", "share of children placed outside their region: no higher than the null model's", 0, 1, below_null=True
)
def children_out_of_region(state: Snapshot) -> float:
    """Share of children in homes whose home stands in another region."""
    return float((state.children["home_region"] != state.children["host_region"]).mean())


@pattern(
    "scenario", "coverage falls in 3 years of frozen ceilings, from its start and against ceilings raised with costs",
    at_least=0.02,
)
def framework_decay(lived: Callable[[str], Result | None]) -> float:
    """The less of two falls of `framework_coverage` (share of independent homes) by the end, with frozen ceilings.

    One is the fall from the first week, the other the gap to the same run with ceilings raised as pay and prices are.
    `lived` gives the run with one formula of uplift for all frameworks; NaN if it gives none.
    """
    frozen, raised = lived("none"), lived("cpi_and_pay")
    if frozen is None or raised is None:
        return NAN
    coverage, other = frozen.weekly["framework_coverage"], raised.weekly["framework_coverage"]
    return float(min(coverage.iloc[0], other.iloc[-1]) - coverage.iloc[-1])


def _prices(homes: pd.DataFrame) -> pd.Series[float]:
    """House price (GBP) by host authority; authorities without a home are not among them."""
    return homes.groupby("host_authority")["house_price_gbp"].mean()


def _per_child(counts: pd.Series[int], state: Snapshot) -> pd.Series[float]:
    """Counts by authority over its children in homes; none counted is 0, authorities without children are left out."""
    children = state.children.groupby("home_authority").size()
    return counts.reindex(children.index, fill_value=0) / children


def _against_price(homes: pd.DataFrame, values: pd.Series[float]) -> float:
    both = pd.concat([_prices(homes), values], axis="columns", join="inner")
    if min(both.nunique()) < 2:
        return NAN
    return float(both.iloc[:, 0].corr(both.iloc[:, 1], method="spearman"))


def _least_step(by_band: pd.Series[float]) -> float:
    """The least ratio of a band's value to the one before, in the order of need; NaN if a band is missing."""
    values = by_band.reindex(list(BANDS)).to_numpy(dtype=np.float64)
    if np.isnan(values).any() or (values[:-1] <= 0).any():
        return NAN
    return float((values[1:] / values[:-1]).min())


def _homes_by_provider(homes: pd.DataFrame) -> pd.Series[int]:
    return homes[homes["sector"] == "private"].groupby("provider_id").size()
