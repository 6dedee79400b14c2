"""The levers that the page has sliders for, and the shocks it has buttons for: each a change of a scenario."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from marketsim.live.messages import Button, Slider
from marketsim.live.side import Side
from marketsim.reports.scenario_words import used
from marketsim.scenario import errors
from marketsim.scenario.schema import Scenario
from marketsim.scenario.shape import shape_of
from marketsim.scenario.tiers import Order, flat

RISE = 1.09  # of costs: what the National Living Wage rose by in April 2024 and nearly again in 2023 (9.7%)
MORE_NEEDS = 1.10
OF_BEDS = 0.05  # of new needs a year that come on top when hospital and secure beds close (assumption)
# All that a home costs; `care_pay` and not `pay_level`, since better pay than elsewhere brings staff beside.
COSTS = ("care_pay", "manager_pay", "sleep_in_pay", "per_child", "house_running", "house_return")
LARGEST_ENDS = 10  # groups that can be let fail, one after the other


@dataclass(frozen=True)
class Lever:
    """A slider: its name on the page, the dotted key that it moves, bounds and step, and what it means in few words."""

    name: str
    label: str
    key: str
    least: float
    most: float
    step: float
    meaning: str
    unit: str = ""  # where the key's own says little


LEVERS = (
    Lever("needs", "New needs", "demand.level", 0.5, 1.5, 0.05,
          "children who newly need a home, over today's number", "times today's"),
    Lever("severe", "Severe needs", "need.share_severe", 0.0, 0.3, 0.01,
          "share of children with the most severe needs"),
    Lever("emergencies", "Emergencies", "need.emergency_share", 0.0, 0.8, 0.05,
          "share of searches that must succeed within days"),
    Lever("fostering", "Foster homes found", "demand.fostering_recovered", 0.0, 1.0, 0.05,
          "of the children whom fostering would suit better, the share for whom a foster home is found"),
    Lever("deadline", "Weeks to search", "commissioning.deadline_weeks_planned", 1, 26, 1,
          "weeks of a planned search until a child goes to an unregistered setting"),
    Lever("near", "Worth of near", "commissioning.value_in_area", 0, 3000, 100,
          "fee that an authority would pay more a week for a home in its own area"),
    Lever("pay", "Pay of staff", "staffing.pay_level", 0.8, 1.5, 0.01,
          "pay of care staff over today's: costs rise, and fewer places can't be staffed", "times today's"),
    Lever("blocked", "Places not staffed", "providers.blocked_share", 0.0, 0.4, 0.01,
          "share of places that can't be used for want of staff"),
    Lever("openings", "Homes that open", "providers.openings_per_year", 0.0, 0.3, 0.01,
          "new homes a year, over those there are, when a home earns what it usually does"),
    Lever("bidding", "Bidding", "providers.bidding", 0.0, 1.0, 0.05,
          "how far an authority raises its bid when another wants the same place"),
)  # fmt: skip
HELD = {"block": "Places bought as a block", "soft_block": "Places held softly"}  # by rule
AS_BEGUN = "As it began"
WAYS: dict[str, Order] = {  # ways of buying to choose among, as orders of arrangements
    "Spot": ["in_house", "spot"],
    "Framework first": ["in_house", "framework", "spot"],
    "Block first": ["in_house", "block", "framework", "spot"],
    "Soft block first": ["in_house", "soft_block", "framework", "spot"],
    "Cooperative first": ["cooperative", "in_house", "spot"],
}
COOPERATIVE = {  # one for each region, where a scenario has none
    "rule": "cooperative", "members": {"one_per": "region"}, "order": ["in_house", "soft_block", "framework", "spot"],
}  # fmt: skip


@dataclass(frozen=True)
class Shock:
    """A button: what it is called, what it does, and what it changes in a market."""

    name: str
    label: str
    meaning: str
    does: Callable[[Side], None]


def _fail_next(side: Side) -> None:
    """The largest private group that has not failed in this room."""
    failed = [rank for one in side.changed for rank in one.failures]
    rank = max(failed, default=0) + 1
    if rank > LARGEST_ENDS:
        raise errors.ScenarioError(f"{LARGEST_ENDS} groups have failed here; no more can")
    side.fail(rank)


def _times(side: Side, keys: dict[str, float]) -> None:
    side.change({key: float(side.value(key)) * ratio for key, ratio in keys.items()})


def _close_beds(side: Side) -> None:
    more = OF_BEDS * side.scenario.demand.new_needs_per_year
    side.change({"demand.extra_complex_per_year": side.value("demand.extra_complex_per_year") + more})


SHOCKS = (
    Shock("group", "A large group fails", "the largest private group closes all its homes at once; their children "
          "search again", _fail_next),
    Shock("beds", "Hospital beds close", f"{OF_BEDS:.0%} more new needs a year, all complex or severe", _close_beds),
    Shock("demand", "Needs rise by 10%", "a tenth more children newly need a home from now on",
          lambda side: _times(side, {"demand.level": MORE_NEEDS})),
    Shock("costs", "Costs rise by 9%", "pay, houses and all else that homes cost, from now on",
          lambda side: _times(side, {f"staffing.{name}": RISE for name in COSTS})),
)  # fmt: skip


def shocks() -> list[Button]:
    """For the page."""
    return [Button(name=one.name, label=one.label, meaning=one.meaning) for one in SHOCKS]


def sliders(sides: tuple[Side, Side]) -> list[Slider]:
    """For the page: those that lead somewhere in one of the markets at least, with their values in both."""
    return [_slider(lever, sides) for lever in _levers(sides)] + _ways(sides)


def move(sides: tuple[Side, Side], name: str, value: float, those: list[Side]) -> None:
    """Move a slider in some markets. Raises ScenarioError for one that doesn't exist, or a value beyond its bounds."""
    if name == "way":
        return _choose_way(value, those)
    known = {lever.name: lever for lever in _levers(sides)}
    if name not in known:
        near = errors.did_you_mean(name, [*known, "way"])
        raise errors.ScenarioError(errors.sentence(f"there is no slider {errors.shown(name)}", near))
    lever = known[name]
    if not lever.least <= value <= lever.most:
        bounds = f"from {lever.least:g} to {lever.most:g}"
        raise errors.ScenarioError(f"{lever.label}: expected a number {bounds}, got {value:g}")
    changed = [side for side in those if side.value(lever.key) is not None]
    if not changed:
        raise errors.ScenarioError(f"{lever.label}: there is nothing to move in this market")
    for side in changed:
        side.change({lever.key: _as_in(side, lever, value)})


