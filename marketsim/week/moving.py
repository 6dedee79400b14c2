"""The ways of children: stays end, children live elsewhere, come back, search again, and move into homes.

Compiled, a list of rows at a time; `State` is what they read and write. Rows are gone through in their order, so that
the sums that homes keep of their residents do not depend on how many children are handled at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.compiling import compiled, compiled_part
from marketsim.core.luck import luck_of, mixed
from marketsim.core.streams import beginning
from marketsim.market.census import EVENTS
from marketsim.market.children import (
    ELSEWHERE,
    GONE,
    NOT_YET,
    OPEN_PLACE,
    PLACED,
    UNREGISTERED,
    WAITING,
    Children,
    PlacementRecords,
)
from marketsim.market.homes import Holdings, Homes
from marketsim.scenario.schema import Scenario
from marketsim.week.commissioners import Patience, past_deadline, patience
from marketsim.week.stays import Elsewhere, Season, StayTable, elsewhere_of, season, season_of, stay_at, weeks_elsewhere

PLANNED, BREAKDOWN, HOME_CLOSED = 1, 2, 3  # as in children.END_REASONS
STARTED, ENDED, BROKEN = (EVENTS.index(name) for name in ("placements_started", "placements_ended", "breakdowns"))
WAITED, THIRD = EVENTS.index("wait_weeks"), EVENTS.index("three_placements")


class State(NamedTuple):
    """The tables that moves change, and this week's events (`counting.EVENTS`, authorities)."""

    children: Children
    homes: Homes
    holdings: Holdings
    records: PlacementRecords
    tallies: Floats


class Terms(NamedTuple):
    """Chances by which children move (shares), how long they live in care elsewhere, and where the luck of each such
    decision begins."""

    moves_on_share: float
    comes_back_share: float
    emergency_share: float
    elsewhere: Elsewhere
    moves_on: np.uint64
    moves_on_again: np.uint64
    stay_elsewhere: np.uint64
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
        elsewhere_of(path),
        beginning(seed, "moves on"),
        beginning(seed, "moves on again"),
        beginning(seed, "stay elsewhere"),
        beginning(seed, "stay elsewhere rounding"),
        beginning(seed, "comes back"),
        beginning(seed, "notice again"),
    )


class StayTerms(NamedTuple):
    """How long placements last and how many break down: lengths (weeks) with their cumulated weights, the share that
    breaks down, the season of breakdowns, and where the luck of each begins."""

    lengths: Floats
    cumulative: Floats
    breakdown_share: float
    season: Season
    stay: np.uint64
    rounding: np.uint64
    breakdown: np.uint64


class Beside(NamedTuple):
    """Share of the places left empty beside a child that are paid, at which share of the child's fee, and the luck."""

    paid_share: float
    fee_share: float
    paid: np.uint64


def beside_of(scenario: Scenario, seed: int) -> Beside:
    """How places beside are paid in a run under the values of a scenario."""
    commissioning = scenario.commissioning
    share, fee = commissioning.beside_paid_share, commissioning.beside_fee_share
    return Beside(float(share), float(fee), beginning(seed, "place beside is paid"))


class LastResort(NamedTuple):
    """When searches end in the last resort, weeks until the need of such a child ends on average (exponential), and
    where that luck begins."""

    patience: Patience
    mean_weeks: float
    ends: np.uint64


def last_resort_of(scenario: Scenario, seed: int) -> LastResort:
    """The last resort in a run under the values of a scenario."""
    mean_weeks = float(scenario.unregistered.need_ends_mean_weeks)
    return LastResort(patience(scenario.commissioning), mean_weeks, beginning(seed, "unregistered stay"))


def nobody_gives_up(last_resort: LastResort) -> LastResort:
    """The same for authorities that wait for a place as long as it takes."""
    patience = last_resort.patience._replace(deadline_planned=NOT_YET, deadline_emergency=NOT_YET)
    return last_resort._replace(patience=patience)


def stay_terms(stays: StayTable, scenario: Scenario, seed: int) -> StayTerms:
    """The terms of stays in a run under the values of a scenario."""
    demand, begins = scenario.demand, (beginning(seed, name) for name in ("stay", "stay rounding", "breakdown"))
    season = season_of(demand, scenario.horizon.start)
    return StayTerms(stays.lengths, stays.cumulative, float(demand.breakdown_share), season, *begins)


