"""What is wrong in SSDA903 files: said row by row, or the file is refused in one line; nothing personal in either."""

from __future__ import annotations

import string
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ssda903_samples import EPISODES, HEADER, episode, read, said, write, write_header

from marketsim.own_data.records import END_REASONS, SECTORS, SEXES
from marketsim.scenario.errors import ScenarioError

GOOD = episode("1", "01/05/2023", "01/07/2023", "E4A")


def test_each_wrong_row_is_said_once_and_the_rest_is_used(tmp_path: Path) -> None:
    rows = [
        GOOD,  # line 2
        episode("", "01/05/2023"),
        episode("3", "31/02/2023"),
        episode("4", ""),
        episode("5", "01/05/2023", "soon"),
        episode("6", "01/05/1823"),
        episode("7", "01/05/2023", "01/04/2023", "E4A"),
        episode("8", "01/05/2023", PLACE="K9"),
        episode("9", "01/05/2023", PLACE=""),
        episode("10", "01/05/2023", "01/05/2023", "X1"),
        episode("", "nonsense", PLACE="K9"),  # three things are wrong; the first is said
    ]
    placements, found = read(write(tmp_path / "episodes.csv", rows))
    assert placements["child"].tolist() == ["1"]
    left_out = found[found["kind"] == "left out"].sort_values("line")
    assert left_out[["line", "column"]].to_numpy().tolist() == [
        [3, "CHILD"], [4, "DECOM"], [5, "DECOM"], [6, "DECEC"], [7, "DECOM"], [8, "DECEC"], [9, "PLACE"], [10, "PLACE"],
        [11, "DECEC"], [12, "CHILD"],
    ]  # fmt: skip


def test_episodes_that_overlap(tmp_path: Path) -> None:
    rows = [
        episode("1", "01/05/2023", "01/09/2023", "X1", URN="1234567"),  # runs over the next
        episode("1", "01/08/2023", "01/12/2023", "E4A", URN="7654321"),
        episode("2", "01/05/2023", "", "", URN="1234567"),  # not closed
        episode("2", "01/08/2023", PLACE="U6"),
        episode("3", "01/05/2023", "01/06/2023", "X1"),  # two of one day: the longer one counts
        episode("3", "01/05/2023", "01/09/2023", "E4A"),
        GOOD | {"CHILD": "4"},
        GOOD | {"CHILD": "4"},  # the same again
    ]
    placements, found = read(write(tmp_path / "episodes.csv", rows))
    ends = placements.sort_values(["child", "start"])["end"].dt.strftime("%d/%m/%Y").tolist()
    assert ends == ["01/08/2023", "01/12/2023", "01/08/2023", "01/09/2023", "01/07/2023"]
    assert said(found, "lies after the day on which the child's next episode began") == [(2, "DECEC", "read as")]
    assert said(found, "read as ended when that began") == [(4, "DECEC", "read as")]
    surplus = said(found, "another episode that begins on this day")
    assert surplus == [(6, "DECOM", "left out"), (8, "DECOM", "left out")]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([episode("1", "soon"), episode("2", "later")], r"episodes.csv:2 DECOM: isn't a date .* in 2 of 2 rows"),
        ([episode("1", "01/05/2023", PLACE="X9")], r"episodes.csv:2 PLACE: isn't a placement code .* in 1 of 1 rows"),
        ([], r"episodes.csv looks like SSDA903 episodes, but has no row"),
    ],
)
def test_a_file_of_no_use_is_refused_in_one_line(tmp_path: Path, rows: list[dict[str, str]], message: str) -> None:
    with pytest.raises(ScenarioError, match=message) as error:
        read(write(tmp_path / "episodes.csv", rows))
    assert "\n" not in str(error.value)


def test_missing_columns_are_named(tmp_path: Path) -> None:
    without = [head for head in EPISODES if head not in ("PLACE", "LS")]
    with pytest.raises(ScenarioError, match=r"is nearly SSDA903 episodes; it lacks the columns LS, PLACE"):
        read(write(tmp_path / "episodes.csv", [GOOD], without))


def test_a_header_alone_or_of_somebody_else_is_refused(tmp_path: Path) -> None:
    header = write_header(tmp_path / "header.csv", ("1", "1", "01/01/2010"))
    with pytest.raises(ScenarioError, match=r"header.csv belongs to SSDA903, but no file with its episodes"):
        read(header)
    episodes = write(tmp_path / "episodes.csv", [GOOD])
    with pytest.raises(ScenarioError, match=r"header.csv is a header, but no episodes of the same authority"):
        read(header, episodes, authority_of=lambda table: "E09000003" if table.path == header else "E09000005")


def test_half_a_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "episodes.csv", [GOOD, GOOD | {"CHILD": "2"}])
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole[: whole.rindex("01/07/2023") - 8], encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"episodes.csv:3 ends in the middle of a row, with 5 of 16 cells"):
        read(path)


