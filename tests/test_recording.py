"""What a week's row is worked out from."""

from __future__ import annotations

import numpy as np
import pytest

from marketsim.week.recording import percentile_90


@pytest.mark.parametrize("number", [1, 2, 3, 9, 10, 11, 12, 100, 1_001])
@pytest.mark.parametrize("rounded", [False, True])
def test_percentile_is_that_of_numpy(number: int, rounded: bool) -> None:
    """To the last digit; with equal values too."""
    fees = np.random.default_rng(number).lognormal(8.7, 0.3, number)
    fees = np.round(fees, -3) if rounded else fees
    assert percentile_90(fees) == np.quantile(fees, 0.9)


def test_percentile_of_nothing() -> None:
    assert np.isnan(percentile_90(np.zeros(0)))
