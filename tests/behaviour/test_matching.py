"""Statements of purpose and fit: who goes where, how stays end, what they cost, what inspectors see; and pay and places
that can be staffed: each switched on and off."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from marketsim.market import costs, rotas
from marketsim.market.children import BREAKDOWN, COMPLEX, NOT_YET, PLACED
from marketsim.market.fit import (
    ANY_AGE,
    COMPLEX_NEEDS,
    MENTAL_HEALTH,
    OLDER,
    YOUNGER,
    Mismatches,
    fit,
)
from marketsim.market.matching import left_of_fit, shares_of_needs, shares_of_statements
from marketsim.model import MarketModel
from marketsim.scenario.schema import Scenario
from marketsim.scenario.sections.matching import Matching
from marketsim.week import inspecting, providers

Quiet = Callable[..., Scenario]
Stepped = Callable[..., MarketModel]
LOSS = Mismatches(purpose=0.4, age=0.5, sex=0.3, need=0.5, far=0.2, far_miles=60.0)
NOTHING = {"age_mismatch": 0.0, "sex_mismatch": 0.0, "need_mismatch": 0.0, "distance_mismatch": 0.0}
ALL = {"standard": 1.0, "complex": 1.0, "severe": 1.0}
WIDE: dict[str, Any] = {
    "world": {"homes": 600, "places_per_home": 2, "children_at_start": 600},
    "demand": {"new_needs_per_year": 700.0, "breakdown_share": 0.3},
    "stays": {"mean_weeks": 40.0},
}


def test_fit_by_hand() -> None:
    """A boy of 12 with complex needs and need 0.8 in an empty home, and beside a girl of 15 and a boy of 9."""
    both = COMPLEX_NEEDS | MENTAL_HEALTH
    assert fit(12, True, 0.8, COMPLEX_NEEDS, both, ANY_AGE, 0, 0, 0, 0.0, LOSS) == 1.0
    assert fit(12, True, 0.8, both, COMPLEX_NEEDS, ANY_AGE, 0, 0, 0, 0.0, LOSS) == pytest.approx(0.6)
    assert fit(12, True, 0.8, both, 0, OLDER, 0, 0, 0, 0.0, LOSS) == pytest.approx(0.6**3)
    assert fit(13, True, 0.8, 0, 0, YOUNGER, 0, 0, 0, 0.0, LOSS) == pytest.approx(0.6)
    assert fit(13, True, 0.8, 0, 0, OLDER, 0, 0, 0, 0.0, LOSS) == 1.0
    beside = fit(12, True, 0.8, 0, 0, ANY_AGE, 2, 15 + 9, 1, 0.5 + 0.3, LOSS)
    assert beside == pytest.approx((1 - 0.5 * 0) * (1 - 0.3 * 0.5) * (1 - 0.5 * 0.8 * 0.4))


def test_what_statements_leave_of_fit() -> None:
    """By the needs that a home takes (rows) and those of a child (columns)."""
    left = left_of_fit(Matching(purpose_mismatch=0.4))
    expected = [[1, 0.6, 0.6, 0.36], [1, 1, 0.6, 0.6], [1, 0.6, 1, 0.6], [1, 1, 1, 1]]
    assert left == pytest.approx(np.array(expected))


def test_shares_are_those_of_the_scenario(quiet: Quiet, stepped: Stepped) -> None:
    """Of homes by what they take, of children by what they need; expected and drawn."""
    model = stepped(quiet(world={"homes": 4_000, "places_per_home": 1, "children_at_start": 4_000}))
    market = model.market
    homes = np.bincount(market.homes.takes_needs, minlength=4) / len(market.homes)
    assert homes == pytest.approx(shares_of_statements(market.scenario.matching), abs=0.025)
    ages = np.bincount(market.homes.takes_ages, minlength=3) / len(market.homes)
    assert ages == pytest.approx([0.7, 0.1, 0.2], abs=0.025)
    needs = np.bincount(market.children.needs, minlength=4) / len(market.children)
    assert needs == pytest.approx(shares_of_needs(market.scenario, market.need_shares), abs=0.025)
    assert (market.children.needs & COMPLEX_NEEDS > 0).tolist() == (market.children.band >= COMPLEX).tolist()


def test_statements_say_who_lives_where(quiet: Quiet, stepped: Stepped) -> None:
    """Where what is left out costs all fit, nobody lives where something is left out; with no loss many do."""

    def outside(loss: float) -> float:
        nobody_at_first = WIDE | {"world": WIDE["world"] | {"children_at_start": 0}}
        market = stepped(quiet(**nobody_at_first, matching={"purpose_mismatch": loss}), weeks=60).market
        children, homes = market.children, market.homes
        rows = np.flatnonzero(children.state == PLACED)
        return float((children.needs[rows] & ~homes.takes_needs[children.home[rows]] > 0).mean())

    assert outside(1.0) == 0 and outside(0.0) > 0.2


def test_without_any_loss_nothing_of_matching_matters(quiet: Quiet) -> None:
    """Statements and effects at will: with all mismatches 0 runs are the same to the last digit."""
    from marketsim.experiments.run import run

    terms = dict.fromkeys(("homes_complex_share", "homes_mental_health_share", "homes_younger_share"), 0.3)
    effects = dict.fromkeys(("breakdown_effect", "stay_effect", "rating_effect"), 3.0) | {"cost_effect": 1.0}
    plain, other = (run(quiet(**WIDE, matching=matching), weeks=30) for matching in ({}, terms | effects))
    assert plain.weekly.equals(other.weekly)


def breakdowns(model: MarketModel) -> tuple[float, float]:
    """The share of stays begun within the run and over that broke down: of children who fitted less than usual, and of
    those who fitted better."""
    records = model.market.records
    over = (records.start_week > 0) & (records.end_week != NOT_YET)
    broke, low = records.end_reason == BREAKDOWN, records.fit < model.market.scenario.matching.usual_fit
    return float(broke[over & low].mean()), float(broke[over & ~low].mean())


@pytest.mark.parametrize("loss", ["purpose_mismatch", "age_mismatch", "need_mismatch", "distance_mismatch"])
def test_bad_fits_break_down(quiet: Quiet, stepped: Stepped, loss: str) -> None:
    """Whatever doesn't go together; without the effect little more (those who fit badly are of higher need)."""
    terms = {"matching": {loss: 0.6, "far_miles": 10.0, "usual_fit": 0.8, "stay_effect": 0.0}}
    on, off = (
        breakdowns(stepped(quiet(**WIDE, **_with(terms, breakdown_effect=effect)), weeks=120)) for effect in (3.0, 0.0)
    )
    assert on[0] > 1.4 * on[1] and off[0] < 1.4 * off[1]


