"""Indices of functions whose indices are known, inert factors, and what failed runs and few samples lead to."""

from __future__ import annotations

from collections import Counter
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from marketsim.core.columns import Floats
from marketsim.experiments import screening
from marketsim.experiments.definition import Definition
from marketsim.experiments.screening import Screening
from marketsim.experiments.sensitivity import analyse, indices, luck, points_at, sample
from marketsim.results.store import StoreError
from marketsim.scenario.errors import ScenarioError


def ishigami(unit: Floats) -> Floats:
    x = np.pi * (2 * unit - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobol_indices_of_ishigami() -> None:
    """Ishigami and Homma (1990), a = 7, b = 0.1, with a fourth factor that does nothing."""
    unit = sample("sobol", [None] * 4, 1024, seed=1)
    found = indices("sobol", unit, ishigami(unit), ["a", "b", "c", "inert"]).set_index("factor")
    for factor, first, total in (("a", 0.3139, 0.5576), ("b", 0.4424, 0.4424), ("c", 0.0, 0.2437), ("inert", 0, 0)):
        assert found.loc[factor, "first"] == pytest.approx(first, abs=0.05)
        assert found.loc[factor, "strength"] == pytest.approx(total, abs=0.05)
        assert found.loc[factor, "strength_low"] - 0.02 <= total <= found.loc[factor, "strength_high"] + 0.02
    assert list(found.index) == ["a", "b", "c", "inert"]
    assert found.loc["inert", "strength_low"] <= 0 <= found.loc["inert", "strength_high"]


def test_sobol_indices_of_the_g_function() -> None:
    """Sobol's G with a = 0, 1, 9, 99: partial variances 1/3/(1+a)^2 multiply out to the known indices."""
    a = np.array([0.0, 1.0, 9.0, 99.0])
    unit = sample("sobol", [None] * 4, 1024, seed=2)
    values = np.prod((np.abs(4 * unit - 2) + a) / (1 + a), axis=1)
    part = 1 / 3 / (1 + a) ** 2
    whole = np.prod(1 + part) - 1
    found = indices("sobol", unit, values, list("abcd"))
    assert list(found["factor"]) == list("abcd")
    np.testing.assert_allclose(found["first"], part / whole, atol=0.05)
    np.testing.assert_allclose(found["strength"], part * np.prod(1 + part) / (1 + part) / whole, atol=0.05)


def test_morris_of_a_plane_is_exact() -> None:
    """Effects of a plane are its slopes at each trajectory, so intervals close; the inert factor comes last, at 0."""
    unit = sample("morris", [None] * 3, 8, seed=1)
    found = indices("morris", unit, 5 - 3 * unit[:, 0] + 10 * unit[:, 2], ["down", "inert", "up"]).set_index("factor")
    assert list(found.index) == ["up", "down", "inert"]
    np.testing.assert_allclose(found["strength"], [10, 3, 0], atol=1e-9)
    np.testing.assert_allclose(found["mean_effect"], [10, -3, 0], atol=1e-9)
    assert found.loc["inert", "strength_low"] == found.loc["inert", "strength_high"] == 0


def test_an_outcome_that_never_changes() -> None:
    for method in ("morris", "sobol"):
        unit = sample(method, [None] * 2, 4, seed=1)  # type: ignore[arg-type]
        assert (indices(method, unit, np.ones(len(unit)), ["a", "b"])["strength"] == 0).all()  # type: ignore[arg-type]


def test_shared_luck_moves_no_strength() -> None:
    """Luck that all points share drops out, as an inert factor does; effects that differ show in size."""
    rng = np.random.default_rng(1)
    unit = sample("morris", [None] * 2, 8, seed=1)
    slopes = 10 + rng.normal(size=6)
    found = luck("morris", unit, unit[:, :1] * slopes + rng.normal(size=6), ["sloped", "inert"])
    assert found["sloped"] == pytest.approx(slopes.std(ddof=1) / np.sqrt(6))
    assert found["inert"] == pytest.approx(0, abs=1e-12)
    assert luck("morris", unit, unit[:, :1], ["sloped", "inert"]).isna().all()


def swept(values: Floats) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Design and runs of two arms, `values` (point, replicate) less 1 in the first, times 2 in the second."""
    points, replicates = values.shape
    rows = [(p, r, s) for p in range(points) for r in range(replicates) for s in ("base", "other")]
    design = pd.DataFrame(rows, columns=["point", "replicate", "scenario"]).assign(run=range(len(rows)))
    value = [2 * values[p, r] if s == "other" else values[p, r] - 1 for p, r, s in rows]
    return design, pd.DataFrame({"run": design["run"], "outcome": "fee", "region": "England", "value": value})


def test_arms_and_their_difference() -> None:
    unit = sample("morris", [None] * 2, 6, seed=3)
    design, runs = swept(np.repeat((4 * unit[:, 0])[:, None], 3, axis=1))
    found = analyse("morris", unit, design, runs, ["x", "y"])
    assert list(dict.fromkeys(found["quantity"])) == ["other less base", "base", "other"]
    first = found[found["factor"] == "x"].set_index("quantity")["strength"]
    np.testing.assert_allclose(first, [4, 4, 8])
    assert found["luck"].max() < 1e-9 and set(found["blocks"]) == {6} and set(found["replicates"]) == {3}


def test_a_failed_run_costs_its_trajectory_only() -> None:
    unit = sample("morris", [None] * 2, 6, seed=3)
    design, runs = swept(4 * unit[:, :1])
    found = analyse("morris", unit, design, runs[runs["run"] != 0], ["x", "y"])
    assert found["strength"].max() == pytest.approx(8)
    by_quantity = found.drop_duplicates("quantity").set_index("quantity")["blocks"]
    assert by_quantity.to_dict() == {"other less base": 5, "base": 5, "other": 6}
    with pytest.raises(StoreError, match="isn't defined, in all but 3 trajectories; at least 4"):
        analyse("morris", unit, design, runs[~runs["run"].isin([0, 6, 12])], ["x", "y"], ["fee"])


def test_a_replicate_that_failed_at_every_point_is_left_out_and_told() -> None:
    unit = sample("morris", [None] * 2, 6, seed=3)
    design, runs = swept(np.repeat(4 * unit[:, :1], 3, axis=1))
    second = design.loc[design["replicate"] == 1, "run"]
    for kept in (runs[~runs["run"].isin(second)], runs.assign(value=runs["value"].mask(runs["run"].isin(second)))):
        found = analyse("morris", unit, design, kept, ["x", "y"])
        assert found["strength"].max() == pytest.approx(8) and set(found["replicates"]) == {2}
    with pytest.raises(StoreError, match="no outcome can be ranked: too few runs are finished"):
        analyse("morris", unit, design, runs[:0], ["x", "y"])


@pytest.mark.parametrize("size", [7, 8, 9, 10, 24])
def test_every_level_is_tried_as_often_as_the_others(size: int) -> None:
    counts = [1, 2, 3, 4, 5, 6, 7, 8]
    unit = sample("morris", counts, size, seed=4).reshape(size, len(counts) + 1, len(counts))
    assert ((np.diff(unit, axis=1) != 0).sum(axis=2) <= 1).all()
    for number, count in enumerate(counts):
        levels = [sorted({round(place) for place in one * (count - 1)}) for one in unit[:, :, number]]
        assert {len(pair) for pair in levels} == {min(count, 2)}
        tried = Counter(level for pair in levels for level in pair)
        assert sorted(tried) == list(range(count)) and max(tried.values()) - min(tried.values()) <= 1
        assert count == 1 or nx.is_connected(nx.Graph(levels))


@pytest.mark.parametrize("count", [3, 5, 8])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_words_that_decide_everything_come_first(count: int, seed: int) -> None:
    """Whichever the word is, or the words, that make the outcome; the others get what they are worth."""
    words = [f"word {number}" for number in range(count)]
    factors = {"label": {"values": words}, "slope": {"low": 0, "high": 3}, "inert": {"values": [1, 2, 3, 4, 5]}}
    tried = screened(factors, count + 2, seed)
    for special in [{word} for word in words] + [{words[0], words[count // 2]}]:
        values = tried.points["label"].isin(special) * 100.0 + tried.points["slope"]
        found = indices("morris", tried.scale, values.to_numpy(), list(factors)).set_index("factor")
        assert list(found.index) == ["label", "slope", "inert"] and found.loc["label", "strength_high"] <= 200
        assert found["strength"]["slope"] == pytest.approx(3) and found["strength"]["inert"] == 0


def test_a_word_in_place_of_another_counts_once() -> None:
    """Two of three pairs have the word that makes 30; they count 30 each, however far apart they are listed."""
    tried = screened({"label": {"values": ["b", "a", "c"]}}, 6)
    for word in "abc":
        values = (tried.points["label"] == word).to_numpy() * 30.0
        assert indices("morris", tried.scale, values, ["label"])["strength"].tolist() == [pytest.approx(20)]


def screened(factors: dict[str, Any], size: int, seed: int = 1) -> Screening:
    """A Morris screening of factors that no scenario has."""
    definition = Definition(scenarios=["town"], factors=factors, design="latin_hypercube", samples=1, seed=seed)
    columns = {key: lambda unit, one=one: one.at(unit, False) for key, one in definition.factors.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(screening, "whole_factors", lambda _: dict.fromkeys(factors, False))
        tried = Screening(definition, columns, "morris", size)
        assert len(tried.points) == size * (len(factors) + 1)
    return tried


def test_sizes_that_will_not_do() -> None:
    with pytest.raises(ScenarioError, match=r"power of two, got 100; did you mean 128\?"):
        sample("sobol", [None] * 2, 100, seed=1)
    with pytest.raises(ScenarioError, match="at least 4 trajectories, got 2"):
        sample("morris", [None] * 2, 2, seed=1)


def test_places_become_values() -> None:
    points = points_at(np.array([[0.0, 1.0], [0.5, 0.0]]), {"a": lambda u: list(10 * u), "b": lambda u: list(u > 0.5)})
    assert points.to_dict("list") == {"a": [0.0, 5.0], "b": [True, False]}
