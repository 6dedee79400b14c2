"""Which measure the words of a row in DfE's files stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence

IN_HOMES, LOOKED_AFTER = "children_in_homes", "children_looked_after"
OUT_OF_AREA, OVER_20_MILES = "out_of_area_share", "over_20_miles_share"
# Shares are of children in homes; these are the same of all children looked after, of whom most live in families.
ALL_OUT_OF_AREA, ALL_OVER_20_MILES = "looked_after_out_of_area_share", "looked_after_over_20_miles_share"
UNITS = {IN_HOMES: "children", LOOKED_AFTER: "children", OUT_OF_AREA: "share", OVER_20_MILES: "share",
         ALL_OUT_OF_AREA: "share", ALL_OVER_20_MILES: "share"}  # fmt: skip
BASE = {OUT_OF_AREA: IN_HOMES, OVER_20_MILES: IN_HOMES, ALL_OUT_OF_AREA: LOOKED_AFTER, ALL_OVER_20_MILES: LOOKED_AFTER}
WITH_SECURE = "with secure homes"

NUMBERING = re.compile(r"^\d{1,2}[a-z]?\.\s*([ivx]+\s+)?")
HOMES = re.compile(
    r"(?P<secure>secure (children's )?homes,? and )?children'?s homes( subject to children'?s homes regulations)?"
)
OUTSIDE = re.compile(r"placed outside (of )?la boundary")
OVER = re.compile(r"(placed )?(more than|over) 20 miles( from home)?")
TOTAL = re.compile(
    r"(total|all)( children)?( looked after)?( (at|on) 31 march( each year)?)?"
    r"|(children looked after|cla) (at|on) 31 march( each year)?"
)
ABOUT_PLACES = frozenset([
    "placement", "placements", "placement type", "type of placement", "placement location", "locality of placement",
    "location of placement", "distance between home and placement",
    "distance between home and placement and locality of placement",
])  # fmt: skip
ABOUT_CHILDREN = frozenset([
    "age", "age group", "gender", "sex", "ethnicity", "ethnic origin", "legal status", "category of need",
    "primary need", "place providers", "placement provider",
])  # fmt: skip


def measure_of(words: Sequence[str]) -> tuple[str, str]:
    """The measure that the words of a row stand for, and a remark; empty for a statistic that isn't used.

    Every word must be understood: a row of one age group, or of placements that began in a year, is none.
    """
    homes, secure, where, total, of_children = False, False, "", False, False
    for text in map(_plain, words):
        if found := HOMES.fullmatch(text):
            homes, secure = True, bool(found["secure"])
        elif OUTSIDE.fullmatch(text):
            where = OUT_OF_AREA
        elif OVER.fullmatch(text):
            where = OVER_20_MILES
        elif TOTAL.fullmatch(text):
            total = True
        elif text in ABOUT_CHILDREN:
            of_children = True
        elif text not in ABOUT_PLACES:
            return "", ""
    if homes:
        return ("", "") if of_children else (where or IN_HOMES, WITH_SECURE if secure else "")
    if where:
        return ("", "") if of_children else ("looked_after_" + where, "")
    return (LOOKED_AFTER, "") if total else ("", "")


def _plain(word: str) -> str:
    text = " ".join(word.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    text = NUMBERING.sub("", text)
    return text.replace("the ", "").replace("local authority", "la").replace("council", "la")
