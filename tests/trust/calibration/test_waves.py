"""History matching on a cheap stand-in: the truth is kept, the rest is ruled out, and nothing is hidden."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from stand_in import SPACE, TRUTH, measures, simulate, targets

from marketsim.core.columns import Floats
from marketsim.scenario.errors import ScenarioError
from marketsim.trust.calibration.history_matching import Match, match
from marketsim.trust.calibration.sampling import hypercube
from marketsim.trust.calibration.space import Run, Settings, Space, Vector
from marketsim.trust.published import Target

SETTINGS = Settings(runs_per_wave=25, waves=4, keep=20, seed=1)
SETTLING = ("sum", "product", "steep")


@pytest.fixture(scope="module")
def matched() -> Match:
    """The stand-in fitted to its own data, with a measure that never changes, one out of reach and one undefined."""
    aims = [*targets(TRUTH, *SETTLING, "flat"), Target("out_of_reach", 3.0, 0.1), Target("undefined", 1.0, 0.1)]
    return match(SPACE, aims, simulate(), SETTINGS)


def point(vector: Vector) -> Floats:
    return SPACE.point(vector)[None]


def plausible_points(found: Match) -> Floats:
    return np.array([SPACE.point(run.vector) for run in found.plausible])


def test_the_truth_is_kept_and_most_else_ruled_out(matched: Match) -> None:
    assert matched.history.judgement.not_ruled_out(point(TRUTH)).all()
    kept = plausible_points(matched)
    assert (kept.min(axis=0) <= SPACE.point(TRUTH)).all() and (SPACE.point(TRUTH) <= kept.max(axis=0)).all()
    assert matched.history.waves[-1].share < 0.002 and matched.settled and matched.confirmed
    assert (np.ptp(kept, axis=0) < [0.3, 0.3, 0.3]).all()


def test_vectors_are_kept_that_a_run_of_their_own_confirms(matched: Match) -> None:
    assert len(matched.plausible) == SETTINGS.keep
    numbers = [run.number for run in matched.plausible]
    assert numbers == sorted(set(numbers))
    for run in matched.plausible:
        for target in targets(TRUTH, *SETTLING):
            assert run.outputs[target.measure] == pytest.approx(target.value, rel=3 * 0.03 / 1.96 + 0.05)


def test_runs_gather_where_the_truth_is(matched: Match) -> None:
    by_wave = [[run.vector["linear"] for run in matched.history.runs if run.wave == wave] for wave in (1, 2)]
    assert [len(values) for values in by_wave] == [25, 25]
    assert np.ptp(by_wave[0]) > 9 and np.ptp(by_wave[1]) < 5


def test_a_target_out_of_reach_is_named_and_settles_nothing(matched: Match) -> None:
    assert [wave.cannot_be_met for wave in matched.history.waves] == [("out_of_reach",)] * len(matched.history.waves)
    gap = matched.history.judgement.discrepancy[4]
    nearest = min(abs(run.outputs["out_of_reach"] - 3) for run in matched.history.runs if run.wave <= 2)
    assert gap == pytest.approx(nearest, abs=0.01) and matched.history.waves[-1].may_miss == 0


@pytest.mark.parametrize("case", range(3))
def test_wherever_the_truth_is_it_is_found(case: int) -> None:
    truth = SPACE.vector(hypercube(3, 3, seed=8)[case])
    found = match(SPACE, targets(truth, *SETTLING, seed=900 + case), simulate(), replace(SETTINGS, waves=2, seed=case))
    assert found.history.judgement.not_ruled_out(point(truth)).all()
    assert found.history.waves[-1].share < 0.01


def test_data_of_another_truth_rule_this_one_out() -> None:
    elsewhere = targets({"linear": 8.0, "log": 0.0005, "whole": 14}, *SETTLING)
    found = match(SPACE, elsewhere, simulate(), replace(SETTINGS, waves=2))
    assert not found.history.judgement.not_ruled_out(point(TRUTH)).any()
    assert (np.abs(plausible_points(found) - SPACE.point(TRUTH)) > 0.1).any(axis=1).all()


def test_targets_that_contradict_each_other_leave_a_space_and_say_so() -> None:
    def with_copy(wave: int, points: Floats) -> list[Run]:
        return [replace(run, outputs=run.outputs | {"copy": run.outputs["sum"]}) for run in runs(wave, points)]

    runs = simulate()
    value = measures(TRUTH, 99)["sum"]
    aims = [Target("sum", value, 0.02), Target("copy", value + 30, 0.02), *targets(TRUTH, "product")]
    found = match(SPACE, aims, with_copy, replace(SETTINGS, waves=2))
    assert found.history.waves[-1].may_miss == 1 and not found.history.waves[-1].cannot_be_met
    assert found.history.waves[-1].share > 0 and found.plausible
    assert (found.history.missed(found.plausible) >= 3).sum(axis=1).max() == 1


def test_runs_that_fail_are_ruled_out_with_their_neighbours() -> None:
    found = match(SPACE, targets(TRUTH, "product"), simulate(lambda vector: vector["linear"] > 5), SETTINGS)
    assert sum(wave.failed for wave in found.history.waves) > 5
    assert all(run.vector["linear"] <= 5 and not run.error for run in found.plausible)
    assert not found.history.judgement.not_ruled_out(point(TRUTH | {"linear": 9.5})).any()
    assert found.history.judgement.not_ruled_out(point(TRUTH)).all()


def test_if_all_runs_fail_there_is_one_clear_line() -> None:
    with pytest.raises(ScenarioError, match=r"^25 of 25 runs failed, .*the first: no room$"):
        match(SPACE, targets(TRUTH, "sum"), simulate(lambda vector: True), SETTINGS)


def test_if_no_run_confirms_a_vector_the_nearest_are_kept_and_that_is_said() -> None:
    def drifting(wave: int, points: Floats) -> list[Run]:  # later runs are not what the first wave foretells
        off = 40.0 if wave == 1 else 90.0
        return [replace(run, outputs={"sum": run.outputs["sum"] + off}) for run in runs(wave, points)]

    runs = simulate()
    aim = measures(TRUTH, 99)["sum"]
    found = match(SPACE, [Target("sum", aim, 0.001)], drifting, replace(SETTINGS, waves=1, keep=5))
    off = {run.number: abs(run.outputs["sum"] - aim) for run in found.history.runs}
    assert not found.confirmed
    assert [run.number for run in found.plausible] == sorted(sorted(off, key=lambda number: off[number])[:5])


def test_the_seed_decides_everything() -> None:
    once, again, other = (
        [
            run.vector
            for run in match(SPACE, targets(TRUTH, "sum"), simulate(), replace(SETTINGS, waves=2, seed=s)).plausible
        ]
        for s in (3, 3, 4)
    )
    assert once == again != other


def test_a_parameter_without_effect_keeps_its_range() -> None:
    space = Space(SPACE.parameters)
    found = match(space, targets(TRUTH, "sum"), simulate(), replace(SETTINGS, waves=2))
    assert np.ptp(plausible_points(found)[:, 2]) > 0.8  # `sum` does not depend on the third
