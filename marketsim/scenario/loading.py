"""From a scenario's name to a checked scenario that knows, and says, where each of its values came from."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import to_jsonable_python

from marketsim.scenario import (
    documents,
    drawn_values,
    errors,
    inheritance,
    levers,
    overlay,
    own_folder,
    reader,
    shipped,
)
from marketsim.scenario.schema import Scenario
from marketsim.scenario.shape import Shape, shape_of
from marketsim.scenario.validating import validate

LONGEST_CHAIN = 16
SET = "--set"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_OWN_WORDS = ("name", "question", "description")


@dataclass(frozen=True)
class LoadedScenario:
    """A checked scenario and its provenance.

    `sources` says for each dotted key where its value came from: `file:line:col`, `--set` or
    `default (status)`. `values` is the resolved scenario as plain JSON values, `given` what of it files and `--set` say
    (which makes the same scenario again), `drawn` the keys whose values are drawn from the plausible set. `digest` is
    the SHA-256 of values, drawn keys, users' rule files and own data, without the words that don't affect a run (name,
    question, description).
    """

    scenario: Scenario
    path: Path
    sources: dict[str, str]
    values: dict[str, Any]
    given: dict[str, Any]
    drawn: list[str]
    digest: str

    def leaves(self) -> Iterator[Leaf]:
        """Its single values, with what the schema says of each."""
        return leaves(self.values, shape_of(Scenario))


@dataclass(frozen=True)
class Leaf:
    """One value of a resolved scenario, with its path and what the schema says of it."""

    path: documents.Steps
    value: Any
    shape: Shape


def load_scenario(scenario: str | Path, overrides: Sequence[str] = ()) -> LoadedScenario:
    """Read a scenario by path or shipped name, lay it over its bases, apply overrides, and check it.

    `overrides` are `dotted.key=value`, later ones win. Raises ScenarioError, one line with file, line and
    column, for every mistake in the files and in the overrides.
    """
    path = shipped.find_scenario(scenario)
    document = resolved(path)
    for override in overrides:
        document = _overridden(document, override)
    return _checked(document, path)


def recorded_scenario(given: Mapping[str, Any], record: Path) -> LoadedScenario:
    """The scenario that a record (a manifest) says was given. Raises ScenarioError as above, with the record's name."""
    return _checked(documents.option([], given, errors.displayed(record)), record)


def _checked(document: documents.Document, path: Path) -> LoadedScenario:
    document = own_folder.found(document)
    checked = validate(document, Scenario)
    values = checked.model_dump(mode="json", serialize_as_any=True, by_alias=True)
    shape, drawn = shape_of(Scenario), drawn_values.drawn_keys(checked)
    sources = {".".join(map(str, leaf.path)): origin(leaf, document) for leaf in leaves(values, shape)}
    given = to_jsonable_python(overlay.given(checked))
    return LoadedScenario(checked, path, sources, values, given, drawn, _digest(values, drawn, checked))


def resolved(path: Path) -> documents.Document:
    """The values of a file laid over those of its bases, not yet checked; named after the file.

    Raises ScenarioError if a file can't be read, a base is missing, or bases go in a circle or are too many.
    """
    first, *bases = _chain(path)
    document, *later = [*(base.without(*_OWN_WORDS) for base in reversed(bases)), first]
    for one in later:  # from the lowest base up, since what a file drops may come again in one that extends it
        document = reader.laid(inheritance.by_date(document), inheritance.by_date(one))
    return named_after(path, inheritance.in_turn(document).without("extends"))


def named_after(path: Path, document: documents.Document) -> documents.Document:
    """The document with the name of its file, unless it gives itself a name."""
    if "name" in document.values:
        return document
    return reader.laid(document, documents.option(["name"], path.stem, errors.displayed(path)))


