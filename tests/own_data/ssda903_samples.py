"""Small made-up SSDA903 files for tests, and how they are read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from marketsim.own_data.formats.returns.ssda903 import FAMILY
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.recognising import Asked, recognise
from marketsim.own_data.reading.tables import Table

BARNET, BRENT = "E09000003", "E09000005"
EPISODES = [
    "CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DECEC", "REC", "REASON_PLACE_CHANGE", "HOME_POST",
    "PL_POST", "URN", "PL_LA", "PL_LOCATION", "PL_DISTANCE",
]  # fmt: skip
HEADER = ["CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"]
USUAL = {
    "RNE": "P", "LS": "C2", "CIN": "N1", "PLACE": "K2", "PLACE_PROVIDER": "PR4", "HOME_POST": "QQ1 1QQ", "PL_LA": BRENT,
    "PL_LOCATION": "OUT", "PL_DISTANCE": "12.5",
}  # fmt: skip


def episode(child: str, start: str, end: str = "", rec: str = "", **other: str) -> dict[str, str]:
    """An episode in a private children's home, in Brent unless it is said otherwise."""
    return {"CHILD": child, "DECOM": start, "DECEC": end, "REC": rec, **USUAL, **other}


def write(path: Path, rows: list[dict[str, str]], heads: list[str] = EPISODES) -> Path:
    lines = [",".join(heads), *(",".join(row.get(head, "") for head in heads) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_header(path: Path, *children: tuple[str, str, str]) -> Path:
    """A header of children: number, sex, date of birth."""
    usual = {"ETHNIC": "WBRI", "UPN": "UPN1"}
    return write(path, [{"CHILD": child, "SEX": sex, "DOB": dob, **usual} for child, sex, dob in children], HEADER)


def read(*paths: Path, authority_of: Callable[[Table], str] = lambda _: BARNET) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Placements from files, and what was found in them."""
    findings = Findings()
    tables = [table for path in paths for table in recognise(path, [FAMILY], findings)]
    return FAMILY.read(tables, Asked(findings, authority_of)).placements, findings.frame()


def said(found: pd.DataFrame, words: str) -> list[tuple[object, str, str]]:
    """Line, column and kind of what was said in these words."""
    rows = found[found["what"].str.contains(words, regex=False)]
    lines = [None if pd.isna(line) else int(line) for line in rows["line"]]
    return list(zip(lines, rows["column"], rows["kind"], strict=True))
