"""The ways of children: they move into homes and out of them, live elsewhere, search again, or find nothing."""

from __future__ import annotations

import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.core.compiling import compiled
from marketsim.core.streams import draws
from marketsim.market import children as states
from marketsim.market.children import BREAKDOWN, HOME_CLOSED, OPEN_PLACE, PLANNED, SOLO
from marketsim.market.market import Market
from marketsim.policies import asking_policies
from marketsim.policies.policy import Leaving
from marketsim.week import commissioners, stays


def move_out(market: Market, rows: Ints, reason: int | Ints) -> None:
    """Placements end, for one reason or for one each: the places fall empty and the records are completed."""
    children, homes = market.children, market.homes
    _count_residents(market, rows, -1)
    np.subtract.at(homes.beside, children.home[rows], children.places_beside[rows])
    children.set(rows, places_beside=0, beside_fee=0.0)
    market.records.set(children.record[rows], end_week=market.week, end_reason=reason)
    market.events.count("placements_ended", children.authority[rows])


def move_in(market: Market, rows: Ints, table: stays.StayTable) -> None:
    """Children move into the homes that stand in their columns: records are opened, stays drawn."""
    _count_residents(market, rows, 1)
    _open_records(market, rows)
    plan_stays(market, rows, table)
    market.children.set(rows, state=states.PLACED, since=market.week)


def plan_stays(market: Market, rows: Ints, table: stays.StayTable) -> None:
    """Draw how long each placement lasts and whether it breaks down: sooner and more often the worse the child fits,
    more often at higher need, and as policies change it."""
    matching, children = market.scenario.matching, market.children
    below = matching.usual_fit - children.fit[rows]
    stay, rounding, breakdown = _luck(market, rows, "stay", "stay rounding", "breakdown")
    luck = stay ** (1 + matching.stay_effect * below)
    lasts = table.draw(luck)
    recorded = market.authorities.recorded
    if recorded is not None and (own := stays.own_table(recorded)) is not None:
        mine = recorded.own[children.authority[rows]]
        lasts = np.where(mine, own.draw(luck), lasts)
    _end(market, rows, market.week + stays.whole_weeks(lasts, rounding), breakdown)


def end_as_planned(market: Market, rows: Ints, ends: Ints) -> None:
    """Placements are to end in known weeks, as planned or by breaking down."""
    _end(market, rows, ends, _luck(market, rows, "breakdown")[0])


def _end(market: Market, rows: Ints, ends: Ints, breakdown: Floats) -> None:
    """Which of the placements that would end in some weeks break down, by luck."""
    demand, matching, children = market.scenario.demand, market.scenario.matching, market.children
    below = matching.usual_fit - children.fit[rows]
    season = stays.season(demand, market.scenario.horizon.start, ends)
    share = demand.breakdown_share * (0.5 + children.score[rows]) * (1 + matching.breakdown_effect * below)
    share = share * (1 - _spared(market, rows)) * asking_policies.breakdown_factor(market, rows)
    breaks_down = breakdown < share * season
    as_planned = np.maximum(ends + asking_policies.extra_weeks(market, rows), market.week + 1)
    ends = np.where(breaks_down, ends, as_planned)
    children.set(rows, end_week=ends, ends_by=np.where(breaks_down, BREAKDOWN, PLANNED))


def _spared(market: Market, rows: Ints) -> Floats | float:
    """By how much breakdowns are rarer where a contract doesn't let the provider end stays (share)."""
    if not market.holdings.no_fail.any():
        return 0.0
    spared, holding = np.zeros(len(rows)), market.children.holding[rows]
    inside = holding != OPEN_PLACE
    spared[inside] = market.holdings.no_fail[holding[inside]]
    return spared


def _open_records(market: Market, rows: Ints) -> None:
    """Write down the placements that start."""
    children, authority = market.children, market.children.authority[rows]
    waited = market.week - children.since[rows]
    same = ["home", "arrangement", "band", "score", "age", "care", "emergency", "displaced", "fee", "miles", "fit"]
    children.record[rows] = market.records.add(
        len(rows), child=children.number[rows], child_authority=authority, start_week=market.week,
        end_week=states.NOT_YET, wait=waited, **{name: getattr(children, name)[rows] for name in same},
    )  # fmt: skip
    market.events.count("placements_started", authority)
    market.events.count("wait_weeks", authority, waited)


def _count_residents(market: Market, rows: Ints, change: int) -> None:
    """Add children to what homes and holdings count of their residents (`change` 1), or take them out (-1)."""
    children, homes, home = market.children, market.homes, market.children.home[rows]
    np.add.at(homes.occupied, home, change)
    np.add.at(homes.residents_age, home, change * children.age[rows])
    np.add.at(homes.residents_boys, home, change * children.boy[rows])
    np.add.at(homes.residents_score, home, change * children.score[rows])
    np.add.at(homes.residents_fit, home, change * children.fit[rows])
    holding = children.holding[rows]
    np.add.at(market.holdings.used, holding[holding != OPEN_PLACE], change)


def relocate(market: Market, rows: Ints, home: Ints) -> None:
    """Children live in other homes, as if they had from the beginning of their stay; open places only."""
    children, homes = market.children, market.homes
    _count_residents(market, rows, -1)
    np.subtract.at(homes.beside, children.home[rows], children.places_beside[rows])
    miles = np.hypot(homes.x[home] - children.x[rows], homes.y[home] - children.y[rows])
    children.set(rows, home=home, miles=miles, places_beside=0, beside_fee=0.0)
    _count_residents(market, rows, 1)
    market.records.set(children.record[rows], home=home, miles=miles)


