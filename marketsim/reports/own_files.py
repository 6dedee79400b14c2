"""What files of one's own hold, what was left out and why, and which part of a market is whose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from marketsim.own_data.importing import Imported
from marketsim.own_data.provenance import MODEL, NATIONAL, OURS, Provenance, provenance
from marketsim.reports import fitting, tables
from marketsim.scenario.errors import listed
from marketsim.scenario.schema import World
from marketsim.world.england import own_region

WORDS = {OURS: "own data", NATIONAL: "national figures", MODEL: "made by the model"}
MOST_SPANS = 12  # of lines that one sentence names


def print_files(imported: Imported, console: Console) -> None:
    """A row a file, then what is said of it: notes, then rows and cells, all lines with the same trouble together."""
    table = Table(title="What the files are")
    for head in ("file", "form"):
        table.add_column(head, overflow="fold")
    for head in ("rows", "left out"):
        table.add_column(head, justify="right")
    for one in imported.files:
        table.add_row(escape(one.name), escape(one.form), f"{one.rows:,}", f"{one.left_out:,}")
    fitting.print_table(table, console)
    for sentence in sentences(imported.findings.frame()):
        console.print(escape(sentence), highlight=False)
    part = imported.part
    console.print(f"Read: {_counted(part.placements, 'placement')}, {_counted(part.homes, 'home')}, "
                  f"{_counted(part.figures, 'figure')}, {_counted(part.forecast, 'forecast row')}, "
                  f"{_counted(part.contracts, 'contract')}.")  # fmt: skip


def sentences(findings: pd.DataFrame) -> Iterable[str]:
    """The findings in sentences: notes as they are, rows and cells by what is wrong, with the lines."""
    notes = findings[findings["line"].isna()]
    for column, what in dict.fromkeys(zip(notes["column"], notes["what"], strict=True)):
        files = dict.fromkeys(notes.loc[(notes["what"] == what) & (notes["column"] == column), "file"])
        yield f"{listed(list(files))}: {f'{column}: ' if column else ''}{what}"
    rows = findings[findings["line"].notna()]
    for (file, column, kind, what), same in rows.groupby(["file", "column", "kind", "what"], sort=False):
        places = spans(sorted(same["line"].astype(int).unique().tolist()))
        values = list(dict.fromkeys(value for value in same["value"] if value))[:3]
        seen = f" (such as {', '.join(values)})" if values else ""
        yield f"{file}: {f'{column}: ' if column else ''}{what}{seen}; {kind}: {places}"


def spans(lines: Sequence[int]) -> str:
    """`line 4`, `lines 4, 7-9`: the first few, and how many more there are."""
    starts = [lines[0], *(later for before, later in pairwise(lines) if later > before + 1)]
    ends = [*(before for before, later in pairwise(lines) if later > before + 1), lines[-1]]
    words = [f"{first}" if first == last else f"{first}-{last}" for first, last in zip(starts, ends, strict=True)]
    more = len(words) - MOST_SPANS
    listed = ", ".join(words[:MOST_SPANS]) + (f" and {more} more places" if more > 0 else "")
    return f"{'line' if len(lines) == 1 else f'{len(lines)} lines,'} {listed}"


def print_provenance(parts: Sequence[Provenance], console: Console, title: str = "Which part is whose") -> None:
    """A row a part of the market."""
    table = Table(title=title)
    for head in ("part of the market", "whose", "rests on"):
        table.add_column(head, overflow="fold")
    for one in parts:
        table.add_row(one.part, one.whose, escape(one.rests_on))
    fitting.print_table(table, console)


def of_world(world: World) -> list[Provenance]:
    """Which part of a world is whose; nothing for one without own data."""
    region = own_region(world)
    return [] if region is None else provenance(region)


def in_words(world: World) -> Iterator[str]:
    """The same in sentences: what is ours, what is partly, and what isn't."""
    parts = of_world(world)
    for whose in dict.fromkeys(one.whose for one in parts):
        mine = [one for one in parts if one.whose == whose]
        named = [f"{one.part} ({one.rests_on})" if whose == OURS else one.part for one in mine]
        yield f"{tables.capital(WORDS.get(whose, whose))}: {'; '.join(named)}."


def _counted(table: pd.DataFrame, what: str) -> str:
    return f"{len(table):,} {what}{'' if len(table) == 1 else 's'}"
