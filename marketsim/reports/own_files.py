"""What files of one's own hold, what was left out and why, and which part of a market is whose."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from marketsim.own_data.estimates.quantities import FAR_MILES
from marketsim.own_data.importing import Imported
from marketsim.own_data.provenance import MODEL, NATIONAL, OURS, Provenance, provenance
from marketsim.reports import fitting, tables
from marketsim.results.result import Result
from marketsim.scenario import own_folder
from marketsim.scenario.errors import ScenarioError, escaped, listed
from marketsim.scenario.schema import World
from marketsim.world.england import own_region

WORDS = {OURS: "own data", NATIONAL: "national figures", MODEL: "made by the model"}
PART_LETTERS = 26
MOST_SPANS = 12  # of lines that one sentence names


def print_files(imported: Imported, console: Console) -> None:
    """A row a file, then what is said of it: notes, then rows and cells, all lines with the same trouble together."""
    table = Table(title="What the files are")
    for head in ("file", "form"):
        table.add_column(head, overflow="fold")
    for head in ("rows", "left out"):
        table.add_column(head, justify="right")
    for one in imported.files:
        table.add_row(escape(escaped(one.name)), escape(one.form), f"{one.rows:,}", f"{one.left_out:,}")
    fitting.print_table(table, console)
    for sentence in sentences(imported.findings.frame()):
        console.print(escape(escaped(sentence)), highlight=False)
    part = imported.part
    running = int((part.placements["whole"] & part.placements["end"].isna()).sum())
    placements = f"{_counted(part.placements, 'placement')} ({running:,} run on at the end of their files)"
    console.print(f"Read: {placements}, {_counted(part.homes, 'home')}, "
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
        table.add_row(textwrap.fill(one.part, PART_LETTERS), one.whose, escape(one.rests_on))
    fitting.print_table(table, console)


def of_world(world: World) -> list[Provenance]:
    """Which part of a world is whose; nothing for one without own data."""
    region = own_region(world)
    return [] if region is None else provenance(region)


def _is_still(world: World, used: str | None) -> bool:
    """Whether the folder of a world, if it has one, holds what it held."""
    try:
        return used is None or world.kind != "england" or own_folder.digest({"data": world.data}) == used
    except ScenarioError:
        return False


def in_words(world: World, used: str | None) -> Iterator[str]:
    """The same in sentences: what is ours, what is partly, and what isn't; of a folder that still is what was `used`
    (its digest)."""
    if not _is_still(world, used):
        yield "Own data were used whose folder is gone, or has changed since: what they said isn't kept here."
        return
    parts = of_world(world)
    for whose in dict.fromkeys(one.whose for one in parts):
        mine = [one for one in parts if one.whose == whose]
        named = [f"{one.part} ({one.rests_on})" if whose == OURS else one.part for one in mine]
        yield f"{tables.capital(WORDS.get(whose, whose))}: {'; '.join(named)}."


def _in_a_run(running: pd.DataFrame, bought: pd.Series[float]) -> Iterator[tuple[str, str, Callable[..., str]]]:
    """What is shown of the region's authorities: its name, as recorded, and how a year's rows tell it."""
    out = (running["host_authority"] != running["authority"])[running["host_authority"] != ""].mean()
    yield "children in homes", f"{len(running):,}", lambda own: f"{own['children_placed'].sum():,.0f}"
    yield "unregistered", "-", lambda own: f"{own['children_unregistered'].sum():,.0f}"
    yield "out of area", _percent(out), lambda own: _percent(_mean(own, "out_of_area_share"))
    far = (running["distance_miles"] > FAR_MILES)[running["distance_miles"].notna()].mean()
    yield "over 20 miles", _percent(far), lambda own: _percent(_mean(own, "over_20_miles_share"))
    fee = "fee of bought places, GBP/week"
    yield fee, _pounds(bought.mean()), lambda own: _pounds(_mean(own, "weekly_fee_mean_gbp"))
    yield "spend in the year, GBP million", "-", lambda own: f"{own['yearly_spend_gbp'].sum() / 1e6:,.1f}"


def _mean(rows: pd.DataFrame, column: str) -> float:
    """Over the children of the authorities."""
    known = rows[rows[column].notna() & (rows["children_placed"] > 0)]
    return float(np.average(known[column], weights=known["children_placed"])) if len(known) else float("nan")


def _percent(share: float) -> str:
    return "-" if pd.isna(share) else f"{100 * share:.0f}%"


def _pounds(amount: float) -> str:
    return "-" if pd.isna(amount) else f"{amount:,.0f}"


def print_ours(result: Result, console: Console) -> None:
    """What becomes of the region's own authorities in a run: as recorded at the start, then at each year's end."""
    region = own_region(result.scenario.world)
    if region is None or not region.authorities:
        return
    rows = result.authorities[result.authorities["ons_code"].isin(region.authorities)]
    table = Table(title="Our authorities")
    for head in ("", f"recorded, {region.as_at}", *(f"{day:%d %b %Y}" for day in rows["date"].drop_duplicates())):
        table.add_column(head, justify="right" if head else "left")
    running, years = region.running, [own for _, own in rows.groupby("date", sort=True)]
    own = (running["route"] == "in_house") | ((running["route"] == "") & (running["sector"] == "local_authority"))
    bought = running.loc[~own, "weekly_fee_gbp"]
    for name, recorded, of_year in _in_a_run(running, bought):
        table.add_row(name, recorded, *(of_year(own) for own in years))
    fitting.print_table(table, console)
    console.print("One run is one draw of luck: `marketsim compare` says how much and how surely, `--for` for whom.")


def _counted(table: pd.DataFrame, what: str) -> str:
    return f"{len(table):,} {what}{'' if len(table) == 1 else 's'}"
