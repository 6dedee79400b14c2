"""England with ten levers on against England without: ratios of processor time, in pairs in turn.

    uv run python benchmarks/levers.py [WEEKS] [PAIRS]     (520 weeks, 3 pairs)

The levers are chosen so that they do work every week: some in each line of the week, for everybody. What a lever does
to the market (more homes, fewer children) is in the ratio; that of seconds a child-week is beside it.
"""

from __future__ import annotations

import statistics
import sys
import time

from measuring import machine

from marketsim.experiments.run import run
from marketsim.experiments.scenarios import as_scenario
from marketsim.scenario.overlay import given, laid_over
from marketsim.scenario.schema import Scenario

BASE = "england_2024"
TEN = (
    "edge_of_care", "reviews", "intensive_fostering", "placement_support", "bring_back", "planning_clause",
    "building_programme", "fee_bands", "relational_commissioning", "position_statements",
)  # fmt: skip


def with_levers(scenario: Scenario) -> Scenario:
    """The scenario with ten policies at the values that ship, for everybody."""
    on = {name: {"policy": name} for name in TEN}
    return Scenario.model_validate(laid_over(given(scenario), {"policies": on}))


def timed(scenario: Scenario) -> tuple[float, float]:
    """Processor seconds of a run, and how many child-weeks it had."""
    began = time.process_time()
    result = run(scenario, seed=1)
    return time.process_time() - began, float(result.weekly["children_placed"].sum())


def main(weeks: int, pairs: int) -> None:
    """Time both in turn."""
    plain = as_scenario(BASE, weeks)
    levered = with_levers(plain)
    run(as_scenario(BASE, 30), seed=0), run(with_levers(as_scenario(BASE, 30)), seed=0)
    print(f"{len(TEN)} levers on, {weeks} weeks of England, {pairs} pairs in turn ({machine()})")
    ratios, each = [], []
    for _ in range(pairs):
        (seconds, children), (more_seconds, more_children) = timed(plain), timed(levered)
        ratios.append(more_seconds / seconds)
        each.append((more_seconds / more_children) / (seconds / children))
        print(f"  {more_seconds:.2f} : {seconds:.2f} s, {ratios[-1]:.2f}; a child-week {each[-1]:.2f}", flush=True)
    print(f"ratio {statistics.median(ratios):.2f}, of seconds a child-week {statistics.median(each):.2f}; asked: 1.5")


if __name__ == "__main__":
    words = [int(word) for word in sys.argv[1:]]
    main(words[0] if words else 520, words[1] if len(words) > 1 else 3)
