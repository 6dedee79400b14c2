"""Markets without frictions, in which theory says what must come out; and a mean with its Monte Carlo error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from marketsim.experiments.run import forget
from marketsim.model import MarketModel
from marketsim.scenario.schema import Scenario

# Nobody refuses, nothing is blocked, opens, closes, breaks down or gets dearer, all homes ask cost and floor margin,
# and a child who finds no place in the first week leaves at once.
EVEN = dict.fromkeys(("shared", "one_to_one", "two_to_one", "solo"), 1.0)
NO_FRICTIONS: dict[str, dict[str, Any]] = {
    "world": {"kind": "synthetic"},
    "demand": {"breakdown_share": 0.0, "growth_share_per_year": 0.0, "moves_on_share": 0.0},
    "stays": {"distribution": "exponential"},
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
        "acceptance_least_need": 1.0,
        "acceptance_most_need": 1.0,
        "breakdown_caution": 1.0,
        "blocked_share": 0.0,
        "openings_per_year": 0.0,
        "openings_voluntary": 0.0,
        "openings_local_authority": 0.0,
        "closings_per_year": 0.0,
        "closings_voluntary": 0.0,
        "closings_local_authority": 0.0,
        "closings_if_losing": 0.0,
        "cost_private": 4_650.0,
        "cost_voluntary": 5_000.0,
        "cost_local_authority": 5_300.0,
        "fixed_cost_share": 0.75,
        "floor_margin": 0.04,
        "scarcity_power": 3.0,
        "occupancy_pass_through": 0.0,
        "notice_per_quarter": 0.0,
        "loss_sensitivity": 0.0,
        "rating_caution": 0.0,
        "accepted_weight": 0.0,
        "bargaining": 0.0,
        "cost_spread": 0.0,
        "occupancy_at_start": 0.0,
        "fee_adjustment": 0.0,
        "bidding": 0.0,
    },
    "ratings": {"closings_if_inadequate": 0.0},
    "commissioning": {
        "value_in_area": 0.0,
        "value_of_match": 0.0,
        "value_of_rating": 0.0,
        "only_good_share": 0.0,
        "budget_tightening": 0.0,
        "deadline_weeks_planned": 0,
        "deadline_weeks_emergency": 0,
        "availability_at_start": 1.0,
    },
    "unregistered": {"need_ends_mean_weeks": 0.0, "cost_by_care": EVEN},
    "economy": {"cpi_per_year": 0.0, "pay_per_year": 0.0, "minimum_wage_per_year": 0.0, "recorded": False},
}


def frictionless(purchasing: dict[str, Any], **sections: dict[str, Any]) -> Scenario:
    """The market without frictions; `sections` change or add values."""
    known = {name: values | sections.get(name, {}) for name, values in NO_FRICTIONS.items()}
    return Scenario.model_validate(sections | known | {"purchasing": purchasing})


def mean_and_error(replicates: Any) -> tuple[float, float]:
    """Mean of independent replicates and its standard error."""
    values = np.asarray(replicates, dtype=np.float64)
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


@pytest.fixture(scope="module", name="frictionless")
def _frictionless() -> Callable[..., Scenario]:
    return frictionless


@pytest.fixture(scope="module", name="mean_and_error")
def _mean_and_error() -> Callable[[Any], tuple[float, float]]:
    return mean_and_error


@pytest.fixture(scope="module")
def make_model() -> Iterator[Callable[[Scenario, int], MarketModel]]:
    """Build models, and let Mesa forget them when the tests of the file are over."""
    made: list[MarketModel] = []

    def make(scenario: Scenario, seed: int) -> MarketModel:
        made.append(MarketModel(scenario, seed))
        return made[-1]

    yield make
    for model in made:
        forget(model)


@pytest.fixture(scope="module")
def erlang_b() -> Callable[[int, float], float]:
    """Erlang's loss formula: the share lost with `places` and an offered load of `load`."""

    def lost(places: int, load: float) -> float:
        share = 1.0
        for number in range(1, places + 1):
            share = load * share / (number + load * share)
        return share

    return lost
