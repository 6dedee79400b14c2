"""The values of a file, and where each was written, so that errors point at the line, across `extends` too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from marketsim.scenario.errors import ScenarioError

Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file, counting from 1; without line where there is none, as for `--set`."""

    file: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"

    def error(self, message: str) -> ScenarioError:
        """A ScenarioError that points here, for the caller to raise."""
        return ScenarioError(message, self.file, self.line, self.column)


@dataclass(frozen=True)
class Document:
    """Plain values (dict, list, text, number, true or false, None and date), and by path where each stands (`marks`)
    and, in a mapping, where its key does (`key_marks`)."""

    values: Any
    marks: dict[Steps, Mark]
    key_marks: dict[Steps, Mark]

    def nearest(self, path: Sequence[str | int]) -> tuple[Steps, Any]:
        """How far the path leads, and the value there."""
        value = self.values
        for depth, key in enumerate(path):
            if not has(value, key):
                return tuple(path[:depth]), value
            value = value[key]
        return tuple(path), value

    def mark(self, path: Steps, of_name: bool = False) -> Mark:
        """Where the value stands, or with `of_name` its key (which the top and entries of lists do not have)."""
        return self.key_marks.get(path, self.marks[path]) if of_name else self.marks[path]

    def without(self, *keys: str) -> Document:
        """The same without some keys at the top."""
        values = {key: value for key, value in self.values.items() if key not in keys}
        return Document(values, self.marks, self.key_marks)


def has(value: Any, key: str | int) -> bool:
    """Whether a mapping or list has an entry."""
    if isinstance(value, dict):
        return isinstance(key, str) and key in value
    return isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value)


def option(keys: Sequence[str], value: Any, name: str) -> Document:
    """A document that says one value at a path of keys, all of it marked as said by an option (`--set`)."""
    for key in reversed(keys):
        value = {key: value}
    marks = {path: Mark(name) for path in _paths(value, ())}
    return Document(value, marks, {path: mark for path, mark in marks.items() if path and isinstance(path[-1], str)})


def _paths(value: Any, path: Steps) -> Iterator[Steps]:
    """The path of a value and of all below it."""
    yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield from _paths(entry, (*path, key))
