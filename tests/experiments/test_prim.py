"""Planted boxes are found, chance is not taken for a condition, and each measure is right by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from marketsim.experiments.discover import find_boxes
from marketsim.experiments.prim import Box, Limit, balanced, measures, peel, quasi_p, simplified


def cube(count: int = 400, seed: int = 1) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).random((count, 4)), columns=list("abcd"))


def test_a_planted_box_is_found() -> None:
    points = cube()
    cases = ((points["a"] > 0.6) & (points["c"] < 0.4)).to_numpy()
    found = find_boxes(points, cases)[0]
    assert len(found) == 1 and set(found[0].box.limits) == {"a", "c"}
    assert found[0].box.limits["a"].low == pytest.approx(0.6, abs=0.03)
    assert found[0].box.limits["c"].high == pytest.approx(0.4, abs=0.03)
    assert found[0].coverage > 0.9 and found[0].density > 0.9
    assert max(found[0].p_values.values()) < 1e-6
    assert found[0].returns["a", "above"] > 0.95 and found[0].returns["c", "below"] > 0.95


def test_a_planted_box_in_noise_is_found() -> None:
    points, luck = cube(), np.random.default_rng(2).random(400)
    cases = ((points["a"] > 0.6) & (points["c"] < 0.4)).to_numpy() & (luck < 0.8) | (luck > 0.95)
    box = find_boxes(points, cases)[0][0]
    assert {"a", "c"} <= set(box.box.limits) and box.density > 0.6


def test_words_are_peeled_one_by_one() -> None:
    points = cube().assign(rule=np.tile(["none", "cpi", "pay", "both"], 100))
    cases = points["rule"].isin(["none", "pay"]).to_numpy()
    found = find_boxes(points, cases)[0]
    assert found[0].box.limits == {"rule": Limit(among=frozenset({"none", "pay"}))}
    assert (found[0].coverage, found[0].density, found[0].support) == (1.0, 1.0, 0.5)


def test_two_planted_boxes() -> None:
    points = cube(800)
    cases = ((points["a"] > 0.8) | ((points["b"] < 0.3) & (points["d"] < 0.5))).to_numpy()
    found = find_boxes(points, cases)[0]
    assert len(found) >= 2
    assert {frozenset(one.box.limits) for one in found[:2]} == {frozenset("a"), frozenset("bd")}
    assert sum(one.coverage for one in found) > 0.9


def test_cases_by_chance_alone_give_weak_conditions() -> None:
    points = cube()
    cases = np.random.default_rng(5).random(400) < 0.3
    for one in find_boxes(points, cases)[0]:
        assert one.density < 0.6 or max(one.p_values.values()) > 1e-6
        assert min(one.returns.values()) < 0.8


def test_few_or_only_cases_give_no_box() -> None:
    points = cube(50)
    for cases in (np.zeros(50, bool), np.ones(50, bool), np.arange(50) < 3):
        assert find_boxes(points, cases)[0] == []


def test_measures_by_hand() -> None:
    points = pd.DataFrame({"x": [1.0, 2.0, 3.0, 4.0], "y": [1.0, 1.0, 2.0, 2.0]})
    cases = np.array([False, True, True, True])
    box = Box({"x": Limit(low=2.5)})
    assert measures(box, points, cases) == (2 / 3, 1.0, 0.5)
    assert quasi_p(box, points, cases)["x"] == pytest.approx(0.75**2)
    assert simplified(box, points, cases) == Box()


def test_the_trajectory_trades_coverage_for_density() -> None:
    points = cube()
    cases = (points["a"] + points["b"] > 1.4).to_numpy()
    path = peel(points, cases)
    told = [measures(box, points, cases) for box in path]
    assert np.all(np.diff([one[1] for one in told]) > 0) and np.all(np.diff([one[0] for one in told]) <= 0)
    assert min(one[2] for one in told) >= 0.05
    assert 0 < balanced(path, points, cases) < len(path)


def test_ties_go_together() -> None:
    """A grid of three values: a limit lies between two of them."""
    points = pd.DataFrame({"x": np.repeat([1.0, 2.0, 3.0], 20)})
    box = find_boxes(points, (points["x"] > 1.5).to_numpy())[0][0].box
    assert box.limits == {"x": Limit(low=1.5)}
