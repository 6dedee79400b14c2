"""The workbook for a council's own homes and contracts: filled in as a person would, and read back."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from list_samples import BURY, KENT, MANCHESTER, read, told, write_csv

from marketsim.own_data.formats.template.template import FAMILY
from marketsim.own_data.formats.template.template_out import CONTRACTS, HOMES, write_template
from marketsim.scenario.errors import ScenarioError

HOME_HEADS, CONTRACT_HEADS = [column.head for column in HOMES], [column.head for column in CONTRACTS]
OAK = ["Oak House", "SC123456", "Kent", "The council", "local_authority", 4, "no", "standard; complex", 5_500.5,
       datetime.date(2020, 4, 1)]  # fmt: skip
ELM = ["Elm", None, "E08000003", "Care Ltd", "private", 3, "yes", None, None, None]
BLOCK = ["Beds of 2025", "block", "Bury; E08000003", "SC123456", 6, 5_200, datetime.date(2025, 4, 1),
         datetime.date(2028, 3, 31)]  # fmt: skip
LIST = ["List", "framework", "Kent", None, None, None, datetime.date(2024, 4, 1), None]


def filled(path: Path, homes: list[list[object]], contracts: list[list[object]]) -> Path:
    write_template(path)
    book = openpyxl.load_workbook(path)
    for name, rows in (("homes", homes), ("contracts", contracts)):
        for line, row in enumerate(rows, start=3):
            for column, cell in enumerate(row, start=1):
                book[name].cell(line, column, cell)
    book.save(path)
    return path


def test_what_is_filled_in_comes_out(tmp_path: Path) -> None:
    part, findings = read(FAMILY, filled(tmp_path / "own.xlsx", [OAK, ELM], [BLOCK, LIST]))
    homes = part.homes.drop(columns=["closed", "rating", "as_at", "takes", "complete"]).astype({"opened": "str"})
    assert homes.to_numpy().tolist()[0] == [
        "SC123456", "The council", KENT, "local_authority", 4, False, "2020-04-01", 5_500.5, "own.xlsx (homes)", 3,
    ]  # fmt: skip
    assert homes.loc[1, ["urn", "authority", "sector", "places", "short_break"]].tolist() == [
        "", MANCHESTER, "private", 3, True,
    ]  # fmt: skip
    contracts = part.contracts.astype({"start": "str", "end": "str"})
    assert contracts.to_numpy().tolist()[0] == [
        "Beds of 2025", "block", f"{BURY};{MANCHESTER}", 6, 5_200, "2025-04-01", "2028-03-31", "own.xlsx (contracts)",
        3,
    ]  # fmt: skip
    assert part.contracts.loc[1, "rule"] == "framework" and pd.isna(part.contracts.loc[1, "places"])
    assert {what for _, _, what, _ in told(findings)} == {
        "passes over 1 row marked as an example", "isn't used by the market yet",
    }  # fmt: skip


def test_the_template_itself_holds_nothing_and_says_so(tmp_path: Path) -> None:
    write_template(tmp_path / "own.xlsx")
    part, findings = read(FAMILY, tmp_path / "own.xlsx")
    assert part.homes.empty and part.contracts.empty
    assert [what for _, _, what, _ in told(findings)].count("holds nothing but the example") == 2
    with pytest.raises(FileExistsError):
        write_template(tmp_path / "own.xlsx")


def test_the_template_checks_while_it_is_filled_in(tmp_path: Path) -> None:
    write_template(tmp_path / "own.xlsx")
    book = openpyxl.load_workbook(tmp_path / "own.xlsx")
    assert book.sheetnames == ["homes", "contracts"]
    lists = {rule.formula1 for sheet in book for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    assert lists == {'"private,voluntary,local_authority,health"', '"yes,no"', '"block,soft_block,framework"'}
    for sheet in book:
        assert all(cell.comment and len(cell.comment.text) > 5 for cell in sheet[1])
        assert str(sheet["A2"].value).startswith("example")
        assert not any(isinstance(cell.value, str) and cell.value.startswith("=") for row in sheet for cell in row)
    assert book["homes"]["J2"].number_format == "dd/mm/yyyy"


def test_the_same_template_has_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_template(tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_sheets_saved_as_csv_are_read_too(tmp_path: Path) -> None:
    homes = write_csv(tmp_path / "homes.csv", [[head.upper() for head in HOME_HEADS],
                                               ["EXAMPLE: x"], [*OAK[:9], "01/04/2020"]], "utf-8-sig")  # fmt: skip
    contracts = write_csv(tmp_path / "contracts.csv", [CONTRACT_HEADS, ["C", "Soft block", "Kent", "", "2", "£4,900"]])
    part, _ = read(FAMILY, homes, contracts)
    assert part.homes[["authority", "places", "line"]].to_numpy().tolist() == [[KENT, 4, 3]]
    assert part.contracts[["rule", "weekly_fee_gbp"]].to_numpy().tolist() == [["soft_block", 4_900]]


@pytest.mark.parametrize(("column", "cell"), [
    ("Host authority", "Atlantis"), ("Host authority", None), ("Places", None), ("Places", 0), ("Places", 2.5),
    ("URN", "SC123456"),
])  # fmt: skip
def test_a_home_that_cannot_be_used_is_left_out_and_said(tmp_path: Path, column: str, cell: object) -> None:
    wrong = [*ELM]
    wrong[HOME_HEADS.index(column)] = cell
    part, findings = read(FAMILY, filled(tmp_path / "own.xlsx", [OAK, wrong], []))
    assert part.homes["line"].tolist() == [3]
    assert [(line, head) for line, head, _, _ in told(findings, "left out")] == [(4, column)]


@pytest.mark.parametrize(("column", "cell"), [
    ("Contract", None), ("Rule", "handshake"), ("Authorities", "Kent; Atlantis"), ("Places", None), ("Places", "six"),
    ("To", datetime.date(2025, 3, 31)),
])  # fmt: skip
def test_a_contract_that_cannot_be_used_is_left_out_and_said(tmp_path: Path, column: str, cell: object) -> None:
    wrong = [*BLOCK]
    wrong[CONTRACT_HEADS.index(column)] = cell
    part, findings = read(FAMILY, filled(tmp_path / "own.xlsx", [], [LIST, wrong]))
    assert part.contracts["line"].tolist() == [3]
    assert [(line, head) for line, head, _, _ in told(findings, "left out")] == [(4, column)]


def test_cells_that_are_passed_over_are_said(tmp_path: Path) -> None:
    wrong = [*OAK[:4], "mine", 4, "perhaps", "standard", 300_000, "soon"]
    part, findings = read(FAMILY, filled(tmp_path / "own.xlsx", [wrong], []))
    assert part.homes[["sector", "short_break"]].to_numpy().tolist() == [["", False]]
    assert part.homes[["weekly_fee_gbp", "opened"]].isna().all(axis=None)
    assert len(told(findings, "read as")) == 4 and {line for line, *_ in told(findings, "read as")} == {3}


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "homes.csv", [[*HOME_HEADS, "urn"], ["Oak", "", "Kent", "", "", "3"]])
    with pytest.raises(ScenarioError, match=r"homes\.csv:1 has the column URN twice"):
        read(FAMILY, path)


ANY = st.one_of(st.sampled_from(["", "Kent", "4", "example", "block", "1e400", "yes", "01/04/2025"]),
                st.text(max_size=8))  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.lists(ANY, min_size=8, max_size=8), min_size=1, max_size=5), cut=st.integers(0, 80),
       heads=st.sampled_from([HOME_HEADS[:8], CONTRACT_HEADS]))  # fmt: skip
def test_any_file_of_this_form_is_read_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], cut: int, heads: list[str]
) -> None:
    path = tmp_path_factory.mktemp("any") / "own.csv"
    write_csv(path, [heads, *rows])
    content = path.read_bytes()
    path.write_bytes(content[: len(content) - cut])
    try:
        part, _ = read(FAMILY, path)
    except ScenarioError as error:
        assert "own.csv" in str(error) and "\n" not in str(error)
    else:
        assert (part.homes["places"] >= 1).all() and part.contracts["contract"].ne("").all()
