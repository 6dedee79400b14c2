"""The Placements Data Standard, in the words of its pages, of its data model, and of the spreadsheets that regions fill
in."""

from __future__ import annotations

from collections.abc import Sequence

from marketsim.own_data.formats.lists.heads import all_said
from marketsim.own_data.formats.lists.placement_lists import read_lists
from marketsim.own_data.reading.recognising import Asked, Family, Format, Recognised
from marketsim.own_data.records import Part

ASKS = frozenset((
    "notice", "alongside", "support", "ratio", "pets", "adaptation", "suits foster", "suits home", "suits supported"
))  # fmt: skip
FEWEST = 3  # of what only the standard asks


def is_standard(words: frozenset[str]) -> bool:
    """Whether heads are those of the standard with the placement that was found: its cost, and what kind or where."""
    said = all_said(words)
    return "fee" in said and bool({"kind", "urn", "location"} & said) and len(ASKS & said) >= FEWEST


def read(recognised: Sequence[Recognised], asked: Asked) -> Part:
    """The placements in children's homes. Raises ScenarioError if nobody says whose a file is."""
    return Part(placements=read_lists([one.table for one in recognised], asked))


STANDARD = Format(
    "placements_standard", "a list of the Placements Data Standard",
    ("Total Weekly Cost (actual weekly fee paid)", "Placement Type", "When placement is needed by",
     "Who can the child be cared for alongside?", "Additional support (Please specify)"), is_standard,
)  # fmt: skip
FAMILY = Family((STANDARD,), read)
