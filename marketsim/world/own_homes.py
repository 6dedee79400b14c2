"""Homes of one's own list in place of those that are made up for an area."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from marketsim.core.columns import Ints, Keys
from marketsim.core.geometry import scatter
from marketsim.core.streams import key, name_key
from marketsim.market.authorities import Authorities
from marketsim.market.homes import LOCAL_AUTHORITY, MOST_PLACES, SECTORS, Homes
from marketsim.own_data.region import Region
from marketsim.world.stock import HomeList, fill_columns


def with_own_homes(seed: int, homes: Homes, authorities: Authorities, region: Region) -> Homes:
    """The homes of England with those of the region's hosts replaced by those of its list.

    Homes elsewhere keep identity, owner and luck. A home of a known owner belongs with the others of that owner on the
    list, an authority's own to it, one of an unknown owner to nobody else.
    """
    host_rows = [authorities.code.index(code) for code in region.hosts]
    stay = ~np.isin(homes.authority, host_rows)
    listed = region.homes
    area = np.array([authorities.code.index(code) for code in listed["authority"]], dtype=np.int64)
    sector = np.array([SECTORS.index(word) if word else 0 for word in listed["sector"]], dtype=np.int64)
    keys = _keys(authorities, area, region)
    x, y = scatter(seed, "home", keys, authorities.x[area], authorities.y[area], authorities.radius[area])
    places = listed["places"].fillna(1).clip(1, MOST_PLACES).to_numpy(dtype=np.int64)
    of = np.concatenate([homes.authority[stay], area])
    order = np.argsort(of, kind="stable")

    def put(there: Any, own: Any) -> Any:
        return np.concatenate([there[stay], own])[order]

    short_break = listed["short_break"].to_numpy(dtype=np.bool_)
    every = HomeList(put(homes.authority, area), put(homes.sector, sector), put(homes.places, places),
                     put(homes.short_break, short_break))  # fmt: skip
    merged = fill_columns(seed, every, authorities, put(homes.x, x), put(homes.y, y), put(homes.key, keys))
    merged.provider[:] = put(homes.provider, _owners(listed, sector, area, int(homes.provider.max()) + 1))
    merged.known_fee[:] = put(homes.known_fee, listed["weekly_fee_gbp"].fillna(0.0).to_numpy(dtype=np.float64))
    return merged


def rows_of_list(homes: Homes, authorities: Authorities, region: Region) -> Ints:
    """The row of each home of the region's list."""
    area = np.array([authorities.code.index(code) for code in region.homes["authority"]], dtype=np.int64)
    by_key = {one: row for row, one in enumerate(homes.key.tolist())}
    return np.array([by_key[one] for one in _keys(authorities, area, region).tolist()], dtype=np.int64)


def _keys(authorities: Authorities, area: Ints, region: Region) -> Keys:
    """Identity for luck: the number on the list of its area."""
    number = region.homes.groupby("authority").cumcount().to_numpy(dtype=np.int64)
    return key(authorities.key[area], np.uint64(name_key("home of an own list")), number)


def _owners(listed: pd.DataFrame, sector: Ints, area: Ints, following: int) -> Ints:
    """Numbers of providers: authorities own theirs, others get new ones."""
    names = [name or f"alone {position}" for position, name in enumerate(listed["provider"])]
    number = {name: following + count for count, name in enumerate(dict.fromkeys(names))}
    owner = np.array([number[name] for name in names], dtype=np.int64)
    return np.where(sector == LOCAL_AUTHORITY, area, owner)
