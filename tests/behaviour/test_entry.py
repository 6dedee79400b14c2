"""Entry and exit: where and when homes open, which close, what debt and failures do; each on, and switched off."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr

from marketsim.core.columns import Floats
from marketsim.experiments.scenarios import as_scenario
from marketsim.market.children import PLACED
from marketsim.market.fit import NEEDS
from marketsim.market.homes import LOCAL_AUTHORITY, NEVER, PRIVATE
from marketsim.market.market import Market
from marketsim.model import MarketModel
from marketsim.results.weeks import weekly_frame
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.schema import Scenario
from marketsim.week import opening_and_closing as supply
from marketsim.week.moving import HOME_CLOSED
from marketsim.world.start import build_market

Quiet = Callable[..., Scenario]
Stepped = Callable[..., MarketModel]

# ---- siting


@pytest.fixture
def england() -> Iterator[Market]:
    """England before anybody is placed."""
    yield build_market(as_scenario("england_2024"), 1)


def plans_per_home(england: Market) -> Floats:
    """Private homes planned in ten years of equal pressure everywhere, per private home that there is, by area."""
    areas, homes = len(england.authorities), england.homes
    private = homes.in_market(0) & (homes.sector == PRIVATE)
    number = np.bincount(homes.authority[private], minlength=areas)
    planned = np.zeros(areas)
    for quarter in range(40):
        pipeline = supply.Pipeline()
        supply.plan_homes(england, 1, pipeline, np.full((areas, NEEDS), 0.3), quarter)
        plans = pipeline.plans
        planned += np.bincount(plans.area[plans.sector == PRIVATE], minlength=areas)
    return np.divide(planned, number, out=np.full(areas, np.nan), where=number > 0)


def test_homes_are_planned_where_houses_are_cheap(england: Market) -> None:
    """England's house prices against returns and plans; where houses cost the same everywhere, no relation is left."""
    pressure, price = np.full((len(england.authorities), NEEDS), 0.3), england.authorities.house_price.copy()
    assert spearmanr(supply.expected_returns(england, pressure), price)[0] < -0.95
    assert spearmanr(plans_per_home(england), price, nan_policy="omit")[0] < -0.7
    england.authorities.house_price[:] = np.median(price)
    assert np.ptp(supply.expected_returns(england, pressure)) < 1e-9
    assert abs(spearmanr(plans_per_home(england), price, nan_policy="omit")[0]) < 0.2


def test_homes_are_planned_where_fees_are_high(quiet: Quiet) -> None:
    """Houses alike: an area under pressure promises more; where nobody feels pressure all areas are alike."""
    market = build_market(quiet(providers={"occupancy_at_start": 0.82}), 1)
    felt = np.tile(np.linspace(0, 0.8, len(market.authorities))[:, None], NEEDS)
    returns = supply.expected_returns(market, felt)
    assert (np.diff(returns) > 0).all()
    assert np.ptp(supply.expected_returns(market, 0 * felt)) == 0


# ---- when homes open

JUMP = datetime.date(2024, 5, 26)  # week 8; plans are made in week 13
FIRST_PLANS = 13


def after_price_jump(quiet: Quiet, stepped: Stepped, weeks: int, jumps: bool = True, **providers: Any) -> MarketModel:
    """A market at floor fees in which nobody plans a home, until homes begin to feel the pressure and fees jump."""
    calm = {
        "openings_per_year": 0.3,
        "fee_adjustment": 0.5,
        "occupancy_at_start": 0.82,
        "pressure_half": 100.0,
        "managers_per_year": 1.0,
    }
    changes = [{"from": JUMP, "providers": {"pressure_half": 0.1}}] if jumps else []
    scenario = quiet(
        world={"homes": 160},
        demand={"new_needs_per_year": 600.0},
        providers=calm | {"registration_weeks_least": 1, "registration_weeks_most": 4} | providers,
        changes=changes,
    )
    return stepped(scenario, weeks)


def opened(model: MarketModel) -> dict[int, int]:
    """Homes that opened, by week."""
    weekly = weekly_frame(model.market, model.recorder)
    return {row["week"]: row["homes_opened"] for row in weekly.to_dict("records") if row["homes_opened"]}