@compiled_part
def end_stays(
    children: Children, homes: Homes, holdings: Holdings, records: PlacementRecords, tallies: Floats, terms: Terms,
    week: int,
) -> Ints:  # fmt: skip
    """End all stays that are due, in homes and outside them; returns the rows of those who leave the model."""
    state = State(children.columns, homes.columns, holdings.columns, records.columns, tallies)
    children = state.children
    due = _due(children, week)
    gone = due[children.state[due] == UNREGISTERED]
    elsewhere, placed = due[children.state[due] == ELSEWHERE], children.state[due] == PLACED
    planned, broken = placed & ~children.ends_by_breakdown[due], placed & children.ends_by_breakdown[due]
    move_out(state, due[planned], PLANNED, week)
    leaving = _move_on(state, due[planned], terms, week)
    for row in due[broken]:
        state.homes.breakdowns[children.home[row]] += 1
        children.breakdowns[row] += 1
        state.tallies[BROKEN, children.authority[row]] += 1
    move_out(state, due[broken], BREAKDOWN, week)
    search_again(children, due[broken], terms, week)
    left = np.concatenate((gone, leaving, _end_elsewhere(state, elsewhere, terms, week)))
    children.state[left] = GONE
    run_off(state.holdings)
    return left


@compiled_part
def _due(children: Children, week: int) -> Ints:
    """Rows of all whose stay ends in a week, in homes or outside them."""
    rows, count = np.empty(len(children.state), dtype=np.int64), 0
    for row in range(len(rows)):
        if children.end_week[row] == week:
            rows[count] = row
            count += 1
    return rows[:count]


@compiled
def end_with_homes(
    children: Children, homes: Homes, holdings: Holdings, records: PlacementRecords, tallies: Floats, closing: Bools,
    terms: Terms, week: int,
) -> None:  # fmt: skip
    """All who live in the homes that are `closing` move out and search again, and what is held there runs no longer."""
    state = State(children.columns, homes.columns, holdings.columns, records.columns, tallies)
    rows, count = np.empty(len(state.children.state), dtype=np.int64), 0
    for row in range(len(rows)):
        if state.children.state[row] == PLACED and closing[state.children.home[row]]:
            rows[count] = row
            count += 1
    move_out(state, rows[:count], HOME_CLOSED, week)
    search_again(state.children, rows[:count], terms, week)
    for row in range(len(state.holdings.home)):
        if closing[state.holdings.home[row]]:
            state.holdings.running[row] = False
    run_off(state.holdings)


@compiled_part
def run_off(holdings: Holdings) -> None:
    """Holdings that have ended give back the places that fell empty."""
    for row in range(len(holdings.home)):
        if not holdings.running[row]:
            holdings.places[row] = holdings.used[row]


@compiled_part
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


@compiled_part
def search_again(children: Children, rows: Ints, terms: Terms, week: int) -> None:
    """Children are back on the market, with luck of their own for the new search."""
    for row in rows:
        children.search[row] += 1
        luck = luck_of(mixed(mixed(terms.notice_again, children.key[row]), np.uint64(children.search[row])))
        children.state[row], children.since[row], children.end_week[row] = WAITING, week, 0
        children.emergency[row] = luck < terms.emergency_share


@compiled_part
def _note_moves(children: Children, tallies: Floats, rows: Ints) -> None:
    """Children begin a placement of whatever kind; those of the cohort who begin their third are counted."""
    for row in rows:
        children.placements[row] += 1
        if children.cohort[row] and children.placements[row] == 3:
            tallies[THIRD, children.authority[row]] += 1


@compiled_part
def _move_on(state: State, rows: Ints, terms: Terms, week: int) -> Ints:
    """Children whose stay ended as planned go on to live in care elsewhere for a while, or they leave care. Returns the
    rows of the latter."""
    children = state.children
    moves = np.zeros(len(rows), dtype=np.bool_)
    for position, row in enumerate(rows):
        key, search = children.key[row], np.uint64(children.search[row])
        moves[position] = luck_of(mixed(mixed(terms.moves_on, key), search)) < terms.moves_on_share
        if moves[position]:
            rounding = luck_of(mixed(mixed(terms.elsewhere_rounding, key), search))
            back = luck_of(mixed(mixed(terms.comes_back, key), search)) < terms.comes_back_share
            weeks = weeks_elsewhere(terms.elsewhere, luck_of(mixed(mixed(terms.stay_elsewhere, key), search)))
            stay: int = max(int(weeks + rounding), 1)
            children.state[row], children.end_week[row], children.comes_back[row] = ELSEWHERE, week + stay, back
    _note_moves(children, state.tallies, rows[moves])
    return rows[~moves]


@compiled_part
def _end_elsewhere(state: State, rows: Ints, terms: Terms, week: int) -> Ints:
    """Of the children who lived elsewhere some need a home again; others move on once more or leave care, and are of no
    concern any more: their rows are returned."""
    children = state.children
    back = children.comes_back[rows]
    search_again(children, rows[back], terms, week)
    leaving = rows[~back]
    moves = np.zeros(len(leaving), dtype=np.bool_)
    for position, row in enumerate(leaving):
        luck = luck_of(mixed(mixed(terms.moves_on_again, children.key[row]), np.uint64(children.search[row])))
        moves[position] = luck < terms.moves_on_share
    _note_moves(children, state.tallies, leaving[moves])
    return leaving


