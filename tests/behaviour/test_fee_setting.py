"""Fees: what homes ask, what is settled, and what moves cost; each behaviour on, and switched off."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from marketsim.core.columns import Floats, Ints
from marketsim.market.fit import NEEDS
from marketsim.market.homes import LOCAL_AUTHORITY, VOLUNTARY
from marketsim.model import MarketModel
from marketsim.results.weeks import week_row
from marketsim.scenario.schema import Scenario
from marketsim.week import providers as providers_decide
from marketsim.world.start import build_market

Quiet = Callable[..., Scenario]
Stepped = Callable[..., MarketModel]
MOVING = {"fee_adjustment": 0.15, "occupancy_at_start": 0.82}
BY_NEED = {"cost_by_need": {"standard": 0.98, "complex": 1.01, "severe": 1.06}}
FLOOR = 1.04


def started(model: MarketModel) -> Ints:
    """Records of the placements that started within the run."""
    return np.flatnonzero(model.market.records.start_week > 0)


def above_quote(model: MarketModel) -> Floats:
    """Fee settled over the fee quoted, for each placement that started; of homes that never change what they quote."""
    rows, records = started(model), model.market.records
    return np.asarray(records.fee[rows] - model.market.quotes[records.home[rows], records.band[rows]])


def fee_against_need(model: MarketModel) -> float:
    rows, records = started(model), model.market.records
    return float(np.corrcoef(records.fee[rows], records.score[rows])[0, 1])


def ask_over_cost(model: MarketModel) -> float:
    homes = model.market.homes
    return float((homes.ask / homes.unit_cost).mean())


# ---- what homes ask


def test_asks_follow_referral_pressure(quiet: Quiet, stepped: Stepped) -> None:
    """The same scarce market: homes that feel the pressure ask far above the floor, others stay there."""

    def scarce(pressure_half: float) -> MarketModel:
        choosy = {"acceptance_least_need": 0.02, "acceptance_most_need": 0.02}
        return stepped(
            quiet(
                world={"homes": 120, "children_at_start": 400},
                demand={"new_needs_per_year": 420.0},
                providers=MOVING | choosy | {"pressure_half": pressure_half},
            ),
            weeks=40,
        )

    felt, unfelt = scarce(0.85), scarce(100.0)
    assert week_row(felt.market, felt.recorder)["children_waiting"] > 5
    assert ask_over_cost(felt) > FLOOR + 0.15
    assert FLOOR <= ask_over_cost(unfelt) < FLOOR + 0.02


def test_pressure_is_felt_within_reach_only(quiet: Quiet) -> None:
    """Children who search in one corner of the plane press on the homes there; with endless reach on all alike."""
    searching = np.zeros((9, NEEDS))
    searching[0, 0] = 30.0
    near = build_market(quiet(providers={"pressure_reach_miles": 15.0}), 1)
    far = build_market(quiet(providers={"pressure_reach_miles": 1_000.0}), 1)
    pressure = providers_decide.pressure(near, searching)
    assert (pressure[0] > 0.2).all() and not pressure[1:].any()
    assert np.ptp(providers_decide.pressure(far, searching)) == 0


def test_emptier_homes_ask_more(quiet: Quiet, stepped: Stepped) -> None:
    """One area, so one pressure: a place costs more the emptier the home; with `occupancy_pass_through` 0 all ask the
    same."""

    def asks_and_occupancy(share: float) -> tuple[Floats, Floats]:
        model = stepped(
            quiet(
                world={"authorities": 1, "homes": 120, "children_at_start": 350},
                demand={"new_needs_per_year": 420.0},
                providers=MOVING | {"occupancy_pass_through": share},
            ),
            weeks=40,
        )
        return model.market.homes.ask, model.market.homes.recent_occupancy

    asks, occupancy = asks_and_occupancy(0.5)
    assert np.corrcoef(asks, occupancy)[0, 1] < -0.8
    assert np.ptp(asks) > 100
    asks, occupancy = asks_and_occupancy(0.0)
    assert np.ptp(occupancy) > 0.2 and np.ptp(asks) < 1e-6


def test_the_fee_last_accepted_feeds_the_ask(quiet: Quiet, stepped: Stepped) -> None:
    """Homes that bargained a fee above what they asked ask more from then on; with `accepted_weight` 0 they don't."""

    def ratio(weight: float) -> float:
        providers = {"bargaining": 0.15, "accepted_weight": weight, "fee_adjustment": 0.15, "pressure_half": 100.0}
        return ask_over_cost(stepped(quiet(providers=providers, commissioning={"shortlist": 1}), weeks=40))

    without = ratio(0.0)
    assert without < FLOOR + 0.01
    assert ratio(0.2) > without + 0.005