def test_bad_fits_end_sooner(quiet: Quiet, stepped: Stepped) -> None:
    """Stays of those who fit less than usual, over those of the others, with the effect and without."""

    def ratio(effect: float) -> float:
        terms = {"purpose_mismatch": 0.8, "usual_fit": 0.7, "stay_effect": effect}
        market = stepped(quiet(**WIDE, matching=terms), weeks=30).market
        rows = np.flatnonzero((market.children.state == PLACED) & (market.children.since > 0))
        length, low = (market.children.end_week - market.children.since)[rows], market.children.fit[rows] < 0.7
        return float(length[low].mean() / length[~low].mean())

    assert ratio(2.0) < 0.7 * ratio(0.0)


def test_better_matching_pays(quiet: Quiet, stepped: Stepped) -> None:
    """Commissioners who value the match: better fits, fewer breakdowns; fewer still the more fit does."""

    def of(value: float) -> tuple[float, float]:
        terms = {"purpose_mismatch": 0.5, "age_mismatch": 0.5, "sex_mismatch": 0.5, "usual_fit": 0.6}
        scenario = quiet(**WIDE, matching=terms | {"breakdown_effect": 2.0}, commissioning={"value_of_match": value})
        market = stepped(scenario, weeks=120).market
        records = market.records
        started = records.start_week > 0
        over = started & (records.end_week != NOT_YET)
        return float(records.fit[started].mean()), float((records.end_reason[over] == BREAKDOWN).mean())

    (fit_before, broke_before), (fit_after, broke_after) = of(0.0), of(5_000.0)
    assert fit_after > fit_before + 0.05 and broke_after < broke_before - 0.03


def test_who_fits_badly_costs_staff(quiet: Quiet, stepped: Stepped) -> None:
    """A share of running cost for each share of fit below the usual; the books of homes know it, and so does notice."""
    terms = {"purpose_mismatch": 0.5, "usual_fit": 0.9}
    made = [stepped(quiet(**WIDE, matching=terms | {"cost_effect": share}), weeks=5) for share in (0.2, 0.0)]
    market = made[0].market
    rows = np.flatnonzero(market.children.state == PLACED)
    dearer = costs.resident_costs(market, rows) - costs.resident_costs(made[1].market, rows)
    below = 0.9 - market.children.fit[rows]
    assert dearer == pytest.approx(0.2 * below * market.homes.unit_cost[market.children.home[rows]])
    assert below.max() > 0.3
    needs = [one.recorder.census(one.market).due.needs.sum() for one in made]
    assert needs[0] - needs[1] == pytest.approx(0.2 * below.sum())


def test_inspectors_see_who_fits(quiet: Quiet, stepped: Stepped) -> None:
    """Homes whose residents fit worse than usual are judged lower; without the effect alike."""

    def gap(effect: float) -> float:
        terms = {"purpose_mismatch": 0.7, "usual_fit": 0.6, "rating_effect": effect}
        market = stepped(quiet(**WIDE, matching=terms)).market
        homes = market.homes
        market.week = 1
        inspecting._judge(market, np.arange(len(homes)), np.zeros(len(homes)), 0.6 - _fit_of(market))
        low = _fit_of(market) < 0.6
        return float(homes.rating[low].mean() - homes.rating[~low].mean())

    assert gap(3.0) > 0.4 and abs(gap(0.0)) < 0.15


