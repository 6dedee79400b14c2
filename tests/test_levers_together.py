"""Any two or three levers together, with values that change at dates: nothing is lost, nothing crashes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from marketsim.model import MarketModel
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.levers import POLICIES, registered_levers
from marketsim.scenario.schema import Scenario

WEEKS = 40
WORLD = {"authorities": 3, "homes": 30, "children_at_start": 50, "regions": 2, "places_per_home": 3}
PROVIDERS = {
    "openings_per_year": 1.0, "closings_per_year": 0.3, "return_least": 0.0, "return_usual": 0.01, "floor_margin": 0.3,
    "registration_weeks_least": 2, "registration_weeks_most": 12, "managers_per_year": 1.0, "notice_per_quarter": 0.5,
}  # fmt: skip
HELD = {
    "one_per": ["authority", "region", "england"], "uplift": ["none", "cpi_and_pay"], "front_loading": [0.0, 1.0],
    "opens_homes": [0, 2], "opens_a_year": [0, 1], "houses_paid": [0.0, 1.0], "for_needs": [[], ["severe"]],
    "purpose": ["usual", "complex"], "may_refuse": [True, False], "may_end": [True, False],
    "sells_empty": [True, False], "grow_above": [None, 0.3], "shrink_below": [None, 0.2], "radius_miles": [30.0, 100.0],
}  # fmt: skip
RULES: dict[str, dict[str, list[Any]]] = {
    "block": HELD | {"share_of_children": [0.1, 0.5], "term_weeks": [10, 156], "break_every_weeks": [0, 7],
                     "runs_at_start": [True, False], "fee": [None, 5_000.0]},
    "soft_block": HELD | {"share_of_children": [0.1, 0.5], "retainer": [0.0, 0.4]},
    "cost_plus": HELD | {"places": [0, 3], "mobilisation": [0.0, 1e6], "health_per_year": [0.0, 1e7]},
    "open_book": HELD | {"places": [0, 3], "management_fee": [0.0, 500.0]},
    "joint_venture": {name: values for name, values in HELD.items() if name != "front_loading"}
    | {"share_of_profit": [0.0, 0.5, 1.0]},
    "framework": {"one_per": ["authority", "england"], "joining": ["yearly", "any_time"], "term_years": [0, 1],
                  "broad_lots": [True, False], "for_emergencies": [True, False], "providers": ["any", "large"],
                  "takes_part_small": [None, 0.0], "front_loading": [0.0, 1.0]},
    "preferred_list": {"providers": [1, 5]},
    "neighbours": {"price": [0.5, 1.5]},
}  # fmt: skip


@st.composite
def terms(draw: st.DrawFn, rule: str, some: int = 4) -> dict[str, Any]:
    """A rule with some of its terms drawn."""
    named = draw(st.lists(st.sampled_from(sorted(RULES[rule])), max_size=some, unique=True))
    return {name: draw(st.sampled_from(RULES[rule][name])) for name in named}


@st.composite
def mixes(draw: st.DrawFn) -> dict[str, Any]:
    """Two or three levers, rules or policies, of which some change at dates."""
    policies = sorted(registered_levers(POLICIES))
    chosen = draw(st.lists(st.sampled_from([*policies, *RULES, *RULES]), min_size=2, max_size=3, unique=True))
    rules = [name for name in chosen if name in RULES]
    arrangements: dict[str, Any] = {"spot": {"rule": "spot"}, "in_house": {"rule": "in_house"}}
    arrangements |= {name: {"rule": name, **draw(terms(name))} for name in rules}
    on = {name: {"policy": name} for name in chosen if name not in RULES}
    dates = ["2024-05-20", "2024-07-01", "2024-09-16", "2024-11-18"]
    changes = []
    for date in sorted(draw(st.lists(st.sampled_from(dates), max_size=3, unique=True))):
        change: dict[str, Any] = {"from": date}
        for name in on:
            if draw(st.booleans()):
                switch: dict[str, Any] = {"active": draw(st.booleans())}
                if draw(st.booleans()):
                    switch["authorities"] = draw(st.sampled_from([[], ["Authority 1"], ["Authority 2", "Authority 3"]]))
                change.setdefault("policies", {})[name] = switch
        for name in rules:
            if draw(st.booleans()):
                change.setdefault("purchasing", {}).setdefault("arrangements", {})[name] = draw(terms(name, 2))
        if draw(st.booleans()):
            order = draw(st.permutations([*rules, "in_house"]))
            change.setdefault("purchasing", {})["order"] = [*order[: draw(st.integers(0, len(order)))], "spot"]
        changes.append(change)
    order = ["in_house", *rules, "spot"]
    return {"purchasing": {"arrangements": arrangements, "order": order}, "policies": on, "changes": changes}


def put_together(small: Callable[..., Scenario], mix: dict[str, Any]) -> Scenario:
    return small(
        world=WORLD, providers=PROVIDERS, demand={"new_needs_per_year": 120.0, "breakdown_share": 0.4}, **mix
    )  # fmt: skip


Run = Callable[[dict[str, Any], int], None]


@pytest.fixture(scope="module")
def run_together(
    small: Callable[..., Scenario], checked: Callable[..., Any], week_is_sound: Callable[[MarketModel], None]
) -> Run:
    """Runs a mix of levers and looks at every week of it."""

    def go(mix: dict[str, Any], seed: int) -> None:
        try:
            with checked(put_together(small, mix), seed) as model:
                for _ in range(WEEKS):
                    model.step()
                    week_is_sound(model)
        except ScenarioError as error:
            assume("children" not in str(error))  # too few usable places for those of week 0: refused, as it should be
            raise

    return go


@settings(max_examples=60, deadline=None, derandomize=True)
@given(mix=mixes(), seed=st.integers(0, 2**53))
def test_levers_go_together(run_together: Run, mix: dict[str, Any], seed: int) -> None:
    run_together(mix, seed)


@pytest.mark.slow
@settings(max_examples=600, deadline=None)
@given(mix=mixes(), seed=st.integers(0, 2**53))
def test_levers_go_together_many_times(run_together: Run, mix: dict[str, Any], seed: int) -> None:
    run_together(mix, seed)
