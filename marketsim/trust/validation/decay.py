"""Framework decay: ceilings that stand still while fees rise make homes leave, so that coverage falls."""

from __future__ import annotations

from marketsim.experiments.run import run
from marketsim.experiments.scenarios import as_scenario
from marketsim.scenario.overlay import with_values
from marketsim.scenario.schema import Scenario
from marketsim.trust.validation.targets import NAN

NAME = "framework_decay"
CRITERION = "coverage falls in 3 years of frozen ceilings, from its start and against ceilings raised with costs"
AT_LEAST = 0.02
DECAY_WEEKS = 156


def framework_decay(scenario: Scenario, seed: int, weeks: int = DECAY_WEEKS) -> float:
    """The less of two falls of `framework_coverage` (share of independent homes) by the end, with frozen ceilings.

    One is the fall from the first week, the other the gap to the same run with ceilings raised as pay and prices are.
    NaN for a scenario without a framework.
    """
    frozen, raised = _coverage(scenario, seed, weeks, "none"), _coverage(scenario, seed, weeks, "cpi_and_pay")
    if frozen is None or raised is None:
        return NAN
    return min(frozen[0] - frozen[1], raised[1] - frozen[1])


def _coverage(scenario: Scenario, seed: int, weeks: int, uplift: str) -> tuple[float, float] | None:
    """Coverage in the first and in the last week with one formula of uplift for all frameworks; None without any."""
    names = [name for name, rule in scenario.purchasing.arrangements.items() if rule.name == "framework"]
    if not names:
        return None
    changed = with_values(scenario, {f"purchasing.arrangements.{name}.uplift": uplift for name in names})
    coverage = run(as_scenario(changed, weeks), seed).weekly["framework_coverage"]
    return float(coverage.iloc[0]), float(coverage.iloc[-1])
