"""The tables of results by name: in memory, or in the files of a folder, which are read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as pad
import pyarrow.parquet as pq

from marketsim.results.definitions import text_columns
from marketsim.results.store import StoreError
from marketsim.scenario.errors import listed

BY_FOLDER = pa.schema([("scenario", pa.string()), ("replicate", pa.string())])  # below runs/ of a comparison
# Damaged pages are refused, not read as other numbers.
PARQUET = pad.ParquetFileFormat(
    default_fragment_scan_options=pad.ParquetFragmentScanOptions(page_checksum_verification=True)
)
Source: TypeAlias = Any  # a pyarrow data set; pyarrow has no types


class Tables(Mapping[str, pd.DataFrame]):
    """Every parquet and CSV file of a folder by its stem, and those of all runs as one table each; or frames by name.

    `runs/0000001.parquet` and its like are the table `runs`; `runs/<scenario>/<replicate>/weekly.parquet` and its like
    are `weekly`, with columns `scenario` and `replicate` behind the files' own. A file whose stem another table has is
    called by its whole name. Folder and files are read anew at each call. Raises StoreError for a table that isn't
    there or can't be read.
    """

    def __init__(self, held: Mapping[str, pd.DataFrame] | Path) -> None:
        self._held = held

    def __iter__(self) -> Iterator[str]:
        return iter(_files(self._held) if isinstance(self._held, Path) else self._held)

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, name: object) -> bool:
        return name in list(iter(self))

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.read(name)

    def read(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """A table, or some of its columns; a replicate kept as `replicate-003` is the number 3."""
        if not isinstance(self._held, Path):
            return self._held[name] if columns is None else self._held[name][list(columns)]
        source = self.source(name)
        with _readable(f"{self._held}: table {name}"):
            loaded: pd.DataFrame = source.to_table(columns=columns).to_pandas()
        return _numbered(loaded)

    def rows(self, name: str) -> int:
        """Rows of a table, without reading them."""
        source = self.source(name)
        with _readable(f"{self._held}: table {name}"):
            return int(source.count_rows())

    def source(self, name: str) -> Source:
        """A table as an Arrow data set; of several files it has every column that one of them has."""
        if not isinstance(self._held, Path):
            return pad.dataset(pa.Table.from_pandas(self._held[name], preserve_index=False))
        files = _files(self._held)
        if name not in files:
            raise StoreError(f"{self._held}: holds no table {name}; tables: {listed(sorted(files))}")
        with _readable(str(files[name][0])):
            return _dataset(files[name], self._held / "runs")


@contextmanager
def _readable(what: str) -> Iterator[None]:
    """What pyarrow and pandas raise of a file that can't be read is one line."""
    try:
        yield
    except (OSError, ValueError, pa.ArrowException) as error:
        raise StoreError(f"{what}: can't be read: {first_line(error)}") from None


def first_line(error: BaseException) -> str:
    """What an error of a library says, in one short line."""
    return " ".join(str(error).split())[:300]


def _files(folder: Path) -> dict[str, list[Path]]:
    """The files of each table; a file that is being written begins with a dot."""
    of_runs = {"runs": runs} if (runs := sorted(folder.glob("runs/[!.]*.parquet"))) else {}
    for path in sorted(folder.glob("runs/*/*/[!.]*.parquet")):
        of_runs.setdefault(path.stem, []).append(path)
    found: dict[str, list[Path]] = {}
    for path in (path for end in ("parquet", "csv") for path in sorted(folder.glob(f"[!.]*.{end}"))):
        taken = {name.casefold() for name in (*found, *of_runs)}
        found[path.name if path.stem.casefold() in taken else path.stem] = [path]
    if not found | of_runs:
        raise StoreError(f"{folder}: holds no tables yet")
    return found | of_runs


def _dataset(files: list[Path], runs: Path) -> Source:
    """The files as one data set. Runs of a sweep are thousands, and alike; those of a comparison differ in routes."""
    if files[0].suffix == ".csv":
        return pad.dataset(pa.Table.from_pandas(_read_csv(files[0]), preserve_index=False))
    names = [str(path) for path in files]
    if files[0].parent.parent.parent != runs:
        return pad.dataset(names, format=PARQUET)
    schema = pa.unify_schemas([*map(_schema, files), BY_FOLDER], promote_options="permissive")
    return pad.dataset(names, schema, PARQUET, partitioning=pad.partitioning(BY_FOLDER), partition_base_dir=str(runs))


def _schema(path: Path) -> Any:
    with _readable(str(path)):
        return pq.read_schema(path)


def _read_csv(path: Path) -> pd.DataFrame:
    """A CSV file as it was written: only an empty cell is missing; NA and null are words."""
    words = dict.fromkeys(text_columns(), str)
    return pd.read_csv(path, encoding="utf-8-sig", dtype=words, keep_default_na=False, na_values=[""])


def _numbered(loaded: pd.DataFrame) -> pd.DataFrame:
    if "replicate" in loaded and loaded["replicate"].astype(str).str.startswith("replicate-").all():
        numbers = loaded["replicate"].astype(str).str.removeprefix("replicate-").astype("int64")
        return loaded.assign(replicate=numbers)
    return loaded
