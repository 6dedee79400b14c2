"""Figures that a user holds: the simple form as it always was, DfE's files, and those of an imported folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from marketsim.scenario.errors import ScenarioError
from marketsim.trust.validation import against
from marketsim.trust.validation.held import read_held

HEAD = (
    "time_period,geographic_level,country_name,region_name,old_la_code,new_la_code,la_name,placement,location,number,"
    "percentage"
)
HOMES, OUTSIDE = "Secure homes and children's homes", "Placed outside the local authority boundary"
FOLDER = "measure,area,year,value,unit,given_as,note,file,line\n"


def row(year: int, code: str, name: str, percent: object, number: object = "c", where: str = OUTSIDE) -> str:
    return f"{year},Local authority,England,,,{code},{name},{HOMES},{where},{number},{percent}"


def held(path: Path) -> tuple[pd.DataFrame, str]:
    told: list[str] = []
    return read_held(path, told.append), "\n".join(told)


def dfe(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "dfe.csv"
    path.write_text("\n".join(["Placements", "", HEAD, *rows]))
    return path


def test_the_simple_form_is_read_as_ever(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("measure,area,value,year\nout_of_area_share,London,0.8,2024\n")
    found, told = held(path)
    assert found.equals(against.read_figures(path)) and told == ""
    path.write_text("measure,area,value\nout_of_area_share,London,54\n")
    with pytest.raises(ScenarioError, match=r"^mine\.csv:2 value: .*54% is written 0\.54$"):
        held(path)


def test_a_file_of_the_department_gives_shares_of_its_latest_year(tmp_path: Path) -> None:
    """70% of 2023 isn't compared with what is of 2024; 60% is 0.6 and said to have been percent."""
    found, told = held(dfe(
        tmp_path, row(2024, "E08000035", "Leeds", 60), row(2023, "E08000035", "Leeds", 70),
        row(2024, "E06000014", "York", "c"), row(2024, "E08000035", "Leeds", 100, 50, "Total"),
    ))  # fmt: skip
    assert found.to_numpy().tolist() == [["out_of_area_share", "E08000035", 0.6]]
    assert list(found.columns) == list(against.COLUMNS)
    assert "out_of_area_share: 1 figures of 2024, given as percent" in told
    assert "read as percent, 0 to 100: the largest in the column is 100" in told
    assert "dfe.csv not predicted and not compared: children_in_homes" in told
    assert "cells that are c (kept back to protect people)" in told


def test_old_authorities_are_carried_over(tmp_path: Path) -> None:
    """Cumbria's 40% is that of both that followed it."""
    rows = row(2022, "E10000006", "Cumbria", 40), row(2022, "E10000023", "North Yorkshire", 30)
    found, told = held(dfe(tmp_path, *rows))
    assert dict(zip(found["area"], found["value"], strict=True)) == {
        "E06000063": 0.4, "E06000064": 0.4, "E06000065": 0.3
    }  # fmt: skip
    assert "Cumbria 2022 is taken for each of 'Cumberland' and 'Westmorland and Furness'" in told


def test_shares_of_all_children_looked_after_are_not_compared(tmp_path: Path) -> None:
    text = row(2024, "E08000035", "Leeds", 44).replace(HOMES, "Locality of placement")
    said = "has nothing that is predicted; it has looked_after_out_of_area_share; shares of all"
    with pytest.raises(ScenarioError, match=said):
        held(dfe(tmp_path, text))


def test_figures_of_an_imported_folder(tmp_path: Path) -> None:
    rows = [
        "out_of_area_share,E08000035,2024,0.6,share,percent,,a.csv,2", "children_in_homes,London,2024,9,children,,,,",
        "out_of_area_share,England,2024,0.7,share,share,,a.csv,2", "out_of_area_share,London,2023,0.8,share,share,,,",
    ]  # fmt: skip
    (tmp_path / "figures.csv").write_text(FOLDER + "\n".join(rows))
    for path in (tmp_path, tmp_path / "figures.csv"):
        found, told = held(path)
        assert found["measure"].unique().tolist() == ["out_of_area_share"]
        assert found[["area", "value"]].to_numpy().tolist() == [["E08000035", 0.6], ["England", 0.7]]
        assert told.splitlines() == [
            "figures.csv not predicted and not compared: children_in_homes",
            "figures.csv out_of_area_share: 2 figures of 2024, given as percent and share",
        ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [("out_of_area_share,Leedz,2024,0.6,share,share,,,\n", "figures.csv:2 unknown area 'Leedz'"),
     ("out_of_area_share,London,2024,60,share,percent,,,\n", "figures.csv:2 value: expected a share from 0 to 1"),
     ("out_of_area_share,London,x,0.6,share,share,,,\n", "figures.csv:2 year: expected a number"),
     ("out_of_area_share,London,2024,0.6,share,share,,,\n" * 2, "figures.csv:3 out_of_area_share of London in 2024 "),
     ("children_in_homes,London,2024,6,children,number,,,\n", "figures.csv has nothing that is predicted")],
)  # fmt: skip
def test_a_mistake_in_a_folder_is_one_line(tmp_path: Path, rows: str, said: str) -> None:
    (tmp_path / "figures.csv").write_text(FOLDER + rows)
    with pytest.raises(ScenarioError) as caught:
        held(tmp_path)
    assert str(caught.value).startswith(said) and "\n" not in str(caught.value)


def test_a_folder_without_figures_and_a_workbook_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"figures\.csv"):
        held(tmp_path)
    (tmp_path / "locked.xlsx").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(100))
    with pytest.raises(ScenarioError, match="locked with a password"):
        held(tmp_path / "locked.xlsx")


def test_what_a_file_says_cannot_steer_a_terminal(tmp_path: Path) -> None:
    extra = row(2024, "E06000014", "York", 5, where="\x1b[31mred")
    _, told = held(dfe(tmp_path, row(2024, "E08000035", "Leeds", 60), extra))
    assert "\x1b" not in told and "x1b[31mred" in told
