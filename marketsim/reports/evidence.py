"""The sign-off file as people read it: each value with its unit, status, source and plausible range."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from fnmatch import fnmatchcase

from marketsim.scenario import errors
from marketsim.scenario.signoff import STATUSES
from marketsim.trust.evidence import Entry

WIDTH = 80
NAME, VALUE = 38, 28  # widths of the first two columns


def chosen(entries: Sequence[Entry], pattern: str | None, status: str | None) -> list[Entry]:
    """The entries whose key holds the pattern (`*` stands for anything) and that have the status.

    Raises ScenarioError if the status is unknown or nothing is left.
    """
    if status is not None and status not in STATUSES:
        words = errors.sentence(f"unknown status {errors.shown(status)}", f"allowed: {errors.listed(STATUSES)}")
        raise errors.ScenarioError(words, "--status")
    wanted = "*" if pattern is None else f"*{pattern.lower().replace('[', '[[]')}*"
    left = [one for one in entries if fnmatchcase(one.key.lower(), wanted)]
    if pattern is not None and not left:
        keys = [word for one in entries for word in (one.key, one.key.rpartition(".")[2])]
        said = f"no value's key holds {errors.shown(pattern)}"
        raise errors.ScenarioError(errors.sentence(said, errors.did_you_mean(pattern, keys)))
    return [one for one in left if status is None or one.status == status]


def described(entries: Sequence[Entry]) -> str:
    """The entries in lines of up to 80 letters, by section, and at the end how many there are of each status."""
    lines: list[str] = []
    section = ""
    for entry in entries:
        if _section(entry) != section:
            section = _section(entry)
            lines += ["", section] if lines else [section]
        lines += _lines(entry, section)
    return "\n".join([*lines, "", *_counts(entries)])


def _section(entry: Entry) -> str:
    """The first word of a key; for the values of a rule or a world also the word in brackets."""
    head, bracket, rest = entry.key.partition("[")
    word = rest.partition("]")[0]
    if bracket and head in ("purchasing.arrangements", "world"):
        return f"{head}[{word}]"
    return head if head.endswith(".csv") else entry.key.partition(".")[0].partition("[")[0]


def _lines(entry: Entry, section: str) -> list[str]:
    """A line with value, unit and status, then source, range and what it was fitted to where there is any."""
    name = entry.key.removeprefix(section).lstrip(".")
    more = [] if entry.source == entry.status else [entry.source]
    if entry.low:
        more.append(f"plausible from {entry.low} to {entry.high}, fitted to {entry.fitted_to.replace(';', ', ')}")
    value = f"{entry.value} {entry.unit}".strip()
    ahead = [f"  {name}"] if len(name) > NAME else []
    first = f"  {('' if ahead else name).ljust(NAME)} {value.ljust(VALUE)} {entry.status}"
    return [*ahead, first, *(line for text in more for line in _wrapped(text))]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="      ", subsequent_indent="      ")


def _counts(entries: Sequence[Entry]) -> list[str]:
    """How many parameters and how many figures of tables have each status."""
    lines = []
    for noun, tabled in (("parameters", False), ("figures in tables", True)):
        found = [one.status for one in entries if (".csv[" in one.key) == tabled]
        counts = ", ".join(f"{found.count(status)} {status}" for status in STATUSES)
        if found:
            lines.append(f"{len(found)} {noun}: {counts}")
    return lines or ["no value has that status"]
