"""What a run, a comparison, a sweep and other commands leave, as one object: just made, or read from its folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

import pandas as pd
from pydantic import ValidationError

from marketsim.england.score import footing
from marketsim.results import definitions, store
from marketsim.results import manifest as manifests
from marketsim.results.reading import Tables
from marketsim.scenario import errors
from marketsim.scenario.schema import Scenario

RUN_FILES = {"run": "weekly.parquet", "comparison": "runs/*/*/weekly.parquet", "sweep": "runs/*.parquet"}
RUN_COLUMNS = ["run", "outcome", "region", "value"]
MENDED = "the command that made it, typed again, mends it"
DESIGN_COLUMNS = ["run", "point", "replicate", "seed", "vector", "scenario"]


@dataclass(frozen=True, eq=False)
class Result:
    """Finished or unfinished results: a manifest that says what they are, and tables by name.

    `folder` is where they are kept, None if nowhere; `completed` the scenario of a run that was just made, with the
    vector of the plausible set that it used. Two are equal if their manifests and tables are.
    """

    manifest: manifests.Manifest
    tables: Tables
    folder: Path | None = None
    completed: Scenario | None = None

    @classmethod
    def made(
        cls, kind: manifests.Kind, tables: Mapping[str, pd.DataFrame], completed: Scenario | None = None, **facts: Any
    ) -> Self:
        """What was made just now, and is kept nowhere: finished, unless `facts` for the manifest say otherwise."""
        ended = {"status": "finished", "finished": store.now()}
        return cls(manifests.made(kind, **ended | facts), Tables(tables), completed=completed)

    @classmethod
    def read(cls, folder: Path | str) -> Self:
        """What a folder holds; StoreError, in one line, if there is none, or its manifest is missing or faulty."""
        path = Path(folder)
        if not path.is_dir():
            raise store.StoreError(errors.sentence(f"{path}: there is no such folder of results", _near(path)))
        return cls(manifests.read(path), Tables(path), path)

    def keep(self, folder: Path) -> Result:
        """Write tables and manifest into a folder, which is made if need be; gives what is kept there."""
        store.write_tables(folder, self.tables)
        manifests.write(folder, **self.manifest)
        return Result.read(folder)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result) or self.manifest != other.manifest or set(self.tables) != set(other.tables):
            return False
        return all(_same(self.tables[name], other.tables[name]) for name in self.tables)

    @property
    def kind(self) -> manifests.Kind:
        """What it is: run, comparison, sweep, calibration, validation or search."""
        return self.manifest["kind"]

    @property
    def name(self) -> str:
        """The name of the folder; empty if there is none."""
        return "" if self.folder is None else self.folder.resolve().name

    @property
    def labels(self) -> list[str]:
        """The labels of the scenarios; of a comparison or a sweep the baseline's first."""
        calibrated: Any = self.manifest.get("calibration") or {}
        return list(self.manifest.get("scenarios") or filter(None, [calibrated.get("scenario", {}).get("name")]))

    @property
    def scenario(self) -> Scenario:
        """The scenario of a run: completed with its vector if the run was just made, else as the manifest gives it."""
        if self.completed is not None:
            return self.completed
        [found] = self.scenarios.values()
        return found

    @cached_property
    def scenarios(self) -> dict[str, Scenario]:
        """The scenarios by label, as the manifest gives them; StoreError, in one line, for those of another version
        that this one can't read."""
        return {label: self._scenario(label, one) for label, one in self.manifest["scenarios"].items()}

    def _scenario(self, label: str, given: Mapping[str, Any]) -> Scenario:
        try:
            return Scenario.model_validate_json(json.dumps(given["values"]))
        except (ValidationError, KeyError, errors.ScenarioError):
            made, now = self.manifest["marketsim"], version("marketsim")
            raise store.StoreError(
                f"{self.folder}: the scenario {label} was made by marketsim {made}, and this version ({now}) can't "
                "read it; run it again"
            ) from None

    @property
    def footing(self) -> str:
        """The note below tables and figures: what the values rest on. Empty if the manifest doesn't say."""
        return footing(self.manifest)

    @property
    def planned(self) -> int | None:
        """How many runs there should be; None if that isn't known."""
        runs = self.manifest.get("runs") if self.kind in ("comparison", "sweep") else None
        return 1 if self.kind == "run" else len(runs) if isinstance(runs, list) else runs

    @property
    def done(self) -> int:
        """How many runs left their tables."""
        if self.folder is not None and self.kind in RUN_FILES:
            return len(store.whole_files(self.folder, RUN_FILES[self.kind]))
        made = self.manifest.get("runs", self.manifest.get("replicates", 0))
        return made if isinstance(made, int) else self.planned or 0

    @property
    def failed(self) -> int:
        """How many runs of a sweep failed."""
        return len(self._failures())

    @property
    def failures(self) -> list[dict[str, Any]]:
        """For each run of a sweep that failed its number and row of the design, `settings`, `traceback` and `tries`."""
        return [_read_failure(file) for file in self._failures()]

    def _failures(self) -> list[Path]:
        return [] if self.folder is None else sorted(self.folder.glob("failed/*.json"))

    @property
    def weekly(self) -> pd.DataFrame:
        """A row a week; of a comparison for each scenario and replicate."""
        return self.tables["weekly"]

    @property
    def authorities(self) -> pd.DataFrame:
        """A row an authority and year's end."""
        return self.tables["authorities"]

    @property
    def placements(self) -> pd.DataFrame:
        """A row a placement; `end_week` and `end_reason` are empty while it lasts."""
        return self.tables["placements"]

    @property
    def homes(self) -> pd.DataFrame:
        """A row a home that was ever open, in the state of the last week; `closed_week` is empty while it is open."""
        return self.tables["homes"]

    @property
    def outcomes(self) -> pd.DataFrame:
        """A row an outcome and region ("England" too): its mean over the last 52 weeks, or all of a shorter run.

        A comparison's have columns `scenario`, `replicate` and `vector` (missing where none was used); a sweep's have
        the number of their `run`, a row of `design`.
        """
        runs = self.manifest.get("runs")
        if self.kind == "sweep" and "runs" not in self.tables:
            return pd.DataFrame({name: [] for name in RUN_COLUMNS}).astype({"run": "int64"})
        found = self._runs() if self.kind == "sweep" else self.tables["outcomes"]
        return found.merge(pd.DataFrame(runs).drop(columns="seed")) if isinstance(runs, list) else found

    @property
    def design(self) -> pd.DataFrame:
        """A sweep's runs: a row each, with point, replicate, seed, vector, scenario and the values of its factors."""
        found = self.tables["design"]
        if missing := [name for name in DESIGN_COLUMNS if name not in found]:
            raise store.StoreError(f"{self.folder}: design.parquet has no column {missing[0]}, so it is no design")
        recorded = self.manifest.get("sweep", {}).get("design")
        if recorded is not None and recorded != design_digest(found):
            raise store.StoreError(f"{self.folder}: design.parquet is not the design that was swept; {MENDED}")
        return found

    def _runs(self) -> pd.DataFrame:
        found = self.tables.read("runs", RUN_COLUMNS)
        faulty = {"has no outcomes": found["outcome"].isna(), "is held twice": found.duplicated(RUN_COLUMNS[:-1])}
        for fault, rows in faulty.items():
            if rows.any():
                raise store.StoreError(f"{self.folder}: run {found.loc[rows, 'run'].iloc[0]} {fault}; {MENDED}")
        return found

    @property
    def table(self) -> pd.DataFrame:
        """A comparison's differences: a row an outcome, region and scenario, as in comparison.csv."""
        return self.tables["comparison"]

    @staticmethod
    def column(name: str, table: str = "outcomes") -> definitions.Column:
        """What an outcome, or a column of a table, is: label, unit and definition."""
        return definitions.column(table, name)


