"""How long stays last: by hand, against scipy where that can, and against known truths where only some is seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_up_placements import exponential, monday, of_stays, placements, region
from scipy import stats

from marketsim.own_data.estimates.stays import national_stays, stay_curve
from marketsim.own_data.estimates.survival import survival
from marketsim.own_data.estimates.table import estimate
from marketsim.own_data.estimates.watching import watched

MEAN = 60.0


def one(table: pd.DataFrame, quantity: str, group: str = "all") -> pd.Series:
    return table[(table["quantity"] == quantity) & (table["group"] == group)].iloc[0]


def test_by_hand_without_truncation() -> None:
    # 2 ends of 5, then one goes out of view, then 1 of 2, then the last goes out of view at 9:
    # S(3) = 3/5, S(5) = 3/5 * 1/2 = 0.3
    found = survival(np.zeros(5), np.array([3.0, 3, 4, 5, 9]), np.array([True, True, False, True, False]))
    assert found.times.tolist() == [3, 5]
    assert found.at_risk.tolist() == [5, 2]
    assert found.curve == pytest.approx([0.6, 0.3])
    # Until 9: 3 * 1 + 2 * 0.6 + 4 * 0.3 = 5.4; and 0.3 of them last 10 more: 8.4
    assert found.mean().value == pytest.approx(5.4)
    assert found.mean(after=10).value == pytest.approx(8.4)
    assert found.mean(until=4).value == pytest.approx(3.6)
    assert found.median().value == 5
    # Greenwood: 2 / (5 * 3) + 1 / (2 * 1); later lived weeks 1.2 + 1.2 and 1.2:
    # 2.4^2 * 2/15 + 1.2^2 * 1/2 = 0.768 + 0.72 = 1.488
    assert found.steps == pytest.approx([2 / 15, 1 / 2])
    width = np.exp(1.959964 * np.sqrt(1.488) / 5.4)
    assert found.mean()[1:] == pytest.approx((5.4 / width, 5.4 * width))


def test_by_hand_with_truncation() -> None:
    # Two come into view at 4 and aren't among those that could end at 2 (2 are: 1 ends), nor at 4 itself.
    # At 6: one from 0 and two from 4, 1 ends. At 8: two, 1 ends; the other goes out of view.
    found = survival(np.array([0.0, 0, 4, 4]), np.array([2.0, 8, 6, 8]), np.array([True, False, True, True]))
    assert found.at_risk.tolist() == [2, 3, 2]
    assert found.curve == pytest.approx([1 / 2, 1 / 3, 1 / 6])


def test_what_breaks_off_is_told_until_there() -> None:
    # All that were watched at 5 end there; what comes into view at 7 says nothing of those before.
    found = survival(np.array([0.0, 0, 7, 7]), np.array([3.0, 5, 9, 9]), np.array([True, True, True, False]))
    assert found.times.tolist() == [3]
    assert (found.last, found.beyond) == (5, 0.5)


@pytest.mark.parametrize("seed", range(5))
def test_like_scipy_where_nothing_is_truncated(seed: int) -> None:
    luck = np.random.default_rng(seed)
    stays, seen = luck.integers(1, 60, 80).astype(float), luck.integers(1, 80, 80).astype(float)
    ended = stays <= seen
    found = survival(np.zeros(80), np.minimum(stays, seen), ended)
    theirs = stats.ecdf(stats.CensoredData(uncensored=stays[ended], right=seen[~ended])).sf
    assert found.curve == pytest.approx(theirs.evaluate(found.times))
    if found.curve[-1] > 0:
        interval = theirs.confidence_interval(method="log-log")
        low, high = found.band()
        assert low == pytest.approx(interval.low.evaluate(found.times))
        assert high == pytest.approx(interval.high.evaluate(found.times))


def test_windows_become_weeks_of_risk() -> None:
    # Seen in weeks 0 to 19. Begun in 2 and ended in 7: 0 to 5. Begun 30 before, ended in 4: 30 to 34. Runs on since 12:
    # 0 to 7 (Monday of 19). Ended 3 weeks before anything was seen: not there. Begun and ended in 6: a third of a week.
    seen = watched(of_stays([(2, 7), (-30, 4), (12, None), (-9, -3), (6, 6)]))
    assert seen.entry.tolist() == [0, 30, 0, 0]
    assert seen.leaving == pytest.approx([5, 34, 7, 1 / 3])
    assert seen.ended.tolist() == [True, True, False, True]


def test_weeks_seen_in_part_are_no_risk() -> None:
    # Seen from Wednesday of week 0 to Wednesday of week 19, so in weeks 1 to 18: from -5 the stay is 6 to 23 weeks.
    rows = of_stays([(-5, None)]).assign(seen_from=monday(0) + pd.Timedelta(days=2))
    seen = watched(rows.assign(seen_to=monday(19) + pd.Timedelta(days=2)))
    assert (seen.entry.tolist(), seen.leaving.tolist()) == ([6], [23])


@pytest.mark.parametrize("missing", [{"whole": False}, {"seen_from": pd.NaT}, {"seen_to": pd.NaT}, {"start": pd.NaT}])
def test_what_is_not_known_does_not_count_in_stays(missing: dict[str, object]) -> None:
    assert len(watched(placements(3, end=monday(5), **missing)).ended) == 0


def test_mean_and_median_of_a_known_truth_are_found() -> None:
    means, medians, held_mean, held_median = [], [], 0, 0
    for seed in range(120):
        found = survival(*watched(region(seed, 1.5, exponential(MEAN))))
        mean, median = found.mean(after=MEAN), found.median()
        means.append(mean.value)
        medians.append(median.value)
        held_mean += mean.low <= MEAN <= mean.high
        held_median += median.low - 0.5 <= MEAN * np.log(2) <= median.high + 0.5  # kept in whole weeks
    assert np.mean(means) == pytest.approx(MEAN, rel=0.03)
    assert np.mean(medians) == pytest.approx(MEAN * np.log(2), rel=0.03)
    assert 0.88 <= held_mean / 120 <= 0.99
    assert 0.88 <= held_median / 120 <= 0.99


def test_mean_of_those_that_ended_is_wrong_where_ours_is_right() -> None:
    # Of stays that begin within two years of watching, long ones haven't ended; nothing is known of earlier ones.
    own, naive = [], []
    for seed in range(40):
        rows = region(seed, 3, exponential(MEAN), before=0)
        ended = rows[rows["end"].notna()]
        naive.append(((ended["end"] - ended["start"]) / pd.Timedelta(weeks=1)).mean())
        own.append(survival(*watched(rows)).mean(after=MEAN).value)
    assert np.mean(own) == pytest.approx(MEAN, rel=0.04)
    assert np.mean(naive) < 0.65 * MEAN


def test_a_growing_number_of_children_does_not_shorten_stays() -> None:
    # It does among those that ended: with 20% more a year they are of 1 / (1/60 + 0.0035) = 49.6 weeks.
    rows = region(1, 12, exponential(MEAN), growth=np.log(1.2) / 52)
    table = estimate(rows)
    assert one(table, "stay_mean")["value"] == pytest.approx(MEAN, rel=0.06)
    assert one(table, "ended_stay_mean")["value"] == pytest.approx(49.6, rel=0.06)


def test_curve_is_drawn_from_as_it_was_seen() -> None:
    # 4 of 20 end after 10 weeks, 8 after 30, and 8 run on at 103: 0.2, 0.4, and 0.4 as in England beyond 103.
    rows = of_stays([(0, 10)] * 4 + [(0, 30)] * 8 + [(0, None)] * 8, weeks=104)
    curve = stay_curve(rows)
    assert curve is not None
    assert curve.weeks[:2].tolist() == [10, 30]
    assert curve.weights[:2] == pytest.approx([0.2, 0.4])
    assert (curve.last_weeks, curve.beyond) == (103, pytest.approx(0.4))
    weeks, weights = national_stays()
    longer = weeks > 103
    assert np.array_equal(curve.weeks[2:], weeks[longer])
    assert curve.weights[2:] == pytest.approx(0.4 * weights[longer] / weights[longer].sum())
    assert curve.weights.sum() == pytest.approx(1)
    row = one(estimate(rows), "stay_mean")
    assert row["value"] == pytest.approx(curve.mean_weeks)
    assert row["note"] == ("weak: from 12 only; "
                           "40% last longer than the 103 weeks watched, spread as in England")  # fmt: skip


def test_stays_longer_than_any_published_end_where_they_were_last_seen() -> None:
    rows = of_stays([(-500, 10)] * 30 + [(-500, None)] * 30, weeks=20)
    curve = stay_curve(rows)  # at 510 half end; half go on at 519, beyond the 417 weeks of the longest published
    assert curve is not None
    assert curve.weeks.tolist() == [510, 519]
    assert curve.weights == pytest.approx([0.5, 0.5])


def test_drawn_stays_have_the_true_mean() -> None:
    curve = stay_curve(region(3, 12, exponential(MEAN)))
    assert curve is not None
    assert curve.mean_weeks == pytest.approx(MEAN, rel=0.05)


@pytest.mark.parametrize(
    ("stays", "why"),
    [
        ([(0, 5)] * 9, "too few to use: 9"),
        ([(0, 5)] * 10 + [(0, None)] * 11, "more than half last longer than the 19 weeks watched"),
    ],
)
def test_no_curve_of_too_little(stays: list[tuple[float, float | None]], why: str) -> None:
    rows = of_stays(stays)
    assert stay_curve(rows) is None
    row = one(estimate(rows), "stay_mean")
    assert (row["usable"], row["note"]) == (False, why)


def test_only_homes_have_stays() -> None:
    rows = of_stays([(0, 5)] * 40).assign(setting="secure")
    assert stay_curve(rows) is None
    assert one(estimate(rows), "stay_mean")["n"] == 0
