"""The folder that results are left in: files written whole or not at all, and never over others."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

RESULTS = Path("results")
PACKAGE = Path(__file__).parents[1]
MAGIC = b"PAR1"  # with which a parquet file begins and ends
PART = ".part"  # how the name of a file ends that is not yet whole


class StoreError(Exception):
    """Results can't be written or read where the user asked; the message is one line."""


def new_folder(out: Path | None, name: str) -> Path:
    """Make the folder for results: `out`, which must not exist yet, or `results/<name>`, numbered if there is one.

    Raises StoreError if it exists or can't be made.
    """
    folder = out if out is not None else unused_folder(name)
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise StoreError(f"{folder} exists already; name another folder with --out, nothing was changed") from None
    except OSError as error:
        raise StoreError(f"{folder} can't be made: {error.strerror or error}") from None
    return folder


def check_new(out: Path | None) -> None:
    """Raise StoreError early if a folder asked for exists already."""
    if out is not None:
        _check_free(out, "folder")


def _check_free(out: Path, what: str) -> None:
    if out.exists() or out.is_symlink():
        raise StoreError(f"{out} exists already; name another {what} with --out, nothing was changed")


def check_new_file(out: Path, ending: str) -> None:
    """Raises StoreError, in one line, for a file that exists, has another ending, or whose folder isn't there."""
    _check_free(out, "file")
    if out.suffix.lower() != ending:
        raise StoreError(f"{out}: its name must end in {ending}")
    if not out.parent.is_dir():
        raise StoreError(f"{out}: there is no folder {out.parent}")


def remove_if_without_runs(folder: Path | None) -> None:
    """Take a folder for results away again if no run was finished in it."""
    if folder is not None and not (folder / "runs").exists():
        shutil.rmtree(folder)


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write tables as parquet into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(tables):
        write_parquet(folder / f"{name}.parquet", tables[name])


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Write a table whole or not at all.

    Words are written as a dictionary and numbers as they are, without statistics: in half of the time of pandas, and
    an eighth smaller. Checksums tell what was damaged since.
    """
    table = pa.Table.from_pandas(frame, preserve_index=False, nthreads=1)
    words = [field.name for field in table.schema if field.type in (pa.string(), pa.large_string())]
    written = pa.BufferOutputStream()
    pq.write_table(
        table, written, compression="zstd", use_dictionary=words, write_statistics=False, write_page_checksum=True
    )
    write_bytes(path, written.getvalue().to_pybytes())


def whole_files(folder: Path, pattern: str) -> list[Path]:
    """The parquet files that are whole, sorted: what a crash or a copy has cut short lacks its end, or is empty."""
    return [path for path in sorted(folder.glob(pattern)) if is_whole(path)]


def is_whole(path: Path) -> bool:
    """True for a parquet file that has its beginning and its end."""
    with suppress(OSError), path.open("rb") as file:
        begins = file.read(len(MAGIC))
        file.seek(-len(MAGIC), os.SEEK_END)
        return begins == file.read() == MAGIC
    return False


def undamaged(path: Path) -> pd.DataFrame | None:
    """What a parquet file holds; None for one that is missing, cut short or damaged anywhere."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            held: pd.DataFrame = file.read().to_pandas()
    except (OSError, ValueError, pa.ArrowException):
        return None
    return held


def write_text(path: Path, text: str) -> None:
    """Write a text file (UTF-8) whole or not at all; half of a character, as broken bytes leave it, as `\\udc80`."""
    write_bytes(path, text.encode("utf-8", errors="backslashreplace"))


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    """Write a table as CSV, whole or not at all; with a byte-order mark, so that Excel reads it as UTF-8."""
    write_bytes(path, frame.to_csv(index=False, lineterminator="\n").encode("utf-8-sig"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: under another name, synced, then renamed. Raises OSError, leaving nothing."""
    partial = path.with_name(f".{path.name}.{os.getpid()}{PART}")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise


def in_checkout(name: str, otherwise: str) -> Path:
    """A file of `england/` that is to be written anew; StoreError, with the words `otherwise`, outside a checkout."""
    if not (PACKAGE.parent / ".git").exists():
        raise StoreError(otherwise)
    return PACKAGE / "england" / name


def now() -> str:
    """The time, to the second, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def unused_folder(name: str) -> Path:
    """`results/<name>`, with a number behind if that exists."""
    folder = chosen = RESULTS / name
    number = 2
    while chosen.exists():
        chosen, number = folder.with_name(f"{folder.name}-{number}"), number + 1
    return chosen
