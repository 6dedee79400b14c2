"""Intervals and shares of a difference: worked examples and what can't be told."""

import math

import numpy as np
import pytest
from scipy.special import stdtrit

from marketsim.experiments.uncertainty import grouped, interval, mean_of

PAIRS = np.array([0, 0, 1, 1, 2, 2])


def test_without_a_set_it_is_students() -> None:
    found = interval(np.array([1.0, 2.0, 3.0]))
    half = 4.302652729911275 / math.sqrt(3)
    assert (found.mean, found.low, found.high) == (2.0, pytest.approx(2 - half), pytest.approx(2 + half))
    assert math.isnan(found.luck_share) and math.isnan(found.parameter_share)


def test_without_luck_it_predicts_another_vector() -> None:
    """Vectors' means 1, 2, 3 without any luck: Student's interval for one draw more, and all is unknown."""
    found = interval(np.array([1.0, 1.0, 2.0, 2.0, 3.0, 3.0]), PAIRS)
    half = float(stdtrit(2, 0.975)) * math.sqrt(1 + 1 / 3)
    assert found.high - found.mean == pytest.approx(half, rel=1e-3) == found.mean - found.low
    assert (found.luck_share, found.parameter_share) == (0.0, 1.0)


def test_vectors_of_equal_mean_leave_at_least_a_standard_error() -> None:
    """All variance is luck; the interval doesn't close although the vectors' means agree by chance."""
    found = interval(np.array([-1.0, 1.0, -1.0, 1.0, -1.0, 1.0]), PAIRS)
    assert found.high >= math.sqrt(6 / 5 / 6) * 0.99
    assert (found.luck_share, found.parameter_share) == (1.0, 0.0)


def test_no_difference_at_all() -> None:
    for vectors in (None, PAIRS):
        found = interval(np.zeros(6), vectors)
        assert (found.mean, found.low, found.high) == (0.0, 0.0, 0.0)
        assert math.isnan(found.luck_share) and math.isnan(found.parameter_share)


def test_the_more_the_vectors_differ_the_wider() -> None:
    luck = np.array([-1.0, 1.0, -1.0, 1.0, -1.0, 1.0])
    effect = np.array([-1.0, -1.0, 0.0, 0.0, 1.0, 1.0])
    widths = [interval(luck + by * effect, PAIRS) for by in (0.0, 0.5, 1.0, 2.0, 8.0)]
    assert np.all(np.diff([found.high - found.low for found in widths]) > 0)
    assert np.all(np.diff([found.parameter_share for found in widths]) >= 0)


def test_units_do_not_matter() -> None:
    """In pence instead of millions the interval is the same."""
    values = np.array([1.0, 2.0, 4.0, 3.0, 7.0, 5.0])
    small, large = interval(values * 1e-6, PAIRS), interval(values * 1e6, PAIRS)
    assert large.high == pytest.approx(1e12 * small.high) and large.low == pytest.approx(1e12 * small.low)
    assert large.luck_share == pytest.approx(small.luck_share)


def test_what_few_runs_cannot_tell() -> None:
    """One run, or one vector, gives no interval; one luck a vector gives one, but no shares."""
    for one in (interval(np.array([1.0])), interval(np.array([1.0]), np.array([3]))):
        assert one.mean == 1.0 and math.isnan(one.low) and math.isnan(one.high)
    same = interval(np.array([1.0, 2.0]), np.array([3, 3]))
    assert math.isnan(same.low), "two lucks of one vector say nothing about the unknown"
    two = interval(np.array([1.0, 3.0]), np.array([3, 5]))
    half = float(stdtrit(1, 0.975)) * math.sqrt(2 * 1.5)
    assert (two.low, two.high) == (pytest.approx(2 - half), pytest.approx(2 + half))
    assert math.isnan(two.luck_share)


def test_each_vector_counts_the_same() -> None:
    """Vector 1 has two lucks of mean 2, vector 2 one of 8: mean 5, luck within from the first, sizes' mean 4/3."""
    values, vectors = np.array([1.0, 8.0, 3.0]), np.array([1, 2, 1])
    groups = grouped(values, vectors)
    assert (groups.count, groups.mean, groups.between, groups.within, groups.freedom) == (2, 5.0, 18.0, 2.0, 1)
    assert groups.lucks == pytest.approx(4 / 3)
    assert mean_of(values, vectors) == 5.0 and mean_of(values, None) == 4.0
