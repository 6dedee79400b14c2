"""What is read back is what was written: names stay words, what is missing is missing, and no table hides another."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from marketsim import Result
from marketsim.experiments.differences import compare_outcomes
from marketsim.reports.tables import print_comparison
from marketsim.results import store
from marketsim.results.query import query

sys.path.insert(0, str(Path(__file__).parents[1] / "experiments"))
from hand_made_sweep import fails_in_growth, make_sweep, points_of

Typed = Callable[..., subprocess.CompletedProcess[str]]
NAMES = ["null", "None", "nan", "N.A", "NA", "00012", "1e5", "True", "false", "inf", "2026-01-01", "0x1F", "1_000"]
SCENARIO = """\
extends: town.yaml
name: "{}"
horizon: {{weeks: 4}}
world: {{authorities: 2, homes: 12, children_at_start: 20}}
"""


def scenario_file(name: str) -> str:
    """A tiny scenario of this name, in a file of another."""
    path = Path(f"file-{len(list(Path().glob('file-*')))}.yaml")
    path.write_text(SCENARIO.format(name), encoding="utf-8")
    return str(path)


def sheet_texts(path: Path) -> str:
    """All XML of a workbook's sheets."""
    with zipfile.ZipFile(path) as book:
        return " ".join(book.read(name).decode() for name in book.namelist() if "worksheets/" in name)


def test_names_of_scenarios_stay_words(typed: Typed, tmp_path: Path) -> None:
    made = typed("compare", *map(scenario_file, ["007", *NAMES]), "--replicates", "1", "--workers", "1", "--out", "x")
    assert made.returncode == 0, made.stderr
    found = Result.read("x")
    assert list(json.loads(Path("x/manifest.json").read_text(encoding="utf-8"))["scenarios"]) == found.labels
    assert found.table.set_index("outcome").loc["spend_gbp", "unit"].unique().tolist() == ["GBP/week"]
    assert found.labels == ["007", *NAMES] and set(found.table["scenario"]) == set(NAMES)
    for frame in (found.weekly, found.outcomes, found.placements):
        assert set(frame["scenario"]) == {"007", *NAMES}
    sql = "select distinct scenario from comparison union all by name select distinct scenario from weekly"
    assert sorted(query(found.tables, sql)["scenario"]) == sorted(["007", *NAMES, *NAMES])
    typed("results", "export", "x", "--excel")
    typed("results", "export", "x", "--csv")
    assert all(f"<t>{name}</t>" in sheet_texts(Path("x.xlsx")) for name in NAMES)
    for table in ("comparison", "outcomes", "weekly"):
        texts = pd.read_csv(f"x-csv/{table}.csv", encoding="utf-8-sig", dtype=str, keep_default_na=False)["scenario"]
        assert set(texts) - {"007"} == set(NAMES)


def test_one_name_that_looks_like_a_number_stays_a_word(typed: Typed, tmp_path: Path) -> None:
    words = map(scenario_file, ["base", "00012"])
    assert typed("compare", *words, "--replicates", "1", "--workers", "1", "--out", "x").returncode == 0
    assert set(Result.read("x").table["scenario"]) == {"00012"}
    asked = typed("results", "query", "x", "select scenario || '!' as s from comparison limit 1")
    assert "00012!" in asked.stdout


def test_empty_cells_are_missing_and_words_are_not(tmp_path: Path) -> None:
    store.write_csv(tmp_path / "mine.csv", pd.DataFrame({"word": ["NA", None, "x"], "value": [0.1, np.nan, 0.0]}))
    (tmp_path / "manifest.json").write_text('{"kind": "run", "status": "finished", "started": ""}', encoding="utf-8")
    mine = Result.read(tmp_path).tables["mine"]
    assert mine["word"].isna().tolist() == [False, True, False] and mine["word"][0] == "NA"
    assert mine["value"].isna().tolist() == [False, True, False] and mine["value"].mean() == 0.05
    given = query(Result.read(tmp_path).tables, "select avg(value) a, count(value) n, count(word) w from mine")
    assert given.to_numpy().tolist() == [[0.05, 2, 2]]


