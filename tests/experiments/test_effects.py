"""What factors of a sweep change: known effects are found, and intervals hold them; heat maps show the cells."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from marketsim.experiments import effects
from marketsim.reports import effects as telling
from marketsim.reports.effects import heat_map

Typed = Callable[..., subprocess.CompletedProcess[str]]
FEE = "weekly_fee_mean_gbp"
SWEEP = """scenarios: [town, town2.yaml]
factors:
  demand.level: {values: [0.9, 1.0, 1.2]}
  providers.bidding: {low: 0.0, high: 0.6, steps: 2}
replicates: 2
weeks: 8
"""


def swept(points: list[tuple[float, str]], noise: float, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two scenarios whose difference is 10 for the whole range of a number from 2 to 6, and 4 for the word b."""
    luck, rows, runs = np.random.default_rng(seed), [], []
    for number, ((x, word), label) in enumerate(itertools.product(points, ("one", "two"))):
        rows.append((number, number // 2, 0, 1, pd.NA, label, x, word))
        value = 100.0 if label == "one" else 103 + 10 * (x - 2) / 4 + 4 * (word == "b") + noise * luck.normal()
        runs.append((number, FEE, "England", value))
    columns = ["run", "point", "replicate", "seed", "vector", "scenario", "a.number", "a.word"]
    return pd.DataFrame(rows, columns=columns), pd.DataFrame(runs, columns=["run", "outcome", "region", "value"])


def test_known_effects_are_found() -> None:
    design, runs = swept(list(itertools.product([2.0, 3.0, 6.0], ["a", "b", "c"])), noise=0.0)
    found = effects.effects(design, runs)
    assert found["quantity"].unique().tolist() == ["two less one"]
    number, word = found.set_index("factor").loc[["a.number", "a.word"]].itertuples()
    assert number.effect == pytest.approx(10) and (number.from_value, number.to_value) == ("2", "6")
    assert word.effect == pytest.approx(4) and word.to_value == "b" and word.from_value in ("a", "c")
    assert number.ci_low == pytest.approx(10, abs=1e-6) and number.points == 9


def test_intervals_hold_the_effect_in_nineteen_of_twenty() -> None:
    points = list(itertools.product(np.linspace(2, 6, 5).tolist(), ["a", "b"]))
    held = 0
    for seed in range(300):
        found = effects.effects(*swept(points, noise=3.0, seed=seed)).set_index("factor").loc["a.number"]
        held += found["ci_low"] <= 10 <= found["ci_high"]
    assert 270 <= held <= 297


def test_too_few_points_tell_nothing_and_few_have_no_interval() -> None:
    design, runs = swept([(2.0, "a"), (6.0, "b")], noise=0.0)  # both change together
    assert effects.effects(design, runs).empty
    design, runs = swept([(2.0, "a"), (6.0, "a"), (2.0, "b")], noise=0.0)
    found = effects.effects(design, runs)
    assert found["effect"].tolist() == pytest.approx([10, 4]) and found["ci_low"].isna().all()


def test_a_heat_map_has_the_values_of_the_points() -> None:
    design, runs = swept(list(itertools.product([2.0, 4.0, 6.0], ["a", "b"])), noise=0.0)
    cells = effects.grid(design, runs, FEE, "two less one")
    assert cells is not None and cells.loc["b", 4.0] == pytest.approx(12)
    picture = heat_map(cells, FEE, "two less one")
    texts = [text.get_text() for text in picture.figure.axes[0].texts]
    assert texts == ["+3", "+8", "+13", "+7", "+12", "+17"]
    assert picture.title == "Mean fee, two less one: from +3 to +17, higher at every point"
    ragged = design[design["point"] != 5]
    assert effects.grid(ragged, runs, FEE, "two less one") is None


def test_a_sweep_tells_its_effects_when_it_ends(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "town2.yaml").write_text("extends: town.yaml\npurchasing: {order: [in_house, spot]}\n")
    (tmp_path / "sweep.yaml").write_text(SWEEP)
    half = typed("sweep", "sweep.yaml", "--quiet", "--workers", "1", "--shard", "1/2", "--out", "out")
    assert half.returncode == 0 and "what each factor changes" not in half.stdout
    done = typed("sweep", "sweep.yaml", "--quiet", "--workers", "1", "--out", "out")
    assert done.returncode == 0 and "town2 less town: what each factor changes" in done.stdout, done.stderr
    table = pd.read_csv(tmp_path / "out" / "effects.csv", encoding="utf-8-sig")
    assert list(table) == effects.COLUMNS and set(table["factor"]) == {"demand.level", "providers.bidding"}
    maps = {path.name for path in (tmp_path / "out" / "figures").iterdir()}
    assert maps == {f"heat_{outcome}.png" for outcome in telling.SHOWN}
    again = typed("sweep", "sweep.yaml", "--quiet", "--workers", "1", "--out", "out")
    assert again.returncode == 0 and "what each factor changes" in again.stdout
