"""The backcast year by year, on a run of two years that can be counted by hand."""

import math

import pandas as pd
import pytest
from hand_made import hand_made, homes_table, weekly_table

from marketsim.england.figures import national_rows
from marketsim.trust.validation.backcast import COLUMNS, SERIES, backcast_table, mean_table, verdict

WEEKS = 156  # 31 March 2021 to 27 March 2024
HOMES = [
    (0, "A", "North", 0, "local_authority", 3, -1, None, 1.0),
    (1, "A", "North", 1, "private", 4, -1, 100, 1.0),
    (2, "A", "North", 1, "private", 2, 110, None, 1.0),
    (3, "A", "North", 1, "private", 5, 150, None, 1.0),
]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rising = [float(week) for week in range(1, WEEKS + 1)]
    weekly = weekly_table(WEEKS, "2021-03-31", homes=rising, homes_opened=1, weekly_fee_mean_gbp=6_000.0, places=1_000)
    return backcast_table(hand_made(weekly=weekly, homes=homes_table(HOMES)))


def value(table: pd.DataFrame, measure: str, year: int, column: str = "model") -> float:
    rows = table[(table["measure"] == measure) & (table["year"] == year)]
    assert len(rows) == 1
    return float(rows[column].iloc[0])


def test_stocks_stand_at_31_march(table: pd.DataFrame) -> None:
    """The weeks that end nearest: 7 April 2021, the first; 30 March 2022, week 52; 29 March 2023; 27 March 2024."""
    assert [value(table, "homes_childrens_homes_mainstream", year) for year in (2021, 2022, 2023, 2024)] == [
        1,
        52,
        104,
        156,
    ]
    assert value(table, "mean_places_per_mainstream_home", 2023) == pytest.approx(1_000 / 104)
    assert value(table, "homes_childrens_homes_mainstream", 2023, "recorded") == 3_050
    assert value(table, "homes_childrens_homes_mainstream", 2023, "off_by") == pytest.approx(104 / 3_050 - 1)


def test_flows_are_those_of_the_year(table: pd.DataFrame) -> None:
    """The 52 or 53 weeks that end in it; there is none for 2021, before the run."""
    assert value(table, "homes_registered_in_year", 2023) == 52
    assert table[(table["measure"] == "homes_registered_in_year")]["year"].tolist() == [2022, 2023, 2024]
    assert value(table, "mean_places_of_homes_registered_in_year", 2024) == pytest.approx((2 + 5) / 2)


def test_homes_by_sector(table: pd.DataFrame) -> None:
    assert [value(table, "homes_mainstream_private", year) for year in (2023, 2024)] == [0, 2]
    assert [value(table, "places_mainstream_private", year) for year in (2022, 2024)] == [4, 7]
    assert value(table, "homes_mainstream_la", 2024) == 1


def test_fees_of_years_that_the_run_covers(table: pd.DataFrame) -> None:
    fees = table[table["measure"].str.startswith("weekly_price")]
    assert fees[["year", "recorded", "model"]].to_numpy().tolist() == [[2024, 6_108, 6_000]]


def test_no_row_without_a_figure(table: pd.DataFrame) -> None:
    assert table["model"].notna().all() and table["recorded"].notna().all()
    assert set(table["measure"]) <= set(SERIES) <= {row["measure"] for row in national_rows()}


def test_the_verdict_says_plainly_what_is_wrong() -> None:
    rows = [
        (2014, "homes", "homes", 100.0, 100.0, 0.0),
        (2024, "homes", "homes", 200.0, 170.0, -0.15),
        (2014, "places", "places", 400.0, 410.0, 0.025),
        (2024, "places", "places", 500.0, 480.0, -0.04),
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    told = verdict(table).set_index("measure")
    assert told["wrong"].tolist() == [True, False]
    assert told["no_change_off_by"].tolist() == pytest.approx([-0.5, -0.2])
    assert told["mean_off_by"].tolist() == pytest.approx([0.075, 0.0325])


def test_mean_of_replicates() -> None:
    one = pd.DataFrame([(2024, "homes", "homes", 100.0, 90.0, -0.1)], columns=COLUMNS)
    other = one.assign(model=130.0, off_by=0.3)
    row = mean_table([one, other]).iloc[0]
    assert (row["model"], row["off_by"]) == (110, pytest.approx(0.1))
    assert not math.isnan(row["recorded"])
