"""What pages are sent: one JSON object a message.

Whoever opens the page is sent the whole `State`; from then on a `Tick` a week, a `State` anew when more has changed
than a week, and `Said`, `Why` and `Told` when there is something to say.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

Market = Literal["a", "b"]
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
