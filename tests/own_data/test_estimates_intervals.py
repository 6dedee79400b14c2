"""Intervals: known values, and that they hold the truth about as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from marketsim.own_data.estimates import intervals


@pytest.mark.parametrize(
    ("yes", "count", "low", "high"),
    [(0, 10, 0, 0.27753), (10, 10, 0.72247, 1), (5, 10, 0.23659, 0.76341), (81, 263, 0.25528, 0.36620)],
)
def test_shares_as_in_wilson(yes: int, count: int, low: float, high: float) -> None:
    assert intervals.share(yes, count) == pytest.approx((yes / count, low, high), abs=6e-5)
    theirs = stats.binomtest(yes, count).proportion_ci(method="wilson")
    assert intervals.share(yes, count)[1:] == pytest.approx((theirs.low, theirs.high))


def test_mean_by_hand() -> None:
    # 1, 2, 3: deviation 1, t of 2 degrees 4.302653, so 2 +- 4.302653 / sqrt(3)
    assert intervals.mean(np.array([1.0, 2, 3])) == pytest.approx((2, 2 - 2.48414, 2 + 2.48414), abs=1e-5)
    assert np.isnan(intervals.mean(np.array([4.0])).low)


@pytest.mark.parametrize(("count", "place"), [(5, None), (6, 1), (10, 2), (20, 6), (100, 40)])
def test_median_between_the_ordered_values_that_tables_give(count: int, place: int | None) -> None:
    found = intervals.median(np.arange(count, 0, -1.0))
    assert found.value == (count + 1) / 2
    if place is None:
        assert np.isnan(found.low) and np.isnan(found.high)
    else:
        assert (found.low, found.high) == (place, count + 1 - place)


def test_rates_as_in_tables_of_poisson() -> None:
    assert intervals.rate(0, 1.0) == pytest.approx((0, 0, 3.6889), abs=1e-4)
    assert intervals.rate(10, 2.0) == pytest.approx((5, 4.7954 / 2, 18.3904 / 2), abs=1e-4)


def test_they_hold_the_truth_as_often_as_they_say() -> None:
    luck = np.random.default_rng(7)
    held = {"share": 0, "mean": 0, "median": 0, "rate": 0}
    for _ in range(1000):
        pounds = luck.lognormal(0, 0.5, 25)
        for name, found, truth in (
            ("share", intervals.share(int(luck.binomial(60, 0.2)), 60), 0.2),
            ("mean", intervals.mean(pounds), np.exp(0.125)),
            ("median", intervals.median(pounds), 1.0),
            ("rate", intervals.rate(int(luck.poisson(30)), 2.0), 15.0),
        ):
            held[name] += found.low <= truth <= found.high
    assert all(910 <= times <= 985 for times in held.values()), held
