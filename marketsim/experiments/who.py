"""Whom a comparison is read for: a region, the members of a cooperative, authorities by name; and their neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from marketsim.england.names import advice
from marketsim.market.authorities import Authorities
from marketsim.purchasing.making_orders import who_joins
from marketsim.scenario.changes import scenarios_by_week
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
    """The authorities meant: a region, an arrangement of one of the scenarios that has members (whoever is one at some
    time of the run), or authorities by name or ONS code, separated by commas; upper or lower case.

    Raises ScenarioError, in one line, for anything else, and for a region in which nobody is a member although
    cooperatives name theirs.
    """
    world = scenarios[0].world
    places = places_of(world)
    meant = _Names(places, scenarios)
    name, rows = meant.rows_of(words.strip())
    near = np.flatnonzero((areas_of(world).apart[rows] <= NEIGHBOUR_MILES).any(axis=0))
    return Group(name, _named(places, rows), _named(places, [row for row in near.tolist() if row not in rows]))


def areas_of(world: World) -> Authorities:
    """The authorities of a world, with where they are; how many children they have is as published."""
    if isinstance(world, EnglandWorld):
        return england_authorities(world.model_copy(update={"data": None}))  # that may be elsewhere by now
    return synthetic_authorities(world)


class _Names:
    """What authorities can be called: `joint` are the rows of the members of each cooperative at any time."""

    def __init__(self, places: Sequence[Place], scenarios: Sequence[Scenario]) -> None:
        self.places, self.regions = places, sorted({place.region for place in places})
        areas = areas_of(scenarios[0].world)
        self.joint: dict[str, list[int]] = {}
        self.everybody = False  # some cooperative is open to all
        for one in scenarios:
            for name, rule in joint(one):
                members: Any = rule.members
                self.everybody |= members.everybody()
                named = range(len(places)) if members.everybody() else _some(places, members)
                joins = who_joins(areas, members.share)
                self.joint[name] = sorted({*self.joint.get(name, []), *(row for row in named if joins[row])})

    def rows_of(self, words: str) -> tuple[str, list[int]]:
        """What is meant, as it is spelt, and the rows of these authorities."""
        if name := _spelt(words, self.joint):
            return name, self.joint[name]
        if region := _spelt(words, self.regions):
            rows = rows_of(self.places, [], [region])
            self._refuse_outsiders(region, rows)
            return region, rows
        named = [name.strip() for name in words.split(",") if name.strip()]
        if not named:
            raise ScenarioError(f"nobody is named; {self._allowed}", "--for")
        known = [*(place.name for place in self.places), *(place.code for place in self.places)]
        spelt = [_spelt(name, known) or self._unknown(name) for name in named]
        return ", ".join(spelt), rows_of(self.places, spelt, [])

    def _refuse_outsiders(self, region: str, rows: Sequence[int]) -> None:
        inside = {row for members in self.joint.values() for row in members}
        if inside and not self.everybody and not inside & set(rows):
            names = ", ".join(self.joint)
            raise ScenarioError(
                f"nobody of {region} is a member of {names}; to look at who is outside, name authorities", "--for"
            )

    @property
    def _allowed(self) -> str:
        cooperatives = f"a cooperative ({', '.join(self.joint)}), " if self.joint else ""
        return f"name {cooperatives}a region ({', '.join(self.regions)}) or authorities"

    def _unknown(self, name: str) -> str:
        everything = [*self.joint, *self.regions, *(place.name for place in self.places)]
        hint = advice(name, {one: one for one in everything})
        raise ScenarioError(sentence(f"unknown authority {shown(name)}; {self._allowed}", hint), "--for")


def _spelt(word: str, known: Iterable[str]) -> str | None:
    """A word as it is spelt among those known; upper or lower case makes no difference, unless two differ in it."""
    exact = [one for one in known if one == word]
    alike = exact or [one for one in known if one.casefold() == word.casefold()]
    return alike[0] if len(alike) == 1 else None


def _some(places: Sequence[Place], members: Any) -> list[int]:
    return rows_of(places, members.authorities, members.regions)


def joint(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    """The arrangements that have members, by name, at the start and after each change."""
    for one in (scenario, *scenarios_by_week(scenario).values()):
        used = {name for order in one.purchasing.orders() for name in order}
        for name, rule in one.purchasing.arrangements.items():
            if name in used and getattr(rule, "members", None) is not None:
                yield name, rule


def _named(places: Sequence[Place], rows: Sequence[int]) -> dict[str, str]:
    return {places[row].code: places[row].name for row in rows}
