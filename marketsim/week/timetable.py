"""What a scenario dates, by week of the run: values that change, groups that fail, own homes that are planned."""

from __future__ import annotations

import numpy as np

from marketsim.core.calendar import Calendar
from marketsim.core.columns import Ints
from marketsim.scenario.changes import scenarios_by_week
from marketsim.scenario.schema import OwnHomes, Scenario, World
from marketsim.scenario.sections.world import places_of, rows_of


class Timetable:
    """`scenarios[week]` holds from that week on; `failures[week]` are ranks of groups with the share of their homes
    that closes; `own_homes[week]` are policies that begin then."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenarios, week_of = scenarios_by_week(scenario), Calendar(scenario.horizon.start).week_of
        self.failures: dict[int, list[tuple[int, float]]] = {}
        for shock in scenario.shocks:
            week = week_of(shock.date)
            self.failures.setdefault(week, []).append((shock.provider_rank, shock.closes_share))
        self.own_homes: dict[int, list[OwnHomes]] = {}
        for policy in _policies([scenario, *self.scenarios.values()]):
            self.own_homes.setdefault(week_of(policy.date), []).append(policy)


def areas_of(policy: OwnHomes, world: World) -> Ints:
    """Rows of the authorities that open homes under a policy; everybody if nobody is named."""
    places = places_of(world)
    if not policy.authorities and not policy.regions:
        return np.arange(len(places))
    return np.array(rows_of(places, policy.authorities, policy.regions), dtype=np.int64)


def _policies(scenarios: list[Scenario]) -> list[OwnHomes]:
    """All policies of opening own homes, each once."""
    found: list[OwnHomes] = []
    for scenario in scenarios:
        found += [policy for policy in scenario.commissioning.own_homes if policy not in found]
    return found
