"""What the schema expects at a path, read off the JSON Schema: type, bounds, unit, words, status, source.

The JSON Schema is the one public description of a pydantic model that has all of this in one place, so that
errors, `marketsim check` and editors speak from the same text.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from marketsim.purchasing.rule import PurchasingRule, registered_rules

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
            target = self.definitions[self.schema["$ref"].removeprefix(REFERENCE)]
            return Shape({**target, **rest}, self.definitions).settled(value)
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


def shape_of(model: type[BaseModel]) -> Shape:
    """The shape of a whole model, with the registered purchasing rules as alternatives for an arrangement."""
    return _shape_with(model, tuple(registered_rules().values()))


@lru_cache(maxsize=8)
def _shape_with(model: type[BaseModel], rules: tuple[type[PurchasingRule], ...]) -> Shape:
    references, top = models_json_schema(
        [(kind, "validation") for kind in (model, *rules)], ref_template=REFERENCE + "{model}"
    )
    definitions = top["$defs"]
    by_rule = {rule.name: references[rule, "validation"]["$ref"] for rule in rules}
    _offer_rules(definitions.get("Purchasing", {}), by_rule)
    return Shape(references[model, "validation"], definitions).settled(None)


def _offer_rules(purchasing: dict[str, Any], by_rule: dict[str, str]) -> None:
    arrangements = purchasing.get("properties", {}).get("arrangements")
    if arrangements is not None:
        arrangements["additionalProperties"] = {
            "oneOf": [{"$ref": reference} for reference in by_rule.values()],
            "discriminator": {"propertyName": "rule", "mapping": by_rule},
        }
