"""What the words in councils' files mean: needs, care, routes, kinds of places, notice, sexes, sectors, yes and no."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pandas as pd

from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.tables import Table
from marketsim.own_data.records import CARE
from marketsim.scenario.errors import listed, shown

Said = Mapping[str, str]  # bare words, and what is meant: empty where the word is known and says nothing
NOTHING: Said = dict.fromkeys(
    ("-", "unknown", "not known", "nk", "not specified", "not stated", "not recorded", "tbc", "null", "nan"), ""
)
NOT_APPLICABLE = ("none", "n a", "na", "not applicable")  # an answer, not a gap


MOST_WORDS = 20


def _each(meanings: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {word: meaning for meaning, words in meanings.items() for word in words} | dict(NOTHING)


# The usual scale has three steps, so `high` is the last. `None` and `N/A` say that there are no needs beyond care.
NEEDS: Said = _each({
    "standard": ("standard", "low", "low need", "low needs", "low level", "mainstream", "core", *NOT_APPLICABLE),
    "complex": ("complex", "medium", "medium need", "medium needs", "moderate", "enhanced", "specialist",
                "complex need", "complex needs"),
    "severe": ("severe", "high", "high need", "high needs", "very high", "acute", "exceptional", "most complex",
               "highly complex", "severe need", "severe needs"),
})  # fmt: skip
# What a list says of support, of whom the child may live with, and of staff to a child. Additional supervision is one
# member of staff of the child's own. 1:1 and 2:1 are times of day after a spreadsheet has read them.
CARE_WORDS: Said = _each({
    "shared": ("shared", "therapeutic support", "a worker for respite", "worker for respite", "respite worker",
               "taxis to school", "taxi to school", "standard ratio", "standard", "with other children recommended",
               "only with other older children", "only with other younger children", "no preference", "group",
               "no and is not in a solo placement", "yes but is not in a solo placement", "no", *NOT_APPLICABLE),
    "one_to_one": ("one to one", "1:1", "1 1", "1 to 1", "01:01:00", "1:1 support", "1:1 staffing",
                   "additional supervision", "additional staffing", "extra staffing"),
    "two_to_one": ("two to one", "2:1", "2 1", "2 to 1", "02:01:00", "2:1 support", "2:1 staffing", "> 2:1"),
    "solo": ("solo", "solo placement", "solo placement recommended", "solo recommended", "solo provision",
             "yes and is in a solo placement", "no but is in a solo placement"),
})  # fmt: skip
# How a place was bought. `remand` and `secure` are no ways of buying: the court or the national unit sends the child.
ROUTES: Said = _each({
    "in_house": ("in house", "inhouse", "internal", "own home", "own provision", "in house provision", "council home",
                 "council run", "local authority home"),
    "block": ("block", "block contract", "block contract local", "block contract collaborative", "block booking"),
    "soft_block": ("soft block", "flexi block", "gm rcc flexi block", "rcc flexi block", "retainer", "cost and volume"),
    "framework": ("framework", "dps", "dynamic purchasing", "dynamic purchasing system", "dynamic purchasing vehicle",
                  "dpv", "approved list", "preferred list", "preferred provider list", "flexible purchasing system",
                  "fps", "pseudo dynamic purchasing system", "local contract or framework", "local framework",
                  "regional framework", "other regional contract", "nw contract residential fps or previous",
                  "nw contract fostering fps or previous", "nw contract send fps", "nw contract sails dps or previous",
                  "nw contract supported accommodation dps or previous", "sub regional contract lcr ppa",
                  "sub regional contract other"),
    "cooperative": ("cooperative", "co operative", "regional care cooperative", "regional care co operative", "rcc",
                    "rcc contract"),
    "spot": ("spot", "spot purchase", "spot contract", "direct award", "off framework", "direct award off framework",
             "direct award spot purchase", "off contract"),
    "remand": ("remand",),
    "secure": ("secure welfare hub",),
    "": NOT_APPLICABLE,
})  # fmt: skip
KINDS: Said = _each({
    "home": ("residential", "residential care", "residential home", "residential childrens home", "childrens home",
             "childrens homes", "residential external commissioned", "residential external", "residential mainstream",
             "residential with education", "k2"),
    "in-house home": ("residential in house", "in house residential", "in house childrens home"),
    "secure": ("residential secure welfare", "secure welfare", "secure", "secure home", "secure childrens home", "k1"),
    "unregistered": ("unregistered", "unregistered where it should be registered", "unregulated"),
    "short breaks": ("residential short breaks", "short breaks", "respite", "ifa respite"),
    "residential school": ("residential residential school", "residential 52 week residential school",
                           "residential 52 week residential school college", "residential school",
                           "residential 38 week residential school college"),
    "parent and child": ("residential parent and child", "parent and child", "family centre"),
    "another kind": ("youth offending institution", "other youth offending institution", "remand", "cqc", "other cqc",
                     "student accommodation", "outreach", "other", "other ffa", "other rent",
                     "other commissioned support", "hospital", "placed with parents"),
})  # fmt: skip
BEGINNINGS = {"foster": "foster", "ifa": "foster", "supported": "supported accommodation",
              "sails": "supported accommodation", "semi independent": "supported accommodation"}  # fmt: skip
# Only what is needed on the day is an emergency; a search that has some days left is planned.
NOTICE: Said = _each({
    "emergency": ("today", "emergency", "same day", "immediate", "immediately"),
    "planned": ("planned", "< 5 days", "> 5 days", "in less than 5 days", "in more than 5 days", "less than 5 days",
                "more than 5 days", "within 5 days"),
    "": NOT_APPLICABLE,
})  # fmt: skip
SEXES: Said = _each({
    "boy": ("m", "male", "boy", "male including trans male", "1"),
    "girl": ("f", "female", "girl", "female including trans female", "2"),
    "": ("non binary", "nonbinary", "other", "x", "prefer not to say", *NOT_APPLICABLE),
})  # fmt: skip
SECTORS: Said = _each({
    "private": ("private", "independent", "private provider", "company"),
    "voluntary": ("voluntary", "charity", "third sector", "voluntary provider"),
    "local_authority": ("local authority", "la", "council", "in house", "own"),
    "health": ("health", "health authority", "nhs"),
})  # fmt: skip
YES_NO: Said = _each({"yes": ("yes", "y", "true", "1"), "no": ("no", "n", "false", "0", *NOT_APPLICABLE)})


TABLES = (NEEDS, CARE_WORDS, ROUTES, KINDS, NOTICE, SEXES, SECTORS, YES_NO)
KNOWN = frozenset(word for table in TABLES for word in table)


def bare(word: str) -> str:
    """A word for comparing: lower case, without signs other than those of ratios and bounds."""
    return " ".join(re.findall(r"[a-z0-9:]+|[<>]", re.sub("['’]", "", word.lower())))


def counted(number: int, what: str = "row") -> str:
    """`1 row`, `1,200 rows`."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def meant(known: Said) -> Callable[[str], str | None]:
    """What a cell means that holds one word; None for a word that isn't known."""
    return lambda cell: known.get(bare(cell))


