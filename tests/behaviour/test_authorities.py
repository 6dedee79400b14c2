"""Authorities: memory, budget, own homes by policy, what they choose by, children placed away on purpose."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from marketsim.core.columns import Bools, Floats
from marketsim.market.children import PLACED
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.model import MarketModel
from marketsim.results.weeks import weekly_frame
from marketsim.scenario.schema import Scenario

Quiet = Callable[..., Scenario]
Stepped = Callable[..., MarketModel]

# ---- memory and budget


def test_authorities_remember_what_they_paid(quiet: Quiet, stepped: Stepped) -> None:
    """Fees are bargained far above what was expected: expectations follow, at once, in part, or not at all."""

    def expected(memory: float) -> tuple[float, float, float]:
        model = stepped(quiet(providers={"bargaining": 1.0}, commissioning={"fee_memory": memory, "shortlist": 1}))
        before = model.market.authorities.expected_fee.mean()
        for _ in range(12):
            model.step()
        paid = model.market.records.fee[model.market.records.start_week > 0].mean()
        return float(before), float(model.market.authorities.expected_fee.mean()), float(paid)

    before, after, paid = expected(0.1)
    assert before + 0.1 * (paid - before) < after < paid - 0.5 * (paid - before)
    before, after, paid = expected(1.0)
    assert after > before + 0.6 * (paid - before)
    before, after, paid = expected(0.0)
    assert after == before < paid - 1_000


def test_authorities_without_money_accept_less_and_wait_longer(quiet: Quiet, stepped: Stepped) -> None:
    """Budgets half of last year's spend: dear homes are refused at first, if authorities heed their budget at all."""

    def second_year(uplift: float, tightening: float) -> MarketModel:
        scenario = quiet(
            world={"homes": 100, "children_at_start": 260},
            demand={"new_needs_per_year": 250.0},
            providers={"cost_spread": 0.2, "acceptance_least_need": 0.04, "acceptance_most_need": 0.04},
            purchasing={"arrangements": {"spot": {"fee_limit_at_first": 1.0}}},
            commissioning={"budget_uplift_per_year": uplift, "budget_tightening": tightening},
        )
        return stepped(scenario, 78)

    def waits(model: MarketModel) -> Floats:
        late = model.market.records.start_week > 57
        return np.asarray(model.market.records.wait[late], dtype=np.float64)

    short, heedless, ample = second_year(-0.5, 0.3), second_year(-0.5, 0.0), second_year(0.04, 0.0)
    assert short.market.authorities.overspent.mean() > 0.7 and ample.market.authorities.overspent.mean() < 0.3
    assert waits(short).mean() > waits(heedless).mean() + 0.5
    assert (waits(short) == 0).mean() < 0.5 * (waits(heedless) == 0).mean()
    pd.testing.assert_frame_equal(
        *(weekly_frame(model.market, model.recorder) for model in (heedless, ample)), check_exact=True
    )


# ---- own homes by policy

POLICY: dict[str, Any] = {
    "from": datetime.date(2024, 5, 1),  # week 5
    "homes": 2,
    "places": 5,
    "authorities": ["Authority 3"],
    "regions": ["Region 3"],
}


def test_own_homes_open_by_policy_after_the_lead_time(quiet: Quiet, stepped: Stepped) -> None:
    """Two in Authority 3 and in each of Region 3, run and used by them; none without the policy."""

    def market(policies: list[dict[str, Any]]) -> MarketModel:
        own = {"rule": "in_house", "radius_miles": 40.0}
        return stepped(
            quiet(
                world={"regions": 3},
                providers={"managers_per_year": 1.0, "registration_weeks_least": 8, "registration_weeks_most": 12},
                commissioning={"own_homes": policies},
                purchasing={"arrangements": {"in_house": own}, "order": ["in_house", "spot"]},
            ),
            30,
        )

    model = market([POLICY])
    homes, children = model.market.homes, model.market.children
    new = np.flatnonzero(homes.opened_week > 0)
    assert np.bincount(homes.authority[new], minlength=9).tolist() == [0, 0, 2, 0, 0, 0, 2, 2, 2]
    assert (homes.sector[new] == LOCAL_AUTHORITY).all() and (homes.provider[new] == homes.authority[new]).all()
    assert (homes.places[new] == 5).all()
    weeks = homes.opened_week[new]
    assert weeks.min() >= 5 + 8 and weeks.max() <= 5 + 12 + 4  # homes open every fourth week
    inside = np.flatnonzero((children.state == PLACED) & np.isin(children.home, new))
    assert len(inside) > 5
    own = children.authority[inside] == homes.authority[children.home[inside]]
    routes = np.array([arrangement.route for arrangement in model.orders.arrangements])
    through = routes[children.arrangement[inside]] == "in_house"
    assert own.mean() > 0.8 and through[own].mean() > 0.8 and not through[~own].any()
    assert (market([]).market.homes.opened_week <= 0).all()


