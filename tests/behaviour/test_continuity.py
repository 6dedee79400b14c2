"""Where one shipped year ends the next begins: prices don't jump at midnight on 31 March."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from marketsim import run
from marketsim.results.result import Result

GAP_WANTED = 0.02


@pytest.fixture(scope="module")
def gap(shipped_run: Callable[[str], Result]) -> float:
    """The mean fee in the first week of `england_2024` over that in the last of `baseline_2023`, less 1."""
    before, after = run("baseline_2023", seed=1).weekly, shipped_run("england_2024").weekly
    assert (after["date"].iloc[0] - before["date"].iloc[-1]).days < 14
    return float(after["weekly_fee_mean_gbp"].iloc[0] / before["weekly_fee_mean_gbp"].iloc[-1]) - 1


def test_fees_go_on_where_the_year_before_ended(gap: float) -> None:
    assert abs(gap) < GAP_WANTED
