"""Markets in which every behaviour is switched off, so that a test can switch on one and see what it explains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from marketsim.experiments.run import forget
from marketsim.model import MarketModel
from marketsim.scenario.overlay import laid_over
from marketsim.scenario.schema import Scenario

Quiet = Callable[..., Scenario]
Stepped = Callable[..., MarketModel]

# Homes are alike and ask cost and floor margin for ever; nothing opens, closes, breaks down, is blocked or gets dearer;
# homes take every child alike, and authorities look at fee and miles only. Everybody buys on the spot.
QUIET: dict[str, Any] = {
    "world": {
        "kind": "synthetic",
        "authorities": 9,
        "homes": 180,
        "local_authority_share": 0.0,
        "children_at_start": 450,
    },
    "demand": {
        "new_needs_per_year": 400.0,
        "growth_share_per_year": 0.0,
        "breakdown_share": 0.0,
        "breakdown_season": 0.0,
        "moves_on_share": 0.0,
    },
    "stays": {"distribution": "exponential", "mean_weeks": 60.0},
    "need": {
        "emergency_share": 0.0,
        "away_share": 0.0,
        "beside_share": {"standard": 0.0, "complex": 0.0, "severe": 0.0},
        "cost_by_need": {"standard": 1.0, "complex": 1.0, "severe": 1.0},
        "one_to_one": {"standard": 0.0, "complex": 0.0, "severe": 0.0},
        "two_to_one": {"standard": 0.0, "complex": 0.0, "severe": 0.0},
        "solo": {"standard": 0.0, "complex": 0.0, "severe": 0.0},
    },
    "matching": {
        "purpose_mismatch": 0.0,
        "age_mismatch": 0.0,
        "sex_mismatch": 0.0,
        "need_mismatch": 0.0,
        "distance_mismatch": 0.0,
        "usual_fit": 1.0,
    },
    "providers": {
        "acceptance_least_need": 0.05,
        "acceptance_most_need": 0.05,
        "breakdown_caution": 1.0,
        "rating_caution": 0.0,
        "loss_sensitivity": 0.0,
        "risk_cost": 0.0,
        "blocked_share": 0.0,
        "openings_per_year": 0.0,
        "openings_voluntary": 0.0,
        "openings_local_authority": 0.0,
        "closings_per_year": 0.0,
        "closings_local_authority": 0.0,
        "closings_voluntary": 0.0,
        "closings_if_losing": 0.0,
        "debt_per_place": 0.0,
        "cost_spread": 0.0,
        "cost_private": 4_650.0,
        "cost_voluntary": 5_000.0,
        "cost_local_authority": 5_300.0,
        "fixed_cost_share": 0.75,
        "floor_margin": 0.04,
        "scarcity_power": 1.0,
        "occupancy_pass_through": 0.0,
        "notice_per_quarter": 0.0,
        "floor_margin_large": 0.04,
        "floor_margin_voluntary": 0.04,
        "occupancy_at_start": 0.0,
        "fee_adjustment": 0.0,
        "accepted_weight": 0.0,
        "bargaining": 0.0,
        "bidding": 0.0,
    },
    "unregistered": {"cost_by_care": dict.fromkeys(("shared", "one_to_one", "two_to_one", "solo"), 1.0)},
    "ratings": {"breakdown_effect": 0.0, "closings_if_inadequate": 0.0},
    "commissioning": {
        "value_per_mile": 100.0,
        "value_in_area": 0.0,
        "value_of_match": 0.0,
        "value_of_rating": 0.0,
        "only_good_share": 0.0,
        "budget_tightening": 0.0,
        "availability_at_start": 1.0,
    },
    "economy": {"cpi_per_year": 0.0, "pay_per_year": 0.0, "minimum_wage_per_year": 0.0, "recorded": False},
    "purchasing": {
        "arrangements": {"spot": {"rule": "spot", "fee_limit_at_first": 10.0, "uplift_given": 0.0}}, "order": ["spot"],
    },
}


@pytest.fixture(scope="session")
def quiet() -> Quiet:
    """Makes scenarios of the quiet market with some sections changed."""
    return lambda **sections: Scenario.model_validate(laid_over(QUIET, sections))


@pytest.fixture(scope="module")
def stepped() -> Iterator[Stepped]:
    """Makes models and steps them for some weeks; Mesa forgets them when the tests of the file are over."""
    made: list[MarketModel] = []

    def make(scenario: Scenario, weeks: int = 0, seed: int = 1) -> MarketModel:
        made.append(MarketModel(scenario, seed))
        for _ in range(weeks):
            made[-1].step()
        return made[-1]

    yield make
    for model in made:
        forget(model)
