"""Whom contracts were asked for: which children came to places held empty, and whether any of these would take them."""

from __future__ import annotations

from marketsim.core.columns import Ints
from marketsim.core.compiling import compiled, row_of
from marketsim.week.placing.tables import Round


@compiled
def note_contracts(this: Round, rows: Ints, stage: int, offers_before: Ints) -> None:
    """Note, for children who have just searched along a stage that holds places, whether one within reach was empty,
    and whether at least one such offered."""
    for position, row in enumerate(rows):
        this.awards.contracts_asked[row, stage] = _reaches_held_place(this, row, stage)
        this.awards.contracts_offered[row, stage] = (
            this.awards.contracts_asked[row, stage] and this.awards.offers[row] > offers_before[position]
        )


@compiled
def _reaches_held_place(this: Round, row: int, stage: int) -> bool:
    """Whether a place that the arrangement of a stage holds is empty, and near enough for a child."""
    searches, panels, live = this.searches, this.panels, this.live
    route = row_of(searches.routes[row, stage])
    start, stop = live.before[panels.first[route]], live.before[panels.last[route]]
    if start == stop or panels.lots.pool[live.lot[start]] < len(this.homes.key):
        return False  # nothing empty, or open places that no contract holds
    first_miles, urgency = panels.reaches.miles_at_first[route], searches.urgency[row]
    radius = first_miles + urgency * (panels.reaches.miles_at_last[route] - first_miles)
    radius = min(radius, searches.farthest[row, stage])
    for entry in range(start, stop):
        lot = live.lot[entry]
        east, north = panels.lots.x[lot] - searches.x[row], panels.lots.y[lot] - searches.y[row]
        if east * east + north * north <= radius * radius and this.free[panels.lots.pool[lot]] > 0:
            return True
    return False
