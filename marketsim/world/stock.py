"""Homes at the start: sizes that add up exactly, owners of all sizes, costs and first fees."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints, Keys
from marketsim.core.streams import name_key, uniform
from marketsim.england.figures import distribution
from marketsim.market.authorities import Authorities
from marketsim.market.homes import HEALTH, LOCAL_AUTHORITY, NEVER, PRIVATE, VOLUNTARY, Homes

SECTOR_WORDS = {PRIVATE: "private", VOLUNTARY: "voluntary", LOCAL_AUTHORITY: "local_authority"}
LARGE_GROUPS_EVERYWHERE = 10  # providers of this many homes or more own homes all over the country


class HomeList(NamedTuple):
    """Homes before they become columns: area, sector, places and whether they only offer short breaks."""

    area: Ints
    sector: Ints
    places: Ints
    short_break: Bools


def draw_sizes(luck: Floats, places: int, cumulative: Floats) -> Ints:
    """Sizes of `len(luck)` homes, drawn from published shares (of the sizes from 1 up, `cumulative`) and then moved by
    single places to add up to `places`.

    Every home keeps at least one place; ValueError if there are more homes than places.
    """
    if len(luck) == 0:
        return np.zeros(0, dtype=np.int64)
    if places < len(luck):
        raise ValueError(f"{len(luck)} homes cannot share {places} places")
    sizes = np.searchsorted(cumulative, luck).clip(max=len(cumulative) - 1) + 1
    order = np.argsort(luck, kind="stable")
    while (gap := places - int(sizes.sum())) != 0:
        able = order if gap > 0 else order[sizes[order] > 1]
        sizes[able[: abs(gap)]] += np.sign(gap)
    return sizes.astype(np.int64)


def cumulative_sizes(sector: int) -> Floats:
    """The published shares of homes by size from 1 up, added up; health's homes are taken to be like voluntary ones."""
    return np.cumsum(list(distribution(f"home_size_{SECTOR_WORDS.get(sector, 'voluntary')}").values()))


def fill_columns(seed: int, listed: HomeList, authorities: Authorities, x: Floats, y: Floats, keys: Keys) -> Homes:
    """The listed homes as columns, sorted by area (the compiled search relies on it only within panels)."""
    homes = Homes(capacity=max(64, int(1.5 * len(listed.area))))
    homes.add(
        len(listed.area),
        key=keys,
        authority=listed.area,
        sector=listed.sector,
        x=x,
        y=y,
        places=listed.places,
        short_break=listed.short_break,
        opened_week=-NEVER,
        closed_week=NEVER,
    )
    return homes


def assign_owners(seed: int, homes: Homes, authority_count: int) -> Ints:
    """Provider number of each home: the authority's own, or private and voluntary groups of published sizes.

    Providers 0 to `authority_count` - 1 are the authorities as providers of their own homes. Groups of up to nine homes
    take neighbouring homes; larger ones take homes from all over the country.
    """
    owner = homes.authority.copy()
    following = authority_count
    for sector in (PRIVATE, VOLUNTARY, HEALTH):
        rows = np.flatnonzero(homes.sector == sector)
        luck = uniform(seed, "owner", homes.key[rows])
        following = _group(rows[np.argsort(luck, kind="stable")], homes, owner, following, seed)
    return owner


def _group(rows: Ints, homes: Homes, owner: Ints, following: int, seed: int) -> int:
    """Give homes in random order to groups, the largest groups first; returns the next provider number."""
    free = np.ones(len(rows), dtype=np.bool_)
    for size in [size for size in group_sizes(len(rows), seed) if size > 1]:
        left = np.flatnonzero(free)
        if size < LARGE_GROUPS_EVERYWHERE:
            first = rows[left[0]]
            apart = np.hypot(homes.x[rows[left]] - homes.x[first], homes.y[rows[left]] - homes.y[first])
            chosen = left[_least(apart, size)]
        else:
            chosen = left[:size]
        owner[rows[chosen]] = following
        free[chosen] = False
        following += 1
    alone = np.flatnonzero(free)
    owner[rows[alone]] = following + np.arange(len(alone))
    return following + len(alone)


def _least(values: Floats, count: int) -> Ints:
    """Where the least values are, in order and the first of equal ones first, without sorting the others."""
    most = np.partition(values, count - 1)[count - 1] if count < len(values) else np.inf
    within = np.flatnonzero(values <= most)
    return within[np.argsort(values[within], kind="stable")[:count]]


def group_sizes(homes: int, seed: int) -> list[int]:
    """Sizes of provider groups, largest first, that add up to `homes` with the published share of homes by size."""
    sizes: list[int] = []
    for item, share in distribution("organisation_size").items():
        least, most = (int(part) if part.isdigit() else 69 for part in item.split("_to_"))
        budget = share * homes
        lucks = uniform(seed, "group size", name_key(item) >> 1, np.arange(int(budget / least) + 1))
        for luck in lucks.tolist():
            if budget < least:
                break
            size = min(least + int(luck * (most - least + 1)), int(budget))
            sizes.append(size)
            budget -= size
    return sorted(sizes + [1] * (homes - sum(sizes)), reverse=True)


def short_break_split(homes: Ints, places: Ints, count: int, wanted: int) -> tuple[Ints, Ints]:
    """Share out short-break homes and their places over sectors (own homes first), leaving the others possible.

    `homes` and `places` are the authority's by sector, in the order in which sectors are used. The result never
    exceeds what a sector has and leaves every other home at least one place.
    """
    taken_homes, taken_places = np.zeros_like(homes), np.zeros_like(places)
    for sector in range(len(homes)):
        take = min(count, int(homes[sector]))
        if take == 0:
            continue
        others = int(homes[sector]) - take
        most = int(places[sector]) - others
        if others == 0:
            most = int(places[sector])
            share = most
        else:
            share = min(max(wanted, take), most)
        taken_homes[sector], taken_places[sector] = take, share
        count, wanted = count - take, max(wanted - share, 0)
    return taken_homes, taken_places
