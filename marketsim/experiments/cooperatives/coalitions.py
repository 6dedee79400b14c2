"""One cooperative of a scenario, and the same scenario with other members in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from marketsim.experiments import who
from marketsim.scenario import overlay
from marketsim.scenario.errors import ScenarioError, did_you_mean, listed, sentence, shown
from marketsim.scenario.schema import Scenario
from marketsim.scenario.sections.world import places_of, rows_of


@dataclass(frozen=True)
class Cooperative:
    """A cooperative of a scenario: the `name` of its arrangement, and its `members` (names by ONS code), whoever is one
    at some time of the run."""

    name: str
    members: dict[str, str]


def cooperative_of(scenario: Scenario, name: str | None = None) -> Cooperative:
    """The cooperative of that name, or the only one (None). Raises ScenarioError if there is none or it isn't one."""
    joint = dict(who.joint(scenario))
    if not joint:
        raise ScenarioError("has no cooperative; put one into purchasing.order", scenario.name)
    if name is None and len(joint) > 1:
        raise ScenarioError(
            f"has several cooperatives ({listed(list(joint))}); name one with --cooperative", scenario.name
        )
    chosen = name or next(iter(joint))
    if chosen not in joint:
        known = f"unknown cooperative {shown(chosen)}; allowed: {listed(list(joint))}"
        raise ScenarioError(sentence(known, did_you_mean(chosen, list(joint))), "--cooperative:")
    if joint[chosen].members.one_per == "region":
        words = f"{chosen} is one cooperative in each region; name the members of one (members: {{regions: [...]}})"
        raise ScenarioError(words, scenario.name)
    return Cooperative(chosen, who.group_of(chosen, [scenario]).members)


def with_members(scenario: Scenario, name: str, codes: Collection[str]) -> Scenario:
    """The scenario with only these authorities (ONS codes) in the cooperative, each from when it was to join; nobody in
    it if there are fewer than two, since who is alone buys alone."""
    wanted = set(codes) if len(codes) > 1 else set()
    places, holds = places_of(scenario.world), dict[str, Any]()

    def only(members: Mapping[str, Any]) -> dict[str, Any]:
        """The same of those wanted, in full; `holds` is what the scenario has said of members by then. Where nobody is
        left some are named, with a share of none: to name nobody would mean everybody, who may be in another one."""
        holds.update(members)
        named, regions = holds.get("authorities", []), holds.get("regions", [])
        rows = rows_of(places, named, regions) if named or regions else range(len(places))
        kept = [places[row].code for row in rows if places[row].code in wanted]
        if not kept and not wanted:
            return {"authorities": named, "regions": regions, "share": 0.0}
        return {"authorities": kept or sorted(wanted), "regions": [], "share": holds.get("share", 1.0) if kept else 0.0}

    taken = overlay.given(scenario)
    taken = overlay.laid_over(taken, _members_at(name, only(_found(taken, name) or {})))
    taken["changes"] = [
        entry
        if (members := _found(entry, name)) is None
        else overlay.laid_over(entry, _members_at(name, only(members)))
        for entry in taken.get("changes", [])
    ]
    return type(scenario).model_validate(taken)


def _members_at(name: str, members: dict[str, Any]) -> dict[str, Any]:
    return dict(overlay.nested(["purchasing", "arrangements", name, "members"], members))


def _found(part: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """What a part of a scenario says of the members; None if nothing."""
    found: Any = part
    for step in ("purchasing", "arrangements", name, "members"):
        found = found.get(step) if isinstance(found, Mapping) else None
    return None if found is None else dict(found)
