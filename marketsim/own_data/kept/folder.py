"""The folder that an import leaves, and reading it again: tables that people may look into and mend."""

from __future__ import annotations

import datetime
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from marketsim.own_data.importing import Imported
from marketsim.own_data.kept.folder_tables import NO, YES
from marketsim.scenario.errors import ScenarioError, displayed
from marketsim.scenario.own_folder import ABOUT, FORM

FINDINGS = "findings.csv"
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
    missing = [one for one in out.absolute().parents if not one.exists()]
    try:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.absolute().parent))
    except OSError as error:
        raise ScenarioError(f"can't be made: {error.strerror or error}", displayed(out)) from None
    try:
        yield part
        part.rename(out)
    finally:
        if part.exists():
            shutil.rmtree(part)
            for one in missing:  # that were made for nothing
                with suppress(OSError):
                    one.rmdir()


def write(
    folder: Path, tables: Mapping[str, pd.DataFrame], imported: Imported, as_at: datetime.date, needs: str = "national"
) -> None:  # fmt: skip
    """Write the tables that have rows, what was found, and what the folder is; `needs` says whose needs new children
    have, `ours` or `national`."""
    for name, table in tables.items():
        if len(table):
            write_table(folder / f"{name}.csv", table)
    called = called_in_writing(imported)
    found = imported.findings.frame().drop(columns="value")  # cells may hold anything: they stay where they are
    files = found["file"].map(lambda name: called.get(name, "several"))
    write_table(folder / FINDINGS, found.assign(file=files, what=found["what"].map(partial(_without_names, called))))
    about = {
        "form": FORM,
        "marketsim": version("marketsim"),
        "made": datetime.date.today().isoformat(),
        "as_at": as_at.isoformat(),
        "needs": needs,
        "files": [
            {"file": called[one.name], "form": one.form, "rows": one.rows, "left_out": one.left_out}
            for one in imported.files
        ],
        "personal_data": PERSONAL,
    }
    write_text(folder / ABOUT, json.dumps(about, indent=2, ensure_ascii=False) + "\n")


def called_in_writing(imported: Imported) -> dict[str, str]:
    """Files by number, since a file's name may be somebody's: those of the terminal, in the order in which it has them.
    """
    return {one.name: f"file {number}" for number, one in enumerate(imported.files, start=1)}


def _without_names(called: Mapping[str, str], what: str) -> str:
    """What is said of a file, with the numbers of the files that it names."""
    for name in sorted(called, key=len, reverse=True):
        what = what.replace(name, called[name])
    return what


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
