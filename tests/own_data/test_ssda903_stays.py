"""Stays in homes from one year's SSDA903 file: what is one stay, how it ended, who it was, where."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from ssda903_samples import BARNET, BRENT, EPISODES, episode, read, said, write, write_header

HOME_A, HOME_B = {"URN": "1234567", "PL_POST": "QQ1 2QQ"}, {"URN": "SC765432", "PL_POST": "QQ3 4QQ"}


def of(tmp_path: Path, *rows: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    return read(write(tmp_path / "episodes.csv", list(rows)))


def spans(placements: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Start, end (empty: runs on) and how each stay ended, in order."""
    ends = placements["end"].dt.strftime("%Y-%m-%d").fillna("")
    return sorted(zip(placements["start"].dt.strftime("%Y-%m-%d"), ends, placements["end_reason"], strict=True))


def test_every_way_to_write_dates(tmp_path: Path) -> None:
    placements, found = of(
        tmp_path,
        episode("1", "01/05/2023", "02/06/2023", "E4A"),
        episode("2", "01/05/23", "02/06/23", "E4A"),
        episode("3", "2023-05-01", "2023-06-02", "E4A"),
        episode("4", "2023-05-01 00:00:00", "2023-06-02T00:00:00", "E4A"),
    )
    assert spans(placements) == [("2023-05-01", "2023-06-02", "left_care")] * 4
    assert not (found["kind"] == "left out").any()


def test_a_change_of_legal_status_is_no_new_placement(tmp_path: Path) -> None:
    placements, _ = of(
        tmp_path,
        episode("1", "01/05/2023", "01/07/2023", "X1", RNE="S", **HOME_A),
        episode("1", "01/07/2023", "01/09/2023", "X1", RNE="L", REASON_PLACE_CHANGE="CREQB", **HOME_A),
        episode("1", "01/09/2023", PLACE="U6"),
    )
    assert spans(placements) == [("2023-05-01", "2023-09-01", "breakdown")]


@pytest.mark.parametrize(
    ("first", "second", "rne", "stays"),
    [
        (HOME_A, HOME_A, "P", 1),  # the same number
        (HOME_A, HOME_B, "P", 2),
        (HOME_A, HOME_B, "T", 1),  # registered anew, same carers
        (HOME_A, HOME_B, "U", 1),
        (HOME_A, HOME_B, "B", 2),
        ({"PL_POST": "QQ1 2QQ"}, {"PL_POST": "qq12qq"}, "P", 1),  # without number: the postcode, spaced or not
        ({"PL_POST": "QQ1 2QQ"}, {"PL_POST": "QQ3 4QQ"}, "P", 2),
        ({"PL_POST": "QQ1 2QQ"}, {"PL_POST": "QQ3 4QQ"}, "L", 1),
        ({"URN": "XXXXXXX", "PL_POST": "*DUMMY*"}, {"URN": "*DUMMY*"}, "P", 2),  # unknown both: RNE says it changed
        ({"URN": "XXXXXXX", "PL_POST": "*DUMMY*"}, {"URN": "*DUMMY*"}, "L", 1),
        ({"URN": "XXXXXXX"}, {"URN": "XXXXXXX"}, "", 1),  # unknown, and nothing says that it changed: same provider
        ({"URN": "XXXXXXX"}, {"URN": "XXXXXXX", "PLACE_PROVIDER": "PR5"}, "", 2),
        (HOME_A, {**HOME_A, "PLACE": "K1"}, "L", 2),  # a home and a secure one are never the same
    ],
)
def test_when_two_episodes_are_one_stay(
    tmp_path: Path, first: dict[str, str], second: dict[str, str], rne: str, stays: int
) -> None:
    earlier = episode("1", "01/05/2023", "01/07/2023", "X1", **first)
    placements, _ = of(tmp_path, earlier, episode("1", "01/07/2023", **{"RNE": rne, **second}))
    assert len(placements) == stays
    assert set(placements["end_reason"]) == ({""} if stays == 1 else {"", "moved"})


def test_a_night_elsewhere_between_makes_two_stays(tmp_path: Path) -> None:
    # The first pair ends on the last day, the day before the next begins; the second has a week between.
    placements, _ = of(
        tmp_path,
        episode("1", "01/05/2023", "30/06/2023", "X1", **HOME_A), episode("1", "01/07/2023", RNE="L", **HOME_A),
        episode("2", "01/05/2023", "30/06/2023", "E4A", **HOME_A), episode("2", "07/07/2023", RNE="S", **HOME_A),
    )  # fmt: skip
    assert placements["child"].tolist() == ["1", "2", "2"]


