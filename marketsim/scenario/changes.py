"""Values that change at a date within a run: the scenario that holds from each week on."""

from __future__ import annotations

from marketsim.core.calendar import Calendar
from marketsim.scenario.schema import Scenario


def scenarios_by_week(scenario: Scenario) -> dict[int, Scenario]:
    """For each week in which values change, the scenario that holds from then on; a later change builds on earlier."""
    calendar = Calendar(scenario.horizon.start)
    weeks = (calendar.week_of(change.date) for change in scenario.changes)
    return dict(zip(weeks, scenario.in_turn(), strict=True))


def routes_of(scenario: Scenario) -> set[str]:
    """The routes that placements can carry in a run: rules by which somebody buys at some time."""
    found: set[str] = set()
    for one in (scenario, *scenarios_by_week(scenario).values()):
        purchasing = one.purchasing
        found |= {purchasing.arrangements[name].name for order in purchasing.orders() for name in order}
    return found
