"""The table of runs: pairs, seeds and vectors, and which values the designs give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sweeping import small_definition

from marketsim import ScenarioError
from marketsim.experiments.definition import Definition
from marketsim.experiments.plan import plan_of
from marketsim.experiments.sweep import tasks_of
from marketsim.results.result import DESIGN_COLUMNS
from marketsim.scenario.drawn_values import plausible_set, vectors_of, with_vector
from marketsim.scenario.overlay import value_at, with_values

LEVEL = {"demand.level": {"low": 0.5, "high": 1.5}}


def test_a_grid_has_every_combination_and_runs_count_up(tmp_path: Path) -> None:
    factors = {"demand.level": {"values": [0.5, 2.0]}, "world.homes": {"low": 10, "high": 14, "steps": 3}}
    design = plan_of(small_definition(tmp_path, factors=factors, replicates=2, seed=7)).design
    assert design.columns.tolist() == [*DESIGN_COLUMNS, *factors]
    assert design["run"].tolist() == list(range(12)) and design["point"].tolist() == [n // 2 for n in range(12)]
    assert design["seed"].tolist() == [7_000_000, 7_000_001] * 6
    points = design.drop_duplicates("point")[list(factors)].to_numpy().tolist()
    assert points == [[level, homes] for level in (0.5, 2.0) for homes in (10, 12, 14)]
    assert design["world.homes"].dtype == np.int64 and design["vector"].isna().all()


def test_arms_share_seeds_and_vectors_at_each_point() -> None:
    definition = Definition.model_validate(
        {"scenarios": ["spot", "cooperative", "town"][:2], "factors": {"demand.level": {"values": [0.9, 1.1]}},
         "replicates": 6, "seed": 3}
    )  # fmt: skip
    design = plan_of(definition).design
    assert design["scenario"].tolist()[:4] == ["spot", "cooperative"] * 2
    for column in ("seed", "vector"):
        assert (design.groupby("replicate")[column].nunique() == 1).all()
    assert design.drop_duplicates("replicate")["vector"].tolist() == vectors_of(6, 3)


def test_the_factor_wins_over_the_vector() -> None:
    key = "providers.bidding"
    definition = Definition.model_validate({"scenarios": ["spot"], "factors": {key: {"values": [0.123]}}})
    task = next(tasks_of(plan_of(definition), [0]))
    completed = with_vector(with_values(task.scenario, task.settings), task.vector)
    assert task.vector is not None and key in plausible_set()[task.vector]
    other = "providers.cost_spread"
    assert value_at(completed, key) == 0.123 and value_at(completed, other) == plausible_set()[task.vector][other]


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol"])
def test_drawn_designs_fill_the_space_evenly_and_the_same_each_time(design: str, tmp_path: Path) -> None:
    factors = {**LEVEL, "world.homes": {"values": [10, 11, 12, 13]}}
    definition = small_definition(tmp_path, factors=factors, design=design, samples=64, replicates=1)
    table = plan_of(definition).design
    pd.testing.assert_frame_equal(table, plan_of(definition).design)
    strata = np.floor((table["demand.level"] - 0.5) * 64).clip(0, 63)
    assert strata.nunique() >= 60  # one in each sixty-fourth, but for rounding
    assert table["world.homes"].value_counts().between(16, 16).all()
    other = plan_of(definition.model_copy(update={"seed": 2})).design
    assert (other["demand.level"] != table["demand.level"]).any()


def test_points_can_be_given(tmp_path: Path) -> None:
    definition = small_definition(tmp_path, replicates=1)
    points = pd.DataFrame({"demand.level": [0.7, 0.3]})
    assert plan_of(definition, points).design["demand.level"].tolist() == [0.7, 0.3]
    with pytest.raises(ScenarioError, match=r"demand.level: .*no column"):
        plan_of(definition, points.rename(columns={"demand.level": "x"}))


def test_a_definition_made_in_code_is_checked_too(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"factors.demand.levle: .*did you mean 'level'"):
        plan_of(small_definition(tmp_path, factors={"demand.levle": {"values": [1.0]}}))


def test_an_arrangement_of_one_arm_only_may_be_a_factor(tmp_path: Path) -> None:
    key = "purchasing.arrangements.cooperative.members.share"
    definition = Definition.model_validate({"scenarios": ["spot", "cooperative"], "factors": {key: {"values": [0.5]}}})
    assert plan_of(definition).design[key].tolist() == [0.5, 0.5]
