"""Each pattern holds where it is there, and fails where it is not."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import pytest
from hand_made import PLACEMENTS, exchanged, hand_made, homes_table, placements_table, weekly_table

from marketsim.england.figures import distribution
from marketsim.results.result import Result
from marketsim.scenario.loading import load_scenario
from marketsim.trust.validation.patterns import DECAY_WEEKS, PATTERNS, Snapshot, at_end, framework_decay
from marketsim.trust.validation.recorded import recorded
from marketsim.trust.validation.validate import run_with_uplift

AREAS = "ABCDEFGH"


def value_of(name: str, result: Result) -> float:
    pattern = PATTERNS[name]
    return pattern.measure(result if pattern.of == "run" else at_end(result))


def row_of_areas(places: Callable[[int], int], opened: Callable[[int], int], host: Callable[[int], int]) -> Result:
    """Eight authorities with ten children each, the first with the cheapest houses; a home in each, and new ones."""
    price = [100_000.0 * (number + 1) for number in range(8)]
    homes: list[tuple[Any, ...]] = [
        (number, area, "North", 10 + number, "private", places(number), -1, None, price[number])
        for number, area in enumerate(AREAS)
    ]
    homes += [
        (100, area, "North", 10, "private", 3, 20, None, price[number])
        for number, area in enumerate(AREAS)
        for _ in range(opened(number))
    ]
    rest = (0, "private", "spot", 10, None, "standard", 0.1, "planned", 1.0, 1.0, 0)
    placed = [
        (10 * number + child, area, AREAS[host(number)], *rest)
        for number, area in enumerate(AREAS)
        for child in range(10)
    ]  # fmt: skip
    areas = pd.DataFrame({"ons_code": list(AREAS), "region": "North", "year": 1})
    return hand_made(homes=homes_table(homes), placements=placements_table(placed), authorities=areas)


def cheap_first(number: int) -> int:
    return 8 - number


def alike(_: int) -> int:
    return 2


def with_bands(column: str, values: dict[str, float]) -> Result:
    table = placements_table([PLACEMENTS[1], PLACEMENTS[4], (5, *PLACEMENTS[1][1:8], "severe", *PLACEMENTS[1][9:])])
    table["end_week"] = pd.array([None, None, None], dtype="Int64")
    return hand_made(placements=table.assign(**{column: table["need_band"].map(values)}))


def sizes(homes_by_provider: list[int]) -> Result:
    rows = [
        (number, "A", "North", provider, "private", 3, -1, None, 1.0)
        for provider, count in enumerate(homes_by_provider)
        for number in range(count)
    ]
    return hand_made(homes=homes_table(rows))


def like_published() -> list[int]:
    """About 1,000 homes, as many in organisations of each size as Ofsted counts."""
    size = {"1_to_1": 1, "2_to_4": 3, "5_to_9": 7, "10_to_19": 15, "20_to_more": 30}
    return [size[item] for item, share in distribution("organisation_size").items()
            for _ in range(round(1_000 * share / size[item]))]  # fmt: skip


# For each pattern: a run that shows it, its value there (None: only that it holds), and one that doesn't.
CASES: dict[str, tuple[Result, float | None, Result]] = {
    # 12 places less 3 children and 2 blocked: 7 could be filled, 3 children are without a home
    "void_paradox": (hand_made(), 1.0, hand_made(weekly=weekly_table(children_waiting=6))),
    "clustering_of_places": (
        row_of_areas(cheap_first, alike, lambda n: n), -1.0, row_of_areas(lambda n: n + 1, alike, lambda n: n),
    ),
    "clustering_of_new_homes": (
        row_of_areas(alike, cheap_first, lambda n: n), -1.0, row_of_areas(alike, lambda n: n + 1, lambda n: n),
    ),
    # everybody from the dear half lives in the cheapest, or the other way round
    "clustering_of_children": (
        row_of_areas(alike, alike, lambda n: n if n < 4 else 0), 2.0, row_of_areas(alike, alike, lambda n: max(n, 4)),
    ),
    "cherry_picking_wait": (
        with_bands("wait_weeks", {"standard": 1.0, "complex": 2.0, "severe": 3.0}), 1.5,
        with_bands("wait_weeks", {"standard": 1.0, "complex": 2.0, "severe": 2.0}),
    ),
    "cherry_picking_distance": (
        with_bands("distance_miles", {"standard": 10.0, "complex": 20.0, "severe": 25.0}), 1.25,
        with_bands("distance_miles", {"standard": 10.0, "complex": 9.0, "severe": 25.0}),
    ),
    "provider_sizes": (sizes(like_published()), None, sizes([1] * 300)),
    "concentration": (sizes([10] * 20), 0.05, sizes([60, 20, 20])),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_holds_where_it_is_and_fails_where_it_is_not(name: str) -> None:
    there, value, absent = CASES[name]
    found = value_of(name, there)
    assert PATTERNS[name].holds(found)
    assert value is None or found == pytest.approx(value)
    assert not PATTERNS[name].holds(value_of(name, absent))


def test_children_out_of_region_are_held_against_the_null() -> None:
    """Of three children in homes, one of the North lives in the South."""
    pattern = PATTERNS["children_out_of_region"]
    value = value_of(pattern.name, hand_made())
    assert value == pytest.approx(1 / 3)
    assert pattern.holds(value, 0.4) and not pattern.holds(value, 0.3) and not pattern.holds(value)


def test_every_pattern_has_a_case_and_a_row_in_the_recorded_baseline() -> None:
    assert set(PATTERNS) == {*CASES, "children_out_of_region", "framework_decay"}
    kept = [name for name, row in recorded().items() if row.kind == "pattern"]
    assert sorted(kept) == sorted(PATTERNS)


@pytest.mark.parametrize("name", CASES)
def test_nothing_to_measure_holds_nothing(name: str) -> None:
    result = hand_made()
    bare = exchanged(
        result, placements=result.placements.iloc[:0], homes=result.homes.iloc[:0], weekly=weekly_table(void_rate=0.0)
    )
    assert not PATTERNS[name].holds(value_of(name, bare))


def test_the_hand_made_snapshot() -> None:
    state = at_end(hand_made())
    assert isinstance(state, Snapshot)
    assert state.children["home_region"].tolist() == ["North", "North", "North"]
    assert state.children["host_region"].tolist() == ["North", "North", "South"]
    assert state.homes["home_id"].tolist() == [0, 1, 3]


FRAMEWORK = ["purchasing.order=[in_house, framework, spot]", "economy.recorded=false"]


def dear_times(pay: float) -> float:
    rates = ("pay_per_year", "cpi_per_year", "minimum_wage_per_year")
    changes = [*(f"economy.{rate}={pay}" for rate in rates), *FRAMEWORK]
    return framework_decay(partial(run_with_uplift, load_scenario("town", changes).scenario, 1, DECAY_WEEKS))


def test_frameworks_decay_when_costs_rise_and_not_when_they_stand_still() -> None:
    assert PATTERNS["framework_decay"].holds(dear_times(0.20))
    assert not PATTERNS["framework_decay"].holds(dear_times(0.0))


def test_no_framework_no_decay() -> None:
    town = load_scenario("town")
    purchasing = {"arrangements": {"spot": {"rule": "spot"}}, "order": ["spot"]}
    scenario = type(town.scenario).model_validate({**town.scenario.model_dump(exclude={"purchasing"}),
                                                   "purchasing": purchasing})  # fmt: skip
    assert math.isnan(framework_decay(partial(run_with_uplift, scenario, 1, 2)))
