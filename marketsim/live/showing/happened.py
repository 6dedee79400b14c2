"""What just happened in a market, in words: the few things of a week that a room would want to hear."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.live.messages import Happening
from marketsim.live.side import Side
from marketsim.market.children import BANDS, UNREGISTERED
from marketsim.market.homes import SECTORS

MOST = 4  # sentences a week
FAR = 50.0  # miles from which a placement is told of
DEAR = 10_000.0  # GBP a week from which one is told of, as the Local Government Association counts
RUNS = {"private": "private", "voluntary": "voluntary", "local_authority": "the authority's own", "health": "health"}


def happened(side: Side) -> list[Happening]:
    """What happened in the latest week, the gravest first; nothing before the first."""
    if not side.week:
        return []
    told = [*_closed(side), *_unregistered(side), *_dearest(side), *_farthest(side), *_opened(side)]
    return told[:MOST]


def _closed(side: Side) -> list[Happening]:
    """Homes that closed this week."""
    homes = side.model.market.homes
    rows = np.flatnonzero((homes.closed_week == side.week) & ~homes.short_break)
    if len(rows) == 0:
        return []
    largest = int(rows[np.argmax(homes.places[rows])])
    if len(rows) == 1:
        return [_of_home(f"A home of {homes.places[largest]} places closed in {_area(side, homes.authority[largest])}.",
                         largest)]  # fmt: skip
    places = int(homes.places[rows].sum())
    return [_of_home(f"{len(rows)} homes with {places} places closed.", largest)]


def _opened(side: Side) -> list[Happening]:
    """Homes that opened this week."""
    homes = side.model.market.homes
    rows = np.flatnonzero(homes.opened_week == side.week)
    if len(rows) == 0:
        return []
    first = int(rows[0])
    if len(rows) > 1:
        return [_of_home(f"{len(rows)} homes with {int(homes.places[rows].sum())} places opened.", first)]
    runs = RUNS[SECTORS[homes.sector[first]]]
    return [_of_home(f"A home of {homes.places[first]} places opened in {_area(side, homes.authority[first])} "
                     f"({runs}).", first)]  # fmt: skip


def _unregistered(side: Side) -> list[Happening]:
    """Children whose search ended without a place this week."""
    children = side.model.market.children
    before = np.zeros(len(children), dtype=np.int64)
    before[: len(side.states_before)] = side.states_before[: len(children)]
    rows = np.flatnonzero((children.state == UNREGISTERED) & (before != UNREGISTERED))
    if len(rows) == 0:
        return []
    child = int(rows[0])
    who = f"A child of {_need(side, child)} need from {_area(side, children.authority[child])}"
    others = f", and {len(rows) - 1} more," if len(rows) > 1 else ""
    return [_of_child(side, f"{who}{others} found no home in time and went to an unregistered setting.", child)]


def _dearest(side: Side) -> list[Happening]:
    """The dearest placement that started this week, if it is one to tell of."""
    fee = side.model.market.children.fee
    return _most(side, fee, DEAR, lambda child: f" at {fee[child]:,.0f} GBP a week.")


def _farthest(side: Side) -> list[Happening]:
    """The farthest placement that started this week, if it is one to tell of."""
    miles = side.model.market.children.miles
    return _most(side, miles, FAR, lambda child: f", {miles[child]:.0f} miles from home.")


def _most(side: Side, of: Floats, least: float, words: Callable[[int], str]) -> list[Happening]:
    """The placement of this week with most of something, if that is `least` or more."""
    rows = _placed(side)
    child = int(rows[np.argmax(of[rows])]) if len(rows) else None
    if child is None or of[child] < least:
        return []
    return [_of_child(side, _placed_words(side, child) + words(child), child)]


def _placed(side: Side) -> Ints:
    """Children whose placement started this week (rows)."""
    children, records = side.model.market.children, side.model.market.records
    new = np.flatnonzero(records.start_week == side.week)
    rows = np.flatnonzero(np.isin(children.record, new) & (children.since == side.week))
    return rows


def _placed_words(side: Side, child: int) -> str:
    children, homes = side.model.market.children, side.model.market.homes
    start, end = children.authority[child], homes.authority[children.home[child]]
    where = "in her own area" if start == end else f"in {_area(side, end)}"
    return f"A child of {_need(side, child)} need from {_area(side, start)} was placed {where}"


def _need(side: Side, child: int) -> str:
    return BANDS[side.model.market.children.band[child]]


def _area(side: Side, row: int) -> str:
    return side.model.market.authorities.name[int(row)]


def _of_home(words: str, row: int) -> Happening:
    return Happening(words=words, kind="home", number=row)


def _of_child(side: Side, words: str, row: int) -> Happening:
    return Happening(words=words, kind="child", number=int(side.model.market.children.number[row]))
