"""Whom a comparison is read for: a region, the members of a cooperative, authorities by name; and their neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from marketsim.england.names import advice
from marketsim.market.authorities import Authorities
from marketsim.scenario.errors import ScenarioError, sentence, shown
from marketsim.scenario.schema import Scenario
from marketsim.scenario.sections.world import EnglandWorld, Place, World, places_of, rows_of
from marketsim.world.england import england_authorities
from marketsim.world.synthetic import synthetic_authorities

NEIGHBOUR_MILES = 30.0  # between the centres of an authority and a member to which it is a neighbour (assumption)


@dataclass(frozen=True)
class Group:
    """Authorities that a comparison is read for: names by ONS code, also of their `neighbours` outside."""

    name: str
    members: dict[str, str]
    neighbours: dict[str, str]


def group_of(words: str, scenarios: Sequence[Scenario]) -> Group:
    """The authorities meant: a region, an arrangement of one of the scenarios that has members, or authorities by name
    or ONS code, separated by commas. Raises ScenarioError, in one line, for anything else."""
    world = scenarios[0].world
    places = places_of(world)
    rows = _rows(words.strip(), places, scenarios)
    near = np.flatnonzero((areas_of(world).apart[rows] <= NEIGHBOUR_MILES).any(axis=0))
    return Group(words.strip(), _named(places, rows), _named(places, [row for row in near.tolist() if row not in rows]))


def areas_of(world: World) -> Authorities:
    """The authorities of a world, with where they are."""
    return england_authorities(world) if isinstance(world, EnglandWorld) else synthetic_authorities(world)


def _rows(words: str, places: Sequence[Place], scenarios: Sequence[Scenario]) -> list[int]:
    joint = {name: rule for one in scenarios for name, rule in _joint(one)}
    regions = sorted({place.region for place in places})
    if words in joint:
        members: Any = joint[words].members
        if members.everybody():
            return list(range(len(places)))
        return rows_of(places, members.authorities, members.regions)
    if words in regions:
        return rows_of(places, [], [words])
    named = [name.strip() for name in words.split(",") if name.strip()]
    cooperatives = f"a cooperative ({', '.join(joint)}), " if joint else ""
    allowed = f"name {cooperatives}a region ({', '.join(regions)}) or authorities"
    if not named:
        raise ScenarioError(f"nobody is named; {allowed}", "--for")
    known = {place.name for place in places} | {place.code for place in places}
    for name in named:
        if name not in known:
            everything = [*joint, *regions, *(place.name for place in places)]
            hint = advice(name, {one: one for one in everything})
            raise ScenarioError(sentence(f"unknown authority {shown(name)}; {allowed}", hint), "--for")
    return rows_of(places, named, [])


def _joint(scenario: Scenario) -> Iterable[tuple[str, Any]]:
    """The arrangements that have members, by name."""
    arrangements = scenario.purchasing.arrangements
    return [(name, rule) for name, rule in arrangements.items() if getattr(rule, "members", None) is not None]


def _named(places: Sequence[Place], rows: Sequence[int]) -> dict[str, str]:
    return {places[row].code: places[row].name for row in rows}
