"""A resolved scenario taken apart into single values, each with its unit and where it came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marketsim.scenario.documents import Document, Path
from marketsim.scenario.shape import Shape


@dataclass(frozen=True)
class Leaf:
    """One value of a resolved scenario, with its path and what the schema says of it."""

    path: Path
    value: Any
    shape: Shape


def leaves(value: Any, shape: Shape, path: Path = ()) -> Iterator[Leaf]:
    """All single values; a list of plain values counts as one, a list of mappings is taken apart."""
    if isinstance(value, dict) and value:
        for key, entry in value.items():
            yield from leaves(entry, shape.at(key, entry), (*path, key))
    elif isinstance(value, list) and any(isinstance(entry, dict | list) for entry in value):
        for number, entry in enumerate(value):
            yield from leaves(entry, shape.at(number, entry), (*path, number))
    else:
        yield Leaf(path, value, shape)


def origin(leaf: Leaf, document: Document) -> str:
    """Where the value came from: `file:line:col`, `--set`, or `default` with its status and source."""
    path, value = document.nearest(leaf.path)
    if path == leaf.path or not isinstance(value, dict):
        return str(document.mark(path))
    status, source = leaf.shape.schema.get("status", ""), leaf.shape.schema.get("source", "")
    if not status:
        return "default"
    return f"default ({status})" if source in ("", status) else f"default ({status}: {source})"
