"""Ofsted's lists of providers of children's social care, 2015 to 2025: the children's homes in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from marketsim.england.carrying import in_whole_parts
from marketsim.england.changes import today
from marketsim.own_data.formats.published.ofsted_heads import NEEDED, as_at, head_of, heads_by_role, roles_in
from marketsim.own_data.reading import cells
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.recognising import Asked, Family, Format, Recognised
from marketsim.own_data.reading.tables import Table
from marketsim.own_data.records import Part, shaped

LIST = Format(
    "ofsted", "Ofsted's list of social care providers", ("URN", "Provision type", "Local authority", "Sector"),
    lambda words: roles_in(words) >= NEEDED, personal=False,
)  # fmt: skip
HOME = re.compile(r"children'?s homes?([ :(\-\u2013]+short[ \-]breaks?( only)?\)?)?")
SECTORS = {
    "private": "private", "voluntary": "voluntary", "voluntary/third sector": "voluntary", "third sector": "voluntary",
    "local authority": "local_authority", "health authority": "health", "health": "health", "nhs": "health",
}  # fmt: skip
RATINGS = {
    "outstanding": "outstanding", "good": "good", "requires improvement": "requires_improvement",
    "requires improvement to be good": "requires_improvement", "inadequate": "inadequate", "adequate": "adequate",
    "satisfactory": "satisfactory",
}  # fmt: skip
SHORT_BREAK = re.compile(
    r"(?P<yes>yes|y|true|1|short[ \-]breaks?([ \-]only)?( children'?s home)?)|no|n|false|0|long[ \-]term.*|"
)
ACTIVE = re.compile("active|registered|open|")
REDACTED = ("redacted", "")


@dataclass(frozen=True)
class Listed:
    """A list, the head of each thing that it tells, and where findings go."""

    table: Table
    heads: dict[str, str]
    findings: Findings

    def cell(self, role: str, rows: pd.Index[int]) -> pd.Series[str]:
        """The cells of a column, empty if there is none."""
        if role not in self.heads:
            return pd.Series("", index=rows, dtype="object")
        return self.table.cells.loc[rows, self.heads[role]].astype("object")

    def plain(self, role: str, rows: pd.Index[int]) -> pd.Series[str]:
        """The same for comparing."""
        return self.cell(role, rows).map(head_of)

    def note(self, what: str, role: str = "") -> None:
        """Something about the list, or a column of it."""
        self.findings.note(self.table, what, self.heads.get(role, ""))

    def read_as(self, wrong: pd.Series[bool], role: str, what: str) -> None:
        """Cells that are passed over."""
        self.findings.read_as(self.table, wrong.index[wrong], self.heads.get(role, ""), what)

    def leave_out(self, wrong: pd.Series[bool], role: str, why: str) -> None:
        """Homes that are not used."""
        self.findings.leave_out(self.table, wrong.index[wrong], self.heads.get(role, ""), why)


def read(recognised: Sequence[Recognised], asked: Asked) -> Part:
    """The children's homes of the latest list, with the authority of today that each stands in.

    Raises ScenarioError for several lists of which the latest can't be told.
    """
    table = _latest([one.table for one in recognised], asked.findings)
    if as_at(table) is None:
        asked.findings.note(table, "doesn't say as at which day it is; taken for that on which the market starts")
    return Part(homes=_homes(Listed(table, heads_by_role(table), asked.findings)))


def _latest(tables: Sequence[Table], findings: Findings) -> Table:
    """The one list that counts."""
    if len(tables) == 1:
        return tables[0]
    days: dict[pd.Timestamp, Table] = {}
    for table in tables:
        day = as_at(table)
        if day is None:
            raise table.error("doesn't say as at which day it is, so that the latest list can't be told; give one list")
        if day in days:
            raise table.error(f"is as at {day:%d %B %Y} like {days[day].name}; give one of the two")
        days[day] = table
    latest = max(days)
    for day in sorted(days):
        if day != latest:
            findings.note(days[day], f"is as at {day:%d %B %Y}, older than {days[latest].name}: not used")
    return days[latest]


def _homes(listed: Listed) -> pd.DataFrame:
    rows = _listed_homes(listed)
    sector = listed.plain("sector", rows).map(SECTORS).fillna("")
    listed.leave_out(sector == "", "sector", "is no sector that is known (Private, Voluntary, Local authority, Health)")
    authority = _authorities(listed, rows[sector != ""])
    rows = authority.index
    for_short_breaks = listed.plain("kind", rows).str.contains(r"short[ \-]break").astype(bool)
    return shaped("homes", {
        "urn": listed.cell("urn", rows), "provider": _providers(listed, rows), "authority": authority,
        "sector": sector[rows], "places": _places(listed, rows),
        "short_break": for_short_breaks | _short_breaks(listed, rows), "opened": _days(listed, "opened", rows),
        "closed": _days(listed, "closed", rows), "rating": listed.plain("rating", rows).map(RATINGS).fillna(""),
        "as_at": pd.Series(as_at(listed.table), index=rows), "complete": True, "file": listed.table.name, "line": rows,
    })  # fmt: skip


def _listed_homes(listed: Listed) -> pd.Index[int]:
    """The lines of children's homes that are registered, each once; how many of what else there are is noted."""
    rows = listed.table.cells.index
    for role, pattern in (("kind", HOME), ("status", ACTIVE)):
        fits = listed.plain(role, rows).map(lambda word, pattern=pattern: pattern.fullmatch(word) is not None)
        if others := int((~fits).sum()):
            listed.note(f"not used, since it is another kind or no longer registered: {others:,} rows", role)
        rows = rows[fits]
    urn = listed.cell("urn", rows)
    again = urn.duplicated() & (urn != "")
    listed.leave_out(again, "urn", "stands in the list before")
    return rows[~again]


