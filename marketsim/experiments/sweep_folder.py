"""The folder of a sweep: `manifest.json`, `design.parquet`, `runs/<run>.parquet`, `failed/<run>.json`."""

from __future__ import annotations

import glob
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from marketsim.results import manifest, store
from marketsim.results.result import RUN_COLUMNS, Result, design_digest

KIND: Final = "sweep"  # also the entry of the manifest that says what makes it the same sweep
FORMAT = 1  # raised when the files of a folder change their meaning
DIGITS = 7
DESIGN = "design.parquet"


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
            store.write_parquet(staged / DESIGN, design)
            manifest.write(staged, KIND, **entries)
            staged.rename(self.path)
        except BaseException as error:
            shutil.rmtree(staged, ignore_errors=True)
            if isinstance(error, OSError) and self.path.exists():
                return False
            raise
        return True

    def mend_design(self, design: pd.DataFrame) -> None:
        """Write the design again if its file is damaged, or holds another."""
        held = store.undamaged(self.path / DESIGN)
        if held is None or design_digest(held) != design_digest(design):
            store.write_parquet(self.path / DESIGN, design)

    def write_run(self, run: int, outcomes: pd.DataFrame) -> None:
        """Keep what a run gave, and forget that it failed before."""
        store.write_parquet(self.run_file(run), outcomes[RUN_COLUMNS])
        self.failure_file(run).unlink(missing_ok=True)

    def write_failure(self, run: int, entries: Mapping[str, Any]) -> None:
        """Keep the seed, settings and traceback of a run that failed."""
        store.write_text(self.failure_file(run), json.dumps(entries, indent=2, ensure_ascii=False) + "\n")

    def runs(self, among: Iterable[int]) -> set[int]:
        """Those of some runs that are finished: whose files can be read to their end, and hold that run."""
        return {run for run in _numbers(self.path / "runs", ".parquet").intersection(among) if self._holds(run)}

    def begun(self) -> int:
        """How many runs have left a file, be it good or not."""
        return len(_numbers(self.path / "runs", ".parquet") | self.failures())

    def _holds(self, run: int) -> bool:
        held = store.undamaged(self.run_file(run))
        return held is not None and list(held) == RUN_COLUMNS and held["run"].unique().tolist() == [run]

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


def open_set(folder: Path | str) -> Result:
    """The results in the folder of a sweep, finished or not.

    Raises StoreError if it holds no sweep, or one in a format that this version can't read.
    """
    try:
        found = Result.read(folder)
    except store.StoreError as error:
        raise store.StoreError(f"{folder} holds no results: {error}") from None
    if found.kind != KIND:
        raise store.StoreError(f"{folder} holds no sweep, but what another command left")
    entry: Any = found.manifest.get(KIND, {})
    if entry.get("format") != FORMAT:
        held = f"format {entry.get('format')}, made by marketsim {found.manifest.get('marketsim')}"
        raise store.StoreError(f"{folder} holds a sweep in {held}; this version reads format {FORMAT}")
    if "design" not in found.tables:
        raise store.StoreError(f"{folder} is incomplete: it has no design.parquet")
    return found


def _numbers(folder: Path, suffix: str) -> set[int]:
    with os.scandir(folder) as entries:
        stems = (entry.name.removesuffix(suffix) for entry in entries if entry.name.endswith(suffix))
        return {int(stem) for stem in stems if stem.isdecimal()}
