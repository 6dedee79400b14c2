"""What is in results/: each folder's kind, status and runs, read from its manifest and the names of its files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marketsim.results.store import StoreError
from marketsim.scenario.errors import did_you_mean, escaped, sentence

MANIFEST = "manifest.json"
KINDS = ("sweep", "comparison", "calibration", "validation", "run")


@dataclass(frozen=True)
class Finished:
    """A folder of results. `status` is finished, running, stopped or failed, as its manifest says.

    `done` and `failed` count runs that left their files; `planned` is how many there should be, None if not known.
    """

    folder: Path
    kind: str
    status: str
    started: str
    finished: str
    done: int
    failed: int
    planned: int | None
    manifest: dict[str, Any]


def folders_in(results: Path) -> list[Finished]:
    """All folders with a manifest directly in a folder of results, the latest first; those unreadable as `unreadable`.

    Raises StoreError if there is no such folder.
    """
    if not results.is_dir():
        raise StoreError(f"{results}: there is no such folder; run something first, or name another with --results")
    found = [_opened_or_not(path.parent) for path in results.glob(f"*/{MANIFEST}")]
    return sorted(found, key=lambda one: (one.started, one.folder.name), reverse=True)


def open_folder(folder: Path) -> Finished:
    """The folder of a run, comparison, sweep, calibration or validation; StoreError if it isn't one."""
    if not folder.is_dir():
        raise StoreError(sentence(f"{folder}: there is no such folder of results", _near(folder)))
    manifest = _manifest(folder)
    kind = _kind(folder, manifest)
    return Finished(
        folder, kind, str(manifest.get("status", "unknown")), str(manifest.get("started") or ""),
        str(manifest.get("finished") or ""), _done(folder, kind, manifest), len(list(folder.glob("failed/*.json"))),
        _planned(folder, kind, manifest), manifest,
    )  # fmt: skip


def scenarios_of(manifest: dict[str, Any]) -> list[str]:
    """The labels of the scenarios that a manifest names."""
    named = manifest.get("scenarios") or manifest.get("scenario") or manifest.get("calibration", {}).get("scenario", {})
    if isinstance(named, dict):
        return [str(named["name"])] if isinstance(named.get("name"), str) else [str(name) for name in named]
    return [str(one.get("name", one.get("label", "?"))) if isinstance(one, dict) else str(one) for one in named]


def _opened_or_not(folder: Path) -> Finished:
    """A folder for a list, which one bad manifest must not break."""
    try:
        return open_folder(folder)
    except StoreError:
        return Finished(folder, "?", "unreadable", "", "", 0, 0, None, {})


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StoreError(f"{folder}: has no {MANIFEST}, so it is no folder of results") from None
    except (OSError, ValueError, RecursionError) as error:
        raise StoreError(f"{path}: can't be read as JSON: {escaped(str(error))[:200]}") from None
    if not isinstance(manifest, dict):
        raise StoreError(f"{path}: expected a mapping with the facts of a run, got something else")
    return manifest


def _kind(folder: Path, manifest: dict[str, Any]) -> str:
    if (folder / "design.parquet").exists():
        return "sweep"
    if "calibration" in manifest:
        return "calibration"
    if (folder / "card.csv").exists() or "null_offer_rates" in manifest:
        return "validation"
    return "comparison" if isinstance(manifest.get("runs"), list) else "run"


def _done(folder: Path, kind: str, manifest: dict[str, Any]) -> int:
    match kind:
        case "sweep":
            return len(list(folder.glob("runs/*.parquet")))
        case "comparison":
            return len(list(folder.glob("runs/*/*/weekly.parquet")))
        case "run":
            return int((folder / "weekly.parquet").exists())
    runs = manifest.get("runs", manifest.get("replicates"))
    return runs if isinstance(runs, int) else 0


def _planned(folder: Path, kind: str, manifest: dict[str, Any]) -> int | None:
    match kind:
        case "sweep":
            return _rows(folder / "design.parquet")
        case "comparison":
            return len(manifest["runs"])
        case "run":
            return 1
    return None


def _rows(path: Path) -> int | None:
    """Rows of a parquet file, from its footer; None if it can't be read."""
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, ArrowException):
        return None


def _near(folder: Path) -> str:
    """`did you mean …?` for a folder beside it whose name is near."""
    try:
        beside = [str(path.parent) for path in folder.parent.glob(f"*/{MANIFEST}")]
        beside += [str(path.parent) for path in Path("results").glob(f"*/{MANIFEST}")]
    except OSError:
        return ""
    return did_you_mean(str(folder), beside)
