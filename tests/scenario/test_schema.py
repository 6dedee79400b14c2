"""Every number of a scenario has unit or bounds, a meaning, a status and a source (or the word assumption)."""

import pytest

from marketsim.scenario.loading import json_schema

STATUSES = {"measured", "estimated", "assumption", "lever"}


def numbers() -> list[tuple[str, dict]]:
    found = []
    for section, shape in json_schema()["$defs"].items():
        for name, field in shape.get("properties", {}).items():
            kinds = {field.get("type"), *(option.get("type") for option in field.get("anyOf", []))}
            if kinds & {"number", "integer"}:
                found.append((f"{section}.{name}", field))
    return found


@pytest.mark.parametrize(("name", "field"), numbers(), ids=[name for name, _ in numbers()])
def test_number_is_documented(name: str, field: dict) -> None:
    kinds = [field, *field.get("anyOf", [])]
    assert any("maximum" in kind for kind in kinds), "no upper bound"
    assert any("minimum" in kind or "exclusiveMinimum" in kind for kind in kinds), "no lower bound"
    assert any("unit" in kind for kind in kinds), "no unit"
    by_kind = name.split(".")[0] in ("ShareByNeed", "RatioByNeed", "PoundsByNeed", "RatioByCare")  # documented in use
    assert by_kind or (field["status"] in STATUSES and field["source"] and field["description"])


def test_there_are_many() -> None:
    assert len(numbers()) > 80