def test_the_other_files_of_a_return(tmp_path: Path) -> None:
    heads = {
        "missing.csv": ["CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"],
        "old_missing.csv": ["CHILD", "DOB", "MISTYPE", "MIS_START", "MIS_END"],
        "uasc.csv": ["CHILD", "SEX", "DOB", "DUC"],
        "reviews.csv": ["CHILD", "DOB", "REVIEW", "REVIEW_CODE"],
        "header.csv": [*HEADER, "UASC"],
    }
    row = {"CHILD": "1", "SEX": "1", "DOB": "01/01/2010", "REVIEW": "01/06/2023", "UASC": "0"}
    paths = [write(tmp_path / name, [row, row | {"UASC": "1"}], columns) for name, columns in heads.items()]
    placements, found = read(*paths, write(tmp_path / "episodes.csv", [GOOD]))
    assert len(placements) == 1
    for words, files in {
        "1 children were missing or away 2 times": ["missing.csv", "old_missing.csv"],
        "1 children are unaccompanied": ["uasc.csv", "header.csv"],
        "this part of SSDA903 isn't used": ["reviews.csv"],
    }.items():
        assert found[found["what"].str.contains(words)]["file"].tolist() == files


def test_nothing_personal_in_what_is_written_or_said(tmp_path: Path) -> None:
    secrets = {"CHILD": "KID77KID", "HOME_POST": "QX7 7QX", "PL_POST": "QX8 8QX"}
    broken = [{"DECOM": ""}, {"DECEC": "??"}, {"PLACE": "U6"}, {"LS": "V3"}, {"REC": "X1"}, {"RNE": "Z"}]
    broken += [{"DECOM": "01/01/2009"}]  # before the birth
    rows = [GOOD | secrets | {"DECOM": f"0{n}/06/2023"} | fault for n, fault in enumerate(broken, start=1)]
    header = write(
        tmp_path / "header.csv",
        [{"CHILD": "KID77KID", "SEX": "9", "DOB": "17/11/2010", "UPN": "UPN77UPN", "ETHNIC": "WBRI"},
         {"CHILD": "KID77KID", "SEX": "1", "DOB": "18/11/2010", "MC_DOB": "19/11/2022"}],
        HEADER,
    )  # fmt: skip
    missing = write(
        tmp_path / "missing.csv", [{"CHILD": "KID77KID", "DOB": "17/11/2010", "MIS_START": "20/11/2022"}],
        ["CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"],
    )  # fmt: skip
    placements, found = read(write(tmp_path / "episodes.csv", rows), header, missing)
    assert len(placements) and len(found) > 8
    written = placements.drop(columns=["child", "urn"]).to_csv() + found.to_csv()
    for word in ("KID77KID", "QX7", "QX8", "UPN77UPN", "WBRI", "17/11", "18/11", "19/11", "20/11", "2010-11"):
        assert word not in written


CELLS = {
    "CHILD": ["1", "2", ""], "DECOM": ["01/05/2023", "2023-04-30", "1/6/24", "32/01/2023", "", "31/12/2059", "45000"],
    "DECEC": ["", "01/07/2023", "2024-01-01", "x"], "RNE": ["S", "P", "L", "T", "q"], "LS": ["C2", "V3", "V4", ""],
    "PLACE": ["K2", "K1", "k2", "U6", "T1", "K3", "??"], "REC": ["X1", "E4A", "", "?"],
    "PL_LA": ["E09000003", "WAL", "816", ""],
    "PLACE_PROVIDER": ["PR1", "PR4", "PR0", ""], "REASON_PLACE_CHANGE": ["CREQB", "CARPL", ""],
    "PL_POST": ["QQ1 1QQ", "QQ11QQ", "*DUMMY*", ""], "URN": ["1234567", "SC123456", "XXXXXXX", "*DUMMY*", ""],
    "PL_DISTANCE": ["3.2", "-1", "", "nan", "inf", "1e9"],
}  # fmt: skip
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252"]
WORDS = st.text(alphabet=string.printable + "é£\u2028\x00", max_size=8)
ROWS = st.lists(
    st.fixed_dictionaries({head: st.one_of(st.sampled_from(CELLS.get(head, ["x"])), WORDS) for head in EPISODES}),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, cut=st.integers(0, 60), encoding=st.sampled_from(ENCODINGS), years=st.booleans())
def test_any_file_of_this_form_is_read_or_refused_in_a_line(
    rows: list[dict[str, str]], cut: int, encoding: str, years: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = ",".join(EPISODES) + "\n" + "\n".join(",".join(row[head] for head in EPISODES) for row in rows)
        path = Path(folder, "episodes.csv")
        path.write_bytes(text[: len(text) - cut].encode(encoding, errors="replace"))
        others = [write_header(Path(folder, "header.csv"), ("1", "1", "01/01/2010"))]
        if years:
            others.append(write(Path(folder, "other.csv"), [episode("1", "01/05/2021"), episode("2", "30/04/2021")]))
        try:
            placements, found = read(path, *others)
        except ScenarioError as error:
            assert "\n" not in str(error) and "episodes.csv" in str(error)
            return
    assert placements["start"].notna().all()
    assert not (placements["end"] <= placements["start"]).any()
    assert (placements["seen_from"] <= placements["seen_to"]).all()
    assert set(placements["end_reason"]) <= {"", *END_REASONS} and set(placements["sector"]) <= {"", *SECTORS}
    assert set(placements["sex"]) <= {"", *SEXES}
    assert (placements["end"].isna() == (placements["end_reason"] == "")).all()
    _no_child_is_in_two_homes(placements)
    assert set(found["kind"]) <= {"left out", "read as", "note"}


def _no_child_is_in_two_homes(placements: pd.DataFrame) -> None:
    for _, stays in placements.sort_values("start").groupby("child"):
        known = stays["end"].fillna(stays["seen_to"])
        assert (known.to_numpy()[:-1] <= stays["start"].to_numpy()[1:]).all()
