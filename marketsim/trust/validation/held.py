"""Figures that a user holds, in any form that is read: `measure,area,value`, a DfE file, an imported folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from marketsim.own_data.estimates.rows import ALL
from marketsim.own_data.estimates.table import estimate
from marketsim.own_data.formats.published.dfe import FAMILY
from marketsim.own_data.kept import folder_tables
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.recognising import Asked, plain_head, recognise
from marketsim.own_data.reading.tables import WORKBOOKS, Table, read_sheets
from marketsim.scenario.errors import ScenarioError, escaped, listed, sentence
from marketsim.scenario.own_folder import ABOUT, about
from marketsim.trust.rows import read_rows
from marketsim.trust.validation import against
from marketsim.trust.validation.predictions import MEASURES, OUT_OF_AREA

FOLDER_FILE = "figures.csv"
FOLDER_COLUMNS = ("measure", "area", "year", "value", "given_as")
Tell = Callable[[str], None]


def read_held(path: Path, tell: Tell) -> pd.DataFrame:
    """The user's figures as rows of against.COLUMNS; `tell` is told what is left out, and how shares were given.

    A file with years gives those of each measure's latest. Raises ScenarioError, with file and line, for what can't be
    compared; OSError for what can't be read.
    """

    def safely(line: str) -> None:
        tell(escaped(line))

    if (path / ABOUT).is_file():
        return _of_own_folder(path, safely)
    path = path / FOLDER_FILE if path.is_dir() else path
    heads = _heads(path)
    if any(format.fits(words) for words in heads for format in FAMILY.formats):
        found = _published(path, safely)
    elif heads and set(FOLDER_COLUMNS) <= heads[0]:
        found = _of_folder(path)
    else:
        return against.read_figures(path)
    return _comparable(found, path.name, safely)


def _heads(path: Path) -> list[frozenset[str]]:
    """The words of the first lines of a file; none for what the simple form has words of its own for."""
    try:
        sheets = read_sheets(path)
    except ScenarioError:
        if path.suffix.lower() in WORKBOOKS:
            raise
        return []
    return [frozenset(plain_head(cell) for cell in cells if cell) for sheet in sheets for cells in sheet.first]


def _published(path: Path, tell: Tell) -> pd.DataFrame:
    """The figures of a DfE file, old authorities carried over."""
    findings = Findings()

    def whose(table: Table) -> str:
        raise table.error("says itself whose figures it has")

    part = FAMILY.read(recognise(path, [FAMILY], findings), Asked(findings, whose))
    for one in findings.rows:
        place = f"{one.file}:{one.line}" if one.line else one.file
        tell(f"{place} {one.column + ': ' if one.column else ''}{one.what}")
    return part.figures[["measure", "area", "year", "value", "given_as"]]


def _of_folder(path: Path) -> pd.DataFrame:
    """The figures of an imported folder."""
    areas = against.known_areas()
    rows, seen = [], set()
    for row in read_rows(path, FOLDER_COLUMNS):
        measure, year = row.cells["measure"], row.number("year")
        area = row.known(row.cells["area"], areas.values(), "area")
        if (measure, area, year) in seen:
            raise row.error(f"{measure} of {area} in {year:.0f} stands here a second time")
        seen.add((measure, area, year))
        rows.append((measure, area, year, row.amount("value", MEASURES.get(measure, "")), row.cells["given_as"]))
    return pd.DataFrame(rows, columns=list(FOLDER_COLUMNS))[["measure", "area", "year", "value", "given_as"]]


def _of_own_folder(folder: Path, tell: Tell) -> pd.DataFrame:
    """What an imported folder says: its placements who lives out of area, by authority where there are enough; its
    figures the rest. An area of which both say the same measure is counted in placements."""
    own = _of_placements(folder, tell)
    published = _of_folder(folder / FOLDER_FILE) if (folder / FOLDER_FILE).is_file() else own.iloc[:0]
    if not published["measure"].isin(MEASURES).any() and len(own):
        return own[list(against.COLUMNS)]
    both = pd.concat([own, _comparable(published, folder.name, tell)], ignore_index=True)
    return both[list(against.COLUMNS)].drop_duplicates(["measure", "area"], ignore_index=True)


def _of_placements(folder: Path, tell: Tell) -> pd.DataFrame:
    placements = folder_tables.read(folder)["placements"]
    table = estimate(placements) if len(placements) else pd.DataFrame(columns=["quantity", "group", "value", "usable"])
    rows = table[(table["quantity"] == "out_of_area") & (table["group"] != ALL) & table["usable"].astype(bool)]
    if len(rows):
        tell(f"{folder.name} {OUT_OF_AREA}: {len(rows)} shares counted in placements, as on {about(folder)['as_at']}")
    return pd.DataFrame({"measure": OUT_OF_AREA, "area": rows["group"].to_numpy(), "value": rows["value"].to_numpy()})


def _comparable(found: pd.DataFrame, name: str, tell: Tell) -> pd.DataFrame:
    """The figures of measures that are predicted, of the latest year of each."""
    others = sorted(set(found["measure"]) - set(MEASURES))
    kept = found[found["measure"].isin(MEASURES)]
    if kept.empty:
        has = f"it has {listed(others)}" if others else "it has no figure of a measure that is known"
        what = f"has nothing that is predicted; {has}"
        raise ScenarioError(sentence(what, _difference(others), f"predicted are {listed(list(MEASURES))}"), name)
    if others:
        tell(f"{name} not predicted and not compared: {listed(others)}")
    latest = kept.groupby("measure")["year"].transform("max")
    for measure, rows in kept[kept["year"] == latest].groupby("measure", sort=False):
        given = " and ".join(sorted(set(rows["given_as"]) - {""})) or "number"
        tell(f"{name} {measure}: {len(rows):,} figures of {rows['year'].iloc[0]:.0f}, given as {given}")
    return kept.loc[kept["year"] == latest, list(against.COLUMNS)].reset_index(drop=True)


def _difference(others: list[str]) -> str:
    """Why shares of all children looked after are nothing to compare with."""
    of_all = [measure for measure in others if measure.startswith("looked_after_")]
    return "shares of all children looked after aren't those of children in homes" if of_all else ""
