"""Which columns of a placement list say what, whatever they are called and however long their heads explain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.tables import Table
from marketsim.scenario.errors import shown

# What a column says, by the words of its head; signs, case, and where words are joined don't matter.
SAYS: Mapping[str, tuple[str, ...]] = {
    "child": ("child id", "child", "identifier", "local identifier", "unique identifier", "child reference"),
    "list_date": ("list date", "date of list", "week ending", "week commencing", "week beginning", "snapshot date",
                  "as at", "as at date", "reporting date"),
    "authority": ("authority", "placing authority", "local authority", "la", "placing la", "council",
                  "placing local authority", "responsible authority"),
    "start": ("placement start date", "start date", "placement start", "date placed", "date of placement",
              "date placement started", "placement started"),
    "end": ("placement end date", "end date", "placement end", "date ended", "actual end date", "date placement ended",
            "placement ended"),
    "until": ("review date", "placement review date", "planned end date", "expected end date"),
    "entered": ("date of data entry placement", "placement date", "date entry placement", "date entry placement admin",
                "date of form filling"),
    "age": ("age", "age at placement", "age in years", "age at placement start", "child age"),
    "sex": ("gender", "sex"),
    "kind": ("placement type", "type of placement", "type of provision", "provision type"),
    "need": ("need", "needs", "need level", "level of need", "needs level", "need band"),
    "support": ("additional support", "additional support required", "support package", "support"),
    "alongside": ("who can the child be cared for alongside", "living companions", "solo placement",
                  "does this cyp require a solo placement"),
    "ratio": ("minimum adult support ratio", "staffing ratio", "support ratio", "staff ratio"),
    "notice": ("when placement is needed by", "when do you need this placement by", "needed by", "notice",
               "is this a planned emergency home search", "planned or emergency"),
    "route": ("placement sourced", "how the placement was sourced", "sourced by", "sourcing route", "route",
              "framework", "procurement route", "how sourced"),
    "fee": ("total weekly cost", "total agreed weekly cost", "weekly cost", "weekly fee", "agreed weekly cost",
            "cost per week", "weekly price"),
    "total": ("total cost", "total placement cost", "total cost of placement"),
    "unclear cost": ("cost", "placement cost", "cost of placement", "fee", "price"),
    "core": ("core cost", "core weekly cost", "cost core weekly"),
    "extra": ("additional support cost", "additional support weekly cost", "cost additional support weekly"),
    "education": ("education cost", "education weekly cost", "cost education weekly"),
    "other": ("other costs", "other cost", "other weekly cost", "cost other weekly"),
    "urn": ("urn", "provider urn", "provider urn linked to ofsted", "provider id linked to ofsted", "ofsted urn",
            "establishment registration urn", "establishment urn", "home urn"),
    "location": ("placement location", "host authority", "host local authority", "placement local authority",
                 "location"),
    "distance": ("distance", "distance miles", "distance in miles", "distance from home", "distance from home miles"),
    "home searches": ("placement search residential total number",),
    "foster searches": ("placement search foster total number",),
    "supported searches": ("placement search supported accommodation total number",),
    "suits foster": ("foster care suitability",),
    "suits home": ("residential care suitability", "residential suitability"),
    "suits supported": ("supported accommodation suitability", "supported accomodation suitability",
                        "supported home suitability"),
    "pets": ("can the child live with pets", "can child live with pets", "pets"),
    "adaptation": ("adaptation to the home", "home adaptation", "home adaptation required"),
}  # fmt: skip
EXPLAINS = frozenset(("this", "please", "dd", "actual", "local", "if", "which", "select", "e", "eg", "animals"))
BY_WORDS = {"".join(words.split()): says for says, several in SAYS.items() for words in several}


def says(head: str) -> tuple[str, bool]:
    """What a column of that head says (empty: nothing that is read), and whether the head is just that and doesn't go
    on to explain itself."""
    words = re.findall("[a-z0-9]+", head.lower())
    for number in range(len(words), 0, -1):
        found = BY_WORDS.get("".join(words[:number]))
        if found and (number == len(words) or words[number] in EXPLAINS):
            return found, number == len(words)
    return "", False


def all_said(heads: Iterable[str]) -> frozenset[str]:
    """What columns of these heads say."""
    return frozenset(found for found, _ in map(says, heads) if found)


@dataclass(frozen=True)
class Columns:
    """A table, and the heads of the columns that say what is read."""

    table: Table
    heads: Mapping[str, str]

    def __contains__(self, name: str) -> bool:
        return name in self.heads

    def text(self, name: str) -> pd.Series[str]:
        """The cells that say something, empty where there is no such column."""
        if name in self.heads:
            return self.table.cells[self.heads[name]].astype("object")
        return pd.Series("", index=self.table.cells.index, dtype="object")

    def head(self, name: str) -> str:
        """The head as the file has it, empty if there is none."""
        return self.heads.get(name, "")

    def only(self, rows: pd.Series[bool]) -> Columns:
        """The same with some of the rows."""
        return replace(self, table=replace(self.table, cells=self.table.cells[rows]))


def columns_of(table: Table, findings: Findings) -> Columns:
    """The columns of a placement list. Of two that say the same, the one whose head is just that is used, else the
    first; said."""
    found: dict[str, list[str]] = {}
    for head in sorted(table.heads, key=lambda head: not says(head)[1]):
        if name := says(head)[0]:
            found.setdefault(name, []).append(head)
    for first, *others in found.values():
        for other in others:
            findings.note(table, f"isn't used, since {shown(first)} says the same", other)
    return Columns(table, {name: heads[0] for name, heads in found.items()})
