"""`marketsim discover` and `marketsim sensitivity` as typed: what they print, leave and refuse."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from marketsim.experiments.prim import Limit
from marketsim.reports.discover import words_of

sys.path.insert(0, str(Path(__file__).parents[1] / "experiments"))
from hand_made_sweep import GROWTH, SHARE, fails_in_growth, make_sweep, points_of

Typed = Callable[..., subprocess.CompletedProcess[str]]
EXPERIMENT = """
scenarios: [town]
factors:
  providers.cost_private: {low: 4300, high: 5000, role: uncertainty}
  economy.cpi_per_year: {low: 0.015, high: 0.06, role: uncertainty}
design: latin_hypercube
samples: 2
replicates: 2
weeks: 4
"""


def refused(result: subprocess.CompletedProcess[str], *words: str) -> None:
    """One line, exit code 2, no traceback."""
    assert result.returncode == 2 and len(result.stderr.splitlines()) == 1, result.stderr
    assert [word for word in words if word not in result.stderr] == [] and "Traceback" not in result.stderr


def test_discover_says_when_in_words(typed: Typed, tmp_path: Path) -> None:
    make_sweep(tmp_path / "swept", points_of(120), fails_in_growth)
    done = typed("discover", "swept", "--out", "found")
    said = " ".join(done.stdout.split())
    assert done.returncode == 0
    assert "cooperative fails when" in said and "density 100%" in said
    assert "cooperative members share is below" in said
    assert re.search(r"demand growth share per year is above \d(\.\d)?% a year", said), said
    conditions = pd.read_csv("found/conditions.csv", encoding="utf-8-sig").set_index("factor")
    assert conditions.loc[GROWTH, "low"] == pytest.approx(0.03, abs=0.005)
    assert conditions.loc[SHARE, "high"] == pytest.approx(0.6, abs=0.05)
    assert (conditions["quasi_p"] < 0.001).all() and conditions.loc[GROWTH, "returns_low"] > 0.9
    names = {"conditions.csv", "conditions.txt", "peeling.png", "peeling.svg", "points.csv", "trajectory.csv"}
    assert {path.name for path in Path("found").iterdir()} == names


def test_discover_with_none_or_only_failures(typed: Typed, tmp_path: Path) -> None:
    make_sweep(tmp_path / "swept", points_of(24), fails_in_growth)
    assert "never fails in this sweep" in typed("discover", "swept", "--fails-if", "> 900").stdout
    assert "fails at every point" in typed("discover", "swept", "--fails-if", "<900").stdout


def test_discover_refuses_in_one_line(typed: Typed, tmp_path: Path) -> None:
    make_sweep(tmp_path / "swept", points_of(24), fails_in_growth)
    make_sweep(tmp_path / "few", points_of(4), fails_in_growth)
    refused(typed("discover", "swept", "--fails-if", "worse"), "--fails-if", "such as '> 0'", "'worse'")
    refused(typed("discover", "swept", "--outcome", "fee_mean"), "no outcome 'fee_mean'", "weekly_fee_mean_gbp")
    refused(typed("discover", "swept", "--scenario", "block"), "unknown scenario 'block'", "cooperative")
    refused(typed("discover", "nowhere"), "nowhere")
    refused(typed("discover", "few"), "at least 20 are needed")
    assert not Path("results").exists()


def test_conditions_are_words_with_units() -> None:
    assert words_of(GROWTH, Limit(low=0.041)) == "demand growth share per year is above 4.1% a year"
    assert words_of("providers.cost_private", Limit(high=4_500.0)) == "providers cost private is below £4,500 a week"
    assert words_of(SHARE, Limit(low=0.25, high=0.5)) == "cooperative members share is between 25% and 50%"
    rule = "purchasing.arrangements.framework.uplift"
    assert words_of(rule, Limit(among=frozenset({"none", "cpi"}))) == "framework uplift is cpi or none"


def test_sensitivity_ranks_and_goes_on(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(EXPERIMENT, encoding="utf-8")
    words = ("sensitivity", "small.yaml", "--trajectories", "4", "--workers", "1", "--out", "ranked")
    done = typed(*words)
    assert done.returncode == 0 and "24 runs: 4 trajectories of 3 points (2 factors) x 2 replicates" in done.stdout
    table = pd.read_csv("ranked/sensitivity.csv", encoding="utf-8-sig")
    fee = table[table["outcome"] == "weekly_fee_mean_gbp"]
    assert list(fee["factor"]) == ["providers.cost_private", "economy.cpi_per_year"]
    inert = fee.iloc[1]
    assert inert["strength_low"] <= 0 <= inert["strength_high"] and inert["luck"] < 1e-9
    for suffix in ("png", "svg"):
        assert Path(f"ranked/sensitivity_weekly_fee_mean_gbp.{suffix}").stat().st_size > 10_000
    runs = {path: path.stat().st_mtime_ns for path in Path("ranked/runs").iterdir()}
    assert typed(*words).returncode == 0
    assert runs == {path: path.stat().st_mtime_ns for path in Path("ranked/runs").iterdir()}
    refused(typed(*words, "--seed", "2"), "ranked exists already", "seed")


def test_what_some_runs_lack_is_left_out_and_told(typed: Typed, tmp_path: Path) -> None:
    """A replicate without the outcome at any point, and a run that failed, are missing: they are no zeros."""
    make_sweep(tmp_path / "swept", points_of(24), fails_in_growth, replicates=3)
    design = pd.read_parquet("swept/design.parquet")
    for number in design.loc[design["replicate"] == 1, "run"]:
        path = tmp_path / "swept" / "runs" / f"{number:07d}.parquet"
        pd.read_parquet(path).assign(value=float("nan")).to_parquet(path)
    (tmp_path / "swept" / "runs" / "0000000.parquet").unlink()
    said = " ".join(typed("discover", "swept", "--out", "found").stdout.split())
    assert "23 points, each the mean of 2 paired replicates" in said and "1 points are left out" in said
    assert set(pd.read_csv("found/points.csv", encoding="utf-8-sig")["difference"]) <= {50.0, -40.0}
    for path in (tmp_path / "swept" / "runs").iterdir():
        pd.read_parquet(path).assign(value=float("nan")).to_parquet(path)
    refused(typed("discover", "swept"), "weekly_fee_mean_gbp is known in all runs of 0 of 24 points")


def test_sensitivity_tries_each_listed_value_and_tells_what_it_rests_on(typed: Typed, tmp_path: Path) -> None:
    values = "{values: [0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2]}"
    varied = "economy.cpi_per_year: {low: 0.015, high: 0.06, role: uncertainty}"
    text = EXPERIMENT.replace(varied, f"demand.level: {values}")
    (tmp_path / "small.yaml").write_text(text, encoding="utf-8")
    words = ("sensitivity", "small.yaml", "--workers", "1", "--out", "ranked", "--trajectories")
    said = "--trajectories: demand.level has 7 values; comparing all of them takes at least 6, got 4"
    refused(typed(*words, "4"), said)
    assert not Path("ranked").exists()
    assert typed(*words, "6").returncode == 0
    design = pd.read_parquet("ranked/design.parquet").drop_duplicates("point")
    tried = design.groupby(design["point"] // 3)["demand.level"].unique().explode().value_counts()
    assert sorted(tried.index) == [0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2] and set(tried) <= {1, 2}
    second = pd.read_parquet("ranked/design.parquet").query("replicate == 1")["run"]
    for number in second:
        path = tmp_path / "ranked" / "runs" / f"{number:07d}.parquet"
        pd.read_parquet(path).assign(value=float("nan")).to_parquet(path)
    said = " ".join(typed(*words, "6").stdout.split())
    assert "6 of 6 trajectories or samples (all points known), and 1 of 2 replicates" in said


def test_sensitivity_refuses_in_one_line(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(EXPERIMENT, encoding="utf-8")
    refused(typed("sensitivity", "small.yaml", "--outcome", "fee"), "unknown outcome 'fee'", "--outcome")
    refused(typed("sensitivity", "small.yaml", "--method", "sobol", "--samples", "100"), "did you mean 128?")
    refused(typed("sensitivity", "twon"), "did you mean 'town'?")
    refused(typed("sensitivity", "small.yaml", "town"), "is an experiment")
    assert not Path("results").exists()
