"""Values laid over a scenario by their dotted keys, as plausible sets, calibration and sweeps do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from marketsim.scenario.errors import ScenarioError, did_you_mean, sentence, shown
from marketsim.scenario.schema import Scenario

Part = TypeVar("Part", bound=BaseModel)


def with_values(scenario: Scenario, values: Mapping[str, Any], keep_given: bool = False) -> Scenario:
    """The scenario with other values at some dotted keys (`providers.bidding`), checked like a file.

    With `keep_given` a value that the scenario's own file sets is not replaced. Keys of arrangements that the scenario
    has not are passed over. Raises ScenarioError for an unknown key or a value that isn't allowed.
    """
    for key, value in values.items():
        steps = key.split(".")
        if _leads_nowhere(scenario, steps) or (keep_given and is_given(scenario, key)):
            continue
        try:
            scenario = _changed(scenario, steps, value)
        except KeyError as error:
            options = [] if not error.args[1:] else list(error.args[1])
            message = sentence(f"there is no value {shown(key)}", did_you_mean(str(error.args[0]), options))
            raise ScenarioError(message) from None
        except ValidationError as error:
            raise ScenarioError(f"{key}: {error.errors()[0]['msg']}, got {shown(value)}") from None
    return scenario


def is_given(scenario: Scenario, key: str) -> bool:
    """True if the scenario's own file (or `--set`) gives the value at a dotted key."""
    node: Any = scenario
    for step in key.split("."):
        if isinstance(node, BaseModel) and step not in node.model_fields_set:
            return False
        node = node.get(step) if isinstance(node, dict) else getattr(node, step, None)
    return True


def value_at(scenario: Scenario, key: str) -> Any:
    """The value at a dotted key; None where the scenario has no such arrangement, KeyError for an unknown key."""
    node: Any = scenario
    for step in key.split("."):
        if isinstance(node, dict):
            node = node.get(step)
        elif node is not None:
            _check_field(node, step)
            node = getattr(node, step)
    return node


def _leads_nowhere(scenario: Scenario, steps: list[str]) -> bool:
    """True for a key of an arrangement that the scenario doesn't have."""
    is_arrangement = steps[:2] == ["purchasing", "arrangements"] and len(steps) > 2
    return is_arrangement and steps[2] not in scenario.purchasing.arrangements


def _changed(node: Any, steps: list[str], value: Any) -> Any:
    if not steps:
        return value
    first, *rest = steps
    if isinstance(node, dict):
        return {**node, first: _changed(node.get(first), rest, value)}
    _check_field(node, first)
    given = {name: getattr(node, name) for name in node.model_fields_set}
    return type(node).model_validate({**given, first: _changed(getattr(node, first), rest, value)})


def _check_field(node: Any, name: str) -> None:
    fields = type(node).model_fields if isinstance(node, BaseModel) else {}
    if name not in fields:
        raise KeyError(name, sorted(fields))
