"""Seats: what one can be in a workshop, and who sits there. A seat's secret is kept apart from its public name."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from marketsim.live.workshop.decisions import Kind
from marketsim.scenario import errors

GRACE = 120.0  # seconds for which a seat is kept for somebody whose connection is lost
LONGEST_NAME = 40  # letters of a person's name
JOINER = "\u200d"  # between the parts of some letters and pictures, and not printable by itself
USUAL_AUTHORITIES, USUAL_PROVIDERS = 4, 3
BOARD = "board"


@dataclass(frozen=True)
class Seat:
    """A seat: its short `name` in addresses, its `label` for people, and what it is: the authority of a row and its
    name (`area`), the private provider of a rank, or the cooperative's board."""

    name: str
    label: str
    kind: Kind
    number: int = 0
    area: str = ""


@dataclass
class Sitter:
    """Who sits in a seat: their name, the digest of their secret, how many pages they have open and when the last was
    closed, and in which round they came: whoever comes while one is under way decides from the next on."""

    person: str
    digest: str
    from_round: int
    pages: int = 0
    left_at: float = 0.0
    typed: dict[str, object] = field(default_factory=dict)


def seats_of(names: Sequence[str], areas: Sequence[str], providers: Sequence[str]) -> list[Seat]:
    """The seats of a workshop, from names as people type them: an authority, `provider 2`, `board`; none named: four
    authorities, three providers and the board. `providers` are the areas in which private providers have most homes, by
    rank. Raises ScenarioError for a seat that can't be."""
    wanted = list(names) or [*areas[:USUAL_AUTHORITIES], *_spread(providers), BOARD]
    found = [_seat(name.strip(), areas, providers) for name in wanted]
    for seat in found:
        if sum(one.name == seat.name for one in found) > 1:
            raise errors.ScenarioError(f"there is one seat of {errors.shown(seat.label)}", "--seat")
    return found


def _spread(providers: Sequence[str]) -> list[str]:
    """The largest provider of an area, then that of another, for as many as usually have seats."""
    first = {area: rank for rank, area in reversed(list(enumerate(providers, start=1)))}
    others = [rank for rank in range(1, len(providers) + 1) if rank not in first.values()]
    return [f"provider {rank}" for rank in (*sorted(first.values()), *others)[:USUAL_PROVIDERS]]


def _seat(name: str, areas: Sequence[str], providers: Sequence[str]) -> Seat:
    word, _, rank = name.lower().partition(" ")
    if name.lower() == BOARD:
        return Seat(BOARD, "The cooperative's board", "board")
    if word == "provider" and rank.isdecimal():
        if not 1 <= int(rank) <= len(providers):
            message = f"there are {len(providers)} private providers, got {errors.shown(name)}"
            raise errors.ScenarioError(message, "--seat")
        label = f"Provider {int(rank)}, in {providers[int(rank) - 1]}"
        return Seat(f"provider-{int(rank)}", label, "provider", int(rank))
    by_name = {area.lower(): row for row, area in enumerate(areas)}
    if name.lower() not in by_name:
        allowed = "allowed: an authority's name, provider 1, board"
        near = errors.did_you_mean(name, areas)
        raise errors.ScenarioError(errors.sentence(f"there is no seat {errors.shown(name)}", allowed, near), "--seat")
    row = by_name[name.lower()]
    return Seat(f"authority-{row + 1}", areas[row], "authority", row, areas[row])


class Seating:
    """Who sits where. `clock` gives seconds, whenever they began."""

    def __init__(self, seats: Sequence[Seat], clock: Callable[[], float]) -> None:
        self.seats = {seat.name: seat for seat in seats}
        self.sitters: dict[str, Sitter] = {}
        self._clock = clock

    def sit(self, name: str, person: str, from_round: int) -> str:
        """Take a free seat, or one whose sitter has been away for too long; returns the secret that gives it back.

        Raises ValueError, in one line, for a seat that is taken or doesn't exist, or a name that is none.
        """
        self._known(name)
        person = " ".join(person.split())
        if not person or len(person) > LONGEST_NAME or not person.replace(JOINER, "").isprintable():
            got = errors.escaped(errors.shown(person))
            raise ValueError(f"Your name: expected 1 to {LONGEST_NAME} letters, got {got}.")
        if name in self.sitters and not self.is_away(name):
            raise ValueError(f"{self.seats[name].label} is taken by {self.sitters[name].person}.")
        secret = secrets.token_urlsafe(18)
        self.sitters[name] = Sitter(person, _digest(secret), from_round, left_at=self._clock())
        return secret

    def seat_of(self, secret: str) -> str:
        """The seat that a secret stands for. Raises ValueError if it stands for none (any more)."""
        digest = _digest(secret)
        for name, sitter in self.sitters.items():
            if secrets.compare_digest(sitter.digest, digest):
                return name
        raise ValueError("This seat was given to somebody else, or to nobody; choose one.")

    def come(self, name: str) -> None:
        """A page of the sitter's has been opened."""
        if name in self.sitters:
            self.sitters[name].pages += 1

    def go(self, name: str) -> None:
        """One was closed, or its connection is lost."""
        if name in self.sitters:
            sitter = self.sitters[name]
            sitter.pages, sitter.left_at = max(sitter.pages - 1, 0), self._clock()

    def is_away(self, name: str) -> bool:
        """Whether whoever sits there has had no page open for longer than the grace."""
        sitter = self.sitters[name]
        return sitter.pages == 0 and self._clock() - sitter.left_at > GRACE

    def is_played(self, name: str, round_number: int) -> bool:
        """Whether somebody decides for a seat in a round; else the model's own rules do."""
        return name in self.sitters and not self.is_away(name) and self.sitters[name].from_round <= round_number

    def free(self, name: str) -> None:
        """Nobody sits there any more, and the secret is worth nothing."""
        self._known(name)
        self.sitters.pop(name, None)

    def move(self, name: str, to: str) -> None:
        """Whoever sits in one seat sits in another one now, with the same secret. Raises ValueError if that is taken,
        or nobody sits in the first."""
        self._known(name)
        self._known(to)
        if name not in self.sitters:
            raise ValueError(f"Nobody sits at {self.seats[name].label}.")
        if to in self.sitters and not self.is_away(to):
            raise ValueError(f"{self.seats[to].label} is taken by {self.sitters[to].person}.")
        sitter = self.sitters.pop(name)
        sitter.typed = {}
        self.sitters[to] = sitter

    def _known(self, name: str) -> None:
        if name not in self.seats:
            near = errors.did_you_mean(name, self.seats)
            raise ValueError(errors.escaped(errors.sentence(f"There is no seat {errors.shown(name)}", near)))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
