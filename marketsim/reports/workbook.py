"""A folder of results as an Excel workbook or as CSV files: wide and long sheets, and notes on what they rest on."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

from marketsim.results import store
from marketsim.results.outcomes import ENGLAND, MEASURES
from marketsim.results.result import Result

MOST_ROWS = 1_048_575  # of a sheet, below its headings
NOT_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
LEFT_OUT = ("weekly", "placements")  # of many runs: too long for a sheet to be of use, and in the CSV files


def export_csv(found: Result, out: Path) -> list[Path]:
    """Every table of the folder as a CSV file that Excel opens, in a new folder; returns the files.

    Raises StoreError if the folder exists or a table can't be read.
    """
    frames = {**found.tables, **_outcomes(found)}
    store.new_folder(out, "")
    for name, loaded in frames.items():
        store.write_csv(out / f"{name}.csv", loaded)
    store.write_csv(out / "notes.csv", pd.DataFrame(notes(found), columns=["what", "value"]))
    return sorted(out.iterdir())


def export_excel(found: Result, out: Path) -> list[str]:
    """All that fits as sheets of one workbook, notes first; returns the sheets' names.

    Numbers stay numbers, text that begins with = stays text. Raises StoreError if the file exists or can't be written.
    """
    store.check_new(out)
    if not out.parent.is_dir():
        raise store.StoreError(f"{out}: there is no folder {out.parent}")
    several = found.kind in ("comparison", "sweep")
    tables = found.tables
    kept = _outcomes(found) | {name: tables[name] for name in tables if not (several and name in LEFT_OUT)}
    missing = [f"{name}: {tables.rows(name):,} rows, only with --csv" for name in tables if name not in kept]
    missing += [f"{n}: all but the first {MOST_ROWS:,} rows" for n, loaded in kept.items() if len(loaded) > MOST_ROWS]
    facts = notes(found) + [("left out", text) for text in missing]
    sheets = {"notes": pd.DataFrame(facts, columns=["what", "value"]), **kept}
    partial = out.with_name(f".{out.name}.part")
    try:
        _write(sheets, partial)
        partial.replace(out)
    except (OSError, xlsxwriter.exceptions.XlsxFileError) as error:
        raise store.StoreError(f"{out}: can't be written: {error}") from None
    finally:
        partial.unlink(missing_ok=True)
    return list(sheets)


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
    return entries + [(name, f"{m.label} ({m.unit}): {m.definition}") for name, m in MEASURES.items() if m.compared]


def _outcomes(found: Result) -> dict[str, pd.DataFrame]:
    """For a sweep: a row a run, with its factors and England's outcomes side by side."""
    if found.kind != "sweep" or "runs" not in found.tables:
        return {}
    runs = found.outcomes
    wide = runs[runs["region"] == ENGLAND].pivot(index="run", columns="outcome", values="value")
    wide = wide[list(dict.fromkeys(runs["outcome"]))]  # as they come, not by the alphabet
    return {"wide": found.design.merge(wide, on="run").reset_index(drop=True)}


def _write(sheets: dict[str, pd.DataFrame], path: Path) -> None:
    with xlsxwriter.Workbook(str(path), NOT_TEXT | {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, loaded in sheets.items():
            sheet = book.add_worksheet(name[:31])
            sheet.freeze_panes(1, 0)
            for number, column in enumerate(loaded):
                sheet.set_column(number, number, _width(str(column), loaded[column]))
            sheet.write_row(0, 0, [str(column) for column in loaded], bold)
            for row, values in enumerate(loaded.head(MOST_ROWS).itertuples(index=False), start=1):
                for column, value in enumerate(values):
                    _cell(sheet, row, column, value, date)


def _cell(sheet: Any, row: int, column: int, value: Any, date: Any) -> None:
    """A number as a number, a date as a date, nothing for what is missing, and all else as text."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return
    if isinstance(value, bool | np.bool_):
        sheet.write_boolean(row, column, bool(value))
    elif isinstance(value, int | float | np.integer | np.floating):
        sheet.write_number(row, column, value)
    elif isinstance(value, pd.Timestamp):
        sheet.write_datetime(row, column, value.tz_localize(None).to_pydatetime(), date)
    else:
        sheet.write_string(row, column, str(value)[:32_767])


def _width(heading: str, values: pd.Series[Any]) -> int:
    longest = values.head(200).astype(str).str.len().max() if len(values) else 0
    return int(min(max(len(heading), 8 if pd.isna(longest) else longest) + 1, 60))
