"""Values that remember where they were written, so that errors point at the line, across `extends` too."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from marketsim.scenario.errors import ScenarioError

Scalar = str | int | float | bool | datetime.date | None
Path = tuple[str | int, ...]


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


@dataclass(frozen=True, slots=True)
class Node:
    """A value with the place where it stands and, in a mapping, the place of its key."""

    value: Scalar | dict[str, Node] | list[Node]
    mark: Mark
    key: Mark | None = None

    @property
    def name_mark(self) -> Mark:
        """Where the name of this value stands: its key, or the value itself where there is no key."""
        return self.key or self.mark

    def plain(self) -> Any:
        """The value without marks, as plain dicts, lists and scalars."""
        match self.value:
            case dict():
                return {key: node.plain() for key, node in self.value.items()}
            case list():
                return [node.plain() for node in self.value]
            case _:
                return self.value

    def child(self, key: str | int) -> Node | None:
        """The entry of a mapping or list; None if there is no such entry."""
        if isinstance(self.value, dict):
            return self.value.get(key) if isinstance(key, str) else None
        if isinstance(self.value, list) and isinstance(key, int) and 0 <= key < len(self.value):
            return self.value[key]
        return None

    def nearest(self, path: Sequence[str | int]) -> tuple[Node, int]:
        """The deepest node on the way along the path, and how many steps it lies down."""
        node = self
        for depth, key in enumerate(path):
            child = node.child(key)
            if child is None:
                return node, depth
            node = child
        return node, len(path)

    def walk(self, path: Path = ()) -> Iterator[tuple[Path, Node]]:
        """This node and all below it, each with its path."""
        yield path, self
        if isinstance(self.value, dict):
            for key, node in self.value.items():
                yield from node.walk((*path, key))
        elif isinstance(self.value, list):
            for number, node in enumerate(self.value):
                yield from node.walk((*path, number))


def merge(base: Node, over: Node, path: Path = ()) -> Node:
    """`over` laid over `base`: mappings key by key; lists, scalars, arrangements of another rule replaced."""
    if not isinstance(base.value, dict) or not isinstance(over.value, dict) or _changes_rule(base, over, path):
        return over
    merged = dict(base.value)
    for key, node in over.value.items():
        merged[key] = merge(merged[key], node, (*path, key)) if key in merged else node
    if over.mark.line is None:
        return Node(merged, base.mark, base.key)
    return Node(merged, over.mark, over.key)


def _changes_rule(base: Node, over: Node, path: Path) -> bool:
    """True for an arrangement given another rule, or a world of another kind: the old fields mean nothing to it."""
    if path == ("world",):
        word = "kind"
    elif len(path) == 3 and path[:2] == ("purchasing", "arrangements"):
        word = "rule"
    else:
        return False
    old, new = base.child(word), over.child(word)
    return new is not None and (old is None or old.value != new.value)
