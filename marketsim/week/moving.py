"""The ways of children: they move into homes and out of them, live elsewhere, search again, or find nothing."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.compiling import compiled
from marketsim.core.streams import uniform
from marketsim.market import children as states
from marketsim.market.children import OPEN_PLACE, Children
from marketsim.market.homes import Holdings, Homes
from marketsim.market.market import Market
from marketsim.week import commissioners, stays

PLANNED, BREAKDOWN, HOME_CLOSED = 1, 2, 3  # as in children.END_REASONS


def move_out(market: Market, rows: Ints, reason: int) -> None:
    """Placements end: the places fall empty and the records are completed."""
    children, homes = market.children, market.homes
    beside = children.has_beside[rows].astype(np.int64)
    np.subtract.at(homes.beside, children.home[rows], beside)
    children.set(rows, has_beside=False, beside_fee=0.0)
    _count_residents(*_tables(market), rows, -1)
    market.records.set(children.record[rows], end_week=market.week, end_reason=reason)
    market.events.count("placements_ended", children.authority[rows])


def move_in(market: Market, rows: Ints, table: stays.StayTable) -> None:
    """Children move into the homes that stand in their columns: stays are drawn, records opened."""
    children, week = market.children, market.week
    _count_residents(*_tables(market), rows, 1)
    waited = week - children.since[rows]
    children.set(rows, state=states.PLACED, since=week)
    plan_stays(market, rows, table)
    children.record[rows] = _open_records(market, rows, waited)
    market.events.count("placements_started", children.authority[rows])
    market.events.count("wait_weeks", children.authority[rows], waited)


def search_again(market: Market, rows: Ints) -> None:
    """Children are back on the market, with luck of their own for the new search."""
    children = market.children
    children.search[rows] += 1
    emergency = _luck(market, "notice again", rows) < market.scenario.need.emergency_share
    children.set(rows, state=states.WAITING, since=market.week, end_week=0, emergency=emergency)


def note_moves(market: Market, rows: Ints) -> None:
    """Children begin a placement of whatever kind; those of the cohort who begin their third are counted."""
    children = market.children
    children.placements[rows] += 1
    third = rows[children.cohort[rows] & (children.placements[rows] == 3)]
    market.events.count("three_placements", children.authority[third])


def move_on(market: Market, rows: Ints) -> Ints:
    """Children whose stay ended as planned go on to live in care elsewhere for a while, or they leave care. Returns the
    rows of the latter."""
    demand, children = market.scenario.demand, market.children
    moves = _luck(market, "moves on", rows) < demand.moves_on_share
    moving = rows[moves]
    weeks = stays.weeks_elsewhere(demand, _luck(market, "stay elsewhere", moving))
    ends = market.week + stays.whole_weeks(weeks, _luck(market, "stay elsewhere rounding", moving))
    back = _luck(market, "comes back", moving) < demand.comes_back_share
    children.set(moving, state=states.ELSEWHERE, end_week=ends, comes_back=back)
    note_moves(market, moving)
    return rows[~moves]


def end_elsewhere(market: Market, rows: Ints) -> Ints:
    """Of the children who lived elsewhere some need a home again; others move on once more or leave care, and are of no
    concern any more: their rows are returned."""
    back = market.children.comes_back[rows]
    search_again(market, rows[back])
    leaving = rows[~back]
    moves = _luck(market, "moves on again", leaving) < market.scenario.demand.moves_on_share
    note_moves(market, leaving[moves])
    return leaving


def give_up(market: Market, rows: Ints) -> Ints:
    """Searches without a place, past their deadline, end in an unregistered setting until the need ends; if it ends at
    once the children leave, and their rows are returned."""
    children, week = market.children, market.week
    mean_weeks = market.scenario.unregistered.need_ends_mean_weeks
    waited, emergency = week - children.since[rows], children.emergency[rows]
    late = commissioners.past_deadline(market.scenario.commissioning, waited, emergency)
    rows = rows[late & (children.state[rows] == states.WAITING)]
    if mean_weeks <= 0:
        children.state[rows] = states.GONE
        return rows
    weeks = np.ceil(-mean_weeks * np.log1p(-_luck(market, "unregistered stay", rows))).astype(np.int64)
    children.set(rows, state=states.UNREGISTERED, end_week=week + np.maximum(weeks, 1))
    note_moves(market, rows)
    return rows[:0]


def keep_places_beside(market: Market, rows: Ints, free: Ints) -> None:
    """Leave a place empty beside each child who needs it, where the home has one; some authorities pay for it.

    `free` are the open places by home; where several children want the last ones, their keys decide.
    """
    children, commissioning = market.children, market.scenario.commissioning
    wanting = rows[children.needs_beside[rows]]
    wanting = wanting[np.argsort(children.key[wanting])]
    found = wanting[_first_come(children.home[wanting], free)]
    paid = _luck(market, "place beside is paid", found) < commissioning.beside_paid_share
    fee = np.where(paid, commissioning.beside_fee_share * children.fee[found], 0.0)
    children.set(found, has_beside=True, beside_fee=fee)
    np.add.at(market.homes.beside, children.home[found], 1)


def close_with_homes(market: Market, closing: Bools) -> None:
    """All who live in the homes that are `closing` move out and search again, and what is held there runs no longer."""
    children = market.children
    rows = np.flatnonzero((children.state == states.PLACED) & closing[children.home])
    move_out(market, rows, HOME_CLOSED)
    search_again(market, rows)
    market.holdings.running[closing[market.holdings.home]] = False
    market.holdings.run_off()


@compiled
def _count_residents(children: Children, homes: Homes, holdings: Holdings, rows: Ints, change: int) -> None:
    """Add children to what homes and holdings count of their residents (`change` 1), or take them out (-1)."""
    for row in rows:
        home = children.home[row]
        homes.occupied[home] += change
        homes.residents_age[home] += change * children.age[row]
        homes.residents_boys[home] += change * children.boy[row]
        homes.residents_score[home] += change * children.score[row]
        if children.holding[row] != OPEN_PLACE:
            holdings.used[children.holding[row]] += change


def plan_stays(market: Market, rows: Ints, table: stays.StayTable) -> None:
    """Draw how long each placement lasts and whether it breaks down (more often at higher need)."""
    children, demand = market.children, market.scenario.demand
    weeks = table.draw(_luck(market, "stay", rows))
    ends = market.week + stays.whole_weeks(weeks, _luck(market, "stay rounding", rows))
    season = stays.season(demand, market.scenario.horizon.start, ends)
    chance = demand.breakdown_share * (0.5 + children.score[rows]) * season
    children.set(rows, end_week=ends, ends_by_breakdown=_luck(market, "breakdown", rows) < chance)


def _open_records(market: Market, rows: Ints, waited: Ints) -> Ints:
    """Write down the placements that start; returns the rows of the records."""
    children = market.children
    same = ["home", "arrangement", "band", "score", "age", "emergency", "displaced", "fee", "miles"]
    return market.records.add(
        len(rows), child=children.number[rows], child_authority=children.authority[rows], start_week=market.week,
        end_week=states.NOT_YET, wait=waited, **{name: getattr(children, name)[rows] for name in same},
    )  # fmt: skip


def _first_come(home: Ints, free: Ints) -> Bools:
    """Who, in this order, still finds a free place in the home; `free` is by home."""
    found, left = np.zeros(len(home), dtype=np.bool_), dict[int, int]()
    for position, one in enumerate(home.tolist()):
        places = left.setdefault(one, int(free[one]))
        found[position] = places > 0
        left[one] = places - 1
    return found


def _tables(market: Market) -> tuple[Children, Homes, Holdings]:
    return market.children.table, market.homes.table, market.holdings.table


def _luck(market: Market, decision: str, rows: Ints) -> Floats:
    """Luck of children in their present search."""
    children = market.children
    return uniform(market.seed, decision, children.key[rows], children.search[rows])