def test_a_comparison_says_which_outcomes_rest_on_fewer_replicates() -> None:
    rows = [(s, r, o, g, 1.0 + r) for s in ("a", "b") for r in range(3) for o in ("weekly_fee_mean_gbp", "void_rate")
            for g in ("England", "North")]  # fmt: skip
    outcomes = pd.DataFrame(rows, columns=["scenario", "replicate", "outcome", "region", "value"])
    north = (outcomes["region"] == "North") & (outcomes["outcome"] == "void_rate")
    outcomes.loc[north & (outcomes["replicate"] == 1) & (outcomes["scenario"] == "b"), "value"] = np.nan
    table = compare_outcomes(outcomes, "a", ["b"]).set_index(["outcome", "region"])
    assert table["replicates"].tolist() == [3, 3, 3, 2] and (table["difference"] == 0).all()
    assert table.loc[("void_rate", "North"), "baseline_mean"] == 2.0  # of replicates 0 and 2, in both
    outcomes.loc[north, "value"] = np.nan
    undefined = compare_outcomes(outcomes, "a", ["b"]).set_index(["outcome", "region"]).loc[("void_rate", "North")]
    assert undefined["replicates"] == 0 and undefined[["baseline_mean", "difference", "ci_low"]].isna().all()


def test_what_rests_on_fewer_is_printed(typed: Typed, tmp_path: Path) -> None:
    words = scenario_file("a"), scenario_file("b"), "--replicates", "5", "--workers", "1", "--out", "x"
    assert typed("compare", *words).returncode == 0
    for replicate in ("001", "002"):
        path = Path(f"x/runs/b/replicate-{replicate}/outcomes.parquet")
        kept = pd.read_parquet(path)
        gone = (kept["outcome"] == "wait_mean_weeks") & (kept["region"] == "England")
        store.write_parquet(path, kept.assign(value=kept["value"].mask(gone)))
    found = Result.read("x")
    store.write_csv(Path("x/comparison.csv"), compare_outcomes(found.outcomes, "a", ["b"]))
    text = io.StringIO()
    print_comparison(Result.read("x"), Console(file=text, width=80))
    said = " ".join(text.getvalue().split())
    assert "5 paired replicates" in said and "so of fewer: mean wait, weeks (Made-up world: 3 replicates)" in said


def test_runs_that_are_missing_are_empty_rows_not_zeros(typed: Typed, tmp_path: Path) -> None:
    make_sweep(tmp_path / "a", points_of(5), fails_in_growth)
    make_sweep(tmp_path / "b", points_of(5), fails_in_growth)
    for number in (3, 4):
        (tmp_path / "a" / "runs" / f"000000{number}.parquet").unlink()
    path = tmp_path / "b" / "runs" / "0000009.parquet"
    store.write_parquet(path, pd.read_parquet(path).assign(value=np.nan))
    assert typed("results", "export", "a", "--csv").returncode == 0
    wide = pd.read_csv("a-csv/wide.csv", encoding="utf-8-sig").set_index("run")["weekly_fee_mean_gbp"]
    assert len(wide) == 20 and wide.isna().sum() == 2 and wide.loc[[3, 4]].isna().all() and wide.min() > 5_000
    said = " ".join(typed("results", "compare", "a", "b", "--out", "c").stdout.split())
    points = pd.read_csv("c/points.csv", encoding="utf-8-sig").query("region == 'England'")
    assert points.set_index(["scenario", "point"])["replicates"].loc["cooperative"].tolist() == [1, 2, 1, 2, 2]
    assert "2 runs are finished in one of the sets only" in said and "so of fewer" in said


