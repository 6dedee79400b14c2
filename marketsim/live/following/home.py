"""A home's life: who came and left, what it earned and cost, when it stood empty, whom it refused and why."""

from __future__ import annotations

from typing import Any

import numpy as np

from marketsim.core.columns import Ints
from marketsim.live.following import home_books, wording
from marketsim.live.following.follower import Follower, blameless
from marketsim.live.following.home_books import Week
from marketsim.market.children import BREAKDOWN, HOME_CLOSED, MOVED_ON, NOT_YET, NOTICE, PLANNED
from marketsim.market.homes import NEVER
from marketsim.market.market import Market
from marketsim.model import MarketModel
from marketsim.week.placing import reasons
from marketsim.week.placing.reasons import Answer
from marketsim.week.placing.tables import Awards, Placing

LATEST = 20  # refusals told one by one
ENDS = {
    PLANNED: "the stay ended as planned",
    BREAKDOWN: "the placement broke down",
    HOME_CLOSED: "the home closed",
    NOTICE: "the provider had given notice",
    MOVED_ON: "the child moved on",
}


class FollowedHome(Follower):
    """The life of the home in a `row` of the homes (`home_id` in tables). It may open later.

    Who lived there before it was followed is known; what it earned then, and whom it refused, is not.
    """

    def __init__(self, row: int) -> None:
        self.row = row

    def begin(self, model: MarketModel) -> None:
        """Forget what was known, and look at what the market knows of the past."""
        self._entries: list[dict[str, object]] = []
        self._arrived: list[dict[str, object]] = []  # this week
        self._weeks: list[Week] = []
        self._refusals: dict[Answer, int] = {}
        self._latest: list[dict[str, object]] = []
        self._asked, self._offered, self._since = 0, 0, model.market.week
        self._paid: Week | None = None
        self._last = self._look(model.market)
        self._entries += self._past(model.market)

    def answered(self, market: Market, rows: Ints, placing: Placing, awards: Awards) -> None:
        """Which children it was asked for this week, and what it said."""
        if self.row >= len(market.homes):
            return
        for request in reasons.of_home(placing, self.row, blameless(market, rows, placing.searches)):
            if not request.asked:
                continue
            self._asked += 1
            self._offered += request.answer.offered
            if not request.answer.offered:
                self._refuse(market, int(rows[request.search]), request.answer)

    def bought(self, market: Market) -> None:
        """What it is paid this week."""
        if self.row < len(market.homes):
            self._paid = home_books.week_of(self.model, self.row)
            self._came(market)

    def note_week(self, model: MarketModel) -> None:
        """Write down the week that is over."""
        market, before = model.market, self._last
        if self.row >= len(market.homes):
            return
        if self._paid is not None:
            self._weeks.append(self._paid._replace(besides=float(model.ledger.besides[self.row])))
            self._paid = None
        self._left(market)
        self._entries, self._arrived = self._entries + self._arrived, []
        self._last = now = self._look(market)
        self._changed(market, before, now)

    def told(self) -> dict[str, Any]:
        """What is known of it: what it is, week by week who lived there and what it earned, and what happened."""
        market = self.model.market
        told: dict[str, Any] = {"kind": "home", "title": f"Home {self.row}", "home": self.row}
        if self.row >= len(market.homes):
            return told | {"who": "There is no home of this number yet.", "followed_since_week": self._since}
        return told | {
            **self._described(market),
            "followed_since_week": self._since,
            "series": home_books.series(self._weeks, self._since),
            "totals": home_books.totals(self._weeks),
            "entries": list(self._entries),
            "stood_empty": [home_books.empty_told(market, run) for run in home_books.runs_of_empty(self._weeks)],
            "refusals": self._refused(),
        }

    def _refuse(self, market: Market, child: int, answer: Answer) -> None:
        children = market.children
        number, area = int(children.number[child]), wording.area(market, int(children.authority[child]))
        self._refusals[answer] = self._refusals.get(answer, 0) + 1
        why = answer.value
        words = f"Child {number} of {area}: {why}."
        self._latest.append(wording.dated(market, market.week, words, child=number, authority=area, reason=why))
        del self._latest[:-LATEST]

    def _refused(self) -> dict[str, Any]:
        counted = sorted(self._refusals.items(), key=lambda pair: -pair[1])
        return {
            "asked": self._asked,
            "offered": self._offered,
            "reasons": [{"words": answer.value, "times": times} for answer, times in counted],
            "latest": self._latest[::-1],
        }

    def _records(self, market: Market) -> list[int]:
        found: list[int] = np.flatnonzero(market.records.home == self.row).tolist()
        return found

    def _past(self, market: Market) -> list[dict[str, object]]:
        """Who came and left before it was followed."""
        records, entries = market.records, []
        for record in self._records(market):
            entries.append((int(records.start_week[record]), f"{_child(market, record)} came."))
            if records.end_week[record] != NOT_YET:
                why = ENDS[int(records.end_reason[record])]
                entries.append((int(records.end_week[record]), f"{_child(market, record)} left: {why}."))
        return [wording.dated(market, week, words) for week, words in sorted(entries)]

    def _came(self, market: Market) -> None:
        records = market.records
        for record in self._records(market):
            if records.start_week[record] == market.week:
                fee = float(records.fee[record])
                words = f"{_child(market, record)} came, for {wording.weekly(fee)}."
                more = {"child": int(records.child[record]), "fee_gbp_per_week": round(fee, 2)}
                self._arrived.append(wording.dated(market, market.week, words, **more))

    def _left(self, market: Market) -> None:
        records = market.records
        for record in self._records(market):
            if records.end_week[record] == market.week:
                weeks = wording.many(market.week - int(records.start_week[record]), "week")
                words = f"{_child(market, record)} left after {weeks}: {ENDS[int(records.end_reason[record])]}."
                self._note(market, words, child=int(records.child[record]))

    def _note(self, market: Market, words: str, **more: object) -> None:
        self._entries.append(wording.dated(market, market.week, words, **more))

    def _look(self, market: Market) -> tuple[int, int, bool] | None:
        """Its rating and provider, and whether it is open."""
        if self.row >= len(market.homes):
            return None
        homes = market.homes
        is_open = bool(homes.is_open(market.week)[self.row])
        return int(homes.rating[self.row]), int(homes.provider[self.row]), is_open

    def _changed(self, market: Market, before: tuple[int, int, bool] | None, now: tuple[int, int, bool] | None) -> None:
        if now is None or before == now:
            return
        if before is None:
            self._note(market, "The home opens.")
            return
        if now[0] != before[0]:
            self._note(market, f"Inspectors rate it {wording.rating(now[0])}; it was {wording.rating(before[0])}.")
        if now[1] != before[1]:
            self._note(market, f"It passes to {wording.provider(market, now[1])}.")
        if before[2] and not now[2]:
            self._note(market, "The home closes.")

    def _described(self, market: Market) -> dict[str, Any]:
        homes, row = market.homes, self.row
        provider, places = int(homes.provider[row]), int(homes.places[row])
        run_by, area = wording.provider(market, provider), wording.area(market, int(homes.authority[row]))
        sector, rating = wording.sector(int(homes.sector[row])), wording.rating(int(homes.rating[row]))
        offers = wording.offer(int(homes.takes_needs[row]), int(homes.takes_ages[row]))
        many = wording.many(places, "place")
        words = f"A {sector} home with {many} in {area}, run by {run_by}, rated {rating}: {offers}."
        closed = int(homes.closed_week[row])
        about = {
            "provider": run_by,
            "homes_of_provider": int((homes.is_open(market.week) & (homes.provider == provider)).sum()),
            "sector": sector,
            "host_area": area,
            "places": places,
            "rating": rating,
            "offers": offers,
            "opened_week": int(homes.opened_week[row]) if homes.opened_week[row] > 0 else None,
            "closed_week": None if closed == NEVER or closed > market.week else closed,
        }
        return {"who": words, "about": about}


def _child(market: Market, record: int) -> str:
    records = market.records
    return f"Child {records.child[record]} of {wording.area(market, int(records.child_authority[record]))}"
