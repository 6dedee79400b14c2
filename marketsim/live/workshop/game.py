"""The course of a workshop: rounds of a quarter, in which seats decide and then see what comes of it.

A round never waits for everybody: it ends when its time is up or the facilitator says so; who has decided nothing goes
on as before, and who is away is played by the model's own rules.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from marketsim.live.workshop import rules
from marketsim.live.workshop.decisions import KINDS, Decision, decided, form
from marketsim.live.workshop.seats import Seat, Seating, Sitter
from marketsim.scenario.schema import Scenario

ROUND_WEEKS = 13
USUAL_SECONDS = 180.0
MOST_REMEMBERED = 50  # identities of what a seat has sent in a round, by which what comes twice is known
Phase = Literal["lobby", "decide", "live", "over"]


@dataclass
class Received:
    """What a seat has decided in this round: the decision, how often it was changed, and what has been sent."""

    decision: Decision
    times: int
    sent: list[str] = field(default_factory=list)


class Workshop:
    """Phases, decisions and their log. `scenario` is what the room's market began as; `rounds` how many there are."""

    def __init__(
        self, scenario: Scenario, seats: Sequence[Seat], areas: Sequence[str], rounds: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self.scenario, self.areas, self.rounds = scenario, list(areas), rounds
        self.seating = Seating(seats, clock)
        self.phase: Phase = "lobby"
        self.passed = False  # the weeks of a round that was closed are over
        self.round, self.seconds = 0, USUAL_SECONDS
        self.received: dict[str, Received] = {}
        self.past: list[dict[str, Decision]] = []  # by round that was closed, what each seat decided
        self.played: list[list[str]] = []  # by round, the seats for which somebody decided
        self._clock = clock
        self._ends_at: float | None = None
        self._held: float | None = None  # seconds that were left when the clock was held

    # The course.

    def begin_round(self) -> None:
        """The next round: everybody may decide, and the clock runs."""
        if self.phase in ("decide", "over"):
            raise ValueError("A round is under way." if self.phase == "decide" else "The workshop is over.")
        self._must_have_passed()
        self.round, self.phase, self.passed, self.received = self.round + 1, "decide", False, {}
        for sitter in self.seating.sitters.values():
            sitter.typed = {}  # what was typed for another round isn't meant for this one
        self.start_clock()

    def close_round(self) -> dict[str, Any]:
        """No more decisions in this round; gives what holds from now on, by dotted key of a scenario."""
        self._must_be("decide")
        now = {name: self._standing(name) for name in self.seating.seats}
        self.played.append([name for name in now if name in self.received or self.seating.is_played(name, self.round)])
        self.past.append(now)
        self.phase, self._ends_at, self._held = "live", None, None
        return self.values()

    def end_round(self) -> None:
        """Its weeks are over."""
        self._must_be("live")
        self.passed = True
        if self.round >= self.rounds:
            self.phase = "over"

    def back(self) -> int:
        """Undo the latest round: it is decided anew, from what was decided then; gives the weeks that are left over.

        The clock stands still until it is started.
        """
        if not self.past or self.phase == "lobby":
            raise ValueError("There is no round to go back to.")
        self._must_have_passed()
        undone = self.past.pop()
        played = self.played.pop()
        self.round = len(self.past) + 1
        self.received = {name: Received(undone[name], 0) for name in played}
        self.phase, self.passed, self._ends_at, self._held = "decide", False, None, self.seconds
        return len(self.past) * ROUND_WEEKS

    def values(self) -> dict[str, Any]:
        """What holds after the rounds that were closed."""
        return rules.values_of(self.scenario, list(self.seating.seats.values()), self.past)

    # The clock.

    @property
    def seconds_left(self) -> float | None:
        """Until the round closes by itself; None where no clock runs."""
        if self._held is not None:
            return self._held
        return None if self._ends_at is None else max(self._ends_at - self._clock(), 0.0)

    @property
    def is_held(self) -> bool:
        """Whether the facilitator has stopped the clock."""
        return self._held is not None

    @property
    def time_is_up(self) -> bool:
        """Whether the round is to be closed."""
        return self.phase == "decide" and self._held is None and self.seconds_left == 0.0

    def start_clock(self) -> None:
        """A whole round's time from now on."""
        self._ends_at, self._held = self._clock() + self.seconds, None

    def hold(self) -> None:
        """Stop the clock, or let it go on."""
        self._must_be("decide")
        if self._held is None:
            self._held = self.seconds_left
        else:
            self._ends_at, self._held = self._clock() + self._held, None

    def set_seconds(self, seconds: float) -> None:
        """How long a round lasts, this one included."""
        self.seconds = seconds
        if self.phase == "decide":
            self.start_clock()

    # What seats send.

    def sit(self, name: str, person: str) -> str:
        """Take a seat: before a round begins for the next one, while one is under way from the one after it."""
        return self.seating.sit(name, person, self.round + (self.phase != "lobby"))

    def type(self, name: str, fields: Mapping[str, Any]) -> None:
        """Keep what somebody has typed and not sent, so that a page that is loaded anew has it."""
        if name in self.seating.sitters:
            self.seating.sitters[name].typed = dict(fields)

    def checked(self, name: str, round_number: int, fields: Any) -> Decision:
        """What a seat wants to decide, if it may. Raises ValueError, in one line."""
        seat = self.seating.seats[name]
        if self.phase != "decide" or round_number != self.round:
            raise ValueError(f"Round {round_number} is closed.")
        if not self.seating.is_played(name, self.round):
            raise ValueError(f"You decide from round {self.seating.sitters[name].from_round} on.")
        return decided(seat.kind, fields, self.areas)

    def would_be(self, name: str, decision: Decision) -> dict[str, Any]:
        """What would hold if the round closed now with this decision among those received."""
        now = {other: self._standing(other) for other in self.seating.seats} | {name: decision}
        return rules.values_of(self.scenario, list(self.seating.seats.values()), [*self.past, now])

    def remove(self, name: str) -> None:
        """Whoever sits there leaves, and what they decided in this round with them."""
        self.seating.free(name)
        self.received.pop(name, None)

    def receive(self, name: str, identity: str, decision: Decision) -> None:
        """Note a decision, in place of an earlier one of this round; the same sent twice is noted once."""
        before = self.received.get(name)
        if before is not None and identity in before.sent:
            return
        sent = [*(before.sent if before else []), identity][-MOST_REMEMBERED:]
        self.received[name] = Received(decision, (before.times if before else 0) + 1, sent)
        self.type(name, {})

    def before(self, name: str) -> Decision:
        """What goes on for a seat if nothing else is decided in this round."""
        kind = KINDS[self.seating.seats[name].kind]
        return self.past[-1][name].goes_on() if self.past else kind()

    def _standing(self, name: str) -> Decision:
        """What holds for a seat in this round: what was received, what was decided before, or, where nobody decides,
        what the model's own rules do."""
        if name in self.received:
            return self.received[name].decision
        if self.seating.is_played(name, self.round):
            return self.before(name)
        return KINDS[self.seating.seats[name].kind]()

    def _must_have_passed(self) -> None:
        if self.phase == "live" and not self.passed:
            raise ValueError("The weeks of this round are passing; wait for their end.")

    def _must_be(self, phase: Phase) -> None:
        if self.phase != phase:
            raise ValueError({"decide": "No round is open.", "live": "No round is being lived."}.get(phase, phase))

    # What is kept on disk.

    def kept(self) -> dict[str, Any]:
        """All of it, so that a server that was killed goes on where it was; of secrets only their digests."""
        return {
            "phase": self.phase, "round": self.round, "seconds": self.seconds, "left": self.seconds_left,
            "held": self.is_held, "passed": self.passed, "played": self.played,
            "past": [{name: one.model_dump() for name, one in now.items()} for now in self.past],
            "received": {name: {"decision": one.decision.model_dump(), "times": one.times, "sent": one.sent}
                         for name, one in self.received.items()},
            "sitters": {name: {"person": one.person, "digest": one.digest, "from_round": one.from_round,
                               "typed": one.typed} for name, one in self.seating.sitters.items()},
        }  # fmt: skip

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Go on from what was kept. Raises KeyError or ValueError for what is no workshop with these seats."""
        kinds = {name: KINDS[seat.kind] for name, seat in self.seating.seats.items()}
        self.past = [{name: kinds[name].model_validate(one) for name, one in now.items()} for now in kept["past"]]
        self.received = {name: Received(kinds[name].model_validate(one["decision"]), one["times"], one["sent"])
                         for name, one in kept["received"].items()}  # fmt: skip
        self.seating.sitters = {name: Sitter(**one, left_at=self._clock()) for name, one in kept["sitters"].items()
                                if name in kinds}  # fmt: skip
        self.phase, self.round, self.played = kept["phase"], kept["round"], kept["played"]
        self.passed, self.seconds, left = kept["passed"], kept["seconds"], kept["left"]
        self._ends_at = None if left is None else self._clock() + left
        self._held = left if kept["held"] else None

    # What pages are told.

    def hall(self) -> dict[str, Any]:
        """What everybody may know: phase, clock, who sits where and who has decided; no secret, no decision."""
        left = self.seconds_left
        return {
            "type": "hall", "phase": self.phase, "round": self.round, "rounds": self.rounds, "held": self.is_held,
            "passed": self.passed, "seconds_left": None if left is None else round(left), "seconds": self.seconds,
            "seats": [self._place(seat) for seat in self.seating.seats.values()],
        }  # fmt: skip

    def _place(self, seat: Seat) -> dict[str, Any]:
        sitter = self.seating.sitters.get(seat.name)
        away = sitter is not None and self.seating.is_away(seat.name)
        played = self.seating.is_played(seat.name, max(self.round, 1))
        return {
            "name": seat.name, "label": seat.label, "kind": seat.kind,
            "person": sitter.person if sitter is not None else None,
            "connected": sitter is not None and sitter.pages > 0, "away": away, "played": played,
            "decided": seat.name in self.received,
        }  # fmt: skip

    def seat_view(self, name: str) -> dict[str, Any]:
        """What a seat's own page shows besides the hall: its form, what goes on, what was typed and received."""
        seat, sitter = self.seating.seats[name], self.seating.sitters[name]
        received = self.received.get(name)
        return {
            "type": "seat", "name": name, "label": seat.label, "kind": seat.kind, "person": sitter.person,
            "form": form(seat.kind, self.areas), "round": self.round, "from_round": sitter.from_round,
            "before": self.before(name).model_dump(), "typed": sitter.typed,
            "received": None if received is None else received.decision.model_dump(),
            "times": 0 if received is None else received.times,
        }  # fmt: skip

    def log(self) -> list[dict[str, Any]]:
        """Every decision: a row a round, seat and field, with who played; no person's name."""
        return [
            {"round": number + 1, "seat": name, "played": name in played, "field": key, "value": value}
            for number, (now, played) in enumerate(zip(self.past, self.played, strict=True))
            for name, decision in now.items()
            for key, value in decision.model_dump().items()
        ]