def test_the_sum_of_fits_is_that_of_residents(quiet: Quiet, stepped: Stepped) -> None:
    """After children have moved in and out for a year."""
    terms = {"purpose_mismatch": 0.5, "age_mismatch": 0.5, "distance_mismatch": 0.3}
    market = stepped(quiet(**WIDE, matching=terms), weeks=52).market
    placed = np.flatnonzero(market.children.state == PLACED)
    home, fits = market.children.home[placed], market.children.fit[placed]
    assert np.bincount(home, weights=fits, minlength=len(market.homes)) == pytest.approx(market.homes.residents_fit)
    assert fits.min() > 0 and fits.max() <= 1 and fits.std() > 0.1


def test_scarce_kinds_of_place_are_dear(quiet: Quiet, stepped: Stepped) -> None:
    """All children need help that one home in ten gives: its fee rises, the others' only as far as children press on
    them too; where statements don't matter all feel the same."""

    def felt(loss: float) -> tuple[float, float]:
        terms = {"purpose_mismatch": loss, "homes_mental_health_share": 0.1, "mental_health_share": ALL}
        market = stepped(quiet(matching=terms | NOTHING), weeks=4).market
        found = providers.pressure(market, np.tile([0.0, 0.0, 2.0, 0.0], (len(market.authorities), 1)))
        return float(found[:, MENTAL_HEALTH].mean()), float(found[:, 0].mean())

    scarce, others = felt(0.8)
    assert scarce > 2 * others > 0
    same = felt(0.0)
    assert same[0] == pytest.approx(same[1])


def test_pressure_is_children_over_children_and_places(quiet: Quiet, stepped: Stepped) -> None:
    """Where all homes suit all children: S / (S + half x V), by hand."""
    market = stepped(quiet(world={"authorities": 1}, providers={"pressure_half": 1.25})).market
    free = market.free().sum()
    found = providers.pressure(market, np.array([[3.0, 1.0, 0.0, 2.0]]))
    assert found == pytest.approx(np.full((1, 4), 6 / (6 + 1.25 * free)))


def test_better_paid_staff_fill_places_and_cost(quiet: Quiet, stepped: Stepped) -> None:
    """A quarter more pay: a fifth fewer places blocked and dearer homes; without a response only dearer."""

    def of(level: float, response: float) -> tuple[float, float]:
        rota = {"cost_private": None, "blocked_share": 0.3}
        staffing = {"pay_level": level, "pay_response": response}
        homes = stepped(quiet(world={"homes": 2_000}, providers=rota, staffing=staffing)).market.homes
        return float(homes.blocked.sum() / homes.places.sum()), float(homes.unit_cost.mean())

    usual, better, costlier = of(1.0, 1.0), of(1.25, 1.0), of(1.25, 0.0)
    assert usual[0] == pytest.approx(0.3, abs=0.015)
    assert better[0] == pytest.approx(0.3 / 1.25, abs=0.015) and costlier[0] == usual[0]
    assert costlier[1] > 1.05 * usual[1] and better[1] < costlier[1]


def test_pay_that_changes_by_date_changes_costs_of_all_homes(quiet: Quiet, stepped: Stepped) -> None:
    """From that week on; the homes that were there as well as new ones."""
    change = {"from": datetime.date(2024, 6, 1), "staffing": {"pay_level": 1.2}}
    scenario = quiet(providers={"cost_private": None}, changes=[change], horizon={"start": datetime.date(2024, 4, 1)})
    model = stepped(scenario, weeks=8)
    before = model.market.homes.unit_cost.copy()
    for _ in range(3):
        model.step()
    after = model.market.homes.unit_cost
    assert (after > 1.05 * before).all()
    assert after == pytest.approx(costs.place_cost(model.market, np.arange(len(after))))


def test_pay_that_falls_behind_the_minimum_wage_leaves_places_unstaffed(quiet: Quiet, stepped: Stepped) -> None:
    """Half of the minimum wage's rise beyond average pay is passed on: places blocked follow what care staff earn over
    it."""
    economy = {"minimum_wage_per_year": 0.2, "pay_per_year": 0.0, "pass_through": 0.5}
    market = stepped(quiet(economy=economy, horizon={"start": datetime.date(2024, 3, 1)}), weeks=60).market
    assert market.relative_pay == pytest.approx((1.1 / 1.2) ** 2)
    share = rotas.blocked_share(market.scenario.model_copy(), market.relative_pay)
    assert share == 0.0  # nothing is blocked in a quiet market
    blocked = quiet(economy=economy, providers={"blocked_share": 0.2})
    assert rotas.blocked_share(blocked, market.relative_pay) == pytest.approx(0.2 * (1.2 / 1.1) ** 2)


def _with(terms: dict[str, dict[str, Any]], **matching: Any) -> dict[str, dict[str, Any]]:
    return {"matching": terms["matching"] | matching}


def _fit_of(market: Any) -> Any:
    homes = market.homes
    return np.where(homes.occupied > 0, homes.residents_fit / np.maximum(homes.occupied, 1), 0.6)
