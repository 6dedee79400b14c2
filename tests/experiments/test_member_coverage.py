"""Members' intervals hold the truth as often as they say, and few of those called sure are luck: in a market so small
that the truth is known from hundreds of runs."""

from __future__ import annotations

import numpy as np
import pytest

from marketsim.core.columns import Floats
from marketsim.experiments import uncertainty
from marketsim.experiments.differences import chance_of_none, paired
from marketsim.experiments.run import run
from marketsim.results import groups
from marketsim.results.weeks import LAST_WEEKS
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.overlay import given, laid_over
from marketsim.scenario.schema import Scenario

MEMBERS = ["Authority 1", "Authority 2", "Authority 3"]
OUTCOMES = ["spend_gbp", "distance_mean_miles", "weekly_fee_mean_gbp", "out_of_area_share", "void_rate"]
SETS, REPLICATES = 12, 10


@pytest.fixture(scope="module")
def by_run() -> dict[str, Floats]:
    """The town for two years, without and with a cooperative of three of its four authorities: for each arm the
    outcomes of each authority (runs, authorities, outcomes)."""
    coop = {"rule": "cooperative", "order": ["in_house", "spot"], "members": {"authorities": MEMBERS}}
    town = laid_over(given(load_scenario("town").scenario), {"world": {"children_at_start": 105}})
    order = ["coop", *town["purchasing"]["order"]]
    joint = laid_over(town, {"purchasing": {"arrangements": {"coop": coop}, "order": order}})
    arms = {"alone": Scenario.model_validate(town), "joint": Scenario.model_validate(joint)}
    return {name: np.array([_outcomes(one, seed) for seed in range(SETS * REPLICATES)]) for name, one in arms.items()}


def _outcomes(scenario: Scenario, seed: int) -> Floats:
    sums = run(scenario, seed).tables["sums"].assign(scenario="one", replicate=0)
    found = groups.outcomes_of(sums, {code: [code] for code in sums["ons_code"].unique()}, LAST_WEEKS)
    wide = found[found["outcome"].isin(OUTCOMES)].pivot(index="region", columns="outcome", values="value")
    return wide[OUTCOMES].to_numpy(dtype=np.float64)


@pytest.mark.slow
def test_intervals_of_members_hold_the_truth(by_run: dict[str, Floats]) -> None:
    """Of each authority and outcome the truth is the mean of all runs; that of a set is an interval from ten runs. With
    200 runs 95.8% of 480 held it."""
    base, other = by_run["alone"], by_run["joint"]
    truth = np.nanmean(other - base, axis=0)
    held = []
    for start in range(0, SETS * REPLICATES, REPLICATES):
        some = slice(start, start + REPLICATES)
        for member in range(base.shape[1]):
            for outcome in range(len(OUTCOMES)):
                _, _, _, low, high, *_ = paired(base[some, member, outcome], other[some, member, outcome])
                held.append(low <= truth[member, outcome] <= high)
    assert len(held) == SETS * base.shape[1] * len(OUTCOMES)
    assert 0.91 <= np.mean(held) <= 0.99  # those of one set hang together, so that it varies more than by the number


@pytest.mark.slow
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
    assert false < plain and false / families <= 0.12


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
