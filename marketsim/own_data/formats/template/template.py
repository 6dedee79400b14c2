"""Homes and contracts of a council's own: the filled-in template, as a workbook or its sheets saved as CSV."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd

from marketsim.england.changes import today
from marketsim.own_data.formats import words
from marketsim.own_data.formats.believing import believable
from marketsim.own_data.formats.template import template_out
from marketsim.own_data.reading.cells import FIRST_DAY, LAST_DAY, amounts, dates, says_nothing
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.recognising import Asked, Family, Format, Recognised
from marketsim.own_data.reading.tables import Table
from marketsim.own_data.records import HELD, NEEDS, Part, empty, shaped

RULES = {words.bare(rule): rule for rule in template_out.RULES}
MOST_PLACES = 1_000  # in a row


def read(recognised: Sequence[Recognised], asked: Asked) -> Part:
    """The homes and contracts; rows that can't be used are left out and said."""
    findings = asked.findings
    homes = [_homes(one.table, findings) for one in recognised if one.format is HOMES]
    contracts = [_contracts(one.table, findings) for one in recognised if one.format is CONTRACTS]
    return Part(homes=_together(homes, "homes"), contracts=_together(contracts, "contracts"))


def _homes(table: Table, findings: Findings) -> pd.DataFrame:
    table = _filled(table, template_out.HOMES, findings)
    cells = table.cells
    codes, found = _authorities(cells["Host authority"])
    places, wrong = _places(cells["Places"])
    urn = cells["URN"].mask(says_nothing(cells["URN"]), "")
    twice = (urn != "") & urn.duplicated()
    used = _left_out(table, findings, [
        ("Host authority", ~found, "isn't one authority of England; give its name or ONS code"),
        ("Places", wrong | places.isna(), f"is no whole number of places from 1 to {MOST_PLACES:,}"),
        ("URN", twice, "stands in a row before"),
    ])  # fmt: skip
    codes, places = codes[used.cells.index], places[used.cells.index]
    return shaped("homes", {
        "urn": urn[used.cells.index], "provider": used.cells["Provider"], "authority": codes, "places": places,
        "sector": words.read_words(used, "Sector", words.meant(words.SECTORS), findings)[0],
        "short_break": words.read_words(used, "Short breaks only", words.meant(words.YES_NO), findings)[0] == "yes",
        "opened": _days(used, "Opened", findings), "weekly_fee_gbp": _fees(used, findings),
        "takes": _takes(used, findings), "file": used.name, "line": used.cells.index,
    }, used.cells.index)  # fmt: skip


def _contracts(table: Table, findings: Findings) -> pd.DataFrame:
    table = _filled(table, template_out.CONTRACTS, findings)
    cells = table.cells
    codes, found = _authorities(cells["Authorities"])
    rule = cells["Rule"].map(lambda word: RULES.get(words.bare(word), "")).astype("object")
    places, wrong = _places(cells["Places"])
    start, end = _days(table, "From", findings), _days(table, "To", findings)
    used = _left_out(table, findings, [
        ("Contract", cells["Contract"] == "", "is missing; give the contract a name"),
        ("Rule", rule == "", f"is no rule; allowed: {', '.join(template_out.RULES)}"),
        ("Authorities", ~found, "isn't a list of authorities of England; write names or ONS codes with ; between"),
        ("Places", wrong | (rule.isin(HELD) & places.isna()),
         f"is no whole number of places from 1 to {MOST_PLACES:,}"),
        ("To", end < start, "is before the first day"),
    ])  # fmt: skip
    lines = used.cells.index
    _not_kept(used, "Providers or homes", findings)
    return shaped("contracts", {
        "contract": used.cells["Contract"], "rule": rule[lines], "authorities": codes[lines], "places": places[lines],
        "weekly_fee_gbp": _fees(used, findings), "start": start[lines], "end": end[lines], "file": used.name,
        "line": lines,
    }, lines)  # fmt: skip


