"""Forecasts as tables of authority, need, date and children: what their columns say, and what must hold of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from marketsim.england.changes import today
from marketsim.own_data.formats import words
from marketsim.own_data.reading.cells import amounts
from marketsim.own_data.reading.recognising import Asked
from marketsim.own_data.reading.tables import Table
from marketsim.scenario.errors import ScenarioError, shown

STOCK, FLOW = "children_in_homes", "new_needs"
KEY = ["authority", "measure", "need", "date"]
NEEDS = {**words.NEEDS, **dict.fromkeys(("all", "total", "all needs", *words.NOT_APPLICABLE), "")}
STEP = {"week": pd.DateOffset(weeks=1), "year": pd.DateOffset(years=1)}


def first_wrong(table: Table, wrong: pd.Series[bool], head: str, why: str) -> None:
    """Raise ScenarioError for the first row in which a cell is wrong, if there is one."""
    if wrong.any():
        line = int(wrong[wrong].index[0])
        raise table.error(f"{shown(str(table.cells.at[line, head]))} {why}", line, head)


def authorities(table: Table, head: str | None, asked: Asked) -> pd.Series[str]:
    """ONS codes by row. Raises ScenarioError for an authority that isn't known, and as `asked.authority_of` does."""
    if head is None:
        return pd.Series(asked.authority_of(table), index=table.cells.index, dtype="object")
    cells = table.cells[head].astype("object")
    codes = {word: today(word) for word in cells.unique()}
    first_wrong(table, cells.map({word: len(found) != 1 for word, found in codes.items()}), head,
                "isn't an authority of England; give its name or ONS code")  # fmt: skip
    return cells.map({word: found[0] for word, found in codes.items()})


def needs(table: Table, head: str | None) -> pd.Series[str]:
    """Bands of need by row, empty for all together. Raises ScenarioError for another word."""
    if head is None:
        return pd.Series("", index=table.cells.index, dtype="object")
    cells = table.cells[head].astype("object")
    found = cells.map({word: NEEDS.get(words.bare(word)) if word else "" for word in cells.unique()})
    first_wrong(table, found.isna(), head, "is no band of need; allowed: standard, complex, severe, or empty for all")
    return found


def children(table: Table, head: str) -> pd.Series[float]:
    """Children by row. Raises ScenarioError for a cell that is blank, no number, or below 0."""
    cells = table.cells[head]
    number, _ = amounts(cells)
    wrong = number.isna() | (number < 0) | cells.str.contains("[£a-df-z]", regex=True).fillna(False).astype(bool)
    first_wrong(table, wrong, head, "is no number of children of 0 or more")
    return number


def check(rows: pd.DataFrame, tables: Mapping[str, Table]) -> None:
    """Raises ScenarioError where weeks and years are mixed, a figure stands twice, some figures tell needs apart and
    others don't, or a period is missing between the first and the last of an authority."""
    _one_period(rows, tables)
    twice = rows.duplicated(KEY)
    if twice.any():
        row = rows[twice].iloc[0]
        raise _at(tables, row, f"has a second figure for {_what(row)} on {row['date']:%Y-%m-%d}; leave one")
    together = rows.groupby(["authority", "measure"])["need"].agg(lambda need: "" in set(need) and len(set(need)) > 1)
    if together.any():
        authority, measure = together[together].index[0]
        of = (rows["authority"] == authority) & (rows["measure"] == measure) & (rows["need"] == "")
        row = rows[of].iloc[0]
        raise _at(tables, row, f"is of all needs together, while other rows of {authority} tell needs apart; leave one")
    for (authority, measure), part in rows.groupby(["authority", "measure"], sort=False):
        _no_gap(part, tables, str(authority), str(measure))


def _one_period(rows: pd.DataFrame, tables: Mapping[str, Table]) -> None:
    other = rows["period"] != rows["period"].iloc[0]
    if other.any():
        row = rows[other].iloc[0]
        raise _at(tables, row, f"is a {row['period']}, others are {rows['period'].iloc[0]}s; give one kind of period")


def _no_gap(part: pd.DataFrame, tables: Mapping[str, Table], authority: str, measure: str) -> None:
    step = STEP[part["period"].iloc[0]]
    wanted = pd.date_range(part["date"].min(), part["date"].max(), freq=step)
    for need, rows in part.groupby("need", sort=True):
        missing = wanted.difference(pd.DatetimeIndex(rows["date"]))
        if len(missing):
            more = f" and {len(missing) - 1:,} more" if len(missing) > 1 else ""
            what = f"{measure} of {authority}" + (f", need {need!s}" if need else "")
            period = part["period"].iloc[0]
            raise tables[part["file"].iloc[0]].error(f"{what}: the {period} of {missing[0]:%Y-%m-%d}{more} is missing")
        if len(rows) > len(wanted):
            odd = rows[~rows["date"].isin(wanted)].iloc[0]
            raise _at(tables, odd, f"is no whole number of {odd['period']}s after {wanted[0]:%Y-%m-%d}")


def _at(tables: Mapping[str, Table], row: pd.Series[Any], message: str) -> ScenarioError:
    return tables[str(row["file"])].error(message, int(row["line"]))


def _what(row: pd.Series[Any]) -> str:
    return f"{row['measure']} of {row['authority']}" + (f", need {row['need']}," if row["need"] else "")
