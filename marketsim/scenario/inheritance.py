"""Lists whose entries are dated are inherited entry by entry: joined by date, where other lists are replaced.

While files are laid over one another each such list is a mapping by date, so that an entry keeps its place in its file.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any

from marketsim.scenario.documents import Document, Steps

DATED: dict[Steps, bool] = {  # True: one entry a date, and entries of one date are laid over one another
    ("changes",): True,
    ("shocks",): False,
    ("commissioning", "own_homes"): False,
}
MARK = "\0"  # begins the keys of such a mapping; no key of a file can


def by_date(document: Document) -> Document:
    """The document with its dated lists as mappings; lists with a fault in them, and empty ones, stay lists."""
    for path, one_a_date in DATED.items():
        reached, entries = document.nearest(path)
        keys = _keys(entries, one_a_date) if reached == path else []
        if keys:
            document = _renamed(document, path, dict(enumerate(keys)), dict(zip(keys, entries, strict=True)))
    return document


def in_turn(document: Document) -> Document:
    """The same with lists again, in the order of the dates."""
    for path in DATED:
        reached, entries = document.nearest(path)
        if reached == path and isinstance(entries, dict) and entries and all(key.startswith(MARK) for key in entries):
            keys = sorted(entries)
            places = {key: place for place, key in enumerate(keys)}
            document = _renamed(document, path, places, [entries[key] for key in keys])
    return document


def _keys(entries: Any, one_a_date: bool) -> list[str]:
    """A key for each entry that sorts by date; none if an entry has no date, or one occurs twice."""
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return []
    dates = [_date(entry.get("from")) for entry in entries]
    what = ["" if one_a_date else json.dumps(entry, sort_keys=True, default=str) for entry in entries]
    keys = [f"{MARK}{date} {words}" for date, words in zip(dates, what, strict=True)]
    return keys if all(dates) and len(set(keys)) == len(keys) else []


def _date(value: Any) -> datetime.date | None:
    try:
        return value if isinstance(value, datetime.date) else datetime.date.fromisoformat(value)
    except (TypeError, ValueError):
        return None


def _renamed(document: Document, path: Steps, steps: Mapping[Any, str | int], value: Any) -> Document:
    """The document with another value at a path, whose entries have other names or places than before."""
    depth = len(path)

    def moved(old: Steps) -> Steps:
        inside = len(old) > depth and old[:depth] == path
        return (*path, steps[old[depth]], *old[depth + 1 :]) if inside else old

    marks = {moved(old): mark for old, mark in document.marks.items() if _there(old, path, steps)}
    key_marks = {moved(old): mark for old, mark in document.key_marks.items() if _there(old, path, steps)}
    return Document(_put(document.values, path, value), marks, key_marks)


def _there(old: Steps, path: Steps, steps: Mapping[Any, str | int]) -> bool:
    """False for what is left of entries that a later file has dropped."""
    return len(old) <= len(path) or old[: len(path)] != path or old[len(path)] in steps


def _put(values: Any, path: Sequence[str | int], value: Any) -> Any:
    first, *rest = path
    return values | {first: _put(values[first], rest, value) if rest else value}
