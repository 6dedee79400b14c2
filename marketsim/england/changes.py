"""Authorities that there are no more, and other codes and spellings of those that there are: whom each is today."""

from __future__ import annotations

import datetime
import re
from functools import cache

from marketsim.england.figures import authority_rows, change_rows, code_rows
from marketsim.england.names import words_of

ONS_CODE = re.compile("[EWSN][0-9]{8}")
DFE_CODE = re.compile(r"([0-9]{3})(\.0+)?")
SAME_AUTHORITY = ("was recoded as", "took the place of the code")
ABBREVIATED = frozenset(["bc", "cbc", "cc", "lb", "lbc", "mbc", "mdc", "rb", "ua"])  # borough council and the like
LONDON = "london"  # what is left of `City of London`, and of the region, which is no authority


def today(word: str) -> tuple[str, ...]:
    """The ONS codes of the authorities of today (England's 153 of April 2023, as in authorities.csv) that a name or
    code stands for: one, several where it was split, none if it isn't known.

    Takes present and former names, ONS codes and DfE's three-digit codes, and two of these with / between. A word is
    known or it isn't: typing errors and beginnings of names are not guessed at.
    """
    found: list[str] = []
    for part in word.split("/"):
        codes = _known().get(key_of(part), ())
        if not codes:
            return ()
        found += [code for code in codes if code not in found]
    return tuple(found)


def key_of(word: str) -> str:
    """What is the same for all spellings of a name or code."""
    stripped = word.strip()
    if ONS_CODE.fullmatch(stripped.upper()):
        return stripped.upper()
    if code := DFE_CODE.fullmatch(stripped):
        return code[1]
    words = words_of(stripped)
    joined = " ".join([word for word in words if word not in ABBREVIATED] or words)
    return "" if joined == LONDON and "city" not in stripped.lower() else joined


def change_of(word: str, year: int) -> dict[str, str] | None:
    """The row of authority_changes.csv of the authority that a word stood for on 31 March of a year; None if that is
    one of today, under whatever code."""
    rows = _changes().get(key_of(word), [])
    later = [row for row in rows if date_of(row) > datetime.date(year, 3, 31)]
    row = later[0] if later else rows[-1] if rows and key_of(word) not in _present() else None
    return None if row is None or row["became"].startswith(SAME_AUTHORITY) else row


def date_of(change: dict[str, str]) -> datetime.date:
    """The day from which the successors of a row of authority_changes.csv have been there."""
    return datetime.date.fromisoformat(change["date"])


@cache
def _known() -> dict[str, tuple[str, ...]]:
    """Codes of today by the key of every name and code, those of authorities that there are before former ones."""
    code_of = {row["name"]: row["ons_code"] for row in authority_rows()}
    former = {
        key: tuple(code_of[name] for name in row["successors"].split("; "))
        for row in change_rows()
        for key in _keys(row)
    }
    return former | {key: (code,) for key, code in _present().items()}


@cache
def _present() -> dict[str, str]:
    """The code of each authority of today by the keys of its names and codes."""
    return {
        key: row["ons_code"]
        for row in code_rows()
        for key in (*_keys(row), *map(key_of, filter(None, row["other_names"].split("; "))))
    }


@cache
def _changes() -> dict[str, list[dict[str, str]]]:
    """The dated rows of authority_changes.csv by the keys of name and codes, the earliest first."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in sorted(change_rows(), key=lambda row: row["date"]):
        for key in _keys(row) if row["date"] else ():
            found.setdefault(key, []).append(row)
    return found


def _keys(row: dict[str, str]) -> list[str]:
    return [key_of(row[column]) for column in ("name", "ons_code", "dfe_code") if row[column]]
