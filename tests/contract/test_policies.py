"""What every policy promises, whoever wrote it: run over all policies that are registered.

A policy in a folder named in MARKETSIM_POLICIES is covered too, without a line here.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest
from lever_shapes import check_bounds, check_frozen, check_numbers, smallest
from pydantic import ValidationError

from marketsim.experiments.run import run
from marketsim.model import MarketModel
from marketsim.policies import asking_policies
from marketsim.policies.policy import Policy
from marketsim.results.result import Result
from marketsim.scenario.levers import POLICIES, registered_levers
from marketsim.scenario.schema import Scenario

WEEKS = 70  # past an April and into a second year
CHECKED_WEEKS = 56
LIVELY = {  # homes open and close all the time, and some lose money
    "openings_per_year": 1.0,
    "closings_per_year": 0.3,
    "return_least": 0.0,
    "return_usual": 0.01,
    "floor_margin": 0.3,
    "pressure_half": 5.0,
    "registration_weeks_least": 4,
    "registration_weeks_most": 20,
    "managers_per_year": 1.0,
    "notice_per_quarter": 0.5,
}
WORLD = {"authorities": 3, "homes": 40, "children_at_start": 75, "regions": 2}
ALL: Any = registered_levers(POLICIES)
LOUD: dict[str, dict[str, Any]] = {
    "entrants": {"newcomers_per_year": 2.0},  # what is rare in a market so small
    "pay_limit": {"ready_to_pay": 0.6},  # at rest unless a scenario says something
    "provider_conduct": {"asks": 1.5},
}
every_policy = pytest.mark.parametrize("kind", ALL.values(), ids=ALL)
TABLES = ("weekly", "authorities", "placements", "outcomes")
Small = Callable[..., Scenario]


def lively(small: Small, **policies: dict[str, Any]) -> Scenario:
    """A small market in which much happens, with some policies."""
    return small(providers=LIVELY, world=WORLD, demand={"new_needs_per_year": 90.0}, policies=policies)


def inert(kind: type[Policy]) -> dict[str, Any]:
    return smallest(kind, POLICIES) | kind.inert


def differs(one: Result, other: Result) -> list[str]:
    return [table for table in TABLES if not getattr(one, table).equals(getattr(other, table))]


@pytest.fixture(scope="module")
def without(small: Small) -> Result:
    return run(lively(small), seed=3, weeks=WEEKS)


@pytest.fixture(scope="module")
def longer_without(small: Small) -> Result:
    return run(lively(small), seed=3, weeks=2 * WEEKS)


@every_policy
def test_it_says_what_it_is_and_what_is_known_of_it(kind: type[Policy]) -> None:
    policy = kind.model_validate(smallest(kind, POLICIES))
    assert ALL[kind.name] is kind and policy.policy == kind.name == kind.name.lower() and kind.name.isidentifier()
    assert kind.__doc__ and kind.__doc__ != Policy.__doc__
    about = kind.about
    assert about is not None and about.tried in ("tried", "proposed", "explored", "happens")
    assert all(len(text) > 15 for text in (about.who, about.claimed, about.sure)) and about.rows
    assert any(policy.has(hook) for hook in vars(Policy) if callable(getattr(Policy, hook)) and hook != "has")


@every_policy
def test_it_knows_no_other_policy(kind: type[Policy]) -> None:
    """What several policies need lies in files without one."""
    with_policies = {other.__module__ for other in ALL.values()} - {kind.__module__}
    source = inspect.getsource(sys.modules[kind.__module__])
    imported = set(re.findall(r"^from (marketsim\.policies\.\w+) import", source, re.MULTILINE))
    assert imported and not imported & with_policies


@every_policy
def test_it_cannot_be_changed_and_takes_no_unknown_field(kind: type[Policy]) -> None:
    check_frozen(kind, POLICIES)


@every_policy
def test_its_numbers_have_unit_bounds_status_and_meaning(kind: type[Policy]) -> None:
    check_numbers(kind)


@every_policy
def test_its_numbers_are_refused_outside_their_bounds(kind: type[Policy]) -> None:
    check_bounds(kind, POLICIES)


@every_policy
def test_two_of_one_are_refused_for_one_authority_or_go_together(kind: type[Policy], small: Small) -> None:
    """With the place of both; for other authorities they are no contradiction."""
    fields = smallest(kind, POLICIES)
    elsewhere = [fields | {"authorities": [name]} for name in ("Authority 1", "Authority 2")]
    lively(small, one=elsewhere[0], other=elsewhere[1])
    refused = ""
    try:
        lively(small, one=fields, other=elsewhere[1])
    except ValidationError as error:
        refused = error.errors()[0]["msg"]
        assert error.errors()[0]["ctx"]["error"].beside == ("policies", "one")
    assert refused.startswith("Value error, contradicts 'one': both ") if refused else not kind.single


@every_policy
def test_with_nothing_to_do_it_changes_nothing(kind: type[Policy], small: Small, without: Result) -> None:
    assert differs(run(lively(small, tested=inert(kind)), seed=3, weeks=WEEKS), without) == []


@every_policy
def test_not_active_it_changes_nothing(kind: type[Policy], small: Small, without: Result) -> None:
    off = smallest(kind, POLICIES) | {"active": False}
    assert differs(run(lively(small, tested=off), seed=3, weeks=WEEKS), without) == []


@every_policy
def test_switched_on_it_changes_something(kind: type[Policy], small: Small, longer_without: Result) -> None:
    """The yardstick of the tests above."""
    fields = smallest(kind, POLICIES) | LOUD.get(kind.name, {})
    assert differs(run(lively(small, tested=fields), seed=3, weeks=2 * WEEKS), longer_without)


@every_policy
def test_a_market_under_it_adds_up_and_it_only_reads(
    kind: type[Policy],
    small: Small,
    checked: Callable[..., Any],
    week_is_sound: Callable[[MarketModel], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Children, places and money are conserved; the market is closed to its hooks as it is to those of users' files."""
    monkeypatch.setattr(asking_policies, "is_ours", lambda policy: False)
    with checked(lively(small, tested=smallest(kind, POLICIES)), 11) as model:
        for _ in range(CHECKED_WEEKS):
            model.step()
            week_is_sound(model)


@every_policy
def test_it_can_begin_and_end_at_a_date_for_some(
    kind: type[Policy], small: Small, checked: Callable[..., Any], week_is_sound: Callable[[MarketModel], None]
) -> None:
    """In force for one authority from July, for a region from September, for nobody from December: before it begins
    nothing differs."""
    fields = smallest(kind, POLICIES)
    changes = [
        {"from": "2024-07-01", "policies": {"tested": fields | {"authorities": ["Authority 1"]}}},
        {"from": "2024-09-01", "policies": {"tested": {"authorities": [], "regions": ["Region 2"]}}},
        {"from": "2024-12-01", "policies": {"tested": {"active": False}}},
    ]
    scenario = lively(small).model_dump(by_alias=True, exclude_unset=True)
    dated = Scenario.model_validate(small(providers=LIVELY, world=WORLD, demand={"new_needs_per_year": 90.0},
                                          changes=changes).model_dump(by_alias=True, exclude_unset=True))  # fmt: skip
    with checked(dated, 5) as model, checked(Scenario.model_validate(scenario), 5) as plain:
        for _ in range(45):
            model.step()
            week_is_sound(model)
            plain.step()
            if model.market.week < 12:
                assert (model.ledger.table == plain.ledger.table).all()
