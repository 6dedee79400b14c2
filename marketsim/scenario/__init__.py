"""Scenarios: files of assumptions, read strictly, resolved and checked."""

from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import LoadedScenario, load_scenario
from marketsim.scenario.shipped import shipped_scenarios

__all__ = ["LoadedScenario", "ScenarioError", "load_scenario", "shipped_scenarios"]
