"""Authorities and homes on a square plane: any number, for theory, teaching and growth."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Ints
from marketsim.core.geometry import scatter
from marketsim.core.streams import key, name_key, name_keys, uniform
from marketsim.market.authorities import Authorities
from marketsim.market.homes import LOCAL_AUTHORITY, PRIVATE, Homes
from marketsim.scenario.schema import SyntheticWorld
from marketsim.scenario.sections.world import places_of
from marketsim.world.england import apportion
from marketsim.world.stock import HomeList, fill_columns

HOUSE_PRICE = 400_000.0  # assumption: the same everywhere on the plane
CHILDREN_PER_AUTHORITY = 75_000.0  # assumption: population under 18


def synthetic_authorities(world: SyntheticWorld) -> Authorities:
    """Authorities alike in everything but position: the middles of squares, row by row, that fill the plane."""
    places = places_of(world)
    count, across = len(places), int(np.ceil(np.sqrt(len(places))))
    side = world.side_miles / across
    region_names = list(dict.fromkeys(place.region for place in places))
    number = np.arange(count, dtype=np.float64)
    ones = np.ones(count)
    return Authorities(
        key=name_keys([place.code for place in places]),
        code=[place.code for place in places],
        name=[place.name for place in places],
        region_names=region_names,
        region=np.array([region_names.index(place.region) for place in places]),
        x=(number % across + 0.5) * side,
        y=(number // across + 0.5) * side,
        radius=ones * world.authority_radius_miles,
        children=apportion(ones, world.children_at_start),
        unregistered=apportion(ones, world.unregistered_at_start),
        population=ones * CHILDREN_PER_AUTHORITY,
        house_price=ones * HOUSE_PRICE,
    )


def synthetic_homes(seed: int, world: SyntheticWorld, authorities: Authorities) -> Homes:
    """Homes of one size, in the discs of the authorities or anywhere on the plane (then the nearest is the host)."""
    number = np.arange(world.homes)
    keys = key(np.uint64(name_key("synthetic home")), number)
    area = number % len(authorities)
    x, y = scatter(seed, "home", keys, authorities.x[area], authorities.y[area], authorities.radius[area])
    if world.homes_everywhere:
        x = world.side_miles * uniform(seed, "home east", keys)
        y = world.side_miles * uniform(seed, "home north", keys)
        apart = [(x - ax) ** 2 + (y - ay) ** 2 for ax, ay in zip(authorities.x, authorities.y, strict=True)]
        area = np.argmin(np.array(apart), axis=0)
    own = uniform(seed, "own home", keys) < world.local_authority_share
    order = np.argsort(area, kind="stable")
    listed = HomeList(
        area=area[order],
        sector=np.where(own, LOCAL_AUTHORITY, PRIVATE)[order],
        places=np.full(world.homes, world.places_per_home),
        short_break=np.zeros(world.homes, dtype=np.bool_),
    )
    return fill_columns(seed, listed, authorities, x[order], y[order], keys[order])


def synthetic_owners(homes: Homes, world: SyntheticWorld, authority_count: int) -> Ints:
    """Provider of each home: the authority for its own, else private providers of equal size in neighbouring homes."""
    private = np.flatnonzero(homes.sector == PRIVATE)
    owner = homes.authority.copy()
    owner[private] = authority_count + np.arange(len(private)) // world.homes_per_provider
    return owner
