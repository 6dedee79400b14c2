"""The folder of a calibration: going on where it was stopped, and refusing what isn't the same calibration."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import marketsim
from marketsim.calibration.plan import Plan
from marketsim.experiments import store
from marketsim.experiments.run import as_scenario

NO_PART_OF_A_RUN = ("cli.py", "calibration/", "dashboard/", "reporting/")


def identity(plan: Plan, measure: str) -> dict[str, Any]:
    """What makes a calibration the same one, as plain JSON values; `measure` names the function that measures runs."""
    loaded = plan.loaded
    entries = {
        "scenario": {"name": loaded.scenario.name, "file": loaded.path.name, "sha256": loaded.digest},
        "weeks": as_scenario(loaded, plan.weeks).horizon.weeks,
        "ranges": [asdict(parameter) for parameter in plan.space.parameters],
        "targets": [asdict(target) for target in plan.targets],
        "held_out": [asdict(target) for target in plan.held_out],
        "settings": asdict(plan.settings),
        "measure": measure,
        "program": program_digest(),
    }
    plain: dict[str, Any] = json.loads(json.dumps(entries))
    return plain


def open_folder(out: Path, same: dict[str, Any]) -> bool:
    """Make the folder, or go on with the same calibration in it: True if there was one.

    Raises StoreError if the folder holds anything else, and says what differs.
    """
    if not out.exists() and not out.is_symlink():
        store.new_folder(out, "")
        return False
    differing = _differing(out, same)
    if differing is not None:
        raise store.StoreError(
            f"{out} exists already and {differing}; name another folder with --out, nothing was changed"
        )
    return True


def discard(out: Path) -> None:
    """Take the folder of a calibration away in which no run could be finished."""
    shutil.rmtree(out)


def program_digest() -> str:
    """SHA-256 of the package's code and figures that runs depend on: runs of two versions must not be mixed."""
    package = Path(marketsim.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        name = path.relative_to(package).as_posix()
        if path.suffix in (".py", ".csv") and not name.startswith(NO_PART_OF_A_RUN) and name != "england/plausible.csv":
            digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _differing(out: Path, same: dict[str, Any]) -> str | None:
    """What is in the folder that this calibration can't go on with; None if it can."""
    try:
        manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        found = manifest["calibration"]
        differing = [name for name in same if found.get(name) != same[name]]
    except (OSError, ValueError, LookupError, AttributeError, TypeError):
        return "holds no calibration that could go on"
    if not differing:
        return None
    if differing == ["settings"]:
        changes = [_change(name, found["settings"].get(name), value) for name, value in same["settings"].items()]
        return f"holds a calibration with other settings ({', '.join(filter(None, changes))})"
    return f"holds a calibration with another {', '.join(differing).replace('_', ' ')}"


def _change(name: str, found: object, wanted: object) -> str:
    return "" if found == wanted else f"{name.replace('_', ' ')} {found}, not {wanted}"


def shipped_plausible() -> Path:
    """Where a checkout keeps the plausible set that the package carries; StoreError outside a checkout."""
    package = Path(marketsim.__file__).parent
    if not (package.parent / "pyproject.toml").exists():
        raise store.StoreError(
            "--install: this marketsim does not run from a checkout, so there is no place to keep it"
        )
    return package / "england" / "plausible.csv"
