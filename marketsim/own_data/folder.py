"""The folder that an import leaves, and reading it again: tables that people may look into and mend."""

from __future__ import annotations

import datetime
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from marketsim.england.figures import authority_rows
from marketsim.own_data import cells
from marketsim.own_data.importing import Imported
from marketsim.own_data.records import (
    CARE,
    DATE,
    END_REASONS,
    FLAG,
    NEEDS,
    NOTICE,
    NUMBER,
    ROUTES,
    SECTORS,
    SETTINGS,
    SEXES,
)
from marketsim.own_data.reducing import KEPT
from marketsim.own_data.tables import Table, read_sheets
from marketsim.scenario.errors import ScenarioError, displayed, listed, sentence
from marketsim.scenario.own_folder import ABOUT, FORM, TABLES

FINDINGS = "findings.csv"
WORDS = {
    "setting": SETTINGS, "end_reason": END_REASONS, "sex": SEXES, "need": NEEDS, "care": CARE, "notice": NOTICE,
    "route": ROUTES, "sector": SECTORS, "period": ("week", "year"), "measure": None,
}  # fmt: skip
PLACES = ("authority", "host_authority", "authorities")  # ONS codes; several with ; between
YES, NO = "yes", "no"
PERSONAL = (
    "No name, identifier, date of birth or postcode of a child was written into this folder. What is kept of a "
    "placement: the authority, the week in which it began and ended, age in whole years, sex, need, staff, notice, "
    "route, sector, fee in whole pounds, distance in tenths of a mile, and the number of its home in homes.csv. "
    "A row is still about one child: keep the folder as you keep the files that it was made from."
)


@contextmanager
def made(out: Path) -> Iterator[Path]:
    """A folder to write into, which becomes `out` once all is written, and is gone if something goes wrong. Raises
    ScenarioError if `out` exists already or can't be made."""
    if out.exists() or out.is_symlink():
        raise ScenarioError("exists already; name another folder with --out, nothing was changed", displayed(out))
    try:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.absolute().parent))
    except OSError as error:
        raise ScenarioError(f"can't be made: {error.strerror or error}", displayed(out)) from None
    try:
        yield part
        part.chmod(0o755)
        part.rename(out)
    finally:
        if part.exists():
            shutil.rmtree(part)


def write(
    folder: Path, tables: Mapping[str, pd.DataFrame], imported: Imported, as_at: datetime.date, needs: str = "national"
) -> None:  # fmt: skip
    """Write the tables that have rows, what was found, and what the folder is; `needs` says whose needs new children
    have, `ours` or `national`."""
    for name, table in tables.items():
        if len(table):
            write_table(folder / f"{name}.csv", table)
    found = imported.findings.frame().drop(columns="value")  # cells may hold anything: they stay where they are
    write_table(folder / FINDINGS, found)
    about = {
        "form": FORM,
        "marketsim": version("marketsim"),
        "made": datetime.date.today().isoformat(),
        "as_at": as_at.isoformat(),
        "needs": needs,
        "files": [
            {"file": one.name, "form": one.form, "rows": one.rows, "left_out": one.left_out} for one in imported.files
        ],
        "personal_data": PERSONAL,
    }
    write_text(folder / ABOUT, json.dumps(about, indent=2, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write words as UTF-8."""
    path.write_text(text, encoding="utf-8", newline="\n")


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a table as CSV: dates ISO, flags yes and no, whole numbers without decimals."""
    text = pd.DataFrame({name: _as_text(table[name]) for name in table})
    text.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")


def _as_text(column: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_bool_dtype(column):
        return column.map({True: YES, False: NO})
    if pd.api.types.is_datetime64_any_dtype(column):
        return pd.Series(column.dt.strftime("%Y-%m-%d").fillna(""))
    if pd.api.types.is_float_dtype(column):
        return column.map(lambda value: "" if pd.isna(value) else f"{value:.10g}")
    return column


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of the folder, all of TABLES, in the types of KEPT; without rows where there is no file.

    Raises ScenarioError with file, line and column for what somebody has changed to what it can't be.
    """
    return {name: _read(folder / f"{name}.csv", name) for name in TABLES}


def _read(path: Path, shape: str) -> pd.DataFrame:
    kinds = KEPT[shape]
    if not path.is_file():
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()})
    table = read_sheets(path)[0].below(0)
    if missing := [name for name in kinds if name not in table.heads]:
        raise table.error(sentence(f"lacks the columns {listed(missing)}", "import the files again"), 1)
    columns = {name: _typed(table, name, kind) for name, kind in kinds.items()}
    return pd.DataFrame(columns).reset_index(drop=True)


def _typed(table: Table, name: str, kind: str) -> pd.Series[Any]:
    text = table.cells[name].astype("object").fillna("")
    if kind == DATE:
        value, bad = cells.dates(text)
        _refuse(table, bad, name, "a date such as 2025-03-31")
        return value
    if kind == NUMBER:
        number, bad = cells.amounts(text)
        _refuse(table, bad | (number < 0), name, "a number of 0 or more")
        return number
    if kind == FLAG:
        _refuse(table, ~text.isin([YES, NO]), name, f"{YES} or {NO}")
        return text == YES
    if name in PLACES:
        known = {"", *(row["ons_code"] for row in authority_rows())}
        unknown = ~text.map(lambda codes: known.issuperset(codes.split(";"))).astype(bool)
        _refuse(table, unknown | ((text == "") & (name == "authority")), name, "the ONS code of an authority of today")
    allowed = WORDS.get(name)
    if allowed is not None:
        _refuse(table, ~text.isin(["", *allowed]), name, ", ".join(allowed))
    return text


def _refuse(table: Table, bad: pd.Series[bool], name: str, expected: str) -> None:
    if bad.any():
        raise table.error(f"expected {expected}", int(str(bad.idxmax())), name)
