"""Weekly placement lists of regional care cooperatives and their members, with or without where the places are."""

from __future__ import annotations

from collections.abc import Sequence

from marketsim.own_data.formats.lists.heads import all_said
from marketsim.own_data.formats.lists.placement_lists import read_lists
from marketsim.own_data.formats.lists.placements_standard import is_standard
from marketsim.own_data.reading.recognising import Asked, Family, Format, Recognised
from marketsim.own_data.records import Part

WHERE = frozenset(("urn", "location"))
ALSO = frozenset(("authority", "route", "need", "support", "alongside", "kind", "home searches", "age"))
FEWEST = 3  # of those


def _fits(words: frozenset[str], where: bool) -> bool:
    said = all_said(words)
    cost = bool({"fee", "total"} & said)
    listed = cost and "start" in said and len(ALSO & said) >= FEWEST and bool(WHERE & said) == where
    return listed and not is_standard(words)


def read(recognised: Sequence[Recognised], asked: Asked) -> Part:
    """The placements in children's homes, each once. Raises ScenarioError if nobody says whose a file is."""
    return Part(placements=read_lists([one.table for one in recognised], asked))


WITH_PLACE = Format(
    "weekly_list", "a weekly placement list",
    ("Authority", "Placement start date", "Placement type", "Sourced by", "Weekly cost", "Placement location"),
    lambda words: _fits(words, where=True),
)  # fmt: skip
WITHOUT_PLACE = Format(
    "weekly_list_without_place", "a weekly placement list without location and URN",
    ("placement_start_date", "placement_sourced", "total_weekly_cost", "additional_support"),
    lambda words: _fits(words, where=False),
)  # fmt: skip
FAMILY = Family((WITH_PLACE, WITHOUT_PLACE), read)