# ---- what authorities choose by

TOWNS: dict[str, Any] = {
    "world": {"homes": 300, "children_at_start": 600},
    "demand": {"new_needs_per_year": 0.0},
    "providers": {"cost_spread": 0.2, "acceptance_least_need": 0.2, "acceptance_most_need": 0.2},
}


def chosen(quiet: Quiet, stepped: Stepped, **weights: float) -> dict[str, float]:
    """What the children of week 0 got when commissioners weigh nothing but the fee, and `weights`."""
    market = stepped(quiet(**TOWNS, commissioning={"value_per_mile": 0.0} | weights)).market
    children, homes = market.children, market.homes
    placed = np.flatnonzero(children.state == PLACED)
    home = children.home[placed]
    return {
        "fee": float(children.fee[placed].mean() / market.mean_quote.mean()),
        "miles": float(children.miles[placed].mean()),
        "out_of_area": float((homes.authority[home] != children.authority[placed]).mean()),
        "rating": float(homes.rating[home].mean()),
    }


@pytest.mark.parametrize(
    ("weight", "value", "measure", "at_most"),
    [
        ("value_per_mile", 500.0, "miles", 8.0),
        ("value_in_area", 20_000.0, "out_of_area", 0.05),
        ("value_of_rating", 5_000.0, "rating", 0.85),
    ],
)
def test_choice_weighs(quiet: Quiet, stepped: Stepped, weight: str, value: float, measure: str, at_most: float) -> None:
    """Each weight moves its own measure, and costs fee."""
    without, with_it = chosen(quiet, stepped), chosen(quiet, stepped, **{weight: value})
    assert with_it[measure] <= at_most and with_it[measure] < 0.85 * without[measure]
    assert with_it["fee"] > without["fee"]


def test_choice_weighs_the_fee(quiet: Quiet, stepped: Stepped) -> None:
    """With nothing else to weigh, children get cheap homes; where miles and rating count far more, average ones."""
    assert chosen(quiet, stepped)["fee"] < 0.93
    assert chosen(quiet, stepped, value_per_mile=1_000.0, value_of_rating=10_000.0)["fee"] > 0.96


def test_choice_weighs_the_match_with_residents(quiet: Quiet, stepped: Stepped) -> None:
    """Homes for two that mind age little: commissioners who value the match find company of like age."""

    def age_gap(value: float) -> float:
        scenario = quiet(
            world={"homes": 500, "places_per_home": 2, "children_at_start": 0},
            demand={"new_needs_per_year": 1_000.0},
            stays={"mean_weeks": 1_000.0},
            matching={"age_mismatch": 0.1},
            commissioning={"value_of_match": value, "value_per_mile": 10.0},
        )
        market = stepped(scenario, 40).market
        children, homes = market.children, market.homes
        placed = np.flatnonzero(children.state == PLACED)
        placed = placed[homes.occupied[children.home[placed]] == 2]
        others = homes.residents_age[children.home[placed]] - children.age[placed]
        assert len(placed) > 200
        return float(np.abs(others - children.age[placed]).mean())

    assert age_gap(20_000.0) < 0.5 * age_gap(0.0)


# ---- away on purpose


def test_children_placed_away_on_purpose(quiet: Quiet, stepped: Stepped) -> None:
    """However many places there are at home and however much authorities want them, these children live far away."""

    def placed(share: float) -> tuple[Bools, Bools, Floats]:
        scenario = quiet(
            world={"homes": 450},
            need={"away_share": share, "away_miles": 20.0},
            providers={"acceptance_least_need": 1.0, "acceptance_most_need": 1.0},
            commissioning={"value_in_area": 50_000.0},
        )
        market = stepped(scenario, 10).market
        children, homes = market.children, market.homes
        rows = np.flatnonzero(children.state == PLACED)
        out = homes.authority[children.home[rows]] != children.authority[rows]
        return children.away[rows], np.asarray(out), children.miles[rows]

    away, out, miles = placed(0.1)
    assert 0.05 < away.mean() < 0.15
    np.testing.assert_array_equal(out, away)
    assert miles[away].min() >= 20 and miles[~away].mean() < 5
    assert not placed(0.0)[1].any()
