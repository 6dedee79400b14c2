"""Values that change at a date within a run: the scenario that holds from each week on."""

from __future__ import annotations

import datetime

from marketsim.core.units import DAYS_PER_WEEK
from marketsim.scenario.schema import Scenario


def week_of(scenario: Scenario, date: datetime.date) -> int:
    """The first week of a run that begins on or after a date; 1 for dates before the start."""
    days = (date - scenario.horizon.start).days
    return max(-(-days // DAYS_PER_WEEK), 1)


def scenarios_by_week(scenario: Scenario) -> dict[int, Scenario]:
    """For each week in which values change, the scenario that holds from then on; a later change builds on earlier."""
    dates = (change.date for change in scenario.changes)
    return {week_of(scenario, date): changed for date, changed in zip(dates, scenario.in_turn(), strict=True)}


def routes_of(scenario: Scenario) -> set[str]:
    """The routes that placements can carry in a run: rules by which somebody buys at some time."""
    found: set[str] = set()
    for one in (scenario, *scenarios_by_week(scenario).values()):
        purchasing = one.purchasing
        orders = [purchasing.order, *(group.order for group in purchasing.groups)]
        found |= {purchasing.arrangements[name].name for order in orders for name in order}
    return found
