"""`marketsim results`: what it lists, shows, exports, answers and refuses."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from marketsim.experiments.run import run
from marketsim.results import store

sys.path.insert(0, str(Path(__file__).parents[1] / "experiments"))
from hand_made_sweep import fails_in_growth, make_sweep, points_of

Typed = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """Two sweeps of one design, one of another, a run, and a folder whose manifest is broken."""
    results = tmp_path / "results"
    points = points_of(6)
    make_sweep(results / "a", points, fails_in_growth)
    make_sweep(results / "b", points, lambda point: fails_in_growth(point) + 5)
    make_sweep(results / "c", points_of(6, seed=2), fails_in_growth)
    town = results / "town"
    run("town", weeks=2).keep(town)
    (results / "broken").mkdir()
    (results / "broken" / "manifest.json").write_text("{", encoding="utf-8")
    return results


def refused(result: subprocess.CompletedProcess[str], *words: str) -> None:
    """One line, exit code 2, no traceback."""
    assert result.returncode == 2 and len(result.stderr.splitlines()) == 1, result.stderr
    assert [word for word in words if word not in result.stderr] == [] and "Traceback" not in result.stderr


def test_list_and_show(typed: Typed, folders: Path) -> None:
    listed = typed("results", "list")
    assert listed.returncode == 0
    rows = [line for line in listed.stdout.splitlines() if line.startswith("│")]
    assert max(map(len, rows)) <= 80
    lines = {row.split()[1]: row + below for row, below in zip(rows[::2], rows[1::2], strict=True)}
    assert "sweep" in lines["a"] and "24" in lines["a"] and "spot, cooperative" in lines["a"]
    assert "run" in lines["town"] and "unreadable" in lines["broken"]
    shown = typed("results", "show", "results/a")
    assert shown.returncode == 0 and "design" in shown.stdout and "demand.growth_share_per_year" in shown.stdout


def test_mistakes_are_one_line(typed: Typed, folders: Path) -> None:
    refused(typed("results", "show", "results/twon"), "did you mean 'results/town'?")
    refused(typed("results", "show", "results/broken"), "can't be read as JSON")
    refused(typed("results", "list", "--results", "nowhere"), "no such folder")
    refused(typed("results", "export", "results/town"), "--csv and --excel")
    (folders / "town.xlsx").write_text("mine", encoding="utf-8")
    refused(typed("results", "export", "results/town", "--excel"), "exists already")
    assert (folders / "town.xlsx").read_text(encoding="utf-8") == "mine"


def test_sql_gives_numbers(typed: Typed, folders: Path) -> None:
    sql = (
        "select scenario, avg(value) fee from runs join design using (run) where region='London' group by 1 order by 1"
    )
    asked = typed("results", "query", "results/a", sql, "--out", "fees.csv")
    assert asked.returncode == 0
    found = pd.read_csv("fees.csv", encoding="utf-8-sig")
    assert list(found["scenario"]) == ["cooperative", "spot"] and found["fee"][1] == 6_006
    assert "5,961" in typed("results", "query", "results/a", "select min(value) from runs where region='London'").stdout


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("selec 1", "syntax error"),
        ("select nope from weekly", "nope"),
        ("select * from nowhere", "tables: authorities, contracts, flows, homes, outcomes, placements, sums, weekly"),
        ("select 1; select 2", "one statement, got 2"),
        ("", "one statement, got 0"),
        ("drop view weekly", "DROP is not allowed"),
        ("set enable_external_access=true", "SET is not allowed"),
        ("attach 'x.db'", "ATTACH is not allowed"),
        ("copy weekly to 'x.csv'", "COPY is not allowed"),
        ("select * from read_csv('secret.csv')", "disabled by configuration"),
        ("select * from 'secret.csv'", "disabled by configuration"),
        ("select * from read_text('/etc/passwd')", "disabled by configuration"),
        ("select * from 'https://example.org/x.parquet'", "disabled by configuration"),
        ("select * from glob('*')", "disabled by configuration"),
        ("select * from tables", "does not exist"),
    ],
)
def test_sql_reads_nothing_else(typed: Typed, folders: Path, sql: str, words: str) -> None:
    Path("secret.csv").write_text("a\n1\n", encoding="utf-8")
    before = sorted(Path().rglob("*"))
    refused(typed("results", "query", "results/town", sql), "SQL", words)
    assert sorted(Path().rglob("*")) == before


def test_excel_keeps_numbers_as_numbers_and_text_as_text(typed: Typed, folders: Path) -> None:
    evil = pd.DataFrame({"text": ["=1+1", "https://example.org", "12"], "number": [1.5, float("nan"), 3.0]})
    store.write_csv(folders / "a" / "evil.csv", evil)
    done = typed("results", "export", "results/a", "--excel")
    assert done.returncode == 0 and "notes, columns, wide" in done.stdout
    with zipfile.ZipFile(folders / "a.xlsx") as book:
        sheets = {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xml")}
    assert all("<f>" not in text and "<hyperlink" not in text for text in sheets.values())
    names = ("notes", "columns", "wide", "design", "evil", "runs")
    assert all(f'name="{name}"' in sheets["xl/workbook.xml"] for name in names)
    assert '<c r="B2"><v>1.5</v></c>' in sheets["xl/worksheets/sheet5.xml"]
    assert "<v>6000</v>" in sheets["xl/worksheets/sheet3.xml"]


def test_csv_holds_every_table_and_the_notes(typed: Typed, folders: Path) -> None:
    assert typed("results", "export", "results/a", "--csv").returncode == 0
    files = sorted(path.name for path in (folders / "a-csv").iterdir())
    assert files == ["columns.csv", "design.csv", "notes.csv", "runs.csv", "wide.csv"]
    wide = pd.read_csv(folders / "a-csv" / "wide.csv", encoding="utf-8-sig")
    assert len(wide) == 24 and {"weekly_fee_mean_gbp", "point"} <= set(wide)


def test_two_sets_are_compared_run_by_run(typed: Typed, folders: Path) -> None:
    done = typed("results", "compare", "results/a", "results/b", "--out", "differences")
    assert done.returncode == 0 and "6 points, 2 paired replicates" in done.stdout
    table = pd.read_csv("differences/differences.csv", encoding="utf-8-sig")
    england = table[table["region"] == "England"].set_index("scenario")
    assert list(england["difference"]) == [0, 5]
    assert england[["ci_low", "ci_high"]].isna().all(axis=None)
    assert "No intervals: they take at least 4 replicates, here 2." in " ".join(done.stdout.split())
    assert len(pd.read_csv("differences/points.csv", encoding="utf-8-sig")) == 6 * 2 * 2


def test_runs_that_only_one_set_has_are_left_out(typed: Typed, folders: Path) -> None:
    (folders / "b" / "runs" / "0000000.parquet").unlink()
    done = typed("results", "compare", "results/a", "results/b")
    assert done.returncode == 0 and "1 runs are finished in one of the sets only" in done.stdout


def test_differing_designs_are_refused(typed: Typed, folders: Path) -> None:
    refused(typed("results", "compare", "results/a", "results/c", "--out", "x"), "different designs", "same definition")
    refused(typed("results", "compare", "results/a", "results/town"), "is a run; only finished sweeps")
    assert not Path("x").exists()


def test_a_killed_sweep_is_seen_as_it_is(typed: Typed, folders: Path) -> None:
    manifest = json.loads((folders / "a" / "manifest.json").read_text(encoding="utf-8"))
    (folders / "a" / "manifest.json").write_text(json.dumps(manifest | {"status": "running"}), encoding="utf-8")
    for run_file in sorted((folders / "a" / "runs").iterdir())[3:]:
        run_file.unlink()
    listed = typed("results", "list").stdout
    assert "3 of 24" in next(line for line in listed.splitlines() if "│ a " in line)
