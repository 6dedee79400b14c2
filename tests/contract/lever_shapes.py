"""What the schema says of a lever's fields, for the contract tests of rules and policies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from marketsim.scenario.levers import Kind, Lever
from marketsim.scenario.shape import Shape, unit_of


def shape_of_lever(lever: type[Lever]) -> Shape:
    schema = lever.model_json_schema()
    return Shape(schema, schema.get("$defs", {}))


def smallest(lever: type[Lever], kind: Kind) -> dict[str, Any]:
    """The lever's word and the least that its required fields allow."""
    schema = shape_of_lever(lever)
    required = [name for name in schema.schema.get("required", []) if name != kind.key]
    return {kind.key: lever.name} | {name: _least(schema.at(name)) for name in required}


def _least(shape: Shape) -> Any:
    schema = shape.alternatives()[0].schema
    if "enum" in schema:
        return schema["enum"][0]
    match schema["type"]:
        case "array":
            return ["spot"]
        case "object":
            return {name: _least(shape.at(name)) for name in schema.get("required", [])}
        case "boolean":
            return False
        case "string":
            return "spot"
    return schema.get("minimum", 1)


def numeric_leaves(shape: Shape, path: tuple[str, ...] = (), above: str = "") -> Iterator[tuple[str, Shape, str]]:
    """Every number that YAML may set: dotted name, shape, and the description that a reader finds."""
    for name in shape.schema.get("properties", {}):
        entry = shape.at(name)
        text = entry.schema.get("description") or above
        yield from numeric_leaves(entry, (*path, name), text)
        if any(option.schema.get("type") in ("number", "integer") for option in entry.alternatives()):
            yield ".".join((*path, name)), entry, text


def check_numbers(lever: type[Lever]) -> None:
    """Every number has unit, status, source and meaning."""
    for name, shape, text in numeric_leaves(shape_of_lever(lever)):
        assert len(text) > 10, f"{name} has no description"
        assert unit_of(shape), f"{name} has no unit"
        assert shape.schema.get("status") in ("measured", "estimated", "assumption", "lever"), f"{name} has no status"
        assert shape.schema.get("source"), f"{name} has no source"
        if shape.schema["status"] in ("measured", "estimated"):
            assert shape.schema["source"] != "assumption", f"{name} names no source"


def check_bounds(lever: type[Lever], kind: Kind) -> None:
    """Every number is refused outside its bounds."""
    fields = smallest(lever, kind)
    for name, shape, _ in numeric_leaves(shape_of_lever(lever)):
        number = next(o.schema for o in shape.alternatives() if o.schema.get("type") in ("number", "integer"))
        assert "minimum" in number and "maximum" in number, f"{name} has no bounds"
        for wrong in (number["minimum"] - 1, number["maximum"] + 1, float("nan"), float("inf"), "1", True):
            with pytest.raises(ValidationError):
                lever.model_validate(fields | _nested(name.split("."), wrong))


def check_frozen(lever: type[Lever], kind: Kind) -> None:
    """No field can be set once it is read, and none added; nor does it answer to another word."""
    fields = smallest(lever, kind)
    made = lever.model_validate(fields)
    for name in lever.model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(made, name, getattr(made, name))
    with pytest.raises(ValidationError, match="Extra inputs"):
        lever.model_validate(fields | {"radius_in_parsecs": 1})
    with pytest.raises(ValidationError):
        lever.model_validate(fields | {kind.key: "another"})


def _nested(path: list[str], value: Any) -> dict[str, Any]:
    return {path[0]: _nested(path[1:], value) if path[1:] else value}
