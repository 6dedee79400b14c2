"""Going on in a folder of results: only with the same work, made by the same program."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import marketsim
from marketsim.results import store

NO_PART_OF_A_RUN = ("cli.py", "calibration/", "commands/", "dashboard/", "reporting/")
PLAUSIBLE = "england/plausible.csv"
DERIVED = "design"  # the entry that others lead to: it is only named where they don't differ
SETTINGS = "settings"  # the entry that is compared word by word


def plain(entries: Mapping[str, Any]) -> dict[str, Any]:
    """What makes work the same, as the JSON values that a manifest gives back."""
    values: dict[str, Any] = json.loads(json.dumps(entries, allow_nan=False))
    return values


def found_in(out: Path, kind: str, same: Mapping[str, Any]) -> dict[str, Any] | None:
    """The manifest of the same work (its entry `kind`) if the folder holds it; None if there is no such folder.

    Raises StoreError if the folder holds anything else, and says what differs.
    """
    if not out.exists() and not out.is_symlink():
        return None
    manifest = read_manifest(out)
    differing = _differing(manifest, kind, same)
    if differing is not None:
        raise store.StoreError(
            f"{out} exists already and {differing}; name another folder with --out, nothing was changed"
        )
    return manifest


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder of results; None if it has none that can be read."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) else None


def program_digest(left_out: tuple[str, ...] = ()) -> str:
    """SHA-256 of the package's code and figures that runs depend on: runs of two versions must not be mixed."""
    package = Path(marketsim.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        name = path.relative_to(package).as_posix()
        if path.suffix in (".py", ".csv") and not name.startswith(NO_PART_OF_A_RUN) and name not in left_out:
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _differing(manifest: dict[str, Any] | None, kind: str, same: Mapping[str, Any]) -> str | None:
    """What is in the folder that this work can't go on with; None if it can."""
    found = (manifest or {}).get(kind)
    if not isinstance(found, dict):
        return f"holds no {kind} that could go on"
    differing = [name for name in same if found.get(name) != same[name]]
    if not differing:
        return None
    if len(differing) > 1 and DERIVED in differing:
        differing.remove(DERIVED)
    if "program" in differing:
        return f"holds a {kind} made by another version of marketsim"
    if differing == [SETTINGS] and isinstance(found.get(SETTINGS), dict):
        changes = [_change(key, found[SETTINGS].get(key), value) for key, value in same[SETTINGS].items()]
        return f"holds a {kind} with other settings ({', '.join(filter(None, changes))})"
    return f"holds a {kind} with another {', '.join(differing).replace('_', ' ')}"


def _change(name: str, found: object, wanted: object) -> str:
    if found == wanted:
        return ""
    short = isinstance(found, str | int | float | None) and isinstance(wanted, str | int | float | None)
    return f"{name.replace('_', ' ')} {found}, not {wanted}" if short else name.replace("_", " ")