def design_digest(design: pd.DataFrame) -> str:
    """SHA-256 of a design, by which a sweep knows its own again."""
    return hashlib.sha256(design.to_csv(index=False, lineterminator="\n").encode("utf-8")).hexdigest()


def results_in(folder: Path) -> dict[str, Result | None]:
    """All results directly in a folder by name, the latest first; None for those whose manifest can't be used.

    Raises StoreError if there is no such folder.
    """
    if not folder.is_dir():
        missing = f"{folder}: there is no such folder; run something first, or name another with --results"
        raise store.StoreError(missing)
    found = {path.parent.name: _read_or_none(path.parent) for path in folder.glob(f"*/{manifests.FILE}")}
    started = {name: one.manifest["started"] if one else "" for name, one in found.items()}
    return {name: found[name] for name in sorted(found, key=lambda name: (started[name], name), reverse=True)}


def _read_or_none(folder: Path) -> Result | None:
    try:
        return Result.read(folder)
    except store.StoreError:
        return None


def _read_failure(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise store.StoreError(f"{file}: can't be read as JSON: {errors.escaped(str(error))[:200]}") from None


def _near(folder: Path) -> str:
    """`did you mean …?` for a folder beside it, or in results/, whose name is near."""
    try:
        beside = [str(path.parent) for at in (folder.parent, store.RESULTS) for path in at.glob(f"*/{manifests.FILE}")]
    except OSError:
        return ""
    return errors.did_you_mean(str(folder), beside)


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """True if two tables hold the same; dates may differ in how finely they are kept, as files keep them."""
    try:
        frames = one.reset_index(drop=True), other.reset_index(drop=True)
        pd.testing.assert_frame_equal(*frames, check_dtype=False, check_exact=True)
    except AssertionError:
        return False
    return True
