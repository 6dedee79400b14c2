"""Which part of a market is whose: what own data say, and what stays as it is for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass

import numpy as np

from marketsim.england.figures import authority_rows
from marketsim.own_data.region import Region

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
    """A sentence for each area in which more children are recorded than listed homes have places."""
    places = region.homes[~region.homes["short_break"]].groupby("authority")["places"].sum()
    found = []
    for code, count in region.running["host_authority"].value_counts().items():
        if code in region.hosts and count > places.get(code, 0):
            words = f"{count} of our children are recorded in {name_of(str(code))}, whose listed homes have "
            found.append(words + f"{places.get(code, 0):.0f} places: the others start in the nearest homes with one")
    return found


def name_of(code: str) -> str:
    """The name of an authority of today; the code itself of others."""
    return next((row["name"] for row in authority_rows() if row["ons_code"] == code), code)


def names_of(codes: tuple[str, ...]) -> str:
    """Names with commas."""
    return ", ".join(name_of(code) for code in codes)


def _children(region: Region) -> Iterator[Provenance]:
    running, count = region.running, len(region.running)
    if region.published:
        words = f"{sum(region.published.values()):.0f} of {len(region.published)} authorities, from figures given"
        yield Provenance("children in homes of authorities without placements", OURS, words)
    if not region.authorities:
        yield Provenance("children in homes at the start", NATIONAL, "no whole placements were given")
        return
    yield Provenance(
        "children in homes at the start", OURS, f"{count} on {region.as_at} of {names_of(region.authorities)}"
    )
    for part, known in (
        ("in whose area they live", running["host_authority"] != ""), ("in which home", running["home"] != ""),
        ("how far from home", running["distance_miles"].notna()), ("their need", running["need"] != ""),
        ("fees of running placements", running["weekly_fee_gbp"].notna()),
        ("how they were bought", running["route"] != ""),
    ):  # fmt: skip
        number = int(known.sum())
        whose = OURS if number == count else f"{OURS} and {MODEL}" if number else MODEL
        words = f"recorded of {number} of {count}; the others as for other children"
        yield Provenance(part, whose, "recorded of all" if number == count else words)
    yield Provenance("since when they live there", OURS, "the week in which the placement began")


def _shares(region: Region) -> Iterator[Provenance]:
    words = ("needs of new children", "needs of new children", "ages of new children", "ages of new children",
             "sex of new children", "emergencies among moves")  # fmt: skip
    table = np.array([astuple(one) for one in region.shares.values()] or [(np.nan,) * len(words)])
    for position, part in enumerate(words):
        if position and words[position - 1] == part:
            continue
        given = not np.isnan(table[:, position]).any()
        yield Provenance(part, OURS if given else NATIONAL, "shares among our placements" if given else
                         "fewer than 30 of our placements say it")  # fmt: skip


def _flows(region: Region) -> Iterator[Provenance]:
    if region.stays is None:
        yield Provenance("how long stays last", NATIONAL, "too few of our stays were seen to end")
    else:
        weeks, beyond = region.stays.last_weeks, 100 * region.stays.beyond
        words = f"our stays up to {weeks:.0f} weeks, open ones counted; the {beyond:.0f}% that last longer as published"
        yield Provenance("how long stays last", OURS if beyond < 1 else f"{OURS} and {NATIONAL}", words)
    if len(region.forecast):
        given = region.forecast["authority"].nunique()
        yield Provenance("new needs", OURS, f"the forecast given for {given} authorities")
    elif region.starts_a_year:
        total = sum(region.starts_a_year.values())
        yield Provenance("new needs", OURS, f"{total:.0f} placements begun a year, over England's; growth is national")
    else:
        yield Provenance("new needs", NATIONAL, "like children in homes")


def _homes(region: Region) -> Iterator[Provenance]:
    count, places = len(region.homes), region.homes["places"].sum()
    if count:
        where = f"all there are in {names_of(region.hosts)}" if region.hosts else "of one's own"
        yield Provenance("homes", OURS, f"{count} homes, {places:.0f} places: {where}; elsewhere Ofsted's of 2024")
        if missing := int(region.homes["places"].isna().sum()):
            yield Provenance("places where none are listed", MODEL, f"{missing} homes; drawn as published sizes are")
        asked = int((region.homes["weekly_fee_gbp"] > 0).sum())
        whose = f"{OURS} and {MODEL}" if asked else MODEL
        yield Provenance("fees that homes ask", whose, f"given for {asked} of {count}")
    else:
        yield Provenance("homes", NATIONAL, "Ofsted's of 31 March 2024 by authority and sector; sizes are drawn")


def _rest(region: Region) -> Iterator[Provenance]:
    count = len(region.contracts)
    yield Provenance("contracts", OURS if count else NATIONAL, f"{count} given; in the scenario that the import wrote")
    yield Provenance("fees of new placements", MODEL, "costs, scarcity and bargaining; ours are shown beside")
    yield Provenance("children in unregistered settings", NATIONAL, "shared out like children in homes")
