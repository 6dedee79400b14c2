"""Results as one object: what was just made equals what its folder gives, and a faulty folder is one line."""

from __future__ import annotations

import io
import json
import math
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

import marketsim
from marketsim import Result, compare, load_scenario, run
from marketsim.experiments.comparison import Comparison
from marketsim.reports import plots
from marketsim.reports.tables import print_comparison, print_run
from marketsim.results import manifest
from marketsim.results.outcomes import MEASURES
from marketsim.results.query import query
from marketsim.results.store import StoreError, write_csv

Typed = Callable[..., subprocess.CompletedProcess[str]]
SPOT_ONLY = ["name=spot_only", "purchasing.order=[in_house, spot]"]


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Town against a town that buys by other routes, kept in a folder."""
    out = tmp_path_factory.mktemp("compared") / "out"
    return compare("town", load_scenario("town", SPOT_ONLY), replicates=2, weeks=12, workers=1, out=out)


def printed(what: Callable[[Result, Console], None], result: Result) -> str:
    """What is printed of a result."""
    text = io.StringIO()
    what(result, Console(file=text, width=80))
    return text.getvalue()


def test_a_run_equals_what_its_folder_gives(tmp_path: Path) -> None:
    made = run("town", seed=3, weeks=54)
    read = made.keep(tmp_path / "town")
    assert made == read == Result.read(tmp_path / "town") and (made.folder, read.folder) == (None, tmp_path / "town")
    assert (read.kind, read.labels, read.name, read.done, read.planned) == ("run", ["town"], "town", 1, 1)
    assert read.scenario == load_scenario("town").scenario and read.footing == made.footing != ""
    frames = [(one.weekly, one.authorities, one.placements, one.homes, one.outcomes) for one in (made, read)]
    assert all(len(one) == len(other) > 0 for one, other in zip(*frames, strict=True))
    show = lambda result, console: print_run(result, "town", console)  # noqa: E731
    assert printed(show, made) == printed(show, read)
    assert marketsim.__version__ == read.manifest["marketsim"]
    assert made != run("town", seed=4, weeks=54) and made != "town"


def test_a_comparison_equals_what_its_folder_gives(compared: Result, tmp_path: Path) -> None:
    assert compared.folder is not None
    read = Result.read(compared.folder)
    assert read == compared and read.kind == "comparison" and read.labels == ["town", "spot_only"]
    assert (read.done, read.planned, read.manifest["weeks"]) == (4, 4, 12)
    in_memory = compare("town", load_scenario("town", SPOT_ONLY), replicates=2, weeks=12, workers=1)
    order = ["scenario", "replicate", "outcome", "region"]
    one, other = (found.outcomes.sort_values(order).reset_index(drop=True) for found in (read, in_memory))
    pd.testing.assert_frame_equal(one[list(other)], other, check_dtype=False)
    pd.testing.assert_frame_equal(read.table, in_memory.table, check_dtype=False)
    assert printed(print_comparison, read) == printed(print_comparison, in_memory)
    for found in (Comparison.read(compared.folder), in_memory):
        files = plots.at_end(found, None, tmp_path / found.name)
        assert [path.name for path in files] == ["difference.png", "members.png", "money.png"]


def test_files_of_one_table_are_joined_by_all_their_columns(compared: Result) -> None:
    assert compared.folder is not None
    assert set(compared.weekly.groupby("scenario")["replicate"].unique().map(tuple)) == {(0, 1)}
    shares = compared.weekly.groupby("scenario")[["share_spot", "share_framework"]].count()
    assert shares.loc["town"].tolist() == [24, 24] and shares.loc["spot_only"].tolist() == [24, 0]
    single = pd.read_parquet(compared.folder / "runs" / "town" / "replicate-001" / "weekly.parquet")
    joined = compared.weekly.query("scenario == 'town' and replicate == 1").reset_index(drop=True)
    pd.testing.assert_frame_equal(joined[list(single)], single)


def test_sql_has_the_same_columns_and_counts_replicates(compared: Result) -> None:
    sql = "select scenario, max(replicate) as last, count(share_framework) as known from weekly group by 1 order by 1"
    assert query(compared.tables, sql).to_numpy().tolist() == [["spot_only", 1, 0], ["town", 1, 24]]
    assert query(compared.tables, "select distinct replicate from outcomes order by 1")["replicate"].tolist() == [0, 1]


def test_outcomes_and_columns_know_their_unit(compared: Result) -> None:
    for name, measure in MEASURES.items():
        label, unit, definition = compared.column(name)
        assert (label, unit) == (measure.label, measure.unit) and definition.startswith(measure.definition)
    assert compared.column("share_soft_block", "weekly")[:2] == ("placed through soft block", "share")
    columns = ("weekly_fee_gbp", "distance_miles", "wait_weeks", "sector")
    assert [compared.column(name, "placements").unit for name in columns] == ["GBP/week", "miles", "weeks", "text"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": None}, "kind: is missing: written by an earlier version"),
        ({"kind": "card"}, "kind: Input should be 'run', 'comparison', 'sweep', "),
        ({"status": 3}, "status: Input should be"),
        ({"started": None}, "started: is missing"),
        ({"scenarios": {"town": 7}}, "scenarios.town: "),
        ({"scenarios": ["town"]}, "scenarios: "),
        ({"packages": {"numpy": []}}, "packages.numpy: "),
        ({"validation": {"targets": [1]}}, "validation.targets"),
        ({"seed": "\x1b[31m"}, "seed: "),
        ({"seed": "7"}, "seed: "),
        ({"seed": True}, "seed: "),
        ({"weeks": 3.0}, "weeks: "),
        ({"vector": -1}, "vector: "),
        ({"scenarios": {"town": {"values": {"demand": "x"}}}}, "scenarios.town.values: Value error, demand is no mapp"),
        ({"scenarios": {"town": {"given": {"shocks": {}}}}}, "scenarios.town.given: Value error, shocks is no list"),
        ({"scenarios": {"town": {"given": {"demand": {"level": math.nan}}}}}, "can't be read as JSON"),
        ({"kind": "comparison", "runs": 7}, "runs: expected a list of the runs, got 7"),
    ],
)
def test_a_faulty_manifest_is_one_line_with_file_and_key(
    change: dict[str, Any], words: str, typed: Typed, tmp_path: Path
) -> None:
    folder = tmp_path / "results" / "town"
    folder.mkdir(parents=True)
    good = manifest.write(folder, "run", status="finished", started=manifest_time(), seed=1)
    entries = {key: value for key, value in {**good, **change}.items() if value is not None}
    (folder / "manifest.json").write_text(json.dumps(entries), encoding="utf-8")
    for command in (["show"], ["export", "--csv"], ["query"]):
        refused = typed("results", command[0], "results/town", *command[1:], *["select 1"] * (command == ["query"]))
        [line] = refused.stderr.splitlines()
        assert refused.returncode == 2 and line.isprintable()
        assert f"{Path('results/town/manifest.json')}: {words}" in line
    assert "unreadable" in typed("results", "list").stdout
    with pytest.raises(StoreError):
        Result.read(folder)


def manifest_time() -> str:
    """Some time."""
    return "2026-11-22T09:00:00+00:00"


def test_a_table_that_is_not_there_or_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    manifest.write(tmp_path, "run", status="running", started=manifest_time())
    found = Result.read(tmp_path)
    with pytest.raises(StoreError, match="holds no tables yet"):
        _ = found.weekly
    write_csv(tmp_path / "mine.csv", pd.DataFrame({"a": [1]}))
    assert found.tables["mine"]["a"].tolist() == [1] and found.tables.rows("mine") == 1 and len(found.tables) == 1
    with pytest.raises(StoreError, match="holds no table weekly; tables: mine"):
        _ = found.weekly
    (tmp_path / "weekly.parquet").write_bytes(b"no parquet")
    (tmp_path / "bad.csv").write_bytes(b"a\n\xff\n")
    for name in ("weekly", "bad"):
        with pytest.raises(StoreError, match=f"{name}.*can't be read") as refused:
            found.tables[name]
        assert "\n" not in str(refused.value)


def test_the_file_that_is_cut_short_is_named(compared: Result, tmp_path: Path) -> None:
    assert compared.folder is not None
    shutil.copytree(compared.folder, tmp_path / "cut")
    path = tmp_path / "cut" / "runs" / "spot_only" / "replicate-001" / "weekly.parquet"
    path.write_bytes(path.read_bytes()[:200])
    found = Result.read(tmp_path / "cut")
    assert (found.done, found.planned) == (3, 4)
    with pytest.raises(StoreError, match=r"spot_only.replicate-001.weekly\.parquet: can't be read"):
        _ = found.weekly
    assert len(found.placements) == len(compared.placements)


@pytest.mark.parametrize("content", ["", "null", "[1]", "{", "[" * 100_000])
def test_a_record_of_a_failed_run_that_cannot_be_read_is_one_line(content: str, tmp_path: Path) -> None:
    manifest.write(tmp_path, "sweep", status="failed", started=manifest_time())
    (tmp_path / "failed").mkdir()
    (tmp_path / "failed" / "0000001.json").write_text(content, encoding="utf-8")
    with pytest.raises(StoreError, match=r"0000001\.json: can't be read as JSON") as refused:
        _ = Result.read(tmp_path).failures
    assert "\n" not in str(refused.value)
