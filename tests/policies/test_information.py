"""What authorities know and tell: platform, brokerage, strengths, position statements, relations, budget gates."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from marketsim.core.columns import Floats, Ints
from marketsim.core.streams import uniform
from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.experiments.run import run
from marketsim.market.children import COMPLEX, PLACED, STANDARD, UNREGISTERED, WAITING
from marketsim.market.homes import LOCAL_AUTHORITY, PRIVATE, VOLUNTARY
from marketsim.market.market import Market
from marketsim.model import MarketModel
from marketsim.policies.policy import InForce
from marketsim.scenario.schema import Scenario

Small = Callable[..., Scenario]
Stepped = Callable[..., MarketModel]

COSTS = {
    "platform": 30_000.0,
    "e_brokerage": 25_000.0,
    "strengths_based": 25_000.0,
    "position_statements": 20_000.0,
    "relational_commissioning": 120_000.0,
}
GROUP = [*COSTS, "budget_gate"]
TOWN: dict[str, Any] = {
    "world": {"homes": 48, "children_at_start": 100},
    "demand": {"new_needs_per_year": 80.0},
    "purchasing": {"order": ["spot"]},
}


def of(name: str, **fields: Any) -> dict[str, Any]:
    return {name: {"policy": name, **fields}}


def first(model: MarketModel) -> tuple[Any, Market, InForce]:
    """The one policy of a model, its market, and what is in force."""
    [on] = model.market.policies
    return on.policy, model.market, on


def looking(market: Market) -> Ints:
    state = market.children.state
    return np.flatnonzero((state == WAITING) | (state == UNREGISTERED))


# ---- of all


@pytest.mark.parametrize("name", COSTS)
def test_members_pay_for_it_in_todays_money(name: str, stepped: Stepped) -> None:
    model = stepped(of(name, authorities=["Authority 2", "Authority 3"]), 60)  # behind a rise of prices in April
    assert model.market.cost_index != 1
    a_week = COSTS[name] / WEEKS_PER_YEAR * model.market.cost_index
    np.testing.assert_allclose(model.ledger.paid["programmes"], [0.0, a_week, a_week, 0.0])
    assert abs(model.ledger.imbalance()) < 1e-6


@pytest.mark.parametrize("name", sorted(set(GROUP) - {"position_statements"}))
def test_only_members_children_are_seen_otherwise(name: str, stepped: Stepped) -> None:
    fields: dict[str, Any] = {"budget_gate": {"panel_weeks": 4}}.get(name, {})
    policy, market, on = first(stepped(of(name, authorities=["Authority 1"], **fields), 20, **TOWN))
    market.children.emergency[:] = False
    market.children.since[looking(market)] = market.week
    rows = looking(market)
    ratio = policy.willingness(market, on, rows)
    mine = market.children.authority[rows] == 0
    assert mine.any() and (ratio[~mine] == 1).all() and (ratio[mine] != 1).any()
    on.member[:] = False
    assert policy.willingness(market, on, rows) is None


# ---- platform


def two_places(market: Market) -> tuple[Ints, Ints]:
    """Four children of Authority 1 alone look for a home, two of them for complex needs; near them is one home with two
    open places that takes complex needs, and none that doesn't. Returns the rows of the children, and of that home."""
    children, homes = market.children, market.homes
    children.state[looking(market)] = PLACED
    rows = np.flatnonzero(children.state == PLACED)[:4]
    children.set(rows, state=WAITING, authority=0, needs=np.array([0, 0, 1, 1]))
    homes.closed_week[homes.authority == 0] = market.week
    home = np.flatnonzero((homes.authority == 0) & (homes.sector == PRIVATE))[:1]
    homes.occupied[home] = homes.blocked[home] = homes.beside[home] = 0
    homes.set(home, closed_week=10_000, places=2, takes_needs=1)
    return rows, home


def test_directed_referrals_gain_as_far_as_there_are_places_that_fit(stepped: Stepped) -> None:
    """The home takes both kinds (complex needs includes none): two places for two children of each kind. With one place
    half as much is gained, with none nothing."""
    policy, market, on = first(stepped(of("platform", better_directed=0.4, reach=0.0, near_miles=5.0)))
    rows, home = two_places(market)
    assert policy.willingness(market, on, rows) == pytest.approx([1.4] * 4)
    market.homes.places[home] = 1
    assert policy.willingness(market, on, rows) == pytest.approx([1.2] * 4)
    market.homes.takes_needs[home] = 2  # help with mental health only: nothing for complex needs
    assert policy.willingness(market, on, rows) == pytest.approx([1.2, 1.2, 1.0, 1.0])


