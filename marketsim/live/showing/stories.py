"""The story of a shipped question in five screens: what is asked, who tried it, where to look, what to try, what it
means. Made from what the scenario and its levers say of themselves, and from what the room shows now."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from marketsim.live import levers as sliders
from marketsim.live.messages import Question, Screen
from marketsim.live.showing.why import why
from marketsim.live.side import Side
from marketsim.reports import levers as all_levers
from marketsim.reports.headline import signed
from marketsim.scenario import reader, shipped

MOST_LEVERS, MOST_CAUSES = 3, 3
LOOK = {  # where to look first, by folder of scenarios
    "today": ("The map of the first market: who is placed out of area, and where the homes stand.",
              "Empty places and children without a place at once: the homes are not where, or not for whom, they are "
              "needed."),
    "buying": ("Fee and empty places together: who pays for a place that stands empty decides who carries the risk.",
               "Children without a place: contracts that fill do not take those whom homes would rather not."),
    "cooperatives": ("Out of area beside distance: members place in one another's areas, so more may cross a boundary "
                     "though they live nearer.",
                     "The map: members and their neighbours outside may move in opposite ways."),
    "supply": ("Where homes open, and when: registration takes months, so nothing moves at first.",
               "Children without a place: more homes in cheap areas do not serve those who live elsewhere."),
    "demand": ("Children without a place, then fees: what is not asked for any more frees places for others.",
               "Empty places: homes lose residents first where they were easiest to fill."),
    "rules": ("Fees and children without a place together: a rule that holds fees down can close homes.",
              "The chart of empty places: homes that close for losses leave fewer places, not emptier ones."),
    "information": ("Fees for the same needs, under Why: knowing more moves what is agreed, not who needs a place.",
                    "Children without a place: who sees more homes may also ask in vain more often."),
    "real_cases": ("The authorities of the case on the map: elsewhere nothing should move much.",
                   "What was reported of the case stands in docs/real_cases.md, beside what the model says."),
}  # fmt: skip
TRY = {  # sliders and shocks to try, by folder
    "today": ("openings", "demand"), "buying": ("needs", "costs"), "cooperatives": ("severe", "group"),
    "supply": ("pay", "costs"), "demand": ("fostering", "beds"), "rules": ("openings", "costs"),
    "information": ("bidding", "demand"), "real_cases": ("needs", "costs"),
}  # fmt: skip


@cache
def questions() -> tuple[Question, ...]:
    """The shipped scenarios with the question that each asks and the scenario that it builds on."""
    return tuple(_question(path) for path in shipped.shipped_scenarios())


def _question(path: Path) -> Question:
    values = reader.read_yaml(path).values
    # Nothing stands beside a scenario of another world or date than that which it builds on.
    alone = "extends" not in values or "world" in values or "start" in values.get("horizon", {})
    baseline = path.stem if alone else Path(str(values["extends"])).stem
    return Question(name=path.stem, folder=path.parent.name, question=str(values.get("question", "")),
                    baseline=baseline)  # fmt: skip


def screens(name: str, sides: tuple[Side, Side]) -> list[Screen]:
    """The five screens of a question. KeyError for a name that doesn't ship."""
    asked = next(question for question in questions() if question["name"] == name)
    return [_asked(asked, sides), _known(asked), _look(asked), _try(asked), _means(asked, sides)]


def _asked(asked: Question, sides: tuple[Side, Side]) -> Screen:
    a, b = (side.beginning.label for side in sides)
    lines = [asked["question"], f"Market a is {asked['baseline']}, market b {asked['name']}: the same children, the "
             "same luck, another way."]  # fmt: skip
    opened = (a, b) == (asked["baseline"], asked["name"])
    if not opened:
        lines.append(f"The room shows {a} and {b} now.")
    message = {"do": "open", "scenario": asked["baseline"], "other": asked["name"]}
    return Screen(title="The question", lines=lines, do=[] if opened else [_button("Open both", message)])


def _known(asked: Question) -> Screen:
    """Who has tried it, what is claimed, and how sure that is: of the levers that the scenario switches on."""
    lines = []
    for row in _levers_of(asked["name"])[:MOST_LEVERS]:
        lines.append(f"{row.name.replace('_', ' ').replace('.', ', ')}: {all_levers.TRIED[row.about.tried]}. "
                     f"{row.about.who}.")  # fmt: skip
        lines.append(f"Claimed: {row.about.claimed}. How sure: {row.about.sure}.")
    return Screen(title="Who has tried it", lines=lines or ["This is the market as it is: nothing is tried."], do=[])


def _look(asked: Question) -> Screen:
    lines = list(LOOK[asked["folder"]])
    lines.append("Let a year pass before you believe anything: in the first weeks both markets are nearly the same.")
    return Screen(title="What to look at", lines=lines, do=[_button("Let a year pass", {"do": "step", "weeks": 52})])


def _try(asked: Question) -> Screen:
    """A slider and a shock, in both markets: does the difference stay?"""
    slider_name, shock_name = TRY[asked["folder"]]
    slider = next(one for one in sliders.LEVERS if one.name == slider_name)
    shock = next(one for one in sliders.SHOCKS if one.name == shock_name)
    lines = [f"{shock.label} in both markets: {shock.meaning}. Which of the two bears it better?",
             f"Then move {slider.label} under Levers in market b alone: {slider.meaning}. Is it as strong as the "
             "question itself?",
             "Reset brings back what was."]  # fmt: skip
    strike = {"do": "shock", "market": "both", "shock": shock_name}
    return Screen(title="What to try", lines=lines, do=[_button(shock.label, strike)])


def _means(asked: Question, sides: tuple[Side, Side]) -> Screen:
    lines = [*_so_far(sides), "One run is one draw of luck and of the values nobody knows: it shows how, not how much. "
             "The report under Save runs both several times and gives intervals; on the command line:",
             f"marketsim compare {asked['baseline']} {asked['name']}"]  # fmt: skip
    return Screen(title="What it means", lines=lines, do=[])


def _so_far(sides: tuple[Side, Side]) -> Iterator[str]:
    """What the room shows now, with its largest causes."""
    found = why(sides)
    if not found["weeks"]:
        yield "Nothing has happened yet: let some weeks pass."
        return
    causes = ", ".join(f"{cause} {signed(value)}" for cause, value, _ in found["causes"][:MOST_CAUSES])
    yield f"Over the last {found['weeks']} weeks market b spends {signed(found['difference'])} a week" \
          + (f": {causes}." if causes else ", the same to the penny.")  # fmt: skip
    yield from found["sentences"]


def _levers_of(name: str) -> list[all_levers.Row]:
    """The levers that a shipped scenario switches on in its own file."""
    return list(_by_scenario().get(name, ()))


@cache
def _by_scenario() -> dict[str, list[all_levers.Row]]:
    found: dict[str, list[all_levers.Row]] = {}
    for row in all_levers.rows():
        for path in all_levers.scenarios_with(row):
            found.setdefault(path.stem, []).append(row)
    return found


def _button(label: str, message: dict[str, Any]) -> dict[str, Any]:
    return {"label": label, "send": message}