def search_again(market: Market, rows: Ints) -> None:
    """Children are back on the market, with luck of their own for the new search."""
    children = market.children
    children.search[rows] += 1
    emergency = _luck(market, rows, "notice again")[0] < market.scenario.need.emergency_share
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
    decisions = "moves on", "stay elsewhere", "stay elsewhere rounding", "comes back"
    moves, stay, rounding, back = _luck(market, rows, *decisions)
    ends = market.week + stays.whole_weeks(stays.weeks_elsewhere(demand, stay), rounding)
    moving = moves < demand.moves_on_share
    back_again = back[moving] < demand.comes_back_share
    children.set(rows[moving], state=states.ELSEWHERE, end_week=ends[moving], comes_back=back_again)
    note_moves(market, rows[moving])
    return np.asarray(rows[~moving])


def move_on_early(market: Market, leaving: Leaving) -> Ints:
    """Children for whom policies found something else leave their homes, for some weeks or for good. Returns the rows
    of the latter."""
    children, rows, for_good = market.children, leaving.rows, leaving.weeks == 0
    if len(rows) == 0:
        return rows
    move_out(market, rows, states.MOVED_ON)
    note_moves(market, rows)
    away = rows[~for_good]
    children.set(away, state=states.ELSEWHERE, end_week=market.week + leaving.weeks[~for_good], comes_back=True)
    children.state[rows[for_good]] = states.GONE
    market.holdings.run_off()
    return np.asarray(rows[for_good])


def end_elsewhere(market: Market, rows: Ints) -> Ints:
    """Of the children who lived elsewhere some need a home again; others move on once more or leave care, and are of no
    concern any more: their rows are returned."""
    back = market.children.comes_back[rows]
    search_again(market, rows[back])
    leaving = rows[~back]
    moves = _luck(market, leaving, "moves on again")[0] < market.scenario.demand.moves_on_share
    note_moves(market, leaving[moves])
    return leaving


def give_up(market: Market, rows: Ints) -> Ints:
    """Searches without a place, past their deadline, end in an unregistered setting until the need ends; if it ends at
    once the children leave, and their rows are returned."""
    children, week = market.children, market.week
    mean_weeks = market.scenario.unregistered.need_ends_mean_weeks
    waited, emergency = week - children.since[rows], children.emergency[rows]
    late = commissioners.past_deadline(market, waited, emergency)
    rows = rows[late & (children.state[rows] == states.WAITING)]
    if mean_weeks <= 0:
        children.state[rows] = states.GONE
        return rows
    weeks = np.ceil(-mean_weeks * np.log1p(-_luck(market, rows, "unregistered stay")[0])).astype(np.int64)
    children.set(rows, state=states.UNREGISTERED, end_week=week + np.maximum(weeks, 1))
    note_moves(market, rows)
    return rows[:0]


def keep_places_beside(market: Market, rows: Ints, free: Ints) -> None:
    """Leave a place empty beside each child who needs it, where the home has one, and all beside a child who must live
    alone.

    `free` are the open places by home, which become fewer; where several children want the last ones, their keys
    decide.
    """
    children = market.children
    wanting = rows[children.needs_beside[rows] | (children.care[rows] == SOLO)]
    wanting = wanting[np.argsort(children.key[wanting])]
    kept = _first_come(children.home[wanting], children.care[wanting] == SOLO, free)
    children.set(wanting, places_beside=kept)
    np.add.at(market.homes.beside, children.home[wanting], kept)
    charge_places_beside(market, wanting)


def charge_places_beside(market: Market, rows: Ints) -> None:
    """What is paid for the places that stay empty beside some children: for who must live alone it is part of the fee,
    for others some authorities pay. To be called once after a fee is agreed."""
    children, commissioning = market.children, market.scenario.commissioning
    rows = rows[children.places_beside[rows] > 0]
    alone = children.care[rows] == SOLO
    paid = _luck(market, rows, "place beside is paid")[0] < commissioning.beside_paid_share
    each = commissioning.beside_fee_share * (children.fee[rows] - children.extra_fee[rows])
    pounds = children.places_beside[rows] * each
    children.beside_fee[rows] = np.where(paid & ~alone, pounds, 0.0)
    children.fee[rows[alone]] += pounds[alone]
    children.extra_fee[rows[alone]] += pounds[alone]


@compiled
def _first_come(home: Ints, alone: Bools, free: Ints) -> Ints:
    """How many free places each finds in its home, in this order: one, or all for who is `alone`; `free` is by home."""
    kept = np.zeros(len(home), dtype=np.int64)
    for position, one in enumerate(home):
        left = max(free[one], 0)
        kept[position] = left if alone[position] else min(left, 1)
        free[one] -= kept[position]
    return kept


def close_with_homes(market: Market, closing: Bools) -> None:
    """All who live in the homes that are `closing` move out and search again, and what is held there runs no longer."""
    children = market.children
    rows = np.flatnonzero((children.state == states.PLACED) & closing[children.home])
    move_out(market, rows, HOME_CLOSED)
    search_again(market, rows)
    market.holdings.running[closing[market.holdings.home]] = False
    market.holdings.run_off()


def _luck(market: Market, rows: Ints, *decisions: str) -> Floats:
    """Luck of children in their present search, a row a decision."""
    children = market.children
    return draws(market.seed, decisions, children.key[rows], children.search[rows])
