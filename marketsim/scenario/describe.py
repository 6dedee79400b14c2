"""What `marketsim check` and `marketsim schema` print."""

from __future__ import annotations

import json
from typing import Any, Protocol

from marketsim.scenario.errors import escaped, shortened
from marketsim.scenario.leaves import leaves
from marketsim.scenario.schema import Scenario
from marketsim.scenario.shape import shape_of, unit_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class Described(Protocol):
    """A scenario that was loaded: its values, and by dotted key where each came from."""

    @property
    def values(self) -> dict[str, Any]:
        """The resolved scenario as plain values."""

    @property
    def sources(self) -> dict[str, str]:
        """Where each value came from."""


def describe(loaded: Described) -> str:
    """The resolved scenario as aligned lines `dotted.key  value  unit  source`, one for each value."""
    rows = []
    for leaf in leaves(loaded.values, shape_of(Scenario)):
        name = ".".join(map(str, leaf.path))
        rows.append((escaped(name), _text(leaf.value), unit_of(leaf.shape), loaded.sources[name]))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ("  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[3]]) for row in rows)
    return "\n".join(lines)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a scenario file, for editors.

    Nothing is required at the top, since what a file leaves out may come from the file that it extends.
    """
    shape = shape_of(Scenario)
    schema = {key: value for key, value in shape.schema.items() if key != "required"}
    extends = {"type": "string", "description": "one base file: this file says only what differs from it"}
    schema["properties"] = {"extends": extends, **schema["properties"]}
    return {"$schema": DIALECT, **schema, "title": "marketsim scenario", "$defs": shape.definitions}


def _text(value: Any) -> str:
    """The value as it could be written in YAML, on one line."""
    if isinstance(value, list):
        more = f" ({len(value)} entries)" if len(value) > 1 else ""
        text = f"[{', '.join(map(_text, value))}]"
        return text if len(text) <= 60 else shortened(text) + more
    text = value if isinstance(value, str) and value else json.dumps(value)
    return escaped(shortened(text))
