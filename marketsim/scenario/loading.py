"""From a scenario's name to a checked scenario that knows where each of its values came from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marketsim.scenario.errors import ScenarioError, shown
from marketsim.scenario.leaves import leaves, origin
from marketsim.scenario.nodes import Mark, Node, merge
from marketsim.scenario.reader import displayed, read_nodes, read_yaml
from marketsim.scenario.schema import Scenario
from marketsim.scenario.shape import shape_of
from marketsim.scenario.shipped import find_base, find_scenario
from marketsim.scenario.validating import validate

LONGEST_CHAIN = 16
SET = "--set"
_OWN_WORDS = ("name", "question", "description")


@dataclass(frozen=True)
class LoadedScenario:
    """A checked scenario and its provenance.

    `sources` says for each dotted key where its value came from: `file:line:col`, `--set` or
    `default (status)`. `values` is the resolved scenario as plain JSON values; `digest` is the SHA-256 of
    these, without the words that don't affect a run (name, question, description).
    """

    scenario: Scenario
    path: Path
    sources: dict[str, str]
    values: dict[str, Any]
    digest: str


def load_scenario(scenario: str | Path, overrides: Sequence[str] = ()) -> LoadedScenario:
    """Read a scenario by path or shipped name, lay it over its bases, apply overrides, and check it.

    `overrides` are `dotted.key=value`, later ones win. Raises ScenarioError, one line with file, line and
    column, for every mistake in the files and in the overrides.
    """
    path = find_scenario(scenario)
    root = resolved(path)
    for override in overrides:
        root = _overridden(root, override)
    checked = validate(root, Scenario)
    values = checked.model_dump(mode="json", serialize_as_any=True, by_alias=True)
    shape = shape_of(Scenario)
    sources = {".".join(map(str, leaf.path)): origin(leaf, root) for leaf in leaves(values, shape)}
    return LoadedScenario(checked, path, sources, values, _digest(values))


def resolved(path: Path) -> Node:
    """The values of a file laid over those of its bases, not yet checked; named after the file.

    Raises ScenarioError if a file can't be read, a base is missing, or bases go in a circle or are too many.
    """
    first, *bases = _chain(path)
    root = _without(first, "extends")
    for base in bases:
        root = merge(_without(base, "extends", *_OWN_WORDS), root)
    if root.child("name") is None:
        return merge(root, _mapping({"name": Node(path.stem, Mark(displayed(path)))}, root.mark))
    return root


def _chain(path: Path) -> list[Node]:
    """What the file holds, then its base, and so on."""
    seen: list[Path] = [path.resolve()]
    chain = [read_yaml(path).root]
    while (extends := chain[-1].child("extends")) is not None:
        path = find_base(extends, path.parent)
        seen.append(path.resolve())
        if seen[-1] in seen[:-1]:
            circle = " -> ".join(file.name for file in seen[seen.index(seen[-1]) :])
            raise extends.mark.error(f"extends: goes round in a circle: {circle}")
        if len(seen) > LONGEST_CHAIN:
            raise extends.mark.error(f"extends: more than {LONGEST_CHAIN} files extend one another")
        chain.append(read_yaml(path).root)
    return chain


def _overridden(root: Node, override: str) -> Node:
    """The values with one `dotted.key=value` laid over them."""
    name, equals, text = override.partition("=")
    keys = [key.strip() for key in name.split(".")]
    if not equals or not all(keys) or not text.strip():
        raise ScenarioError(f"{shown(override)} is malformed; write dotted.key=value", SET)
    if keys[0] == "extends":
        raise ScenarioError("extends: can only be set in a file", SET)
    node, depth = root.nearest(keys[:-1])
    if node.value is not None and not isinstance(node.value, dict):
        message = f"{shown('.'.join(keys[:depth]))} is {shown(node.value)}, which has no key {shown(keys[depth])}"
        raise ScenarioError(message, SET)
    mark = Mark(SET)
    try:
        new = read_nodes(text, lambda line, column: mark) or Node(None, mark)
    except ScenarioError as error:
        raise ScenarioError(f"{name.strip()}: {error.message}", SET) from None
    for key in reversed(keys):
        new = _mapping({key: Node(new.value, new.mark, mark)}, mark)
    return merge(root, new)


def _mapping(entries: dict[str, Node], mark: Mark) -> Node:
    return Node(dict(entries), mark)


def _without(root: Node, *keys: str) -> Node:
    entries = root.value if isinstance(root.value, dict) else {}
    return Node({key: node for key, node in entries.items() if key not in keys}, root.mark)


def _digest(values: dict[str, Any]) -> str:
    counted = {key: value for key, value in values.items() if key not in _OWN_WORDS}
    canonical = json.dumps(counted, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