def test_a_hospital_stay_does_not_end_the_placement(tmp_path: Path) -> None:
    placements, _ = of(
        tmp_path,
        episode("1", "01/05/2023", "01/07/2023", "X1", **HOME_A),
        episode("1", "01/07/2023", "05/07/2023", "X1", PLACE="T1"),
        episode("1", "05/07/2023", "01/09/2023", "X1", RNE="P", REASON_PLACE_CHANGE="CARPL", **HOME_A),
        episode("1", "01/09/2023", PLACE="U6"),
        episode("2", "01/05/2023", "01/07/2023", "X1", **HOME_A),
        episode("2", "01/07/2023", PLACE="T1"),  # still there: the placement runs on
    )
    assert spans(placements) == [("2023-05-01", "", ""), ("2023-05-01", "2023-09-01", "moved")]


@pytest.mark.parametrize(
    ("rec", "why", "reason"),
    [
        ("X1", "CARPL", "moved"), ("X1", "", "moved"), ("X1", "CLOSE", "moved"), ("X1", "LAREQ", "moved"),
        ("X1", "CREQB", "breakdown"), ("X1", "CREQO", "breakdown"), ("X1", "CHILD", "breakdown"),
        ("X1", "ALLEG", "breakdown"), ("X1", "STAND", "breakdown"), ("X1", "STRANGE", "moved"), ("", "CARPL", "moved"),
        ("E4A", "", "left_care"), ("E3", "", "left_care"), ("E17", "", "left_care"), ("e9", "", "left_care"),
    ],
)  # fmt: skip
def test_how_a_stay_ended(tmp_path: Path, rec: str, why: str, reason: str) -> None:
    rows = [episode("1", "01/05/2023", "01/07/2023", rec, REASON_PLACE_CHANGE=why)]
    rows += [] if reason == "left_care" else [episode("1", "01/07/2023", PLACE="U6")]
    placements, found = of(tmp_path, *rows)
    assert placements["end_reason"].tolist() == [reason]
    assert said(found, "isn't a reason for a change") == [(2, "REASON_PLACE_CHANGE", "read as")] * (why == "STRANGE")


def test_an_end_of_which_the_reason_is_not_known_is_said(tmp_path: Path) -> None:
    placements, found = of(
        tmp_path, episode("1", "01/05/2023", "01/07/2023", "X1"), episode("2", "01/05/2023", "01/07/2023", ""),
        episode("3", "01/05/2023", "01/07/2023", "Q9"),
    )  # fmt: skip
    assert placements["end_reason"].tolist() == ["other"] * 3
    assert said(found, "another episode began, but there is none") == [(2, "REC", "read as")]
    assert said(found, "is empty; why the episode ceased isn't known") == [(3, "REC", "read as")]
    assert said(found, "isn't a reason why an episode ceases") == [(4, "REC", "read as")]


def test_an_open_episode_with_a_reason_is_open_and_said(tmp_path: Path) -> None:
    placements, found = of(tmp_path, episode("1", "01/05/2023", "", "X1"), episode("2", "01/06/2023"))
    assert placements["end"].isna().all()
    assert said(found, "the episode is read as open") == [(2, "REC", "read as")]


def test_only_homes_are_stays_and_short_breaks_are_none(tmp_path: Path) -> None:
    places = ["K2", "K1", "K3", "U6", "R1", "R2", "H5", "S1", "Z1", "Z11", "P1", "A4"]
    rows = [episode(str(number), "01/05/2023", PLACE=place) for number, place in enumerate(places)]
    rows += [episode("21", "01/05/2023", LS="V3"), episode("22", "01/05/2023", LS="V4"),
             episode("23", "01/05/2023", PLACE="V4")]  # fmt: skip
    placements, found = of(tmp_path, *rows)
    assert placements[["child", "setting"]].to_numpy().tolist() == [["0", "home"], ["1", "secure"]]
    assert said(found, "3 rows are short breaks") == [(None, "LS", "note")]
    assert said(found, "1 rows are supported accommodation (K3)") == [(None, "PLACE", "note")]
    assert not (found["kind"] == "left out").any()


def test_a_file_without_children_in_homes_is_read_and_says_so(tmp_path: Path) -> None:
    placements, found = of(tmp_path, episode("1", "01/05/2023", PLACE="U6"))
    assert placements.empty
    assert said(found, "no row is in a children's home") == [(None, "PLACE", "note")]


def test_age_and_sex_come_from_the_header(tmp_path: Path) -> None:
    rows = [episode(str(number), "15/06/2023") for number in range(1, 9)]
    header = write_header(
        tmp_path / "header.csv", ("1", "1", "15/06/2010"), ("2", "2", "16/06/2010"), ("3", "M", "2010-06-14"),
        ("4", "F", "14/06/10"), ("5", "U", "01/01/2024"), ("6", "1", "01/01/2001"), ("7", "2", "the first"),
    )  # fmt: skip
    placements, found = read(write(tmp_path / "episodes.csv", rows), header)
    # The third birthday of three is a day off; 5 isn't born yet, 6 is 22, 7 has no date, 8 isn't in the header.
    assert placements["age"].fillna(-1).tolist() == [13, 12, 13, 13, -1, -1, -1, -1]
    assert placements["sex"].tolist() == ["boy", "girl", "boy", "girl", "", "boy", "girl", ""]
    assert said(found, "lies before the child's date of birth") == [(6, "DECOM", "read as")]
    assert said(found, "is after the child's eighteenth birthday") == [(7, "DECOM", "read as")]
    assert said(found, "isn't a date of birth") == [(8, "DOB", "read as")]
    assert said(found, "is in no header") == [(9, "CHILD", "read as")]
    assert said(found, "is neither 1 or M") == [(6, "SEX", "read as")]


