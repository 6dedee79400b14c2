"""The folder of a sweep: `manifest.json`, `design.parquet`, `runs/<run>.parquet`, `failed/<run>.json`."""

from __future__ import annotations

import glob
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from marketsim.results import store
from marketsim.results.resuming import read_manifest

KIND = "sweep"  # the entry of the manifest that says what makes it the same sweep
FORMAT = 1  # raised when the files of a folder change their meaning
RUN_COLUMNS = ["run", "outcome", "region", "value"]
DIGITS = 7


@dataclass(frozen=True)
class SweepFolder:
    """Where the files of a sweep are, and how each is written: whole or not at all."""

    path: Path

    def run_file(self, run: int) -> Path:
        """The outcomes of a run."""
        return self.path / "runs" / f"{run:0{DIGITS}d}.parquet"

    def failure_file(self, run: int) -> Path:
        """What is known of a run that failed."""
        return self.path / "failed" / f"{run:0{DIGITS}d}.json"

    def create(self, design: pd.DataFrame, **entries: Any) -> bool:
        """Make the folder with design and manifest in it, all at once; False if somebody was faster."""
        staged = self.path.with_name(f".{self.path.name}.{os.getpid()}{store.PART}")
        try:
            for folder in ("runs", "failed"):
                (staged / folder).mkdir(parents=True, exist_ok=True)
            store.write_parquet(staged / "design.parquet", design)
            store.write_manifest(staged, **entries)
            staged.rename(self.path)
        except BaseException as error:
            shutil.rmtree(staged, ignore_errors=True)
            if isinstance(error, OSError) and self.path.exists():
                return False
            raise
        return True

    def write_manifest(self, **entries: Any) -> None:
        """Replace the manifest."""
        store.write_manifest(self.path, **entries)

    def write_run(self, run: int, outcomes: pd.DataFrame) -> None:
        """Keep what a run gave, and forget that it failed before."""
        store.write_parquet(self.run_file(run), outcomes[RUN_COLUMNS])
        self.failure_file(run).unlink(missing_ok=True)

    def write_failure(self, run: int, entries: Mapping[str, Any]) -> None:
        """Keep the seed, settings and traceback of a run that failed."""
        store.write_text(self.failure_file(run), json.dumps(entries, indent=2, ensure_ascii=False) + "\n")

    def runs(self) -> set[int]:
        """The runs that are finished."""
        return _numbers(self.path / "runs", ".parquet")

    def failures(self) -> set[int]:
        """The runs that failed."""
        return _numbers(self.path / "failed", ".json")

    def clear_parts(self, runs: Iterable[int]) -> None:
        """Remove what a killed sweep was writing of these runs, which nobody else makes."""
        mine = {f"{run:0{DIGITS}d}" for run in runs}
        for part in [*self.path.glob(f"runs/.*{store.PART}"), *self.path.glob(f"failed/.*{store.PART}")]:
            if part.name.split(".")[1] in mine:
                part.unlink(missing_ok=True)

    def clear_beginnings(self) -> None:
        """Remove what a killed sweep was writing besides; only for who is alone with the folder."""
        for staged in self.path.parent.glob(f".{glob.escape(self.path.name)}.*{store.PART}"):
            shutil.rmtree(staged)
        for part in self.path.glob(f".*{store.PART}"):
            part.unlink()


@dataclass(frozen=True)
class ResultSet:
    """What a sweep has left so far, read when it is asked for."""

    path: Path
    manifest: dict[str, Any]

    @cached_property
    def design(self) -> pd.DataFrame:
        """A row a run, as `plan_of` lays it out."""
        return _read(self.path / "design.parquet")

    @cached_property
    def failed(self) -> list[dict[str, Any]]:
        """For each run that failed: run, point, replicate, scenario, seed, vector, settings, traceback, tries."""
        files = sorted((self.path / "failed").glob("*.json"))
        return [json.loads(file.read_text(encoding="utf-8")) for file in files]

    def outcomes(self) -> pd.DataFrame:
        """Run, outcome, region and value of all finished runs, in the order of the runs; read anew at each call."""
        files = sorted(map(str, (self.path / "runs").glob("[0-9]*.parquet")))
        if not files:
            return pd.DataFrame({"run": [], "outcome": [], "region": [], "value": []}).astype({"run": "int64"})
        try:
            table: pd.DataFrame = ds.dataset(files, format="parquet").to_table(columns=RUN_COLUMNS).to_pandas()
        except (OSError, pa.ArrowException) as error:
            raise store.StoreError(f"{self.path / 'runs'} can't be read: {_line(error)}") from None
        return table


def open_set(folder: Path | str) -> ResultSet:
    """The results in the folder of a sweep, finished or not.

    Raises StoreError if it holds no sweep, or one in a format that this version can't read.
    """
    path = Path(folder)
    manifest = read_manifest(path)
    if manifest is None:
        raise store.StoreError(f"{path} holds no results: there is no manifest.json that can be read")
    entry = manifest.get(KIND)
    if not isinstance(entry, dict):
        raise store.StoreError(f"{path} holds no sweep, but what another command left")
    if entry.get("format") != FORMAT:
        made = f"marketsim {manifest.get('marketsim')}"
        raise store.StoreError(
            f"{path} holds a sweep in format {entry.get('format')}, made by {made}; this version reads format {FORMAT}"
        )
    if not (path / "design.parquet").is_file():
        raise store.StoreError(f"{path} is incomplete: it has no design.parquet")
    return ResultSet(path, manifest)


def _numbers(folder: Path, suffix: str) -> set[int]:
    with os.scandir(folder) as entries:
        stems = (entry.name.removesuffix(suffix) for entry in entries if entry.name.endswith(suffix))
        return {int(stem) for stem in stems if stem.isdecimal()}


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except (OSError, pa.ArrowException) as error:
        raise store.StoreError(f"{path} can't be read: {_line(error)}") from None


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
