"""From a YAML file to plain values with marks, refusing everything that a scenario doesn't need.

ruamel.yaml composes the file, under limits of depth and number of values. Anchors, aliases, tags and merge keys are
refused, so a file means what it says, line by line.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import AliasEvent, ScalarEvent, StreamEndEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode

from marketsim.scenario.documents import Document, Mark, Steps
from marketsim.scenario.errors import ScenarioError, displayed, shown
from marketsim.scenario.overlay import laid_over
from marketsim.scenario.scalars import CONTROL, scalar_value

LARGEST_BYTES = 1_000_000
DEEPEST = 32
MOST_VALUES = 20_000

_LINE_END = re.compile("\r\n|\r|\n")
_PLAIN_WORDS = {
    "mapping values are not allowed here": "a ':' where none can stand; check the indentation, and put "
    "text that contains ': ' in quotes",
    "could not find expected ':'": "a key without ':' after it",
    "found character '\\t' that cannot start any token": "a tab; indent with spaces",
}
Marks = Callable[[int, int], Mark]  # from line and column, counting from 1


def read_yaml(path: Path) -> Document:
    """Read one scenario file.

    Raises ScenarioError, with the line where there is one, for a file that is missing, not a file, larger
    than 1 MB, not UTF-8 text, not YAML or not a mapping, and for whatever in YAML a scenario may not use.
    """
    file = displayed(path)
    document = read_text(_text_of(path, file), lambda line, column: Mark(file, line, column))
    if document is None:
        raise ScenarioError("is empty; expected a mapping, lines such as `key: value`", file)
    if not isinstance(document.values, dict):
        raise document.mark(()).error("expected a mapping at the top, lines such as `key: value`")
    return document


def read_text(text: str, mark: Marks) -> Document | None:
    """The values in a YAML text; None if it holds nothing. Raises ScenarioError for all that `read_yaml` refuses."""
    control = CONTROL.search(text)
    if control:
        before = _LINE_END.split(text[: control.start()])
        message = f"the control character {control.group()!r} is not allowed; only text, tabs and line ends are"
        raise mark(len(before), len(before[-1]) + 1).error(message)
    root = _composed(text, mark)
    return None if root is None else _Taker(mark).document(root)


def laid(base: Document, over: Document) -> Document:
    """A document laid over its base. An option, which has no lines, gives no place to what it only reaches into."""
    values = laid_over(base.values, over.values)
    both = Document(values, {}, {})

    def gives_place(path: Steps, mark: Mark) -> bool:
        return mark.line is not None or both.nearest(path)[1] is over.nearest(path)[1]

    marks = {path: mark for path, mark in over.marks.items() if gives_place(path, mark)}
    keys = {path: mark for path, mark in over.key_marks.items() if path in marks}
    return Document(values, base.marks | marks, base.key_marks | keys)


def _text_of(path: Path, file: str) -> str:
    data = _bytes_of(path, file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].split(b"\n")
        message = "is not UTF-8 text; save it as UTF-8"
        raise ScenarioError(message, file, len(before), len(before[-1]) + 1) from None


def _bytes_of(path: Path, file: str) -> bytes:
    """The content; the size is looked at first, so that a huge file costs nothing."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ScenarioError("is a folder, not a file" if path.is_dir() else "is not a plain file", file)
        if status.st_size > LARGEST_BYTES:
            raise ScenarioError(f"is too large: {status.st_size:,} bytes; at most {LARGEST_BYTES:,} (1 MB)", file)
        with path.open("rb") as stream:
            return stream.read(LARGEST_BYTES)
    except FileNotFoundError:
        raise ScenarioError("no such file", file) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise ScenarioError(f"can't be read: {reason or error}", file) from None


