"""Offers of one tier are weighed side by side; tiers say what is asked first; preference is a lever."""

from __future__ import annotations

import pandas as pd
import pytest

from marketsim import load_scenario, run
from marketsim.results.result import Result
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.tiers import flat, with_joins

ONE_BY_ONE = "purchasing.order=[in_house, framework, spot]"
TOGETHER = "purchasing.order=[in_house, [framework, spot]]"


def lived(*changes: str, weeks: int = 104, seed: int = 3) -> Result:
    return run(load_scenario("town", list(changes)), seed=seed, weeks=weeks)


def new(result: Result) -> pd.DataFrame:
    placements = result.placements
    return placements[(placements["start_week"] > 0) & placements["route"].isin(["framework", "spot"])]


def test_an_order_taken_apart() -> None:
    assert flat(["a", ["b", "c"], "d"]) == ["a", "b", "c", "d"]
    assert [joined for _, joined in with_joins(["a", ["b", "c"], ["d"]])] == [False, False, True, False]


def test_a_tier_of_one_is_that_route_to_the_last_digit() -> None:
    alone = lived("purchasing.order=[[in_house], [framework], [spot]]", weeks=30)
    pd.testing.assert_frame_equal(alone.weekly, lived(ONE_BY_ONE, weeks=30).weekly, check_exact=True)


def test_the_order_within_a_tier_does_not_matter() -> None:
    """A framework that costs as much as the spot and has another reach, named first or second."""
    one, other = (new(lived(f"purchasing.order=[in_house, [{names}]]", weeks=52))
                  for names in ("framework, spot", "spot, framework"))  # fmt: skip
    assert len(one) > 40
    assert one["distance_miles"].mean() == pytest.approx(other["distance_miles"].mean(), rel=0.05)


def test_a_near_spot_home_is_not_passed_over_for_a_far_framework_place() -> None:
    """Distance is an accident of order when routes are asked one after the other, and is none side by side."""
    wide = ("purchasing.arrangements.framework.radius_miles_at_first=80", "commissioning.value_per_mile=200")
    one_by_one, together = (
        pd.concat([new(lived(order, *wide, seed=seed)) for seed in range(1, 7)]) for order in (ONE_BY_ONE, TOGETHER)
    )
    assert together["distance_miles"].mean() < one_by_one["distance_miles"].mean()
    by_route = [(placed["route"] == "framework").mean() for placed in (one_by_one, together)]
    assert by_route[1] < by_route[0]


def test_what_is_paid_for_already_is_cheap_by_itself() -> None:
    """Block places in one tier with the spot are filled first although their fee is no lower; with places that cost
    nothing while they stand empty they are one offer among others."""
    held = "purchasing.arrangements.soft_block={rule: soft_block, places: 6, radius_miles: 60.0, retainer: %s}"
    order = "purchasing.order=[[soft_block, spot]]"
    filled = []
    for retainer in (1.0, 0.0):
        placed = lived(held % retainer, order, weeks=52).placements
        filled.append((placed.loc[placed["start_week"] > 0, "route"] == "soft_block").mean())
    assert filled[0] > filled[1]


def test_preference_moves_the_choice() -> None:
    shares = [
        (new(lived(TOGETHER, f"purchasing.preferences={{framework: {pounds}}}"))["route"] == "framework").mean()
        for pounds in (0.0, 500.0, 20_000.0)
    ]
    assert shares[0] < shares[2] and shares[0] <= shares[1] <= shares[2]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("purchasing.order=[in_house, [spot, framework, spot]]", "order.1.2: the arrangement 'spot' is named twice"),
        ("purchasing.order=[in_house, [], spot]", "order.1: is an empty tier"),
        ("purchasing.order=[in_house, [spot, frame]]", "order.1.1: unknown arrangement 'frame'"),
        ("purchasing.preferences={frame: 100.0}", "preferences.frame: unknown arrangement 'frame'"),
        ("purchasing.order_before=[spot, spot]", "order_before.1: the arrangement 'spot' is named twice"),
    ],
)
def test_what_is_wrong_with_a_tier_is_one_line(change: str, said: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        load_scenario("town", [change])
    assert said in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ("{year: 2028, minimum_wage: 13.0}", "path.1.year: is 2028 behind 2026; the years must follow one another"),
        ("{year: 2027, minimum_wage: 12.0}", "path.1.minimum_wage: falls from 12.71 to 12"),
    ],
)
def test_a_path_of_prices_goes_on_and_wages_do_not_fall(second: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        load_scenario("town", [f"economy.path=[{{year: 2026, minimum_wage: 12.71}}, {second}]"])
