"""Values that change at a date within a run: the scenario that holds from each date on."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from marketsim.scenario.errors import LocatedError, shown
from marketsim.scenario.members import places_of, rows_of
from marketsim.scenario.schema import CHANGEABLE, Change, Scenario

DAYS_PER_WEEK = 7


def week_of(scenario: Scenario, date: datetime.date) -> int:
    """The first week of a run that begins on or after a date; 1 for dates before the start."""
    days = (date - scenario.horizon.start).days
    return max(-(-days // DAYS_PER_WEEK), 1)


def scenarios_by_week(scenario: Scenario) -> dict[int, Scenario]:
    """For each week in which values change, the scenario that holds from then on; a later change builds on earlier."""
    given = _given(scenario.model_copy(update={"changes": []}))
    following: dict[int, Scenario] = {}
    for change in scenario.changes:
        given = merged(given, change.model_extra or {})
        following[week_of(scenario, change.date)] = Scenario.model_validate(given)
    return following


def check_changes(scenario: Scenario) -> None:
    """Dates of changes rise, each change names sections that can change, and the result is a scenario.

    Raises LocatedError at the entry that is wrong.
    """
    given = _given(scenario.model_copy(update={"changes": []})) if scenario.changes else {}
    before = scenario.horizon.start
    for number, change in enumerate(scenario.changes):
        path: tuple[str | int, ...] = ("changes", number)
        if change.date < before:
            raise LocatedError((*path, "from"), f"lies before {before}; changes stand in the order of their dates")
        for section in change.model_extra or {}:
            if section not in CHANGEABLE:
                raise _cannot_change((*path, section), section)
        before, given = change.date, merged(given, change.model_extra or {})
        try:
            Scenario.model_validate(given)
        except ValidationError as error:
            raise _located(path, error) from None
    _check_places(scenario)
    for number, shock in enumerate(scenario.shocks):
        if shock.date < scenario.horizon.start:
            raise LocatedError(("shocks", number, "from"), f"lies before the start, {scenario.horizon.start}")


def _check_places(scenario: Scenario) -> None:
    """Authorities and regions named in demand and in the opening of own homes exist."""
    places = places_of(scenario.world)
    known = sorted({place.region for place in places})
    for region in scenario.demand.growth_by_region:
        if region not in known:
            raise LocatedError(("demand", "growth_by_region", region), "unknown region", region, known)
    for number, policy in enumerate(scenario.commissioning.own_homes):
        rows_of(places, policy.authorities, policy.regions, ("commissioning", "own_homes", number))


def _cannot_change(path: tuple[str | int, ...], section: str) -> LocatedError:
    allowed = sorted(CHANGEABLE)
    if section in Scenario.model_fields:
        return LocatedError(path, f"can't change within a run; allowed: {', '.join(allowed)}")
    return LocatedError(path, "unknown key", section, allowed)


def _located(path: tuple[str | int, ...], error: ValidationError) -> LocatedError:
    """The first complaint about a changed scenario, at the entry of the change that it is about."""
    detail = error.errors(include_url=False)[0]
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, LocatedError):
        return LocatedError((*path, *detail["loc"], *cause.path), str(cause))
    where = (*path, *detail["loc"])
    if detail["type"] == "extra_forbidden":
        return LocatedError(where, "unknown key", str(detail["loc"][-1]), _allowed_beside(detail["loc"]))
    words = detail["msg"].replace("Input should be", "expected")
    return LocatedError(where, f"{words[:1].lower()}{words[1:]}, got {shown(detail['input'])}")


def _allowed_beside(path: Sequence[str | int]) -> list[str]:
    """The keys of the schema where an unknown one stands; none if the schema doesn't say without the values."""
    from marketsim.scenario.shape import shape_of

    shape = shape_of(Scenario)
    for step in path[:-1]:
        shape = shape.at(step)
    return list(shape.schema.get("properties", {}))


def _given(value: Any) -> Any:
    """What was given of a part of a scenario, models taken apart into mappings, defaults left out."""
    if isinstance(value, Change):
        return value
    if isinstance(value, BaseModel):
        names = {name: field.alias or name for name, field in type(value).model_fields.items()}
        return {names[name]: _given(getattr(value, name)) for name in names if name in value.model_fields_set}
    if isinstance(value, dict):
        return {key: _given(entry) for key, entry in value.items()}
    return [_given(entry) for entry in value] if isinstance(value, list) else value


def merged(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """`change` laid over `base`, mappings entry by entry; an arrangement of another rule is replaced, as in `merge`."""
    if change.get("rule", base.get("rule")) != base.get("rule"):
        return dict(change)
    both = dict(base)
    for key, value in change.items():
        below = both.get(key)
        both[key] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return both
