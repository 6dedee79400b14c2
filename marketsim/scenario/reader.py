"""From a YAML file to plain values with marks, refusing everything that a scenario doesn't need.

ruamel.yaml only parses here: its stream of events is walked once, without recursion, under limits of size,
depth and number of values. Anchors, aliases, tags and merge keys are refused, so a file means what it says,
line by line.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import Event

from marketsim.scenario import nodes
from marketsim.scenario.building import Builder
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.nodes import Mark, Node
from marketsim.scenario.scalars import CONTROL

LARGEST_BYTES = 1_000_000

_LINE_END = re.compile("\r\n|\r|\n")
_PLAIN_WORDS = {
    "mapping values are not allowed here": "a ':' where none can stand; check the indentation, and put "
    "text that contains ': ' in quotes",
    "could not find expected ':'": "a key without ':' after it",
    "found character '\\t' that cannot start any token": "a tab; indent with spaces",
}


@dataclass(frozen=True)
class Document:
    """One file as read; `root` holds the values together with their marks."""

    root: Node

    @cached_property
    def values(self) -> dict[str, Any]:
        """The plain values: dict, list, text, number, true or false, None and date."""
        values: dict[str, Any] = self.root.plain()
        return values

    @cached_property
    def marks(self) -> dict[nodes.Path, Mark]:
        """Where each value stands, by path."""
        return {path: node.mark for path, node in self.root.walk()}

    @cached_property
    def key_marks(self) -> dict[nodes.Path, Mark]:
        """Where the key of each entry of a mapping stands, by path."""
        return {path: node.key for path, node in self.root.walk() if node.key is not None}


def read_yaml(path: Path) -> Document:
    """Read one scenario file.

    Raises ScenarioError, with the line where there is one, for a file that is missing, not a file, larger
    than 1 MB, not UTF-8 text, not YAML or not a mapping, and for whatever in YAML a scenario may not use.
    """
    file = displayed(path)
    root = read_nodes(_text_of(path, file), lambda line, column: Mark(file, line, column))
    if root is None:
        raise ScenarioError("is empty; expected a mapping, lines such as `key: value`", file)
    if not isinstance(root.value, dict):
        raise root.mark.error("expected a mapping at the top, lines such as `key: value`")
    return Document(root)


def read_nodes(text: str, mark: Callable[[int, int], Mark]) -> Node | None:
    """The values in a YAML text; None if it holds nothing. `mark` makes marks from line and column.

    Raises ScenarioError for all that `read_yaml` refuses in a text.
    """
    control = CONTROL.search(text)
    if control:
        before = _LINE_END.split(text[: control.start()])
        message = f"the control character {control.group()!r} is not allowed; only text, tabs and line ends are"
        raise mark(len(before), len(before[-1]) + 1).error(message)
    builder = Builder()
    for event in _events(text, mark):
        builder.take(event, mark(event.start_mark.line + 1, event.start_mark.column + 1))
    return builder.root


def displayed(path: Path) -> str:
    """The path as messages show it: from the current folder where it lies below that."""
    try:
        return path.absolute().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return str(path)


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


def _events(text: str, mark: Callable[[int, int], Mark]) -> Iterator[Event]:
    """The events of ruamel's parser; whatever it raises becomes a ScenarioError at the line reached."""
    line, column = 1, 1
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            line, column = event.start_mark.line + 1, event.start_mark.column + 1
            yield event
    except MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        if at is not None:
            line, column = at.line + 1, at.column + 1
        problem = error.problem or error.context or "can't be understood"
        raise mark(line, column).error(f"not valid YAML: {_PLAIN_WORDS.get(problem, problem)}") from None
    except Exception as error:
        # The parser is a library fed with a stranger's text: none of its failures may end in a traceback.
        raise mark(line, column).error(f"not valid YAML near here ({type(error).__name__})") from None
