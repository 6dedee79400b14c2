"""Measures are ratios of sums: a worked example, and groups that add up."""

import math
from collections import defaultdict

import numpy as np

from marketsim.results.outcomes import MEASURES, Tally

TALLY = Tally(
    {
        "children_placed": np.array([4.0, 6.0, 0.0]),
        "out_of_area": np.array([1.0, 5.0, 0.0]),
        "market_places": np.array([8.0, 8.0, 4.0]),
        "occupied": np.array([4.0, 6.0, 0.0]),
        "blocked_places": np.array([2.0, 0.0, 4.0]),
    },
    weeks=2,
)


def value(name: str, tally: Tally) -> list[float]:
    return MEASURES[name].value(tally).tolist()


def test_by_authority() -> None:
    near, far, nobody = value("out_of_area_share", TALLY)
    assert (near, far) == (0.25, 5 / 6)
    assert math.isnan(nobody)
    assert value("children_placed", TALLY) == [2.0, 3.0, 0.0]


def test_a_group_is_the_ratio_of_its_sums_not_the_mean_of_ratios() -> None:
    assert value("out_of_area_share", TALLY.total()) == [0.6]
    assert value("void_rate", TALLY.total()) == [0.5]
    assert value("open_void_rate", TALLY.total()) == [(14 - 10) / 14]
    grouped = TALLY.grouped(np.array([0, 1, 1]), 2)
    assert value("out_of_area_share", grouped) == [0.25, 5 / 6]


def test_a_measure_that_says_so_is_a_mean_of_weeks_and_others_are_ratios() -> None:
    """The same sums over twice the weeks: half as much of a mean, the same of a ratio."""
    sums = defaultdict(lambda: np.array([3.0]), private_cost=np.array([1.0]), large_cost=np.array([1.0]),
                       occupied=np.array([1.0]), blocked_places=np.array([0.5]))  # fmt: skip
    for measure in MEASURES.values():
        of_two, of_four = (measure.value(Tally(sums, weeks))[0] for weeks in (2, 4))
        assert of_two == (2 if measure.mean else 1) * of_four != 0, measure.name


def test_every_measure_says_what_it_is() -> None:
    for measure in MEASURES.values():
        assert measure.label and measure.unit and measure.definition and measure.source
        assert measure.value.__doc__
