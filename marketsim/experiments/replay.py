"""A run once more from the record that it left: the same tables to the byte, or a line that says why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marketsim.results import manifest
from marketsim.results.result import Result
from marketsim.results.store import StoreError
from marketsim.scenario import drawn_values, errors, loading, overlay


@dataclass(frozen=True)
class Recorded:
    """What `run` needs to make a recorded run again."""

    loaded: loading.LoadedScenario
    seed: int
    weeks: int | None
    vector: int | None


def recorded(record: Path, replicate: int | None = None, label: str | None = None) -> Recorded:
    """The run of a manifest: of a comparison the `replicate` (not given: 0) of the scenario with a label, of a sweep
    the run of that number, which must be given if it has several.

    Raises StoreError for a record that doesn't say it, or of which this version of the program would not make the same;
    ScenarioError for a scenario that is none.
    """
    found = Result.read(record.parent)
    if found.kind not in ("run", "comparison", "sweep"):
        raise StoreError(f"{record}: is the record of a {found.kind}; expected that of a run, a comparison or a sweep")
    if found.kind == "sweep" and replicate is None and found.planned != 1:
        raise StoreError(f"{record}: holds {found.planned} runs; choose one with --replicate")
    chosen = _row(record, found, replicate or 0, label)
    if found.kind == "run" and replicate:
        raise StoreError(f"{record}: holds one run, so it has no replicate {replicate}")
    loaded = _loaded(record, found.manifest, str(chosen["scenario"]))
    vector = None if chosen["vector"] is None else int(chosen["vector"])
    _check_vector(record, found.manifest, loaded, vector)
    settings = {key: value for key, value in chosen.items() if "." in key}  # factors are dotted keys
    if settings:
        given = loaded.given
        for key, value in settings.items():
            given = overlay.laid_over(given, overlay.nested(key.split("."), value))
        loaded = loading.recorded_scenario(given, record)
    return Recorded(loaded, int(chosen["seed"]), found.manifest.get("weeks"), vector)


def _row(record: Path, found: Result, replicate: int, label: str | None) -> Mapping[str, Any]:
    """Scenario, seed, vector and (of a sweep) factors of one run."""
    facts: Any = found.manifest
    if found.kind == "sweep":
        design = found.design[found.design["run"] == replicate].astype(object)
        rows = design.where(design.notna(), None).to_dict("records")
    elif found.kind == "run":
        rows = [{"scenario": one, "seed": facts.get("seed"), "vector": facts.get("vector")} for one in found.labels]
    else:
        label = label or (found.labels[0] if len(found.labels) == 1 else None)
        if label not in found.labels:
            near = errors.did_you_mean(label, found.labels) if label else "choose one with --arm"
            words = errors.sentence(f"holds runs of {', '.join(found.labels)}", near)
            raise StoreError(f"{record}: {words}")
        rows = [run for run in facts["runs"] if (run["scenario"], run["replicate"]) == (label, replicate)]
    if not rows:
        what = "run" if found.kind == "sweep" else f"replicate of {label}"
        raise StoreError(f"{record}: holds no {what} with the number {replicate}")
    if label not in (None, rows[0]["scenario"]):
        raise StoreError(f"{record}: run {replicate} is of {rows[0]['scenario']}, not of {label}")
    if rows[0]["seed"] is None:
        raise StoreError(f"{record}: seed: is missing, so the run can't be made again")
    return {str(name): value for name, value in rows[0].items()}


def _loaded(record: Path, facts: manifest.Manifest, label: str) -> loading.LoadedScenario:
    """The recorded scenario, which must have the digest that it had."""
    one = facts.get("scenarios", {}).get(label, {})
    if "given" not in one or "sha256" not in one:
        raise StoreError(f"{record}: scenarios.{label}.given: is missing, so the run can't be made again")
    loaded = loading.recorded_scenario(one["given"], record)
    if loaded.digest != one["sha256"]:
        before, now = _flat(one.get("values")), _flat(loaded.values)
        keys = [key for key in before | now if before.get(key) != now.get(key)]
        own = loaded.values["world"].get("data")
        changed = "a rule's file has changed" if own is None else f"{own}, or a rule's file, has changed"
        what = f"{keys[0]} is {now.get(keys[0])}, was {before.get(keys[0])}" if keys else changed
        raise _another(record, facts, f"scenarios.{label}", what)
    return loaded


def _check_vector(record: Path, facts: manifest.Manifest, loaded: loading.LoadedScenario, vector: int | None) -> None:
    """The vector of the plausible set must be what it was, in the values that are drawn."""
    if vector is None:
        return
    before, now = facts.get("drawn_vectors", {}).get(str(vector), {}), drawn_values.plausible_set().get(vector, {})
    for key in loaded.drawn:
        if before.get(key) != now.get(key):
            raise _another(record, facts, f"drawn_vectors.{vector}", f"{key} is {now.get(key)}, was {before.get(key)}")


def _another(record: Path, facts: manifest.Manifest, key: str, what: str) -> StoreError:
    by = f"marketsim {facts.get('marketsim')}, commit {facts.get('git_commit')}"
    return StoreError(f"{record}: {key}: can't be made again by this version: {what}; it was made by {by}")


def _flat(values: Any, path: str = "") -> dict[str, Any]:
    """Single values by dotted key."""
    if not isinstance(values, dict | list) or not values:
        return {path: values}
    entries = values.items() if isinstance(values, dict) else enumerate(values)
    return {key: value for step, entry in entries for key, value in _flat(entry, f"{path}.{step}".lstrip(".")).items()}
