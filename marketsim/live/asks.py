"""What a page may ask of the room: one JSON object a message, whose `do` says which."""

from __future__ import annotations

import json
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from marketsim.live.messages import Market
from marketsim.scenario import errors

LONGEST = 200  # letters of any word that a page sends
Which = Literal["a", "b", "both"]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST)]


class Asked(BaseModel):
    """Base of all that a page may ask; `do` says which."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Play(Asked):
    """Let weeks pass."""

    do: Literal["play"]


class Pause(Asked):
    """Stop before the next week."""

    do: Literal["pause"]


class Step(Asked):
    """Let some weeks pass, then pause."""

    do: Literal["step"]
    weeks: Annotated[int, Field(ge=1, le=52)] = 1


class Reset(Asked):
    """Begin anew: week 0, and nothing changed."""

    do: Literal["reset"]


class Speed(Asked):
    """How fast weeks pass, at most."""

    do: Literal["speed"]
    weeks_per_second: Annotated[float, Field(ge=0.5, le=50)]


class Change(Asked):
    """Move a slider: from the next week on."""

    do: Literal["change"]
    market: Which
    slider: Name
    value: float


class Shock(Asked):
    """Something happens in the next week."""

    do: Literal["shock"]
    market: Which
    shock: Name


class Branch(Asked):
    """The other market becomes what this one is: one past, from here on two futures."""

    do: Literal["branch"]
    market: Market


class Open(Asked):
    """Another question: these two scenarios, from week 0."""

    do: Literal["open"]
    scenario: Name
    other: Name | None = None


class Follow(Asked):
    """Tell the life of a child (by its number) or of a home (by its row) in one market."""

    do: Literal["follow"]
    market: Market
    kind: Literal["child", "home"]
    number: Annotated[int, Field(ge=0, le=10_000_000)]


class Unfollow(Asked):
    """No longer."""

    do: Literal["unfollow"]


class Show(Asked):
    """Colour the maps of this page by another measure."""

    do: Literal["show"]
    measure: Name


class Turn(Asked):
    """Turn to a screen of the story of a question; to no story with an empty question."""

    do: Literal["turn"]
    question: Annotated[str, Field(max_length=LONGEST)]
    screen: Annotated[int, Field(ge=0, le=4)] = 0


class Report(Asked):
    """Run both markets several times in the background, and write the report of it."""

    do: Literal["report"]
    replicates: Annotated[int, Field(ge=2, le=40)] = 8


Asks = (
    Play | Pause | Step | Reset | Speed | Change | Shock | Branch | Open | Follow | Unfollow | Show | Turn | Report
)  # fmt: skip
Kinds = TypeVar("Kinds")
_ASKED: TypeAdapter[Asks] = TypeAdapter(Annotated[Asks, Field(discriminator="do")])


def asked(text: str) -> Asks:
    """What a page asks. Raises ValueError, in one line, for what nobody can ask."""
    return read(_ASKED, text)


def read(kinds: TypeAdapter[Kinds], text: str) -> Kinds:
    """A message of one of some kinds. Raises ValueError, in one line: where, what is wrong, what is allowed."""
    try:
        return kinds.validate_json(text)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        if detail["type"] == "union_tag_invalid":
            given, known = errors.shown(detail["ctx"]["tag"]), detail["ctx"]["expected_tags"].replace("'", "")
            raise ValueError(f"do: there is no {given}; allowed: {known}") from None
        where = ".".join(str(step) for step in detail["loc"][1:])
        given = "" if detail["type"].startswith("json") else f", got {errors.shown(detail['input'])}"
        words = detail["msg"].replace("Input should be", "expected")
        raise ValueError(errors.escaped(f"{where + ': ' if where else ''}{words}{given}"[: 2 * LONGEST])) from None


def word_of(text: str) -> str:
    """What a message wants to do, if it says so; else nothing."""
    try:
        found = json.loads(text)
    except ValueError:
        return ""
    return str(found.get("do", "")) if isinstance(found, dict) else ""


def only_looks(text: str) -> bool:
    """Whether a message changes nothing for others."""
    return word_of(text) == "show"
