"""What the schema expects at a path, read off the JSON Schema, and how to say it: `a number from 0 to 1 (share)`.

The JSON Schema is the one public description of a pydantic model that has all of this in one place, so that
errors, `marketsim check` and editors speak from the same text.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from marketsim.core import interrupts
from marketsim.scenario import errors
from marketsim.scenario.sections.base import Plug, Section

REFERENCE = "#/$defs/"
_INHERITED = ("status", "source")


@dataclass(frozen=True)
class Shape:
    """One place in a JSON Schema, with the definitions that it may refer to."""

    schema: dict[str, Any]
    definitions: dict[str, Any]

    def at(self, key: str | int, value: object = None) -> Shape:
        """The shape of an entry, empty if the schema has none; `value` chooses where there are alternatives.

        Status and source of a section hold for its entries that have none of their own.
        """
        if isinstance(key, int):
            entry = self.schema.get("items")
        else:
            entry = self.schema.get("properties", {}).get(key, self.schema.get("additionalProperties"))
        inherited = {word: self.schema[word] for word in _INHERITED if word in self.schema}
        return Shape(inherited | (entry if isinstance(entry, dict) else {}), self.definitions).settled(value)

    def settled(self, value: object) -> Shape:
        """This shape with references followed, and of alternatives the one that the value is meant for."""
        if "$ref" in self.schema:
            rest = {word: entry for word, entry in self.schema.items() if word != "$ref"}
            return Shape({**_definition(self.schema, self.definitions), **rest}, self.definitions).settled(value)
        chosen = self._chosen(value)
        if chosen is None:
            return self
        rest = {word: self.schema[word] for word in _INHERITED if word in self.schema}
        return Shape({**chosen, **rest}, self.definitions).settled(value)

    def alternatives(self) -> list[Shape]:
        """The shapes that are allowed here, one unless the schema says `anyOf`."""
        options = self.schema.get("anyOf")
        return [Shape(option, self.definitions).settled(None) for option in options] if options else [self]

    def tag(self) -> tuple[str, list[str]] | None:
        """The key whose word chooses among alternatives (`kind`, `rule`), and the words it may have."""
        discriminator = self.schema.get("discriminator")
        return (discriminator["propertyName"], list(discriminator["mapping"])) if discriminator else None

    def _chosen(self, value: object) -> dict[str, Any] | None:
        tag = self.tag()
        if tag and isinstance(value, dict):
            reference = self.schema["discriminator"]["mapping"].get(str(value.get(tag[0])))
            return {"$ref": reference} if reference else None
        wanted = "object" if isinstance(value, dict) else "array" if isinstance(value, list) else ""
        for option in self.schema.get("anyOf", ()):
            if Shape(option, self.definitions).settled(None).schema.get("type") == wanted:
                return dict(option)
        return None


def shape_of(model: type[Section]) -> Shape:
    """The shape of a whole model, with what is plugged in as alternatives where it may stand."""
    return _shape_with(model, model.plugged_in())


@lru_cache(maxsize=8)
def _shape_with(model: type[Section], plugged_in: tuple[Plug, ...]) -> Shape:
    kinds = (model, *(kind for plug in plugged_in for _, kind in plug.named))
    wanted: list[tuple[type[BaseModel], Literal["validation"]]] = [(kind, "validation") for kind in kinds]
    with interrupts.deferred():  # as in `plugins.modules_of`
        references, top = models_json_schema(wanted, ref_template=REFERENCE + "{model}")
    whole = _definition(references[model, "validation"], top["$defs"])
    for plug in plugged_in:
        by_name = {name: references[kind, "validation"]["$ref"] for name, kind in plug.named}
        section = _definition(whole["properties"][plug.section], top["$defs"]) if plug.section else whole
        section["properties"][plug.entry]["additionalProperties"] = {
            "oneOf": [{"$ref": reference} for reference in by_name.values()],
            "discriminator": {"propertyName": plug.key, "mapping": by_name},
        }
    return Shape(references[model, "validation"], top["$defs"]).settled(None)


def _definition(reference: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """What is referred to; its name isn't that of the class where a user's class has the same."""
    found: dict[str, Any] = definitions[reference["$ref"].removeprefix(REFERENCE)]
    return found


def expectation(shape: Shape) -> str:
    """What may stand at this place of the schema; empty if the schema doesn't say."""
    phrases = [_phrase(option) for option in shape.alternatives()]
    return " or ".join(dict.fromkeys(phrase for phrase in phrases if phrase))


def allowed_words(shape: Shape) -> list[str]:
    """The words that are allowed here if only certain words are, else an empty list."""
    words: list[str] = []
    for option in shape.alternatives():
        schema = option.schema
        choices = [schema["const"]] if "const" in schema else schema.get("enum", [])
        words += [choice for choice in choices if isinstance(choice, str)]
    return words


def unit_of(shape: Shape) -> str:
    """The unit, of whichever alternative has one; empty if there is none."""
    return next((str(option.schema["unit"]) for option in shape.alternatives() if "unit" in option.schema), "")


def _phrase(shape: Shape) -> str:
    schema = shape.schema
    words = allowed_words(shape)
    if words:
        quoted = [errors.shown(word) for word in words]
        return quoted[0] if len(words) == 1 else f"one of {errors.listed(quoted)}"
    unit = f" ({schema['unit']})" if "unit" in schema else ""
    match schema.get("type"):
        case "number" | "integer" as kind:
            noun = "a number" if kind == "number" else "a whole number"
            limits = _range(schema)
            return noun + (limits.replace(",", "") if schema.get("unit") == "year" else limits) + unit
        case "array":
            return "a list" + _length(schema, "Items", "entries")
        case "string" if schema.get("format") == "date":
            return "a date such as 2024-04-01"
        case "string":
            form = f" of the form {schema['pattern']}" if "pattern" in schema else ""
            return "text" + _length(schema, "Length", "characters") + form
        case "boolean":
            return "true or false"
        case "object":
            return "a mapping, lines such as `key: value`"
        case "null":
            return "nothing"
    return "a mapping, lines such as `key: value`" if "oneOf" in schema else ""


def _range(schema: dict[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f" from {_number(low)} to {_number(high)}"
    over, under = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    limits = [("at least", low), ("above", over), ("below", under), ("at most", high)]
    stated = [f"{words} {_number(limit)}" for words, limit in limits if limit is not None]
    return " " + " and ".join(stated) if stated else ""


def _length(schema: dict[str, Any], measure: str, noun: str) -> str:
    low, high = schema.get(f"min{measure}"), schema.get(f"max{measure}")
    if low is not None and high is not None:
        return f" of {low} to {high} {noun}"
    if low is not None:
        return f" of at least {low} {noun}"
    return f" of at most {high} {noun}" if high is not None else ""


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else str(value)
