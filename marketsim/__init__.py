"""marketsim: England's market in places in children's homes, simulated agent by agent.

The public names are `load_scenario`, `run`, `watch`, `compare` and `Result`; each is imported on first use, so that
importing the package, and `marketsim --help`, take no time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from marketsim.experiments.compare import compare
    from marketsim.experiments.run import run, watch
    from marketsim.results.result import Result
    from marketsim.scenario.errors import ScenarioError
    from marketsim.scenario.loading import LoadedScenario, load_scenario

__all__ = ["LoadedScenario", "Result", "ScenarioError", "compare", "load_scenario", "run", "watch"]

_ROOMS = {
    "LoadedScenario": "marketsim.scenario.loading",
    "Result": "marketsim.results.result",
    "ScenarioError": "marketsim.scenario.errors",
    "compare": "marketsim.experiments.compare",
    "load_scenario": "marketsim.scenario.loading",
    "run": "marketsim.experiments.run",
    "watch": "marketsim.experiments.run",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("marketsim")
    if name not in _ROOMS:
        raise AttributeError(f"module 'marketsim' has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)
