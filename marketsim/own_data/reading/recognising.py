"""Which form a file has, told by its heads; never by its name."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.tables import Sheet, Table, read_sheets
from marketsim.own_data.records import Part
from marketsim.scenario.errors import ScenarioError, listed, sentence


@dataclass(frozen=True)
class Asked:
    """What the person says beside the files: whose they are (ONS code by file, where the files don't say it
    themselves), and where findings go."""

    findings: Findings
    authority_of: Callable[[Table], str]


@dataclass(frozen=True)
class Format:
    """A form of files.

    `fits` says for the words of a row, in lower case with single spaces, whether they are its head; `heads` are those
    that it needs, as people write them, for messages. `personal`: its rows are about single children.
    `optional`: a file of it may have a head only.
    """

    name: str
    title: str
    heads: tuple[str, ...]
    fits: Callable[[frozenset[str]], bool]
    personal: bool = True
    optional: bool = False


@dataclass(frozen=True)
class Family:
    """Forms that are read together, since one says what another leaves out."""

    formats: tuple[Format, ...]
    read: Callable[[Sequence[Recognised], Asked], Part]


@dataclass(frozen=True)
class Recognised:
    """A table and its form."""

    format: Format
    table: Table


def with_heads(*heads: str) -> Callable[[frozenset[str]], bool]:
    """Fits a head that has all of these words, whatever their case."""
    wanted = frozenset(plain_head(head) for head in heads)
    return lambda words: wanted <= words


def plain_head(head: str) -> str:
    """A head for comparing: lower case, single spaces."""
    return " ".join(head.lower().split())


def recognise(path: Path, families: Iterable[Family], findings: Findings, label: str = "") -> list[Recognised]:
    """The tables of a file that have a form of one of the families; sheets of a workbook that have none are noted.
    Messages call the file by its `label` (not given: its name).

    Raises ScenarioError for a file in which nothing is recognised: what it lacks to the form that is nearest.
    """
    formats = [one for family in families for one in family.formats]
    sheets = [replace(sheet, label=label) for sheet in read_sheets(path, label)]
    found = [(sheet, _of(sheet, formats)) for sheet in sheets]
    if not any(recognised for _, recognised in found):
        raise ScenarioError(_nearest(sheets, formats), label or path.name)
    for sheet, recognised in found:
        if recognised is None:
            findings.note(sheet.title, "this sheet is of no known form and isn't read")
        elif recognised.table.cells.empty:
            what = f"looks like {recognised.format.title}, but has no row below its head"
            if not recognised.format.optional:
                raise recognised.table.error(what)
            findings.note(sheet.title, what)
    return [recognised for _, recognised in found if recognised and len(recognised.table.cells)]


def _of(sheet: Sheet, formats: Sequence[Format]) -> Recognised | None:
    for position, cells in enumerate(sheet.first):
        words = frozenset(plain_head(cell) for cell in cells if cell)
        for one in formats:
            if one.fits(words):
                table = sheet.below(position)
                return Recognised(one, replace(table, personal=one.personal))
    return None


def _nearest(sheets: Sequence[Sheet], formats: Sequence[Format]) -> str:
    """What is said of a file of no known form."""
    best: tuple[float, Format, list[str]] | None = None
    for sheet in sheets:
        for cells in sheet.first:
            words = [plain_head(cell) for cell in cells if cell]
            for one in formats:
                missing = [head for head in one.heads if not difflib.get_close_matches(plain_head(head), words, 1, 0.9)]
                share = 1 - len(missing) / max(len(one.heads), 1)
                if words and share >= 0.5 and (best is None or share > best[0]):
                    best = (share, one, missing)
    if best is not None:
        return sentence(f"is nearly {best[1].title}", f"it lacks the columns {listed(best[2])}" if best[2] else
                        "but its heads are not in one row")  # fmt: skip
    return sentence("is of no known form", f"known are {', '.join(dict.fromkeys(one.title for one in formats))}")
