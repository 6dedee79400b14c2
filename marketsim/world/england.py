"""England on 31 March 2024: authorities, homes and places by sector matched exactly to the published figures."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.geometry import MEAN_DISTANCE_IN_DISC, MILES_PER_KM, project, scatter
from marketsim.core.streams import key, name_key, name_keys, uniform
from marketsim.england.figures import authority_rows, stock_rows
from marketsim.market.authorities import Authorities
from marketsim.market.homes import HEALTH, LOCAL_AUTHORITY, PRIVATE, SECTORS, VOLUNTARY, Homes
from marketsim.own_data.region import Region, read_region
from marketsim.scenario.schema import EnglandWorld, World
from marketsim.world.own_authorities import own_children_of, own_unregistered, recorded_of
from marketsim.world.stock import (
    SECTOR_WORDS,
    HomeList,
    cumulative_sizes,
    draw_sizes,
    fill_columns,
    short_break_split,
)

SECTOR_ORDER = (LOCAL_AUTHORITY, VOLUNTARY, PRIVATE, HEALTH)  # in which short-break homes are looked for


def england_authorities(world: EnglandWorld, start: datetime.date | None = None) -> Authorities:
    """The 153 authorities as columns; unpublished cells are filled in as england/README.md says. A forecast of own data
    counts from the `start` of the market (not given: the day of the data)."""
    rows = authority_rows()
    regions = sorted({row["region"] for row in rows})
    x, y = project(_column("latitude"), _column("longitude"))
    children = apportion(_imputed_children(), world.children_at_start)
    unregistered = apportion(_imputed_children(), world.unregistered_at_start)
    recorded, region, codes = None, own_region(world), [row["ons_code"] for row in rows]
    if region is not None:
        recorded = recorded_of(region, codes, children, start)
        children = own_children_of(region, codes, children)
        unregistered = own_unregistered(children, recorded.children_else, unregistered)
    return Authorities(
        key=name_keys([row["ons_code"] for row in rows]),
        code=codes,
        name=[row["name"] for row in rows],
        region_names=regions,
        region=np.array([regions.index(row["region"]) for row in rows]),
        x=x,
        y=y,
        radius=_column("mean_internal_distance_km") * MILES_PER_KM / MEAN_DISTANCE_IN_DISC,
        children=children,
        unregistered=unregistered,
        population=_column("population_0_17"),
        house_price=_imputed_prices(),
        recorded=recorded,
    )


def own_region(world: World) -> Region | None:
    """The region whose own data the world starts from; None if there is none."""
    return read_region(world.data) if isinstance(world, EnglandWorld) and world.data is not None else None


def england_homes(seed: int, authorities: Authorities, year: int = 2024) -> Homes:
    """3,424 homes with 12,876 places on 31 March 2024; sizes and positions within each authority are drawn.

    For another year of stock.csv the national homes and places of each sector are shared out over the authorities like
    those of 2024.
    """
    batches = _batches(year)
    begins = np.cumsum(batches.homes) - batches.homes
    of = np.repeat(np.arange(len(begins)), batches.homes)  # the batch of each home
    area, sector, number = batches.area[of], batches.sector[of], batches.first[of] + np.arange(len(of)) - begins[of]
    luck = np.split(uniform(seed, "home size", authorities.key[area], sector, number), begins[1:])
    shares = [cumulative_sizes(sector) for sector in range(len(SECTORS))]
    places = [
        draw_sizes(part, int(batches.places[batch]), shares[batches.sector[batch]]) for batch, part in enumerate(luck)
    ]
    # Identity for luck: from area, sector and number there, not from the row.
    keys = key(authorities.key[area], np.uint64(name_key("home")), sector, number)
    x, y = scatter(seed, "home", keys, authorities.x[area], authorities.y[area], authorities.radius[area])
    listed = HomeList(area, sector, np.concatenate(places), batches.short_break[of])
    return fill_columns(seed, listed, authorities, x, y, keys)


def apportion(weights: Floats, total: int) -> Ints:
    """Whole numbers in proportion to `weights` that add up to `total`: largest remainder first."""
    exact = weights / weights.sum() * total
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: total - int(whole.sum())]] += 1
    return np.asarray(whole)


def homes_by_sector(row: dict[str, str]) -> tuple[Ints, Ints]:
    """Homes and places of one authority in SECTOR_ORDER; what the three sectors leave of the total is health's."""
    homes = {sector: int(row[f"homes_{word}"]) for sector, word in SECTOR_WORDS.items()}
    places = {sector: int(row[f"places_{word}"]) for sector, word in SECTOR_WORDS.items()}
    homes[HEALTH] = int(row["homes"]) - sum(homes.values())
    places[HEALTH] = int(row["places"]) - sum(places.values())
    return np.array([homes[s] for s in SECTOR_ORDER]), np.array([places[s] for s in SECTOR_ORDER])


