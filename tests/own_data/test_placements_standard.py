"""The Placements Data Standard: its words in all spellings, answers, costs, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from list_samples import BURY, KENT, read, told, write_csv

from marketsim.own_data.formats.lists.placements_standard import FAMILY
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.recognising import recognise
from marketsim.scenario.errors import ScenarioError

HUMAN = [
    "Child ID", "When placement is needed by", "Number of siblings to place with",
    "Who can the child be cared for alongside?", "Additional support (Please specify)", "Deprivation of Liberty Order",
    "Foster care suitability", "Residential care suitability", "Risk to child: Self-harm",
    "Total Weekly Cost (actual weekly fee paid)", "Placement Location", "Provider URN (linked to Ofsted)",
    "Placement Type", "Date of Data entry (referral)", "Date of Data entry (placement)",
]  # fmt: skip
OTHER_SPELLINGS = [
    "Child ID ", "When do you need this placement by", "Number of sublings to place with",
    "Who can the child be cared for alongside", "Additional support (Please specify)", "Deprivation of Liberty Order)",
    "Foster care suitability", "Residential care suitability", "Risk to child: Self-harm",
    "Total Weekly Cost  (actual weekly fee paid)", "Placement  Location", "Provider URN (linked to Ofsted)",
    "Placement Type ", "Date of Data entry (referral)", "Date of Data entry (placement)",
]  # fmt: skip
CAMEL = [
    "childId", "neededBy", "siblingCount", "livingCompanions", "additionalSupport", "deprivationOfLiberty",
    "fosterCareSuitability", "residentialCareSuitability", "riskSelfHarm", "totalWeeklyCost", "placementLocation",
    "providerURN", "placementType", "referralDate", "placementDate",
]  # fmt: skip
SNAKE = [
    "child_ID", "when_placement_is_needed_by", "number_of_siblings_to_place_with",
    "who_can_the_child_be_cared_for_alongside", "additional_support", "dol", "foster_care_suitability",
    "residential_care_suitability", "risk_to_child_self_harm", "total_weekly_cost", "placement_location",
    "provider_URN", "placement_type", "date_entry_referral", "date_entry_placement_admin",
]  # fmt: skip
# Five homes, one foster placement (left out), and one referral that led to nothing (left out).
ROWS = [
    ["A1", "Today", 0, "Solo placement recommended", "N/A", "No", "Unsuitable", "Preferred", "Risk Present",
     "£12,000", "Bury", "SC001", "Residential", "28/03/2025", "01/04/2025"],
    ["A2", "in less than 5 days", 0, "No preference", "additional supervision", "No", "Unsuitable", "Preferred",
     "No known risk", "6,500.50", "BL9", "SC002", "Residential", "28/03/2025", "02/04/2025"],
    ["A3", "> 5 days", 1, "With other children recommended", "None", "No", "Suitable but not preferred", "Preferred",
     "No known risk", "5000", "N18 1AA", "N/A", "Residential", "28/03/2025", "03/04/2025"],
    ["A4", "", 0, "", "", "", "", "", "", "260000", "", "", "residential", "", "04/04/2025"],
    ["A5", "> 5 days", 0, "No preference", "Mother visits", "No", "Unsuitable", "Preferred", "No known risk", "120",
     "", "XXXXXXX", "Residential", "28/03/2025", "31/02/2025"],
    ["A6", "Today", 0, "No preference", "NA", "No", "Preferred", "Unsuitable", "No known risk", "900", "Bury", "",
     "Foster", "28/03/2025", "05/04/2025"],
    ["A7", "Today", 0, "No preference", "NA", "No", "Preferred", "Unsuitable", "No known risk", "", "", "", "", "", ""],
]  # fmt: skip


@pytest.mark.parametrize("heads", [HUMAN, OTHER_SPELLINGS, CAMEL, SNAKE])
def test_every_spelling_of_the_standard_gives_the_same_placements(tmp_path: Path, heads: list[str]) -> None:
    part, _ = read(FAMILY, write_csv(tmp_path / "list.csv", [heads, *ROWS]))
    found = part.placements
    assert list(found["line"]) == [2, 3, 4, 5, 6]
    assert list(found["authority"]) == [KENT] * 5
    assert list(found["host_authority"]) == [BURY, "", "", "", ""]
    assert list(found["urn"]) == ["SC001", "SC002", "", "", ""]
    assert list(found["notice"]) == ["emergency", "planned", "planned", "", "planned"]
    # A5's support is no known word: it may ask for more than what is known.
    assert list(found["care"]) == ["solo", "one_to_one", "shared", "", ""]
    assert found["weekly_fee_gbp"].tolist()[:3] == [12_000, 6_500.5, 5_000]
    assert found["weekly_fee_gbp"].isna().tolist() == [False, False, False, True, True]
    assert found["start"].dt.strftime("%d/%m/%y").tolist()[:4] == ["01/04/25", "02/04/25", "03/04/25", "04/04/25"]
    assert found["start"].isna().tolist()[4]
    assert not found["whole"].any()  # no end is known
    assert set(found["need"]) == {""}


def test_what_cannot_be_used_is_said_with_its_line_and_what_is_passed_over(tmp_path: Path) -> None:
    _, findings = read(FAMILY, write_csv(tmp_path / "list.csv", [HUMAN, *ROWS]))
    fee = "Total Weekly Cost (actual weekly fee paid)"
    assert {(line, column) for line, column, _, _ in told(findings, "read as")} == {
        (5, fee), (6, fee), (6, "Date of Data entry (placement)"), (6, ""),
    }  # fmt: skip
    said = " / ".join(what for _, _, what, _ in told(findings))
    assert "looks like an amount a year" in said
    assert "1 foster" in said and "leaves out 1 row without type and cost" in said
    assert "no column says the band of need" in said


def test_nothing_of_a_person_stands_in_what_is_said(tmp_path: Path) -> None:
    _, findings = read(FAMILY, write_csv(tmp_path / "list.csv", [HUMAN, *ROWS]))
    said = findings.frame().to_string()
    assert len(findings.rows) > 5
    for secret in ("A1", "A5", "Mother", "BL9", "N18"):
        assert secret not in said


@pytest.mark.parametrize(("word", "route"), [
    ("Framework", "framework"), ("DPS", "framework"), ("dynamic purchasing", "framework"),
    ("Approved List", "framework"), ("RCC contract", "cooperative"), ("Direct award / Off framework", "spot"),
    ("Local contract or framework", "framework"), ("Block contract", "block"), ("GM RCC Flexi Block", "soft_block"),
    ("In-house", "in_house"), ("N/A", ""), ("None", ""), ("By a friend", ""),
])  # fmt: skip
def test_added_columns_say_how_it_was_bought(tmp_path: Path, word: str, route: str) -> None:
    rows = [[*HUMAN, "Sourcing route", "Local authority", "Placement start date", "Placement end date"]]
    rows += [[*row, word, "Manchester", "01/02/2025", "01/03/2025"] for row in ROWS[:3]]
    part, findings = read(FAMILY, write_csv(tmp_path / "list.csv", rows))
    assert set(part.placements["route"]) == {route}
    assert set(part.placements["authority"]) == {"E08000003"}
    assert not part.placements["whole"].any()  # nobody knows what else ran when the list was made
    unknown = [what for _, _, what, _ in told(findings, "read as") if what.startswith("Sourcing route: isn't a known")]
    assert bool(unknown) == (word == "By a friend") and "friend" not in str(unknown)


def test_parts_stand_in_for_a_total_that_is_missing(tmp_path: Path) -> None:
    heads = [*SNAKE, "core_cost", "additional_support_cost", "education_cost", "other_costs"]
    first, second, third = ([*row] for row in ROWS[:3])
    first[9] = second[9] = ""
    rows = [heads, [*first, "4,000", "£1,000.00", "500", ""], [*second, "", "100", "", ""], [*third, 3000, 0, 0, 0]]
    part, findings = read(FAMILY, write_csv(tmp_path / "list.csv", rows))
    np.testing.assert_array_equal(part.placements["weekly_fee_gbp"], [5_500, np.nan, 5_000])
    said = [what for _, _, what, _ in told(findings, "note")]
    assert "where no total is given, parts are added up (1 row)" in said
    assert "differs from its parts in 1 row; it is used" in said


def test_a_list_that_lacks_columns_is_refused_with_what_it_lacks(tmp_path: Path) -> None:
    heads = ["Placement Type", "When placement is needed by", "Additional support (Please specify)"]
    path = write_csv(tmp_path / "list.csv", [heads, ["Residential", "Today", "NA"]])
    with pytest.raises(ScenarioError, match="lacks the columns Total Weekly Cost"):
        recognise(path, [FAMILY], Findings())


CELLS = st.sampled_from(["", "Residential", "Today", "1/4/2025", "£4,000", "-5", "1e400", "nan", "N/A", "é", "\t"])
ANY = st.one_of(CELLS, st.text(max_size=8))


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.lists(ANY, min_size=1, max_size=17), min_size=1, max_size=6), cut=st.integers(0, 400),
       encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]))  # fmt: skip
def test_any_file_of_this_form_is_read_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], cut: int, encoding: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "list.csv"
    rows = [[cell.encode(encoding, "replace").decode(encoding) for cell in row] for row in rows]
    write_csv(path, [[*HUMAN, "Sourced by", "Need"], *ROWS, *rows], encoding)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) - cut])
    try:
        part, findings = read(FAMILY, path)
    except ScenarioError as error:
        assert "list.csv" in str(error) and "\n" not in str(error)
    else:
        assert len(part.placements) <= len(ROWS) + len(rows)
        fees = part.placements["weekly_fee_gbp"].dropna()
        assert fees.between(500, 60_000).all()
        assert all(one.file == "list.csv" for one in findings.rows)
