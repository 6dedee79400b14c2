"""Issue 2: stays reproduce those published for placements that ended in 2023/24 (bands, mean 444, median 263 days).

The published bands are all that the model is given. Where children come in steadily growing numbers, the endings of a
year must have just these bands; in England's first year, with flat numbers, whole weeks and closures, nearly.
"""

from __future__ import annotations

import numpy as np
import pytest

from marketsim.england.figures import distribution
from marketsim.experiments.run import run
from marketsim.scenario.loading import load_scenario
from marketsim.week.stays import stay_table, whole_weeks

WEEKS = 52
LIMITS = np.array([8.0, 30.4, 91.3, 182.6, 365.25, 730.5, 1826.25])  # days, between the eight bands
PUBLISHED = np.array(list(distribution("stay_band").values()))
MEAN, MEDIAN, STARTS = 444.0, 263.0, 6_650.0


def shares(days):
    return np.bincount(np.searchsorted(LIMITS, days, side="right"), minlength=8) / len(days)


@pytest.fixture(scope="module")
def england():
    return load_scenario("baseline_2023", ["uncertainty=none"]).scenario


@pytest.fixture(scope="module")
def first_year(england):
    return run(england, seed=1, weeks=WEEKS).placements


def test_endings_of_a_steadily_growing_stock(england):
    """A stock drawn as running, and starts that grow as it does: endings have the published bands, to chance."""
    table, draw = stay_table(england.stays), np.random.default_rng(1)
    growth, starts = np.log(1 + england.stays.growth_tilt_per_year) * 7 / 365.25, 400_000
    per_week = starts * growth / np.expm1(growth * WEEKS)
    stock = round(per_week * float(table.weights @ -np.expm1(-growth * table.lengths)) / growth)
    gone, left = table.draw_running(draw.random(stock), draw.random(stock))
    begun = np.log1p(draw.random(starts) * np.expm1(growth * WEEKS)) / growth
    new = table.draw(draw.random(starts))
    days = 7 * np.concatenate([(gone + left)[left < WEEKS], new[begun + new < WEEKS]])
    error = np.sqrt(PUBLISHED * (1 - PUBLISHED) / len(days))
    print(f"bands {shares(days).round(4)}, published {PUBLISHED}, error {error.round(4)}, {len(days)} endings")
    print(f"mean {days.mean():.1f}, median {np.median(days):.1f} days")
    assert error.max() < 0.001
    assert (abs(shares(days) - PUBLISHED) < 3.5 * error).all()
    assert (abs(shares(7 * new) - PUBLISHED) > 3.5 * error).any(), "bands of starts are others"
    assert days.mean() == pytest.approx(MEAN, rel=0.02)
    assert np.median(days) == pytest.approx(MEDIAN, rel=0.05)


def test_whole_weeks_keep_the_mean(england):
    """Rounding moves the mean by what stays under a week gain, and by chance."""
    table, draw = stay_table(england.stays), np.random.default_rng(2)
    weeks = table.draw(draw.random(200_000))
    gained = whole_weeks(weeks, draw.random(len(weeks))) - weeks
    theory = np.maximum(1 - table.lengths, 0) @ table.weights
    error = gained.std() / np.sqrt(len(weeks))
    assert theory < 0.001 * table.mean_weeks
    assert abs(gained.mean() - theory) < 3.5 * error


def test_england_in_its_first_year(first_year):
    """Bands within 1.5 points, mean and median within 6%, starts, of the year after, within 10% (chance alone: 0.5
    points, 1.4%, 1.2%)."""
    ended = first_year[first_year["end_week"].notna()]
    days = 7 * (ended["end_week"] - ended["start_week"]).to_numpy(dtype=np.float64)
    starts = (first_year["start_week"] > 0).sum() * 365.25 / 7 / WEEKS
    print(f"bands {shares(days).round(4)}, mean {days.mean():.0f}, median {np.median(days):.0f}, {starts:.0f} starts")
    assert abs(shares(days) - PUBLISHED).max() < 0.015
    assert days.mean() == pytest.approx(MEAN, rel=0.06)
    assert np.median(days) == pytest.approx(MEDIAN, rel=0.06)
    assert starts == pytest.approx(STARTS, rel=0.1)
