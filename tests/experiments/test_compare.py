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
    """Differences 1, 2, 3: mean 2, standard deviation 1, Student's 0.975 quantile with 2 degrees of freedom 4.3027."""
    base, other = np.array([10.0, 20.0, 30.0]), np.array([11.0, 22.0, 33.0])
    base_mean, other_mean, difference, low, high, count, saved, *_ = paired(base, other)
    assert (base_mean, other_mean, difference, count) == (20.0, 22.0, 2.0, 3)
    half = 4.302652729911275 / math.sqrt(3)
    assert (low, high) == (pytest.approx(2 - half), pytest.approx(2 + half))
    assert saved == pytest.approx(1 - (2 / 3) / (200 / 3 + 242 / 3))


def test_nothing_differs() -> None:
    same = np.array([1.0, 2.0, 5.0])
    assert paired(same, same)[2:5] == (0.0, 0.0, 0.0)
    assert paired(same, same)[6] == 1.0


def test_one_replicate_has_no_interval() -> None:
    _, _, difference, low, high, count, *_ = paired(np.array([1.0]), np.array([4.0]))
    assert (difference, count) == (3.0, 1)
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
