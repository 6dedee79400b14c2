"""What a page may ask of the room, and what it is sent: one JSON object a message.

Whoever opens the page is sent the whole `State`; from then on a `Tick` a week, a `State` anew when more has changed
than a week, and `Said`, `Why` and `Told` when there is something to say.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypedDict, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from marketsim.scenario import errors

LONGEST = 200  # letters of any word that a page sends
Market = Literal["a", "b"]
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


Pair = tuple[Any, Any]  # of market a, and of market b


class Measure(TypedDict):
    """A number that is shown: its `name`, `label`, `unit`, by what a value is multiplied (`factor`) and how many
    `digits` stand behind the point."""

    name: str
    label: str
    unit: str
    factor: float
    digits: int
    meaning: str


class Area(TypedDict):
    """An authority on the map: at `x`, `y` (columns and rows of cells, or miles; y grows to the south)."""

    code: str
    name: str
    region: str
    x: float
    y: float


class World(TypedDict):
    """The map: `cells` are hexagons (odd rows stand half a cell to the right), or else circles at the centres."""

    cells: bool
    areas: list[Area]


class Slider(TypedDict):
    """A lever: what it is, its unit, meaning and bounds, and the value in both markets (null: there is none). With
    `choices` the values are numbers of words to choose from."""

    name: str
    label: str
    unit: str
    meaning: str
    least: float
    most: float
    step: float
    value: Pair
    choices: list[str]


class Button(TypedDict):
    """A shock: what it is called and what it does."""

    name: str
    label: str
    meaning: str


class Happening(TypedDict):
    """Something that happened in a week, in words; with the child or home to follow, if it is about one."""

    words: str
    kind: Literal["child", "home", ""]
    number: int


class Tick(TypedDict):
    """A week: `numbers[m]` by the measures of `State.numbers`; `map[m]` by area for the measure that the page shows
    (null: nobody to measure); `lines[m]` placements that start, as from and to area; `happened[m]`."""

    type: Literal["tick"]
    week: int
    date: str
    playing: bool
    ended: bool
    numbers: Pair
    measure: str
    map: Pair
    lines: Pair
    happened: Pair


class Shown(TypedDict):
    """One of the two markets: its letter, the scenario's name and question, and what was changed in the room."""

    letter: Market
    label: str
    question: str
    changes: list[str]


class Screen(TypedDict):
    """One of the five screens of a story: `do` are buttons, each with a message to send."""

    title: str
    lines: list[str]
    do: list[dict[str, Any]]


class Story(TypedDict):
    """The story of a question, which all pages show: `question` is a scenario's name."""

    question: str
    screen: int
    screens: list[Screen]


class Question(TypedDict):
    """A shipped scenario to open, and what it is compared with."""

    name: str
    folder: str
    question: str
    baseline: str


class Reporting(TypedDict):
    """How far the report is: `done` of `all` runs, then its `address`."""

    done: int
    all: int
    address: str
    said: str


class State(TypedDict):
    """All there is: see the parts. `starting` says in words what the room is busy with, and is empty when it is ready.

    `history[m]` has for each of the `numbers` its value in each week from 1 on; `happened[m]` are the latest (week,
    Happening), oldest first; `workshop` is `Workshop.hall`, if there is one.
    """

    type: Literal["state"]
    room: str
    starting: str
    speed: float
    weeks: int
    start: str
    markets: list[Shown]
    world: World
    numbers: list[Measure]
    measures: list[Measure]
    sliders: list[Slider]
    shocks: list[Button]
    questions: list[Question]
    story: Story | None
    following: dict[str, Any] | None
    report: Reporting | None
    workshop: dict[str, Any] | None
    history: Pair
    happened: Pair
    tick: Tick


class Said(TypedDict):
    """One clear line for the page that asked: what is wrong, what is allowed."""

    type: Literal["said"]
    words: str


class Why(TypedDict):
    """Why the numbers of b differ from those of a, in the last `weeks`: `causes` of the difference in spend (GBP a
    week), which add up to it, and sentences on the other numbers."""

    type: Literal["why"]
    weeks: int
    difference: float
    causes: list[tuple[str, float, str]]
    sentences: list[str]


class Told(TypedDict):
    """The life of the child or home that is followed, as `following.py` tells it, in one market."""

    type: Literal["told"]
    market: Market
    kind: Literal["child", "home"]
    told: dict[str, Any]