def test_reach_gains_most_where_fewest_homes_are_near(stepped: Stepped) -> None:
    """Authority 1 without a home: all of the gain. One with half the usual places a child: half of it."""
    policy, market, on = first(stepped(of("platform", better_directed=0.0, reach=0.6, near_miles=5.0)))
    homes, areas = market.homes, market.authorities
    homes.set(np.flatnonzero(homes.authority == 0), closed_week=market.week)
    areas.children[:] = 10
    kept = np.flatnonzero(homes.authority > 0)
    homes.set(kept, closed_week=market.week)
    for area, number in ((1, 1), (2, 3), (3, 4)):  # 8 homes of 3 places for 40 children: 0.6 a child
        homes.set(np.flatnonzero(homes.authority == area)[:number], closed_week=10_000, places=3)
    rows = np.arange(4)
    market.children.set(rows, state=WAITING, authority=np.arange(4))
    ratio = policy.willingness(market, on, rows)
    assert ratio == pytest.approx([1.6, 1 + 0.6 * (1 - 0.3 / 0.6), 1.0, 1.0])


def test_reach_takes_places_from_children_where_homes_are(stepped: Stepped) -> None:
    """Half of the areas have no home, and places are short: reach helps their children at the cost of the others, of
    whom more wait; what is better directed helps those who have homes near."""

    def without_a_home(**fields: float) -> Floats:
        found = np.zeros(2)
        for seed in range(3):
            sections = {
                **TOWN,
                "world": {"homes": 80, "children_at_start": 80},
                "demand": {"new_needs_per_year": 130.0},
            }
            model = stepped(of("platform", **fields), 0, seed, **sections)
            model._close(np.flatnonzero(model.market.homes.authority < 2))
            for week in range(104):
                model.step()
                area = model.market.children.authority[looking(model.market)]
                found += np.array([(area < 2).sum(), (area >= 2).sum()]) * (week >= 52) / (3 * 52)
        return found

    base = without_a_home(better_directed=0.0, reach=0.0)
    far, near = without_a_home(better_directed=0.0, reach=4.0) - base
    assert far < -2 and near > 1
    far, near = without_a_home(better_directed=2.0, reach=0.0) - base
    assert near < -1


# ---- e-brokerage


def test_what_goes_unread_follows_the_load(stepped: Stepped) -> None:
    fields = {"more_seen": 0.2, "load_half": 2.0, "filtered": 0.25, "slow": 0.0}
    policy, market, on = first(stepped(of("e_brokerage", authorities=["Authority 1"], **fields), 10))
    rows = looking(market)
    market.children.authority[rows] = 1
    market.children.authority[rows[:2]] = 0
    load = 2 / (market.free() > 0).sum()
    expected = 1.2 * (1 - 0.75 * load / (load + 2.0))
    ratio = policy.willingness(market, on, rows)
    assert ratio[:2] == pytest.approx([expected] * 2) and (ratio[2:] == 1).all()


def test_late_answers_cost_a_week_and_no_more(stepped: Stepped) -> None:
    fields = {"more_seen": 0.0, "filtered": 1.0, "slow": 1.0}
    policy, market, on = first(stepped(of("e_brokerage", **fields), 10))
    rows = looking(market)
    market.children.since[rows] = market.week - 1
    assert (policy.willingness(market, on, rows) == 1).all()
    market.children.since[rows[0]] = market.week
    assert policy.willingness(market, on, rows)[0] == 0 and (policy.willingness(market, on, rows)[1:] == 1).all()


Means = Callable[[dict[str, Any]], pd.Series]


@pytest.fixture(scope="module")
def means(small: Small) -> Means:
    """Means of the weekly columns behind week 26, over some seeds, with policies; each worked out once."""
    known: dict[str, pd.Series] = {}

    def mean(policies: dict[str, Any]) -> pd.Series:
        if str(policies) not in known:
            scenario = small(policies=policies, horizon={"weeks": 78}, **TOWN)
            runs = [run(scenario, seed=seed).weekly.iloc[26:] for seed in range(4)]
            known[str(policies)] = pd.concat(runs).mean(numeric_only=True)
        return known[str(policies)]

    return mean


def test_e_brokerage_helps_when_filtered_and_harms_when_ignored(means: Means) -> None:
    """A market in which children wait for answers: unread referrals make more wait, filtered ones fewer."""
    base = means({})["children_waiting"]
    ignored = means(of("e_brokerage", load_half=0.2))["children_waiting"]
    filtered = means(of("e_brokerage", more_seen=0.5, filtered=1.0, slow=0.0))["children_waiting"]
    assert filtered < base - 0.2 and ignored > base + 0.2


