"""Values laid over values: the one way in which bases, `--set`, changes, vectors and sweeps do it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.overlay import given, is_given, laid_over, value_at, with_values
from marketsim.scenario.schema import Scenario

Small = Callable[..., Scenario]


@pytest.mark.parametrize(
    ("base", "over", "expected"),
    [
        ({"a": 1, "b": 2}, {"b": 3}, {"a": 1, "b": 3}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"c": 3, "d": 4}}, {"a": {"b": 1, "c": 3, "d": 4}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"a": 1}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"x": {"rule": "spot", "b": 1}}, {"x": {"b": 2}}, {"x": {"rule": "spot", "b": 2}}),
        ({"x": {"rule": "spot", "b": 1}}, {"x": {"rule": "block"}}, {"x": {"rule": "block"}}),
        ({"x": {"b": 1}}, {"x": {"kind": "england"}}, {"x": {"kind": "england"}}),
    ],
)
def test_mappings_merge_unless_they_become_of_another_kind(base: Any, over: Any, expected: Any) -> None:
    before = repr(base), repr(over)
    assert laid_over(base, over) == expected
    assert (repr(base), repr(over)) == before, "what was laid is not changed"


def test_what_was_given_makes_the_same_scenario(small: Small) -> None:
    changes = [{"from": small().horizon.start, "demand": {"level": 1.2}}]
    scenario = small(changes=changes, need={"share_boys": 0.4})
    again = given(scenario)
    assert Scenario.model_validate(again) == scenario
    assert again["need"] == {"share_boys": 0.4} and again["changes"] == changes
    assert again["purchasing"]["arrangements"]["spot"] == {"rule": "spot"} and "stays" not in again


def test_values_reach_into_what_is_not_given(small: Small) -> None:
    """Beside the one that is set, values of a default part, and of a default world, stay as they are."""
    before = small()
    changed = with_values(before, {"need.cost_by_need.severe": 1.3, "demand.level": 2.0})
    assert changed.need.cost_by_need.severe == 1.3 and changed.demand.level == 2.0
    assert changed.need.cost_by_need.complex == before.need.cost_by_need.complex
    assert changed.model_copy(update={"need": before.need, "demand": before.demand}) == before
    england = Scenario(purchasing=before.purchasing)
    assert with_values(england, {"world.children_at_start": 9_000}).world.kind == "england"


def test_nothing_laid_over_changes_nothing(small: Small) -> None:
    assert with_values(small(), {}) == small()
    assert with_values(small(), {"purchasing.arrangements.nobody.uplift": "cpi"}) == small()


def test_what_is_given_can_be_kept(small: Small) -> None:
    scenario = small(need={"share_boys": 0.4})
    values = {"need.share_boys": 0.6, "need.emergency_share": 0.35}
    kept = with_values(scenario, values, keep_given=True)
    assert (kept.need.share_boys, kept.need.emergency_share) == (0.4, 0.35)
    assert is_given(kept, "need.share_boys") and not is_given(scenario, "need.emergency_share")
    assert with_values(scenario, values).need.share_boys == 0.6


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"need.share_boy": 0.5}, "there is no value 'need.share_boy'; did you mean 'share_boys'?"),
        ({"nead.share_boys": 0.5}, "there is no value 'nead.share_boys'; did you mean 'need'?"),
        ({"name.x": 0.5}, "there is no value 'name.x'"),
        ({"need.share_boys": 7.0, "demand.level": 1.0}, "need.share_boys: Input should be less than or equal to 1"),
        ({"demand.level": 1.0, "need.share_standard": 0.9}, "need.share_standard: Value error, "),
        ({"purchasing.arrangements.spot.radius_miles_at_first": -1.0}, "purchasing.arrangements.spot.radius_miles_at_"),
        ({"need": 5}, "need: Input should be a valid dictionary"),
    ],
)
def test_what_is_wrong_is_named_with_what_was_given(values: dict[str, Any], words: str, small: Small) -> None:
    with pytest.raises(ScenarioError) as caught:
        with_values(small(), values)
    assert str(caught.value).startswith(words), str(caught.value)


def test_a_value_is_found_by_its_key(small: Small) -> None:
    assert value_at(small(), "purchasing.arrangements.in_house.radius_miles") == 60.0
    assert value_at(small(), "purchasing.arrangements.nobody.radius_miles") is None
    with pytest.raises(KeyError):
        value_at(small(), "purchasing.arrangements.in_house.miles")
