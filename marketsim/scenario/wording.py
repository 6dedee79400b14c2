"""What is expected, in plain words: `a number from 0 to 1 (share)`, not the language of the validator."""

from __future__ import annotations

from typing import Any

from marketsim.scenario.errors import listed, shown
from marketsim.scenario.shape import Shape


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
        quoted = [shown(word) for word in words]
        return quoted[0] if len(words) == 1 else f"one of {listed(quoted)}"
    unit = f" ({schema['unit']})" if "unit" in schema else ""
    match schema.get("type"):
        case "number" | "integer" as kind:
            noun = "a number" if kind == "number" else "a whole number"
            return noun + _range(schema) + unit
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
