"""Forecasts of others: figures by week or year, in the forms that people write, and out again in the same."""

from __future__ import annotations

import datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from list_samples import BURY, KENT, MANCHESTER, read, told, write_csv

from marketsim.own_data.formats.forecasts.forecast import FAMILY
from marketsim.own_data.formats.forecasts.forecast_out import COLUMNS, write_forecast
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.recognising import recognise
from marketsim.scenario.errors import ScenarioError

WEEKLY = [["Authority", "Need", "Week", "Children in homes"], ["Kent", "standard", "07/04/2025", "100"],
          ["Kent", "standard", "14/04/2025", "1,001.5"], ["Kent", "High", "07/04/2025", "20"],
          ["Kent", "High", "14/04/2025", "21"]]  # fmt: skip


def refused(tmp_path: Path, rows: list[list[str]]) -> str:
    with pytest.raises(ScenarioError) as error:
        read(FAMILY, write_csv(tmp_path / "forecast.csv", rows))
    return str(error.value)


def changed(row: int, column: int, cell: str) -> list[list[str]]:
    rows = [[*line] for line in WEEKLY]
    rows[row][column] = cell
    return rows


def days(part: pd.DataFrame) -> list[str]:
    return part["date"].dt.strftime("%Y-%m-%d").tolist()


def test_weeks_by_authority_and_need(tmp_path: Path) -> None:
    part, _ = read(FAMILY, write_csv(tmp_path / "forecast.csv", WEEKLY))
    found = part.forecast
    assert found[["authority", "need", "period", "measure", "children", "line"]].to_numpy().tolist() == [
        [KENT, "standard", "week", "children_in_homes", 100, 2],
        [KENT, "standard", "week", "children_in_homes", 1_001.5, 3],
        [KENT, "severe", "week", "children_in_homes", 20, 4],
        [KENT, "severe", "week", "children_in_homes", 21, 5],
    ]
    assert days(found) == ["2025-04-07", "2025-04-14"] * 2


def test_weeks_begin_on_their_monday_and_that_is_said(tmp_path: Path) -> None:
    rows = [["week commencing", "new needs"], ["2025-04-09", "3"], ["2025-04-16", "4"]]  # Wednesdays
    part, findings = read(FAMILY, write_csv(tmp_path / "forecast.csv", rows), whose=BURY)
    assert days(part.forecast) == ["2025-04-07", "2025-04-14"]
    assert set(part.forecast["authority"]) == {BURY} and set(part.forecast["measure"]) == {"new_needs"}
    assert any("Monday" in what for _, _, what, _ in told(findings, "note"))


@pytest.mark.parametrize(("years", "first"), [
    (["2025/26", "2026/27"], ["2025-04-01", "2026-04-01"]), (["2025-26", "2026-27"], ["2025-04-01", "2026-04-01"]),
    (["2025/2026", "FY 2026/27"], ["2025-04-01", "2026-04-01"]), (["1999/00"], ["1999-04-01"]),
    (["2025", "2026"], ["2025-03-31", "2026-03-31"]), (["31/03/2025", "31/03/2026"], ["2025-03-31", "2026-03-31"]),
])  # fmt: skip
def test_years(tmp_path: Path, years: list[str], first: list[str]) -> None:
    rows = [["Year", "Children in homes"], *[[year, "10"] for year in years]]
    part, findings = read(FAMILY, write_csv(tmp_path / "forecast.csv", rows))
    assert days(part.forecast) == first
    assert set(part.forecast["period"]) == {"year"}
    assert bool(told(findings, "note")) == (years[0] != "31/03/2025")


def test_a_year_alone_says_too_little_of_new_needs(tmp_path: Path) -> None:
    assert refused(tmp_path, [["Year", "New needs"], ["2025", "10"]]) == (
        "forecast.csv:2 Year: '2025' could be a calendar year or end or begin in March; write 2025/26"
    )


def test_how_far_dates_are_apart_says_what_they_are(tmp_path: Path) -> None:
    def period(*dates: str) -> set[str]:
        path = write_csv(tmp_path / "forecast.csv", [["date", "new_needs"], *[[date, "1"] for date in dates]])
        return set(read(FAMILY, path)[0].forecast["period"])

    assert period("2025-04-07", "2025-04-14") == {"week"}
    assert period("2025-04-01", "2026-04-01") == {"year"}
    assert "one date doesn't say" in refused(tmp_path, [["date", "new_needs"], ["2025-04-07", "1"]])
    months = [["date", "new_needs"], ["2025-04-01", "1"], ["2025-05-01", "1"], ["2025-06-01", "1"]]
    assert "dates are 30 to 31 days apart" in refused(tmp_path, months)
    by_day = [["date", "new_needs"], ["2025-04-01", "1"], ["2025-04-02", "1"]]
    assert "is by day" in refused(tmp_path, by_day)


