"""A child's way through the market: who was asked for her, who said no and why, where she lives and what it costs."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from marketsim.core.columns import Ints
from marketsim.live.following import searches as searches_told
from marketsim.live.following import wording
from marketsim.live.following.follower import Follower, blameless
from marketsim.live.following.placements import from_to, home_words, made_of, out_of_area, weekly_cost
from marketsim.market.children import (
    BREAKDOWN,
    ELSEWHERE,
    GONE,
    HOME_CLOSED,
    MOVED_ON,
    NOT_YET,
    NOTICE,
    OPEN_PLACE,
    PLACED,
    PLANNED,
    UNREGISTERED,
    WAITING,
)
from marketsim.market.market import Market
from marketsim.model import MarketModel
from marketsim.week.placing import reasons
from marketsim.week.placing.reasons import Request
from marketsim.week.placing.tables import Awards, Placing

ENDS = {
    PLANNED: "Her stay ended as planned",
    BREAKDOWN: "Her placement broke down",
    HOME_CLOSED: "Her home closed",
    NOTICE: "Her home ended the placement, after notice",
    MOVED_ON: "She moved on from her home",
}
NOBODY_YET = "Nobody with this number has needed a home yet."
LEFT_BEFORE = "She left before she was followed."


class Kept(NamedTuple):
    """What was seen of the child when a week was over: her row, state, how she leaves her home (`ends_by`), and her fee
    (GBP/week)."""

    row: int
    state: int
    ends_by: int
    fee: float


class FollowedChild(Follower):
    """The life of the child with a `number` (of the column `number`: the same from week to week).

    Nothing is wrong with a number that nobody has yet: she may come. What her placements were before she was followed
    is known, whom they asked is not.
    """

    def __init__(self, number: int) -> None:
        self.number = number

    def begin(self, model: MarketModel) -> None:
        """Forget what was known, and look at what the market knows of the past."""
        self._entries: list[dict[str, object]] = []
        self._searched: list[dict[str, object]] = []  # this week
        self._chosen: Request | None = None
        self._spent, self._paid, self._since = 0.0, 0.0, model.market.week
        self._who: dict[str, Any] | None = None
        self._search: int | None = None  # the search of hers that was told last
        market = model.market
        self._last = self._look(market)
        self._so_since = model.market.week  # since when she has been where she is
        if self._last is not None:
            self._so_since = int(market.children.since[self._last.row])
            self._who = self._described(market, self._last.row)
        self._entries += self._past(market)

    def answered(self, market: Market, rows: Ints, placing: Placing, awards: Awards) -> None:
        """Who was asked for her this week, and what they said."""
        row = self._row(market)
        mine = np.flatnonzero(rows == row)
        if row is None or len(mine) == 0:
            return
        search = int(mine[0])
        requests = reasons.of_search(placing, search, blameless(market, rows, placing.searches))
        told = searches_told.told(market, self.model.orders.arrangements, row, requests)
        self._needs_a_home(market, row)
        near = "A home in her own area is looked for. " if market.children.state[row] == PLACED else ""
        words = f"{near}{searches_told.sentence(told)}"
        self._searched.append(wording.dated(market, market.week, words, search=told))
        self._chosen = next((one for one in requests if one.agreed is not None), None)

    def bought(self, market: Market) -> None:
        """What is paid for her this week."""
        row = self._row(market)
        if row is not None:
            self._spent += weekly_cost(market, row)
            self._paid = float(market.children.fee[row])
            self._started(market, row)

    def note_week(self, model: MarketModel) -> None:
        """Write down what has happened to her in the week that is over."""
        market, before = model.market, self._last
        self._last = now = self._look(market)
        self._entries += self._ended(market)
        self._entries += self._searched
        self._searched = []
        if now is None:
            if before is not None:
                self._say(market, "She no longer needs a home, and leaves.")
            return
        if self._who is None:
            self._who = self._described(market, now.row)
        if before is None or before.state != now.state or market.children.since[now.row] == market.week:
            self._so_since = market.week
        self._changed(market, before, now)

    def told(self) -> dict[str, Any]:
        """What is known of her: who she is, dated entries, and how it is now."""
        market = self.model.market
        return {
            "kind": "child",
            "title": f"Child {self.number}",
            "number": self.number,
            "who": NOBODY_YET if not self._entries else LEFT_BEFORE,
            **(self._who or {}),
            "followed_since_week": self._since,
            "entries": list(self._entries),
            "now": self._now(market),
        }

    def _row(self, market: Market) -> int | None:
        children = market.children
        rows = np.flatnonzero((children.number == self.number) & (children.state != GONE))
        return int(rows[0]) if len(rows) else None

    def _look(self, market: Market) -> Kept | None:
        row, children = self._row(market), market.children
        if row is None:
            return None
        return Kept(row, int(children.state[row]), int(children.ends_by[row]), float(children.fee[row]))

    def _say(self, market: Market, words: str) -> None:
        self._entries.append(wording.dated(market, market.week, words))

    def _described(self, market: Market, row: int) -> dict[str, Any]:
        children = market.children
        area, need = wording.area(market, int(children.authority[row])), wording.needs(int(children.band[row]))
        care, age = wording.care(int(children.care[row])), int(children.age[row])
        away = bool(children.away[row])
        far = "; she must live far from home" if away else ""
        words = f"A child of {age} from {area} with {need}, who {care}{far}."
        about = {"home_authority": area, "needs": need, "age": age, "care": care,
                 "notice": wording.notice(bool(children.emergency[row])), "must_live_away": away}  # fmt: skip
        return {"who": words, "about": about}

    def _past(self, market: Market) -> list[dict[str, object]]:
        """Where she lived before she was followed."""
        records, entries = market.records, []
        for record in self._records(market):
            start, end = int(records.start_week[record]), int(records.end_week[record])
            where = home_words(market, int(records.home[record]))
            entries.append(wording.dated(market, start, f"She moves into {where}."))
            if end != NOT_YET:
                entries.append(wording.dated(market, end, f"{ENDS[int(records.end_reason[record])]}."))
        return entries

    def _records(self, market: Market) -> list[int]:
        found: list[int] = np.flatnonzero(market.records.child == self.number).tolist()
        return found

    def _ended(self, market: Market) -> list[dict[str, object]]:
        """Stays of hers that ended this week."""
        records, entries = market.records, []
        for record in self._records(market):
            if records.end_week[record] == market.week:
                weeks = market.week - int(records.start_week[record])
                words = f"{ENDS[int(records.end_reason[record])]}, after {wording.many(weeks, 'week')}."
                entries.append(wording.dated(market, market.week, words))
        return entries

    def _needs_a_home(self, market: Market, row: int) -> None:
        """Said once a search, before the first homes are asked."""
        children, search = market.children, int(market.children.search[row])
        if children.state[row] != WAITING or search == self._search:
            return
        again = "again " if search > 0 else ""
        words = f"She needs a home {again}{wording.notice(bool(children.emergency[row]))}."
        if self._search is None and children.since[row] < market.week:
            words = f"She has been waiting for {wording.many(market.week - int(children.since[row]), 'week')}."
        self._search = search
        self._searched.append(wording.dated(market, market.week, words))

    def _started(self, market: Market, row: int) -> None:
        """A placement of hers that started this week: where, how far, and how the fee was made."""
        children = market.children
        if children.state[row] != PLACED or children.since[row] != market.week or self._chosen is None:
            return
        fee = made_of(market, row, self._chosen)
        where = home_words(market, int(children.home[row]))
        out = out_of_area(market, row)
        route = wording.route(self.model.orders.arrangements, int(children.arrangement[row]))
        words = (f"She moves into {where}, {wording.miles(float(children.miles[row]))} from home and "
                 f"{'out of' if out else 'in'} her authority's area. {fee['words']} Route: {route}.")  # fmt: skip
        self._searched.append(wording.dated(market, market.week, words, fee=fee))
        self._chosen = None

    def _changed(self, market: Market, before: Kept | None, now: Kept) -> None:
        """What else is new: the last resort, care elsewhere, notice, a fee that rises."""
        was = None if before is None else before.state
        if now.state != was and now.state == UNREGISTERED:
            cost = wording.weekly(weekly_cost(market, now.row))
            self._say(market, f"Nobody took her in time: she lives in an unregistered setting, at {cost}.")
        if now.state != was and now.state == ELSEWHERE:
            self._say(market, "She lives in care elsewhere, with a foster family for example.")
        if before is None or now.state != PLACED:
            return
        if now.ends_by == NOTICE != before.ends_by:
            left = int(market.children.end_week[now.row]) - market.week
            self._say(market, f"Her home gives notice: she must leave in {wording.many(left, 'week')}.")
        if now.fee != self._paid:
            change = "rises" if now.fee > self._paid else "falls"
            self._say(market, f"Her fee {change} from {from_to(self._paid, now.fee)}.")

    def _now(self, market: Market) -> dict[str, Any]:
        """Where she is, and what she costs."""
        row, spent = self._row(market), {"spent_gbp": round(self._spent, 2), "spent": wording.pounds(self._spent)}
        if row is None:
            return {"state": "not here", "words": "She is not in need of a home.", **spent}
        state = int(market.children.state[row])
        cost = weekly_cost(market, row)
        said: dict[str, Any] = {"since_week": self._so_since, "cost_gbp_per_week": round(cost, 2),
                                "cost": wording.weekly(cost), **spent}  # fmt: skip
        if state == PLACED:
            return said | self._lives(market, row)
        words = {WAITING: "waits for a home", UNREGISTERED: "lives in an unregistered setting",
                 ELSEWHERE: "lives in care elsewhere"}[state]  # fmt: skip
        return said | {"state": words, "words": f"She {words}."}

    def _lives(self, market: Market, row: int) -> dict[str, Any]:
        children, home = market.children, int(market.children.home[row])
        miles, where = float(children.miles[row]), home_words(market, home)
        return {
            "state": "lives in a home",
            "words": f"She lives in {where}, {wording.miles(miles)} from home.",
            "home": home,
            "provider": wording.provider(market, int(market.homes.provider[home])),
            "host_area": wording.area(market, int(market.homes.authority[home])),
            "miles": round(miles, 1),
            "out_of_area": out_of_area(market, row),
            "route": wording.route(self.model.orders.arrangements, int(children.arrangement[row])),
            "contract": bool(children.holding[row] != OPEN_PLACE),
            "own_staff_gbp_per_week": round(float(children.extra_fee[row]), 2),
        }
