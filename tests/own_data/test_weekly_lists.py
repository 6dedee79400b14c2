"""Weekly placement lists: two pathfinders' forms, a region's census, the same placement again, and totals."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from list_samples import BURY, KENT, MANCHESTER, read, told, write_csv

from marketsim.own_data.formats.lists import placements_standard, weekly_lists
from marketsim.own_data.formats.lists.weekly_lists import FAMILY
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.recognising import recognise
from marketsim.scenario.errors import ScenarioError

WITHOUT_PLACE = [
    "child_ID", "when_placement_is_needed_by", "who_can_the_child_be_cared_for_alongside", "additional_support",
    "needs_assessment", "risk_to_child_self_harm", "placement_search_foster_total_number",
    "placement_search_supported_accommodation_total_number", "placement_search_residential_total_number",
    "placement_search_residential_ebd", "placement_start_date", "total_weekly_cost", "placement_type_offers",
    "placement_sourced",
]  # fmt: skip
# Homes were searched only for B1, B2, B5 (secure) and B6 (on remand: left out); B3 among several kinds; B4 foster.
SEARCHES = [
    ["B1", "Today", "Solo placement recommended", "N/A", "BERRI", "Risk present", 0, 0, 12, "Yes", "01/05/2026",
     "9,750.00", 2, "RCC contract"],
    ["B2", "> 5 days", "No preference", "Other", "", "No known risk", 0, 0, 30, "N/A", "02/05/2026", "£5,100", 1,
     "Direct award / Off framework"],
    ["B3", "> 5 days", "No preference", "N/A", "", "No known risk", 5, 0, 30, "N/A", "02/05/2026", "£5,100", 1,
     "Block contract"],
    ["B4", "> 5 days", "No preference", "N/A", "", "No known risk", 5, 0, 0, "N/A", "02/05/2026", "800", 1, "Remand"],
    ["B5", "> 5 days", "No preference", "N/A", "", "Risk present", 0, 0, 1, "N/A", "03/05/2026", "7000", 1,
     "Secure Welfare Hub"],
    ["B6", "Today", "No preference", "N/A", "", "Risk present", 0, 0, 1, "N/A", "03/05/2026", "7000", 1, "Remand"],
]  # fmt: skip
CENSUS = [
    "Looked after child? All placements on this sheet", "Placing Authority\nThis is the authority that acts as parent",
    "Identifier \nThis is the unique reference for the child", "Age\nThis will be rounded down", "Gender",
    "How the placement was sourced\n(Please select from drop down list)",
    "Placement start date (DD/MM/YYYY)\nThis should be the start date", "Provider ID",
    "Establishment registration URN \nThis should be the Ofsted code", "Host Authority\n(Local authority where it is)",
    "Type of provision\n(Please select from drop down list)",
    "Total weekly cost (actual weekly fee paid)\n(For SEND placements please divide)",
    "Contribution from Social Care\n(This should be the financial contribution)",
]  # fmt: skip
OWN = ["Week ending", "Authority", "Placement start date", "Placement end date", "Age", "Gender", "Placement type",
       "Need", "Additional support", "Sourced by", "Weekly cost", "Total cost", "URN", "Placement location",
       "Distance (miles)"]  # fmt: skip


def own(week: str, start: str, end: str = "", **cells: str) -> list[str]:
    usual = {"Authority": "Manchester", "Age": "14", "Gender": "F", "Placement type": "Residential", "Need": "High",
             "Additional support": "None", "Sourced by": "Framework", "Weekly cost": "5000", "URN": "SC9"}  # fmt: skip
    said = usual | {"Week ending": week, "Placement start date": start, "Placement end date": end} | cells
    return [said.get(head, "") for head in OWN]


def test_the_list_without_location_and_type_takes_rows_that_searched_in_homes_only(tmp_path: Path) -> None:
    part, findings = read(FAMILY, write_csv(tmp_path / "gm.csv", [WITHOUT_PLACE, *SEARCHES]), whose=MANCHESTER)
    found = part.placements
    assert list(found["line"]) == [2, 3, 6]
    assert list(found["route"]) == ["cooperative", "spot", ""]
    assert list(found["setting"]) == ["home", "home", "secure"]
    assert list(found["care"]) == ["solo", "", "shared"]  # N/A is an answer, Other may be more than is known
    assert found["weekly_fee_gbp"].tolist() == [9_750, 5_100, 7_000]
    assert set(found["urn"]) == set(found["host_authority"]) == {""}
    assert not found["whole"].any()
    said = " / ".join(what for _, _, what, _ in told(findings, "note"))
    assert "leaves out 2 rows that are no children's homes: 1 foster, 1 search among several kinds" in said
    assert "leaves out 1 row of children on remand" in said


def test_lists_that_ask_what_the_standard_asks_and_say_the_type_are_the_standards(tmp_path: Path) -> None:
    heads = [*WITHOUT_PLACE[:4], "foster_care_suitability", "placement_start_date", "core_cost", "total_weekly_cost",
             "placement_location", "provider_URN", "placement_type", "placement_sourced"]  # fmt: skip
    row = ["B1", "Today", "No preference", "N/A", "Unsuitable", "1/5/2026", "4,000", "4,500", "TN1", "SC1",
           "Residential", "Block contract"]  # fmt: skip
    path = write_csv(tmp_path / "se.csv", [heads, row])
    for families in ([placements_standard.FAMILY, FAMILY], [FAMILY, placements_standard.FAMILY]):
        assert [one.format.name for one in recognise(path, families, Findings())] == ["placements_standard"]
    part, _ = read(placements_standard.FAMILY, path)
    assert part.placements[["route", "weekly_fee_gbp", "urn"]].to_numpy().tolist() == [["block", 4_500.0, "SC1"]]


def test_a_census_with_heads_that_explain_themselves_is_read(tmp_path: Path) -> None:
    rows = [
        ["Yes", "Manchester", "D1", "15.5", "M", "NW Contract - Residential FPS or previous", "02/12/2024", "680692",
         "SC821", "Bury", "Residential - External (Commissioned)", "5605.5", "5605.5"],
        ["Yes", "Manchester", "D2", "16", "F", "", "02/12/2024", "1", "SC822", "Lincolnshire", "Residential - in House",
         "", ""],
        ["Yes", "Bury", "D3", "9", "F", "Block Contract - Local", "02/12/2024", "1", "", "Powys",
         "Fostering - Inter LA", "900", ""],
        ["Yes", "Atlantis", "D4", "9", "Non-binary", "Spot", "02/12/2024", "1", "", "", "Residential - Mainstream",
         "4900", ""],
    ]  # fmt: skip
    part, findings = read(FAMILY, write_csv(tmp_path / "census.csv", [CENSUS, *rows], "utf-8-sig"))
    found = part.placements
    assert found[["authority", "age", "sex", "route", "sector", "urn"]].to_numpy().tolist() == [
        [MANCHESTER, 15, "boy", "framework", "", "SC821"],
        [MANCHESTER, 16, "girl", "in_house", "", "SC822"],
    ]  # fmt: skip
    assert list(found["host_authority"]) == [BURY, "E10000019"]
    # The head is eleven lines long, since ten of its cells have two.
    assert [(line, value) for line, _, _, value in told(findings, "left out")] == [(15, "")]


def test_the_same_placement_in_several_lists_is_one_that_ends_when_it_has_left_them(tmp_path: Path) -> None:
    # Three lists, weekly. P (from 1 Jan) stands in all three; Q (2 Jan) has left the third; R (3 Jan) comes in the
    # second and ends on 15 Jan; two girls S are alike in all but their number, and stand in the first two lists.
    first = [own("05/01/2026", "01/01/2026"), own("05/01/2026", "02/01/2026"), *[own("05/01/2026", "04/01/2026")] * 2]
    second = [own("12/01/2026", "01/01/2026", **{"Weekly cost": "£5,200"}), own("12/01/2026", "02/01/2026"),
              own("12/01/2026", "03/01/2026"), *[own("12/01/2026", "04/01/2026")] * 2]  # fmt: skip
    third = [own("19/01/2026", "01/01/2026", **{"Weekly cost": "£5,300"}),
             own("19/01/2026", "03/01/2026", "15/01/2026"), *[own("19/01/2026", "04/01/2026")] * 2]  # fmt: skip
    paths = [write_csv(tmp_path / f"{number}.csv", [OWN, *rows])
             for number, rows in enumerate((second, first, third))]  # fmt: skip
    part, findings = read(FAMILY, *paths)
    found = part.placements.sort_values("start", kind="stable", ignore_index=True)
    days = found[["start", "end"]].apply(lambda column: column.dt.strftime("%d").fillna("")).to_numpy().tolist()
    assert days == [["01", ""], ["02", "19"], ["03", "15"], ["04", ""], ["04", ""]]
    assert found["weekly_fee_gbp"].tolist() == [5_300, 5_000, 5_000, 5_000, 5_000]
    assert found["whole"].all()
    assert set(found["seen_from"]) == {pd.Timestamp("2026-01-05")}
    assert set(found["seen_to"]) == {pd.Timestamp("2026-01-19")}
    said = {what for _, _, what, _ in told(findings, "note")}
    assert "together the lists have 8 rows of placements that stand in them before" in said  # 13 rows, 5 placements
    assert "takes the day of the next list for the end of 1 placement that left the lists without an end" in said


def test_lists_of_what_is_new_each_week_tell_no_stays(tmp_path: Path) -> None:
    paths = [write_csv(tmp_path / f"{week}.csv", [OWN, own(f"{week:02}/01/2026", f"{week - 2:02}/01/2026")])
             for week in (5, 12, 19)]  # fmt: skip
    part, _ = read(FAMILY, *paths)
    assert len(part.placements) == 3
    assert not part.placements["whole"].any() and part.placements["end"].isna().all()


def test_one_list_says_what_ran_on_its_day_and_an_end_after_it_is_planned(tmp_path: Path) -> None:
    rows = [["Placements as at 5 January 2026"], [], OWN[1:], own("", "01/12/2025")[1:],
            own("", "01/12/2025", "05/07/2026", Need="Low", **{"Additional support": "2:1"})[1:],
            own("", "01/12/2025", "29/12/2025", Need="N/A", **{"Additional support": "1:1"})[1:],
            own("", "01/12/2025", "29/11/2025")[1:]]  # fmt: skip
    part, findings = read(FAMILY, write_csv(tmp_path / "list.csv", rows))
    found = part.placements
    assert found["end"].isna().tolist() == [True, True, False]
    assert found["whole"].all() and set(found["seen_to"]) == {pd.Timestamp("2026-01-05")}
    assert set(found["seen_from"]) == {pd.Timestamp("2025-12-29")}  # it tells of what ended then
    assert list(found["need"]) == ["severe", "standard", "standard"]
    assert list(found["care"]) == ["shared", "two_to_one", "one_to_one"]
    assert told(findings, "left out") == [(7, "Placement end date", "is before the placement's start", "")]


def test_a_total_is_divided_by_the_weeks_of_the_stay_where_they_are_known(tmp_path: Path) -> None:
    total = {"Weekly cost": "", "Total cost": "£56,000"}
    rows = [OWN, own("01/06/2026", "01/01/2026", "26/02/2026", **total),  # 56 days: 8 weeks
            own("01/06/2026", "01/01/2026", **total), own("01/06/2026", "01/01/2026", **{"Total cost": "99,999"}),
            own("01/06/2026", "01/01/2026", "02/01/2026", **total)]  # fmt: skip
    part, findings = read(FAMILY, write_csv(tmp_path / "list.csv", rows))
    np.testing.assert_array_equal(part.placements["weekly_fee_gbp"], [7_000, np.nan, 5_000, np.nan])
    said = [(line, what) for line, column, what, _ in told(findings, "read as") if column == "Total cost"]
    assert said == [
        (3, "is a total, and the stay's start or end isn't known; left blank"),
        (5, "is more than 60,000 GBP a week and looks like an amount a year; left blank"),
    ]
    heads = [head.replace("Weekly cost", "Review date") for head in OWN]
    rows = [heads, own("01/06/2026", "01/01/2026", **total)]
    rows[1][heads.index("Review date")] = "26/02/2026"
    part, _ = read(FAMILY, write_csv(tmp_path / "review.csv", rows))
    assert part.placements["weekly_fee_gbp"].tolist() == [7_000]


def test_a_cost_that_does_not_say_for_how_long_is_not_used(tmp_path: Path) -> None:
    heads = [*OWN, "Cost"]
    part, findings = read(FAMILY, write_csv(tmp_path / "list.csv", [heads, [*own("", "1/1/2026"), "70000"]]))
    assert part.placements["weekly_fee_gbp"].tolist() == [5_000]
    assert any(column == "Cost" and "for how long" in what for _, column, what, _ in told(findings, "note"))


def test_cells_that_are_wrong_are_said_one_by_one_and_the_row_is_used(tmp_path: Path) -> None:
    rows = [OWN, own("", "1/1/2026", Age="old"), own("", "next week"),
            own("", "1/1/2026", **{"Distance (miles)": "far"}),
            own("", "1/1/2026", **{"Placement type": "Castle"}), own("", "1/1/2026", Authority=""),
            own("", "2/1/2026", **{"Distance (miles)": "12.5 miles"})]  # fmt: skip
    part, findings = read(FAMILY, write_csv(tmp_path / "list.csv", rows))
    assert list(part.placements["line"]) == [2, 3, 4, 7]
    assert part.placements["distance_miles"].tolist()[3] == 12.5
    assert {(line, column) for line, column, _, _ in told(findings, "read as")} == {
        (2, "Age"), (3, "Placement start date"), (4, "Distance (miles)"),
    }  # fmt: skip
    assert {(line, column) for line, column, _, _ in told(findings, "left out")} == {
        (5, "Placement type"), (6, "Authority"),
    }  # fmt: skip


def test_children_link_lists_and_stay_out_of_what_is_said(tmp_path: Path) -> None:
    twice = [SEARCHES[0], [*SEARCHES[0][:11], "10,000", *SEARCHES[0][12:]]]
    part, findings = read(FAMILY, write_csv(tmp_path / "gm.csv", [WITHOUT_PLACE, *twice]))
    assert part.placements[["child", "line", "weekly_fee_gbp"]].to_numpy().tolist() == [["B1", 3, 10_000]]
    assert "B1" not in findings.frame().to_string() and len(findings.rows) > 3


def test_fifty_thousand_rows_are_read_in_seconds(tmp_path: Path) -> None:
    rows = [own(f"{5 + 7 * (n % 3):02}/01/2026", f"{1 + n % 28:02}/{1 + n % 12:02}/2025", URN=f"SC{n % 5_000}",
                Age=str(n % 18), **{"Weekly cost": f"£{2_000 + n % 9_000:,}"}) for n in range(10_000)]  # fmt: skip
    path = tmp_path / "large.csv"
    write_csv(path, [OWN, *rows * 5])
    started = time.perf_counter()
    part, _ = read(FAMILY, path)
    assert time.perf_counter() - started < 10
    assert len(part.placements) > 10_000


ANY = st.one_of(st.sampled_from(["", "Residential", "1/1/2026", "£4,000", "-5", "1e400", "N/A", "Kent", "2:1"]),
                st.text(max_size=8))  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.lists(ANY, min_size=len(OWN), max_size=len(OWN)), min_size=1, max_size=6),
       cut=st.integers(0, 300), encoding=st.sampled_from(["utf-8", "cp1252", "utf-16"]))  # fmt: skip
def test_any_file_of_this_form_is_read_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], cut: int, encoding: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "list.csv"
    rows = [[cell.encode(encoding, "replace").decode(encoding) for cell in row] for row in rows]
    write_csv(path, [OWN, own("05/01/2026", "01/01/2026"), *rows], encoding)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) - cut])
    try:
        part, _ = read(weekly_lists.FAMILY, path, whose=KENT)
    except ScenarioError as error:
        assert "list.csv" in str(error) and "\n" not in str(error)
    else:
        assert len(part.placements) <= 1 + len(rows)
        assert (part.placements["authority"].str.fullmatch("E[0-9]{8}")).all()