def strike(name: str, those: list[Side]) -> None:
    """A shock in some markets. Raises ScenarioError for one that doesn't exist."""
    known = {one.name: one for one in SHOCKS}
    if name not in known:
        near = errors.did_you_mean(name, known)
        raise errors.ScenarioError(errors.sentence(f"there is no shock {errors.shown(name)}", near))
    for side in those:
        known[name].does(side)


def _levers(sides: tuple[Side, Side]) -> Iterator[Lever]:
    """Those for all scenarios, and those for the places that contracts hold."""
    yield from LEVERS
    held = dict.fromkeys(name for side in sides for name in used(side.scenario) if _rule(side, name) in HELD)
    for name in held:
        rule = next(rule for side in sides if (rule := _rule(side, name)))
        label = HELD[rule] + ("" if name == rule else f" ({name})")
        key = f"purchasing.arrangements.{name}.share_of_children"
        yield Lever(f"held-{name}", label, key, 0.0, 0.5, 0.01, "places held, over the children in homes at the start")


def _slider(lever: Lever, sides: tuple[Side, Side]) -> Slider:
    unit = lever.unit or _unit(lever.key)
    a, b = (side.value(lever.key) for side in sides)
    return Slider(name=lever.name, label=lever.label, unit=unit, meaning=lever.meaning, least=lever.least,
                  most=lever.most, step=lever.step, value=(a, b), choices=[])  # fmt: skip


def _unit(key: str) -> str:
    if key.startswith("purchasing."):
        return "share"
    shape = shape_of(Scenario)
    for step in key.split("."):
        shape = shape.at(step)
    return str(shape.schema.get("unit", ""))


def _as_in(side: Side, lever: Lever, value: float) -> float | int:
    """A whole number where the scenario has one. Raises ScenarioError for a broken one there."""
    if not isinstance(side.value(lever.key), int):
        return float(value)
    if not float(value).is_integer():
        raise errors.ScenarioError(f"{lever.label}: expected a whole number, got {value:g}")
    return int(value)


def _rule(side: Side, name: str) -> str:
    arrangement: Any = side.scenario.purchasing.arrangements.get(name)
    return "" if arrangement is None else arrangement.name


def _ways(sides: tuple[Side, Side]) -> list[Slider]:
    """The way of buying, as one more slider that goes through words; none where some authorities are in groups of their
    own or arrangements are missing."""
    names = _ways_of(sides[0])
    if names != _ways_of(sides[1]) or len(names) < 2:
        return []
    a, b = (_way_now(side, names) for side in sides)
    return [Slider(name="way", label="How places are bought", unit="", least=0, most=len(names) - 1, step=1,
                   meaning="the order in which authorities try ways of buying",
                   value=(a, b), choices=names)]  # fmt: skip


def _ways_of(side: Side) -> list[str]:
    purchasing = side.scenario.purchasing
    there = {*purchasing.arrangements, "cooperative"}
    if purchasing.groups or not {*COOPERATIVE["order"]} <= there:
        return [AS_BEGUN]
    return [AS_BEGUN, *(words for words, order in WAYS.items() if set(flat(order)) <= there)]


def _way_now(side: Side, names: list[str]) -> int | None:
    order = side.value("purchasing.order")
    orders = [_order_of(side, name) for name in names]
    return orders.index(order) if order in orders else None


def _order_of(side: Side, way: str) -> Order:
    return side.beginning.scenario.purchasing.order if way == AS_BEGUN else WAYS[way]


def _choose_way(value: float, those: list[Side]) -> None:
    for side in those:
        names = _ways_of(side)
        if not float(value).is_integer() or not 0 <= value < len(names):
            raise errors.ScenarioError(f"How places are bought: expected a number from 0 to {len(names) - 1}, "
                                       f"got {value:g}")  # fmt: skip
        order = _order_of(side, names[int(value)])
        changed: dict[str, Any] = {"purchasing.order": order}
        if "cooperative" in flat(order) and "cooperative" not in side.scenario.purchasing.arrangements:
            changed["purchasing.arrangements.cooperative"] = COOPERATIVE
        side.change(changed)
