"""What to write for a name or code that no authority has: what usual short names mean, and who followed former ones."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterable, Mapping
from functools import cache

from marketsim.england.figures import change_rows

LEFT_OUT = {"and", "authority", "borough", "city", "corporation", "council", "county", "district", "metropolitan", "of",
            "royal", "the", "unitary"}  # fmt: skip
SAME = {"st": "saint", "upon": "on"}
CODE = re.compile("[EWSN][0-9]{8}")
ALIKE = 0.8  # of difflib: `Middlesborough` is meant for Middlesbrough, `Durham` not for Oldham
SHORTEST = 4  # letters of a beginning that tells which is meant
MOST = 3


def advice(given: str, areas: Mapping[str, str]) -> str:
    """What is meant by a name or code that isn't among the areas (what to write for each by its name).

    Says who followed a former authority, and when; else `did you mean ...?`; empty if nothing is near.
    """
    row = _former().get(given.upper()) or (_former().get(" ".join(words_of(given))))
    if row and all(name in areas for name in row["successors"].split("; ")):
        date = f" on {_day(row['date'])}" if row["date"] else ""
        return f"it {row['became']} {_listed(row['successors'].split('; '), areas)}{date}"
    if CODE.fullmatch(given):
        return "codes are those of April 2023" + (", and districts are no authorities" if given[:3] == "E07" else "")
    near = nearest(given, areas)
    return f"did you mean {' or '.join(_listed([name], areas) for name in near)}?" if near else ""


def nearest(given: str, names: Iterable[str]) -> list[str]:
    """The names that are most likely meant, none if none is near: the same words, then a part of them, then a typo."""
    by_words = {name: words_of(name) for name in names}
    wanted = words_of(given)
    joined = " ".join(wanted)
    typo = difflib.get_close_matches(joined, map(" ".join, by_words.values()), n=1, cutoff=ALIKE)
    ways = (
        lambda words: words == wanted,
        lambda words: set(wanted) <= set(words),
        lambda words: len(joined) >= SHORTEST and " ".join(words).startswith(joined),
        lambda words: " ".join(words) in typo,
    )
    found = ([name for name, words in by_words.items() if way(words)] for way in ways) if wanted else iter([])
    return next((near[:MOST] for near in found if near), [])


def words_of(name: str) -> list[str]:
    """The words that tell a name from others: `London Borough of Barnet` is barnet, `Hull City Council` is hull."""
    words = [SAME.get(word, word) for word in re.findall(r"[^\W\d_]+|\d+", name.lower()) if word not in LEFT_OUT]
    return [word for word in words if word != "london"] or words


def _listed(names: list[str], areas: Mapping[str, str]) -> str:
    written = [f"'{areas[name]}'" + ("" if areas[name] == name else f" ({name})") for name in names]
    return " and ".join(filter(None, [", ".join(written[:-1]), written[-1]]))


def _day(date: str) -> str:
    day = datetime.date.fromisoformat(date)
    return f"{day.day} {day:%B %Y}"


@cache
def _former() -> dict[str, dict[str, str]]:
    """The rows of authority_changes.csv by the words of the name, and by code."""
    rows = change_rows()
    by_name = {" ".join(words_of(row["name"])): row for row in rows if row["name"] != row["successors"]}
    return by_name | {row["ons_code"]: row for row in rows if row["ons_code"]}
