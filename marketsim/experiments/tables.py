"""The tables of a folder of results, by name: what SQL and spreadsheets read, without loading what isn't asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as pad

from marketsim.results.folders import Finished
from marketsim.results.store import StoreError

PER_RUN = ("weekly", "authorities", "placements")
BY_FOLDER = pad.partitioning(pa.schema([("scenario", pa.string()), ("replicate", pa.string())]))

Table: TypeAlias = Any  # a pyarrow data set (files, read when asked for) or table (in memory); pyarrow has no types


def tables_of(found: Finished) -> dict[str, Table]:
    """The tables of a folder: every parquet and CSV file by its stem, and those of all runs as one table each.

    A comparison's `weekly`, `authorities` and `placements` have columns `scenario` and `replicate` (text such as
    `replicate-003`) ahead of the file's own. Raises StoreError for a file that can't be read or a folder without any.
    """
    folder = found.folder
    tables: dict[str, Table] = {}
    for path in sorted(folder.glob("*.parquet")):
        tables[path.stem] = _dataset([path])
    for path in sorted(folder.glob("*.csv")):
        tables[path.stem] = _csv(path)
    if runs := sorted(folder.glob("runs/*.parquet")):
        tables["runs"] = _dataset(runs)
    for name in PER_RUN:
        if files := sorted(folder.glob(f"runs/*/*/{name}.parquet")):
            tables[name] = _dataset(files, folder / "runs")
    if not tables:
        raise StoreError(f"{folder}: holds no tables yet")
    return tables


def frame(table: Table) -> pd.DataFrame:
    """A table in memory; `replicate-003` becomes 3. StoreError if its files can't be read."""
    try:
        loaded: pd.DataFrame = (table if isinstance(table, pa.Table) else table.to_table()).to_pandas()
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"a table can't be read: {first_line(error)}") from None
    return _numbered(loaded)


def row_count(table: Table) -> int:
    """Rows of a table, without reading them. StoreError if its files can't be read."""
    try:
        return int(table.num_rows if isinstance(table, pa.Table) else table.count_rows())
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"a table can't be read: {first_line(error)}") from None


def _numbered(loaded: pd.DataFrame) -> pd.DataFrame:
    if "replicate" in loaded and loaded["replicate"].astype(str).str.startswith("replicate-").all():
        numbers = loaded["replicate"].astype(str).str.removeprefix("replicate-").astype("int64")
        return loaded.assign(replicate=numbers)
    return loaded


def _dataset(files: list[Path], base: Path | None = None) -> pad.Dataset:
    names = [str(path) for path in files]
    try:
        if base is None:
            return pad.dataset(names, format="parquet")
        return pad.dataset(names, format="parquet", partitioning=BY_FOLDER, partition_base_dir=str(base))
    except (OSError, pa.ArrowException) as error:
        raise StoreError(f"{files[0]}: can't be read as parquet: {first_line(error)}") from None


def _csv(path: Path) -> pa.Table:
    try:
        return pa.Table.from_pandas(pd.read_csv(path, encoding="utf-8-sig"), preserve_index=False)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise StoreError(f"{path}: can't be read as CSV: {first_line(error)}") from None


def first_line(error: BaseException) -> str:
    """What an error of a library says, in one short line."""
    return " ".join(str(error).split())[:300]
