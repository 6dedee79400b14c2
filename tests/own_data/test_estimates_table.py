"""The table of estimates: values by hand, known truths, what is hidden, and the national values beside them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_up_placements import ONE, OTHER, THIRD, exponential, monday, placements, region

from marketsim.england.figures import authority_rows, target_rows
from marketsim.own_data.estimates.quantities import QUANTITIES
from marketsim.own_data.estimates.rows import ALL
from marketsim.own_data.estimates.table import COLUMNS, estimate
from marketsim.own_data.records import empty
from marketsim.scenario.schema import Need, Stays
from marketsim.week.stays import stay_table


def one(table: pd.DataFrame, quantity: str, group: str = ALL) -> pd.Series:
    return table[(table["quantity"] == quantity) & (table["group"] == group)].iloc[0]


def whole(table: pd.DataFrame) -> None:
    """What holds for every table."""
    assert list(table.columns) == list(COLUMNS)
    assert {name: str(kind) for name, kind in table.dtypes.items()} == COLUMNS
    assert not table.duplicated(["quantity", "group"]).any()
    used = table[table["usable"]]
    assert used["value"].notna().all() and used["n"].notna().all()
    assert not (used["low"] > used["value"]).any() and not (used["high"] < used["value"]).any()
    assert np.isfinite(used["value"]).all()
    blank = table[~table["usable"]]
    assert blank[["value", "low", "high"]].isna().all().all()
    assert (blank["note"] != "").all()
    assert not ((table["n"] > 0) & (table["n"] < 5)).any()
    assert not table[["quantity", "group", "unit", "note", "national_source", "national_status"]].isna().any().any()
    assert ((table["national"].notna()) == (table["national_source"] != "")).all()


def test_shares_by_hand() -> None:
    # Of 40: 20 standard, 10 complex, 5 severe, 5 not said; so of 35: 57%, 29%, 14%.
    rows = placements(40, need=["standard"] * 20 + ["complex"] * 10 + ["severe"] * 5 + [""] * 5,
                      age=[9.0] * 8 + [10.0] * 12 + [16.0] * 15 + [np.nan] * 5,
                      sex=["boy"] * 25 + ["girl"] * 15, notice=["emergency"] * 6 + ["planned"] * 24 + [""] * 10,
                      route=["in_house"] * 10 + ["spot"] * 18 + ["framework"] * 12,
                      sector=["local_authority"] * 10 + ["private"] * 30)  # fmt: skip
    table = estimate(rows)
    whole(table)
    for quantity, value, count in (
        ("need_standard", 20 / 35, 35), ("need_complex", 10 / 35, 35), ("need_severe", 5 / 35, 35),
        ("age_under_10", 8 / 35, 35), ("age_16_and_over", 15 / 35, 35), ("boys", 25 / 40, 40), ("emergency", 0.2, 30),
        ("in_house", 0.25, 40), ("route_spot", 0.6, 30), ("route_framework", 0.4, 30), ("route_block", 0.0, 30),
        ("sector_private", 0.75, 40), ("sector_local_authority", 0.25, 40),
    ):  # fmt: skip
        row = one(table, quantity)
        assert (row["value"], row["n"], row["unit"], row["note"]) == (pytest.approx(value), count, "share", "")


def test_distances_are_of_those_who_live_there_now() -> None:
    # 30 run: 18 out of area (of 25 whose home's area is known), 12 of 30 over 20 miles; 10 have ended, all far.
    rows = placements(40, end=[pd.NaT] * 30 + [monday(50)] * 10,
                      host_authority=[OTHER] * 18 + [ONE] * 7 + [""] * 5 + [OTHER] * 10,
                      distance_miles=[20.0] * 18 + [30.0] * 12 + [90.0] * 10)  # fmt: skip
    table = estimate(rows)
    whole(table)
    assert (one(table, "out_of_area")["value"], one(table, "out_of_area")["n"]) == (18 / 25, 25)
    assert (one(table, "over_20_miles")["value"], one(table, "over_20_miles")["n"]) == (12 / 30, 30)
    assert (one(table, "distance_mean")["value"], one(table, "distance_mean")["unit"]) == (24, "miles")


def test_breakdowns_are_of_ends_that_were_seen_and_have_a_reason() -> None:
    # 30 ended: 6 broke down, 18 others, 6 without a reason. 5 broke down before anything was seen.
    rows = placements(50, start=monday(-50), end=[monday(50)] * 30 + [monday(-20)] * 5 + [pd.NaT] * 15,
                      end_reason=["breakdown"] * 6 + ["moved"] * 18 + [""] * 6 + ["breakdown"] * 5 + [""] * 15)
    row = one(estimate(rows), "breakdown")
    assert (row["value"], row["n"]) == (0.25, 24)


def test_fees_by_hand() -> None:
    # Running: 20 spot at 6000 (12 standard, 8 severe), 10 framework at 4500 (standard), 10 own at 3000; 10 ended.
    rows = placements(50, end=[pd.NaT] * 40 + [monday(50)] * 10, start=[monday(-20)] * 30 + [monday(60)] * 20,
                      weekly_fee_gbp=[6000.0] * 20 + [4500.0] * 10 + [3000.0] * 10 + [9000.0] * 10,
                      need=["standard"] * 12 + ["severe"] * 8 + ["standard"] * 10 + ["complex"] * 20,
                      route=["spot"] * 20 + ["framework"] * 10 + ["in_house"] * 10 + ["spot"] * 10)  # fmt: skip
    table = estimate(rows)
    whole(table)
    assert (one(table, "fee_mean")["value"], one(table, "fee_mean")["n"]) == (5500, 30)
    assert one(table, "fee_median")["value"] == 6000
    assert one(table, "fee_mean_standard")["value"] == pytest.approx((12 * 6000 + 10 * 4500) / 22)
    assert (one(table, "fee_mean_severe")["note"], one(table, "fee_mean_severe")["n"]) == ("too few to use: 8", 8)
    assert (one(table, "fee_mean_in_house")["value"], one(table, "fee_mean_in_house")["n"]) == (3000, 10)
    assert one(table, "fee_mean_spot")["note"] == "weak: from 20 only"
    assert one(table, "fee_mean_standard_spot")["n"] == 12
    assert (one(table, "fee_of_starts_mean")["value"], one(table, "fee_of_starts_mean")["n"]) == (9000, 10)


def test_a_list_of_costs_adds_to_fees_but_not_to_numbers() -> None:
    listed = placements(12, whole=False, start=pd.NaT, seen_from=pd.NaT, seen_to=pd.NaT, weekly_fee_gbp=5000.0)
    table = estimate(pd.concat([placements(40), listed], ignore_index=True))
    assert one(table, "fee_mean")["n"] == 12
    assert one(table, "children_in_homes")["value"] == 40


def test_numbers_by_hand() -> None:
    # ONE: 30 run on the last day, 10 have ended, 3 were last seen running a year before. 20 began in the 2 years of
    # 104 weeks that were watched: 20 / (104 / 52.179) a year. OTHER: 12 that ran before.
    rows = placements(55, authority=[ONE] * 43 + [OTHER] * 12,
                      start=[monday(-9)] * 20 + [monday(30)] * 20 + [monday(-9)] * 15,
                      end=[pd.NaT] * 30 + [monday(70)] * 10 + [pd.NaT] * 15)  # fmt: skip
    rows.loc[40:42, "seen_to"] = monday(52) - pd.Timedelta(days=1)
    table = estimate(rows)
    whole(table)
    assert (one(table, "children_in_homes", ONE)["value"], one(table, "children_in_homes", ONE)["n"]) == (30, 30)
    assert one(table, "children_in_homes", ONE)["note"] == "counted on 2024-03-31"
    assert (one(table, "children_in_homes", OTHER)["value"], one(table, "children_in_homes")["value"]) == (12, 42)
    assert one(table, "starts_per_year", ONE)["value"] == pytest.approx(20 / (104 * 7 / 365.25))
    assert one(table, "starts_per_year")["value"] == pytest.approx(20 / (104 * 7 / 365.25))
    assert one(table, "starts_per_year", ONE)["note"] == "weak: from 20 only"


def test_years_of_several_files_are_added_up_and_gaps_left_out() -> None:
    # Weeks 0 to 52 and 26 to 78 overlap, 78 to 104 wasn't seen, 104 to 130 was: 104 weeks, in which 30 began.
    last = [monday(week) - pd.Timedelta(days=1) for week in (52, 78, 130) for _ in range(10)]
    rows = placements(30, start=[monday(1)] * 10 + [monday(60)] * 10 + [monday(110)] * 10,
                      seen_from=[monday(0)] * 10 + [monday(26)] * 10 + [monday(104)] * 10, seen_to=last)  # fmt: skip
    assert one(estimate(rows), "starts_per_year")["value"] == pytest.approx(30 / (104 * 7 / 365.25))


def test_starts_of_less_than_half_a_year_are_not_used() -> None:
    row = one(estimate(placements(40, start=monday(3), seen_to=monday(20))), "starts_per_year")
    assert (row["usable"], row["n"]) == (False, 40)
    assert "half a year" in row["note"]


@pytest.mark.parametrize(
    ("count", "usable", "shown", "note"),
    [
        (4, False, None, "fewer than 5"),
        (5, False, 5, "too few to use: 5"),
        (9, False, 9, "too few to use: 9"),
        (10, True, 10, "weak: from 10 only"),
        (29, True, 29, "weak: from 29 only"),
        (30, True, 30, ""),
    ],
)
def test_few_are_said_to_be_few(count: int, usable: bool, shown: int | None, note: str) -> None:
    table = estimate(placements(count, weekly_fee_gbp=np.linspace(4000, 6000, count), route="spot"))
    whole(table)
    row = one(table, "fee_mean")
    assert row["usable"] == usable
    assert (None if pd.isna(row["n"]) else row["n"]) == shown
    assert row["note"].startswith(note)
    assert bool(row["note"]) == bool(note)


@pytest.mark.parametrize(
    ("boys", "shown"), [(0, True), (1, False), (4, False), (5, True), (35, True), (36, False), (40, True)]
)
def test_shares_that_tell_of_fewer_than_five_are_hidden(boys: int, shown: bool) -> None:
    table = estimate(placements(40, sex=["boy"] * boys + ["girl"] * (40 - boys)))
    whole(table)
    assert one(table, "boys")["usable"] == shown


def test_what_is_hidden_does_not_follow_from_the_rest() -> None:
    # 3 severe are hidden; with standard and complex shown, 100 less both would tell of them. The smaller is hidden too.
    table = estimate(placements(100, need=["standard"] * 60 + ["complex"] * 37 + ["severe"] * 3))
    assert [one(table, f"need_{need}")["usable"] for need in ("standard", "complex", "severe")] == [True, False, False]
    # OTHER's 3 children follow from all less ONE less THIRD.
    table = estimate(placements(100, authority=[ONE] * 60 + [THIRD] * 37 + [OTHER] * 3))
    whole(table)
    assert [one(table, "children_in_homes", code)["usable"] for code in (ONE, THIRD, OTHER)] == [True, False, False]
    assert one(table, "children_in_homes")["value"] == 100


def test_nothing_but_homes_of_the_authorities_that_are_asked_for() -> None:
    rows = placements(60, authority=[ONE] * 30 + [OTHER] * 30, setting=["home"] * 45 + ["unregistered"] * 15)
    assert one(estimate(rows), "children_in_homes")["value"] == 45
    table = estimate(rows, [ONE])
    assert one(table, "children_in_homes")["value"] == 30
    assert set(table["group"]) == {ALL, ONE}


@pytest.mark.parametrize("authorities", [None, [ONE]])
def test_of_nothing_nothing_is_said(authorities: list[str] | None) -> None:
    table = estimate(empty("placements"), authorities)
    whole(table)
    assert not table["usable"].any()
    assert set(table["note"]) == {"not in the files"}
    assert set(table["group"]) == {ALL}
    assert one(table, "boys")["national"] == Need().share_boys


def test_national_values_are_those_of_the_package() -> None:
    table = estimate(placements(40, authority=[ONE] * 25 + [OTHER] * 15))
    targets = {row["measure"]: row for row in target_rows()}
    for quantity, value, status in (
        ("need_standard", Need().share_standard, "measured"), ("boys", Need().share_boys, "assumption"),
        ("need_complex", 1 - Need().share_standard - Need().share_severe, "assumption"),
        ("out_of_area", float(targets["out_of_area_share"]["value"]), "measured"),
        ("ended_stay_mean", float(targets["placement_duration_mean"]["value"]) / 7, "measured"),
        ("ended_stay_median", float(targets["placement_duration_median"]["value"]) / 7, "measured"),
        ("fee_mean", float(targets["weekly_fee_mean"]["value"]), "estimated"),
    ):  # fmt: skip
        row = one(table, quantity)
        assert (row["national"], row["national_status"]) == (pytest.approx(value), status)
        assert row["national_source"]
    others = sum(one(table, f"sector_{name}")["national"] for name in ("private", "voluntary", "health"))
    assert others == pytest.approx(1 - float(targets["share_places_local_authority"]["value"]), abs=0.01)


def test_national_numbers_are_of_the_same_authorities() -> None:
    table = estimate(placements(40, authority=[ONE] * 25 + [OTHER] * 15))
    published = {row["ons_code"]: float(row["children_in_homes"] or "nan") for row in authority_rows()}
    assert one(table, "children_in_homes", ONE)["national"] == published[ONE]
    assert one(table, "children_in_homes")["national"] == published[ONE] + published[OTHER]
    ratio = one(table, "starts_per_year", ONE)["national"] / one(table, "starts_per_year", OTHER)["national"]
    assert ratio == pytest.approx(published[ONE] / published[OTHER])
    unknown = estimate(placements(40, authority="E99999999"))
    whole(unknown)
    assert np.isnan(one(unknown, "children_in_homes")["national"])


def test_national_stays_are_those_that_the_market_draws() -> None:
    assert one(estimate(empty("placements")), "stay_mean")["national"] == stay_table(Stays()).mean_weeks


def test_a_known_region_comes_out() -> None:
    rows = region(11, 8, exponential(60))
    luck, count = np.random.default_rng(12), len(rows)
    need = luck.choice(["standard", "complex", "severe"], count, p=[0.5, 0.35, 0.15])
    fee = pd.Series(need).map({"standard": 4500, "complex": 5500, "severe": 7000}) + luck.normal(0, 600, count)
    miles = luck.exponential(25, count)
    rows = rows.assign(need=need, weekly_fee_gbp=fee, distance_miles=miles, route="spot",
                       notice=luck.choice(["planned", "emergency"], count, p=[0.7, 0.3]))  # fmt: skip
    table = estimate(rows)
    whole(table)
    for quantity, truth in (
        ("stay_mean", 60), ("stay_median", 60 * np.log(2)), ("need_standard", 0.5), ("need_severe", 0.15),
        ("emergency", 0.3), ("fee_mean_standard", 4500), ("fee_mean_severe", 7000), ("distance_mean", 25),
        ("over_20_miles", np.exp(-20 / 25)), ("starts_per_year", 8 * 365.25 / 7),
    ):  # fmt: skip
        row = one(table, quantity)
        half = (row["high"] - row["low"]) / 2
        assert abs(row["value"] - truth) < 1.6 * half, quantity  # 3.1 standard errors
        assert half < 0.15 * truth, quantity


@pytest.mark.parametrize("seed", range(6))
def test_all_tables_are_whole(seed: int) -> None:
    luck = np.random.default_rng(seed)
    rows = region(seed, 10.0 ** luck.uniform(-2, 0.5), exponential(luck.uniform(2, 200)))
    count = len(rows)
    rows = rows.assign(
        need=luck.choice(["", "standard", "severe"], count),
        route=luck.choice(["", "spot", "in_house", "block"], count),
        weekly_fee_gbp=np.where(luck.random(count) < 0.5, luck.normal(5000, 900, count), np.nan),
        age=luck.integers(5, 18, count), seen_from=rows["seen_from"].where(luck.random(count) < 0.9),
        whole=luck.random(count) < 0.8, sector=luck.choice(["", "private", "local_authority"], count),
    )  # fmt: skip
    table = estimate(rows)
    whole(table)
    assert set(table["quantity"]) <= set(QUANTITIES)