@compiled_part
def move_in(state: State, rows: Ints, stays: StayTerms, week: int) -> None:
    """Children move into the homes that stand in their columns: stays are drawn, records opened."""
    children, homes, records = state.children, state.homes, state.records
    for row in rows:
        home, record, holding = children.home[row], children.record[row], children.holding[row]
        homes.occupied[home] += 1
        homes.residents_age[home] += children.age[row]
        homes.residents_boys[home] += children.boy[row]
        homes.residents_score[home] += children.score[row]
        if holding != OPEN_PLACE:
            state.holdings.used[holding] += 1
        records.wait[record] = week - children.since[row]
        children.state[row], children.since[row] = PLACED, week
    plan_stays(children, rows, stays, week)
    _open_records(state, rows)


@compiled
def plan_stays(children: Children, rows: Ints, stays: StayTerms, week: int) -> None:
    """Draw how long each placement lasts and whether it breaks down (more often at higher need)."""
    for row in rows:
        key, search = children.key[row], np.uint64(children.search[row])
        length = stay_at(luck_of(mixed(mixed(stays.stay, key), search)), stays.lengths, stays.cumulative)
        rounding = luck_of(mixed(mixed(stays.rounding, key), search))
        ends = week + max(int(length + rounding), 1)
        chance = stays.breakdown_share * (0.5 + children.score[row]) * season(stays.season, ends)
        children.end_week[row] = ends
        children.ends_by_breakdown[row] = luck_of(mixed(mixed(stays.breakdown, key), search)) < chance


@compiled_part
def _open_records(state: State, rows: Ints) -> None:
    """Write down the placements that start; what they waited is known already."""
    children, records = state.children, state.records
    for row in rows:
        record = children.record[row]
        records.child[record], records.child_authority[record] = children.number[row], children.authority[row]
        records.home[record], records.arrangement[record] = children.home[row], children.arrangement[row]
        records.start_week[record], records.end_week[record] = children.since[row], NOT_YET
        records.band[record], records.score[record] = children.band[row], children.score[row]
        records.age[record], records.emergency[record] = children.age[row], children.emergency[row]
        records.displaced[record] = children.displaced[row]
        records.fee[record], records.miles[record] = children.fee[row], children.miles[row]


@compiled_part
def remember_accepted(state: State, rows: Ints, costs: Floats, money: float) -> None:
    """Homes remember the fee last accepted for an open place, put in terms of a child of middling need.

    `costs` are by home and need band (GBP/week), `money` is today's over that of unit costs.
    """
    children, homes = state.children, state.homes
    for row in rows:
        if children.holding[row] == OPEN_PLACE:
            home = children.home[row]
            need = costs[home, children.band[row]] - homes.unit_cost[home] * money
            homes.accepted[home] = children.fee[row] - need


@compiled_part
def keep_places_beside(state: State, rows: Ints, free: Ints, beside: Beside) -> None:
    """Leave a place empty beside each child who needs it, where the home has one; some authorities pay for it.

    `free` are the open places by home; where several children want the last ones, their keys decide.
    """
    children = state.children
    wanting = rows[children.needs_beside[rows]]
    for row in wanting[np.argsort(children.key[wanting])]:
        home = children.home[row]
        if free[home] > 0:
            free[home] -= 1
            luck = luck_of(mixed(mixed(beside.paid, children.key[row]), np.uint64(children.search[row])))
            children.has_beside[row] = True
            children.beside_fee[row] = beside.fee_share * children.fee[row] if luck < beside.paid_share else 0.0
            state.homes.beside[home] += 1


@compiled_part
def note_starts(state: State, rows: Ints) -> None:
    """Count the placements that start, and the weeks that the children waited."""
    children, records = state.children, state.records
    for row in rows:
        state.tallies[STARTED, children.authority[row]] += 1
        state.tallies[WAITED, children.authority[row]] += records.wait[children.record[row]]
    _note_moves(children, state.tallies, rows)


@compiled_part
def give_up(children: Children, tallies: Floats, rows: Ints, last_resort: LastResort, week: int) -> Ints:
    """Searches without a place, past their deadline, end in an unregistered setting until the need ends; if it ends at
    once the children leave, and their rows are returned."""
    late = np.zeros(len(rows), dtype=np.bool_)
    for position, row in enumerate(rows):
        past = past_deadline(last_resort.patience, week - children.since[row], children.emergency[row])
        late[position] = past and children.state[row] == WAITING
    rows = rows[late]
    if last_resort.mean_weeks <= 0:
        children.state[rows] = GONE
        return rows
    for row in rows:
        drawn = luck_of(mixed(mixed(last_resort.ends, children.key[row]), np.uint64(children.search[row])))
        children.state[row] = UNREGISTERED
        children.end_week[row] = week + max(int(np.ceil(-last_resort.mean_weeks * np.log1p(-drawn))), 1)
    _note_moves(children, tallies, rows)
    return rows[:0]
