"""The folder of a calibration: what makes it the same calibration, and where its result is kept."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from marketsim.experiments.scenarios import as_scenario
from marketsim.results import store
from marketsim.results.manifest import PLAUSIBLE, plain, program_digest
from marketsim.trust.calibration.plan import Plan


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
        "program": program_digest((PLAUSIBLE,)),  # the set is what calibrations make: it plays no part in them
    }
    return plain(entries)


def discard(out: Path) -> None:
    """Take the folder of a calibration away in which no run could be finished."""
    shutil.rmtree(out)


def shipped_plausible() -> Path:
    """Where a checkout keeps the plausible set that the package carries; StoreError outside a checkout."""
    package = Path(__file__).parents[2]
    if not (package.parent / "pyproject.toml").exists():
        raise store.StoreError(
            "--install: this marketsim does not run from a checkout, so there is no place to keep it"
        )
    return package / "england" / "plausible.csv"
