"""When and where: the horizon of a run, England, synthetic worlds, and which authorities a world has."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, field_validator

from marketsim.england import names as names_of_areas
from marketsim.england.figures import authority_rows
from marketsim.scenario.errors import LocatedError
from marketsim.scenario.sections.base import DFE_2024, Count, Date, Miles, Section, Share, SharePerYear, figure, lever

STOCK_YEARS = (2014, 2023, 2024)
FIRST_START, LAST_START = datetime.date(1950, 1, 1), datetime.date(2150, 12, 31)  # tables keep dates up to 2262


class Horizon(Section):
    """When a run starts and how long it lasts."""

    start: Date = figure(datetime.date(2024, 3, 31), "date of week 0, the state at the start", "measured", DFE_2024)
    weeks: Annotated[int, Field(ge=1, le=5_200, json_schema_extra={"unit": "weeks"})] = lever(
        104, "weeks simulated; outcomes are compared over the last 52"
    )

    @field_validator("start")
    @classmethod
    def _can_be_kept(cls, start: datetime.date) -> datetime.date:
        if not FIRST_START <= start <= LAST_START:
            raise ValueError(f"expected a date from {FIRST_START} to {LAST_START}, got {start}")
        return start


class EnglandWorld(Section):
    """England's 153 authorities with their homes, places and children on 31 March 2024."""

    kind: Literal["england"] = "england"
    stock_of: Annotated[int, Field(ge=2014, le=2024, json_schema_extra={"unit": "year"})] = figure(
        2024,
        "year (31 March) of the homes and places; those of other years than 2024 are 2024's scaled by sector and size",
        "measured",
        "Ofsted; england/stock.csv",
    )
    children_at_start: Count = figure(8_540, "children in children's homes", "measured", DFE_2024)
    unregistered_at_start: Count = figure(
        770, "children in unregistered settings", "measured", "Children's Commissioner, September 2024"
    )
    past_weeks: Annotated[int, Field(ge=0, le=520, json_schema_extra={"unit": "weeks"})] = lever(
        52, "weeks that are lived before week 0 and count in no outcome, so that week 0 is a state that the rules keep"
    )
    past_openings: Share = figure(
        0.127,
        "share of the private homes of week 0 that opened in these weeks, none having closed",
        "measured",
        "private homes 2,466 (2023) to 2,825; Ofsted",
        off_if={"past_weeks": 0},
    )
    past_growth: SharePerYear = figure(
        0.085,
        "growth of the number of children in homes in the year before week 0",
        "measured",
        "7,870 (2023) to 8,540; " + DFE_2024,
        off_if={"past_weeks": 0},
    )
    data: str | None = lever(
        None, "folder of own data (`marketsim data import`), beside this file, which hold for the authorities in it"
    )

    @field_validator("stock_of")
    @classmethod
    def _has_a_stock(cls, year: int) -> int:
        if year not in STOCK_YEARS:
            raise ValueError(f"expected one of {', '.join(map(str, STOCK_YEARS))}, got {year}")
        return year


class SyntheticWorld(Section):
    """Authorities and homes on a square plane, for theory, teaching and growth tests."""

    kind: Literal["synthetic"]
    authorities: Annotated[int, Field(ge=1, le=2_000, json_schema_extra={"unit": "count"})] = figure(
        4, "authorities, on a grid of squares that fills the plane"
    )
    regions: Annotated[int, Field(ge=1, le=100, json_schema_extra={"unit": "count"})] = figure(
        1, "regions, neighbouring authorities together"
    )
    homes: Annotated[int, Field(ge=1, le=100_000, json_schema_extra={"unit": "count"})] = figure(40, "homes in all")
    places_per_home: Annotated[int, Field(ge=1, le=1_000, json_schema_extra={"unit": "count"})] = figure(
        4, "places in every home"
    )
    homes_per_provider: Annotated[int, Field(ge=1, le=1_000, json_schema_extra={"unit": "count"})] = figure(
        3, "homes that one private provider owns"
    )
    local_authority_share: Share = figure(0.125, "share of homes run by the authority in whose area they stand")
    side_miles: Annotated[float, Field(gt=0, le=1_000, json_schema_extra={"unit": "miles"})] = figure(
        60.0, "side of the square plane"
    )
    homes_everywhere: bool = figure(
        False, "true: homes at random in the whole plane; false: within the discs of the authorities"
    )
    authority_radius_miles: Miles = figure(8.0, "radius of the disc in which an authority's children live")
    children_at_start: Count = figure(80, "children already placed in week 0")
    unregistered_at_start: Count = figure(0, "children in unregistered settings in week 0")


World = Annotated[EnglandWorld | SyntheticWorld, Field(discriminator="kind")]


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
    known = sorted({place.region for place in places})
    rows: list[int] = []
    for position, name in enumerate(names):
        if name not in by_name:
            where = (*path, "authorities", position)
            names_of = [place.name for place in places]
            hint = "it is a region: name it under regions" if name in known else _advice(name, names_of)
            raise LocatedError(where, "unknown authority", given=name, allowed=names_of, hint=hint)
        rows.append(by_name[name])
    for position, region in enumerate(regions):
        if region not in known:
            hint = _advice(region, known)
            raise LocatedError((*path, "regions", position), "unknown region", given=region, allowed=known, hint=hint)
        rows.extend(row for row, place in enumerate(places) if place.region == region)
    return sorted(set(rows))


def _advice(name: str, known: Sequence[str]) -> str:
    return names_of_areas.advice(name, {one: one for one in known})
