"""Small sweeps for tests, and what they leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from marketsim.experiments.definition import Definition

SCENARIO = """\
extends: town.yaml
horizon: {weeks: 2}
world: {authorities: 2, homes: 12, children_at_start: 20}
demand: {new_needs_per_year: 30}
"""
DEFINITION: dict[str, Any] = {
    "name": "small",
    "scenarios": ["tiny.yaml"],
    "factors": {"demand.level": {"values": [0.5, 1.0, 2.0]}},
    "replicates": 2,
    "outcomes": ["void_rate", "weekly_fee_mean_gbp"],
}


def small_definition(folder: Path, **changes: Any) -> Definition:
    """A sweep of six runs that take a few hundredths of a second each; its scenario is written into the folder."""
    path = folder / "tiny.yaml"
    if not path.exists():
        path.write_text(SCENARIO, encoding="utf-8")
    return Definition.model_validate({**DEFINITION, "scenarios": [str(path)], **changes})


def results(folder: Path) -> dict[str, bytes]:
    """What must be the same bytes however a sweep was made: design, runs and failures, and no half-written file."""
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert files.pop("manifest.json")
    return files
