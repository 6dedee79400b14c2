"""Authorities that there are no more, and other codes and spellings of those that there are: whom each is today."""

from __future__ import annotations

from marketsim.england.figures import authority_rows
from marketsim.england.names import nearest


def today(word: str) -> tuple[str, ...]:
    """The ONS codes of the authorities of today (England's 153 of April 2023, as in authorities.csv) that a name or
    code stands for: one, several where it was split, none if it isn't known."""
    by_name = {row["name"]: row["ons_code"] for row in authority_rows()}
    if word in by_name.values():
        return (word,)
    near = nearest(word, by_name)
    return (by_name[near[0]],) if len(near) == 1 else ()
