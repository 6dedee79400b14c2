"""`marketsim cooperative partition` as typed: what it prints, leaves and refuses."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from marketsim.results.definitions import column
from marketsim.scenario.loading import load_scenario

Typed = Callable[..., subprocess.CompletedProcess[str]]
SMALL = """
extends: town.yaml
horizon: {weeks: 6}
world: {authorities: 9, regions: 3, homes: 54, children_at_start: 110}
demand: {new_needs_per_year: 90}
"""


@pytest.fixture
def small(tmp_path: Path) -> str:
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    return "small.yaml"


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(Path("found") / name, encoding="utf-8-sig")


def test_from_the_runs_to_markets(typed: Typed, small: str) -> None:
    words = ("cooperative", "partition", small, "--parts", "3", "--contiguous", "--replicates", "4", "--workers", "1")
    done = typed(*words, "--out", "found", "--write", "made", "--run")
    said = " ".join(done.stdout.split())
    assert done.returncode == 0, done.stderr
    assert "the made-up world has 3 parts of" in said and "95% interval from 4 replicates" in said
    assert "From only 4 they are rough" in said and "not what such a market would do" in said
    assert "As markets, less the scenario, with 95% interval" in said and "As markets, less the 3 regions" in said
    parts = read("partition.csv")
    assert list(parts["name"]) == [f"Authority {number}" for number in range(1, 10)]
    assert (
        parts["part_found"].nunique() == 3 and parts["part_one"].nunique() == 1 and parts["part_alone"].nunique() == 9
    )
    assert (parts["part_regions"] == parts["region"]).all()
    flows, measures = read("flows.csv"), read("measures.csv")
    assert flows["sum_children_placed"].sum() / 6 == pytest.approx(parts["children"].sum())
    whole = measures[measures["part"].isna()].set_index(["division", "measure"])["value"]
    own = flows["home_authority"] == flows["host_authority"]
    at_home = flows[own]["sum_children_placed"].sum() / flows["sum_children_placed"].sum()
    assert whole["alone", "contained"] == pytest.approx(at_home, abs=0.02) and whole["one", "contained"] == 1
    markets = read("markets.csv")
    assert set(markets["division"]) == {"found", "regions", "one"} and markets["false_discovery"].between(0, 1).all()
    for table in ("partition", "measures", "flows", "markets"):
        assert all(column(table, name).definition for name in read(f"{table}.csv")), table
    told = json.loads(Path("found/manifest.json").read_text(encoding="utf-8"))
    assert told["partition"]["parts"] == 3 and told["partition"]["contiguous"] and told["status"] == "finished"
    for name in ("found", "regions", "one"):
        assert load_scenario(f"made/{name}.yaml").scenario.name == name
    assert "each with the number of its part" in Path("found/map.txt").read_text(encoding="utf-8")
    assert {"map.png", "map.svg", "markets", "scenarios", "runs"} <= {path.name for path in Path("found").iterdir()}


def test_the_same_runs_serve_other_parts_and_give_the_same_bytes(typed: Typed, small: str) -> None:
    words = ("cooperative", "partition", small, "--replicates", "2", "--workers", "1", "--out", "found")
    first = typed(*words)
    assert first.returncode == 0 and "No intervals: they take at least 4 replicates, here 2" in first.stdout
    files = [path for path in Path("found").rglob("*") if path.is_file()]
    kept = {path: path.read_bytes() for path in files}
    made = max(path.stat().st_mtime_ns for path in Path("found/runs").iterdir())
    again = typed(*words)
    assert again.stdout == first.stdout and {path: path.read_bytes() for path in files} == kept
    other = typed(*words, "--parts", "2", "--within", "region 2", "--least-members", "1")
    assert other.returncode == 0 and "Region 2 has 2 parts of 1 to 2 authorities" in other.stdout
    assert list(read("partition.csv")["region"].unique()) == ["Region 2"]
    assert max(path.stat().st_mtime_ns for path in Path("found/runs").iterdir()) == made


@pytest.mark.parametrize(
    "words, said",
    [
        (("--parts", "10"), "--parts: expected from 1 to 9, the number of authorities, got 10"),
        (("--parts", "0"), "--parts: expected from 1 to 9, the number of authorities, got 0"),
        (("--parts", "4", "--least-members", "3"), "--least-members: 4 parts of at least 3 need 12 authorities"),
        (
            ("--most-members", "2", "--parts", "3"),
            "--most-members: 3 parts of at most 2 hold 6 authorities; there are 9",
        ),
        (("--within", "Region 9"), "--within: unknown region 'Region 9'; allowed: Region 1, Region 2, Region 3"),
        (("--within", "Region 1", "--parts", "5"), "--parts: expected from 1 to 3"),
        (("--count", "homes"), "Invalid value for '--count'"),
        (("--out", "small.yaml"), "small.yaml exists already"),
        (("--write", "small.yaml"), "small.yaml is a file; name a folder"),
    ],
)
def test_mistakes_are_one_line(typed: Typed, small: str, words: tuple[str, ...], said: str) -> None:
    done = typed("cooperative", "partition", small, "--workers", "1", "--replicates", "1", *words)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and said in done.stderr, done.stderr
    assert {path.name for path in Path().iterdir()} == {"small.yaml"}


def test_a_scenario_with_cooperatives_can_be_divided_but_not_built_upon(typed: Typed) -> None:
    done = typed("cooperative", "partition", "cooperative", "--run")
    assert done.returncode == 2 and "cooperative.yaml has cooperatives already" in done.stderr
    assert not list(Path().iterdir())
