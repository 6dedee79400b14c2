"""The null model: each child takes the nearest of the places that happen to be offered.

The same children, home points, homes and places as at the start of a run, but no prices, providers, ratings, residents
or rules: a home with a free place offers it to a child with a fixed chance, one for children without complex needs and
another for the rest. What the model does not do better than this, it has not explained.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.streams import uniform
from marketsim.market.children import BANDS, STANDARD
from marketsim.market.market import Market
from marketsim.results.tables import homes_frame
from marketsim.scenario.schema import Scenario
from marketsim.trust.validation.patterns import Snapshot, snapshot
from marketsim.week.arriving import starting_children, traits
from marketsim.week.census import FAR_MILES
from marketsim.world.start import build_market

NOWHERE = -1
HIGHEST_RATE = 0.2
CHUNK = 400  # children whose distances to all homes are in memory at once
FITTED_TO = ("out_of_area_share", "over_20_miles_share")
LOWEST_RATE = 0.0005
GRID = 7  # rates tried along each side at first, evenly on the scale of logarithms
REFINEMENTS = 3  # each halves the steps around the best pair


@dataclass(frozen=True)
class OfferRates:
    """Chance that a home with a free place offers it to a child: of standard need, and of complex or severe need."""

    standard: float
    complex: float


@dataclass(frozen=True)
class Layout:
    """The world of the null: children, homes, and for each child the homes that could offer, nearest first.

    `child` (its row), `home`, `luck` and `miles` have an element for each child and such a home, child by child. A home
    offers where the luck is below the rate, so a higher rate adds offers and takes none away.
    """

    market: Market
    authority: Ints
    band: Ints
    turn: Ints
    places: Ints
    child: Ints
    home: Ints
    luck: Floats
    miles: Floats


def lay_out(scenario: Scenario, seed: int, highest_rate: float = HIGHEST_RATE) -> Layout:
    """The children and homes of week 0 of a run with this seed; rates up to `highest_rate` can be asked of it.

    The children are those placed at the start and those in unregistered settings then; they take turns at random.
    """
    market = build_market(scenario, seed)
    areas, homes = market.authorities, market.homes
    per_authority = np.asarray(areas.children) + np.asarray(areas.unregistered)
    rows, keys = starting_children(areas, per_authority, "child at start")
    child = traits(scenario, seed, areas, rows, keys)
    open_homes = np.flatnonzero(homes.in_market(0))
    found = []
    for begin in range(0, len(rows), CHUNK):
        part = slice(begin, begin + CHUNK)
        luck = uniform(seed, "null offer", keys[part, None], homes.key[None, open_homes])
        miles = np.hypot(child.x[part, None] - homes.x[open_homes], child.y[part, None] - homes.y[open_homes])
        found.append(_nearest_first(luck < highest_rate, luck, miles, open_homes))
    count, home, luck_of, miles_of = (np.concatenate(column) for column in zip(*found, strict=True))
    turn = np.argsort(uniform(seed, "null turn", keys), kind="stable")
    of_child = np.repeat(np.arange(len(rows)), count)
    places = np.where(homes.in_market(0), homes.places, 0)
    return Layout(market, rows, child.band, turn, places, of_child, home, luck_of, miles_of)


def _nearest_first(could: Bools, luck: Floats, miles: Floats, homes: Ints) -> tuple[Ints, Ints, Floats, Floats]:
    """How many homes could offer to each child (a row); and, child by child, nearest first: home, luck and miles."""
    child, column = np.nonzero(could)
    order = np.lexsort((miles[child, column], child))
    child, column = child[order], column[order]
    return could.sum(axis=1), homes[column], luck[child, column], miles[child, column]


def take_nearest(layout: Layout, rates: OfferRates) -> tuple[Ints, Floats]:
    """The home of each child (NOWHERE: none offered) and its distance in miles (NaN there); full homes don't offer."""
    if max(rates.standard, rates.complex) > 1:
        raise ValueError("an offer rate is a chance from 0 to 1")
    rate = np.where(layout.band == STANDARD, rates.standard, rates.complex)
    offers = np.flatnonzero(layout.luck < rate[layout.child])
    first = np.searchsorted(layout.child[offers], np.arange(len(layout.authority) + 1)).tolist()
    homes, free = layout.home[offers].tolist(), layout.places.tolist()
    taken = np.full(len(layout.authority), NOWHERE)
    for child in layout.turn.tolist():
        for offer in range(first[child], first[child + 1]):
            if free[homes[offer]] > 0:
                free[homes[offer]] -= 1
                taken[child] = offers[offer]
                break
    placed = taken != NOWHERE
    return np.where(placed, layout.home[taken], NOWHERE), np.where(placed, layout.miles[taken], np.nan)


