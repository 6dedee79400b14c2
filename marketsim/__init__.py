"""marketsim: England's market in places in children's homes, simulated agent by agent.

The public names are `load_scenario`, `run` and `compare`; each is imported on first use, so that importing the
package, and `marketsim --help`, take no time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from marketsim.experiments.compare import Comparison, compare
    from marketsim.experiments.run import RunResult, run
    from marketsim.scenario.errors import ScenarioError
    from marketsim.scenario.loading import LoadedScenario, load_scenario

__version__ = "0.1.0"
__all__ = ["Comparison", "LoadedScenario", "RunResult", "ScenarioError", "compare", "load_scenario", "run"]

_HOMES = {
    "Comparison": "marketsim.experiments.compare",
    "compare": "marketsim.experiments.compare",
    "RunResult": "marketsim.experiments.run",
    "run": "marketsim.experiments.run",
    "LoadedScenario": "marketsim.scenario.loading",
    "ScenarioError": "marketsim.scenario.errors",
    "load_scenario": "marketsim.scenario.loading",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'marketsim' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
