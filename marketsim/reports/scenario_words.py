"""A scenario in words, and what differs between two."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from marketsim.experiments.comparison import Comparison
from marketsim.reports import own_files, tables
from marketsim.results import definitions
from marketsim.scenario import errors, levers
from marketsim.scenario.schema import Scenario
from marketsim.scenario.tiers import Order, flat

MOST_VALUES = 40  # that differ between two scenarios and are listed
IN_WORDS = ("name", "question", "description", "changes", "shocks")
SHORT = 60  # letters of a value
MOST_NAMED = 6  # members


def used(scenario: Scenario) -> list[str]:
    """The arrangements that somebody buys through, those inside of cooperatives included."""
    names = list(dict.fromkeys(name for order in scenario.purchasing.orders() for name in order))
    arrangements = scenario.purchasing.arrangements
    inside = [inner for name in names for inner in flat(levers.inside(arrangements[name]) or [])]
    return list(dict.fromkeys([*names, *inside]))


def told(comparison: Comparison, label: str) -> Iterator[str]:
    """What a scenario is, in sentences: where and when, how places are bought, who is in what, what changes."""
    scenario, weeks = comparison.scenarios[label], comparison.weeks_of(label)
    world = "England" if scenario.world.kind == "england" else f"{scenario.world.authorities} made-up authorities"
    purchasing = scenario.purchasing
    yield f"{label}: {world}, {weeks} weeks from {_date(scenario.horizon.start)}."
    yield from own_files.in_words(scenario.world, comparison.manifest["scenarios"][label].get("own_data"))
    yield f"Authorities try {_order(purchasing.order)}."
    for group in purchasing.groups:
        yield f"{tables.capital(_people(group.authorities, group.regions))} try {_order(group.order)}."
    joint = {inner for name in used(scenario) for inner in flat(levers.inside(purchasing.arrangements[name]) or [])}
    for name in used(scenario):
        rule = purchasing.arrangements[name]
        if (inner := levers.inside(rule)) is not None:
            whom = _people(*(levers.membership(rule) or ([], [])))
            yield f"{_named(name, rule)} of {whom} buys through {_order(inner)}."
        elif (places := getattr(rule, "places", None)) is not None:
            whose = "in all, for the members together" if name in joint else "for each authority"
            yield f"{_named(name, rule)} holds {places} places at the start, {whose}."
    for name, policy in scenario.policies.items():
        if getattr(policy, "active", True):
            whom = _people(getattr(policy, "authorities", []), getattr(policy, "regions", []))
            yield f"The policy {_words(policy.name, name)} is in force for {whom}."
    for change in scenario.changes:
        for key, value in _flat(change.model_extra or {}).items():
            yield f"From {_date(change.date)} {_key(key)}: {_listed(value)}."
    for shock in scenario.shocks:
        closes = f"{100 * shock.closes_share:.0f}% of its homes close"
        yield f"On {_date(shock.date)} private group number {shock.provider_rank} by homes fails and {closes}."


def differing(comparison: Comparison, arm: str) -> Iterator[list[str]]:
    """Keys whose values are others in the two scenarios, with what they are; the first forty."""
    given = comparison.manifest["scenarios"]
    base, other = (_flat(given[label]["values"]) for label in (comparison.labels[0], arm))
    said = {*IN_WORDS, *(["horizon.weeks"] if comparison.manifest["weeks"] else [])}  # as long as the command says
    keys = [key for key in dict.fromkeys([*base, *other]) if base.get(key) != other.get(key) and key not in said]
    for key in keys[:MOST_VALUES]:
        unit, what = definitions.column("design", key)[1:]
        yield [key, *(_shown(one.get(key, "-"), unit) for one in (base, other)), what]
    if len(keys) > MOST_VALUES:
        yield [f"and {len(keys) - MOST_VALUES} more", "", "", "marketsim check SCENARIO --only changed"]


def terms(comparison: Comparison, label: str) -> Iterator[str]:
    """What a scenario's files say of its arrangements, besides who is in them and what they are made of."""
    given = comparison.manifest["scenarios"][label]["given"].get("purchasing", {}).get("arrangements", {})
    for name in used(comparison.scenarios[label]):
        for key, value in _flat(given.get(name, {})).items():
            if key and key.partition(".")[0] not in ("rule", "members", "order"):
                yield f"{_key(name)}: {_key(key)} {_listed(value) if isinstance(value, list) else errors.shown(value)}"


def _date(date: datetime.date) -> str:
    return f"{date.day} {date:%B %Y}"


def _key(key: str) -> str:
    """A dotted key as people say it."""
    return key.removeprefix("purchasing.arrangements.").replace(".", " ").replace("_", " ")


def _listed(value: Any) -> str:
    """A value as people say it; of long lists how many there are."""
    if isinstance(value, list) and len(value) > MOST_NAMED:
        return f"{', '.join(map(str, value[:MOST_NAMED]))} and {len(value) - MOST_NAMED} more"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _named(name: str, rule: Any) -> str:
    kind = rule.rule.replace("_", " ")
    return f"{name} (a {kind})" if name != rule.rule else f"The {kind}"


def _words(policy: str, name: str) -> str:
    """A policy as people say it, with its name in the scenario where that is another."""
    return policy.replace("_", " ") + ("" if name == policy else f" ({name})")


def _order(order: Order) -> str:
    """An order in words: one after the other, those of a tier side by side."""
    return ", then ".join(tier if isinstance(tier, str) else " and ".join(tier) + " side by side" for tier in order)


def _people(authorities: list[str], regions: list[str]) -> str:
    named = [*(f"all of {region}" for region in regions), *authorities]
    return _listed(named) if named else "all authorities"


def _flat(value: Any, key: str = "") -> dict[str, Any]:
    if not isinstance(value, Mapping) or not value:
        return {key: value}
    found: dict[str, Any] = {}
    for step, part in value.items():
        found |= _flat(part, f"{key}.{step}" if key else step)
    return found


def _shown(value: Any, unit: str) -> str:
    text = _order(value) if isinstance(value, list) and value and _is_order(value) else str(value)
    text = ", ".join(map(str, value)) if isinstance(value, list) and not _is_order(value) else text
    text = text if len(text) <= SHORT else f"{text[:SHORT]}…"
    return f"{text} {unit}".strip() if unit not in ("", "count") and isinstance(value, int | float) else text


def _is_order(value: list[Any]) -> bool:
    return any(isinstance(one, list) for one in value)
