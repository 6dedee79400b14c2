"""Each target measure on a run that can be counted by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from hand_made import exchanged, hand_made, weekly_table

from marketsim.england.figures import target_rows
from marketsim.trust.published import TARGET_MEASURES, has_targets, homes_open, measure_targets
from marketsim.trust.validation.recorded import ROLES, recorded

# The last year is weeks 9 to 60. Child 4 started in week 5 and left in 55; those of child 3 started in 12, 23 and 44.
EXPECTED = {
    "children_placed": 3,
    "places": 12,
    "homes": 4,
    "occupancy_registered": 0.25,
    "void_rate_survey": 0.2,
    "out_of_area_share": 0.6,
    "over_20_miles_share": 0.5,
    "new_placements_per_year": 52,
    "placements_ended_per_year": 104,
    "placement_duration_mean": (10 + 20 + 50) / 3 * 7,
    "placement_duration_median": 20 * 7,
    "weekly_fee_mean": 5_000,
    "weekly_cost_in_house": 4_000,
    "operating_margin_large": 0.15,
    "share_spot": 2 / 4,
    "share_framework": 1 / 4,
    "share_block": 1 / 4,
    "unregistered_children": 2,
    "unregistered_weekly_cost": 10_500,
    "homes_registered_per_year": 0,
    "homes_closed_share": 0,
    "share_places_local_authority": 3 / 12,
    "emergency_share": 1 / 4,
    "fostering_displacement": 0,
    "need_without_complexity": 2 / 3,
    "spend_per_child_published": 6_100,
    "placements_10000_or_more": 0,
    "staff_per_child": 5.0,
    "fee_need_correlation": np.corrcoef([0.2, 0.6, 0.6, 0.6], [5_000, 5_600, 6_000, 6_000])[0, 1],
    "share_three_or_more_placements": 1 / 4,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_worked_example(name: str) -> None:
    assert measure_targets(hand_made())[name] == pytest.approx(EXPECTED[name])


def test_there_is_a_measure_for_every_target_and_a_row_in_the_recorded_baseline() -> None:
    published = [row["measure"] for row in target_rows()]
    assert sorted(TARGET_MEASURES) == sorted(published) and len(published) == 34
    kept = recorded()
    assert [name for name, row in kept.items() if row.kind == "target"] == published
    assert {row.role for row in kept.values()} == set(ROLES)
    assert all(row.why for row in kept.values())


def test_what_a_run_does_not_show_is_not_a_number() -> None:
    measured = measure_targets(hand_made())
    unknown = {name for name, value in measured.items() if math.isnan(value)}
    assert unknown == {
        "share_well_matched", "weekly_fee_mean_2020", "spend_per_child_growth_2014_2020",
        "spend_per_child_growth_2020_2024",
    }  # fmt: skip


def test_what_the_model_says_itself_is_taken_from_its_outcomes() -> None:
    said = {"large_provider_margin": 0.3, "three_or_more_placements_share": 0.14}
    outcomes = hand_made().outcomes.set_index("outcome")
    outcomes.loc[list(said), "value"] = list(said.values())
    measured = measure_targets(hand_made(outcomes=outcomes.reset_index()))
    assert measured["operating_margin_large"] == 0.3
    assert measured["share_three_or_more_placements"] == 0.14


def test_displaced_children_are_counted_among_those_in_homes() -> None:
    result = hand_made()
    displaced = [True, False, True, True, True, True]  # of the three who are in homes: the first and the fifth
    marked = exchanged(result, placements=result.placements.assign(displaced=displaced))
    assert measure_targets(marked)["fostering_displacement"] == pytest.approx(2 / 3)


def test_fees_of_the_past_come_from_a_run_that_covers_it() -> None:
    """3,000 in the first weeks and to March 2019, then 4,500: half as much again by 2020, and nothing more to 2024."""
    weeks = 10 * 52
    year_end = [pd.Timestamp("2014-03-31") + pd.Timedelta(weeks=week) for week in range(1, weeks + 1)]
    fees = [3_000.0 if day <= pd.Timestamp("2019-03-31") else 4_500.0 for day in year_end]
    weekly = weekly_table(weeks, "2014-03-31", weekly_fee_mean_gbp=fees, spend_per_child_published_gbp=fees)
    measured = measure_targets(hand_made(weekly=weekly))
    assert measured["weekly_fee_mean_2020"] == 4_500
    assert measured["spend_per_child_growth_2014_2020"] == pytest.approx(0.5)
    assert measured["spend_per_child_growth_2020_2024"] == pytest.approx(0.0)


def test_dear_placements_are_those_that_ran_in_the_year() -> None:
    fees = [10_000.0, 12_000.0, 9_999.0, 20_000.0, 5_000.0, 5_000.0]
    placements = hand_made().placements
    dear = placements.assign(weekly_fee_gbp=fees)
    ran = dear[dear["end_week"].isna() | (dear["end_week"] > 8)]
    expected = int((ran["weekly_fee_gbp"] >= 10_000).sum())
    assert measure_targets(hand_made(placements=dear))["placements_10000_or_more"] == expected >= 1


def test_openings_and_closings_are_those_of_the_last_year() -> None:
    opened = [5] * 8 + [1] * 52
    weekly = weekly_table(homes_opened=opened, homes_closed=opened, homes=[100] * 8 + [200] * 52)
    measured = measure_targets(hand_made(weekly=weekly))
    assert measured["homes_registered_per_year"] == 52
    assert measured["homes_closed_share"] == 52 / 100


def test_nobody_placed_is_not_an_error() -> None:
    empty = hand_made().placements.iloc[:0]
    measured = measure_targets(hand_made(placements=empty))
    assert math.isnan(measured["placement_duration_mean"]) and math.isnan(measured["share_spot"])
    assert measured["homes"] == 4


def test_homes_open_in_a_week() -> None:
    homes = hand_made().homes
    assert [homes_open(homes, week)["home_id"].tolist() for week in (39, 40, 44)] == [
        [0, 1, 2],
        [0, 1, 2, 3],
        [0, 1, 3],
    ]


def test_targets_are_for_a_year_of_england() -> None:
    assert not has_targets(hand_made())
