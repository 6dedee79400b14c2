"""Ofsted's lists of providers of the years 2015 to 2025: the same homes come out of each year's form."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from published_samples import read, said

from marketsim.england.figures import authority_rows
from marketsim.own_data.formats.published.ofsted import FAMILY
from marketsim.scenario.errors import ScenarioError

HEAD_2015 = ["Web link", "URN", "Provision type", "Reg Status", "Setting Name", "Local authority", "Sector",
             "Overall effectiveness", "Short breaks only"]  # fmt: skip
HEAD_2017 = ["Web link", "URN", "Provision type", "Registration status", "Name", "Local authority", "Sector", "Places",
             "Short breaks only", "Overall effectiveness", ""]  # fmt: skip
HEAD_2018 = ["Web link", "URN", "Provision type", "Registration status", "Name", "Local authority", "Sector", "Places",
             "Organisation", "Overall effectiveness"]  # fmt: skip
HEAD_2025 = ["Web link", "URN", "Linked Education URN", "Provision type", "Registration date", "Registration status",
             "Name", "Ofsted Region", "Local authority", "Sector", "Places", "Supported accommodation premises",
             "Short-break-only children's home", "Organisation which owns the provider",
             "\nOverall experiences and progress of children and young people", ""]  # fmt: skip
TITLE = "Children's social care data in England {year} \N{EN DASH} Provider level as at 31 March {year}"
ABOVE = [["Provider information", "", "", "Latest Full Inspection"]]
NORTH, WEST = "E06000061", "E06000062"


def home(head: Sequence[str], **cells: object) -> list[str]:
    """A row: a private children's home of four places in Leeds, but for the cells given (by how a head begins)."""
    usual = {"Web link": "Ofsted Social Care Provider Webpage", "Provision type": "Children's home", "Reg": "Active",
             "Registration date": "25/06/2020", "Name": "REDACTED", "Setting": "REDACTED", "Local authority": "Leeds",
             "Sector": "Private", "Places": "4", "Organisation": "Zone Central Ltd", "Overall": "Good",
             "\nOverall": "Good"} | {key.replace("_", " "): str(value) for key, value in cells.items()}  # fmt: skip
    found = []
    for title in head:
        keys = [key for key in usual if title.startswith(key)]
        found.append(usual[max(keys, key=len)] if keys else "")
    return found


def written(path: Path, *rows: Sequence[str], encoding: str = "utf-8") -> Path:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def homes(path: Path, *rows: Sequence[str], encoding: str = "utf-8") -> pd.DataFrame:
    return read(FAMILY, written(path, *rows, encoding=encoding))[0].homes