# ---- referrals by strengths


def test_strengths_speak_for_complex_and_severe_needs(stepped: Stepped) -> None:
    policy, market, on = first(stepped(of("strengths_based", less_fear=0.5, share_written=0.6)))
    children, rows = market.children, np.arange(30)
    children.state[rows] = WAITING
    assert (children.band[rows] >= COMPLEX).any() and (children.band[rows] == STANDARD).any()
    ratio = policy.willingness(market, on, rows)
    written = uniform(market.seed, "described by strengths", children.key[rows]) < 0.6
    gains = written & (children.band[rows] >= COMPLEX)
    assert (ratio[~gains] == 1).all()
    assert ratio[gains] == pytest.approx(1 + 0.5 * children.score[rows][gains])


def test_children_of_greater_need_find_homes_sooner(means: Means) -> None:
    with_it = of("strengths_based", less_fear=3.0, share_written=1.0)
    assert means(with_it)["children_unregistered"] < means({})["children_unregistered"] - 0.5


# ---- position statements


def short_of(market: Market) -> Floats:
    """Children of each authority who live elsewhere or nowhere, away or for want of fostering aside, by hand."""
    children, homes = market.children, market.homes
    found = np.zeros(len(market.authorities))
    for row in range(len(children)):
        if children.away[row] or children.displaced[row]:
            continue
        elsewhere = children.state[row] == PLACED and homes.authority[children.home[row]] != children.authority[row]
        found[children.authority[row]] += elsewhere or children.state[row] in (WAITING, UNREGISTERED)
    return found


def test_plans_go_where_places_are_short_and_stay_as_many(stepped: Stepped) -> None:
    policy, market, on = first(stepped(of("position_statements", followed=0.5, error=0.0), 20, **TOWN))
    homes, there = market.homes, market.homes.in_market(market.week)
    places = np.bincount(homes.authority[there], homes.places[there], 4) + market.scenario.providers.opening_places
    short = short_of(market) / places
    number = np.bincount(homes.authority[there & (homes.sector == PRIVATE)], minlength=4)
    looked = 0.9 * number + 0.1 * number.sum() * market.authorities.share_of_children
    by_hand = 0.5 + 0.5 * short / (looked @ short / looked.sum())
    factor = policy.openings(market, on)
    assert factor[PRIVATE] == pytest.approx(by_hand) and factor[PRIVATE].std() > 0
    assert looked @ factor[PRIVATE] == pytest.approx(looked.sum())
    assert (factor[LOCAL_AUTHORITY] == 1).all() and (factor[VOLUNTARY] == 1).all()  # there is no voluntary home


def test_what_was_bought_counts_children_who_live_at_home_too(stepped: Stepped) -> None:
    """Of two areas alike, one with all children in its own homes and one with all elsewhere, `placed` tells nothing."""
    fields = {"followed": 1.0, "error": 0.0, "authorities": ["Authority 1", "Authority 2"]}
    policy, market, on = first(stepped(of("position_statements", **fields), 0, **TOWN))
    children, homes = market.children, market.homes
    placed = np.flatnonzero(children.state == PLACED)
    children.state[looking(market)] = 0
    children.displaced[:] = children.away[:] = False
    children.authority[placed] = np.where(homes.authority[children.home[placed]] == 0, 0, 1)
    children.authority[placed[homes.authority[children.home[placed]] == 1]] = 3
    wanted = policy.openings(market, on)[PRIVATE]
    assert wanted[0] == 0 < 1 < wanted[1] and (wanted[2:] == 1).all()
    bought = policy.model_copy(update={"counts": "placed"}).openings(market, on)[PRIVATE]
    assert bought[0] > 0.2


def test_a_regional_footprint_errs_less(stepped: Stepped) -> None:
    policy, market, _ = first(stepped(of("position_statements", followed=1.0, error=3.0), 20, **TOWN))
    sure = policy.model_copy(update={"error": 0.0})._forecast(market)
    alone = policy._forecast(market) / sure - 1
    region = policy.model_copy(update={"footprint": "region"})._forecast(market) / sure - 1
    state = market.children.state
    number = np.bincount(market.children.authority[np.isin(state, (PLACED, WAITING, UNREGISTERED))], minlength=4)
    together = np.repeat(number.reshape(2, 2).sum(axis=1), 2)  # two authorities in each region
    assert alone != pytest.approx(0) and region == pytest.approx(alone * np.sqrt(number / together))


