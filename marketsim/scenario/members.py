"""Which authorities a world has, and which of them a scenario means by a name, a code or a region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marketsim.england.figures import authority_rows
from marketsim.scenario.errors import LocatedError

if TYPE_CHECKING:
    from marketsim.scenario.schema import Scenario, World


@dataclass(frozen=True)
class Place:
    """Name, ONS code and region of an authority, real or synthetic."""

    code: str
    name: str
    region: str


def places_of(world: World) -> list[Place]:
    """The authorities of a world in their fixed order (row order of the model)."""
    if world.kind == "england":
        return [Place(row["ons_code"], row["name"], row["region"]) for row in authority_rows()]
    count, regions = world.authorities, min(world.regions, world.authorities)
    return [Place(f"S{n + 1:04d}", f"Authority {n + 1}", f"Region {n * regions // count + 1}") for n in range(count)]


def rows_of(
    places: Sequence[Place], names: Sequence[str], regions: Sequence[str], path: tuple[str | int, ...] = ()
) -> list[int]:
    """Row numbers of the authorities named (by name or ONS code) or lying in the regions named, in row order.

    Raises LocatedError at `path` for a name or region that the world doesn't have, or one given twice.
    """
    by_name = {place.name: row for row, place in enumerate(places)} | {p.code: row for row, p in enumerate(places)}
    rows: list[int] = []
    for position, name in enumerate(names):
        if name not in by_name:
            where = (*path, "authorities", position)
            raise LocatedError(where, "unknown authority", given=name, allowed=[place.name for place in places])
        rows.append(by_name[name])
    known = sorted({place.region for place in places})
    for position, region in enumerate(regions):
        if region not in known:
            raise LocatedError((*path, "regions", position), "unknown region", given=region, allowed=known)
        rows.extend(row for row, place in enumerate(places) if place.region == region)
    return sorted(set(rows))


def check_memberships(scenario: Scenario) -> None:
    """Every authority and region named exists; no authority is in two groups or in two cooperatives.

    Raises LocatedError at the second mention.
    """
    places = places_of(scenario.world)
    groups: dict[int, str] = {}
    for number, group in enumerate(scenario.purchasing.groups):
        path: tuple[str | int, ...] = ("purchasing", "groups", number)
        _claim(groups, rows_of(places, group.authorities, group.regions, path), group.name, places, path, "groups")
    cooperatives: dict[int, str] = {}
    for name, rule in scenario.purchasing.arrangements.items():
        members = getattr(rule, "members", None)
        if members is None or name not in _orders(scenario):
            continue
        path = ("purchasing", "arrangements", name, "members")
        rows = rows_of(places, members.authorities, members.regions, path)
        if members.everybody():
            rows = list(range(len(places)))
        _claim(cooperatives, rows, name, places, path, "cooperatives")


def _orders(scenario: Scenario) -> set[str]:
    orders = [scenario.purchasing.order, *(group.order for group in scenario.purchasing.groups)]
    return {name for order in orders for name in order}


def _claim(
    taken: dict[int, str], rows: list[int], name: str, places: Sequence[Place], path: tuple[str | int, ...], kind: str
) -> None:
    for row in rows:
        if row in taken:
            message = f"the authority {places[row].name!r} is in two {kind}, {taken[row]!r} and {name!r}"
            raise LocatedError(path, message)
        taken[row] = name