SLOW = {"registration_weeks_least": 26, "registration_weeks_most": 30}


def test_openings_lag_the_price_by_registration(quiet: Quiet, stepped: Stepped) -> None:
    """Half a year at least after the plans; at once where registration is short; never where no price jumped."""
    slow = opened(after_price_jump(quiet, stepped, 50, **SLOW))
    assert sum(slow.values()) > 20 and FIRST_PLANS + 26 <= min(slow) <= FIRST_PLANS + 30
    quick = opened(after_price_jump(quiet, stepped, 50))
    assert sum(quick.values()) > 50 and FIRST_PLANS < min(quick) <= FIRST_PLANS + 4
    assert not opened(after_price_jump(quiet, stepped, 50, jumps=False, **SLOW))


def test_slow_supply_overshoots(quiet: Quiet, stepped: Stepped) -> None:
    """While homes wait for registration fees stay high and more are planned than if they opened at once."""

    def homes(**lead: Any) -> int:
        model = after_price_jump(quiet, stepped, 90, foresight=0.0, **lead)
        return sum(opened(model).values()) + len(model.pipeline.plans)

    assert homes(**SLOW) > 1.1 * homes()


def test_foresight_dampens_planning(quiet: Quiet, stepped: Stepped) -> None:
    """Companies that count on what others have planned plan less; the return that they expect says so, too."""
    lead = {"registration_weeks_least": 26, "registration_weeks_most": 78, "return_usual": 0.3}

    def homes(foresight: float) -> int:
        model = after_price_jump(quiet, stepped, 70, foresight=foresight, **lead)
        return sum(opened(model).values()) + len(model.pipeline.plans)

    assert homes(1.0) < 0.7 * homes(0.0)
    pressure = np.full((9, NEEDS), 0.6)
    for foresight, dampens in ((0.5, True), (0.0, False)):
        market = build_market(quiet(providers={"occupancy_at_start": 0.82, "foresight": foresight}), 1)
        alone, crowded = (supply.expected_returns(market, pressure, planned) for planned in (0.0, 0.3))
        assert (crowded < alone).all() if dampens else (crowded == alone).all()


def test_managers_are_scarce(quiet: Quiet, stepped: Stepped) -> None:
    """Everybody plans homes at once: managers for a fifth of the homes a year let few open; enough let most open."""

    def opened_and_waiting(managers: float) -> tuple[int, int]:
        model = after_price_jump(quiet, stepped, 50, managers_per_year=managers, openings_per_year=1.0)
        return sum(opened(model).values()), len(model.pipeline.plans)

    homes, waiting = opened_and_waiting(0.2)
    assert 0 < homes <= 160 * 0.2 * 50 / 52 + 16 and waiting > 40
    assert opened_and_waiting(1.0)[0] > 5 * homes


def test_a_home_that_closes_frees_its_manager(quiet: Quiet) -> None:
    market = build_market(quiet(), 1)
    counts = []
    for closed in (0, 3):
        pipeline = supply.Pipeline()
        supply.supply_managers(market, pipeline, closed)
        counts.append(pipeline.managers)
    assert counts[1] - counts[0] == pytest.approx(3)


@pytest.mark.parametrize("places", [3.2, 6.0])
def test_new_homes_are_small(quiet: Quiet, stepped: Stepped, places: float) -> None:
    """About 3 places where the homes that are there have 4; as large as one says."""
    model = after_price_jump(quiet, stepped, 40, opening_places=places)
    homes = model.market.homes
    new = homes.opened_week > 0
    assert new.sum() > 60
    assert homes.places[new].mean() == pytest.approx(places, abs=0.2)
    assert (homes.places[~new] == 4).all()


# ---- closing

NO_CLOSINGS = {
    "closings_per_year": 0.0,
    "closings_local_authority": 0.0,
    "closings_voluntary": 0.0,
    "closings_if_losing": 0.0,
}