def _chain(path: Path) -> list[documents.Document]:
    """What the file holds, then its base, and so on."""
    seen: list[Path] = [path.resolve()]
    chain = [reader.read_yaml(path)]
    while "extends" in chain[-1].values:
        mark = chain[-1].mark(("extends",))
        path = shipped.find_base(chain[-1].values["extends"], mark, path.parent)
        seen.append(path.resolve())
        if seen[-1] in seen[:-1]:
            circle = " -> ".join(file.name for file in seen[seen.index(seen[-1]) :])
            raise mark.error(f"extends: goes round in a circle: {circle}")
        if len(seen) > LONGEST_CHAIN:
            raise mark.error(f"extends: more than {LONGEST_CHAIN} files extend one another")
        chain.append(reader.read_yaml(path))
    return chain


def _overridden(document: documents.Document, override: str) -> documents.Document:
    """The values with one `dotted.key=value` laid over them."""
    name, equals, text = override.partition("=")
    keys = [key.strip() for key in name.split(".")]
    if not equals or not all(keys) or not text.strip():
        raise errors.ScenarioError(f"{errors.shown(override)} is malformed; write dotted.key=value", SET)
    if len(keys) > reader.DEEPEST:
        message = f"{errors.shown(name)} has {len(keys)} keys; at most {reader.DEEPEST} are allowed"
        raise errors.ScenarioError(message, SET)
    if keys[0] == "extends":
        raise errors.ScenarioError("extends: can only be set in a file", SET)
    reached, value = document.nearest(keys[:-1])
    if value is not None and not isinstance(value, dict):
        found, missing = errors.shown(".".join(map(str, reached))), errors.shown(keys[len(reached)])
        raise errors.ScenarioError(f"{found} is {errors.shown(value)}, which has no key {missing}", SET)
    try:
        new = reader.read_text(text, lambda line, column: documents.Mark(SET))
    except errors.ScenarioError as error:
        raise errors.ScenarioError(f"{name.strip()}: {error.message}", SET) from None
    return reader.laid(document, documents.option(keys, None if new is None else new.values, SET))


def _digest(values: dict[str, Any], drawn: list[str], scenario: Scenario) -> str:
    rules = {name: text for rule in scenario.purchasing.arrangements.values() for name, text in _source(rule).items()}
    for policy in scenario.policies.values():
        rules |= {f"policy {name}": text for name, text in _source(policy).items()}  # a rule may have its name
    counted = {key: value for key, value in values.items() if key not in _OWN_WORDS} | {"drawn": drawn, "rules": rules}
    if (own := own_folder.digest(values["world"])) is not None:
        counted["world"] = {**values["world"], "data": own}
    canonical = json.dumps(counted, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def _source(lever: levers.Lever) -> dict[str, str]:
    """The file of a user's lever, which is part of what is run; nothing for those of the package."""
    if levers.is_ours(type(lever)):
        return {}
    file = Path(inspect.getfile(type(lever)))
    return {lever.name: file.read_text(encoding="utf-8", errors="replace")}


def leaves(value: Any, shape: Shape, path: documents.Steps = ()) -> Iterator[Leaf]:
    """All single values; a list of plain values counts as one, a list of mappings is taken apart."""
    if isinstance(value, dict) and value:
        for key, entry in value.items():
            yield from leaves(entry, shape.at(key, entry), (*path, key))
    elif isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        for number, entry in enumerate(value):
            yield from leaves(entry, shape.at(number, entry), (*path, number))
    else:
        yield Leaf(path, value, shape)


def origin(leaf: Leaf, document: documents.Document) -> str:
    """Where the value came from: `file:line:col`, `--set`, or `default` with its status and source."""
    path, value = document.nearest(leaf.path)
    if path == leaf.path or not isinstance(value, dict):
        return str(document.mark(path))
    status, source = leaf.shape.schema.get("status", ""), leaf.shape.schema.get("source", "")
    if not status:
        return "default"
    return f"default ({status})" if source in ("", status) else f"default ({status}: {source})"


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a scenario file, for editors.

    Nothing is required at the top, since what a file leaves out may come from the file that it extends.
    """
    shape = shape_of(Scenario)
    schema = {key: value for key, value in shape.schema.items() if key != "required"}
    extends = {"type": "string", "description": "one base file: this file says only what differs from it"}
    schema["properties"] = {"extends": extends, **schema["properties"]}
    return {"$schema": DIALECT, **schema, "title": "marketsim scenario", "$defs": shape.definitions}
