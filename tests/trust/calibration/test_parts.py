"""The parts of history matching, each against what must come out of it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor

from marketsim.core import streams
from marketsim.core.columns import Floats
from marketsim.trust.calibration.implausibility import RULED_OUT_FROM, Emulator, Judgement, Scale, nth_worst, scale_of
from marketsim.trust.calibration.sampling import cube, find_region, hypercube, spread_out
from marketsim.trust.calibration.space import Parameter, Space

# Space


def test_values_fill_their_range_and_come_back() -> None:
    linear, log = Parameter("a", 2.0, 10.0), Parameter("b", 1e-6, 1e-2, log=True)
    assert [linear.value(place) for place in (0.0, 0.25, 1.0)] == [2.0, 4.0, 10.0]
    assert [log.value(place) for place in (0.0, 0.5, 1.0)] == [1e-6, 1e-4, 1e-2]
    for parameter in (linear, log):
        assert all(
            parameter.unit(parameter.value(place)) == pytest.approx(place, abs=1e-5) for place in (0, 0.3, 0.9, 1)
        )


def test_values_are_short_and_stay_inside() -> None:
    narrow = Parameter("a", 1.23457, 9.876546)
    assert narrow.value(1 / 3) == 4.11523
    assert narrow.value(0.0) == narrow.low and narrow.value(1.0) == narrow.high  # rounded it would be 9.87655
    whole = Parameter("w", 1.5, 4.2, whole=True)
    values = [whole.value(place) for place in np.linspace(0, 1, 50)]
    assert set(values) == {2, 3, 4} and all(isinstance(value, int) for value in values)


def test_a_vector_is_a_point() -> None:
    space = Space((Parameter("a", 0.0, 4.0), Parameter("b", 1.0, 100.0, log=True)))
    assert space.vector(np.array([0.25, 0.5])) == {"a": 1.0, "b": 10.0}
    np.testing.assert_allclose(space.point({"a": 1.0, "b": 10.0}), [0.25, 0.5])


# Targets


def test_a_tolerance_is_half_of_a_95_percent_interval() -> None:
    scale = Scale(6_000.0, 0.098, log=False)
    assert scale.sd == pytest.approx(300)
    off = scale.off(np.array([6_000.0, 5_500.0, 6_500.0]), 400.0, 0.0)
    np.testing.assert_allclose(off, [0, 1, 1])
    assert scale.off(np.array([5_500.0]), 0.0, 400.0)[0] == pytest.approx(1)


def test_a_logarithmic_scale_is_for_what_differs_by_factors() -> None:
    scale = scale_of(800.0, 0.196, np.array([20.0, np.nan, 4_000.0]))
    assert scale.log and scale.sd == pytest.approx(0.1) and math.exp(scale.aim) == pytest.approx(800)
    assert np.isnan(scale.to(np.array([0.0]))[0])
    for outputs in ([700.0, 900.0], [0.0, 4_000.0], [-5.0, 4_000.0], [np.nan], []):
        assert not scale_of(800.0, 0.196, np.array(outputs)).log
    assert not scale_of(-1.0, 0.1, np.array([1.0, 100.0])).log


# Designs


def test_a_hypercube_has_every_value_once_and_the_seed_decides() -> None:
    points = hypercube(20, 3, seed=4)
    assert all(sorted((points[:, column] * 20).astype(int)) == list(range(20)) for column in range(3))
    assert (points == hypercube(20, 3, seed=4)).all() and (points != hypercube(20, 3, seed=5)).any()


def test_the_cube_is_filled_evenly() -> None:
    points = cube(8, 4, seed=1)
    assert points.shape == (256, 4) and ((points >= 0) & (points < 1)).all()
    np.testing.assert_allclose(points.mean(axis=0), 0.5, atol=0.01)


def test_points_are_spread_far_apart() -> None:
    line = np.array([[0.0], [0.1], [0.5], [0.9], [1.0]])
    assert spread_out(line, 3) == [2, 0, 4]
    assert spread_out(line, 2, taken=np.array([[0.0]])) == [4, 2]
    assert sorted(spread_out(line, 99)) == [0, 1, 2, 3, 4]
    assert spread_out(np.empty((0, 1)), 3) == []


def test_the_same_point_twice_is_chosen_last() -> None:
    assert sorted(spread_out(np.array([[0.2], [0.2], [0.8]]), 2)) in ([0, 2], [1, 2])


# Emulators


def bumpy(points: Floats) -> Floats:
    return 3 * points[:, 0] + np.sin(6 * points[:, 1])


def luck(count: int) -> Floats:
    return streams.uniform(1, "luck in a test", np.arange(count)) - 0.5


def test_an_emulator_predicts_what_it_has_not_seen() -> None:
    points, fresh = hypercube(60, 3, 1), hypercube(200, 3, 2)
    emulator = Emulator(points, bumpy(points))
    mean, sd = emulator.predict(fresh)
    off = np.abs(mean - bumpy(fresh))
    assert off.max() < 0.1 and (off < 3 * sd).mean() > 0.95 and emulator.skill > 0.99


def test_an_emulator_tells_luck_from_signal() -> None:
    points = hypercube(150, 2, 1)
    emulator = Emulator(points, bumpy(points) + 2 * luck(150))
    assert emulator.luck == pytest.approx(2 / math.sqrt(12), rel=0.25)
    assert 0.5 < emulator.skill < 0.95
    assert (emulator.predict(hypercube(50, 2, 3))[1] >= emulator.luck).all()


def test_an_emulator_of_luck_alone_predicts_the_mean() -> None:
    points = hypercube(80, 2, 1)
    emulator = Emulator(points, 100 + luck(80))
    mean, sd = emulator.predict(hypercube(50, 2, 3))
    assert emulator.skill < 0.2 and np.abs(mean - 100).max() < 0.5
    np.testing.assert_allclose(sd, 1 / math.sqrt(12), rtol=0.4)


def test_an_emulator_of_what_never_changes_is_sure() -> None:
    emulator = Emulator(hypercube(20, 2, 1), np.full(20, 10_500.0))
    mean, sd = emulator.predict(hypercube(5, 2, 3))
    np.testing.assert_allclose(mean, 10_500)
    assert (sd < 1).all() and emulator.skill == 0


def test_leaving_one_out_is_what_fitting_without_it_gives() -> None:
    points = hypercube(25, 2, 1)
    outputs = bumpy(points) + luck(25)
    emulator = Emulator(points, outputs)
    whole = emulator._process
    variance, errors = emulator._left_out()
    for row in (0, 7, 24):
        others = np.arange(25) != row
        without = GaussianProcessRegressor(whole.kernel_, optimizer=None)
        without.fit(whole.X_train_[others], whole.y_train_[others])
        mean, sd = without.predict(whole.X_train_[[row]], return_std=True)
        assert whole.y_train_[row] - mean[0] == pytest.approx(errors[row], abs=1e-6)
        assert sd[0] ** 2 == pytest.approx(variance[row], rel=1e-6)


# Judging points


def test_the_worst_targets_can_be_left_out() -> None:
    off = np.array([[1.0, 9.0, 4.0], [0.0, 2.0, 8.0]])
    assert nth_worst(off, 0).tolist() == [9, 8]
    assert nth_worst(off, 1).tolist() == [4, 2]
    assert nth_worst(off, 3).tolist() == [0, 0]


def line_judgement(may_miss: int = 0, failed: tuple[bool, ...] = ()) -> Judgement:
    """One parameter, measures x and 1 - x; both should be 0.5, the second within much less."""
    points = np.linspace(0, 1, 12)[:, None]
    emulators = (Emulator(points, points[:, 0]), Emulator(points, 1 - points[:, 0]))
    scales = (Scale(0.5, 0.392, False), Scale(0.5, 0.0392, False))
    return Judgement(scales, (emulators,), (0.0, 0.0), may_miss, points, failed or (False,) * 12)


def test_points_far_from_a_target_are_ruled_out() -> None:
    points = np.array([[0.5], [0.52], [0.6], [0.9]])
    judgement = line_judgement()
    np.testing.assert_allclose(judgement.by_target(points), [[0, 0], [0.2, 2], [1, 10], [4, 40]], rtol=0.05, atol=0.01)
    assert judgement.not_ruled_out(points).tolist() == [True, True, False, False]
    assert line_judgement(may_miss=1).not_ruled_out(points).tolist() == [True, True, True, False]


def test_points_among_failed_runs_are_ruled_out() -> None:
    judgement = line_judgement(failed=(True,) * 6 + (False,) * 6)
    points = np.array([[0.1], [0.44], [0.5]])
    assert judgement.not_ruled_out(points).tolist() == [False, False, True]
    assert line_judgement(failed=(True, True) + (False,) * 10).score(np.array([[0.5]]))[0] < 1


def test_a_score_given_up_early_is_still_above_the_bound() -> None:
    judgement, points = line_judgement(), cube(6, 1, 1)
    exact, early = judgement.score(points), judgement.score(points, 3.0)
    np.testing.assert_allclose(early[exact <= 3], exact[exact <= 3])
    assert (early[exact > 3] > 3).all()


# Finding what is left


@pytest.mark.parametrize(("dimensions", "radius"), [(1, 0.01), (3, 0.2), (6, 0.1)])
def test_a_small_region_is_found_with_its_volume(dimensions: int, radius: float) -> None:
    middle = np.linspace(0.3, 0.6, dimensions)

    def score(points: Floats, bound: float) -> Floats:
        return np.asarray(3 * np.sqrt(((points - middle) ** 2).sum(axis=1)) / radius)

    found = find_region(score, RULED_OUT_FROM, dimensions, seed=1)
    assert found is not None
    volume = math.pi ** (dimensions / 2) / math.gamma(dimensions / 2 + 1) * radius**dimensions
    assert found.share == pytest.approx(volume, rel=0.4)
    off = np.sqrt(((found.points - middle) ** 2).sum(axis=1)) / radius
    assert len(found.points) == 2048 and off.max() < 1
    assert (off**dimensions).mean() == pytest.approx(0.5, abs=0.05)  # even in the ball
    np.testing.assert_allclose(found.points.mean(axis=0), middle, atol=0.1 * radius)


def test_two_islands_are_both_found() -> None:
    def score(points: Floats, bound: float) -> Floats:
        near = [np.abs(points - middle).max(axis=1) for middle in (0.1, 0.8)]
        return np.asarray(3 * np.minimum(*near) / 0.04)

    found = find_region(score, RULED_OUT_FROM, 3, seed=1)
    assert found is not None and found.share == pytest.approx(2 * 0.08**3, rel=0.4)
    assert 0.3 < (found.points[:, 0] < 0.5).mean() < 0.7


def test_all_of_the_cube_can_be_left() -> None:
    found = find_region(lambda points, bound: np.zeros(len(points)), RULED_OUT_FROM, 2, seed=1)
    assert found is not None and found.share == 1.0


def test_nothing_is_found_where_there_is_nothing() -> None:
    def out_of_reach(points: Floats, bound: float) -> Floats:
        return np.asarray(4 + points[:, 0])

    assert find_region(out_of_reach, RULED_OUT_FROM, 2, seed=1) is None
    assert find_region(lambda points, bound: np.full(len(points), 1e6), RULED_OUT_FROM, 2, seed=1) is None