@pytest.mark.parametrize(
    ("head", "above", "line", "places", "opened", "owner"),
    [(HEAD_2015, [], 2, None, None, ""), (HEAD_2017, ABOVE, 3, 4, None, ""),
     (HEAD_2018, ABOVE, 3, 4, None, "Zone Central Ltd"),
     (HEAD_2025, [[TITLE.format(year=2025)], ["This worksheet contains one table"], ["Some cells are empty"]], 6, 4,
      "2020-06-25", "Zone Central Ltd")],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_each_years_form(
    tmp_path: Path, head: list[str], above: list[list[str]], line: int, places: float | None, opened: str | None,
    owner: str, encoding: str,
) -> None:  # fmt: skip
    """Line 6 in 2025: three lines of title, and a head of three lines since two of its cells begin with a line end."""
    rows = [*above, head, home(head, URN="SC1")]
    (found,) = homes(tmp_path / "list.csv", *rows, encoding=encoding).to_dict("records")
    told = [found[name] for name in ("urn", "authority", "sector", "rating")]
    assert told == ["SC1", "E08000035", "private", "good"]
    assert found["provider"] == owner and not found["short_break"] and found["line"] == line
    assert found["places"] == places if places else pd.isna(found["places"])
    assert found["opened"] == pd.Timestamp(opened) if opened else pd.isna(found["opened"])
    assert pd.isna(found["as_at"]) if head is not HEAD_2025 else found["as_at"] == pd.Timestamp("2025-03-31")


@pytest.mark.parametrize(
    ("above", "day"),
    [("Provider level as at 31 March 2023", "2023-03-31"), ("Provider level as at March 2022", "2022-03-31"),
     ("Published 14 July 2022: providers at 31st March 2022", "2022-03-31"), ("as at 31 Aug 2024", "2024-08-31"),
     ("as at 31 February 2024", None), ("Providers", None)],
)  # fmt: skip
def test_the_day_of_a_list(tmp_path: Path, above: str, day: str | None) -> None:
    found = homes(tmp_path / "list.csv", [above], HEAD_2018, home(HEAD_2018, URN="1"))["as_at"].tolist()
    assert found == [pd.Timestamp(day)] if day else pd.isna(found[0])


def test_a_workbook_whose_sheet_says_the_day(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Providers_31_Mar_2024"
    for cells in (["", ""], HEAD_2018, home(HEAD_2018, URN="1", Places=3)):
        book.active.append(cells)
    book.save(tmp_path / "list.xlsx")
    found = read(FAMILY, tmp_path / "list.xlsx")[0].homes
    assert found["as_at"].tolist() == [pd.Timestamp("2024-03-31")] and found["places"].tolist() == [3]
    assert found["line"].tolist() == [3] and found["file"].tolist() == ["list.xlsx (Providers_31_Mar_2024)"]


def test_only_childrens_homes_that_are_registered_count_and_the_others_are_counted(tmp_path: Path) -> None:
    kinds = ["Children's home", "Children\u2019s Home", "Secure children's home", "Boarding School", "Boarding School",
             "Residential special school (registered as a children's home)", "Children's home"]  # fmt: skip
    rows = [home(HEAD_2018, URN=number, Provision_type=kind) for number, kind in enumerate(kinds)]
    rows[-1][3] = "Cancelled"
    part, findings = read(FAMILY, written(tmp_path / "list.csv", ABOVE[0], HEAD_2018, *rows))
    assert part.homes["urn"].tolist() == ["0", "1"]
    told = said(findings)
    what = "not used, since it is another kind or no longer registered"
    assert f"list.csv:None:Provision type: note: {what}: 4 rows" in told
    assert f"list.csv:None:Registration status: note: {what}: 1 rows" in told


@pytest.mark.parametrize(
    ("written_as", "sector"),
    [("Private", "private"), ("Voluntary", "voluntary"), ("Local Authority", "local_authority"),
     ("Local authority", "local_authority"), ("Health Authority", "health"), ("LOCAL  AUTHORITY", "local_authority")],
)  # fmt: skip
def test_both_spellings_of_a_sector(tmp_path: Path, written_as: str, sector: str) -> None:
    assert homes(tmp_path / "list.csv", HEAD_2018, home(HEAD_2018, Sector=written_as))["sector"].tolist() == [sector]


@pytest.mark.parametrize(
    ("cell", "flag"),
    [("", False), (" ", False), ("Yes", True), ("No", False), ("Short breaks only", True),
     ("Long term care only", False), ("Short-break-only children's home", True)],
)  # fmt: skip
def test_short_breaks(tmp_path: Path, cell: str, flag: bool) -> None:
    for head in (HEAD_2015, HEAD_2017):
        row = home(head, URN="1", Short=cell)
        assert homes(tmp_path / "list.csv", head, row)["short_break"].tolist() == [flag]


def test_short_breaks_as_a_kind_of_home(tmp_path: Path) -> None:
    rows = [home(HEAD_2018, URN=1, Provision_type="Children's home (short breaks only)"), home(HEAD_2018, URN=2)]
    part, findings = read(FAMILY, written(tmp_path / "list.csv", HEAD_2018, *rows))
    assert part.homes["short_break"].tolist() == [True, False]
    assert "does not say which homes are for short breaks only" in said(findings)


def test_redacted_owners_are_each_their_own(tmp_path: Path) -> None:
    owners = ["REDACTED", "Redacted", "", "Zone Central Ltd"]
    rows = [home(HEAD_2018, URN=number, Organisation=owner) for number, owner in enumerate(owners)]
    part, findings = read(FAMILY, written(tmp_path / "list.csv", HEAD_2018, *rows))
    assert part.homes["provider"].tolist() == ["", "", "", "Zone Central Ltd"]
    assert "each of which counts as a provider of its own: 3" in said(findings)


def test_names_of_its_own_and_old_authorities(tmp_path: Path) -> None:
    names = ["Bristol", "Durham", "Southend on Sea", "St Helens", "Herefordshire", "Kingston upon Hull", "Bournemouth"]
    rows = [home(HEAD_2018, URN=name, Local_authority=name) for name in names]
    found = homes(tmp_path / "list.csv", HEAD_2018, *rows)
    assert found["authority"].tolist() == [
        "E06000023", "E06000047", "E06000033", "E08000013", "E06000019", "E06000010", "E06000058",
    ]  # fmt: skip


def test_homes_in_an_authority_that_was_split_are_shared_out_by_children(tmp_path: Path) -> None:
    rows = [home(HEAD_2018, URN=number, Local_authority="Northamptonshire") for number in range(10)]
    part, findings = read(FAMILY, written(tmp_path / "list.csv", HEAD_2018, *rows))
    children = {row["ons_code"]: row["children_looked_after"] for row in authority_rows()}
    north = round(10 * float(children[NORTH]) / (float(children[NORTH]) + float(children[WEST])))
    assert part.homes["authority"].value_counts().to_dict() == {NORTH: north, WEST: 10 - north}
    told = f"homes in Northamptonshire, which was split, are shared out by children: {north} to {NORTH}"
    assert told in said(findings)


def test_what_cannot_be_used_is_said_with_its_line(tmp_path: Path) -> None:
    rows = [home(HEAD_2025, URN=1), home(HEAD_2025, URN=1), home(HEAD_2025, URN=2, Local_authority="Leedz"),
            home(HEAD_2025, URN=3, Sector="Academy"),
            home(HEAD_2025, URN=4, Places="2.5", Registration_date="31/02/2020"),
            home(HEAD_2025, URN=5, Places="", Short="perhaps")]  # fmt: skip
    part, findings = read(FAMILY, written(tmp_path / "list.csv", HEAD_2025, *rows))
    assert part.homes["urn"].tolist() == ["1", "4", "5"] and part.homes["places"].fillna(-1).tolist() == [4, -1, -1]
    told = said(findings)
    assert "list.csv:4:URN: left out: stands in the list before ['1']" in told
    assert "list.csv:5:Local authority: left out: is no authority that is known ['Leedz']" in told
    assert "list.csv:6:Sector: left out: is no sector that is known" in told
    assert "list.csv:7:Places: read as: is no whole number of places: none is taken ['2.5']" in told
    assert "list.csv:7:Registration date: read as: is no date: none is taken ['31/02/2020']" in told
    assert "list.csv:8:Short-break-only children's home: read as: is neither yes nor no: taken as no" in told
    assert "homes without a number of places: 1" in told


def test_the_latest_of_two_lists_counts(tmp_path: Path) -> None:
    paths = [written(tmp_path / f"{year}.csv", [TITLE.format(year=year)], HEAD_2018, home(HEAD_2018, URN=year))
             for year in (2023, 2024)]  # fmt: skip
    part, findings = read(FAMILY, paths[1], paths[0])
    assert part.homes["urn"].tolist() == ["2024"]
    assert "2023.csv:None:: note: is as at 31 March 2023, older than 2024.csv: not used" in said(findings)
    again = written(tmp_path / "again.csv", [TITLE.format(year=2024)], HEAD_2018, home(HEAD_2018, URN="1"))
    with pytest.raises(ScenarioError, match=r"^again\.csv is as at 31 March 2024 like 2024\.csv; give one of the two$"):
        read(FAMILY, paths[1], again)
    undated = written(tmp_path / "undated.csv", HEAD_2018, home(HEAD_2018, URN="1"))
    with pytest.raises(ScenarioError, match=r"^undated\.csv doesn't say as at which day it is"):
        read(FAMILY, paths[0], undated)


def test_another_list_is_not_taken_for_one(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="it lacks the columns Sector"):
        rows = ["URN", "Provision type", "Local authority"], ["1", "x", "Leeds"]
        read(FAMILY, written(tmp_path / "list.csv", *rows))


def test_200_000_rows_are_read_in_a_few_seconds(tmp_path: Path) -> None:
    row = home(HEAD_2018, URN="SC{0}")
    line = ",".join(row)
    text = "\n".join([",".join(HEAD_2018), *(line.replace("{0}", str(number)) for number in range(200_000))])
    (tmp_path / "list.csv").write_text(text)
    began = time.perf_counter()
    part, _ = read(FAMILY, tmp_path / "list.csv")
    assert time.perf_counter() - began < 10 and len(part.homes) == 200_000


CELL = st.text(max_size=6) | st.sampled_from([
    "", "REDACTED", "Children's home", "Private", "Leeds", "Cumbria", "London", "4", "-1", "1e9", "inf", "nan",
    "Active", "31/03/2024", "99999", "Yes", "Good", '"', "é", "\x92", "\x00",
])  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(st.lists(CELL, min_size=10, max_size=10), min_size=1, max_size=6), good=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]), kept=st.floats(0.3, 1), above=CELL,
)  # fmt: skip
def test_any_such_file_is_read_or_refused_in_one_line(
    tmp_path: Path, cells: list[list[str]], good: bool, encoding: str, kept: float, above: str
) -> None:
    path = tmp_path / "any.csv"
    rows = [home(HEAD_2018, URN="1")] * good + [",".join(line).split(",") for line in cells]
    data = "\n".join(",".join(line) for line in [[above], HEAD_2018, *rows]).encode(encoding, errors="replace")
    path.write_bytes(data[: int(len(data) * kept)])
    try:
        part, _ = read(FAMILY, path)
    except ScenarioError as error:
        assert str(error).startswith("any.csv") and "\n" not in str(error)
    else:
        codes = {row["ons_code"] for row in authority_rows()}
        assert set(part.homes["authority"]) <= codes and not (part.homes["places"] < 0).any()
        assert set(part.homes["sector"]) <= {"private", "voluntary", "local_authority", "health"}
