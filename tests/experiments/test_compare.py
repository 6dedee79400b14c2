"""The paired comparison: worked example, degenerate cases, and what is refused."""

import errno
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from marketsim import ScenarioError, compare
from marketsim.experiments.differences import compare_outcomes, paired
from marketsim.results import manifest, store


def test_worked_example() -> None:
    """Differences 1, 1, 3, 3: mean 2, variance 4/3, Student's 0.975 quantile with 3 degrees of freedom 3.1824."""
    base, other = np.array([10.0, 20.0, 30.0, 40.0]), np.array([11.0, 21.0, 33.0, 43.0])
    base_mean, other_mean, difference, low, high, count, saved, *_ = paired(base, other)
    assert (base_mean, other_mean, difference, count) == (25.0, 27.0, 2.0, 4)
    half = 3.182446305284263 * math.sqrt(4 / 3 / 4)
    assert (low, high) == (pytest.approx(2 - half), pytest.approx(2 + half))
    assert saved == pytest.approx(1 - 1 / (125 + 146))


def test_nothing_differs() -> None:
    same = np.array([1.0, 2.0, 5.0, 7.0])
    assert paired(same, same)[2:5] == (0.0, 0.0, 0.0)
    assert paired(same, same)[6] == 1.0


@pytest.mark.parametrize("replicates", [1, 2, 3])
def test_fewer_than_four_replicates_have_no_interval(replicates: int) -> None:
    values = np.arange(replicates, dtype=np.float64)
    _, _, difference, low, high, count, *_ = paired(values, 4 * values + 3)
    assert (difference, count) == (3.0 + 3 * values.mean(), replicates)
    assert math.isnan(low) and math.isnan(high)


def test_undefined_outcomes_are_left_out_in_pairs() -> None:
    base, other = np.array([1.0, np.nan, 3.0]), np.array([2.0, 9.0, np.nan])
    assert paired(base, other)[2] == 1.0
    assert paired(base, other)[5] == 1


def test_table_has_a_row_for_each_outcome_region_and_scenario() -> None:
    rows = [
        {"scenario": scenario, "replicate": replicate, "outcome": outcome, "region": region, "value": replicate + add}
        for scenario, add in (("a", 0.0), ("b", 1.0), ("c", -1.0))
        for replicate in range(3)
        for outcome in ("x", "y")
        for region in ("England", "North")
    ]
    table = compare_outcomes(pd.DataFrame(rows), "a", ["b", "c"])
    assert len(table) == 2 * 2 * 2
    assert set(table.loc[table["scenario"] == "b", "difference"]) == {1.0}
    assert set(table.loc[table["scenario"] == "c", "difference"]) == {-1.0}


def test_other_authorities_cannot_be_compared() -> None:
    with pytest.raises(ScenarioError, match="other authorities"):
        compare("town", "spot", replicates=1)


@pytest.mark.parametrize("wrong", [{"replicates": 0}, {"workers": 0}, {"seed": -1}])
def test_numbers_out_of_range(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"at least 1|seed"):
        compare("town", "town", **wrong)  # type: ignore[arg-type]


def test_a_full_disk_at_the_end_is_said_in_the_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, frame: pd.DataFrame) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(store, "write_csv", full)
    with pytest.raises(OSError, match="No space left"):
        compare("town", ["town"], replicates=1, weeks=1, workers=1, out=tmp_path / "full")
    assert manifest.read(tmp_path / "full")["status"] == "failed"