def test_homes_open_where_they_were_short(stepped: Stepped) -> None:
    """Two of four areas lose all but one of their homes: those who follow statements build there."""

    def there(followed: float) -> float:
        found = 0.0
        for seed in range(2):
            model = stepped(
                of("position_statements", followed=followed, error=0.0), 0, seed, **TOWN,
                providers={"openings_per_year": 0.4, "registration_weeks_least": 4, "registration_weeks_most": 8},
            )  # fmt: skip
            homes = model.market.homes
            for area in (0, 1):
                model._close(np.flatnonzero(homes.authority == area)[1:])
            for _ in range(104):
                model.step()
            new = homes.authority[homes.opened_week > 26]
            found += (new < 2).mean() / 2
        return found

    assert there(1.0) > there(0.0) + 0.15


# ---- relations


def test_trust_grows_with_work_and_leaves_with_people(stepped: Stepped) -> None:
    """Without leaving it is full in time; with half of relations lost in a year it stays at growth over loss."""
    fields = {"ratio_at_full": 2.0, "weeks_until_full": 40, "lost_per_year": 0.0}
    policy, market, on = first(stepped(of("relational_commissioning", **fields), 20))
    rows = looking(market)
    assert policy.willingness(market, on, rows) == pytest.approx(1.5)
    market.week = 40
    assert policy.willingness(market, on, rows) == pytest.approx(2.0)
    market.week = 60
    assert policy.willingness(market, on, rows) == pytest.approx(2.0)
    on.memory.clear()
    market.week = 2_000
    losing = policy.model_copy(update={"lost_per_year": 0.5, "weeks_until_full": 209})
    assert losing.willingness(market, on, rows) == pytest.approx(1 + WEEKS_PER_YEAR / 209 / 0.5, rel=1e-6)
    on.member[:] = False
    market.week = 2_000 + 52
    assert losing.willingness(market, on, rows) is None
    assert on.memory["trust"] == pytest.approx(WEEKS_PER_YEAR / 209 / 0.5 * (1 - 0.5 / WEEKS_PER_YEAR) ** 52)


def test_trusted_authorities_get_more_offers_and_fewer_wait(means: Means) -> None:
    trust = of("relational_commissioning", ratio_at_full=2.0, weeks_until_full=26, lost_per_year=0.0)
    assert means(trust)["offers_per_referral"] > 1.3 * means({})["offers_per_referral"]
    assert means(trust)["children_waiting"] < means({})["children_waiting"] - 0.2


# ---- budget gates


def test_the_gate_closes_at_the_end_of_the_financial_year(stepped: Stepped) -> None:
    """From January to March, by what is overspent and what can't be foreseen; a better forecast tightens less."""
    policy, market, on = first(stepped(of("budget_gate", tightening=2.0, forecast_error=0.05)))
    expected = np.full((4, 3), 5_000.0)
    market.authorities.overspent[:] = [0.1, -0.2, 0.0, 0.9]
    months = set()
    for market.week in range(1, 60):
        if (said := policy.expected_fees(market, on, expected)) is None:
            continue
        months.add(market.calendar.date(market.week - 1).month)
        assert said[:, 0] == pytest.approx([5_000 * 0.7, 5_000, 5_000 * 0.9, 0.0])
    assert months >= {1, 2, 3} and not months & {5, 6, 7, 8, 9, 10, 11}
    market.week = market.calendar.week_of(datetime.date(2025, 2, 1))
    exact = policy.model_copy(update={"forecast_error": 0.0}).expected_fees(market, on, expected)
    assert exact[:, 0] == pytest.approx([5_000 * 0.8, 5_000, 5_000, 0.0])


def test_planned_moves_wait_for_the_panel(stepped: Stepped) -> None:
    policy, market, on = first(stepped(of("budget_gate", tightening=0.0, panel_weeks=2)))
    rows = looking(market)[:2]
    market.week = 10
    market.children.set(rows, state=WAITING, since=8, emergency=False)
    assert policy.willingness(market, on, rows) is None
    market.children.since[rows] = 9
    assert policy.willingness(market, on, rows).tolist() == [0, 0]
    market.children.emergency[rows[0]] = True
    assert policy.willingness(market, on, rows).tolist() == [1, 0]
    market.children.state[rows[1]] = UNREGISTERED
    assert policy.willingness(market, on, rows) is None


def test_gates_make_children_wait(means: Means) -> None:
    base = means({})["children_waiting"]
    assert means(of("budget_gate", tightening=0.0, panel_weeks=2))["children_waiting"] > base + 0.5
    gate = of("budget_gate", tightening=4.0, forecast_error=0.1, panel_weeks=0)
    assert means(gate)["children_waiting"] > base + 0.1
