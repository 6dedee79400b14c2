"""All that a page is sent when it comes, and when more than a week has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marketsim.core.calendar import Calendar
from marketsim.live import levers, messages
from marketsim.live.showing import scenes, stories
from marketsim.live.side import Beginning, Side
from marketsim.scenario.schema import Scenario
from marketsim.scenario.sections.world import places_of

LETTERS: tuple[messages.Market, messages.Market] = ("a", "b")


@dataclass(frozen=True)
class Facts:
    """What the room knows besides its markets."""

    first: tuple[Beginning, Beginning]
    sides: tuple[Side, Side] | None
    starting: str
    playing: bool
    speed: float
    story: tuple[str, int] | None
    following: dict[str, Any] | None
    report: messages.Reporting | None
    workshop: dict[str, Any] | None


def state_of(facts: Facts, tick: messages.Tick, happened: messages.Pair) -> messages.State:
    """The whole state; of markets that are still being made only what is known beforehand."""
    scenario, sides = facts.first[0].scenario, facts.sides
    return messages.State(
        type="state",
        room=title(facts.first),
        starting=facts.starting,
        speed=facts.speed,
        weeks=max(one.scenario.horizon.weeks for one in facts.first),
        start=scenario.horizon.start.isoformat(),
        markets=[_shown(number, one, sides) for number, one in enumerate(facts.first)],
        world=scenes.world_of(scenario),
        numbers=scenes.numbers_of(scenario),
        measures=[number.told for number in scenes.MEASURES],
        sliders=[] if sides is None else levers.sliders(sides),
        shocks=levers.shocks(),
        questions=list(stories.questions()),
        story=_story(facts),
        following=facts.following,
        report=facts.report,
        workshop=facts.workshop,
        history=_history(sides),
        happened=happened,
        tick=tick,
    )


def _history(sides: tuple[Side, Side] | None) -> messages.Pair:
    if sides is None:
        return [[] for _ in scenes.NUMBERS], [[] for _ in scenes.NUMBERS]
    return scenes.history(sides[0]), scenes.history(sides[1])


def title(first: tuple[Beginning, Beginning]) -> str:
    """The question of a room: that of the second market."""
    a, b = first
    return b.scenario.question or f"{b.label} beside {a.label}"


def empty_tick(scenario: Scenario, measure: str) -> messages.Tick:
    """Week 0, before there is anything to show."""
    nobody: list[None] = [None] * len(places_of(scenario.world))
    nothing: list[None] = [None] * len(scenes.NUMBERS)
    date = Calendar(scenario.horizon.start).date(0).isoformat()
    return messages.Tick(type="tick", week=0, date=date, playing=False, ended=False, numbers=(nothing, nothing),
                         measure=measure, map=(nobody, nobody), lines=([], []), happened=([], []))  # fmt: skip


def _shown(number: int, first: Beginning, sides: tuple[Side, Side] | None) -> messages.Shown:
    side = None if sides is None else sides[number]
    began = first if side is None else side.beginning
    return messages.Shown(letter=LETTERS[number], label=began.label, question=began.scenario.question,
                          changes=[] if side is None else list(_changes(side)))  # fmt: skip


def _changes(side: Side) -> Iterator[str]:
    """What was changed in the room, in words, the latest first."""
    for changed in reversed(side.changed):
        for key, value in changed.values.items():
            yield f"From week {changed.week} {_in_words(side, key, value)}"
        for rank in changed.failures:
            yield f"In week {changed.week} private group number {rank} by homes fails"


def _in_words(side: Side, key: str, value: Any) -> str:
    """A key and its value as people say them."""
    lever = next((one for one in levers.LEVERS if one.key == key), None)
    words = lever.label if lever is not None else key.removeprefix("purchasing.arrangements.").replace(".", ", ")
    said = f"{value:g}" if isinstance(value, int | float) else _value_in_words(value)
    return f"{words.replace('_', ' ')}: {said}"


def _value_in_words(value: Any) -> str:
    """A value that is no number in words: an order of arrangements, or that there is one."""
    if isinstance(value, list):
        return ", then ".join(one if isinstance(one, str) else " and ".join(one) for one in value).replace("_", " ")
    return "new" if isinstance(value, dict) else str(value)


def _story(facts: Facts) -> messages.Story | None:
    if facts.story is None or facts.sides is None:
        return None
    name, screen = facts.story
    return messages.Story(question=name, screen=screen, screens=stories.screens(name, facts.sides))


