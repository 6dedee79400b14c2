"""What homes cost by their rotas, what children with staff of their own cost, how fees rise within stays, who is handed
back: each switched on and off."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from marketsim.market import costs, rotas
from marketsim.market.children import NOTICE, PLACED, SHARED, SOLO, TWO_TO_ONE
from marketsim.market.homes import LOCAL_AUTHORITY, PRIVATE
from marketsim.model import MarketModel
from marketsim.scenario.schema import Scenario, Staffing
from marketsim.week import providers

Quiet = Callable[..., Scenario]
Stepped = Callable[..., MarketModel]
OF_ROTAS: dict[str, Any] = {"cost_private": None, "cost_voluntary": None, "cost_local_authority": None}
NOBODY, ALL = (dict.fromkeys(("standard", "complex", "severe"), share) for share in (0.0, 1.0))
PRICE = np.array([400_000.0])


def test_a_rota_by_hand() -> None:
    """Two by day for 105 hours, one awake for 63, one on call, a manager and a half; the house; two children."""
    staffing = Staffing(
        care_pay=10.0, manager_pay=20.0, managers=1.0, on_costs=0.2, cover=1.1, day_posts_home=1.0, day_posts_child=0.5,
        sleep_in_pay=50.0, house_return=0.05, house_running=200.0, per_child=500.0, central_share=0.1,
    )  # fmt: skip
    hours = 2 * 105 + 63
    staff = hours * 10 * 1.1 * 1.2 + (7 * 50 + 37.5 * 20) * 1.2
    house = 400_000 * 0.05 / (365.25 / 7) + 200
    found = rotas.home_cost(staffing, np.array([2.0]), PRICE)
    assert found == pytest.approx((staff + house + 2 * 500) * 1.1)
    assert rotas.extra_cost(staffing)[TWO_TO_ONE] == pytest.approx((210 + 63) * 13.2 * 1.1)
    assert rotas.extra_hours(staffing)[SHARED] == 0


def test_a_child_is_dearer_in_a_small_home_and_in_an_own_one(quiet: Quiet) -> None:
    """By posts that every home needs and by pay; a stated cost knows neither."""
    made, stated = quiet(providers=OF_ROTAS), quiet()
    small, large = (costs.resident_cost(made, np.array([PRIVATE]), places, PRICE)[0] for places in (2, 6))
    own = costs.resident_cost(made, np.array([LOCAL_AUTHORITY]), 2, PRICE)[0]
    assert small > 1.5 * large and own > 1.2 * small
    assert [costs.resident_cost(stated, np.array([PRIVATE]), places, PRICE)[0] for places in (2, 6)] == [4_650, 4_650]


@pytest.mark.parametrize("needing", ["one_to_one", "two_to_one"])
def test_staff_of_its_own_are_paid_for_on_top(quiet: Quiet, stepped: Stepped, needing: str) -> None:
    """What they cost and the margin on it, for everybody or for nobody; the books of homes know them."""
    calm: dict[str, Any] = {"unregistered": {"weekly_cost": 60_000.0}, "providers": {"bargaining_bespoke": 0.0}}
    with_staff, without = (stepped(quiet(need={needing: share}, **calm), weeks=10) for share in (ALL, NOBODY))
    market = with_staff.market
    fee = [one.market.children.fee[one.market.children.state == PLACED].mean() for one in (with_staff, without)]
    care = market.children.care[market.children.state == PLACED]
    assert (care != SHARED).all()
    extra = providers.extra_fee(market)[care[0]]
    assert extra == pytest.approx(1.18 * costs.extra_cost(market)[care[0]]) and extra > 1_500
    assert market.children.extra_fee[market.children.state == PLACED] == pytest.approx(extra)
    assert fee[0] - fee[1] == pytest.approx(extra, rel=0.05)
    rows = [one.recorder.census(one.market).due.extra.sum() for one in (with_staff, without)]
    assert rows[0] == pytest.approx(rotas.extra_cost(market.scenario.staffing)[care[0]] * len(care)) and rows[1] == 0


def test_who_must_live_alone_does(quiet: Quiet, stepped: Stepped) -> None:
    """A twentieth of children: nobody else comes to their homes, and the empty places are part of their fees."""
    share = dict.fromkeys(NOBODY, 0.05)
    world = {"homes": 200, "places_per_home": 2, "children_at_start": 120}
    model = stepped(quiet(need={"solo": share}, world=world, unregistered={"weekly_cost": 60_000.0}), weeks=60)
    children, homes = model.market.children, model.market.homes
    alone = np.flatnonzero((children.state == PLACED) & (children.care == SOLO))
    assert len(alone) >= 4 and (homes.occupied[children.home[alone]] == 1).all()
    assert (children.places_beside[alone] == 1).all() and not model.market.free()[children.home[alone]].any()
    assert not children.beside_fee[alone].any()
    assert (children.extra_fee[alone] > providers.extra_fee(model.market)[SOLO] + 2_000).all()


def test_the_dear_tail_comes_from_bargaining_in_a_hurry(quiet: Quiet, stepped: Stepped) -> None:
    """For care that nobody else puts together as fast: dearer the more of the gap goes to the provider."""

    def fee(share: float) -> float:
        settings = {"need": {"two_to_one": ALL, "emergency_share": 1.0}, "providers": {"bargaining_bespoke": share}}
        children = stepped(quiet(**settings, unregistered={"weekly_cost": 60_000.0}), weeks=20).market.children
        return float(np.quantile(children.fee[children.state == PLACED], 0.95))

    assert fee(0.5) > fee(0.0) + 2_000


def aprils(quiet: Quiet, stepped: Stepped, weeks: int = 40, **spot: Any) -> tuple[np.ndarray, np.ndarray]:
    """The fees of who lives in homes before and after an April at which consumer prices have risen by a tenth."""
    scenario = quiet(
        horizon={"start": datetime.date(2025, 9, 1)}, demand={"new_needs_per_year": 0.0},
        stays={"distribution": "fixed", "mean_weeks": 5_000.0},
        economy={"cpi_per_year": 0.1},
        purchasing={"arrangements": {"spot": spot}},
    )  # fmt: skip
    model = stepped(scenario)
    children = model.market.children
    rows = np.flatnonzero(children.state == PLACED)
    before = children.fee[rows].copy()
    for _ in range(weeks):
        model.step()
    here = children.state[rows] == PLACED
    return before[here], children.fee[rows][here]


def test_fees_rise_within_stays_where_authorities_give_it(quiet: Quiet, stepped: Stepped) -> None:
    for given, rises in ((0.0, {1.0}), (1.0, {1.1}), (0.5, {1.0, 1.1})):
        before, after = aprils(quiet, stepped, uplift="cpi", uplift_given=given)
        own = after == before  # authorities' own homes charge what they cost
        assert set(np.round(after / before, 6)) - {1.0} == rises - {1.0}, own.mean()
    before, after = aprils(quiet, stepped, uplift="share_of_cpi", uplift_share=0.3, uplift_given=1.0)
    assert set(np.round(after / before, 6)) - {1.0} == {1.03}
    before, after = aprils(quiet, stepped, uplift="none", uplift_given=1.0)
    assert (after == before).all()


@pytest.mark.parametrize(("chance", "weeks"), [(1.0, 4), (1.0, 8), (0.0, 4)])
def test_who_costs_more_than_it_brings_is_handed_back(
    quiet: Quiet, stepped: Stepped, chance: float, weeks: int
) -> None:
    """Costs have doubled and no fee was raised: after the weeks of notice children must leave, and search again."""
    scenario = quiet(
        horizon={"start": datetime.date(2025, 9, 1)}, economy={"cpi_per_year": 1.0, "pay_per_year": 1.0},
        stays={"distribution": "fixed", "mean_weeks": 5_000.0},
        providers={"notice_per_quarter": chance, "notice_weeks": weeks},
    )  # fmt: skip
    model = stepped(scenario, weeks=58)
    records = model.market.records
    ended = records.end_week[records.end_reason == NOTICE]
    assert (len(ended) > 50) == (chance == 1.0)
    if len(ended):
        quarters = [week for week in range(1, 58) if model.market.calendar.ends("quarter", week)]
        assert set(ended - weeks) <= set(quarters)


def test_a_little_scarcity_moves_fees_little(quiet: Quiet) -> None:
    """Half of the pressure is an eighth of the way to the last resort at a power of 3, and half of it at 1."""
    for power, share in ((1.0, 0.5), (3.0, 0.125), (0.0, 1.0)):
        scenario = quiet(providers={"scarcity_power": power, "occupancy_pass_through": 0.0})
        market = MarketModel(scenario, 1).market
        cost = np.array([4_000.0])
        fee = providers.wanted_fees(market, cost, np.zeros(1), np.array([0.5]), np.ones(1))
        assert fee == pytest.approx(4_000 + share * (providers.last_resort(market) - 4_000))
