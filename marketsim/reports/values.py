"""The values of a scenario as `marketsim check` prints them: each with its unit and where it comes from."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Iterator
from typing import Any

from marketsim.scenario import errors, loading
from marketsim.scenario.overlay import TAGS
from marketsim.scenario.schema import Scenario
from marketsim.scenario.shape import Shape, shape_of, unit_of

KEY, VALUE, INDENT = 31, 17, "    "  # widths of the first two columns, and what stands before lines below them
NOTHING = object()


def described(loaded: loading.LoadedScenario, only_changed: bool = False, width: int | None = None) -> str:
    """The resolved scenario, a line for each value and a further one where its source is long; with `only_changed`
    those that differ from the defaults. As wide as the terminal, if no width is given."""
    room = width or shutil.get_terminal_size().columns
    shape = shape_of(Scenario)
    lines: list[str] = []
    for leaf in loaded.leaves():
        key = ".".join(map(str, leaf.path))
        source = loaded.sources[key]
        same = source.startswith("default") or leaf.value == _default(leaf, loaded.values, shape)
        if not (only_changed and same):
            shown = f"{_text(leaf.value)} {unit_of(leaf.shape)}".strip()
            lines += _lines(errors.escaped(key), shown, source, room)
    return "\n".join(lines)


def _lines(key: str, value: str, source: str, room: int) -> Iterator[str]:
    """On one line if there is room; a long key stands above, a long value or source below, indented."""
    start = key.ljust(KEY)
    if len(key) >= KEY:
        yield key
        start = " " * KEY
    start = f"{start}{value} ".ljust(KEY + VALUE)
    if len(start.rstrip()) > room:
        yield from [key][: len(key) < KEY]
        yield from _below(f"{value}  {source}", room)
    elif len(start) + len(source) > room:
        yield start.rstrip()
        yield from _below(source, room)
    else:
        yield start + source


def _below(text: str, room: int) -> list[str]:
    return textwrap.wrap(text, room, initial_indent=INDENT, subsequent_indent=INDENT, break_on_hyphens=False)


def _default(leaf: loading.Leaf, value: Any, shape: Shape) -> object:
    """What would stand there if nothing were said."""
    default: Any = NOTHING
    for step in leaf.path:
        value = value[step]
        shape = shape.at(step, value)
        default = default.get(step, NOTHING) if isinstance(default, dict) else NOTHING
        default = shape.schema.get("default", NOTHING) if default is NOTHING else default
        if isinstance(value, dict) and isinstance(default, dict):
            default = default if all(value.get(tag) == default.get(tag) for tag in TAGS) else NOTHING
    return default


def _text(value: Any) -> str:
    """The value as it could be written in YAML, on one line."""
    if isinstance(value, list):
        more = f" ({len(value)} entries)" if len(value) > 1 else ""
        text = f"[{', '.join(map(_text, value))}]"
        return text if len(text) <= errors.LONGEST_SHOWN else errors.shortened(text) + more
    text = value if isinstance(value, str) and value else json.dumps(value)
    return errors.escaped(errors.shortened(text))
