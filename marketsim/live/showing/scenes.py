"""What the page draws of a market: the big numbers, the map by authority, placements as lines."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from marketsim.core.columns import Floats
from marketsim.england.figures import hexagons
from marketsim.experiments.who import areas_of
from marketsim.live.messages import Area, Happening, Measure, World
from marketsim.live.showing.happened import happened
from marketsim.live.side import Side
from marketsim.results import outcomes
from marketsim.results.outcomes import Tally
from marketsim.scenario.schema import Scenario
from marketsim.scenario.sections.world import places_of

FEWEST = 3.0  # children, or places, below which the value of an authority is luck and is left grey
EVEN = 2  # so that odd rows stay odd when rows are counted from the north


@dataclass(frozen=True)
class Number:
    """A number that is shown: what the page is `told` of it, and what it is `of` sums, by authority or of all.

    `rests_on` is counted for whether there are enough.
    """

    told: Measure
    of: Callable[[Tally], Floats]
    rests_on: str = ""

    @property
    def name(self) -> str:
        """By which pages ask for it."""
        return self.told["name"]


def _of(name: str, label: str, unit: str, factor: float, digits: int, rests_on: str = "") -> Number:
    """A number that is an outcome, which says what it means."""
    measure = outcomes.MEASURES[name]
    told = Measure(name=name, label=label, unit=unit, factor=factor, digits=digits, meaning=measure.definition)
    return Number(told, measure.value, rests_on)


def unplaced(tally: Tally) -> Floats:
    """Children who wait for a home or live in unregistered settings."""
    return outcomes.children_waiting(tally) + outcomes.children_unregistered(tally)


FEE = _of("weekly_fee_mean_gbp", "Fee", "GBP a week", 1, 0, "independent_children")
OUT_OF_AREA = _of("out_of_area_share", "Out of area", "%", 100, 1, "children_placed")
EMPTY = _of("void_rate", "Empty places", "%", 100, 1, "market_places")
UNPLACED = Number(
    Measure(name="unplaced", label="Without a place", unit="children", factor=1, digits=0,
            meaning="children who wait for a home or live in unregistered settings"), unplaced,
)  # fmt: skip
SPEND = _of("spend_gbp", "Spend", "m GBP a week", 1e-6, 2)
NUMBERS = (FEE, OUT_OF_AREA, EMPTY, UNPLACED, SPEND)
SPEND_OF_FEW = _of("spend_gbp", "Spend", "k GBP a week", 1e-3, 0)
FEW = 20  # authorities, up to which a million is too coarse
MEASURES = (
    FEE, OUT_OF_AREA, EMPTY, UNPLACED,
    _of("over_20_miles_share", "Over 20 miles away", "%", 100, 1, "children_placed"),
    _of("distance_mean_miles", "Distance", "miles", 1, 1, "children_placed"),
    _of("spend_per_child_gbp", "Spend per child", "GBP a week", 1, 0, "children_placed"),
    _of("children_placed", "Children placed", "children", 1, 0),
)  # fmt: skip


def numbers_of(scenario: Scenario) -> list[Measure]:
    """The big numbers for the page, in units that suit the size of the world."""
    few = len(places_of(scenario.world)) <= FEW
    return [(SPEND_OF_FEW if few and number is SPEND else number).told for number in NUMBERS]


def world_of(scenario: Scenario) -> World:
    """The map of a world: England in cells, a made-up one at the centres of its authorities (miles)."""
    places = places_of(scenario.world)
    if scenario.world.kind == "england":
        cells = hexagons()
        north = max(row for _, row in cells.values())
        north += north % EVEN
        at = [(float(cells[place.code][0]), float(north - cells[place.code][1])) for place in places]
    else:
        areas = areas_of(scenario.world)
        at = [(float(x), float(areas.y.max() - y)) for x, y in zip(areas.x, areas.y, strict=True)]
    areas_shown = [Area(code=place.code, name=place.name, region=place.region, x=round(x, 2), y=round(y, 2))
                   for place, (x, y) in zip(places, at, strict=True)]  # fmt: skip
    return World(cells=scenario.world.kind == "england", areas=areas_shown)


@dataclass(frozen=True)
class Frame:
    """What is drawn of a week that is over; `sums` are those by authority, from which maps are coloured."""

    week: int
    numbers: list[float | None]
    lines: list[tuple[int, int]]
    happened: list[Happening]
    names: Sequence[str]
    sums: Floats

    def map_values(self, name: str) -> list[float | None]:
        """By authority the value of a measure; None where too few children or places would make it luck."""
        number = next(number for number in MEASURES if number.name == name)
        if not self.week:
            return [None] * len(self.sums)
        tally = _tally(self.names, self.sums)
        enough = tally[number.rests_on] >= FEWEST if number.rests_on else np.full(len(self.sums), True)
        values = zip(number.of(tally).tolist(), enough.tolist(), strict=True)
        return [_plain(value) if well else None for value, well in values]


def frame(side: Side) -> Frame:
    """What is drawn of the latest week; nothing of week 0."""
    recorder = side.model.recorder
    values: list[float | None] = [None] * len(NUMBERS)
    if side.week:
        tally = _tally(recorder.names, recorder.week).total()
        values = [_plain(float(number.of(tally)[0])) for number in NUMBERS]
    return Frame(side.week, values, lines(side), happened(side), recorder.names, recorder.week)


def history(side: Side) -> list[list[float | None]]:
    """For each big number its value in each week."""
    recorder = side.model.recorder
    tally = _tally(recorder.names, np.array(recorder.totals).reshape(-1, len(recorder.names)))
    return [[_plain(float(value)) for value in number.of(tally)] for number in NUMBERS]


def lines(side: Side) -> list[tuple[int, int]]:
    """Placements that started this week across a boundary: rows of the authorities from and to."""
    if not side.week:
        return []
    records, homes = side.model.market.records, side.model.market.homes
    rows = np.flatnonzero(records.start_week == side.week)
    start, end = records.child_authority[rows], homes.authority[records.home[rows]]
    return [(one, other) for one, other in zip(start.tolist(), end.tolist(), strict=True) if one != other]


def _tally(names: Sequence[str], rows: Floats) -> Tally:
    """Sums of a week by authority, or of several weeks: a row each."""
    return Tally(dict(zip(names, rows.T, strict=True)), 1)


def _plain(value: float) -> float | None:
    """A value as the page is sent it, to five digits; None for none."""
    return float(f"{value:.5g}") if math.isfinite(value) else None
