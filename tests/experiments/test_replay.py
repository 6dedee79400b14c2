"""A recorded run made again is the same to the byte; the record says what is drawn, and from which vector."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from marketsim.experiments.compare import compare
from marketsim.experiments.replay import recorded
from marketsim.experiments.run import run
from marketsim.results.store import StoreError
from marketsim.scenario.drawn_values import plausible_set
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import load_scenario

Typed = Callable[..., subprocess.CompletedProcess[str]]
FILES = ("weekly", "authorities", "placements", "homes", "outcomes")
DRAWS = ["uncertainty=plausible", "horizon.weeks=60"]


def manifest_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def flat(values: Any, path: str = "") -> list[str]:
    """The dotted keys of mappings in mappings."""
    if not isinstance(values, dict):
        return [path]
    return [key for step, entry in values.items() for key in flat(entry, f"{path}.{step}".lstrip("."))]


def same_bytes(one: Path, other: Path) -> bool:
    return all((one / f"{name}.parquet").read_bytes() == (other / f"{name}.parquet").read_bytes() for name in FILES)


def test_a_run_that_draws_is_made_again(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("extends: town.yaml\nuncertainty: plausible\nproviders: {bidding: 0.25}\n")
    assert typed("run", "mine.yaml", "--seed", "9", "--weeks", "60", "--out", "first").returncode == 0
    done = typed("run", "first/manifest.json", "--out", "again")
    assert done.returncode == 0, done.stderr
    assert same_bytes(tmp_path / "first", tmp_path / "again")
    first, again = manifest_of(tmp_path / "first"), manifest_of(tmp_path / "again")
    for one in (first, again):
        one["scenarios"]["mine"].pop("file")
        del one["started"], one["finished"]
    assert first == again


def test_each_run_of_a_comparison_is_made_again(typed: Typed, tmp_path: Path) -> None:
    changes = "changes: [{from: 2024-09-01, providers: {bidding: 0.0}}]\n"
    (tmp_path / "drawn.yaml").write_text("extends: town.yaml\nuncertainty: plausible\n")
    (tmp_path / "dated.yaml").write_text(f"extends: drawn.yaml\n{changes}")
    words = ("compare", "drawn.yaml", "dated.yaml", "--weeks", "30", "--replicates", "5", "--out", "both")
    assert typed(*words).returncode == 0
    for label, replicate in (("drawn", 0), ("dated", 3)):
        out = f"{label}-{replicate}"
        done = typed("run", "both/manifest.json", "--arm", label, "--replicate", str(replicate), "--out", out)
        assert done.returncode == 0, done.stderr
        assert same_bytes(tmp_path / "both" / "runs" / label / f"replicate-{replicate:03d}", tmp_path / out)


def test_a_run_of_a_sweep_is_made_again(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "drawn.yaml").write_text("extends: town.yaml\nuncertainty: plausible\n")
    (tmp_path / "x.yaml").write_text(
        "scenarios: [drawn.yaml]\nfactors: {providers.bidding: {values: [0.0, 0.9]}, stays.distribution: {values: "
        "[published, fixed]}}\nreplicates: 2\nweeks: 20\n"
    )
    assert typed("sweep", "x.yaml", "--workers", "1", "--out", "swept").returncode == 0
    assert typed("run", "swept/manifest.json", "--replicate", "5", "--out", "again").returncode == 0
    kept = pd.read_parquet(tmp_path / "swept" / "runs" / "0000005.parquet").drop(columns="run")
    pd.testing.assert_frame_equal(kept, pd.read_parquet(tmp_path / "again" / "outcomes.parquet"))


def test_a_default_that_is_stated_changes_run_and_digest_alike() -> None:
    """A stated value isn't drawn any more, and the record says so; where nothing is drawn, nothing changes."""
    for draws in (True, False):
        changes = DRAWS if draws else DRAWS[1:]
        key = next(key for key in next(iter(plausible_set().values())) if key.startswith("providers."))
        left, stated = load_scenario("town", changes), load_scenario("town", changes)
        value = left.scenario.providers.model_dump()[key.removeprefix("providers.")]
        stated = load_scenario("town", [*changes, f"{key}={value}"])
        assert left.values == stated.values
        assert (left.digest != stated.digest) == draws
        assert set(left.drawn) - set(stated.drawn) == ({key} if draws else set())
        weekly = [run(one, seed=4).weekly for one in (left, stated)]
        assert weekly[0].equals(weekly[1]) != draws