def _filled(table: Table, columns: Sequence[template_out.Column], findings: Findings) -> Table:
    """The table with the heads of the template, all of them, and without the example. Raises ScenarioError for two
    columns of the same."""
    names = {words.bare(column.head): column.head for column in columns}
    cells = table.cells.rename(columns={head: names.get(words.bare(head), head) for head in table.heads})
    if not cells.columns.is_unique:
        raise table.error(f"has the column {cells.columns[cells.columns.duplicated()][0]} twice", table.head_line)
    example = cells.iloc[:, 0].astype("object").str.lower().str.startswith(template_out.EXAMPLE)
    if number := int(example.sum()):
        findings.note(table, f"passes over {words.counted(number)} marked as an example")
    cells = cells[~example].astype("object")
    for column in columns:
        if column.head not in cells:
            cells[column.head] = ""
    if cells.empty:
        findings.note(table, "holds nothing but the example")
    return replace(table, cells=cells)


def _left_out(table: Table, findings: Findings, reasons: Sequence[tuple[str, pd.Series[bool], str]]) -> Table:
    """The rows without any of the reasons; of several the first is said."""
    left = pd.Series(True, index=table.cells.index)
    for head, wrong, why in reasons:
        wrong = wrong.fillna(False).astype(bool)
        findings.leave_out(table, table.cells.index[left & wrong], head, why)
        left &= ~wrong
    return replace(table, cells=table.cells[left])


def _authorities(cells: pd.Series[str]) -> tuple[pd.Series[str], pd.Series[bool]]:
    """ONS codes with ; between, and whether each name stands for one authority."""

    def codes(cell: str) -> str:
        found = [today(word.strip()) for word in cell.split(";") if word.strip()]
        return ";".join(dict.fromkeys(one[0] for one in found)) if all(len(one) == 1 for one in found) else ""

    listed = cells.map({cell: codes(cell) for cell in cells.unique()}).astype("object")
    return listed, listed != ""


def _places(cells: pd.Series[str]) -> tuple[pd.Series[float], pd.Series[bool]]:
    places, wrong = amounts(cells)
    return places, wrong | (places < 1) | (places % 1 > 0) | (places > MOST_PLACES)


def _days(table: Table, head: str, findings: Findings) -> pd.Series[pd.Timestamp]:
    days, wrong = dates(table.cells[head])
    wrong |= (days < FIRST_DAY) | (days > LAST_DAY)
    findings.read_as(table, days.index[wrong], head, "is no date from 1990 to 2060; left blank")
    return days.mask(wrong)


def _fees(table: Table, findings: Findings) -> pd.Series[float]:
    fee, wrong = amounts(table.cells["Weekly fee"])
    findings.read_as(table, fee.index[wrong], "Weekly fee", "is no amount; left blank")
    return believable(table, "Weekly fee", fee, findings)


def _takes(table: Table, findings: Findings) -> pd.Series[str]:
    """Need bands with ; between, as the homes say that they take them."""
    bands = table.cells["Takes needs"].str.lower().str.replace(" ", "").str.strip(";")
    wrong = ~bands.str.split(";").map(lambda words: set(words) <= {*NEEDS, ""}).astype(bool)
    allowed = f"allowed: {', '.join(NEEDS)}, with ; between; left blank"
    findings.read_as(table, bands.index[wrong], "Takes needs", allowed)
    return bands.mask(wrong, "")


def _not_kept(table: Table, head: str, findings: Findings) -> None:
    if (table.cells[head] != "").any():
        findings.note(table, "isn't used by the market yet", head)


def _with(needed: Sequence[str]) -> Callable[[frozenset[str]], bool]:
    wanted = {words.bare(head) for head in needed}
    return lambda found: wanted <= {words.bare(word) for word in found}


def _together(tables: list[pd.DataFrame], shape: str) -> pd.DataFrame:
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else empty(shape)


HOMES_NEED, CONTRACTS_NEED = ("Home", "Host authority", "Places"), ("Contract", "Rule", "Authorities")
HOMES = Format("own_homes", "the template's sheet of homes", HOMES_NEED, _with(HOMES_NEED), personal=False)
CONTRACTS = Format("own_contracts", "the template's sheet of contracts", CONTRACTS_NEED, _with(CONTRACTS_NEED))
FAMILY = Family((HOMES, CONTRACTS), read)
