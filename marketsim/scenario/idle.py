"""What a scenario says in vain: of arrangements that nobody uses, beside switches that are off, after the end."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from marketsim.core.calendar import Calendar
from marketsim.scenario import errors, levers, loading, own_folder, tiers
from marketsim.scenario.loading import SET, LoadedScenario
from marketsim.scenario.overlay import TAGS, value_at
from marketsim.scenario.schema import Scenario

ARRANGEMENTS, AT_START = ["purchasing", "arrangements"], ["purchasing", "at_start"]
DAYS_APART = 92
NOBODY, NEVER = "no order names", "it is never active"


def without_effect(loaded: LoadedScenario, weeks: int | None = None) -> list[str]:
    """A sentence for each value that the scenario's own file, or `--set`, says in vain; `weeks` as those of a run."""
    scenario = loaded.scenario
    own = [key for key, source in loaded.sources.items() if _own(source, loaded.path)]
    said: dict[str, str] = {}
    for key in own:
        offered = key.rpartition(".")[2] in TAGS and loaded.sources[key] != SET  # by a file, for those that extend it
        if not offered and (why := reason(scenario, key)):
            whole = 3 if why.startswith(NOBODY) else 2 if why == NEVER else None  # an arrangement, or a policy
            said[".".join(key.split(".")[:whole])] = why
    calendar, end = Calendar(scenario.horizon.start), weeks or scenario.horizon.weeks
    for key, date in _dated(scenario):
        if calendar.week_of(date) > end:
            said[key] = f"{date} is after the end of the run"
    dropped = [f"{key} drops {errors.listed(below)}" for key in own for below in [_dropped(loaded, key)] if below]
    return dropped + _of_other_days(scenario) + [f"{key} has no effect: {why}" for key, why in said.items()]


def _of_other_days(scenario: Scenario) -> list[str]:
    """A sentence if own data stand as on another day than that of the start."""
    if scenario.world.kind != "england" or scenario.world.data is None:
        return []
    as_at, start = own_folder.about(Path(scenario.world.data))["as_at"], scenario.horizon.start
    if abs((as_at - start).days) <= DAYS_APART:
        return []
    return [f"horizon.start is {start}, and what world.data says stands as on {as_at}"]


def reason(scenario: Scenario, key: str) -> str:
    """Why a value at a dotted key has no effect in a scenario at any time; empty if it may have one."""
    *above, name = key.split(".")
    arrangement = above[2] if above[:2] == ARRANGEMENTS and above[2:] else name if above == AT_START else ""
    if arrangement and arrangement not in used(scenario) and value_at(scenario, key):
        return f"{NOBODY} {arrangement}"
    if above[:1] == ["policies"] and above[1:]:
        in_turn = (one.policies.get(above[1]) for one in (scenario, *scenario.in_turn()))
        if not any(getattr(policy, "active", True) for policy in in_turn if policy is not None):
            return NEVER
    reasons = {_switched_off(one, ".".join(above), name) for one in (scenario, *scenario.in_turn())}
    return "" if "" in reasons else reasons.pop()


def _switched_off(scenario: Scenario, section: str, name: str) -> str:
    """What beside a value of a section leaves it without effect, as the schema says (`figure`); empty if nothing."""
    try:
        found = value_at(scenario, section) if section else scenario
    except KeyError:  # an entry of a list, or of another rule
        return ""
    declared = type(found).model_fields.get(name) if isinstance(found, BaseModel) else None
    switches: Any = declared.json_schema_extra if declared else None
    if not isinstance(switches, dict):
        return ""
    off = [beside for beside, value in switches.get("off_if", {}).items() if getattr(found, beside) == value]
    off += [beside for beside, value in switches.get("only_if", {}).items() if getattr(found, beside) != value]
    return f"{section}.{off[0]} is {getattr(found, off[0])}" if off else ""


def _dropped(loaded: LoadedScenario, key: str) -> list[str]:
    """What the scenario's files say beside a `kind` or `rule` for which `--set` names another: it means nothing to it.
    """
    *above, name = key.split(".")
    if name not in TAGS or loaded.sources[key] != SET:
        return []
    before, after = (_mapping_at(values, above) for values in (loading.resolved(loaded.path).values, loaded.given))
    return [".".join([*above, one]) for one in before if one not in after]


def _mapping_at(values: Any, steps: list[str]) -> dict[str, Any]:
    for step in steps:
        values = values.get(step) if isinstance(values, dict) else None
    return values if isinstance(values, dict) else {}


def used(scenario: Scenario) -> set[str]:
    """The arrangements through which somebody buys at some time."""
    found: set[str] = set()
    if getattr(scenario.world, "past_weeks", 0) > 0:
        found.update(scenario.purchasing.before().orders()[0])
    for one in (scenario, *scenario.in_turn()):
        named = {name for order in one.purchasing.orders() for name in order}
        inner = [tiers.flat(levers.inside(one.purchasing.arrangements[name]) or []) for name in named]
        found |= named.union(*inner)
    return found


def _dated(scenario: Scenario) -> Iterator[tuple[str, datetime.date]]:
    dated: tuple[tuple[str, list[Any]], ...] = (
        ("changes", scenario.changes), ("shocks", scenario.shocks),
        ("commissioning.own_homes", scenario.commissioning.own_homes),
    )  # fmt: skip
    for key, entries in dated:
        yield from ((f"{key}.{number}", entry.date) for number, entry in enumerate(entries))


def _own(source: str, path: Path) -> bool:
    """Whether a value's source is the scenario's own file (not one that it extends), or an option."""
    file = source.rpartition(":")[0].rpartition(":")[0]
    return source == SET or (file != "" and Path(file).name == path.name)