LONG = "a name that is longer than Excel's sheets take"
TABLES_THAT_SHARE = {
    "weekly.csv": "weekly.csv", "Placements.csv": "Placements.csv", "notes.csv": "notes-2", "COLUMNS.csv": "COLUMNS-2",
    "history.csv": "history-2", f"{LONG} 1.csv": LONG[:31], f"{LONG} 2.csv": LONG[:29] + "-2",
    "it's[new]'.csv": "it's_new_",
}  # fmt: skip


def test_tables_that_share_a_name_are_all_exported(typed: Typed, tmp_path: Path) -> None:
    assert typed("run", scenario_file("a"), "--out", "x").returncode == 0
    for number, name in enumerate(TABLES_THAT_SHARE):
        store.write_csv(Path("x") / name, pd.DataFrame({"mine": [number]}))
    excel, csv = (typed("results", "export", "x", way, "--out", f"out{way}.xlsx") for way in ("--excel", "--csv"))
    assert (excel.returncode, csv.returncode) == (0, 0), excel.stderr + csv.stderr
    for name in TABLES_THAT_SHARE.values():
        assert name in excel.stdout
    with zipfile.ZipFile("out--excel.xlsx") as book:
        assert book.read("xl/workbook.xml").decode().count("<sheet ") == 10 + len(TABLES_THAT_SHARE)
    left = {path.stem.casefold() for path in Path("out--csv.xlsx").iterdir()}
    assert len(left) == 10 + len(TABLES_THAT_SHARE)
    assert "share_spot" in pd.read_csv("out--csv.xlsx/weekly.csv", encoding="utf-8-sig")
    found = Result.read("x")
    assert len(found.weekly) == 4 and found.tables["weekly.csv"]["mine"].tolist() == [0]
    assert query(found.tables, 'select mine from "weekly.csv"')["mine"].tolist() == [0]


def test_a_table_named_as_the_wide_one_is_kept(typed: Typed, tmp_path: Path) -> None:
    make_sweep(tmp_path / "a", points_of(3), fails_in_growth)
    store.write_csv(Path("a/wide.csv"), pd.DataFrame({"mine": [1]}))
    assert "wide, design, wide-2, runs" in typed("results", "export", "a", "--excel").stdout


@pytest.mark.parametrize("route", ["cooperative", "framework"])
def test_a_column_that_only_the_second_scenario_has_is_everywhere(route: str, typed: Typed, tmp_path: Path) -> None:
    cooperative = "{{rule: cooperative, order: [spot]}}"
    buying = f"purchasing: {{{{arrangements: {{{{cooperative: {cooperative}}}}}, order: [in_house, {{}}spot]}}}}\n"
    for name, others in (("first", ""), ("second", f"{route}, ")):
        Path(f"{name}.yaml").write_text(SCENARIO.format(name) + buying.format(others), encoding="utf-8")
    made = typed("compare", "first.yaml", "second.yaml", "--replicates", "2", "--workers", "1", "--out", "x")
    assert made.returncode == 0, made.stderr
    column = f"share_{route}"
    assert column in typed("results", "show", "x").stdout
    asked = typed("results", "query", "x", f"select scenario, count({column}) n from weekly group by 1 order by 1")
    rows = [line.split()[1::2] for line in asked.stdout.splitlines() if "│" in line]
    assert rows == [["first", "0"], ["second", "8"]]
    typed("results", "export", "x", "--csv")
    exported = pd.read_csv("x-csv/weekly.csv", encoding="utf-8-sig").groupby("scenario")[column].count()
    assert exported.to_dict() == {"first": 0, "second": 8}
    assert f"weekly,{column},share" in Path("x-csv/columns.csv").read_text(encoding="utf-8-sig")


def test_a_workbook_has_the_name_of_one(typed: Typed, tmp_path: Path) -> None:
    make_sweep(tmp_path / "a", points_of(3), fails_in_growth)
    done = typed("results", "export", "a", "--excel", "--out", "a.csv")
    assert done.returncode == 2 and done.stderr == "a.csv: its name must end in .xlsx\n"
    assert not (tmp_path / "a.csv").exists()
