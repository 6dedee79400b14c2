"""Homes of one's own list in place of those that are made up for an area."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from marketsim.core.columns import Bools, Ints, Keys
from marketsim.core.geometry import scatter
from marketsim.core.streams import key, name_key, uniform
from marketsim.market.authorities import Authorities
from marketsim.market.fit import COMPLEX_NEEDS
from marketsim.market.homes import LOCAL_AUTHORITY, MOST_PLACES, PRIVATE, RATINGS, SECTORS, Homes
from marketsim.market.market import Market
from marketsim.own_data.region import Region
from marketsim.world.stock import HomeList, cumulative_sizes, fill_columns

NUMBER_OF_RATING = {word: number for number, word in enumerate(RATINGS)}


def with_own_homes(seed: int, homes: Homes, authorities: Authorities, region: Region) -> Homes:
    """The homes of England with those of the region's hosts replaced by those of its list.

    Homes elsewhere keep identity, owner and luck. A home of a known owner belongs with the others of that owner on the
    list, an authority's own to it, one of an unknown owner to nobody else.
    """
    listed = region.homes
    stay = _left_standing(homes, authorities, region)
    area = np.array([authorities.code.index(code) for code in listed["authority"]], dtype=np.int64)
    sector = np.array([SECTORS.index(word) if word else 0 for word in listed["sector"]], dtype=np.int64)
    keys = _keys(authorities, area, region)
    x, y = scatter(seed, "home", keys, authorities.x[area], authorities.y[area], authorities.radius[area])
    places = _places(seed, listed, sector, keys)
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


def _left_standing(homes: Homes, authorities: Authorities, region: Region) -> Bools:
    """Which of the made-up homes stay: none where a list is complete; elsewhere a listed home takes the place of one of
    its sector in its area, an authority's own homes that of all of these."""
    stays = ~np.isin(homes.authority, [authorities.code.index(code) for code in region.hosts])
    others = region.homes[~region.homes["complete"] & ~region.homes["authority"].isin(region.hosts)]
    for (code, word), listed in others.groupby(["authority", "sector"]):
        sector = SECTORS.index(str(word)) if word else PRIVATE
        same = np.flatnonzero((homes.authority == authorities.code.index(str(code))) & (homes.sector == sector))
        every = sector == LOCAL_AUTHORITY and not listed["short_break"].all()
        stays[same[: None if every else len(listed)]] = False
    return stays


def _places(seed: int, listed: pd.DataFrame, sector: Ints, keys: Keys) -> Ints:
    """As listed; where no number is given as the published sizes of homes of the sector have it."""
    luck = uniform(seed, "places of a listed home", keys)
    drawn = [np.searchsorted(cumulative_sizes(one), value) + 1 for one, value in zip(sector, luck, strict=True)]
    places = listed["places"].to_numpy(dtype=np.float64)
    return np.where(places > 0, np.nan_to_num(places), drawn).clip(1, MOST_PLACES).astype(np.int64)


def as_listed(market: Market, region: Region) -> None:
    """Homes have the judgement that the list gives, and take the needs that it says."""
    rows = rows_of_list(market.homes, market.authorities, region)
    for word, number in NUMBER_OF_RATING.items():
        market.homes.rating[rows[(region.homes["rating"] == word).to_numpy()]] = number
    takes = region.homes["takes"]
    said = (takes != "").to_numpy()
    dear = takes.str.contains("complex|severe").to_numpy(dtype=np.bool_)
    bits = market.homes.takes_needs[rows]
    market.homes.takes_needs[rows] = np.where(said, (bits & ~COMPLEX_NEEDS) | (COMPLEX_NEEDS * dear), bits)


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
