"""What the facilitator's page and the pages of seats may ask in a workshop, and what seats are sent.

Everybody is sent the hall (`Workshop.hall`); a seat's own page also `Workshop.seat_view` with its number, `seated` with
its secret once, and `said`: one clear line.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from marketsim.live.asks import Asked, Name, read

Secret = Annotated[str, Field(min_length=8, max_length=100)]
Fields = Annotated[dict[str, Any], Field(max_length=20)]


class Advance(Asked):
    """Begin the next round, or close this one."""

    do: Literal["advance"]


class Hold(Asked):
    """Stop the clock of the round, or let it go on."""

    do: Literal["hold"]


class Back(Asked):
    """Back to the latest round: its weeks are undone, and it is decided anew."""

    do: Literal["back"]


class Seconds(Asked):
    """How long a round lasts."""

    do: Literal["seconds"]
    seconds: Annotated[float, Field(ge=10, le=3600)]


class Remove(Asked):
    """Nobody sits there any more."""

    do: Literal["remove"]
    seat: Name


class Move(Asked):
    """Whoever sits in one seat takes another one."""

    do: Literal["move"]
    seat: Name
    to: Name


Steers = Advance | Hold | Back | Seconds | Remove | Move


class Sit(Asked):
    """Take a seat."""

    do: Literal["sit"]
    seat: Name
    person: Annotated[str, Field(max_length=2_000_000)]  # what is too long is told so


class Resume(Asked):
    """Come back to a seat, by its secret."""

    do: Literal["resume"]
    secret: Secret


class Leave(Asked):
    """Show the hall again; the seat stays whose it is."""

    do: Literal["leave"]


class Type(Asked):
    """Keep what was typed and not sent."""

    do: Literal["type"]
    fields: Fields


class Decide(Asked):
    """Decide, until the round closes as often as one likes; the same `id` counts once."""

    do: Literal["decide"]
    id: Name
    round: Annotated[int, Field(ge=1, le=1000)]
    fields: Fields


SeatAsks = Sit | Resume | Leave | Type | Decide
_STEERS: TypeAdapter[Steers] = TypeAdapter(Annotated[Steers, Field(discriminator="do")])
_ASKED: TypeAdapter[SeatAsks] = TypeAdapter(Annotated[SeatAsks, Field(discriminator="do")])
STEERING = ("advance", "hold", "back", "seconds", "remove", "move")


def steered(text: str) -> Steers:
    """What the facilitator's page asks of a workshop. Raises ValueError, in one line."""
    return read(_STEERS, text)


def asked_by_seat(text: str) -> SeatAsks:
    """What a seat's page asks. Raises ValueError, in one line."""
    return read(_ASKED, text)
