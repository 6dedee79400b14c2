"""From a YAML file to plain values with marks, refusing everything that a scenario doesn't need.

ruamel.yaml composes the file, under limits of depth and number of values. Anchors, aliases, tags and merge keys are
refused, so a file means what it says, line by line.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import AliasEvent, ScalarEvent, StreamEndEvent
from ruamel.yaml.nodes import MappingNode, SequenceNode

from marketsim.scenario import documents, errors, scalars
from marketsim.scenario.overlay import laid_over

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
Marks = Callable[[int, int], documents.Mark]  # from line and column, counting from 1


def read_yaml(path: Path) -> documents.Document:
    """Read one scenario file.

    Raises ScenarioError, with the line where there is one, for a file that is missing, not a file, larger
    than 1 MB, not UTF-8 text, not YAML or not a mapping, and for whatever in YAML a scenario may not use.
    """
    file = errors.displayed(path)
    document = read_text(_text_of(path, file), lambda line, column: documents.Mark(file, line, column))
    if document is None:
        raise errors.ScenarioError("is empty; expected a mapping, lines such as `key: value`", file)
    if not isinstance(document.values, dict):
        raise document.mark(()).error("expected a mapping at the top, lines such as `key: value`")
    return document


def read_text(text: str, mark: Marks) -> documents.Document | None:
    """The values in a YAML text; None if it holds nothing. Raises ScenarioError for all that `read_yaml` refuses."""
    control = scalars.CONTROL.search(text)
    if control:
        before = _LINE_END.split(text[: control.start()])
        message = f"the control character {control.group()!r} is not allowed; only text, tabs and line ends are"
        raise mark(len(before), len(before[-1]) + 1).error(message)
    return _composed(text, mark)


def laid(base: documents.Document, over: documents.Document) -> documents.Document:
    """A document laid over its base. An option, which has no lines, gives no place to what it only reaches into."""
    values = laid_over(base.values, over.values)
    both = documents.Document(values, {}, {})

    def gives_place(path: documents.Steps, mark: documents.Mark) -> bool:
        return mark.line is not None or both.nearest(path)[1] is over.nearest(path)[1]

    marks = {path: mark for path, mark in over.marks.items() if gives_place(path, mark)}
    keys = {path: mark for path, mark in over.key_marks.items() if path in marks}
    return documents.Document(values, base.marks | marks, base.key_marks | keys)


def _text_of(path: Path, file: str) -> str:
    data = _bytes_of(path, file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].split(b"\n")
        message = "is not UTF-8 text; save it as UTF-8"
        raise errors.ScenarioError(message, file, len(before), len(before[-1]) + 1) from None


def _bytes_of(path: Path, file: str) -> bytes:
    """The content; the size is looked at first, so that a huge file costs nothing."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise errors.ScenarioError("is a folder, not a file" if path.is_dir() else "is not a plain file", file)
        if status.st_size > LARGEST_BYTES:
            message = f"is too large: {status.st_size:,} bytes; at most {LARGEST_BYTES:,} (1 MB)"
            raise errors.ScenarioError(message, file)
        with path.open("rb") as stream:
            return stream.read(LARGEST_BYTES)
    except FileNotFoundError:
        raise errors.ScenarioError("no such file", file) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise errors.ScenarioError(f"can't be read: {reason or error}", file) from None


def _composed(text: str, mark: Marks) -> documents.Document | None:
    """What ruamel's composer makes of a text; whatever it raises becomes a ScenarioError at the line reached."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _Composer
    composer = yaml.composer
    composer.mark = mark
    try:
        root = yaml.compose(text)
        return None if root is None else composer.document(root)
    except errors.ScenarioError:
        raise
    except MarkedYAMLError as error:
        problem = error.problem or error.context or "can't be understood"
        composer.reached = error.problem_mark or error.context_mark or composer.reached
        raise composer.here().error(f"not valid YAML: {_PLAIN_WORDS.get(problem, problem)}") from None
    except Exception as error:
        # The parser is a library fed with a stranger's text: none of its failures may end in a traceback.
        raise composer.here().error(f"not valid YAML near here ({type(error).__name__})") from None


class _Composer(Composer):
    """ruamel's composer, which refuses what a scenario may not contain as soon as it comes to it, and then takes plain
    values and their places from its nodes."""

    mark: Marks
    reached: Any = None
    _values = 0
    _levels = 0

    def here(self) -> documents.Mark:
        """The place reached."""
        return self.mark(1, 1) if self.reached is None else self._place(self.reached)

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

    def document(self, root: Any) -> documents.Document:
        """The values and marks of the topmost node."""
        found = documents.Document(None, {}, {})
        return replace(found, values=self._taken(root, (), found))

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
            self._refuse(event, f"tags (here {errors.shown(str(event.tag))}) are not allowed; write the plain value")
        if is_key and not single:
            self._refuse(event, "a key must be plain text, not a mapping or list")
        if not single and self._levels == DEEPEST:
            self._refuse(event, f"nested too deep; at most {DEEPEST} levels are allowed")

    def _taken(self, node: Any, path: documents.Steps, found: documents.Document) -> Any:
        """The plain value of a node; its mark, and those below, go into `found`."""
        found.marks[path] = self._place(node.start_mark)
        if isinstance(node, MappingNode):
            steps = ((self._key(key, path, found), entry) for key, entry in node.value)
            return {step: self._taken(entry, (*path, step), found) for step, entry in steps}
        if isinstance(node, SequenceNode):
            return [self._taken(entry, (*path, number), found) for number, entry in enumerate(node.value)]
        if node.value == "" and not node.style and path in found.key_marks:
            found.marks[path] = found.key_marks[path]  # one that was left out stands at the next word, lines below
        return self._single(node)

    def _key(self, node: Any, path: documents.Steps, found: documents.Document) -> str:
        if node.value == "<<" and not node.style:
            self._refuse(node, "merge keys (<<) are not allowed; use `extends`")
        key, words = self._single(node), errors.shown(node.value)
        if not isinstance(key, str):
            self._refuse(node, f"the key {words} is not text; write it in quotes: {words}")
        if (first := found.key_marks.get((*path, key))) is not None:
            where = "" if first.line is None else f"; first in line {first.line}"
            self._refuse(node, f"the key {words} is given twice{where}")
        found.key_marks[*path, key] = self._place(node.start_mark)
        return key

    def _single(self, node: Any) -> Any:
        if scalars.CONTROL.search(node.value):
            self._refuse(node, "control characters, such as \\0 or \\e in quotes, are not allowed")
        try:
            return node.value if node.style else scalars.scalar_value(node.value)
        except ValueError as error:
            self._refuse(node, str(error))

    def _place(self, at: Any) -> documents.Mark:
        return self.mark(at.line + 1, at.column + 1)

    def _refuse(self, at: Any, message: str) -> NoReturn:
        raise self._place(at.start_mark).error(message) from None