def fit_rates(layout: Layout, wanted: dict[str, float]) -> OfferRates:
    """The pair of rates that comes nearest to the two figures of FITTED_TO (least sum of squared relative errors).

    Openly fitted: a grid of GRID x GRID pairs from LOWEST_RATE to HIGHEST_RATE, even in logarithms, of which those with
    no higher rate for complex needs are tried; then REFINEMENTS times the eight neighbours at half the step.
    """
    tried: dict[tuple[float, float], float] = {}

    def error(pair: tuple[float, float]) -> float:
        if pair not in tried:
            rates = OfferRates(float(np.exp(pair[0])), float(np.exp(pair[1])))
            given = _figures(layout, *take_nearest(layout, rates))
            tried[pair] = sum((given[name] / wanted[name] - 1) ** 2 for name in FITTED_TO)
        return tried[pair]

    low, high = float(np.log(LOWEST_RATE)), float(np.log(HIGHEST_RATE))
    scale = np.linspace(low, high, GRID).tolist()
    best = min(((a, b) for a in scale for b in scale if b <= a), key=error)
    step = scale[1] - scale[0]
    for _ in range(REFINEMENTS):
        step /= 2
        near = [(best[0] + i * step, best[1] + j * step) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        best = min(((a, b) for a, b in near if low <= b <= a <= high), key=error)
    return OfferRates(float(np.exp(best[0])), float(np.exp(best[1])))


def _figures(layout: Layout, home: Ints, miles: Floats) -> dict[str, float]:
    placed = home != NOWHERE
    away = layout.market.homes.authority[home[placed]] != layout.authority[placed]
    return {"out_of_area_share": _share(away), "over_20_miles_share": _share(miles[placed] > FAR_MILES)}


def null_snapshot(layout: Layout, home: Ints, miles: Floats) -> Snapshot:
    """The null's children in homes, in the form in which a run's are."""
    areas, placed = layout.market.authorities, home != NOWHERE
    host = layout.market.homes.authority[home[placed]]
    codes = np.array(areas.code, dtype=object)
    children = pd.DataFrame(
        {
            "home_authority": codes[layout.authority[placed]],
            "host_authority": codes[host],
            "need_band": np.array(BANDS, dtype=object)[layout.band[placed]],
            "distance_miles": miles[placed],
            "out_of_area": host != layout.authority[placed],
        }
    )
    region_of = {code: areas.region_names[number] for code, number in zip(areas.code, areas.region, strict=True)}
    return snapshot(children, homes_frame(layout.market, ()), region_of)


def null_targets(layout: Layout, home: Ints, miles: Floats) -> dict[str, float]:
    """What the null says of the targets: the stock stays as at the start; of time and money it says nothing."""
    homes, placed = layout.market.homes, home != NOWHERE
    is_open = homes.is_open(0)
    own = is_open & np.array(homes_frame(layout.market, ())["sector"] == "local_authority")
    occupancy = float(placed.sum() / layout.places.sum())
    return _figures(layout, home, miles) | {
        "children_placed": float(placed.sum()),
        "places": float(homes.places[is_open].sum()),
        "homes": float(is_open.sum()),
        "occupancy_registered": occupancy,
        "void_rate_survey": 1 - occupancy,  # no place is blocked here
        "share_places_local_authority": float(homes.places[own].sum() / homes.places[is_open].sum()),
        "unregistered_children": float((~placed).sum()),
        "need_without_complexity": _share(layout.band[placed] == STANDARD),
    }


def _share(true: Bools) -> float:
    """The share of those that are true; NaN of none."""
    return float(true.mean()) if len(true) else math.nan