def test_both_measures_side_by_side_and_children_without_a_measure(tmp_path: Path) -> None:
    rows = [["year", "children_in_homes", "new_needs"], ["2025/26", "10", "4"], ["2026/27", "11", "5"]]
    part, _ = read(FAMILY, write_csv(tmp_path / "forecast.csv", rows))
    assert part.forecast.groupby("measure")["children"].sum().to_dict() == {"children_in_homes": 21, "new_needs": 9}
    rows = [["year", "children"], ["2025/26", "10"]]
    part, findings = read(FAMILY, write_csv(tmp_path / "plain.csv", rows))
    assert set(part.forecast["measure"]) == {"children_in_homes"}
    assert any(column == "children" for _, column, _, _ in told(findings, "note"))


@pytest.mark.parametrize(("row", "column", "cell", "message"), [
    (2, 3, "", "forecast.csv:3 Children in homes: '' is no number of children of 0 or more"),
    (2, 3, "-1", "forecast.csv:3 Children in homes: '-1' is no number of children of 0 or more"),
    (3, 3, "many", "forecast.csv:4 Children in homes: 'many' is no number of children of 0 or more"),
    (3, 3, "£20", "forecast.csv:4 Children in homes: '£20' is no number of children of 0 or more"),
    (1, 0, "Atlantis", "forecast.csv:2 Authority: 'Atlantis' isn't an authority of England; give its name or ONS code"),
    (1, 1, "tall",
     "forecast.csv:2 Need: 'tall' is no band of need; allowed: standard, complex, severe, or empty for all"),
    (4, 2, "31/02/2025", "forecast.csv:5 Week: '31/02/2025' is no date; write 07/04/2025 or 2025-04-07"),
    (2, 2, "07/04/2025",
     "forecast.csv:3 has a second figure for children_in_homes of E10000016, need standard, on 2025-04-07; leave one"),
    (4, 2, "28/04/2025",
     "forecast.csv children_in_homes of E10000016, need severe: the week of 2025-04-14 and 1 more is missing"),
    (4, 1, "all", "forecast.csv:5 is of all needs together, while other rows of E10000016 tell needs apart; leave one"),
])  # fmt: skip
def test_what_cannot_be_used_is_refused_with_its_line(
    tmp_path: Path, row: int, column: int, cell: str, message: str
) -> None:
    assert refused(tmp_path, changed(row, column, cell)) == message


def test_weeks_and_years_do_not_mix(tmp_path: Path) -> None:
    rows = [["authority", "date", "period", "new_needs"], ["Kent", "2025-04-07", "week", "1"],
            ["Bury", "2025-04-01", "year", "60"]]  # fmt: skip
    assert refused(tmp_path, rows) == "forecast.csv:3 is a year, others are weeks; give one kind of period"
    weekly = write_csv(tmp_path / "weeks.csv", [["week", "new_needs"], ["2025-04-07", "1"]])
    yearly = write_csv(tmp_path / "years.csv", [["year", "new_needs"], ["2025/26", "1"]])
    with pytest.raises(ScenarioError, match=r"years\.csv:2 is a year, others are weeks"):
        read(FAMILY, weekly, yearly)


def test_two_files_may_not_say_the_same(tmp_path: Path) -> None:
    paths = [write_csv(tmp_path / name, [["week", "new_needs"], ["2025-04-07", "1"]]) for name in ("a.csv", "b.csv")]
    with pytest.raises(ScenarioError, match=r"b\.csv:2 has a second figure for new_needs of E10000016 on 2025-04-07"):
        read(FAMILY, *paths)


def wide(first: datetime.date, number: int, days_apart: int) -> list[list[str]]:
    head = ["", "10 to 16 - Fostering", "10 to 16 - Residential", "16 to 18+ - Residential", "10 to 16 - Not in care"]
    days = [first + datetime.timedelta(days=days_apart * n) for n in range(number)]
    return [head, *[[str(day), "9.5", str(n), "0.5", "3"] for n, day in enumerate(days)]]


