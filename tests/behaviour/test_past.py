"""The year before week 0 is lived: week 0 is a state that the rules keep, and counts in no outcome."""

from __future__ import annotations

import numpy as np
import pytest

from marketsim import load_scenario, run
from marketsim.market.children import PLACED, UNREGISTERED
from marketsim.model import MarketModel


def week_0(name: str, *changes: str) -> MarketModel:
    return MarketModel(load_scenario(name, ["uncertainty=none", *changes]).scenario, 1)


def test_week_0_has_the_recorded_homes_and_about_as_many_children() -> None:
    model = week_0("england_2024")
    market = model.market
    assert market.week == model.steps == 0
    assert market.homes.is_open(0).sum() == 3_424 and market.homes.places.sum() == 12_876
    opened = market.homes.opened_week[market.homes.opened_week > -60]
    assert len(opened) == pytest.approx(0.127 * 2_825, rel=0.15) and opened.max() <= 0
    assert np.count_nonzero(market.children.state == PLACED) == pytest.approx(8_540, rel=0.02)
    assert np.count_nonzero(market.children.state == UNREGISTERED) == pytest.approx(770, rel=0.15)


def test_scenarios_that_build_on_the_same_begin_with_the_same_market() -> None:
    """However they buy from then on."""
    england, *others = (week_0(name).market for name in ("england_2024", "spot", "cooperative", "framework"))
    for other in others:
        for column in ("key", "state", "home", "fee", "since", "end_week"):
            np.testing.assert_array_equal(getattr(other.children, column), getattr(england.children, column))
        np.testing.assert_array_equal(other.homes.ask, england.homes.ask)


def test_no_outcome_knows_the_past() -> None:
    result = run(load_scenario("england_2024", ["uncertainty=none"]), weeks=3)
    assert result.weekly["week"].tolist() == [1, 2, 3]
    assert result.placements["end_week"].min() >= 1 and result.placements["start_week"].min() < -52
    assert result.homes["opened_week"].min() >= 1


def test_without_a_past_the_run_begins_as_it_is_made_up() -> None:
    market = week_0("england_2024", "world.past_weeks=0").market
    assert market.week == 0 and 8_300 < np.count_nonzero(market.children.state == PLACED) <= 8_540
    assert np.count_nonzero(market.children.state == UNREGISTERED) == 770


def test_where_nobody_opens_homes_their_return_has_no_effect() -> None:
    """As the schema says of it (`off_if`): not on the fees that the lived year begins with either."""
    for value in ("return_usual=0.3", "setting_up_cost=900000.0"):
        one, other = (week_0("england_2024", "providers.openings_per_year=0", *changes).market
                      for changes in ((), (f"providers.{value}",)))  # fmt: skip
        np.testing.assert_array_equal(one.homes.ask, other.homes.ask)
