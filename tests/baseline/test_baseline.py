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
from marketsim.scenario.tiers import Order, flat

every_name = pytest.mark.parametrize("name", names())
UPDATE = "if this is meant: python tests/baseline/update.py, and a line in CHANGELOG.md"


@every_name
def test_results_are_what_they_were(name: str, shipped_run: Callable[[str], Result]) -> None:
    frozen = read_frozen()
    assert name in frozen, f"{name} is not frozen; {UPDATE}"
    differ = changes(frozen[name], measured(shipped_run(name)))
    assert not differ, "\n".join([f"results of {name} changed; {UPDATE}", *differ])


@every_name
def test_it_runs(name: str, shipped_run: Callable[[str], Result]) -> None:
    """Children live in homes all the time, through the routes that the order names and no others."""
    result = shipped_run(name)
    last = result.weekly.iloc[-1]
    children = result.scenario.world.children_at_start
    assert 0.7 * children < last["children_placed"] < 1.3 * children
    assert result.weekly["placements_started"].sum() > 0 < last["spend_gbp"]
    arrangements = result.scenario.purchasing.arrangements
    asked, before = ({arrangements[name].name for name in flat(order)} for order in _orders(result))
    routes, new = result.placements["route"], result.placements["start_week"] > 0
    assert asked <= set(routes) <= asked | before, "a route in the order places nobody, or one outside it does"
    assert set(routes[new]) <= asked, "children are placed in a way in which nobody buys any more"


def _orders(result: Result) -> tuple[Order, Order]:
    """How authorities buy, and how they bought before the run."""
    return result.scenario.purchasing.order, result.scenario.purchasing.order_before


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
