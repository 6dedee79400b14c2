"""Results that can't be told of are one line, and nothing is written."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Typed = Callable[..., subprocess.CompletedProcess[str]]
COMMANDS = ("plot", "report", "workbook")


def of_another_version(folder: Path) -> None:
    path = folder / "manifest.json"
    written = json.loads(path.read_text(encoding="utf-8"))
    written["scenarios"]["joint"]["values"]["providers"]["of_old"] = 1
    path.write_text(json.dumps(written | {"marketsim": "0.0.1"}), encoding="utf-8")


def without_runs(folder: Path) -> None:
    shutil.rmtree(folder / "runs")


def with_a_hole(folder: Path) -> None:
    (folder / "runs" / "joint" / "replicate-002" / "sums.parquet").unlink()


def cut_short(folder: Path) -> None:
    path = folder / "runs" / "joint" / "replicate-002" / "sums.parquet"
    path.write_bytes(path.read_bytes()[:-100])


def without_table(folder: Path) -> None:
    (folder / "comparison.csv").unlink()


def damaged(folder: Path) -> None:
    (folder / "manifest.json").write_text("{", encoding="utf-8")


def emptied(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


FAULTS = {
    of_another_version: "was made by marketsim 0.0.1, and this version", without_runs: "is missing, so these results",
    with_a_hole: "sums.parquet is missing", cut_short: "can't be read", without_table: "has no comparison.csv",
    damaged: "manifest.json", emptied: "has no manifest.json",
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda one: one.__name__)
def test_one_line_and_nothing_written(
    fault: Callable[[Path], None], joint_folder: Path, typed: Typed, tmp_path: Path
) -> None:
    folder = tmp_path / "faulty"
    shutil.copytree(joint_folder, folder)
    fault(folder)
    before = sorted(folder.rglob("*"))
    for command in COMMANDS:
        done = typed(command, "faulty")
        assert done.returncode == 2 and FAULTS[fault] in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert sorted(folder.rglob("*")) == before


def test_a_region_that_nobody_is_in(joint_folder: Path, typed: Typed) -> None:
    for command in COMMANDS:
        done = typed(command, str(joint_folder), "--for", "London")
        assert done.returncode == 2 and "unknown authority 'London'" in done.stderr and done.stderr.count("\n") == 1
