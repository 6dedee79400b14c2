"""Files as tables: encodings, delimiters, workbooks; and one line for whatever is none."""

from __future__ import annotations

import tempfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketsim.own_data import importing
from marketsim.own_data.reading.tables import read_sheets
from marketsim.scenario.errors import ScenarioError

ROWS = "authority,year,children_in_homes\nLeeds,2025,40\nYork,2025,20\n"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    "written",
    [ROWS.encode(), ROWS.encode("utf-8-sig"), ROWS.encode("utf-16"), ROWS.replace(",", ";").encode(),
     ROWS.replace(",", "\t").encode(), ROWS.replace("\n", "\r\n").encode(), ("Title £\n\n" + ROWS).encode("cp1252"),
     ROWS.replace("Leeds", '"Leeds"').encode(), (ROWS + ",,\n\n").encode()],
)  # fmt: skip
def test_a_table_is_read_however_it_is_written(written: bytes, tmp_path: Path) -> None:
    path = tmp_path / "forecast.csv"
    path.write_bytes(written)
    forecast = importing.read_files([path]).part.forecast
    assert forecast["children"].tolist() == [40, 20] and forecast["authority"].tolist() == ["E08000035", "E06000014"]
    first = written.decode("utf-16" if written[:1] in (b"\xff", b"\xfe") else "cp1252").count("Title") * 2
    assert forecast["line"].tolist() == [first + 2, first + 3]


WRONG: dict[str, tuple[str, bytes, str]] = {
    "empty": ("a.csv", b"", "a.csv is empty"),
    "binary": ("a.csv", b"\x89PNG\r\n\x1a\n\0\0\0", "is not a table in text (CSV) nor a workbook"),
    "locked": ("a.xlsx", OLD_OFFICE + "EncryptedPackage".encode("utf-16-le"), "is locked with a password; save it"),
    "locked, old": ("a.xls", OLD_OFFICE + "EncryptedPackage".encode("utf-16-le"), "is locked with a password; save it"),
    "no workbook": ("a.xlsx", b"PK\x03\x04 half", "is not a workbook that can be read"),
    "open quote": ("a.csv", (ROWS + '"Bury,2025,1\nX,Y,2\n').encode(), "a.csv:4 a quotation mark"),
    "wide": ("a.csv", (ROWS + "Bury,2025,1,2\n").encode(), "a.csv:4 has 4 cells, its head 3"),
    "half": ("a.csv", ROWS.encode()[:-4], "a.csv:3 ends in the middle of a row, with 2 of 3 cells; is the file whole?"),
    "twice": ("a.csv", (ROWS.replace("s\n", "s,year\n", 1)).encode(), "a.csv:1 has the column 'year' twice"),
    "head only": ("a.csv", ROWS.splitlines()[0].encode(), "has no row below its head"),
    "other": ("a.csv", b"name,colour\nA,red\n", "a.csv is of no known form; known are SSDA903 episodes"),
    "nearly": ("a.csv", b"CHILD,DECOM,RNE,LS,REC\n1,2,3,4,5\n", "is nearly SSDA903 episodes; it lacks the columns P"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_table_is_one_line(what: str, tmp_path: Path) -> None:
    name, written, said = WRONG[what]
    path = tmp_path / name
    path.write_bytes(written)
    with pytest.raises(ScenarioError) as caught:
        importing.read_files([path])
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_the_same_file_twice_and_a_folder_are_one_line(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(ROWS + "".join(f"Leeds,{year},{year}\n" for year in range(2026, 2060)))
    with pytest.raises(ScenarioError, match=r"b\.csv holds the same as a\.csv; name it once"):
        importing.read_files([tmp_path / "a.csv", tmp_path / "b.csv"])
    with pytest.raises(ScenarioError, match=r"is a folder; name the files in it"):
        importing.read_files([tmp_path])


def test_a_cell_far_out_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["authority", "date", "children_in_homes"])
    book.active["AX1048576"] = "x"
    book.save(tmp_path / "far.xlsx")
    with pytest.raises(ScenarioError, match=r"spans 1,048,57[56] rows and (49|50) columns; delete what stands far out"):
        read_sheets(tmp_path / "far.xlsx")


@given(st.binary(max_size=400), st.sampled_from(["a.csv", "a.xlsx", "a.ods", "a"]))
def test_any_bytes_are_read_or_refused(written: bytes, name: str) -> None:
    """Whatever stands in a file: read, or one line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(written)
        try:
            importing.read_files([path])
        except ScenarioError as error:
            assert "\n" not in str(error)
