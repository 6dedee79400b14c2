"""Values from parser events, without recursion: the stack of open mappings and lists is kept by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from marketsim.scenario.errors import shown
from marketsim.scenario.nodes import Mark, Node, Scalar
from marketsim.scenario.scalars import CONTROL, scalar_value

DEEPEST = 32
MOST_VALUES = 20_000


@dataclass
class _Open:
    """A mapping or list whose end has not come yet; `key` waits for its value."""

    mark: Mark
    items: dict[str, Node] | list[Node]
    key: tuple[str, Mark] | None = None

    def wants_key(self) -> bool:
        return isinstance(self.items, dict) and self.key is None


@dataclass
class Builder:
    """Takes events one by one; `root` is the finished value, None as long as there is none."""

    root: Node | None = None
    _stack: list[_Open] = field(default_factory=list)
    _documents: int = 0
    _values: int = 0

    def take(self, event: Event, mark: Mark) -> None:
        """Take the next event. Raises ScenarioError for what a scenario may not contain."""
        match event:
            case DocumentStartEvent():
                self._start_document(event, mark)
            case AliasEvent():
                raise mark.error("aliases (*name) are not allowed; write the value out")
            case CollectionStartEvent():
                self._open(event, mark)
            case MappingEndEvent() | SequenceEndEvent():
                done = self._stack.pop()
                self._place(Node(done.items, done.mark))
            case ScalarEvent():
                self._scalar(event, mark)

    def _start_document(self, event: Any, mark: Mark) -> None:
        if self._documents:
            raise mark.error("a second document (---) is not allowed; one file holds one scenario")
        if event.version or event.tags:
            raise mark.error("directives (%YAML, %TAG) are not allowed; leave the line out")
        self._documents = 1

    def _open(self, event: Any, mark: Mark) -> None:
        self._refuse_extras(event, mark)
        if self._stack and self._stack[-1].wants_key():
            raise mark.error("a key must be plain text, not a mapping or list")
        if len(self._stack) == DEEPEST:
            raise mark.error(f"nested too deep; at most {DEEPEST} levels are allowed")
        self._stack.append(_Open(mark, {} if isinstance(event, MappingStartEvent) else []))

    def _scalar(self, event: Any, mark: Mark) -> None:
        self._refuse_extras(event, mark)
        unquoted = event.style in (None, "")
        if CONTROL.search(event.value):
            raise mark.error("control characters, such as \\0 or \\e in quotes, are not allowed")
        value = _resolved(event.value, mark) if unquoted else event.value
        parent = self._stack[-1] if self._stack else None
        if parent is not None and parent.wants_key():
            parent.key = (self._checked_key(parent, value, event.value, unquoted, mark), mark)
            return
        if event.value == "" and unquoted and parent is not None and parent.key is not None:
            mark = parent.key[1]  # the parser puts a value that was left out at the next word, lines below
        self._place(Node(value, mark))

    def _place(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        parent = self._stack[-1]
        if isinstance(parent.items, list):
            parent.items.append(node)
        elif parent.key is not None:
            name, mark = parent.key
            parent.items[name] = Node(node.value, node.mark, mark)
            parent.key = None

    def _checked_key(self, parent: _Open, value: Scalar, text: str, unquoted: bool, mark: Mark) -> str:
        if unquoted and text == "<<":
            raise mark.error("merge keys (<<) are not allowed; use `extends`")
        if not isinstance(value, str):
            raise mark.error(f"the key {shown(text)} is not text; write it in quotes: {shown(text)}")
        if isinstance(parent.items, dict) and value in parent.items:
            first = parent.items[value].name_mark
            where = "" if first.line is None else f"; first in line {first.line}"
            raise mark.error(f"the key {shown(value)} is given twice{where}")
        return value

    def _refuse_extras(self, event: Any, mark: Mark) -> None:
        self._values += 1
        if self._values > MOST_VALUES:
            raise mark.error(f"too many values; at most {MOST_VALUES:,} are allowed")
        if event.anchor is not None:
            raise mark.error("anchors (&name) are not allowed; write the value out where it is needed")
        if event.tag is not None:
            raise mark.error(f"tags (here {shown(str(event.tag))}) are not allowed; write the plain value")


def _resolved(text: str, mark: Mark) -> Scalar:
    try:
        return scalar_value(text)
    except ValueError as error:
        raise mark.error(str(error)) from None
