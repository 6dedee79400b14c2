"""What everybody sees of a room: looked at between two weeks, and sent to each page as it can take it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable

from marketsim.core.calendar import Calendar
from marketsim.live import messages
from marketsim.live.showing import scenes
from marketsim.live.showing.state import Facts, empty_tick, state_of
from marketsim.live.showing.why import why
from marketsim.live.side import Side
from marketsim.live.viewers import Viewer

RECENT = 12  # things that happened, of each market, that a page is sent when it comes
WHY_EVERY = 1.0  # seconds between two answers to why, while weeks pass
Recent = deque[tuple[int, messages.Happening]]
Sides = tuple[Side, Side]


class Board:
    """The latest that is known, and the pages that show it. `facts` are the room's own, whenever they are asked for.

    Models are read in `look` only, which nobody calls while they move on.
    """

    def __init__(self, facts: Callable[[], Facts]) -> None:
        self.viewers: set[Viewer] = set()
        self._facts = facts
        self._frames: tuple[scenes.Frame, scenes.Frame] | None = None
        self._recent: tuple[Recent, Recent] = (deque(maxlen=RECENT), deque(maxlen=RECENT))
        self._why: messages.Why | None = None
        self._told: messages.Told | None = None
        self._sent: messages.Why | None = None
        self._looked_at = 0.0

    def look(self, sides: Sides, closely: bool) -> None:
        """Note what the latest week shows; `closely`, or once a second: also why the markets differ, and the life of
        whoever is followed."""
        before, self._frames = self._frames, (scenes.frame(sides[0]), scenes.frame(sides[1]))
        for number, (recent, now) in enumerate(zip(self._recent, self._frames, strict=True)):
            if before is None or now.week < before[number].week:
                recent.clear()
            if before is None or now.week != before[number].week:
                recent.extend((now.week, one) for one in now.happened)
        if closely or self._looked_at + WHY_EVERY < time.monotonic():
            self._looked_at, self._why, self._told = time.monotonic(), why(sides), self._life(sides)

    def _life(self, sides: Sides) -> messages.Told | None:
        following = self._facts().following
        if following is None or (follower := sides["ab".index(following["market"])].follower) is None:
            return None
        return messages.Told(type="told", market=following["market"], kind=following["kind"], told=follower.told())

    def join(self) -> Viewer:
        """A page has been opened: it is sent all there is."""
        viewer = Viewer()
        self.viewers.add(viewer)
        self._greet(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """A page was closed."""
        self.viewers.discard(viewer)

    def send_state(self) -> None:
        """All there is, for everybody."""
        for viewer in self.viewers:
            self._greet(viewer)

    def send_week(self) -> None:
        """A week for everybody; pages that colour their maps in the same way get the same."""
        ticks: dict[str, messages.Tick] = {}
        for viewer in self.viewers:
            if viewer.measure not in ticks:
                ticks[viewer.measure] = self.tick(viewer.measure)
            viewer.send(ticks[viewer.measure])
        if self._sent is not self._why:
            self._sent = self._why
            self._send_reasons(self.viewers)

    def say(self, words: str, viewers: Iterable[Viewer] | None = None) -> None:
        """One line, for some or for everybody."""
        for viewer in self.viewers if viewers is None else viewers:
            viewer.send(messages.Said(type="said", words=words))

    def tick(self, measure: str) -> messages.Tick:
        """The latest week, with the maps of a measure."""
        facts = self._facts()
        scenario = facts.first[0].scenario
        if self._frames is None:
            return empty_tick(scenario, measure)
        a, b = self._frames
        return messages.Tick(
            type="tick", week=a.week, date=Calendar(scenario.horizon.start).date(a.week).isoformat(),
            playing=facts.playing, ended=a.week >= scenario.horizon.weeks, numbers=(a.numbers, b.numbers),
            measure=measure, map=(a.map_values(measure), b.map_values(measure)), lines=(a.lines, b.lines),
            happened=(a.happened, b.happened),
        )  # fmt: skip

    def _greet(self, viewer: Viewer) -> None:
        happened = list(self._recent[0]), list(self._recent[1])
        viewer.send(state_of(self._facts(), self.tick(viewer.measure), happened))
        self._send_reasons([viewer])

    def _send_reasons(self, viewers: Iterable[Viewer]) -> None:
        for viewer in viewers:
            for message in (self._why, self._told):
                if message is not None:
                    viewer.send(message)