def yearly_closings(quiet: Quiet, **providers: float) -> dict[str, float]:
    """Yearly closing rate over ten years of homes that earn, that lose a tenth of cost, and that an authority runs."""
    usual = {"closings_per_year": 0.035, "closings_local_authority": 0.035, "closings_voluntary": 0.035}
    market = build_market(quiet(world={"homes": 3_000}, providers=usual | providers), 1)
    homes = market.homes
    homes.rating[:] = 0
    homes.recent_profit[:] = 1_000.0
    homes.recent_profit[1_000:] = -0.1 * homes.unit_cost[1_000:] * homes.places[1_000:]
    homes.sector[2_000:] = LOCAL_AUTHORITY
    closed = np.zeros(len(homes))
    for quarter in range(40):
        market.week = quarter
        closed[supply.closing_homes(market, 1)] += 0.1
    parts = {"earning": slice(0, 1_000), "losing": slice(1_000, 2_000), "own": slice(2_000, 3_000)}
    return {name: float(closed[rows].mean()) for name, rows in parts.items()}


def test_losing_homes_close_more(quiet: Quiet) -> None:
    """Half a home a year for each share of cost lost; nothing on top if that is switched off, or in own homes."""
    rates = yearly_closings(quiet, closings_if_losing=0.5)
    assert rates["losing"] == pytest.approx(0.035 + 0.05, abs=0.012)
    assert rates["earning"] == pytest.approx(0.035, abs=0.01) and rates["own"] == pytest.approx(0.035, abs=0.01)
    off = yearly_closings(quiet, closings_if_losing=0.0)
    assert all(rate == pytest.approx(0.035, abs=0.01) for rate in off.values())


def test_sectors_close_at_rates_of_their_own(quiet: Quiet) -> None:
    """Own homes that seldom close, and own homes that close like private ones."""
    rates = yearly_closings(quiet, closings_if_losing=0.0, closings_per_year=0.06, closings_local_authority=0.01)
    assert rates["earning"] == pytest.approx(0.06, abs=0.012) and rates["own"] == pytest.approx(0.01, abs=0.006)
    same = yearly_closings(quiet, closings_if_losing=0.0, closings_per_year=0.06, closings_local_authority=0.06)
    assert same["own"] == pytest.approx(same["earning"], abs=0.015)


def test_about_one_home_in_twenty_closes_a_year_in_england(stepped: Stepped) -> None:
    """Half a year of the baseline; without the three reasons to close nobody does."""
    baseline = as_scenario("england_2024", 26)
    model = stepped(baseline, 26)
    rows = weekly_frame(model.market, model.recorder).to_dict("records")
    share = 2 * sum(row["homes_closed"] for row in rows) / rows[0]["homes"]
    assert share == pytest.approx(0.05, abs=0.01)
    model.market.scenario = baseline.model_copy(
        update={
            "providers": baseline.providers.model_copy(update=NO_CLOSINGS),
            "ratings": baseline.ratings.model_copy(update={"closings_if_inadequate": 0.0}),
        }
    )
    assert len(supply.closing_homes(model.market, 1)) == 0


# ---- debt


def in_groups(quiet: Quiet, stepped: Stepped, weeks: int, **providers: Any) -> MarketModel:
    """Eight groups of twelve homes that just cover their cost."""
    scenario = quiet(
        world={"homes": 96, "homes_per_provider": 12, "children_at_start": 250},
        providers={"occupancy_at_start": 0.82} | providers,
    )
    return stepped(scenario, weeks)


def one_indebted(model: MarketModel) -> int:
    """Only the largest group owes anything; returns its number."""
    first = int(model.market.ranked_providers[0])
    model.groups.debt[np.arange(len(model.groups.debt)) != first] = 0.0
    return first


@pytest.mark.parametrize(("quarters", "rescued"), [(1, 0.75), (1, 0.0), (3, 1.0)])
def test_a_group_that_cannot_pay_its_interest_fails(
    quiet: Quiet, stepped: Stepped, quarters: int, rescued: float
) -> None:
    """After so many quarters: a share of its homes closes in that week, the others change hands."""
    terms = {"debt_per_place": 1e6, "quarters_to_failure": quarters, "rescued_share": rescued}
    model = in_groups(quiet, stepped, 0, **terms)
    group, homes = one_indebted(model), model.market.homes
    mine = np.flatnonzero(homes.provider == group)
    for _ in range(13 * quarters - 1):
        model.step()
    assert (homes.provider[mine] == group).all() and (homes.closed_week == NEVER).all()
    model.step()
    closed = homes.closed_week[mine] == 13 * quarters
    assert closed.sum() == round(12 * (1 - rescued)) == (homes.closed_week != NEVER).sum()
    assert (homes.provider[mine[~closed]] != group).all()


