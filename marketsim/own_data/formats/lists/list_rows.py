"""Which rows of a placement list are used, whose they are, when their stays were, and when the list was made."""

from __future__ import annotations

import re
from typing import TypeAlias

import pandas as pd

from marketsim.england.changes import today
from marketsim.own_data.formats import words
from marketsim.own_data.formats.lists.heads import Columns
from marketsim.own_data.reading.cells import FIRST_DAY, LAST_DAY, amounts, dates, says_nothing
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.recognising import Asked

SETTINGS = {"home": "home", "in-house home": "home", "secure": "secure", "unregistered": "unregistered"}
DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2} [A-Z][a-z]+ \d{4}")
Days: TypeAlias = "pd.Series[pd.Timestamp]"


def in_homes(columns: Columns, findings: Findings) -> tuple[Columns, pd.Series[str], pd.Series[bool]]:
    """The rows of children's homes, secure and unregistered ones too, with their setting, and whether they are the
    council's own. Others are counted and said."""
    if "kind" in columns:
        kinds = _kinds(columns, findings)
    elif "home searches" in columns:
        kinds = _searched(columns, findings)
    else:
        findings.note(columns.table, "no column says the type of placement; all rows are taken for children's homes")
        kinds = pd.Series("home", index=columns.table.cells.index)
    others = kinds[~kinds.isin([*SETTINGS, ""])].value_counts()
    if len(others):
        told = ", ".join(f"{number:,} {kind}" for kind, number in others.sort_index().items())
        what = f"leaves out {words.counted(int(others.sum()))} that are no children's homes: {told}"
        findings.note(columns.table, what, columns.head("kind"))
    used = kinds.isin(list(SETTINGS))
    return columns.only(used), kinds[used].map(SETTINGS), kinds[used] == "in-house home"


def of_authorities(columns: Columns, asked: Asked) -> tuple[Columns, pd.Series[str]]:
    """The rows with the ONS code of the authority that placed the child. Raises ScenarioError as
    `asked.authority_of` does."""
    cells = columns.text("authority")
    if "authority" not in columns:
        return columns, pd.Series(asked.authority_of(columns.table), index=cells.index, dtype="object")
    codes = {word: today(word) for word in cells.unique() if word}
    single = cells.map({word: found[0] for word, found in codes.items() if len(found) == 1})
    head, table = columns.head("authority"), columns.table
    asked.findings.leave_out(table, cells.index[cells == ""], head, "doesn't say which authority placed the child")
    why = "isn't an authority of England that is known (or it became several)"
    asked.findings.leave_out(table, cells.index[single.isna() & (cells != "")], head, why)
    return columns.only(single.notna()), single.dropna()


def stays(columns: Columns, findings: Findings) -> tuple[Columns, Days, Days, Days, Days]:
    """The rows that don't end before they start, with start, end, planned end, and the day of the list."""
    listed = list_dates(columns, findings)
    start, end, until = (_days(columns, name, findings) for name in ("start", "end", "until"))
    if "start" not in columns and "entered" in columns:
        start = _days(columns, "entered", findings)
        what = "is taken for the start of the placement, since no column says that"
        findings.note(columns.table, what, columns.head("entered"))
    backwards = end < start
    findings.leave_out(columns.table, end.index[backwards], columns.head("end"), "is before the placement's start")
    planned = end > listed
    if number := int(planned.sum()):
        what = f"is after the list's own day in {words.counted(number)}: planned, and still running"
        findings.note(columns.table, what, columns.head("end"))
    until = until.fillna(end)
    kept = ~backwards
    return columns.only(kept), start[kept], end.mask(planned)[kept], until[kept], listed[kept]


def hosts(columns: Columns, findings: Findings) -> pd.Series[str]:
    """The authority in which the place lies, empty where the location isn't the name of one (such as the beginning of a
    postcode). What stands there is never said."""
    cells = columns.text("location")
    codes = {word: today(word) for word in cells.unique()}
    host = cells.map({word: found[0] if len(found) == 1 else "" for word, found in codes.items()})
    if number := int(((host == "") & ~says_nothing(cells)).sum()):
        findings.note(columns.table, f"isn't the name of an authority in {words.counted(number)}; left blank",
                      columns.head("location"))  # fmt: skip
    return host


def list_dates(columns: Columns, findings: Findings) -> Days:
    """On which day each row stood in the list: from its column, else the one date that stands above the head."""
    if "list_date" in columns:
        return _days(columns, "list_date", findings)
    above = dates(pd.Series(DATE.findall(" ".join(columns.table.preamble)), dtype="object"))[0].dropna().unique()
    index = columns.table.cells.index
    return pd.Series(list(above) * len(index) if len(above) == 1 else pd.NaT, index=index, dtype="datetime64[ns]")


def _kinds(columns: Columns, findings: Findings) -> pd.Series[str]:
    """The kind of each place, empty for rows that are left out row by row."""
    table, head = columns.table, columns.head("kind")
    kinds, unknown = words.read_words(table, head, words.kind_of, findings, tell=False)
    blank = ~unknown & (kinds == "")
    referral = blank & says_nothing(columns.text("fee")) & says_nothing(columns.text("total"))
    if number := int(referral.sum()):
        what = f"leaves out {words.counted(number)} without type and cost: referrals that led to no placement"
        findings.note(table, what)
    findings.leave_out(table, kinds.index[blank & ~referral], head, "doesn't say what kind of place it is")
    findings.leave_out(table, kinds.index[unknown], head, "isn't a kind of place that is known")
    return kinds


def _searched(columns: Columns, findings: Findings) -> pd.Series[str]:
    """The kind of place by where was searched, for lists that say only that: a home where nothing else was asked."""
    asked = pd.DataFrame({
        name: amounts(columns.text(f"{name} searches"))[0].fillna(0) > 0 for name in ("home", "foster", "supported")
    })
    what = "doesn't say what kind of place was found; rows that searched in children's homes only are taken for homes"
    findings.note(columns.table, what, columns.head("home searches"))
    kinds = pd.Series("search among several kinds", index=asked.index)
    kinds[~asked.any(axis=1)] = "without any search"
    kinds[asked["foster"] & ~asked["home"] & ~asked["supported"]] = "foster"
    kinds[asked["supported"] & ~asked["home"] & ~asked["foster"]] = "supported accommodation"
    kinds[asked["home"] & ~asked["foster"] & ~asked["supported"]] = "home"
    return kinds


def _days(columns: Columns, name: str, findings: Findings) -> Days:
    days, wrong = dates(columns.text(name))
    wrong |= (days < FIRST_DAY) | (days > LAST_DAY)
    findings.read_as(columns.table, days.index[wrong], columns.head(name), "is no date from 1990 to 2060; left blank")
    return days.mask(wrong)
