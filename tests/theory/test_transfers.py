"""The smallest transfers: what is worked out by hand, and what must hold for any gains."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketsim.experiments.cooperatives.transfers import smallest_transfers

POUNDS = st.floats(-1e6, 1e6).map(lambda value: round(value, 2))
SINGLES = st.lists(POUNDS, min_size=2, max_size=7)


def alone(*gains):
    return {(row,): gain for row, gain in enumerate(gains)}


def test_nobody_would_leave():
    found = smallest_transfers(alone(5.0, 0.0, 3.0), 3)
    assert found.gets.tolist() == [0, 0, 0] and found.moved == 0 and found.missing == 0


def test_who_gains_pays_in_proportion_for_who_loses():
    """90 are needed; those who gain 300 and 150 give 30% each."""
    found = smallest_transfers(alone(300.0, -90.0, 150.0), 3)
    assert found.gets.tolist() == [-60, 90, -30] and found.moved == 90


def test_a_group_that_would_leave_together():
    """The first two gain alone, but lose 30 together against leaving together: only the third can pay it."""
    found = smallest_transfers(alone(10.0, 10.0, 100.0) | {(0, 1): -30.0}, 3)
    assert found.gets[2] == -30 and found.gets[:2].sum() == 30 and found.moved == 30
    assert (found.gets[:2] >= 0).all()


def test_who_gets_alone_counts_for_its_group():
    found = smallest_transfers(alone(-20.0, 10.0, 100.0) | {(0, 1): -5.0}, 3)
    assert found.moved == 20 and found.gets[0] == 20


def test_together_they_lose():
    found = smallest_transfers(alone(10.0, -30.0), 2)
    assert found.gets is None and found.missing == pytest.approx(20) and found.moved == 0


def test_groups_that_all_gain_can_still_be_too_much():
    """Every pair wants 60 and everybody is in two of the three pairs: 90 in all, which no member has to give."""
    pairs = {pair: -60.0 for pair in combinations(range(3), 2)}
    found = smallest_transfers(alone(15.0, 15.0, 15.0) | pairs, 3)
    assert found.gets is None and found.missing == pytest.approx(90)


@given(SINGLES)
def test_alone_they_move_what_the_losers_need(gains):
    found = smallest_transfers(alone(*gains), len(gains))
    needed = -sum(gain for gain in gains if gain < 0)
    if sum(gains) < -1e-5:
        assert found.gets is None and found.missing == pytest.approx(-sum(gains), abs=1e-3)
        return
    assert found.gets is not None and sum(found.gets.tolist()) == 0
    assert needed - 1 <= found.moved <= needed + len(gains)
    after = np.array(gains) + found.gets
    assert (after[np.array(gains) < 0] >= -0.01).all() and (after >= -1.01).all()


@given(st.lists(POUNDS, min_size=4, max_size=4), st.lists(POUNDS, min_size=6, max_size=6))
def test_no_group_is_better_off_outside(gains, of_pairs):
    told = alone(*gains) | dict(zip(combinations(range(4), 2), of_pairs, strict=True))
    found = smallest_transfers(told, 4)
    if found.gets is None:
        assert found.missing > 0
        return
    assert sum(found.gets.tolist()) == 0
    assert all(gain + found.gets[list(group)].sum() >= -1.01 * len(group) for group, gain in told.items())


@given(SINGLES)
def test_the_same_gains_give_the_same_transfers(gains):
    first, second = (smallest_transfers(alone(*gains), len(gains)) for _ in range(2))
    assert str(first) == str(second)