def test_headers_that_differ_leave_it_open(tmp_path: Path) -> None:
    first = write_header(tmp_path / "header_1.csv", ("1", "1", "15/06/2010"), ("2", "2", "15/06/2010"))
    second = write_header(tmp_path / "header_2.csv", ("1", "1", "15/06/2011"), ("2", "2", "15/06/2010"))
    episodes = write(tmp_path / "episodes.csv", [episode("1", "01/05/2023"), episode("2", "01/05/2023")])
    placements, found = read(episodes, first, second)
    assert placements["age"].fillna(-1).tolist() == [-1, 12]
    assert placements["sex"].tolist() == ["boy", "girl"]
    assert said(found, "another line says otherwise") == [(2, "DOB", "read as")] * 2


def test_where_the_home_stands_who_runs_it_and_how_far_it_is(tmp_path: Path) -> None:
    rows = [
        episode("1", "01/05/2023", PLACE_PROVIDER="PR1", PL_LA="", PL_LOCATION="IN", PL_DISTANCE="0"),
        episode("2", "01/05/2023", PLACE_PROVIDER="PR2", PL_LA="Brent", PL_DISTANCE="-1"),
        episode("3", "01/05/2023", PLACE_PROVIDER="PR3", PL_LA="WAL", PL_DISTANCE=""),
        episode("4", "01/05/2023", PLACE_PROVIDER="PR4", PL_LA="E06009999", PL_DISTANCE="999.9"),
        episode("5", "01/05/2023", PLACE_PROVIDER="PR5", PL_LA="QQ1 1QQ", PL_DISTANCE="far"),
        episode("6", "01/05/2023", PLACE_PROVIDER="PR0", PL_LA="", PL_DISTANCE="40"),
    ]
    placements, found = of(tmp_path, *rows)
    assert placements["host_authority"].tolist() == [BARNET, BRENT, *["elsewhere"] * 4]  # they are all said to be out
    assert placements["sector"].tolist() == ["local_authority", "local_authority", "health", "private", "voluntary", ""]
    assert placements["route"].tolist() == ["in_house", "", "", "", "", ""]
    assert placements["distance_miles"].fillna(-1).tolist() == [0, -1, -1, -1, -1, 40]
    assert said(found, "elsewhere, for 4 stays") == [(None, "PL_LA", "note")]
    assert "QQ1" not in str(found["what"].tolist())  # it could be a postcode
    assert said(found, "4 of 6 rows in homes have none") == [(None, "PL_DISTANCE", "note")]
    assert said(found, "isn't a number of miles") == [(6, "PL_DISTANCE", "read as")]
    assert said(found, "isn't the provider of a home") == [(7, "PLACE_PROVIDER", "read as")]


def test_numbers_of_homes(tmp_path: Path) -> None:
    urns = ["1234567", "sc123456", "1234567.0", "XXXXXXX", "*DUMMY*", "", "Rose House"]
    placements, found = of(tmp_path, *(episode(str(n), "01/05/2023", URN=urn) for n, urn in enumerate(urns)))
    assert placements["urn"].tolist() == ["1234567", "SC123456", "1234567", "", "", "", ""]
    assert said(found, "isn't Ofsted's number of a home") == [(6, "URN", "read as"), (8, "URN", "read as")]
    assert said(found, "4 of 7 rows in homes have none") == [(None, "URN", "note")]


def test_files_for_loading_have_fewer_columns_and_another_name_for_the_end(tmp_path: Path) -> None:
    heads = ["DEC" if head == "DECEC" else head for head in EPISODES[:9]]  # as in 2013: no reason, postcodes or URN
    row = {**episode("1", "01/05/2012", rec="E4A"), "DEC": "01/02/2013"}
    placements, found = read(write(tmp_path / "episodes.csv", [row], heads))
    assert spans(placements) == [("2012-05-01", "2013-02-01", "left_care")]
    for head in ("REASON_PLACE_CHANGE", "URN", "PL_LA", "PL_DISTANCE"):
        assert len(said(found, f"there is no column {head}")) == 1


def test_a_stay_that_had_begun_before_its_first_row_is_said(tmp_path: Path) -> None:
    placements, found = of(tmp_path, episode("1", "01/05/2021", RNE="L"), episode("2", "01/05/2023", RNE="S"))
    assert len(placements) == 2
    assert said(found, "1 stays had begun before their first row") == [(None, "RNE", "note")]
