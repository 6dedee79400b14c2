"""Placement lists, of whatever form, as placements: what each row says that is used of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from marketsim.own_data.formats import words
from marketsim.own_data.formats.lists import list_rows
from marketsim.own_data.formats.lists.fees import weekly_fees
from marketsim.own_data.formats.lists.heads import Columns, columns_of
from marketsim.own_data.formats.lists.repeats import once
from marketsim.own_data.reading.cells import amounts, says_nothing
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.recognising import Asked
from marketsim.own_data.reading.tables import Table
from marketsim.own_data.records import CARE, empty, shaped

OLDEST, FARTHEST_MILES = 25, 600
LEVELS = {care: float(level) for level, care in enumerate(CARE)}


def read_lists(tables: Sequence[Table], asked: Asked) -> pd.DataFrame:
    """The placements in children's homes of all lists, each once. Raises ScenarioError where a list doesn't say whose
    it is and nobody did."""
    rows = [_read(table, asked) for table in tables]
    return once(pd.concat(rows, ignore_index=True), asked.findings) if rows else empty("placements")


def _read(table: Table, asked: Asked) -> pd.DataFrame:
    findings = asked.findings
    columns, setting, in_house = list_rows.in_homes(columns_of(table, findings), findings)
    columns, authority = list_rows.of_authorities(columns, asked)
    columns, start, end, until, listed = list_rows.stays(columns, findings)
    route, columns = _routes(columns, in_house, findings)
    lines = columns.table.cells.index
    start, end, until, listed = start[lines], end[lines], until[lines], listed[lines]
    secure, route = route == "secure", route.mask(route == "secure", "")
    given = {
        "child": columns.text("child").mask(says_nothing(columns.text("child")), ""),
        "urn": _urns(columns),
        "authority": authority[lines],
        "host_authority": list_rows.hosts(columns, findings),
        "setting": setting[lines].mask(secure, "secure"),
        "start": start,
        "end": end,
        "age": _ages(columns, findings),
        "sex": _said(columns, "sex", words.meant(words.SEXES), findings),
        "need": _said(columns, "need", words.meant(words.NEEDS), findings),
        "care": _care(columns, findings),
        "notice": _said(columns, "notice", words.meant(words.NOTICE), findings),
        "route": route,
        "weekly_fee_gbp": weekly_fees(columns, (end.fillna(until) - start).dt.days.astype("float64"), findings),
        "distance_miles": _miles(columns, findings),
        "file": table.name,
        "line": lines,
    }
    if "need" not in columns:
        findings.note(table, "no column says the band of need; one called 'Need' (standard, complex, severe) would")
    rows = shaped("placements", given, lines)
    return rows.assign(list_date=listed.to_numpy(), told_end=("end" in columns))


def _said(columns: Columns, name: str, of: Callable[[str], str | None], findings: Findings) -> pd.Series[str]:
    if name not in columns:
        return columns.text(name)
    return words.read_words(columns.table, columns.head(name), of, findings)[0]


def _routes(columns: Columns, in_house: pd.Series[bool], findings: Findings) -> tuple[pd.Series[str], Columns]:
    """How places were bought; without children on remand, whom nobody buys a place for."""
    route = _said(columns, "route", words.meant(words.ROUTES), findings)
    remand = route == "remand"
    if number := int(remand.sum()):
        findings.note(columns.table, f"leaves out {words.counted(number)} of children on remand", columns.head("route"))
    route = route.mask((route == "") & in_house[route.index], "in_house")
    return route[~remand], columns.only(~remand)


def _care(columns: Columns, findings: Findings) -> pd.Series[str]:
    """The most care that support, company and ratio of staff ask for; empty where none of them says it, or where a
    word that isn't known may ask for more."""
    most = pd.Series(-1.0, index=columns.table.cells.index)
    unsure = pd.Series(False, index=most.index)
    for name in ("support", "alongside", "ratio"):
        if name in columns:
            head = columns.head(name)
            care, unknown = words.read_words(columns.table, head, words.care_of, findings, hide=name == "support")
            most = pd.Series(np.maximum(most, care.map(LEVELS).fillna(-1)), index=most.index)
            unsure |= unknown
    found = most.map({level: care for care, level in LEVELS.items()}).fillna("")
    return found.mask(unsure & (most < 1), "")


def _urns(columns: Columns) -> pd.Series[str]:
    urn = columns.text("urn").str.strip()
    return urn.mask(says_nothing(urn) | urn.str.fullmatch("[Xx]+").fillna(False), "")


def _ages(columns: Columns, findings: Findings) -> pd.Series[float]:
    age, wrong = amounts(columns.text("age"))
    wrong |= (age < 0) | (age > OLDEST)
    findings.read_as(columns.table, age.index[wrong], columns.head("age"), "is no age in years; left blank")
    return age.mask(wrong) // 1


def _miles(columns: Columns, findings: Findings) -> pd.Series[float]:
    text = columns.text("distance").str.replace(r"\s*(miles|mile|mi)\.?$", "", regex=True, case=False)
    miles, wrong = amounts(text)
    wrong |= (miles < 0) | (miles > FARTHEST_MILES)
    findings.read_as(columns.table, miles.index[wrong], columns.head("distance"), "is no distance in miles; left blank")
    return miles.mask(wrong)