def _authorities(listed: Listed, rows: pd.Index[int]) -> pd.Series[str]:
    """The authority of today of each home. Homes in one that was split are shared out by children: the list doesn't
    say where in it they stand."""
    words = listed.cell("authority", rows)
    codes = {word: today(word) for word in words.unique()}
    unknown = words.map(lambda word: not codes[word]).astype(bool)
    listed.leave_out(unknown, "authority", "is no authority that is known")
    found = words[~unknown].map(lambda word: codes[word][0])
    for word in (word for word, its in codes.items() if len(its) > 1):
        lines = words.index[words == word]
        parts = in_whole_parts(codes[word], len(lines))
        found[lines] = [code for code, count in parts.items() for _ in range(count)]
        shares = ", ".join(f"{count:,} to {code}" for code, count in parts.items())
        listed.note(f"homes in {word}, which was split, are shared out by children: {shares}", "authority")
    return found


def _providers(listed: Listed, rows: pd.Index[int]) -> pd.Series[str]:
    """Who owns each home; empty where it isn't said."""
    owner = listed.cell("provider", rows)
    blank = owner.str.lower().isin(REDACTED)
    if blank.any():
        what = "homes whose owner is REDACTED or not said, each of which counts as a provider of its own"
        listed.note(f"{what}: {blank.sum():,}", "provider")
    return owner.where(~blank, "")


def _places(listed: Listed, rows: pd.Index[int]) -> pd.Series[float]:
    if "places" not in listed.heads:
        listed.note("has no column of places: the homes have none")
    number, wrong = cells.amounts(listed.cell("places", rows))
    wrong |= (number < 0) | (number.notna() & (number % 1 != 0))
    listed.read_as(wrong, "places", "is no whole number of places: none is taken")
    missing = int((number.isna() & ~wrong).sum())
    if missing and "places" in listed.heads:
        listed.note(f"homes without a number of places: {missing:,}", "places")
    return number.where(~wrong)


def _short_breaks(listed: Listed, rows: pd.Index[int]) -> pd.Series[bool]:
    if "short_break" not in listed.heads:
        listed.note("does not say which homes are for short breaks only")
    text = listed.plain("short_break", rows)
    found = {word: SHORT_BREAK.fullmatch(word) for word in text.unique()}
    unclear = text.map(lambda word: found[word] is None).astype(bool)
    listed.read_as(unclear, "short_break", "is neither yes nor no: taken as no")
    return text.map(lambda word: bool((match := found[word]) and match["yes"])).astype(bool)


def _days(listed: Listed, role: str, rows: pd.Index[int]) -> pd.Series[pd.Timestamp]:
    day, wrong = cells.dates(listed.cell(role, rows))
    listed.read_as(wrong, role, "is no date: none is taken")
    return day


FAMILY = Family(formats=(LIST,), read=read)
