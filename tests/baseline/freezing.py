"""What is frozen of a run: outcomes for England, and hashes of its tables, all to ten significant digits.

Ten digits, because the last two or three of sixteen depend on the processor (exponentials and logarithms differ in the
last bit between vector units); anything that moves a single child shows in far fewer.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from marketsim.experiments.run import run
from marketsim.experiments.scenarios import as_scenario
from marketsim.results.outcomes import ENGLAND
from marketsim.results.result import Result
from marketsim.scenario.shipped import shipped_scenarios

sys.path.append(str(Path(__file__).parents[1]))
from twins import TOWN, has_twin, twin_of

FROZEN = Path(__file__).with_name("frozen.json")
SEED, WEEKS = 1, 26
TABLES = ("weekly", "placements")


def names() -> list[str]:
    """The scenarios whose results are frozen: all that ship."""
    return [path.stem for path in shipped_scenarios()]


def frozen_run(name: str) -> Result:
    """The run that is frozen: 26 weeks of England, or the town in full, with what the scenario says."""
    if has_twin(name):
        return run(twin_of(name), seed=SEED)
    return run(as_scenario(name, None if name == TOWN else WEEKS), seed=SEED)


def measured(result: Result) -> dict[str, Any]:
    """What is frozen of a run, as it stands in the file."""
    table = result.outcomes[result.outcomes["region"] == ENGLAND]
    outcomes = {name: _digits(value) for name, value in zip(table["outcome"], table["value"], strict=True)}
    hashes = {f"{table}_sha256": _hash(getattr(result, table)) for table in TABLES}
    return {"weeks": len(result.weekly), "outcomes": outcomes} | hashes


def read_frozen() -> dict[str, Any]:
    """What was frozen, by scenario; empty if nothing was."""
    return dict(json.loads(FROZEN.read_text(encoding="utf-8"))) if FROZEN.exists() else {}


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """One line for each thing that differs between what is frozen of a scenario and what is measured."""
    lines = []
    before, after = old.get("outcomes", {}), new.get("outcomes", {})
    for name in [*before, *(name for name in after if name not in before)]:
        if before.get(name) != after.get(name):
            lines.append(f"{name}: {_shift(before.get(name), after.get(name))}")
    other = [name for name in (*old, *new) if name != "outcomes" and old.get(name) != new.get(name)]
    return lines + [f"{name} differs" for name in dict.fromkeys(other)]


def _shift(before: str | None, after: str | None) -> str:
    if before is None or after is None:
        return f"{before or 'not there'} -> {after or 'not there'}"
    one, other = float(before), float(after)
    share = f", {(other - one) / one:+.2%}" if one else ""
    return f"{before} -> {after} ({other - one:+.4g}{share})"


def _digits(value: Any) -> str:
    return f"{float(value):.10g}"


def _hash(table: pd.DataFrame) -> str:
    """SHA-256 of the values, column by column, with floats to ten digits."""
    digest = hashlib.sha256()
    for name in table.columns:
        column = table[name]
        text = _digits if pd.api.types.is_float_dtype(column.dtype) else str
        texts = ["" if missing else text(value) for value, missing in zip(column, column.isna(), strict=True)]
        digest.update("\n".join([str(name), *texts, ""]).encode())
    return digest.hexdigest()