def test_a_home_asks_more_after_a_better_fee_than_its_neighbour(quiet: Quiet, stepped: Stepped) -> None:
    """Two halves alike but for the fee last accepted."""

    def gap(weight: float) -> float:
        market = stepped(quiet(providers={"accepted_weight": weight, "fee_adjustment": 0.15})).market
        market.homes.accepted[::2] += 1_000.0
        providers_decide.revise_asks(market, np.zeros((len(market.authorities), NEEDS)))
        return float(market.homes.ask[::2].mean() - market.homes.ask[1::2].mean())

    assert gap(0.2) == pytest.approx(1_000.0 * 0.2 * 0.15)
    assert gap(0.0) == 0


@pytest.mark.parametrize("kind", ["large", "small", "voluntary"])
def test_floor_margin_is_that_of_the_kind_of_provider(quiet: Quiet, stepped: Stepped, kind: str) -> None:
    """Without pressure a home asks its cost and the margin of its kind; with equal margins kinds don't differ."""

    def margins(**providers: float) -> Floats:
        market = stepped(quiet(world={"homes_per_provider": 1}, providers=providers)).market
        market.homes.provider[:10] = market.homes.provider[0]
        market.homes.sector[10:20] = VOLUNTARY
        asks = providers_decide.wanted_asks(market, np.zeros((len(market.authorities), NEEDS)))
        return np.asarray(asks / market.homes.unit_cost - 1)

    rows = {"large": slice(0, 10), "voluntary": slice(10, 20), "small": slice(20, None)}[kind]
    wanted = {"large": 0.10, "voluntary": 0.02, "small": 0.04}[kind]
    differing = margins(floor_margin=0.04, floor_margin_large=0.10, floor_margin_voluntary=0.02)
    np.testing.assert_allclose(differing[rows], wanted)
    alike = margins(floor_margin=0.07, floor_margin_large=0.07, floor_margin_voluntary=0.07)
    np.testing.assert_allclose(alike, 0.07)


def test_own_homes_feel_no_pressure(quiet: Quiet, stepped: Stepped) -> None:
    """The other homes of the same market do."""
    market = stepped(quiet(providers={"occupancy_at_start": 0.82})).market
    market.homes.sector[::2] = LOCAL_AUTHORITY
    asks = providers_decide.wanted_asks(market, np.ones((len(market.authorities), NEEDS)))
    np.testing.assert_allclose(asks[::2], FLOOR * market.homes.unit_cost[::2])
    assert (asks[1::2] > 1.5 * market.homes.unit_cost[1::2]).all()


# ---- what is settled


def test_bargaining_lifts_fees_by_luck_and_blurs_what_they_say_about_need(quiet: Quiet, stepped: Stepped) -> None:
    """With homes alike a fee follows need closely; bargaining adds more than need costs, and not because of need."""

    def market(bargaining: float) -> MarketModel:
        alone = {"shortlist": 1}  # one offer: the most that bargaining can bring
        return stepped(quiet(need=BY_NEED, providers={"bargaining": bargaining}, commissioning=alone), weeks=30)

    with_bargains, without = market(0.15), market(0.0)
    assert len(started(without)) > 150
    assert not above_quote(without).any()
    gain, records = above_quote(with_bargains), with_bargains.market.records
    assert gain.min() >= 0 and gain.std() > 100
    assert abs(np.corrcoef(gain, records.score[started(with_bargains)])[0, 1]) < 0.15
    assert fee_against_need(without) > 0.8  # not 1: need has three bands
    assert fee_against_need(with_bargains) < 0.5


def test_authorities_bid_against_each_other_but_not_within_a_cooperative(quiet: Quiet, stepped: Stepped) -> None:
    """Contested places go above what homes quote, unless nobody bids or all buy as one."""

    def contested(bidding: float, together: bool) -> Floats:
        alone = {"not_urgent": 0.0, "urgent": 0.0}
        purchasing: dict[str, Any] = {
            "arrangements": {"all": {"rule": "cooperative", "order": ["spot"], "bypass": alone}},
            "order": ["all" if together else "spot"],
        }
        taking = {"acceptance_least_need": 0.2, "acceptance_most_need": 0.2}
        model = stepped(
            quiet(
                world={"homes": 60, "places_per_home": 3, "children_at_start": 100},
                demand={"new_needs_per_year": 420.0},
                providers=taking | {"bidding": bidding},
                purchasing=purchasing,
            ),
            weeks=20,
        )
        return above_quote(model)

    apart = contested(0.5, together=False)
    assert (apart > 1).mean() > 0.05 and apart.mean() > 100
    assert not contested(0.0, together=False).any()
    assert not contested(0.5, together=True).any()


