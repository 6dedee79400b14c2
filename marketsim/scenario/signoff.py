"""What the values of scenarios rest on: how many have which status; and what a manifest says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from marketsim.england import score
from marketsim.scenario import drawn_values, loading, own_folder

STATUSES = ("measured", "estimated", "assumption", "lever")
GIVEN = "given"  # the status of what a scenario's file or --set says


def signoff(loaded: Iterable[loading.LoadedScenario]) -> score.Signoff:
    """The footing of results from these scenarios; a score stands behind those of England only."""
    loaded = list(loaded)
    england = all(one.scenario.world.kind == "england" for one in loaded)
    return score.Signoff(count_statuses(loaded), score.recorded_score() if england else None)


def assumptions(loaded: Mapping[str, loading.LoadedScenario], vectors: Iterable[int | None] = ()) -> dict[str, Any]:
    """What a manifest says of scenarios, by label: file, digest, values, which of them were given and which are drawn;
    of the vectors that their runs drew; and what the values rest on."""
    scenarios = {label: {"file": one.path.name, "sha256": one.digest, "drawn": one.drawn, "given": one.given,
                         "values": one.values, **_own_data(one)} for label, one in loaded.items()}  # fmt: skip
    drawn = drawn_values.recorded(vectors)
    return {"scenarios": scenarios, "drawn_vectors": drawn, **signoff(loaded.values()).entries()}


def _own_data(loaded: loading.LoadedScenario) -> dict[str, str]:
    """The digest of the folder of own data, which may be another one later."""
    digest = own_folder.digest(loaded.values["world"])
    return {} if digest is None else {"own_data": digest}


def count_statuses(loaded: Iterable[loading.LoadedScenario]) -> dict[str, int]:
    """How many values of the scenarios have each status; `given` are those that a file or `--set` says.

    A value counts once for all scenarios together, as given if one of them gives it. What has no status (names, dates,
    orders of routes) is no parameter and isn't counted.
    """
    by_key: dict[str, str] = {}
    for one in loaded:
        for leaf in one.leaves():
            key = ".".join(map(str, leaf.path))
            status = leaf.shape.schema.get("status")
            if status is not None and by_key.get(key) != GIVEN:
                by_key[key] = str(status) if one.sources[key].startswith("default") else GIVEN
    found = list(by_key.values())
    return {status: found.count(status) for status in (*STATUSES, GIVEN)}
