"""Values laid over a scenario by their dotted keys, as plausible sets, calibration and sweeps do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from marketsim.scenario.errors import ScenarioError, did_you_mean, listed, sentence, shown
from marketsim.scenario.schema import Scenario

Part = TypeVar("Part", bound=BaseModel)


def with_values(scenario: Scenario, values: Mapping[str, Any], keep_given: bool = False) -> Scenario:
    """The scenario with other values at some dotted keys (`providers.bidding`), checked like a file, all together.

    With `keep_given` a value that the scenario's own file sets is not replaced. Keys of arrangements that the scenario
    has not are passed over. Raises ScenarioError for an unknown key or a value that isn't allowed.
    """
    changes: dict[str, Any] = {}
    for key, value in values.items():
        steps = key.split(".")
        if _leads_nowhere(scenario, steps) or (keep_given and is_given(scenario, key)):
            continue
        below = changes
        for step in steps[:-1]:
            below = below.setdefault(step, {})
        below[steps[-1]] = value
    changed: Scenario = _changed(scenario, changes, "")
    return changed


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


def _changed(node: Any, changes: Any, where: str) -> Any:
    """A part of a scenario with changes laid over it: values by name, in dicts for the parts below. All are checked
    together, since one value may be allowed only beside another."""
    if not isinstance(changes, dict):
        return changes
    if isinstance(node, dict):
        return {**node, **{name: _changed(node.get(name), to, f"{where}{name}.") for name, to in changes.items()}}
    _check_names(node, changes, where)
    given = {name: getattr(node, name) for name in node.model_fields_set}
    new = {name: _changed(getattr(node, name), to, f"{where}{name}.") for name, to in changes.items()}
    try:
        return type(node).model_validate({**given, **new})
    except ValidationError as error:
        raise ScenarioError(_refusal(error, changes, where)) from None


def _check_names(node: Any, changes: dict[str, Any], where: str) -> None:
    """Refuse names that a part of a scenario doesn't have."""
    for name, below in changes.items():
        try:
            _check_field(node, name)
        except KeyError as error:
            key = next(_leaves({name: below}, where))[0]
            message = sentence(f"there is no value {shown(key)}", did_you_mean(name, list(error.args[1])))
            raise ScenarioError(message) from None


def _refusal(error: ValidationError, changes: dict[str, Any], where: str) -> str:
    """What is wrong with the first value that is refused, or with all of a part that do not go together."""
    first = error.errors()[0]
    at_fault = {name: below for name, below in changes.items() if name in first["loc"][:1]} or changes
    values = dict(_leaves(at_fault, where))
    return f"{listed(list(values))}: {first['msg']}, got {listed([shown(value) for value in values.values()])}"


def _leaves(changes: dict[str, Any], where: str) -> Iterator[tuple[str, Any]]:
    """The values with their dotted keys."""
    for name, below in changes.items():
        if isinstance(below, dict):
            yield from _leaves(below, f"{where}{name}.")
        else:
            yield f"{where}{name}", below


def _check_field(node: Any, name: str) -> None:
    fields = type(node).model_fields if isinstance(node, BaseModel) else {}
    if name not in fields:
        raise KeyError(name, sorted(fields))
