"""The workbook of a comparison, read back: the numbers of the tables, laid out as the Analysis Function asks."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from openpyxl.workbook import Workbook

from marketsim.experiments.comparison import Comparison
from marketsim.reports import council_workbook

OFFICE = shutil.which("soffice") or shutil.which("libreoffice") or ""
Typed = Callable[..., subprocess.CompletedProcess[str]]
SHEETS = [
    "cover", "notes", "headline", "comparison", "members", "money by cause", "neighbours", "spend by year", "regions",
    "over time", "contracts", "users of contracts", "scenario", "what differs", "assumptions", "how sure", "runs",
    "versions",
]  # fmt: skip


@pytest.fixture(scope="module")
def book(joint: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    path = tmp_path_factory.mktemp("read") / "book.xlsx"
    council_workbook.write(joint, "pair", None, path)
    return openpyxl.load_workbook(path)


def rows_of(book: Workbook, name: str) -> list[dict[str, object]]:
    heads, *rows = list(book[name].iter_rows(min_row=4, values_only=True))
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


def test_every_sheet_is_one_table_with_title_and_words(book: Workbook) -> None:
    assert book.sheetnames == SHEETS
    for sheet in book.worksheets:
        assert len(sheet.tables) == 1 and not sheet.merged_cells.ranges
        assert sheet.freeze_panes is None and sheet.auto_filter.ref is None
        [table] = sheet.tables.values()
        assert table.autoFilter is None and table.ref.startswith("A4")
        assert sheet["A1"].value and sheet["A2"].value and sheet.sheet_view.selection[0].activeCell == "A1"
        assert all(cell.value for cell in sheet[4])
    assert book.properties.creator == "marketsim" and str(book.properties.created).startswith("2024-03-31")


def test_text_is_never_a_formula(book: Workbook, joint: Comparison) -> None:
    assert book["cover"]["A1"].value == joint.scenarios["joint"].question
    kinds = {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def test_numbers_are_those_of_the_results(book: Workbook, joint: Comparison) -> None:
    members = joint.members("pair")
    shown = {(row["area"], row["outcome"]): row for row in rows_of(book, "members")}
    for one in members[members["area"] == "Authority 2"].itertuples():
        row = shown["Authority 2", joint.column(str(one.outcome)).label]
        for column, value in (("difference", one.difference), ("low", one.ci_low), ("high", one.ci_high)):
            assert row[column] == (pytest.approx(value) if value == value else None)
    money = joint.money("pair")
    causes = [row["difference, GBP/year"] for row in rows_of(book, "money by cause")]
    assert causes == pytest.approx(money["difference"].tolist())
    assert len(rows_of(book, "runs")) == 8


def test_money_adds_up_in_the_book(book: Workbook) -> None:
    rows = [row for row in rows_of(book, "money by cause") if row["area"] == "pair"]
    parts = [float(str(row["difference, GBP/year"])) for row in rows if row["cause"] != "all causes"]
    [whole] = [float(str(row["difference, GBP/year"])) for row in rows if row["cause"] == "all causes"]
    assert sum(parts) == pytest.approx(whole, abs=0.05)


def test_contracts_and_years_in_the_book_are_those_of_the_results(book: Workbook, joint: Comparison) -> None:
    shown, told = rows_of(book, "contracts"), joint.contracts("pair")
    for column in ("scenario", "arrangement", "measure"):
        assert [row[column] for row in shown] == told[column].tolist()
    for column in ("mean", "lowest", "highest"):
        values = [np.nan if row[column] is None else row[column] for row in shown]
        assert values == pytest.approx(told[column].tolist(), rel=1e-14, nan_ok=True)
    assert set(told["arrangement"]) == {"block", "pair: soft_block"}
    years = joint.money_by_year("pair")
    assert [row["difference, GBP"] for row in rows_of(book, "spend by year")] == pytest.approx(years["difference"])
    users = {row["authority"]: row["children"] for row in rows_of(book, "users of contracts")
             if row["arrangement"] == "pair: soft_block"}  # fmt: skip
    assert set(users) <= {"Authority 1", "Authority 2"} and sum(map(float, map(str, users.values()))) > 0


@pytest.mark.skipif(not OFFICE, reason="LibreOffice is not installed")
def test_the_workbook_opens_in_libreoffice(joint: Comparison, tmp_path: Path) -> None:
    """Each sheet becomes a CSV file with the rows that the workbook has."""
    council_workbook.write(joint, "pair", None, tmp_path / "book.xlsx")
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    words = ["--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", every_sheet]
    subprocess.run([OFFICE, *words, "book.xlsx"], cwd=tmp_path, check=True, capture_output=True, timeout=120)
    files = {path.stem.removeprefix("book-"): path for path in tmp_path.glob("book-*.csv")}
    assert set(files) == set(SHEETS)
    lines = files["money by cause"].read_text(encoding="utf-8").splitlines()
    assert lines[3].startswith("area,cause,") and len(lines) == 4 + len(joint.money("pair"))


def test_the_same_results_give_the_same_bytes(joint: Comparison, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        council_workbook.write(joint, None, None, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_mistakes_write_nothing(joint: Comparison, typed: Typed, tmp_path: Path) -> None:
    folder = str(joint.folder)
    for words, said in (
        (["--out", "a.csv"], "must end in .xlsx"),
        (["--for", "Narnia", "--out", "b.xlsx"], "unknown authority 'Narnia'"),
        (["--out", "nowhere/b.xlsx"], "there is no folder nowhere"),
    ):  # fmt: skip
        done = typed("workbook", folder, *words)
        assert done.returncode == 2 and said in done.stderr and done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