@dataclass(frozen=True)
class _Stock:
    """Homes and places by authority and sector (in SECTOR_ORDER), and by authority those for short breaks only."""

    homes: Ints
    places: Ints
    break_homes: Ints
    break_places: Ints


def _stock_2024() -> _Stock:
    pairs = [homes_by_sector(row) for row in authority_rows()]
    breaks = [
        np.array([int(row[f"{kind}_short_break_only"]) for row in authority_rows()]) for kind in ("homes", "places")
    ]
    return _Stock(np.array([homes for homes, _ in pairs]), np.array([places for _, places in pairs]), *breaks)


def _scaled_stock(year: int) -> _Stock:
    """The national stock of another year, by sector, where the homes of 2024 are; every home has at least a place."""
    now, then = _stock_2024(), stock_rows(year)
    homes, places = np.zeros_like(now.homes), np.zeros_like(now.places)
    for position, sector in enumerate(SECTOR_ORDER):
        home_total, place_total = then[SECTORS[sector]]
        homes[:, position] = apportion(now.homes[:, position].astype(np.float64), home_total)
        mean_size = now.places[:, position] / np.maximum(now.homes[:, position], 1)
        more = apportion(np.asarray(homes[:, position] * np.maximum(mean_size - 1, 0.01)), place_total - home_total)
        places[:, position] = homes[:, position] + more
    ratio = homes.sum() / now.homes.sum()
    breaks = (now.break_homes, now.break_places)
    scaled = [apportion(column.astype(np.float64), int(ratio * column.sum())) for column in breaks]
    return _Stock(homes, places, *scaled)


class _Batches(NamedTuple):
    """Homes of one area and sector, all or none of them for short breaks only, a batch a row: how many, numbered from
    `first` there, and their places in all."""

    area: Ints
    sector: Ints
    short_break: Bools
    first: Ints
    homes: Ints
    places: Ints


@cache
def _batches(year: int) -> _Batches:
    """All homes of a year, area by area and sector by sector, those for short breaks first."""
    stock, found = _stock_2024() if year == 2024 else _scaled_stock(year), []
    for area in range(len(stock.homes)):
        homes, places = stock.homes[area], stock.places[area]
        short = short_break_split(homes, places, int(stock.break_homes[area]), int(stock.break_places[area]))
        for sector, all_homes, all_places, first, there in zip(SECTOR_ORDER, homes, places, *short, strict=True):
            found.append((area, sector, True, 0, first, there))
            found.append((area, sector, False, first, all_homes - first, all_places - there))
    columns = zip(*(batch for batch in found if batch[-2] > 0), strict=True)
    return _Batches(*(np.array(column) for column in columns))


@cache
def _column(name: str) -> Floats:
    return np.array([float(row[name]) if row[name] else np.nan for row in authority_rows()])


def _imputed_children() -> Floats:
    """Children in homes (with secure homes); unpublished cells get the national rate per child looked after."""
    children, looked_after, population = (
        _column("children_in_homes").copy(),
        _column("children_looked_after"),
        _column("population_0_17"),
    )
    known = ~np.isnan(children)
    rate = children[known].sum() / looked_after[known].sum()
    in_care = np.where(np.isnan(looked_after), np.nansum(looked_after) / population.sum() * population, looked_after)
    return np.where(known, children, rate * in_care)


def _imputed_prices() -> Floats:
    """House prices; Isles of Scilly gets Cornwall's, blanks in London the region's median."""
    prices = _column("house_price_detached_gbp").copy()
    names = [row["name"] for row in authority_rows()]
    london = np.array([row["region"] == "London" for row in authority_rows()])
    prices[names.index("Isles of Scilly")] = prices[names.index("Cornwall")]
    prices[np.isnan(prices) & london] = np.nanmedian(prices[london])
    return prices
