"""Ways to divide authorities into cooperatives: the parts found, regions, pathfinders, all together, each alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from marketsim.experiments.cooperatives import coalitions, communities
from marketsim.experiments.cooperatives.network import Placed
from marketsim.scenario.errors import ScenarioError, did_you_mean, listed, sentence, shown
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.sections.world import Place

PATHFINDERS = ("greater_manchester", "south_east")  # the shipped scenarios that name their members
FOUND, REGIONS, PATHFINDER, ONE, ALONE = "found", "regions", "pathfinders", "one", "alone"
WRITTEN = (FOUND, REGIONS, PATHFINDER, ONE)  # those that can have cooperatives


@dataclass(frozen=True)
class Division:
    """A way to divide authorities: ONS codes of each part by the part's name; `label` says in words what it is."""

    name: str
    label: str
    parts: Mapping[str, tuple[str, ...]]

    @property
    def cooperatives(self) -> dict[str, tuple[str, ...]]:
        """The parts with two members or more: who is alone buys alone."""
        return {name: codes for name, codes in self.parts.items() if len(codes) > 1}

    @property
    def part_of(self) -> dict[str, str]:
        """The name of each authority's part, by ONS code."""
        return {code: name for name, codes in self.parts.items() for code in codes}


def meant(places: Sequence[Place], within: str | None) -> list[Place]:
    """The authorities to be divided: all, or those of a region (upper or lower case). Raises ScenarioError."""
    regions = {place.region.casefold(): place.region for place in places}
    if within is None:
        return list(places)
    if within.strip().casefold() not in regions:
        known = sorted(regions.values())
        unknown = f"unknown region {shown(within)}; allowed: {listed(known)}"
        raise ScenarioError(sentence(unknown, did_you_mean(within, known)), "--within:")
    return [place for place in places if place.region == regions[within.strip().casefold()]]


def divisions(placed: Placed, among: Sequence[Place], parts: communities.Parts, within: str | None) -> list[Division]:
    """The division found, named after each part's member with most children, and those that it is set beside; one that
    is the same as one before it is left out."""
    codes = tuple(place.code for place in among)
    by_region: dict[str, list[str]] = {}
    for place in among:
        by_region.setdefault(place.region, []).append(place.code)
    whole = among[0].region if within else "all authorities"
    regions = {region: tuple(own) for region, own in sorted(by_region.items())}
    alone = {place.name: (place.code,) for place in among}
    joint = _with_pathfinders(among, alone)
    pathfinders = sum(len(own) > 1 for own in joint.values())
    beside = [
        Division(REGIONS, f"the {len(regions)} regions", regions),
        Division(PATHFINDER, f"the {'pathfinders' if pathfinders > 1 else 'pathfinder'}, all others alone", joint),
        Division(ONE, f"one for {whole}", {whole: codes}),
        Division(ALONE, "every authority alone", alone),
    ]
    told = [
        Division(
            FOUND, "the one part found" if len(parts) == 1 else f"the {len(parts)} parts found", _named(placed, parts)
        )
    ]
    taken: list[set[tuple[str, ...]]] = []
    for one in reversed(beside):  # one region is rather one for all, and no pathfinder rather everybody alone
        if (made := {tuple(sorted(own)) for own in one.parts.values()}) not in taken:
            taken.append(made)
            told.insert(1, one)
    return told


def reference(told: Iterable[Division]) -> Division:
    """What the others are measured against: the regions, or where there is one only, all together."""
    by_name = {one.name: one for one in told}
    return by_name.get(REGIONS) or by_name.get(ONE) or by_name[ALONE]


def _named(placed: Placed, parts: communities.Parts) -> dict[str, tuple[str, ...]]:
    """The parts by the name of their member with most children, those with most children first."""
    children = dict(zip((place.code for place in placed.places), placed.children.tolist(), strict=True))
    names = {place.code: place.name for place in placed.places}
    ordered = [sorted(part, key=lambda code: (-children[code], code)) for part in parts]
    ordered.sort(key=lambda part: (-sum(children[code] for code in sorted(part)), part[0]))
    return {names[part[0]]: tuple(part) for part in ordered}


def _with_pathfinders(among: Sequence[Place], alone: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The pathfinders' members as their scenarios name them, where all are among those to be divided."""
    codes, parts = {place.code for place in among}, dict(alone)
    names = {place.code: place.name for place in among}
    for scenario in reversed(PATHFINDERS):  # so that the first comes first
        members = tuple(coalitions.cooperative_of(load_scenario(scenario).scenario).members)
        if codes.issuperset(members):
            for code in members:
                del parts[names[code]]
            parts = {scenario.replace("_", " ").title(): members} | parts
    return parts
