"""What a scenario says in vain: of arrangements that nobody uses, beside switches that are off, after the end."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from marketsim.core.calendar import Calendar
from marketsim.scenario import levers
from marketsim.scenario.loading import SET, LoadedScenario
from marketsim.scenario.overlay import TAGS, value_at
from marketsim.scenario.schema import Scenario

ARRANGEMENTS, AT_START = ["purchasing", "arrangements"], ["purchasing", "at_start"]
NOBODY = "no order names"
# By the name of a value: the value beside it that can switch it off, and whether it does.
SWITCHES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "mean_weeks": ("distribution", lambda word: word == "published"),
    "growth_tilt_per_year": ("distribution", lambda word: word != "published"),
    "uplift_share": ("uplift", lambda word: word != "share_of_cpi"),
    "share_of_children": ("places", lambda places: places is not None),
    "expected_fill": ("fee", lambda fee: fee is not None),
    "certainty_value": ("fee", lambda fee: fee is not None),
    "breakdown_peak_month": ("breakdown_season", lambda season: season == 0),
    "away_miles": ("away_share", lambda share: share == 0),
}


def without_effect(loaded: LoadedScenario, weeks: int | None = None) -> list[str]:
    """A sentence for each value that the scenario's own file, or `--set`, says in vain; `weeks` as those of a run."""
    scenario = loaded.scenario
    said: dict[str, str] = {}
    for key, source in loaded.sources.items():
        if _own(source, loaded.path) and (why := reason(scenario, key)):
            said[".".join(key.split(".")[:3]) if why.startswith(NOBODY) else key] = why  # an arrangement as a whole
    calendar, end = Calendar(scenario.horizon.start), weeks or scenario.horizon.weeks
    for key, date in _dated(scenario):
        if calendar.week_of(date) > end:
            said[key] = f"{date} is after the end of the run"
    return [f"{key} has no effect: {why}" for key, why in said.items()]


def reason(scenario: Scenario, key: str) -> str:
    """Why a value at a dotted key has no effect in a scenario; empty if it may have one."""
    *above, name = key.split(".")
    arrangement = above[2] if above[:2] == ARRANGEMENTS and above[2:] else name if above == AT_START else ""
    if arrangement and name not in TAGS and arrangement not in used(scenario) and value_at(scenario, key):
        return f"{NOBODY} {arrangement}"
    switch, off = SWITCHES.get(name, ("", bool))
    beside = ".".join([*above, switch])
    try:
        value = value_at(scenario, beside) if switch else None
    except KeyError:  # of another section that has a value of that name
        return ""
    return f"{beside} is {value}" if switch and off(value) else ""


def used(scenario: Scenario) -> set[str]:
    """The arrangements through which somebody buys at some time."""
    found: set[str] = set()
    for one in (scenario, *scenario.in_turn()):
        named = {name for order in one.purchasing.orders() for name in order}
        inner = [levers.inside(one.purchasing.arrangements[name]) or [] for name in named]
        found |= named.union(*inner)
    return found


def _dated(scenario: Scenario) -> Iterator[tuple[str, datetime.date]]:
    dated: tuple[tuple[str, list[Any]], ...] = (
        ("changes", scenario.changes), ("shocks", scenario.shocks),
        ("commissioning.own_homes", scenario.commissioning.own_homes),
    )  # fmt: skip
    for key, entries in dated:
        yield from ((f"{key}.{number}", entry.date) for number, entry in enumerate(entries))


def _own(source: str, path: Path) -> bool:
    """Whether a value's source is the scenario's own file (not one that it extends), or an option."""
    file = source.rpartition(":")[0].rpartition(":")[0]
    return source == SET or (file != "" and Path(file).name == path.name)
