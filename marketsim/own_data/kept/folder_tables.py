"""The tables of a folder, read back: what each column may hold, and one line for whatever somebody has made of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from marketsim.england.figures import authority_rows
from marketsim.own_data import records
from marketsim.own_data.forecast_rule import broken
from marketsim.own_data.kept.reducing import KEPT
from marketsim.own_data.reading import cells
from marketsim.own_data.reading.tables import Table, read_sheets
from marketsim.own_data.records import DATE, FLAG, NUMBER
from marketsim.scenario.errors import ScenarioError, listed, sentence
from marketsim.scenario.own_folder import TABLES

YES, NO = "yes", "no"
WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("placements", "setting"): records.SETTINGS, ("placements", "end_reason"): records.END_REASONS,
    ("placements", "sex"): records.SEXES, ("placements", "need"): records.NEEDS, ("placements", "care"): records.CARE,
    ("placements", "notice"): records.NOTICE, ("placements", "route"): records.ROUTES,
    ("placements", "sector"): records.SECTORS, ("homes", "sector"): records.SECTORS,
    ("homes", "rating"): ("outstanding", "good", "requires_improvement", "inadequate", "adequate", "satisfactory"),
    ("forecast", "need"): records.NEEDS, ("forecast", "period"): ("week", "year"),
    ("forecast", "measure"): ("children_in_homes", "new_needs"),
    ("contracts", "rule"): ("block", "soft_block", "framework"),
}  # fmt: skip
NEEDED = {
    "placements": ("authority", "setting"), "homes": ("home", "authority"),
    "figures": ("measure", "area", "year", "value"),
    "forecast": ("authority", "date", "period", "measure", "children"), "contracts": ("rule", "authorities"),
}  # fmt: skip
MOST = {
    "age": 25, "weekly_fee_gbp": 100_000, "distance_miles": 1_000, "places": 10_000, "children": 100_000, "year": 2100,
    "value": 1_000_000,
}  # fmt: skip
WHOLE = ("age", "places", "year")
SEVERAL = ("authorities", "takes")  # with ; between
KNOWN_PLACES = ("authority", "host_authority", "authorities")  # ONS codes


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of the folder, all of TABLES, in the types of KEPT; without rows where there is no file.

    Raises ScenarioError with file, line and column for what somebody has changed to what it can't be.
    """
    tables = {name: _read(folder / f"{name}.csv", name) for name in TABLES}
    known = set(tables["homes"]["home"])
    for name in tables["placements"]["home"].unique():
        if name and name not in known:
            raise ScenarioError(f"home: {name!r} doesn't stand in homes.csv", "placements.csv")
    return tables


def _read(path: Path, shape: str) -> pd.DataFrame:
    kinds = KEPT[shape]
    if not path.exists() and not path.is_symlink():
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    table = read_sheets(path)[0].below(0)
    if missing := [name for name in kinds if name not in table.heads]:
        raise table.error(sentence(f"lacks the columns {listed(missing)}", "import the files again"), 1)
    columns = {name: _typed(table, shape, name, kind) for name, kind in kinds.items()}
    for name in NEEDED[shape]:
        blank = columns[name].isna() | (columns[name] == "")
        _refuse(table, blank, name, "something: the cell is empty")
    _check_together(table, shape, columns)
    return pd.DataFrame(columns).reset_index(drop=True)


def _check_together(table: Table, shape: str, columns: dict[str, pd.Series[Any]]) -> None:
    """What must hold of several cells of a row, or of several rows."""
    if shape == "placements":
        _refuse(table, columns["end"] < columns["start"], "end", "a week not before the start")
        whole = columns["whole"] & (columns["start"].isna() | columns["seen_from"].isna() | columns["seen_to"].isna())
        _refuse(table, whole, "whole", f"{NO} where start, seen_from or seen_to is empty")
    if shape == "homes":
        _refuse(table, columns["home"].duplicated(), "home", "each home once")
    if shape == "forecast":
        found = broken(pd.DataFrame(columns))
        if found is not None:
            raise table.error(found[1], int(str(found[0].idxmax())), "need")


def _typed(table: Table, shape: str, name: str, kind: str) -> pd.Series[Any]:
    text = table.cells[name].astype("object").fillna("")
    if kind == DATE:
        value, bad = cells.dates(text)
        _refuse(table, bad, name, f"a date such as 2025-03-31, from {cells.FIRST_DAY.year} to {cells.LAST_DAY.year}")
        return value
    if kind == NUMBER:
        return _number(table, name, text)
    if kind == FLAG:
        _refuse(table, ~text.isin([YES, NO]), name, f"{YES} or {NO}")
        return text == YES
    if name in KNOWN_PLACES or (shape, name) in WORDS or name == "takes":
        _check_words(table, shape, name, text)
    return text


def _number(table: Table, name: str, text: pd.Series[Any]) -> pd.Series[float]:
    number, bad = cells.amounts(text)
    most = MOST[name]
    what = "a whole number" if name in WHOLE else "a number"
    if name in WHOLE:
        bad |= number % 1 > 0
    _refuse(table, bad | (number < 0) | (number > most), name, f"{what} from 0 to {most:,}")
    return number


def _check_words(table: Table, shape: str, name: str, text: pd.Series[Any]) -> None:
    if name in KNOWN_PLACES:
        allowed = {"", *(row["ons_code"] for row in authority_rows())}
        allowed |= {records.ELSEWHERE} if name == "host_authority" else set()
        expected = "the ONS code of an authority of today"
    else:
        words = records.NEEDS if name == "takes" else WORDS[shape, name]
        allowed, expected = {"", *words}, ", ".join(words)
    several = text.str.split(";") if name in SEVERAL else text.map(lambda word: [word])
    _refuse(table, ~several.map(allowed.issuperset).astype(bool), name, expected)


def _refuse(table: Table, bad: pd.Series[bool], name: str, expected: str) -> None:
    bad = bad.fillna(False).astype(bool)
    if bad.any():
        raise table.error(f"expected {expected}", int(str(bad.idxmax())), name)
