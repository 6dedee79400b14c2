"""Nothing is lost: children, places and pounds add up in every week, under any mix of rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from marketsim.experiments.scenarios import as_scenario
from marketsim.market.children import PLACED
from marketsim.model import MarketModel
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.schema import Scenario

WEEKS = 16
ROUTES = ["in_house", "block", "soft_block", "framework", "spot"]
shares = st.sampled_from([0.0, 0.1, 0.5, 1.0])
orders = st.lists(st.sampled_from(ROUTES), min_size=1, max_size=5, unique=True)


@st.composite
def purchasing(draw: st.DrawFn) -> dict[str, Any]:
    """Arrangements with drawn terms in a drawn order, with or without a cooperative."""
    arrangements: dict[str, Any] = {
        "in_house": {"sell_vacant_places": draw(st.booleans())},
        "block": {
            "share_of_children": draw(shares),
            "term_weeks": draw(st.integers(0, 12)),
            "places_per_home": draw(st.integers(1, 3)),
            "runs_at_start": draw(st.booleans()),
            "expected_fill": draw(st.sampled_from([0.5, 1.0])),
        },
        "soft_block": {"share_of_children": draw(shares), "retainer": draw(shares), "grow_above": draw(shares)},
        "framework": {
            "one_per": draw(st.sampled_from(["authority", "region", "england"])),
            "takes_part": draw(shares),
            "leaves_mid_term": draw(shares),
        },
    }
    order = draw(orders)
    if draw(st.booleans()):
        arrangements["coop"] = {
            "rule": "cooperative",
            "order": draw(orders),
            "members": {"share": draw(shares), "one_per": draw(st.sampled_from(["all", "region"]))},
            "cost_sharing": draw(st.sampled_from(["by_use", "by_population", "equal"])),
            "bypass": {"not_urgent": draw(shares), "urgent": draw(shares)},
        }
        order = [*order, "coop"] if draw(st.booleans()) else ["coop", *order]
    return {"arrangements": arrangements, "order": order, "at_start": {order[0]: draw(shares)}}


@st.composite
def markets(draw: st.DrawFn) -> dict[str, Any]:
    """Sections of a small market: places, breakdowns, openings, closings, blocked places, last resort."""
    return {
        "purchasing": draw(purchasing()),
        "world": {"places_per_home": draw(st.integers(2, 5)), "children_at_start": draw(st.integers(0, 24))},
        "demand": {
            "breakdown_share": draw(shares),
            "new_needs_per_year": draw(st.sampled_from([0.0, 80.0, 600.0])),
            "elsewhere_median_weeks": 3.0,
            "elsewhere_mean_weeks": 4.0,
            "moves_on_share": draw(shares),
            "comes_back_share": draw(shares),
        },
        "stays": {"distribution": draw(st.sampled_from(["published", "exponential", "fixed"])), "mean_weeks": 8.0},
        "need": {
            "emergency_share": draw(shares),
            "away_share": draw(shares),
            "beside_share": {"standard": 0.0, "complex": draw(shares), "severe": draw(shares)},
        },
        "commissioning": {"only_good_share": draw(shares), "beside_paid_share": draw(shares)},
        "providers": {
            "blocked_share": draw(st.sampled_from([0.0, 0.15, 0.5])),
            "blocked_weeks": draw(st.integers(1, 8)),
            "closings_per_year": draw(shares),
            "openings_per_year": draw(shares),
            "return_least": 0.0,
            "return_usual": 0.01,
            "registration_weeks_least": 1,
            "registration_weeks_most": draw(st.integers(1, 26)),
            "floor_margin": draw(st.sampled_from([0.04, 0.4])),
            "bidding": draw(shares),
        },
        "unregistered": {"need_ends_mean_weeks": draw(st.sampled_from([0.0, 3.0, 60.0])), "search_every_weeks": 2},
    }


@settings(max_examples=30, deadline=None, derandomize=True)
@given(sections=markets(), seed=st.integers(0, 2**53))
def test_every_week_adds_up_in_any_small_market(
    small: Callable[..., Scenario],
    checked: Callable[..., Any],
    week_is_sound: Callable[[MarketModel], None],
    sections: dict[str, Any],
    seed: int,
) -> None:
    try:
        with checked(small(**sections), seed) as model:
            for _ in range(WEEKS):
                model.step()
                week_is_sound(model)
    except ScenarioError:
        assume(False)  # too few usable places for the children of week 0: refused, as it should be


@pytest.mark.parametrize("name", ["england_2024", "cooperative"])
def test_every_week_adds_up_in_england(
    name: str, checked: Callable[..., Any], week_is_sound: Callable[[MarketModel], None]
) -> None:
    with checked(as_scenario(name, 30), 5) as model:
        assert abs(len(model.market.children.in_state(PLACED)) - 8_540) < 0.02 * 8_540
        for _ in range(30):
            model.step()
            week_is_sound(model)


def test_held_places_keep_to_their_homes_when_homes_open(
    small: Callable[..., Scenario], checked: Callable[..., Any], week_is_sound: Callable[[MarketModel], None]
) -> None:
    """Under contracts alone, which do not follow the open market, openings once shifted the held places."""
    scenario = small(
        purchasing={"order": ["in_house", "block"]},
        providers={
            "openings_per_year": 1.0,
            "return_least": 0.0,
            "return_usual": 0.01,
            "floor_margin": 0.4,
            "registration_weeks_least": 1,
        },
    )
    with checked(scenario, 1) as model:
        first = len(model.market.homes)
        for _ in range(40):
            model.step()
            week_is_sound(model)
            panels, holdings, homes = model.shop.book.panels.lots, model.market.holdings, len(model.market.homes)
            held = panels.pool >= homes
            assert (panels.pool[~held] == panels.home[~held]).all()
            assert (holdings.home[panels.pool[held] - homes] == panels.home[held]).all()
        assert len(model.market.homes) > first and len(holdings) > 0