def test_groups_that_owe_nothing_or_earn_enough_live_on(quiet: Quiet, stepped: Stepped) -> None:
    """No debt, or a debt whose interest the homes earn."""
    free = in_groups(quiet, stepped, 26, debt_per_place=0.0, quarters_to_failure=1)
    earning = in_groups(
        quiet, stepped, 26, debt_per_place=1_000.0, quarters_to_failure=1, floor_margin=0.6, floor_margin_large=0.6
    )
    for model in (free, earning):
        assert (model.market.homes.closed_week == NEVER).all()
        np.testing.assert_array_equal(np.bincount(model.market.homes.provider)[9:], [12] * 8)
    assert earning.groups.debt.sum() > 0


def test_a_small_group_has_no_debt(quiet: Quiet, stepped: Stepped) -> None:
    """Nine homes are not a large group."""
    model = in_groups(quiet, stepped, 0, debt_per_place=1e6)
    assert (model.groups.debt[9:] == 48e6).all()
    small = quiet(
        world={"homes": 90, "homes_per_provider": 9, "children_at_start": 250}, providers={"debt_per_place": 1e6}
    )
    assert not stepped(small).groups.debt.any()


def test_a_group_that_fails_is_no_rescuer(quiet: Quiet, stepped: Stepped) -> None:
    """All but one group fail at once: a quarter of their 84 homes closes, the last group takes over the rest."""
    model = in_groups(quiet, stepped, 0, debt_per_place=1e6, quarters_to_failure=1, rescued_share=0.75)
    model.groups.debt[model.market.ranked_providers[0]] = 0.0
    for _ in range(13):
        model.step()
    assert (model.market.homes.closed_week == 13).sum() == 7 * 3


# ---- dated failures

SHOCK = {"from": datetime.date(2024, 6, 1), "provider_rank": 1}  # a Saturday; the week that begins next is week 9


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_a_dated_failure_closes_a_groups_homes_in_that_week(
    quiet: Quiet,
    checked: Callable[..., Any],
    week_is_sound: Callable[[MarketModel], None],
    share: float,
) -> None:
    """With their children back on the market; everything adds up in every week; without the shock nothing closes."""
    groups: dict[str, Any] = {"homes": 96, "homes_per_provider": 12, "children_at_start": 250}
    for shocks in ([SHOCK | {"closes_share": share}], []):
        with checked(quiet(world=groups, shocks=shocks), 1) as model:
            homes = model.market.homes
            mine = np.flatnonzero(homes.provider == model.market.ranked_providers[0])
            for week in range(1, 14):
                children = model.market.children
                living = np.flatnonzero((children.state == PLACED) & np.isin(children.home, mine))
                model.step()
                week_is_sound(model)
                closed = mine[homes.closed_week[mine] == week]
                assert len(closed) == (round(12 * share) if shocks and week == 9 else 0)
                if len(closed):
                    moved = model.market.records.child[model.market.records.end_reason == HOME_CLOSED]
                    assert 0 < len(moved) <= len(living) and set(moved) <= set(children.number[living])
            assert (homes.closed_week != NEVER).sum() == (round(12 * share) if shocks else 0)


def test_a_failure_of_a_group_that_is_not_there_is_refused_in_one_line(quiet: Quiet, stepped: Stepped) -> None:
    few = {"homes": 96, "homes_per_provider": 12, "children_at_start": 250}
    with pytest.raises(ScenarioError) as caught:
        stepped(quiet(world=few, shocks=[SHOCK | {"provider_rank": 9}]))
    message = str(caught.value)
    assert message.isprintable() and "only 8 private providers" in message and "shocks.0.provider_rank" in message
    stepped(quiet(world=few, shocks=[SHOCK | {"provider_rank": 8}]))