def _composed(text: str, mark: Marks) -> Any:
    """The nodes of ruamel's composer; whatever it raises becomes a ScenarioError at the line reached."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _Composer
    composer = yaml.composer
    composer.mark = mark
    try:
        return yaml.compose(text)
    except ScenarioError:
        raise
    except MarkedYAMLError as error:
        problem = error.problem or error.context or "can't be understood"
        at = error.problem_mark or error.context_mark or composer.reached
        raise _at(at, mark).error(f"not valid YAML: {_PLAIN_WORDS.get(problem, problem)}") from None
    except Exception as error:
        # The parser is a library fed with a stranger's text: none of its failures may end in a traceback.
        raise _at(composer.reached, mark).error(f"not valid YAML near here ({type(error).__name__})") from None


def _at(place: Any, mark: Marks) -> Mark:
    return mark(1, 1) if place is None else mark(place.line + 1, place.column + 1)


class _Composer(Composer):
    """ruamel's composer, which refuses what a scenario may not contain as soon as it comes to it."""

    mark: Marks
    reached: Any = None
    _values = 0
    _levels = 0

    def compose_document(self) -> Any:
        """The one document."""
        start = self.parser.peek_event()
        if start.version or start.tags:
            self._refuse(start, "directives (%YAML, %TAG) are not allowed; leave the line out")
        root = super().compose_document()
        if not self.parser.check_event(StreamEndEvent):
            message = "a second document (---) is not allowed; one file holds one scenario"
            self._refuse(self.parser.peek_event(), message)
        return root

    def compose_node(self, parent: Any, index: Any) -> Any:
        """One value or key with all below it; `index` is None for the key of a mapping."""
        event = self.parser.peek_event()
        self.reached = event.start_mark
        self._check(event, is_key=index is None and parent is not None)
        self._levels += 1
        node = super().compose_node(parent, index)
        self._levels -= 1
        return node

    def _check(self, event: Any, is_key: bool) -> None:
        self._values += 1
        single = isinstance(event, ScalarEvent)
        if isinstance(event, AliasEvent):
            self._refuse(event, "aliases (*name) are not allowed; write the value out")
        if self._values > MOST_VALUES:
            self._refuse(event, f"too many values; at most {MOST_VALUES:,} are allowed")
        if event.anchor is not None:
            self._refuse(event, "anchors (&name) are not allowed; write the value out where it is needed")
        if event.tag is not None:
            self._refuse(event, f"tags (here {shown(str(event.tag))}) are not allowed; write the plain value")
        if is_key and not single:
            self._refuse(event, "a key must be plain text, not a mapping or list")
        if not single and self._levels == DEEPEST:
            self._refuse(event, f"nested too deep; at most {DEEPEST} levels are allowed")

    def _refuse(self, event: Any, message: str) -> None:
        raise _at(event.start_mark, self.mark).error(message)


class _Taker:
    """Takes values and marks from composed nodes."""

    def __init__(self, mark: Marks) -> None:
        self._mark = mark
        self._marks: dict[Steps, Mark] = {}
        self._keys: dict[Steps, Mark] = {}

    def document(self, root: Any) -> Document:
        """All that is below the topmost node."""
        return Document(self._value(root, ()), self._marks, self._keys)

    def _value(self, node: Any, path: Steps) -> Any:
        self._marks[path] = _at(node.start_mark, self._mark)
        if isinstance(node, ScalarNode):
            if node.value == "" and not node.style and path in self._keys:
                self._marks[path] = self._keys[path]  # a value that was left out stands at the next word, lines below
            return self._single(node)
        if isinstance(node, MappingNode):
            entries: dict[str, Any] = {}
            for key, value in node.value:
                name = self._key(key, path)
                entries[name] = self._value(value, (*path, name))
            return entries
        return [self._value(entry, (*path, number)) for number, entry in enumerate(node.value)]

    def _key(self, node: Any, path: Steps) -> str:
        mark = _at(node.start_mark, self._mark)
        if node.value == "<<" and not node.style:
            raise mark.error("merge keys (<<) are not allowed; use `extends`")
        key = self._single(node)
        if not isinstance(key, str):
            raise mark.error(f"the key {shown(node.value)} is not text; write it in quotes: {shown(node.value)}")
        first = self._keys.setdefault((*path, key), mark)
        if first is not mark:
            where = "" if first.line is None else f"; first in line {first.line}"
            raise mark.error(f"the key {shown(key)} is given twice{where}")
        return key

    def _single(self, node: Any) -> Any:
        mark = _at(node.start_mark, self._mark)
        if CONTROL.search(node.value):
            raise mark.error("control characters, such as \\0 or \\e in quotes, are not allowed")
        try:
            return node.value if node.style else scalar_value(node.value)
        except ValueError as error:
            raise mark.error(str(error)) from None
