"""Results are what they were: every shipped scenario, seed 1, 26 weeks of England or the town in full, to the last
digit kept.

The same on Python 3.11 (Mesa 3.3) and 3.12 (Mesa 3.5), and with NumPy's vector units off. If a change is meant, run
tests/baseline/update.py, which says what changed by how much, and write a "Results change" line in CHANGELOG.md.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from freezing import changes, measured, names, read_frozen

from marketsim.results.result import Result

UPDATE = "if this is meant: python tests/baseline/update.py, and a line in CHANGELOG.md"


@pytest.mark.parametrize("name", names())
def test_results_are_what_they_were(name: str, shipped_run: Callable[[str], Result]) -> None:
    frozen = read_frozen()
    assert name in frozen, f"{name} is not frozen; {UPDATE}"
    differ = changes(frozen[name], measured(shipped_run(name)))
    assert not differ, "\n".join([f"results of {name} changed; {UPDATE}", *differ])


def test_nothing_is_frozen_that_does_not_ship() -> None:
    assert sorted(read_frozen()) == sorted(names())


def test_a_change_in_the_last_digit_is_seen(shipped_run: Callable[[str], Result]) -> None:
    result = shipped_run("town")
    before = measured(result)
    result.weekly.loc[3, "spend_gbp"] *= 1 + 1e-9
    after = measured(result)
    result.weekly.loc[3, "spend_gbp"] /= 1 + 1e-9
    assert changes(before, after) == ["weekly_sha256 differs"]
    moved = before | {"outcomes": before["outcomes"] | {"void_rate": "0.5"}}
    assert len(changes(before, moved)) == 1 and changes(before, before) == []