def test_who_has_waited_accepts_more(quiet: Quiet, stepped: Stepped) -> None:
    """Places at the going fee are taken at once, dearer ones by those who have waited; not if any fee is accepted."""

    def by_wait(limit: float) -> tuple[Floats, Floats]:
        providers = {"cost_spread": 0.2, "acceptance_least_need": 0.015, "acceptance_most_need": 0.015}
        spot = {"arrangements": {"spot": {"fee_limit_at_first": limit}}}
        world, demand = {"homes": 260, "children_at_start": 900}, {"new_needs_per_year": 800.0}
        model = stepped(quiet(world=world, demand=demand, providers=providers, purchasing=spot), weeks=40)
        rows, records = started(model), model.market.records
        at_once = records.wait[rows] == 0
        return records.fee[rows[at_once]], records.fee[rows[~at_once]]

    at_once, later = by_wait(1.0)
    assert min(len(at_once), len(later)) > 50
    assert later.mean() > at_once.mean() + 400
    at_once, later = by_wait(10.0)
    assert len(later) > 40
    assert later.mean() < at_once.mean() + 100


@pytest.mark.parametrize("last_resort", [5_000.0, 10_500.0])
def test_nobody_pays_more_than_the_last_resort_costs(quiet: Quiet, stepped: Stepped, last_resort: float) -> None:
    """However scarce places are: fees go to what the last resort costs, and never beyond."""
    model = stepped(
        quiet(
            world={"homes": 60, "places_per_home": 3, "children_at_start": 150},
            demand={"new_needs_per_year": 420.0},
            providers={"bidding": 1.0, "bargaining": 1.0, "cost_spread": 0.2} | MOVING,
            unregistered={"weekly_cost": last_resort},
        ),
        weeks=30,
    )
    fees = model.market.records.fee[started(model)]
    assert len(fees) > 30
    assert 0.9 * last_resort < fees.max() <= last_resort


# ---- what moves cost

HAMLET = {"homes": 8, "authorities": 1, "children_at_start": 10}


def yearly_rises(model: MarketModel, weeks: int) -> dict[int, float]:
    """Weeks in which running cost stepped up, each with the rise."""
    market, rises = model.market, {}
    for _ in range(weeks):
        before = market.cost_index
        model.step()
        if market.cost_index != before:
            rises[market.week] = market.cost_index / before - 1
    return rises


def test_cost_follows_recorded_prices_and_pay_and_then_the_scenarios(quiet: Quiet, stepped: Stepped) -> None:
    """From March 2024: 2.6% and 5.6% are recorded for 2025 (ONS), after that the scenario's rates hold."""

    def model(**economy: Any) -> MarketModel:
        start, economy = {"start": datetime.date(2024, 3, 31)}, economy | {"pass_through": 0.0}
        return stepped(quiet(horizon=start, world=HAMLET, demand={"new_needs_per_year": 10.0}, economy=economy))

    recorded = model(recorded=True, cpi_per_year=0.1, pay_per_year=0.2)
    assert recorded.market.cost_index == pytest.approx(1 + 0.66 * 0.060 + 0.34 * 0.032)  # 2023's money in 2024
    rises = yearly_rises(recorded, 105)
    assert rises == {52: pytest.approx(0.66 * 0.056 + 0.34 * 0.026), 104: pytest.approx(0.66 * 0.2 + 0.34 * 0.1)}
    still = model(recorded=False, cpi_per_year=0.0, pay_per_year=0.0)
    assert still.market.cost_index == 1
    assert yearly_rises(still, 53) == {}


def test_fees_follow_cost(quiet: Quiet, stepped: Stepped) -> None:
    """Without pressure homes ask a tenth more after pay and prices rose by that, and the same where they did not."""

    def rise(rate: float) -> float:
        economy = {"cpi_per_year": rate, "pay_per_year": rate, "minimum_wage_per_year": rate}
        providers = {"fee_adjustment": 1.0, "occupancy_pass_through": 0.0, "pressure_half": 100.0}
        model = stepped(quiet(world=HAMLET, demand={"new_needs_per_year": 0.0}, economy=economy, providers=providers))
        before = ask_over_cost(model)
        for _ in range(56):
            model.step()
        return ask_over_cost(model) / before - 1

    assert rise(0.1) == pytest.approx(0.1, abs=0.01)
    assert rise(0.0) == pytest.approx(0.0, abs=0.01)