def kind_of(cell: str) -> str | None:
    """The kind of a place: exactly those words for what is used, beginnings too for what isn't."""
    word = bare(cell)
    return KINDS.get(word) or next((kind for start, kind in BEGINNINGS.items() if word.startswith(start)), None)


def care_of(cell: str) -> str | None:
    """The most care that the words of a cell (with ; , | or line ends between) ask for; None if they say nothing that
    is known, or less than another of them that isn't known might say."""
    words = [bare(part) for part in re.split(r"[;,|\n]", cell)]
    said = [CARE_WORDS.get(word) for word in words if word]
    most = max((CARE.index(one) for one in said if one), default=-1)
    if None in said and most < 1:
        return None
    return CARE[most] if most >= 0 else ""


def read_words(
    table: Table, head: str, of: Callable[[str], str | None], findings: Findings, hide: bool = False, tell: bool = True
) -> tuple[pd.Series[str], pd.Series[bool]]:
    """What the cells of a column mean, empty where they say nothing, and where they say what isn't known.

    Says where unknown words stand first, in how many rows, and how known ones were read; of all at once if `hide`
    (columns in which people write freely). What isn't a known word could be somebody's name, and is never shown. Says
    nothing of unknown words unless `tell`.
    """
    cells = table.cells[head]
    codes, words = pd.factorize(cells.astype("object"))
    meanings = [of(word) if word else "" for word in words]
    meaning = pd.Series([one or "" for one in meanings], dtype="object").reindex(codes).set_axis(cells.index).fillna("")
    unknown = pd.Series([one is None for one in meanings], dtype="bool").reindex(codes).set_axis(cells.index)
    if tell:
        _say_unknown(table, head, cells[unknown], findings, hide)
    if not hide:
        known = zip(words, meanings, strict=True)
        pairs = [f"{shown(w)} as {one}" for w, one in known if one and bare(one) != bare(w) and bare(w) in KNOWN]
        if pairs:
            findings.note(table, f"reads {listed(pairs)}", head)
    return meaning, unknown


def _say_unknown(table: Table, head: str, cells: pd.Series[str], findings: Findings, hide: bool) -> None:
    if cells.empty:
        return
    if hide:
        what = f"{head}: isn't a known word in {counted(len(cells))} from here on; left blank"
        findings.read_as(table, cells.index[:1], "", what)
        return
    number = cells.map(cells.value_counts())
    first = number[~cells.duplicated()]
    for line, rows in list(zip(first.index, first, strict=True))[:MOST_WORDS]:
        what = f"isn't a known word; left blank in {counted(int(rows))}"
        findings.read_as(table, [line], "", f"{head}: {what}")
    if len(first) > MOST_WORDS:
        findings.note(table, f"has {len(first) - MOST_WORDS:,} more words that aren't known; left blank", head)
