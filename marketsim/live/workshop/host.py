"""The host of a workshop: leads a room through its rounds, and tells everybody where they are."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

from marketsim.experiments.run import changed_from
from marketsim.live import asks as room_asks
from marketsim.live import kept as rooms
from marketsim.live.leading import Leader
from marketsim.live.room import Room, one_line
from marketsim.live.side import Side
from marketsim.live.viewers import Viewer
from marketsim.live.workshop import asks
from marketsim.live.workshop.decisions import Decision
from marketsim.live.workshop.game import ROUND_WEEKS, Workshop
from marketsim.live.workshop.results import Quarter, main_areas
from marketsim.live.workshop.seats import seats_of
from marketsim.scenario.errors import ScenarioError
from marketsim.world import start

OFTEN = 0.5  # seconds between two looks at the clock
MOST_ROUNDS = 8
LABELS = ("other rules", "the room")
ROOM = 1  # the market in which decisions count: the second; the first is the same children under other rules
NOT_NOW = "In a workshop the rounds let the weeks pass."


class SeatPage(Viewer):
    """The page of a seat, or of somebody who has not chosen one: `seat` is the one it shows. That of a laptop that is
    passed on has several: all are `its` as long as it is open."""

    def __init__(self) -> None:
        super().__init__()
        self.seat: str | None = None
        self.its: set[str] = set()


class Host(Leader):
    """Rounds, clock and seats of a room. `facilitator` is the word that the facilitator's page knows."""

    def __init__(self, room: Room, seats: list[str]) -> None:
        self.room = room
        self.facilitator = _facilitator_of(room) or secrets.token_urlsafe(9)
        self.pages: set[SeatPage] = set()
        scenario = room.first[ROOM].scenario
        market = start.build_market(scenario, room.seed)  # only to know who is in it
        areas = list(market.authorities.name)
        rounds = min(scenario.horizon.weeks // ROUND_WEEKS, MOST_ROUNDS)
        if rounds < 1:
            raise ScenarioError(f"a workshop needs {ROUND_WEEKS} weeks at least", "horizon.weeks:")
        chosen = seats_of(seats, areas, main_areas(market))
        self.workshop = Workshop(scenario, chosen, areas, rounds)
        self.quarters: list[Quarter] = []
        self._told: dict[str, Any] = {}  # what everybody was told last
        self._quarter: Quarter | None = None
        self._round: asyncio.Task[None] | None = None
        room.leader = self

    async def run(self) -> None:
        """Watch the clock; never ends. A quarter that a killed server left in the middle is lived to its end."""
        await self.room.ready.wait()
        if self.workshop.phase == "live" and self.room.both[0].week < self.workshop.round * ROUND_WEEKS:
            self._begin_quarter()
        self.tell()
        while True:
            await asyncio.sleep(OFTEN)
            if self.workshop.time_is_up:
                await self._close()
            elif self.workshop.hall() != self._told:  # the clock, or somebody has been away for too long
                self.tell()

    # The facilitator's page.

    async def steer(self, viewer: Viewer, text: str) -> None:
        """Do what the facilitator's page asks; what can't be done is said in one line."""
        try:
            await self._steer(asks.steered(text))
        except (ScenarioError, ValueError) as error:
            self.room.board.say(one_line(error), [viewer])
        self.room.keep()
        self.tell()

    async def _steer(self, asked: asks.Steers) -> None:
        workshop = self.workshop
        match asked:
            case asks.Advance():
                await self._advance()
            case asks.Hold():
                workshop.hold()
            case asks.Seconds():
                workshop.set_seconds(asked.seconds)
            case asks.Back():
                await self._back()
            case asks.Remove():
                workshop.remove(asked.seat)
                self._send_home(asked.seat)
            case asks.Move():
                workshop.seating.move(asked.seat, asked.to)
                for page in self.pages:
                    if asked.seat in page.its:
                        page.its = page.its - {asked.seat} | {asked.to}
                    if page.seat == asked.seat:
                        page.seat = asked.to

    async def _advance(self) -> None:
        if self.workshop.phase == "decide":
            await self._close()
        else:
            self.workshop.begin_round()

    async def _close(self) -> None:
        """Close the round: decisions count from the next week on, and a quarter passes."""
        values = self.workshop.close_round()
        self.tell()
        room = self.room
        try:
            if values:
                await room.between(lambda: room.both[ROOM].change(values))
        except ScenarioError as error:  # each decision was tried with the others; still, a round never hangs
            room.board.say(one_line(error))
        self._begin_quarter()

    def _begin_quarter(self) -> None:
        self._quarter = Quarter.begun(self.room.both)
        self._round = asyncio.create_task(self._live())

    async def _live(self) -> None:
        await self.room.live_until(self.workshop.round * ROUND_WEEKS)
        assert self._quarter is not None
        self.quarters.append(self._quarter)
        self.workshop.end_round()
        self.room.keep()
        self.tell()

    async def _back(self) -> None:
        """The latest round once more: both markets live again up to its beginning."""
        weeks = self.workshop.back()
        del self.quarters[len(self.workshop.past) :]
        await self.room.busy(f"Back to week {weeks}.", lambda: self._undo(weeks))
        self.workshop.start_clock()

    def _undo(self, weeks: int) -> None:
        """Both markets up to a week, without what was changed since; changes of the facilitator's too."""
        for side in self.room.both:
            side.go_back(weeks)

    def kept(self) -> dict[str, Any]:
        """Workshop and word, so that pages that are open go on."""
        return {"workshop": self.workshop.kept(), "facilitator": self.facilitator}

    def restore(self, found: Mapping[str, Any]) -> None:
        """Go on with a kept workshop; the weeks wait until somebody is there to lead them."""
        try:
            self.workshop.restore(found["workshop"])
        except (KeyError, TypeError, ValueError) as error:
            raise rooms.Unreadable(f"its workshop had other seats ({type(error).__name__})") from None
        self.room.playing = False

    def hall(self) -> dict[str, Any]:
        """Where the workshop is, as everybody may know."""
        return self.workshop.hall()

    # Pages of seats.

    def join(self) -> SeatPage:
        """Somebody opens the page of seats."""
        page = SeatPage()
        self.pages.add(page)
        page.send(self.workshop.hall())
        return page

    def leave(self, page: SeatPage) -> None:
        """It was closed, or its connection is lost: the seat is kept for a while."""
        self.pages.discard(page)
        for seat in page.its:
            self.workshop.seating.go(seat)
        self.tell()

    async def do(self, page: SeatPage, text: str) -> None:
        """Do what a seat's page asks; what can't be done is said to it in one line."""
        await self.room.ready.wait()  # a kept room knows its seats again
        try:
            await self._do(page, asks.asked_by_seat(text))
        except (ScenarioError, ValueError) as error:
            self.room.board.say(one_line(error), [page])

    async def _do(self, page: SeatPage, asked: asks.SeatAsks) -> None:
        match asked:
            case asks.Sit():
                secret = self.workshop.sit(asked.seat, asked.person)
                self._send_home(asked.seat)  # whoever had it before and was away for too long
                self._seat(page, asked.seat)
                page.send({"type": "seated", "seat": asked.seat, "secret": secret})
            case asks.Resume():
                self._seat(page, self.workshop.seating.seat_of(asked.secret))
            case asks.Leave():
                self._seat(page, None)
            case asks.Type():
                self.workshop.type(_seated(page), asked.fields)
                self.room.keep()
                return
            case asks.Decide():
                await self._decide(page, asked)
        self.room.keep()
        self.tell()

    def _seat(self, page: SeatPage, seat: str | None) -> None:
        """Show a seat, or the hall; those that a page has shown stay its own until it is closed."""
        page.seat = seat
        if seat is not None and seat not in page.its:
            page.its.add(seat)
            self.workshop.seating.come(seat)

    async def _decide(self, page: SeatPage, asked: asks.Decide) -> None:
        """A decision counts if what would hold with it is a scenario."""
        name = _seated(page)
        decision = self.workshop.checked(name, asked.round, asked.fields)
        await asyncio.to_thread(self._try, name, decision)
        self.workshop.checked(name, asked.round, asked.fields)  # the round may have closed meanwhile
        self.workshop.receive(name, asked.id, decision)

    def _try(self, name: str, decision: Decision) -> None:
        side = self.room.both[ROOM]
        if values := self.workshop.would_be(name, decision):
            changed_from(side.scenario, side.week + 1, values)

    def _send_home(self, seat: str) -> None:
        """Pages that showed a seat show the hall again."""
        for page in self.pages:
            page.its.discard(seat)
            if page.seat == seat:
                page.seat = None
                page.send({"type": "seat", "name": None})

    # What everybody is told.

    def tell(self) -> None:
        """Where the workshop is, for all pages; what is its own, for each seat."""
        hall = self._told = self.workshop.hall()
        for viewer in (*self.room.board.viewers, *self.pages):
            viewer.send(hall)
        for page in self.pages:
            if page.seat is not None and page.seat in self.workshop.seating.sitters:
                page.send(self._view(page.seat))

    def _view(self, name: str) -> Mapping[str, Any]:
        view = self.workshop.seat_view(name)
        seat = self.workshop.seating.seats[name]
        latest = self.quarters[-1].of(seat, self._members()) if self.quarters else None
        return {**view, "number": None if latest is None else {**latest, "round": len(self.quarters)}}

    def _members(self) -> list[str]:
        """The areas of those who are members of the cooperative now."""
        latest = self.workshop.past[-1] if self.workshop.past else {}
        seats = self.workshop.seating.seats
        return [seats[name].area for name, decision in latest.items() if getattr(decision, "member", False)]

    def note_week(self, sides: tuple[Side, Side]) -> None:
        """What the quarter brings is added up."""
        if self._quarter is not None and self.workshop.phase == "live":
            self._quarter.note(sides)

    def refuses(self, asked: room_asks.Asks) -> str:
        """Rounds let the weeks pass; in between a facilitator may pause, and let things happen to both markets."""
        if isinstance(asked, room_asks.Play):
            return "" if self.workshop.phase == "live" else NOT_NOW
        passing = room_asks.Step | room_asks.Reset | room_asks.Branch | room_asks.Open
        return NOT_NOW if isinstance(asked, passing) else ""


def _facilitator_of(room: Room) -> str | None:
    """The word of a kept room's facilitator, whose page may still be open."""
    try:
        found = rooms.read(room.file) if room.goes_on and room.file is not None else None
    except rooms.Unreadable:
        return None
    return None if found is None or not isinstance(found.get("facilitator"), str) else str(found["facilitator"])


def _seated(page: SeatPage) -> str:
    if page.seat is None:
        raise ValueError("Choose a seat first.")
    return page.seat
