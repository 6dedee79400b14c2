"""The ways of children: stays end, children live elsewhere, come back, search again, and move into homes.

Compiled, a list of rows at a time; `State` is what they read and write. Rows are gone through in their order, so that
the sums that homes keep of their residents do not depend on how many children are handled at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim.children import ELSEWHERE, GONE, OPEN_PLACE, PLACED, UNREGISTERED, WAITING, Children, PlacementRecords
from marketsim.columns import Floats, Ints
from marketsim.compiling import compiled
from marketsim.counting import EVENTS
from marketsim.homes import Holdings, Homes
from marketsim.luck import luck_of, mixed
from marketsim.scenario.schema import Scenario
from marketsim.streams import beginning

PLANNED, BREAKDOWN, HOME_CLOSED = 1, 2, 3  # as in children.END_REASONS
STARTED, ENDED, BROKEN = (EVENTS.index(name) for name in ("placements_started", "placements_ended", "breakdowns"))
WAITED, COHORT, THIRD = (EVENTS.index(name) for name in ("wait_weeks", "cohort", "three_placements"))


class State(NamedTuple):
    """The tables that moves change, and this week's events (`counting.EVENTS`, authorities)."""

    children: Children
    homes: Homes
    holdings: Holdings
    records: PlacementRecords
    tallies: Floats


class Terms(NamedTuple):
    """Chances by which children move (shares), and where the luck of each such decision begins."""

    moves_on_share: float
    comes_back_share: float
    emergency_share: float
    moves_on: np.uint64
    moves_on_again: np.uint64
    elsewhere_rounding: np.uint64
    comes_back: np.uint64
    notice_again: np.uint64


def terms_of(scenario: Scenario, seed: int) -> Terms:
    """The terms of a run under the values of a scenario."""
    path = scenario.demand
    return Terms(
        float(path.moves_on_share),
        float(path.comes_back_share),
        float(scenario.need.emergency_share),
        beginning(seed, "moves on"),
        beginning(seed, "moves on again"),
        beginning(seed, "stay elsewhere rounding"),
        beginning(seed, "comes back"),
        beginning(seed, "notice again"),
    )


@compiled
def end_stays(state: State, due: Ints, weeks_elsewhere: Floats, terms: Terms, week: int) -> Ints:
    """End all stays that are `due` this week, in homes and outside them; returns the rows of those who leave the model.

    `weeks_elsewhere` is how long each of them would live in care elsewhere after a planned end.
    """
    children = state.children
    gone = due[children.state[due] == UNREGISTERED]
    elsewhere, placed = due[children.state[due] == ELSEWHERE], children.state[due] == PLACED
    planned, broken = placed & ~children.ends_by_breakdown[due], placed & children.ends_by_breakdown[due]
    move_out(state, due[planned], PLANNED, week)
    leaving = _move_on(state, due[planned], weeks_elsewhere[planned], terms, week)
    for row in due[broken]:
        state.homes.breakdowns[children.home[row]] += 1
        children.breakdowns[row] += 1
        state.tallies[BROKEN, children.authority[row]] += 1
    move_out(state, due[broken], BREAKDOWN, week)
    search_again(state, due[broken], terms, week)
    left = np.concatenate((gone, leaving, _end_elsewhere(state, elsewhere, terms, week)))
    children.state[left] = GONE
    return left


@compiled
def move_out(state: State, rows: Ints, reason: int, week: int) -> None:
    """Placements end: the places fall empty and the records are completed."""
    children, homes, records = state.children, state.homes, state.records
    for row in rows:
        home, record, holding = children.home[row], children.record[row], children.holding[row]
        homes.occupied[home] -= 1
        homes.residents_age[home] -= children.age[row]
        homes.residents_boys[home] -= children.boy[row]
        homes.residents_score[home] -= children.score[row]
        homes.beside[home] -= children.has_beside[row]
        children.has_beside[row], children.beside_fee[row] = False, 0.0
        if holding != OPEN_PLACE:
            state.holdings.used[holding] -= 1
        records.end_week[record], records.end_reason[record] = week, reason
        state.tallies[ENDED, children.authority[row]] += 1


@compiled
def search_again(state: State, rows: Ints, terms: Terms, week: int) -> None:
    """Children are back on the market, with luck of their own for the new search."""
    children = state.children
    for row in rows:
        children.search[row] += 1
        luck = luck_of(mixed(mixed(terms.notice_again, children.key[row]), np.uint64(children.search[row])))
        children.state[row], children.since[row], children.end_week[row] = WAITING, week, 0
        children.emergency[row] = luck < terms.emergency_share


@compiled
def note_moves(state: State, rows: Ints) -> None:
    """Children begin a placement of whatever kind; those of the cohort who begin their third are counted."""
    children = state.children
    for row in rows:
        children.placements[row] += 1
        if children.cohort[row] and children.placements[row] == 3:
            state.tallies[THIRD, children.authority[row]] += 1


@compiled
def _move_on(state: State, rows: Ints, weeks: Floats, terms: Terms, week: int) -> Ints:
    """Children whose stay ended as planned go on to live in care elsewhere, for so many weeks; or they leave care.
    Returns the rows of the latter."""
    children = state.children
    moves = np.zeros(len(rows), dtype=np.bool_)
    for position, row in enumerate(rows):
        key, search = children.key[row], np.uint64(children.search[row])
        moves[position] = luck_of(mixed(mixed(terms.moves_on, key), search)) < terms.moves_on_share
        if moves[position]:
            rounding = luck_of(mixed(mixed(terms.elsewhere_rounding, key), search))
            back = luck_of(mixed(mixed(terms.comes_back, key), search)) < terms.comes_back_share
            stay: int = max(int(weeks[position] + rounding), 1)
            children.state[row], children.end_week[row], children.comes_back[row] = ELSEWHERE, week + stay, back
    note_moves(state, rows[moves])
    return rows[~moves]


@compiled
def _end_elsewhere(state: State, rows: Ints, terms: Terms, week: int) -> Ints:
    """Of the children who lived elsewhere some need a home again; others move on once more or leave care, and are of no
    concern any more: their rows are returned."""
    children = state.children
    back = children.comes_back[rows]
    search_again(state, rows[back], terms, week)
    leaving = rows[~back]
    moves = np.zeros(len(leaving), dtype=np.bool_)
    for position, row in enumerate(leaving):
        luck = luck_of(mixed(mixed(terms.moves_on_again, children.key[row]), np.uint64(children.search[row])))
        moves[position] = luck < terms.moves_on_share
    note_moves(state, leaving[moves])
    return leaving
