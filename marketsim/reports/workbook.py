"""A folder of results as an Excel workbook or as CSV files: wide and long sheets, and notes on what they rest on."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
import pandas as pd
import xlsxwriter

from marketsim.results import definitions, store
from marketsim.results.outcomes import ENGLAND
from marketsim.results.result import Result

MOST_ROWS = 1_048_575  # of a sheet, below its headings
LARGEST_NUMBER = 2**53  # a workbook keeps no whole number above it exactly: such a one is text
LONGEST_SHEET, LONGEST_FILE = 31, 100  # characters of a name
NOT_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
LEFT_OUT = ("weekly", "placements")  # of many runs: too long for a sheet to be of use, and in the CSV files
FORBIDDEN = re.compile(r'[\[\]:*?/\\<>|"]')  # in names of sheets or files
Named: TypeAlias = tuple[str, pd.DataFrame]
ABOUT = ("notes", "columns")  # the tables that say what the others rest on, and what each of their columns is


def export_csv(found: Result, out: Path) -> list[Path]:
    """Every table of the folder as a CSV file that Excel opens, in a new folder; returns the files.

    Raises StoreError if the folder exists or a table can't be read.
    """
    loaded = [*found.tables.items(), *_wide(found)]
    store.new_folder(out, "")
    about = (pd.DataFrame(notes(found), columns=["what", "value"]), columns_of(loaded))
    for name, (_, table) in _named([*zip(ABOUT, about, strict=True), *loaded], LONGEST_FILE).items():
        store.write_csv(out / f"{name}.csv", table)
    return sorted(out.iterdir())


def export_excel(found: Result, out: Path) -> list[str]:
    """All that fits as sheets of one workbook, notes first; returns the sheets' names.

    Numbers stay numbers, text that begins with = stays text. Raises StoreError if the file exists or can't be written.
    """
    store.check_new_file(out, ".xlsx")
    left_out = LEFT_OUT if found.kind in ("comparison", "sweep") else ()
    tables = found.tables
    kept = _wide(found) + [(name, tables[name]) for name in tables if name not in left_out]
    missing = [f"{name}: {tables.rows(name):,} rows, only with --csv" for name in tables if name in left_out]
    missing += [f"{n}: all but the first {MOST_ROWS:,} rows" for n, table in kept if len(table) > MOST_ROWS]
    facts = notes(found) + [("left out", text) for text in missing]
    about = (pd.DataFrame(facts, columns=["what", "value"]), columns_of(kept))
    sheets = _named([*zip(ABOUT, about, strict=True), *kept], LONGEST_SHEET)
    partial = out.with_name(f".{out.name}.part")
    try:
        _write(sheets, partial)
        partial.replace(out)
    except (OSError, xlsxwriter.exceptions.XlsxFileError) as error:
        raise store.StoreError(f"{out}: can't be written: {error}") from None
    finally:
        partial.unlink(missing_ok=True)
    return list(sheets)


def columns_of(tables: Sequence[Named]) -> pd.DataFrame:
    """A row a column of these tables, and a row an outcome where a table has a column of outcomes: what each is."""
    rows = []
    for table, loaded in tables:
        rows += [(table, name, *Result.column(name, table)[1:]) for name in map(str, loaded)]
        if table in definitions.TABLES and "outcome" in loaded:
            rows += [(table, f"outcome = {one}", *Result.column(one)[1:]) for one in loaded["outcome"].unique()]
    return pd.DataFrame(rows, columns=["table", "column", "unit", "definition"])


def notes(found: Result) -> list[tuple[str, Any]]:
    """What a reader of the numbers must know: scenarios, seeds, versions, status, and what the values rest on."""
    facts = found.manifest
    entries: list[tuple[str, Any]] = [
        ("folder", found.name), ("kind", found.kind), ("status", facts["status"]),
        ("runs finished", found.done), ("runs failed", found.failed), ("runs planned", found.planned or ""),
        ("started", facts["started"]), ("finished", facts.get("finished") or ""),
    ]  # fmt: skip
    entries += [("scenario", name) for name in found.labels]
    scenarios = facts.get("scenarios", {})
    entries += [(f"sha256 of {name}", one["sha256"]) for name, one in scenarios.items() if "sha256" in one]
    entries += [(name, facts.get(name)) for name in ("seed", "weeks", "vector") if facts.get(name) is not None]
    entries += [("marketsim", facts.get("marketsim", "")), ("python", facts.get("python", ""))]
    entries += list(facts.get("packages", {}).items())
    entries += [("commit", facts.get("git_commit") or ""), ("what the values rest on", found.footing)]
    entries.append(("read with", "docs/limits.md (`marketsim docs limits`): what is assumed and what is not modelled"))
    return entries


def _wide(found: Result) -> list[Named]:
    """For a sweep: a row a run, with its factors and England's outcomes side by side; empty where they are missing."""
    if found.kind != "sweep" or "runs" not in found.tables:
        return []
    runs = found.outcomes
    wide = runs[runs["region"] == ENGLAND].pivot(index="run", columns="outcome", values="value")
    wide = wide[list(dict.fromkeys(runs["outcome"]))]  # as they come, not by the alphabet
    return [("wide", found.design.merge(wide, on="run", how="left"))]


def _named(tables: Iterable[Named], longest: int) -> dict[str, Named]:
    """Tables by names that Excel and every file system take; of two that would be the same one gets a number."""
    named: dict[str, Named] = {}
    taken = {"history"}  # which Excel keeps for itself
    for table in tables:
        plain = FORBIDDEN.sub("_", table[0]).strip("' ") or "table"
        ends = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
        names = (plain[: longest - len(end)] + end for end in ends)
        name = next(name for name in names if name.casefold() not in taken)
        taken.add(name.casefold())
        named[name] = table
    return named


def _write(sheets: Mapping[str, Named], path: Path) -> None:
    with xlsxwriter.Workbook(str(path), NOT_TEXT | {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, (table, loaded) in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for number, column in enumerate(loaded):
                sheet.set_column(number, number, _width(str(column), loaded[column]))
                if said := ": ".join(filter(None, Result.column(str(column), table)[1:])):
                    sheet.write_comment(0, number, said, {"width": 320})
            sheet.write_row(0, 0, [str(column) for column in loaded], bold)
            for row, values in enumerate(loaded.head(MOST_ROWS).itertuples(index=False), start=1):
                for column, value in enumerate(values):
                    _cell(sheet, row, column, value, date)


def _cell(sheet: Any, row: int, column: int, value: Any, date: Any) -> None:
    """A number as a number, a date as a date, nothing for what is missing, and all else as text."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return
    if isinstance(value, bool | np.bool_):
        sheet.write_boolean(row, column, bool(value))
    elif isinstance(value, int | float | np.integer | np.floating) and abs(cast(float, value)) <= LARGEST_NUMBER:
        sheet.write_number(row, column, value)
    elif isinstance(value, pd.Timestamp):
        sheet.write_datetime(row, column, value.tz_localize(None).to_pydatetime(), date)
    else:
        sheet.write_string(row, column, str(value)[:32_767])


def _width(heading: str, values: pd.Series[Any]) -> int:
    longest = values.head(200).astype(str).str.len().max() if len(values) else 0
    return int(min(max(len(heading), 8 if pd.isna(longest) else longest) + 1, 60))
