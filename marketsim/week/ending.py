"""What ends in a week: stays in homes and outside them, judgements of homes, and how long places stay blocked."""

from __future__ import annotations

from typing import NamedTuple

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.compiling import Handle, compiled, handle
from marketsim.market.children import Children, PlacementRecords
from marketsim.market.homes import Holdings, Homes
from marketsim.purchasing.arrangement import Market
from marketsim.scenario.schema import Scenario
from marketsim.week import moving as moves
from marketsim.week.inspecting import INSPECTION, YEAR_WEEKS, Impressions, Inspectors, Standards, inspect, standards_of
from marketsim.week.providers import BLOCKING, Blocking, blocking_of, draw_blocked


class Terms(NamedTuple):
    """By what chances children move, how homes are judged, and which places cannot be filled."""

    moves: moves.Terms
    standards: Standards
    blocking: Blocking


def ending_terms(scenario: Scenario, seed: int) -> Handle[Terms]:
    """The terms of a run under the values of a scenario."""
    return handle(Terms(moves.terms_of(scenario, seed), standards_of(scenario), blocking_of(scenario.providers, seed)))


def end_stays(
    market: Market, records: PlacementRecords, tallies: Floats, terms: Handle[Terms], inspectors: Inspectors
) -> Ints:
    """End all stays that are due, judge the homes whose inspection falls into this week, and decide anew which places
    cannot be filled; returns the rows of the children who leave the model. `tallies` are the week's events."""
    homes, week = market.homes, market.week
    turns = homes.phase(INSPECTION, YEAR_WEEKS), homes.phase(BLOCKING, market.scenario.providers.blocked_weeks)
    return _end_stays(
        market.children.table, homes.table, market.holdings.table, records.table, tallies, terms, *turns,
        homes.in_market(week), inspectors.impressions(week), week,
    )  # fmt: skip


@compiled
def _end_stays(
    children: Children, homes: Homes, holdings: Holdings, records: PlacementRecords, tallies: Floats,
    terms: Handle[Terms], inspected: Ints, redrawn: Ints, in_market: Bools, seen: Impressions, week: int,
) -> Ints:  # fmt: skip
    """`inspected` and `redrawn` are by home the weeks before week 0 in which it had its turn."""
    on = terms.columns
    left = moves.end_stays(children, homes, holdings, records, tallies, on.moves, week)
    inspect(homes, inspected, in_market, seen, on.standards, week)
    draw_blocked(homes, redrawn, on.blocking, week, False)
    return left
