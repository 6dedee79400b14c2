"""What was found in files, and what was left out and why: said to whoever can mend it, never with a person's data."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import pandas as pd

from marketsim.own_data.reading.tables import Table
from marketsim.scenario.errors import shown

Kind: TypeAlias = Literal["left out", "read as", "note"]
COLUMNS = ["file", "line", "column", "kind", "what", "value"]
SECRET_HEADS = frozenset([
    "child", "childid", "dob", "mcdob", "upn", "homepost", "plpost", "postcode", "uprn", "mother", "name", "id",
    "localidentifier", "identifier",
])  # fmt: skip
HARMLESS = re.compile(r"[A-Za-z][0-9]?|£-?[0-9,.]{1,12}|-?[0-9]{1,2}([.][0-9]{1,2})?%?")
SECRET_WORDS = frozenset(["dob", "postcode", "post", "birth", "surname", "forename", "officer"])


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing said of a file, a row or a cell; `line` and `column` where there is one. `value` is what stands there,
    empty where that could tell of a person."""

    file: str
    line: int | None
    column: str
    kind: Kind
    what: str
    value: str = ""


def is_secret(head: str) -> bool:
    """Whether what stands under a head could tell who somebody is."""
    words = re.findall("[a-z0-9]+", head.lower())
    joined = "".join(words)
    return joined in SECRET_HEADS or bool(SECRET_WORDS & set(words)) or "postcode" in joined


def _harmless(cell: str) -> str:
    """A cell as it may be shown: short codes and plain amounts; what could be a date, a number of a child, a postcode
    or a name that has slipped into another column is not."""
    return shown(cell) if HARMLESS.fullmatch(cell) else ""


@dataclass
class Findings:
    """All that is said while files are read, in the order in which it was found."""

    rows: list[Finding] = field(default_factory=list)

    def note(self, table: Table | str, what: str, column: str = "") -> None:
        """Something about a whole file, or a column of it."""
        self.rows.append(Finding(table if isinstance(table, str) else table.name, None, column, "note", what))

    def leave_out(self, table: Table, lines: Iterable[int], column: str, why: str) -> None:
        """Rows that are not used, and the cell that is the reason (empty: the row as a whole)."""
        self._say(table, lines, column, "left out", why)

    def read_as(self, table: Table, lines: Iterable[int], column: str, what: str) -> None:
        """Cells that are taken for something that they don't say literally, or that are passed over while the row is
        used."""
        self._say(table, lines, column, "read as", what)

    def frame(self) -> pd.DataFrame:
        """As a table of COLUMNS."""
        rows = [(one.file, one.line, one.column, one.kind, one.what, one.value) for one in self.rows]
        table = pd.DataFrame(rows, columns=COLUMNS)
        return table.assign(line=table["line"].astype("Int64"))

    def _say(self, table: Table, lines: Iterable[int], column: str, kind: Kind, what: str) -> None:
        numbers, name = list(lines), table.name
        hidden = not column or column not in table.cells or is_secret(column)
        shown_as = _harmless if table.personal else shown
        values = [""] * len(numbers) if hidden else [shown_as(str(one)) for one in table.cells.loc[numbers, column]]
        self.rows += [Finding(name, int(line), column, kind, what, value)
                      for line, value in zip(numbers, values, strict=True)]  # fmt: skip