def test_the_record_holds_what_was_drawn(tmp_path: Path) -> None:
    found = compare(load_scenario("town", DRAWS), [load_scenario("town")], 4, weeks=2, workers=1, out=tmp_path / "c")
    drawing, plain = found.manifest["scenarios"]["town"], found.manifest["scenarios"]["town-2"]
    assert drawing["drawn"] == load_scenario("town", DRAWS).drawn != [] and plain["drawn"] == []
    used = {str(run["vector"]) for run in found.manifest["runs"]}
    assert set(found.manifest["drawn_vectors"]) == used
    assert all(found.manifest["drawn_vectors"][number] == plausible_set()[int(number)] for number in used)
    assert set(drawing["drawn"]).isdisjoint(flat(drawing["given"])) and drawing["given"]["uncertainty"] == "plausible"


WRONG: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "another default": (
        lambda m: [m["scenarios"]["town"]["values"]["providers"].update(bidding=0.1),
                   m["scenarios"]["town"].update(sha256="0")],
        "scenarios.town: can't be made again by this version: providers.bidding is 0.7, was 0.1",
    ),
    "another vector": (
        lambda m: m["drawn_vectors"][str(m["vector"])].update({m["scenarios"]["town"]["drawn"][0]: -1.0}),
        "can't be made again by this version",
    ),
    "no vector": (lambda m: m["drawn_vectors"].clear(), "was None"),
    "nothing given": (lambda m: m["scenarios"]["town"].pop("given"), "scenarios.town.given: is missing"),
    "a word for a number": (lambda m: m.update(seed="one"), "seed: "),
    "another kind": (lambda m: m.update(kind="validation"), "is the record of a validation; expected"),
    "a scenario that is none": (lambda m: m["scenarios"]["town"].update(given={"order": 1}), "order: unknown key"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_a_record_that_cannot_be_made_again_says_why(wrong: str, tmp_path: Path) -> None:
    change, said = WRONG[wrong]
    run(load_scenario("town", DRAWS), seed=2, weeks=1).keep(tmp_path / "kept")
    facts = manifest_of(tmp_path / "kept")
    change(facts)
    record = tmp_path / "kept" / "manifest.json"
    record.write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises((StoreError, ScenarioError)) as error:
        recorded(record)
    assert said in str(error.value) and str(record) in str(error.value) and "\n" not in str(error.value)


def test_options_that_would_mean_nothing_are_refused(typed: Typed, tmp_path: Path) -> None:
    run("town", weeks=1).keep(tmp_path / "kept")
    for words in (["--seed", "3"], ["--set", "name=x"], ["--weeks", "9"], ["--replicate", "2"]):
        done = typed("run", "kept/manifest.json", *words, "--out", "none")
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done.stderr
    assert typed("run", "town", "--arm", "x").returncode == 2
    assert not (tmp_path / "none").exists()


def test_an_arm_that_the_run_is_not_of_is_refused(typed: Typed, tmp_path: Path) -> None:
    run("town", weeks=1).keep(tmp_path / "kept")
    done = typed("run", "kept/manifest.json", "--arm", "spot", "--out", "none")
    assert done.returncode == 2 and "is of town, not of spot" in done.stderr


def test_another_file_of_a_rule_is_another_run(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = (Path(__file__).parents[1] / "contract" / "test_hostile_hooks.py").read_text(encoding="utf-8")
    text = rule.split("RULE = '''")[1].split("'''\nSCENARIO")[0]
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "mine.py").write_text(text, encoding="utf-8")
    scenario = "extends: town.yaml\npurchasing: {arrangements: {near: {rule: mine}}, order: [near]}\n"
    (tmp_path / "near.yaml").write_text(scenario, encoding="utf-8")
    monkeypatch.setenv("MARKETSIM_RULES", str(tmp_path / "rules"))
    assert typed("run", "near.yaml", "--weeks", "3", "--out", "first").returncode == 0
    assert typed("run", "first/manifest.json", "--out", "again").returncode == 0
    (tmp_path / "rules" / "mine.py").write_text(text + "\n# another\n", encoding="utf-8")
    done = typed("run", "first/manifest.json", "--out", "other")
    assert done.returncode == 2 and "a rule's file has changed" in done.stderr
    assert not (tmp_path / "other").exists()


def test_another_table_in_the_place_of_a_design_is_told(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("scenarios: [town]\nfactors: {demand.level: {values: [1.0, 1.1]}}\nweeks: 2\n")
    assert typed("sweep", "x.yaml", "--workers", "1", "--out", "swept").returncode == 0
    (tmp_path / "swept" / "design.parquet").write_bytes((tmp_path / "swept" / "runs" / "0000000.parquet").read_bytes())
    for words in (["run", "swept/manifest.json", "--replicate", "1", "--out", "none"], ["discover", "swept"]):
        done = typed(*words)
        assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1, done.stderr
        assert "design.parquet has no column" in done.stderr
    assert "holds 2 runs; choose one with --replicate" in typed("run", "swept/manifest.json").stderr
