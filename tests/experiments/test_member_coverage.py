"""Members' intervals hold the truth as often as they say, and few of those called sure are luck: in a market so small
that the truth is known from hundreds of runs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from marketsim.core.columns import Floats
from marketsim.experiments import uncertainty
from marketsim.experiments.differences import chance_of_none, paired
from marketsim.experiments.run import run
from marketsim.results import groups
from marketsim.results.weeks import LAST_WEEKS
from marketsim.scenario.schema import Scenario

Small = Callable[..., Scenario]
MEMBERS = ["Authority 1", "Authority 2", "Authority 3"]
OUTCOMES = ["spend_gbp", "distance_mean_miles", "weekly_fee_mean_gbp", "children_unregistered"]
SETS, REPLICATES = 30, 10


@pytest.fixture(scope="module")
def by_run(small: Small) -> dict[str, Floats]:
    """For each arm the outcomes of each authority: runs, authorities, outcomes."""
    coop = {"rule": "cooperative", "order": ["in_house", "spot"], "members": {"authorities": MEMBERS}}
    arms = {
        "alone": small(horizon={"weeks": 26}),
        "joint": small(
            horizon={"weeks": 26},
            purchasing={"arrangements": {"coop": coop}, "order": ["coop", "in_house", "spot"]},
        ),
    }
    return {name: np.array([_outcomes(one, seed) for seed in range(SETS * REPLICATES)]) for name, one in arms.items()}


def _outcomes(scenario: Scenario, seed: int) -> Floats:
    sums = run(scenario, seed).tables["sums"].assign(scenario="one", replicate=0)
    found = groups.outcomes_of(sums, {code: [code] for code in sums["ons_code"].unique()}, LAST_WEEKS)
    wide = found[found["outcome"].isin(OUTCOMES)].pivot(index="region", columns="outcome", values="value")
    return wide[OUTCOMES].to_numpy(dtype=np.float64)


def test_intervals_of_members_hold_the_truth(by_run: dict[str, Floats]) -> None:
    """Of each member and outcome the truth is the mean of all runs, that of a set is one of thirty from ten runs."""
    base, other = by_run["alone"], by_run["joint"]
    truth = np.nanmean(other - base, axis=0)
    held = total = 0
    for start in range(0, SETS * REPLICATES, REPLICATES):
        some = slice(start, start + REPLICATES)
        for member in range(base.shape[1]):
            for outcome in range(len(OUTCOMES)):
                _, _, _, low, high, *_ = paired(base[some, member, outcome], other[some, member, outcome])
                held += low <= truth[member, outcome] <= high
                total += 1
    assert total == SETS * base.shape[1] * len(OUTCOMES)
    assert 0.92 <= held / total <= 0.985  # thirty sets of ten; those of one set hang together


def test_few_of_those_called_sure_are_luck(by_run: dict[str, Floats]) -> None:
    """Where nothing differs (two halves of the same runs set against each other), next to nothing is called sure after
    the correction, though one in twenty would be without it."""
    base = by_run["alone"]
    false, plain, families = 0, 0, 0
    for start in range(0, SETS * REPLICATES - REPLICATES, 2 * REPLICATES):
        one, two = base[start : start + REPLICATES], base[start + REPLICATES : start + 2 * REPLICATES]
        for outcome in range(len(OUTCOMES)):
            chances = np.array([chance_of_none(one[:, m, outcome], two[:, m, outcome]) for m in range(base.shape[1])])
            plain += int((chances <= 0.05).any())
            false += int((uncertainty.discoveries(chances) <= 0.05).any())
            families += 1
    assert false <= plain and false / families <= 0.12
    assert plain > false or plain == 0


def test_from_too_few_nothing_is_told() -> None:
    none, some = np.zeros(3), np.array([1.0, 2.0, 1.5])
    assert np.isnan(chance_of_none(none, some)) and np.isnan(paired(none, some)[3])
    four = np.array([1.0, 2.0, 1.5, 1.2])
    assert chance_of_none(np.zeros(4), four) < 0.05 and not np.isnan(paired(np.zeros(4), four)[3])


def test_the_chance_is_a_twentieth_where_the_interval_touches_nothing() -> None:
    differences = np.array([1.0, 2.5, 0.3, 1.7, 0.9, 1.1, 2.0, -0.4])
    for vectors in (None, np.arange(8), np.arange(8) // 2):
        found = uncertainty.interval(differences, vectors)
        moved = differences - found.mean + (found.high - found.mean)
        assert uncertainty.chance(moved, vectors) == pytest.approx(0.05, abs=1e-5)
    assert uncertainty.chance(np.zeros(5)) == 1.0


def test_discoveries_by_hand() -> None:
    """Benjamini and Hochberg: each chance times the number of all over its rank, no more than that of any less sure."""
    found = uncertainty.discoveries(np.array([0.01, 0.04, 0.03, np.nan]))
    assert found[:3] == pytest.approx([0.03, 0.04, 0.04]) and np.isnan(found[3])
