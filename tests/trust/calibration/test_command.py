"""`marketsim calibrate` as a user types it: what it prints and leaves, and what it says to mistakes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import marketsim.trust.calibration.calibrate
import marketsim.trust.calibration.runs
from marketsim import load_scenario
from marketsim.scenario.drawn_values import read_vectors
from marketsim.trust.calibration.inputs import RANGES, TARGETS, read_space, read_targets, split_targets

Result = subprocess.CompletedProcess[str]
Typed = Callable[..., Result]
HEADER = "key,low,high,scale,reason,fitted_to\n"
BLOCKED = "providers.blocked_share,0,0.4,linear,why,void_rate_survey\n"
RANGES_CSV = HEADER + BLOCKED + "providers.pressure_half,0.1,5,log,why,weekly_fee_mean\n"
TARGETS_CSV = "measure,value,tolerance\nvoid_rate_survey,0.22,0.2\nweekly_fee_mean,5500,0.05\nplaces,190,0.1\n"
SHORT = ["--weeks", "52", "--runs-per-wave", "6", "--waves", "1", "--keep", "3", "--workers", "1"]
FILES = ["--ranges", "ranges.csv", "--targets", "targets.csv"]


@pytest.fixture
def typed(typed: Typed, tmp_path: Path) -> Typed:
    """Types a command in a folder that holds good files."""
    (tmp_path / "ranges.csv").write_text(RANGES_CSV)
    (tmp_path / "targets.csv").write_text(TARGETS_CSV)
    return typed


def contents(folder: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def test_it_prints_what_is_left_and_says_how_many_runs_it_took(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "plausible.csv"
    monkeypatch.setattr(marketsim.trust.calibration.calibrate, "shipped_plausible", lambda: installed)
    result = typed("calibrate", "town", *FILES, *SHORT, "--out", "new", "--install")
    assert result.returncode == 0 and result.stderr == ""
    runs = pd.read_parquet("new/runs.parquet")
    assert f"{len(runs)} runs in all" in result.stdout and "space left" in result.stdout
    for word in ("providers.blocked_share", "void_rate_survey", "Targets held out", "still shrinking", "Results: new"):
        assert word in result.stdout
    left = {path.name for path in Path("new").iterdir() if path.is_file()}
    tables = {f"{name}.csv" for name in ("plausible", "waves", "parameters", "targets")}
    assert left == {"manifest.json", "runs.parquet", "calibration.png", *tables}
    assert installed.read_bytes() == Path("new/plausible.csv").read_bytes()
    vectors = read_vectors(installed.read_text(encoding="utf-8"))
    assert list(vectors) == list(range(1, len(vectors) + 1))
    again = typed("calibrate", "town", *FILES, *SHORT, "--out", "new")
    assert f"{len(runs)} runs in all (0 made now, {len(runs)} found from before)" in again.stdout


def test_ctrl_c_says_how_to_go_on(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(marketsim.trust.calibration.runs, "run", stop)
        result = typed("calibrate", "town", *FILES, *SHORT, "--out", "new")
    assert result.returncode == 130 and "Traceback" not in result.stderr
    assert "Stopped; the same command goes on" in result.stderr and "new" in result.stderr


def test_the_files_of_england_can_be_used() -> None:
    scenario = load_scenario("england_2024").scenario
    space = read_space(RANGES, scenario)
    fitted, held_out = split_targets(space, read_targets(TARGETS))
    assert len(space) >= 6 and len(fitted) >= 5 and len(held_out) >= 5
    assert all(parameter.reason and parameter.fitted_to for parameter in space.parameters)


def test_targets_that_no_parameter_is_fitted_to_are_held_out(typed: Typed) -> None:
    scenario = load_scenario("town").scenario
    targets = read_targets(Path("targets.csv"))
    typed("--help")
    space = read_space(Path("ranges.csv"), scenario)
    fitted, held_out = split_targets(space, targets)
    assert [one.measure for one in fitted] == ["void_rate_survey", "weekly_fee_mean"]
    assert [one.measure for one in held_out] == ["places"]
    Path("ranges.csv").write_text(HEADER + "providers.blocked_share,0,0.4,linear,why,\n")
    assert split_targets(read_space(Path("ranges.csv"), scenario), targets) == (targets, [])


# Mistakes


def ranges(row: str) -> tuple[str, str]:
    return "ranges.csv", HEADER + BLOCKED + row + "\n"


def targets(row: str) -> tuple[str, str]:
    return "targets.csv", "measure,value,tolerance\n" + row + "\n"


BAD_FILES: dict[str, tuple[tuple[str, str], list[str]]] = {
    "unknown key": (
        ranges("providers.blocked_shar,0,1,linear,why,"),
        ["ranges.csv:3 ", "'providers.blocked_shar'", "did you mean 'blocked_share'?"],
    ),
    "unknown section": (ranges("provider.bidding,0,1,linear,why,"), ["ranges.csv:3 ", "did you mean 'providers'?"]),
    "a section": (ranges("providers,0,1,linear,why,"), ["ranges.csv:3 ", "'providers' is not a number"]),
    "no arrangement": (
        ranges("purchasing.arrangements.blok.share_of_children,0,1,linear,why,"),
        ["ranges.csv:3 ", "no such arrangement", "it has: block"],
    ),
    "yes or no": (ranges("economy.recorded,0,1,linear,why,"), ["ranges.csv:3 ", "not a number"]),
    "low above high": (ranges("providers.bidding,0.6,0.4,linear,why,"), ["below high, got 0.6 and 0.4"]),
    "low is high": (ranges("providers.bidding,0.4,0.4,linear,why,"), ["ranges.csv:3 ", "below high"]),
    "infeasible": (ranges("providers.bidding,0,1.5,linear,why,"), ["ranges.csv:3 ", "infeasible", "got 1.5"]),
    "infeasible with others": (
        ranges("providers.acceptance_most_need,0.1,0.9,linear,why,"),
        ["ranges.csv:3 ", "infeasible", "acceptance_least_need"],
    ),
    "log of nothing": (ranges("providers.bidding,0,0.5,log,why,"), ["ranges.csv:3 ", "above 0, got low 0"]),
    "no whole numbers": (ranges("providers.blocked_weeks,3.1,3.9,linear,why,"), ["ranges.csv:3 ", "whole numbers"]),
    "key twice": (ranges(BLOCKED.strip()), ["ranges.csv:3 ", "'providers.blocked_share' is listed twice"]),
    "not a number": (ranges("providers.bidding,none,1,linear,why,"), ["low: expected a number, got 'none'"]),
    "no number": (ranges("providers.bidding,0,,linear,why,"), ["high: expected a number, got nothing"]),
    "NaN": (ranges("providers.bidding,nan,1,linear,why,"), ["ranges.csv:3 ", "low: expected a number"]),
    "no scale": (ranges("providers.bidding,0,1,lin,why,"), ["ranges.csv:3 ", "linear or log, got 'lin'"]),
    "no reason": (ranges("providers.bidding,0,1,linear,,"), ["ranges.csv:3 ", "reason"]),
    "fitted to nothing known": (
        ranges("providers.bidding,0,1,linear,why,weekly_fee_mean; void_rate"),
        ["ranges.csv:3 ", "unknown measure 'void_rate'", "did you mean 'void_rate_survey'?"],
    ),
    "too many cells": (ranges("providers.bidding,0,1,linear,why,,"), ["ranges.csv:3 ", "expected 6 cells"]),
    "no column": (("ranges.csv", "key,low,hihg,scale,reason,fitted_to\n"), ["ranges.csv:1 ", "did you mean 'hihg'?"]),
    "column twice": (("ranges.csv", "key,low,high,high,scale,reason,fitted_to\n"), ["has the column 'high' twice"]),
    "empty": (("ranges.csv", ""), ["ranges.csv:1 has no column 'key'"]),
    "no rows": (("ranges.csv", HEADER), ["ranges.csv has no rows below its head"]),
    "open quote": (ranges('providers.bidding,0,1,linear,"why,'), ["ranges.csv:", "is not a CSV table"]),
    "unknown measure": (
        targets("void_rate_survy,0.2,0.1"),
        ["targets.csv:2 ", "'void_rate_survy'", "did you mean 'void_rate_survey'?", "allowed: "],
    ),
    "measure twice": (targets("places,1,0.1\nplaces,1,0.1"), ["targets.csv:3 ", "'places' is listed twice"]),
    "no tolerance": (targets("places,1,0"), ["targets.csv:2 ", "tolerance: expected a number above 0"]),
    "tolerance of 0": (targets("places,0,0.1"), ["targets.csv:2 ", "value: 0 has no relative tolerance"]),
    "value in words": (targets("places,many,0.1"), ["targets.csv:2 ", "value: expected a number, got 'many'"]),
    "no targets": (targets(""), ["targets.csv has no rows below its head"]),
    "none fitted to": (targets("places,190,0.1"), ["targets.csv", "no parameter's fitted_to names any"]),
}  # fmt: skip
WORDS: dict[str, tuple[list[str], list[str]]] = {
    "unknown scenario": (["twon", *FILES], ["twon", "did you mean 'town'?"]),
    "no ranges file": (["town", "--ranges", "nosuch.csv"], ["nosuch.csv: No such file"]),
    "no targets file": (["town", "--ranges", "ranges.csv", "--targets", "nosuch.csv"], ["nosuch.csv"]),
    "ranges in a folder": (["town", "--ranges", "."], ["Is a directory"]),
    "ranges not text": (["town", "--ranges", "picture.png"], ["picture.png", "not text in UTF-8"]),
    "too short": (["town", *FILES, "--weeks", "26"], ["town.yaml", "at least 52 weeks, got 26"]),
    "too few runs": (
        ["town", *FILES, "--runs-per-wave", "5"],
        ["--runs-per-wave", "at least 6 for 2 parameters, got 5"],
    ),
    "no waves": (["town", *FILES, "--waves", "0"], ["--waves", "1"]),
    "nothing to keep": (["town", *FILES, "--keep", "0"], ["--keep", "1"]),
    "no workers": (["town", *FILES, "--workers", "0"], ["--workers"]),
    "a file for a folder": (["town", *FILES, "--out", "ranges.csv"], ["ranges.csv exists already"]),
    "below a file": (["town", *FILES, "--out", "ranges.csv/new"], ["ranges.csv"]),
    "a folder of mine": (["town", *FILES, "--out", "mine"], ["mine exists already and holds no calibration"]),
}


def assert_mistake(result: Result, *words: str) -> None:
    """Exit code 2 and one line on standard error that holds the words."""
    assert result.returncode == 2 and "Traceback" not in result.stderr, result.stderr
    assert result.stderr.endswith("\n") and len(result.stderr.splitlines()) == 1, result.stderr
    for word in words:
        assert word in result.stderr


@pytest.mark.parametrize("mistake", BAD_FILES)
def test_a_mistake_in_a_file_is_one_line_and_changes_nothing(mistake: str, typed: Typed, tmp_path: Path) -> None:
    (name, text), expected = BAD_FILES[mistake]
    (tmp_path / name).write_text(text)
    before = contents(tmp_path)
    assert_mistake(typed("calibrate", "town", *FILES, "--out", "new"), *expected)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("mistake", WORDS)
def test_a_wrong_word_is_one_line_and_changes_nothing(mistake: str, typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff\xfe")
    (tmp_path / "mine").mkdir()
    before = contents(tmp_path)
    words, expected = WORDS[mistake]
    assert_mistake(typed("calibrate", *words), *expected)
    assert contents(tmp_path) == before


def test_installing_needs_a_checkout(typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketsim.results.store.PACKAGE", tmp_path / "site-packages" / "marketsim")
    result = typed("calibrate", "town", *FILES, "--install", "--out", "new")
    assert_mistake(result, "--install", "checkout")
    assert not (tmp_path / "new").exists()
