"""Heads of Ofsted's lists over the years, and the day that a list is as at."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from marketsim.own_data.reading.recognising import plain_head
from marketsim.own_data.reading.tables import Table

# By what they tell, the later head first where a list has two.
HEADS: dict[str, tuple[str, ...]] = {
    "urn": ("urn", "unique reference number", "unique reference number (urn)", "provider urn", "setting urn"),
    "kind": ("provision type", "provider type", "type of provision"),
    "authority": ("local authority", "local authority name", "local authority area"),
    "sector": ("sector", "provider sector"),
    "status": ("registration status", "reg status"),
    "places": (
        "places", "registered places", "number of registered places", "number of places", "maximum users",
        "maximum number of users",
    ),
    "short_break": (
        "short-break-only children's home", "short breaks only children's home", "short breaks only",
        "short-break-only", "short break only", "short breaks",
    ),
    "provider": (
        "organisation which owns the provider", "organisation that owns the provider", "organisation name",
        "organisation", "provider name",
    ),
    "opened": ("registration date", "date of registration", "date registered"),
    "closed": ("closure date", "date closed", "closed date"),
    "rating": (
        "overall experiences and progress of children and young people",
        "latest full inspection overall experiences and progress of children and young people",
        "latest overall experiences and progress of children and young people", "overall effectiveness",
        "latest overall effectiveness",
    ),
}  # fmt: skip
NEEDED = frozenset(["urn", "kind", "authority", "sector"])
ROLE_OF = {head: role for role, heads in HEADS.items() for head in heads}
MONTHS = {
    name: number for number, names in enumerate((
        ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",), ("june", "jun"),
        ("july", "jul"), ("august", "aug"), ("september", "sept", "sep"), ("october", "oct"), ("november", "nov"),
        ("december", "dec"),
    ), start=1) for name in names
}  # fmt: skip
DAY = re.compile(rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? )?\b(?P<month>{'|'.join(MONTHS)}) (?P<year>20\d{{2}})\b")
AS_AT = re.compile(r"\b(as )?at\b")


def head_of(word: str) -> str:
    """A head or word for comparing: lower case, single spaces, straight apostrophes."""
    return plain_head(word).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").replace("\x92", "'")


def roles_in(words: Iterable[str]) -> frozenset[str]:
    """What a row of heads tells."""
    return frozenset(ROLE_OF[head_of(word)] for word in words if head_of(word) in ROLE_OF)


def heads_by_role(table: Table) -> dict[str, str]:
    """The head of a table for each of the things that it tells, as it is written."""
    written: dict[str, str] = {}
    for head in table.heads:
        written.setdefault(head_of(head), head)
    return {role: next(written[head] for head in heads if head in written) for role, heads in HEADS.items()
            if any(head in written for head in heads)}  # fmt: skip


def as_at(table: Table) -> pd.Timestamp | None:
    """The day whose state a list shows, from what stands above its head or the name of its sheet; None if they don't
    say. A month alone is its last day."""
    texts = [head_of(text) for text in (*table.preamble, table.sheet.replace("_", " "))]
    for text in sorted(texts, key=lambda text: AS_AT.search(text) is None):
        begin = found.end() if (found := AS_AT.search(text)) else 0
        match = DAY.search(text, begin)
        if match and (day := _day(match)) is not None:
            return day
    return None


def _day(match: re.Match[str]) -> pd.Timestamp | None:
    first = pd.Timestamp(int(match["year"]), MONTHS[match["month"]], 1)
    day = int(match["day"] or first.days_in_month)
    return first.replace(day=day) if 1 <= day <= first.days_in_month else None
