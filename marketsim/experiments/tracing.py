"""What makes a sweep the same sweep, and what its manifest says, so that every result can be traced."""

from __future__ import annotations

import hashlib
from typing import Any

import pandas as pd

from marketsim.experiments import sets
from marketsim.experiments.plan import Plan
from marketsim.results import manifest
from marketsim.scenario.signoff import assumptions


def identity(plan: Plan) -> dict[str, Any]:
    """What must be the same for a sweep to go on in a folder, as plain JSON values."""
    settings = plan.definition.model_dump(mode="json", exclude={"name", "question", "scenarios", "factors"})
    factors = plan.definition.factors.items()
    return manifest.plain({
        "format": sets.FORMAT,
        "scenario": {arm.label: arm.loaded.digest for arm in plan.arms},
        "choice_of_factors": {key: factor.model_dump(exclude_defaults=True) for key, factor in factors},
        "settings": settings,
        "design": design_digest(plan.design),
        "program": manifest.program_digest(),
    })  # fmt: skip


def design_digest(design: pd.DataFrame) -> str:
    """SHA-256 of the design's table."""
    return hashlib.sha256(design.to_csv(index=False, lineterminator="\n").encode("utf-8")).hexdigest()


def manifest_of(plan: Plan, same: dict[str, Any], status: str, started: str, finished: str | None) -> dict[str, Any]:
    """The entries of manifest.json: status is running, finished (no run is missing) or failed (some runs failed)."""
    definition = plan.definition.model_dump(mode="json", exclude_none=True)
    definition["scenarios"] = [arm.loaded.path.name for arm in plan.arms]
    lengths = {arm.scenario.horizon.weeks for arm in plan.arms}
    return {
        "status": status,
        "started": started,
        "finished": finished,
        "seed": plan.definition.seed,
        "weeks": lengths.pop() if len(lengths) == 1 else None,
        "points": plan.points,
        "runs": len(plan.design),
        "definition": definition,
        sets.KIND: same,
        **assumptions({arm.label: arm.loaded for arm in plan.arms}),
    }
