"""Which part of a market is whose: what own data say, and what stays as it is for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass

import numpy as np
import pandas as pd

from marketsim.england.figures import authority_rows, name_of
from marketsim.own_data.demand_path import in_force
from marketsim.own_data.region import Region

FEWEST = 5  # children that a number is said of
OURS, NATIONAL, MODEL = "ours", "national", "the model's"


@dataclass(frozen=True)
class Provenance:
    """A part of the market, whose it is (OURS, NATIONAL or MODEL), and what it rests on."""

    part: str
    whose: str
    rests_on: str


def provenance(region: Region) -> list[Provenance]:
    """All parts of a market that starts from a region; all of it is of the region's authorities, what other
    authorities have and do is national."""
    return [*_children(region), *_shares(region), *_flows(region), *_homes(region), *_rest(region)]


def short_of_places(region: Region) -> list[str]:
    """A sentence for each area in which more children are recorded than homes have places, by the list or as published;
    nothing where places aren't listed, or a list has some of an area's homes only."""
    lived_in = region.homes[~region.homes["short_break"]]
    listed = lived_in.groupby("authority")["places"].agg(lambda places: places.sum(skipna=False))
    published = {row["ons_code"]: float(row["places"]) - float(row["places_short_break_only"] or 0)
                 for row in authority_rows()}  # fmt: skip
    partly = set(region.homes["authority"]) - set(region.hosts)
    found = []
    for code, count in region.running["host_authority"].value_counts().items():
        places = listed.get(code, 0.0) if code in region.hosts else published.get(str(code), np.inf)
        if count > places and code not in partly and count >= FEWEST:
            words = f"{count} of our children are recorded in {name_of(str(code))}, whose homes have {places:.0f}"
            found.append(f"{words} places: the others start in the nearest homes with one")
    return found


def names_of(codes: tuple[str, ...]) -> str:
    """Names with commas."""
    return ", ".join(name_of(code) for code in codes)


def _children(region: Region) -> Iterator[Provenance]:
    if region.published:
        count, total = len(region.published), sum(region.published.values())
        words = f"{total:.0f} of {count} authorities, by the figures (without secure homes) or the forecast given"
        yield Provenance("number of children in homes at the start", OURS, words)
    if not region.authorities:
        rest = "lists tell it only with a column of ends and a day of their own; returns do"
        yield Provenance("who and where they are at the start", MODEL, rest if region.placements else "none were given")
        return
    running, count = region.running, len(region.running)
    words = f"{count} on {region.as_at} of {names_of(region.authorities)}, since the week in which each came"
    yield Provenance("children in homes at the start", OURS, words)
    for number, parts in sorted(_recorded(running, region.homes).items(), reverse=True):
        few = "fewer than 5" if 0 < number < FEWEST else f"{number}"
        rest = "recorded of all" if number == count else f"recorded of {few} of {count}; the others as for others"
        if number == 0:
            rest = "not recorded" + ("; a list of homes with URNs links them" if HOME in parts else "")
        whose = OURS if number == count else f"{OURS} and {MODEL}" if number else MODEL
        yield Provenance(", ".join(parts), whose, rest)


HOME = "in which home"


def _recorded(running: pd.DataFrame, homes: pd.DataFrame) -> dict[int, list[str]]:
    """Of how many of the children each thing is recorded."""
    known = {
        "in whose area": running["host_authority"] != "", HOME: running["home"].isin(homes["home"]),
        "of which sector": running["sector"] != "", "how far from home": running["distance_miles"].notna(),
        "age": running["age"].notna(), "need": running["need"] != "", "staff of its own": running["care"] != "",
        "fee": running["weekly_fee_gbp"].notna(), "how bought": running["route"] != "",
    }  # fmt: skip
    found: dict[int, list[str]] = {}
    for part, is_known in known.items():
        found.setdefault(int(is_known.sum()), []).append(part)
    return found


def _shares(region: Region) -> Iterator[Provenance]:
    table = np.array([astuple(one) for one in region.shares.values()] or [(np.nan,) * 6])
    for column, part in ((2, "ages of new children"), (4, "sex of new children"), (5, "emergencies among moves")):
        given = not np.isnan(table[:, column]).any()
        rest = "shares among our placements" if given else "fewer than 30 of our placements say it"
        yield Provenance(part, OURS if given else NATIONAL, rest)
    ours, said = not np.isnan(table[:, 0]).any(), region.needs_said
    words = ""
    if said is not None and not np.isnan(said.standard):
        middle = 1 - said.standard - said.severe
        words = f"in your words {100 * said.standard:.0f}% standard, {100 * middle:.0f}% complex, "
        words += f"{100 * said.severe:.0f}% severe"
    by_band = set(in_force(region.forecast, region.as_at).query("need != ''")["authority"])
    if by_band:
        yield Provenance("needs of new children", OURS, f"the forecast given for {len(by_band)} authorities")
    if ours:
        yield Provenance("needs of new children", OURS, words)
    elif by_band >= set(region.authorities):
        return
    else:
        rest = f"{words}; the model's severe are England's hardest 12%: if yours mean that, import with --needs ours"
        yield Provenance("needs of new children", NATIONAL, rest if words else "too few of our placements say it")
    yield Provenance("staff of their own, of new children", NATIONAL, "shares by need")


def _flows(region: Region) -> Iterator[Provenance]:
    if region.stays is None:
        yield Provenance("how long stays last", NATIONAL, "too few of our stays were seen to end")
    else:
        weeks, beyond = region.stays.last_weeks, 100 * region.stays.beyond
        words = f"our stays up to {weeks:.0f} weeks, open ones counted"
        if beyond >= 1:
            words += f"; the {beyond:.0f}% that last longer as published"
        yield Provenance("how long stays last", OURS if beyond < 1 else f"{OURS} and {NATIONAL}", words)
    yield Provenance("breakdowns, returns, growth", NATIONAL, "ours are shown in `data show` only")
    forecast = in_force(region.forecast, region.as_at)
    if given := forecast["authority"].nunique():
        yield Provenance("new needs", OURS, f"the forecast given for {given} authorities")
    begun = {code: count for code, count in region.starts_a_year.items() if code not in set(forecast["authority"])}
    if begun:
        words = f"{sum(begun.values()):.0f} placements begun a year of {len(begun)} authorities, over England's"
        yield Provenance("new needs", OURS, f"{words}; growth is national")
    if len(set(forecast["authority"]) | set(begun)) < len(region.authorities) or not (given or begun):
        yield Provenance("new needs", NATIONAL, "of authorities without these: like children in homes")
    if len(forecast) < len(region.forecast):
        yield Provenance("forecasts that end before the day", NATIONAL, "not used")


def _homes(region: Region) -> Iterator[Provenance]:
    count, places = len(region.homes), region.homes["places"].sum()
    if not count:
        yield Provenance("homes", NATIONAL, "Ofsted's of 31 March 2024 by authority and sector; sizes are drawn")
        return
    where = f"all there are in {names_of(region.hosts)}" if region.hosts else "of one's own"
    yield Provenance("homes", OURS, f"{count} homes, {places:.0f} places: {where}; elsewhere Ofsted's of 2024")
    own = region.homes[region.homes["sector"] == "local_authority"]
    living = int(region.running["home"].isin(own["home"]).sum())
    if len(own) and (region.running["home"] != "").any():
        few = "fewer than 5" if living < FEWEST else f"{living}"
        words = f"{few} of {own['places'].sum():.0f} places taken by ours; a run fills those that can be used first"
        yield Provenance("authorities' own homes", OURS, words)
    if missing := int(region.homes["places"].isna().sum()):
        yield Provenance("places where none are listed", MODEL, f"{missing} homes; drawn as published sizes are")
    asked = int((region.homes["weekly_fee_gbp"] > 0).sum())
    whose = OURS if asked == count else f"{OURS} and {MODEL}" if asked else MODEL
    yield Provenance("what homes ask", whose, f"known of {asked} of {count}, by lists or what is paid there")


def _rest(region: Region) -> Iterator[Provenance]:
    if count := len(region.contracts):
        yield Provenance("contracts", OURS, f"{count} given; scenario.yaml has those that run on the day or later")
    yield Provenance("fees of new placements", MODEL, "what homes ask, scarcity and bargaining")
    yield Provenance("children in unregistered settings", NATIONAL, "for a child in homes as many as in England")
