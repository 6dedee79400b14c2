"""Values laid over values: a file over its base, `--set` over a file, changes at a date, plausible sets and sweeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from marketsim.scenario import errors

Model = TypeVar("Model", bound=BaseModel)
Steps = tuple[str, ...]
TAGS = ("rule", "policy", "kind")
PLUGGED: dict[Steps, int] = {("purchasing", "arrangements"): 3, ("policies",): 2}  # with the depth of their entries


def laid_over(base: Any, over: Any) -> Any:
    """`over` laid over `base`: mappings key by key; lists and single values are replaced.

    So is a mapping given another `rule`, `policy` or `kind`: the old entries mean nothing to it.
    """
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    if any(tag in over and over[tag] != base.get(tag) for tag in TAGS):
        return over
    return base | {key: laid_over(base[key], value) if key in base else value for key, value in over.items()}


def given(value: Any, also: Set[Steps] = frozenset(), path: Steps = ()) -> Any:
    """What was given of a part of a scenario, models taken apart into mappings; defaults are left out, but for the word
    that says which kind of part it is, and the parts `also` wanted, by their paths."""
    if isinstance(value, BaseModel):
        fields, wanted = type(value).model_fields, {*value.model_fields_set, *TAGS}
        named = {name: getattr(value, name) for name in fields if name in wanted or (*path, name) in also}
        taken = {fields[name].alias or name: given(part, also, (*path, name)) for name, part in named.items()}
        return taken | given(value.model_extra or {})
    if isinstance(value, dict):
        return {key: given(part, also, (*path, key)) for key, part in value.items()}
    return [given(part) for part in value] if isinstance(value, list) else value


def with_values(scenario: Model, values: Mapping[str, Any], keep_given: bool = False) -> Model:
    """The scenario with other values at some dotted keys (`providers.bidding`), checked like a file, all together.

    With `keep_given` a value that the scenario's own file sets is not replaced. Keys of arrangements that the scenario
    has not are passed over. Raises ScenarioError for an unknown key or a value that isn't allowed.
    """
    laid = {key: value for key, value in values.items() if _leads_somewhere(scenario, key)}
    if keep_given:
        laid = {key: laid[key] for key in free_keys(scenario, list(laid))}
    steps = {key: tuple(key.split(".")) for key in laid}
    changed = given(scenario, {path[:depth] for path in steps.values() for depth in range(len(path))})
    for key, value in laid.items():
        changed = laid_over(changed, nested(steps[key], value))
    try:
        return type(scenario).model_validate(changed)
    except ValidationError as error:
        raise errors.ScenarioError(_refusal(error, laid)) from None


def with_change(scenario: Model, change: Mapping[str, Any]) -> Model:
    """The scenario with one more entry of `changes`, behind those `from` earlier dates. Raises ScenarioError."""
    taken = given(scenario)
    taken["changes"] = sorted([*taken.get("changes", []), dict(change)], key=lambda entry: entry["from"])
    try:
        return type(scenario).model_validate(taken)
    except ValidationError as error:
        raise errors.ScenarioError(error.errors()[0]["msg"].replace("Value error, ", "")) from None


def nested(steps: Sequence[str], value: Any) -> Any:
    """The value in mappings for the steps on the way to it."""
    for step in reversed(steps):
        value = {step: value}
    return value


def free_keys(scenario: BaseModel, keys: Sequence[str]) -> list[str]:
    """Of some dotted keys those that lead somewhere and whose values the scenario's own file doesn't give."""
    return [key for key in keys if _leads_somewhere(scenario, key) and not is_given(scenario, key)]


def is_given(scenario: BaseModel, key: str) -> bool:
    """True if the scenario's own file (or `--set`) gives the value at a dotted key."""
    node: Any = scenario
    for step in key.split("."):
        if isinstance(node, BaseModel) and step not in node.model_fields_set:
            return False
        node = node.get(step) if isinstance(node, dict) else getattr(node, step, None)
    return True


def value_at(scenario: BaseModel, key: str) -> Any:
    """The value at a dotted key; None where the scenario has no such arrangement, KeyError for an unknown key."""
    node: Any = scenario
    for step in key.split("."):
        if isinstance(node, dict):
            node = node.get(step)
        elif node is not None:
            fields = type(node).model_fields if isinstance(node, BaseModel) else {}
            if step not in fields:
                raise KeyError(step, sorted(fields))
            node = getattr(node, step)
    return node


def _leads_somewhere(scenario: BaseModel, key: str) -> bool:
    """False for a key of an arrangement that the scenario doesn't have. Raises ScenarioError for an unknown key."""
    try:
        value_at(scenario, key)
    except KeyError as error:
        near = errors.did_you_mean(*error.args)
        raise errors.ScenarioError(errors.sentence(f"there is no value {errors.shown(key)}", near)) from None
    steps = key.split(".")
    entry = next((depth for above, depth in PLUGGED.items() if tuple(steps[: depth - 1]) == above), 0)
    return not entry or value_at(scenario, ".".join(steps[:entry])) is not None


def _refusal(error: ValidationError, values: Mapping[str, Any]) -> str:
    """What is wrong with the first value that is refused, or with all that do not go together."""
    first = error.errors()[0]
    at_fault = [key for key in values if all(a == b for a, b in zip(key.split("."), first["loc"], strict=False))]
    at_fault = at_fault or list(values)
    got = [errors.shown(values[key]) for key in at_fault]
    return f"{errors.listed(at_fault)}: {first['msg']}, got {errors.listed(got)}"
