"""Forecasts of others: children in homes or new needs by authority and week or year, or a demand model's wide table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from marketsim.own_data.formats.forecasts import forecast_dates, forecast_rows
from marketsim.own_data.formats.forecasts.forecast_rows import FLOW, STOCK
from marketsim.own_data.formats.words import bare
from marketsim.own_data.reading.recognising import Asked, Family, Format, Recognised
from marketsim.own_data.reading.tables import Table
from marketsim.own_data.records import Part, shaped

SAYS = {
    "authority": ("authority", "local authority", "la", "council", "ons code"),
    "need": ("need", "need band", "level of need"),
    "date": ("date",),
    "week": ("week", "week beginning", "week commencing", "week starting"),
    "year": ("year", "financial year"),
    "period": ("period",),
    "measure": ("measure",),
    STOCK: ("children in homes", "children in childrens homes", "children in residential care"),
    FLOW: ("new needs", "arrivals", "new children", "children needing a home"),
    "children": ("children", "number of children"),
}
NAMED = {word: name for name, several in SAYS.items() for word in several}
WHEN, HOW_MANY = ("date", "week", "year"), (STOCK, FLOW, "children")
MEASURES = {word: name for name in (STOCK, FLOW) for word in SAYS[name]}
DATED = frozenset(("date", "index", "unnamed: 0", "week", "day"))
CATEGORY = re.compile(
    r"(?:.+ - )?(?:fostering|residential|supported|other|not in care|secure home|placed with family|"
    r"supported accomm?odation)(?: \(.+\))?"
)
RESIDENTIAL = re.compile(r"(?:.+ - )?residential(?: \(.+\))?")


def _is_long(words: frozenset[str]) -> bool:
    said = {NAMED.get(bare(word)) for word in words}
    return bool(said & set(WHEN)) and bool(said & set(HOW_MANY)) and None not in said


def _is_wide(words: frozenset[str]) -> bool:
    rest = words - DATED
    return all(CATEGORY.fullmatch(word) for word in rest) and any(RESIDENTIAL.fullmatch(word) for word in rest)


def read(recognised: Sequence[Recognised], asked: Asked) -> Part:
    """The forecasts of all files. Raises ScenarioError for the first cell, row or gap that can't be used: half a
    forecast is none."""
    if not recognised:
        return Part()
    tables = {one.table.name: one.table for one in recognised}
    ways = {LONG.name: _long, WIDE.name: _wide}
    rows = pd.concat([ways[one.format.name](one.table, asked) for one in recognised], ignore_index=True)
    forecast_rows.check(rows, tables)
    return Part(forecast=rows)


def _long(table: Table, asked: Asked) -> pd.DataFrame:
    heads: dict[str, str] = {}
    for head in table.heads:
        if (name := NAMED.get(bare(head))) in heads:
            raise table.error(f"says the same as {heads[str(name)]}; leave one", table.head_line, head)
        if name is not None:
            heads[name] = head
    when = [name for name in WHEN if name in heads]
    if len(when) > 1:
        raise table.error(f"says when, as {heads[when[0]]} does; leave one", table.head_line, heads[when[1]])
    many = [name for name in HOW_MANY if name in heads]
    if "children" in many and len(many) > 1:
        raise table.error(f"stands beside {heads[many[0]]}; leave one", table.head_line, heads["children"])
    return pd.concat([_figures(table, heads, when[0], name, asked) for name in many], ignore_index=True)


def _figures(table: Table, heads: Mapping[str, str], when: str, many: str, asked: Asked) -> pd.DataFrame:
    """The rows of one column of children."""
    measure = _measures(table, heads, many, asked)
    days, period = _when(table, heads, when, bool((measure == STOCK).all()), asked)
    return shaped("forecast", {
        "authority": forecast_rows.authorities(table, heads.get("authority"), asked),
        "need": forecast_rows.needs(table, heads.get("need")), "date": days, "period": period, "measure": measure,
        "children": forecast_rows.children(table, heads[many]), "file": table.name, "line": table.cells.index,
    }, table.cells.index)  # fmt: skip


def _measures(table: Table, heads: Mapping[str, str], many: str, asked: Asked) -> pd.Series[str]:
    if many != "children":
        return pd.Series(many, index=table.cells.index, dtype="object")
    if "measure" not in heads:
        asked.findings.note(table, f"is taken for {STOCK}; call it {FLOW} if it is who newly needs a home",
                            heads["children"])  # fmt: skip
        return pd.Series(STOCK, index=table.cells.index, dtype="object")
    cells = table.cells[heads["measure"]].astype("object")
    found = cells.map({word: MEASURES.get(bare(word)) for word in cells.unique()})
    forecast_rows.first_wrong(table, found.isna(), heads["measure"], f"is no measure; allowed: {STOCK}, {FLOW}")
    return found


def _when(
    table: Table, heads: Mapping[str, str], when: str, stock: bool, asked: Asked
) -> tuple[pd.Series[pd.Timestamp], pd.Series[str]]:
    head = heads[when]
    if when == "year":
        return forecast_dates.years(table, head, stock, asked.findings), _all("year", table)
    days = forecast_dates.days(table, head)
    if when == "week":
        period = _all("week", table)
    elif "period" in heads:
        period = forecast_dates.told_periods(table, heads["period"])
    else:
        period = _all(forecast_dates.period_of(table, head, days), table)
    if (period == "day").any():
        raise table.error("is by day; give one date a week", column=head)
    weekly = period == "week"
    return days.mask(weekly, forecast_dates.mondays(table, head, days[weekly], asked.findings)), period


def _all(period: str, table: Table) -> pd.Series[str]:
    return pd.Series(period, index=table.cells.index, dtype="object")


def _wide(table: Table, asked: Asked) -> pd.DataFrame:
    """Dates down, placement types across: residential columns together; of daily dates the Mondays."""
    when = [head for head in table.heads if not CATEGORY.fullmatch(head.lower())]
    if len(when) != 1:
        raise table.error("needs one column of dates beside those of placement types", table.head_line)
    used = [head for head in table.heads if RESIDENTIAL.fullmatch(head.lower())]
    for whole in used:
        if any(part.lower().startswith(f"{whole.lower()} (") for part in used):
            raise table.error("stands beside its own parts; leave one", table.head_line, whole)
    days = forecast_dates.days(table, when[0])
    children = sum((forecast_rows.children(table, head) for head in used), start=pd.Series(0.0, index=days.index))
    period = forecast_dates.period_of(table, when[0], days)
    what = f"children in homes are {', '.join(used)} together, with all that the model counts there"
    asked.findings.note(table, what)
    if period == "day":
        asked.findings.note(table, "of the days, Mondays are used", when[0])
        days = days[days.dt.day_of_week == 0]
        if days.empty:
            raise table.error("has no Monday; give at least a week of days", column=when[0])
    elif period == "week":
        days = forecast_dates.mondays(table, when[0], days, asked.findings)
    return shaped("forecast", {
        "authority": asked.authority_of(table), "date": days, "period": period.replace("day", "week"),
        "measure": STOCK, "children": children[days.index], "file": table.name, "line": days.index,
    }, days.index)  # fmt: skip


LONG = Format(
    "forecast", "a forecast by authority, need and week or year", ("authority", "need", "date", "children"), _is_long,
    personal=False,
)  # fmt: skip
WIDE = Format(
    "forecast_wide", "a forecast with dates down and placement types across", ("date", "Residential", "Fostering"),
    _is_wide, personal=False,
)  # fmt: skip
FAMILY = Family((LONG, WIDE), read)
