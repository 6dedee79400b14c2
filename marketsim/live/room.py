"""The room: two markets that pass through the same weeks, what people do to them, and everybody who looks on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from marketsim.live import asks, kept, levers
from marketsim.live.beginning import Labels, beginnings, may_be_opened
from marketsim.live.board import Board
from marketsim.live.following import FollowedChild, FollowedHome
from marketsim.live.leading import Leader
from marketsim.live.reporting import Reporter
from marketsim.live.showing import scenes, stories
from marketsim.live.showing.state import Facts
from marketsim.live.side import Side
from marketsim.live.viewers import Viewer
from marketsim.scenario.errors import ScenarioError, escaped

USUAL_SPEED = 4.0  # weeks a second
KEPT_EVERY = 0.5  # seconds between two writings of the room, while weeks pass


class Room:
    """Everything that pages show. Models are touched by one thread at a time (`_lock`); pausing waits for nothing.

    `folder` is where the room is kept, None if nowhere.
    """

    def __init__(
        self, names: Sequence[str], seed: int, folder: Path | None, new: bool = False, labels: Labels | None = None
    ) -> None:
        self.names, self.seed = list(names), seed
        self.given = list(names)  # what the command line named: pages may open these again
        self.labels = labels
        self.first = beginnings(names, seed, labels)
        self.file = None if folder is None else kept.file_of(folder, names, seed)
        self.goes_on = self.file is not None and self.file.exists() and not new
        self.report = Reporter(folder)
        self.sides: tuple[Side, Side] | None = None
        self.board = Board(self._facts)
        self.playing, self.speed, self.starting = False, USUAL_SPEED, "The markets are being made."
        self.story: tuple[str, int] | None = None
        self.following: dict[str, Any] | None = None
        self.notice = ""
        self.leader = Leader()
        self.ready = asyncio.Event()  # the markets have been made
        self._until: tuple[int, asyncio.Event] | None = None  # the week in which it pauses, and who waits for that
        self._lock, self._go = asyncio.Lock(), asyncio.Event()
        self._kept_at = 0.0

    # What a room does by itself.

    async def open(self) -> None:
        """Make both markets; those of a kept room are lived again up to where they were."""
        try:
            await self.busy("The markets are being made.", self._make)
        except ScenarioError as error:  # what is wrong with a scenario may show only when its market is made
            self.starting = one_line(error)
            self.board.send_state()
            return
        self.ready.set()
        if self.notice:
            self.board.say(self.notice)
        if self.playing:
            self._go.set()

    async def run(self) -> None:
        """Let weeks pass as long as the room plays; never ends."""
        while True:
            await self._go.wait()
            began = time.monotonic()
            async with self._lock:
                if not self.playing:
                    self._go.clear()
                    continue
                await self._week()
            await asyncio.sleep(max(1 / self.speed - (time.monotonic() - began), 0.0))

    async def _week(self) -> None:
        """One week in both markets; the room pauses when the last is over, or something in a market fails."""
        try:
            moved = await asyncio.to_thread(self._step)
        except ScenarioError as error:  # what a lever leads to may show only when it bites
            self.playing, moved = False, True
            self.board.say(one_line(error))
        if not moved:
            self.playing = False
        if self._until is not None and (not moved or self.both[0].week >= self._until[0]):
            self.playing = False
            self._until[1].set()
        self.board.send_week()
        if self._kept_at + KEPT_EVERY < time.monotonic():
            self.keep()

    async def live_until(self, week: int) -> None:
        """Play until a week is over, unless somebody pauses on the way: then until somebody plays again."""
        reached = asyncio.Event()
        self._until = week, reached
        self._play()
        await reached.wait()
        self._until = None

    def _step(self) -> bool:
        a, b = self.both
        now = min(a.week, b.week)  # one may have stayed behind, where what was changed in it could not be lived
        moved = any([side.step() for side in (a, b) if side.week == now])
        if moved:
            self.leader.note_week((a, b))
        self.board.look((a, b), not self.playing)
        return bool(moved)

    def _make(self) -> None:
        self.sides = Side(self.first[0]), Side(self.first[1])
        try:
            self._restore(self.sides)
        except (kept.Unreadable, ScenarioError, KeyError, TypeError, ValueError) as error:
            self.notice = f"The room begins anew, since what was left of it can't be used: {one_line(error)}"
            self.sides = Side(self.first[0]), Side(self.first[1])

    def _restore(self, sides: tuple[Side, Side]) -> None:
        """Go on where a kept room was left."""
        found = kept.read(self.file) if self.goes_on and self.file is not None else None
        if found is None:
            return
        if found["names"] != self.names:  # another question was opened in it
            self.names, self.first = found["names"], beginnings(found["names"], self.seed, self.labels)
            sides = self.sides = Side(self.first[0]), Side(self.first[1])
        for side, one in zip(sides, found["markets"], strict=True):
            kept.restore(side, one)
        self.playing, self.speed = bool(found["playing"]), float(found["speed"])
        self.story = None if found["story"] is None else (found["story"][0], found["story"][1])
        self.leader.restore(found)

    # What pages ask for.

    async def read(self, viewer: Viewer, text: str) -> None:
        """Do what a page asks, and tell everybody; what can't be done is said to that page in one line."""
        try:
            await self._do(viewer, asks.asked(text))
        except (ScenarioError, ValueError) as error:
            self.board.say(one_line(error), [viewer])

    async def _do(self, viewer: Viewer, asked: asks.Asks) -> None:
        if self.sides is None:
            raise ValueError("The markets are still being made; try again in a moment.")
        if words := self.leader.refuses(asked):
            raise ValueError(words)
        match asked:
            case asks.Play():
                self._play()
            case asks.Pause():
                self.playing = False
                self.board.send_week()  # at once; the week that is under way is sent when it is over
                await self._look_closely()
            case asks.Speed():
                self.speed = asked.weeks_per_second
                self.board.send_state()
            case asks.Show():
                self._show(viewer, asked.measure)
            case asks.Turn():
                self._turn(asked)
            case asks.Report():
                self.report.start(self.both, asked.replicates, self.board.send_state)
                self.board.send_state()
            case asks.Step():
                await self._pass_weeks(asked.weeks)
            case _:
                await self._change(asked)
        self.keep()

    async def _change(self, asked: asks.Asks) -> None:
        """What touches the markets: between two weeks, and told to everybody."""
        match asked:
            case asks.Change():
                await self.between(lambda: levers.move(self.both, asked.slider, asked.value,
                                                        self._those(asked.market)))  # fmt: skip
            case asks.Shock():
                await self.between(lambda: levers.strike(asked.shock, self._those(asked.market)))
            case asks.Branch():
                source, target = self.both if asked.market == "a" else self.both[::-1]
                await self.busy(f"Living {source.week} weeks again.", lambda: target.become(source))
            case asks.Reset():
                await self.busy("Beginning anew.", self._reset)
            case asks.Open():
                await self.busy("The markets are being made.", lambda: self._open(asked))
            case asks.Follow():
                await self.busy(f"Living {self.both[0].week} weeks again.", lambda: self._follow(asked))
            case asks.Unfollow():
                await self.between(self._unfollow)

    def _play(self) -> None:
        self.playing = True
        self._go.set()
        self.board.send_week()

    async def _pass_weeks(self, weeks: int) -> None:
        """Let some weeks pass as fast as they can, telling of each; then the room is paused."""
        self.playing = False
        async with self._lock:
            for _ in range(weeks):
                await self._week()
                await asyncio.sleep(0)

    def _turn(self, asked: asks.Turn) -> None:
        known = {question["name"] for question in stories.questions()}
        if asked.question and asked.question not in known:
            raise ValueError(f"there is no story of {asked.question!r}")
        self.story = (asked.question, asked.screen) if asked.question else None
        self.board.send_state()

    def _show(self, viewer: Viewer, measure: str) -> None:
        if measure not in {one.name for one in scenes.MEASURES}:
            raise ValueError(f"there is no measure {measure!r} on the map")
        viewer.measure = measure
        viewer.send(self.board.tick(measure))

    def _reset(self) -> None:
        made = Side(self.first[0]), Side(self.first[1])
        self._replace(made)

    def _open(self, asked: asks.Open) -> None:
        """Another question, if it is one that can be shown; otherwise the room stays as it was."""
        names = [asked.scenario] if asked.other is None else [asked.scenario, asked.other]
        for name in names:
            may_be_opened(name, self.given)
        first = beginnings(names, self.seed, self.labels)
        made = Side(first[0]), Side(first[1])
        self.first, self.names = first, names
        self._replace(made)

    def _replace(self, made: tuple[Side, Side]) -> None:
        for side in self.both:
            side.close()
        self.sides, self.following, self.playing = made, None, False

    def _follow(self, asked: asks.Follow) -> None:
        side = self._side(asked.market)
        market = side.model.market
        if asked.kind == "child" and asked.number >= market.children.admitted:
            raise ValueError(f"there is no child {asked.number}: {market.children.admitted} have come so far")
        if asked.kind == "home" and asked.number >= len(market.homes):
            raise ValueError(f"there is no home {asked.number}: there are {len(market.homes)}")
        self._unfollow()
        follower = FollowedChild(asked.number) if asked.kind == "child" else FollowedHome(asked.number)
        side.follow(follower)
        self.following = {"market": asked.market, "kind": asked.kind, "number": asked.number}

    def _unfollow(self) -> None:
        self.following = None
        for side in self.both:
            side.follow(None)

    def close(self) -> None:
        """The server ends: the room is left as it is now."""
        self.keep()

    # Who is meant.

    @property
    def both(self) -> tuple[Side, Side]:
        """Its markets. Raises ValueError while they are being made."""
        if self.sides is None:
            raise ValueError("The markets are still being made.")
        return self.sides

    def _side(self, market: str) -> Side:
        return self.both["ab".index(market)]

    def _those(self, market: str) -> list[Side]:
        return list(self.both) if market == "both" else [self._side(market)]

    async def between(self, call: Callable[[], object]) -> None:
        """Do something between two weeks, and tell everybody."""
        async with self._lock:
            await asyncio.to_thread(call)
        await self._look_closely()
        self.board.send_state()

    async def _look_closely(self) -> None:
        """Find out between two weeks why the markets differ, and send it."""
        async with self._lock:
            await asyncio.to_thread(self.board.look, self.both, True)
        self.board.send_week()

    async def busy(self, words: str, call: Callable[[], object]) -> None:
        """Do something that takes a while: everybody is told that it goes on, and how it ended."""
        async with self._lock:
            self.starting = words
            self.board.send_state()
            try:
                await asyncio.to_thread(call)
            finally:
                self.starting = ""
                if self.sides is not None:
                    await asyncio.to_thread(self.board.look, self.both, True)
                self.board.send_state()

    def _facts(self) -> Facts:
        return Facts(self.first, self.sides, self.starting, self.playing, self.speed, self.story, self.following,
                     self.report.progress, self.leader.hall())  # fmt: skip

    def keep(self) -> None:
        """Write the room, if it is kept."""
        if self.file is None or self.sides is None:
            return
        self._kept_at = time.monotonic()
        room = {"names": self.names, "seed": self.seed, "playing": self.playing, "speed": self.speed,
                "story": self.story, "markets": [kept.side_kept(side) for side in self.sides],
                **self.leader.kept()}  # fmt: skip
        with suppress(OSError):  # a full disk doesn't end a workshop
            kept.write(self.file, room)


def one_line(error: Exception) -> str:
    """What is wrong, in one printable line."""
    return escaped((str(error).splitlines() or [""])[0])
