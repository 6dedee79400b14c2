"""Whose a file of returns is: as the person says, else by the name of its folder or of itself."""

from __future__ import annotations

import re

from marketsim.england.changes import today
from marketsim.england.figures import authority_rows, name_of
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.tables import Table
from marketsim.scenario.errors import ScenarioError, sentence, shown

WORDS_OF_NAMES = 6  # most words of a file's name that can be an authority's


class Owners:
    """Says whose a table is, and notes what it was told by."""

    def __init__(self, said: str | None, findings: Findings) -> None:
        """Raises ScenarioError for an authority that there isn't."""
        self.findings, self.said = findings, None if said is None else code_of(said, "--authority")
        self.known: dict[str, str] = {}

    def __call__(self, table: Table) -> str:
        """The ONS code of the authority whose table it is; raises ScenarioError if nothing says it."""
        if self.said is not None:
            return self.said
        if table.name not in self.known:
            self.known[table.name] = self._by_name(table)
        return self.known[table.name]

    def _by_name(self, table: Table) -> str:
        folder = table.path.absolute().parent.name
        places = {"its folder's name": named_in(folder), "its name": named_in(table.path.stem)}
        if len({codes[0] for codes in places.values() if len(codes) == 1}) > 1:
            raise table.error("is of one authority by its name, and of another by its folder's; say --authority")
        for where, found in places.items():
            if len(found) == 1:
                self.findings.note(table, f"taken to be of {name_of(found[0])}, by {where}")
                return found[0]
        raise table.error("doesn't say whose it is; put it into a folder of its authority's name, or say --authority")


def named_in(text: str) -> list[str]:
    """The ONS codes of the authorities that are named in the name of a file or folder; the longest name counts."""
    words = re.findall(r"[^\W_]+", text)
    for count in range(min(len(words), WORDS_OF_NAMES), 0, -1):
        parts = (" ".join(words[first : first + count]) for first in range(len(words) - count + 1))
        found = [codes[0] for part in parts if len(codes := today(part)) == 1]
        if found:
            return list(dict.fromkeys(found))
    return []


def code_of(word: str, where: str) -> str:
    """The ONS code of one authority of today; raises ScenarioError with what is near."""
    from marketsim.england.names import advice

    codes = today(word)
    if len(codes) == 1:
        return codes[0]
    names = {row["name"]: row["name"] for row in authority_rows()}
    raise ScenarioError(sentence(f"unknown authority {shown(word)}", advice(word, names)), where)