def test_a_table_with_placement_types_across_gives_the_mondays_of_what_is_residential(tmp_path: Path) -> None:
    # 16 days from Friday 4 April 2025: the Mondays are the 4th and the 11th row, with 3 + 0.5 and 10 + 0.5 children.
    path = write_csv(tmp_path / "wide.csv", wide(datetime.date(2025, 4, 4), 16, 1))
    part, findings = read(FAMILY, path, whose=MANCHESTER)
    assert days(part.forecast) == ["2025-04-07", "2025-04-14"]
    assert part.forecast["children"].tolist() == [3.5, 10.5]
    assert part.forecast[["authority", "period", "measure", "need"]].drop_duplicates().to_numpy().tolist() == [
        [MANCHESTER, "week", "children_in_homes", ""]
    ]
    assert part.forecast["line"].tolist() == [5, 12]
    assert any("10 to 16 - Residential, 16 to 18+ - Residential together" in what for _, _, what, _ in told(findings))


def test_a_wide_table_by_week_by_month_and_with_parts_beside_the_whole(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "wide.csv", wide(datetime.date(2025, 4, 7), 3, 7))
    assert len(read(FAMILY, path)[0].forecast) == 3
    assert "days apart" in refused(tmp_path, wide(datetime.date(2025, 4, 7), 3, 30))
    both = [["Date", "Residential", "Residential (In-house)"], ["2025-04-07", "3", "1"]]
    assert "Residential: stands beside its own parts; leave one" in refused(tmp_path, both)


def test_a_table_of_something_else_is_no_forecast(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "other.csv", [["date", "children", "dogs"], ["2025-04-07", "1", "2"]])
    with pytest.raises(ScenarioError, match=r"other\.csv is nearly a forecast by authority, need and week or year"):
        recognise(path, [FAMILY], Findings())


MEASURES = st.sampled_from([("children_in_homes",), ("new_needs",), ("children_in_homes", "new_needs")])
BANDS = st.sampled_from([("",), ("standard", "complex", "severe"), ("severe",)])


@settings(max_examples=25, deadline=None)
@given(bands=BANDS, weekly=st.booleans(), number=st.integers(2, 6), data=st.data(), measures=MEASURES)
def test_what_is_written_is_read_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, bands: tuple[str, ...], weekly: bool, number: int, data: st.DataObject,
    measures: tuple[str, ...],
) -> None:  # fmt: skip
    first = pd.Timestamp("2025-04-07") if weekly else pd.Timestamp("2025-04-01")
    step = pd.DateOffset(weeks=1) if weekly else pd.DateOffset(years=1)
    table = pd.DataFrame(
        [(code, band, first + step * n, "week" if weekly else "year", measure,
          data.draw(st.floats(0, 1e5, allow_subnormal=False)))
         for code in (BURY, KENT) for measure in measures for band in sorted(bands) for n in range(number)],
        columns=COLUMNS,
    )  # fmt: skip
    path = tmp_path_factory.mktemp("out") / "forecast.csv"
    write_forecast(table.sample(frac=1, random_state=1), path)
    back = read(FAMILY, path, whose=MANCHESTER)[0].forecast[COLUMNS]
    pd.testing.assert_frame_equal(back, table, check_dtype=False)
    with pytest.raises(FileExistsError):
        write_forecast(table, path)


ANY = st.one_of(st.sampled_from(["", "Kent", "2025/26", "2025-04-07", "severe", "nan", "1e400", "12"]),
                st.text(max_size=8))  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.lists(ANY, min_size=4, max_size=4), min_size=1, max_size=5), cut=st.integers(0, 60),
       when=st.sampled_from(["date", "week", "year"]), encoding=st.sampled_from(["utf-8", "cp1252", "utf-16"]))
def test_any_file_of_this_form_is_read_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], when: str, cut: int, encoding: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "forecast.csv"
    rows = [[cell.encode(encoding, "replace").decode(encoding) for cell in row] for row in rows]
    write_csv(path, [["authority", "need", when, "new_needs"], *rows], encoding)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) - cut])
    try:
        part, _ = read(FAMILY, path)
    except ScenarioError as error:
        assert "forecast.csv" in str(error) and "\n" not in str(error)
    else:
        assert (part.forecast["children"] >= 0).all() and part.forecast["date"].notna().all()
