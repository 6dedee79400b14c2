"""What contracts that hold places can say, term by term: the right value by hand, and in which direction it moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from marketsim.experiments.run import Watched, run
from marketsim.market import costs
from marketsim.market.children import BREAKDOWN, OPEN_PLACE, PLACED, SEVERE
from marketsim.market.fit import COMPLEX_NEEDS
from marketsim.market.homes import LOCAL_AUTHORITY, VOLUNTARY
from marketsim.model import MarketModel
from marketsim.purchasing import contracts
from marketsim.scenario.schema import Scenario

Small = Callable[..., Scenario]
STILL = {  # no home opens or closes but because of a contract
    "openings_per_year": 0.0, "closings_per_year": 0.0, "closings_if_losing": 0.0, "closings_voluntary": 0.0,
    "openings_voluntary": 0.0, "managers_per_year": 1.0, "registration_weeks_least": 4, "registration_weeks_most": 6,
}  # fmt: skip


def holding(small: Small, rule: str = "block", order: tuple[str, ...] = (), weeks: int = 40, **terms: Any) -> Scenario:
    """All authorities hold places; what they don't place is bought on the spot."""
    held = {"rule": rule, "radius_miles": 100.0} | terms
    if rule in ("block", "soft_block"):
        held = {"places": 3} | held
    arrangements = {"held": held, "neighbours": {"rule": "neighbours", "radius_miles": 200.0}}
    return small(
        purchasing={"arrangements": arrangements, "order": ["in_house", "held", *order, "spot"]},
        providers=STILL, horizon={"weeks": weeks},
    )  # fmt: skip


def lived(scenario: Scenario, weeks: int, seed: int = 1) -> MarketModel:
    with Watched(scenario, seed) as watched:
        for week in watched:
            if week.number == weeks:
                break
        return watched.model


def held_of(model: MarketModel) -> list[Any]:
    return [one for one in model.orders.arrangements if one.name == "held"]


def fee_of(small: Small, **terms: Any) -> float:
    """Mean fee agreed for held places in week 0."""
    model = MarketModel(holding(small, **terms), 1)
    holdings = model.market.holdings
    return float(np.average(holdings.fee, weights=holdings.places))


# ---- what is agreed


def test_a_longer_term_is_cheaper_and_more_so_where_homes_stand_empty(small: Small) -> None:
    market = MarketModel(holding(small), 1).market
    assert (contracts.refilling(market, contracts.USUAL_TERM_WEEKS, 40.0) == 0).all()
    market.homes.recent_occupancy[:] = 0.95
    full = contracts.refilling(market, 520, 40.0)
    market.homes.recent_occupancy[:] = 0.6
    empty = contracts.refilling(market, 520, 40.0)
    assert (empty < full).all() and (full < 0).all()
    fixed = market.scenario.providers.fixed_cost_share
    lost = market.mean_quote - (1 - fixed) * market.mean_cost
    np.testing.assert_allclose(empty, 40 * 0.4 / 0.6 * lost * (1 / 520 - 1 / 156))
    market.quotes, market.homes.recent_occupancy[:] = 2 * market.quotes, 0.8  # far above the floor
    rule = MarketModel(holding(small), 1).orders.arrangements[1].rule
    ten, three, one = (rule.agreed_fees(market, 0.9, 0.02, weeks) for weeks in (520, 156, 52))
    assert (ten <= three).all() and (three <= one).all() and ten.mean() < three.mean() < one.mean()


def test_what_obliges_the_provider_costs_what_it_risks(small: Small) -> None:
    model = MarketModel(holding(small, may_refuse=False), 1)
    market = model.market
    risk = contracts.risk_of_all(market)
    easy = np.flatnonzero((market.homes.occupied > 0) & (market.homes.residents_score < 0.3 * market.homes.occupied))
    assert (risk[easy] > 0).all() and (risk <= market.scenario.providers.risk_cost * market.cost_index).all()
    assert fee_of(small) <= fee_of(small, may_refuse=False)
    kept = fee_of(small, may_end=False) - fee_of(small)
    of_kept = market.scenario.providers.risk_cost * market.cost_index * market.scenario.demand.breakdown_share * 0.5
    assert kept == pytest.approx(of_kept)


def test_barred_uplifts_come_back_at_the_outset(small: Small) -> None:
    """Half of what costs rise in three years, on average over the term."""
    market = MarketModel(holding(small), 1).market
    assert market.rates.cost == 0  # before the first April nobody knows a rise
    usual, loaded = (
        lived(holding(small, weeks=60, term_weeks=54, front_loading=share), 56).market.holdings.fee.mean()
        for share in (0.0, 1.0)
    )
    assert loaded > usual
    rising = fee_of(small, front_loading=1.0, uplift="cpi_and_pay")
    assert rising == fee_of(small, uplift="cpi_and_pay"), "nothing lies behind where fees follow costs"


# ---- whom it is for, and what it obliges to


def test_who_must_be_taken_is_taken(small: Small) -> None:
    """No child who is searched for near an empty held place goes without but those who must live alone."""
    model = MarketModel(holding(small, places=6, may_refuse=False, radius_miles=200.0), 1)
    assert (model.shop.book.panels.least_acceptance[held_of(model)[0].number] == 1.0).all()
    refusing = run(holding(small, places=6, radius_miles=200.0), seed=1).tables["contracts"]
    taking = run(holding(small, places=6, may_refuse=False, radius_miles=200.0), seed=1).tables["contracts"]
    assert taking["sum_places_filled"].sum() > refusing["sum_places_filled"].sum()


def test_stays_that_may_not_be_ended_break_down_less(small: Small) -> None:
    broken = []
    for terms in ({}, {"may_end": False, "ended_by_provider": 1.0}):
        model = lived(holding(small, places=8, weeks=60, **terms), 60)
        records, held = model.market.records, {one.number for one in held_of(model)}
        through = np.isin(records.arrangement, list(held)) & (records.start_week > 0)
        broken.append(int((records.end_reason[through] == BREAKDOWN).sum()))
    assert broken[0] > 0 == broken[1]


def test_a_contract_for_some_needs_places_nobody_else(small: Small) -> None:
    model = lived(holding(small, places=6, for_needs=["severe"], may_refuse=False), 40)
    records, held = model.market.records, [one.number for one in held_of(model)]
    through = np.isin(records.arrangement, held) & (records.start_week > 0)
    assert through.any() and set(records.band[through]) == {SEVERE}


def test_a_purpose_chooses_homes_that_say_so_and_opens_such(small: Small) -> None:
    model = lived(holding(small, places=2, purpose="complex", opens_homes=1, new_home_places=2, weeks=30), 30)
    homes, holdings = model.market.homes, model.market.holdings
    assert len(holdings) > 4 and (homes.takes_needs[holdings.home] & COMPLEX_NEEDS == COMPLEX_NEEDS).all()
    new = np.flatnonzero(homes.opened_week > 0)
    assert len(new) == 4 and (homes.places[new] == 2).all()


# ---- how long, how many, for whom


def test_a_block_grows_with_use_up_to_its_limit_and_shrinks_without(small: Small) -> None:
    grown = lived(holding(small, places=2, grow_above=0.3, growth_limit=2.0, weeks=110), 110)
    assert [contracts.places_held(grown.market, one) for one in held_of(grown)] == [4, 4, 4, 4]
    shrunk = lived(holding(small, places=6, shrink_below=1.0, weeks=60), 60)
    assert sum(contracts.places_held(shrunk.market, one) for one in held_of(shrunk)) < 24


def test_either_side_may_end_it_at_a_break(small: Small) -> None:
    """The buyer where filled places cost more than spot; the provider where spot would bring more."""
    dear = lived(holding(small, fee=90_000.0, break_every_weeks=13, term_weeks=52, weeks=20), 14)
    assert sum(contracts.places_held(dear.market, one) for one in held_of(dear)) == 0
    everybody = {"standard": 1.0, "complex": 1.0, "severe": 1.0}
    full = {"places": 1, "accepts": everybody, "radius_miles": 200.0, "break_every_weeks": 13, "term_weeks": 52}
    cheap = lived(holding(small, weeks=20, **full), 12)
    market, before = cheap.market, [contracts.places_held(cheap.market, one) for one in held_of(cheap)]
    fees = held_of(cheap)[0].rule.fees(market, held_of(cheap)[0])
    market.holdings.fee[:] = fees[market.holdings.home]  # worth it for both, if the place is filled
    first = contracts.running_rows(market, held_of(cheap)[0])
    market.holdings.fee[first] *= 0.5  # as if it had been agreed when prices were half of these
    used = [int(market.holdings.used[contracts.running_rows(market, one)].sum()) for one in held_of(cheap)]
    cheap.step()
    after = [contracts.places_held(market, one) for one in held_of(cheap)]
    assert before == [1, 1, 1, 1] and after[0] == 0
    assert after[1:] == used[1:] and 1 in used[1:], "those that are filled go on"
    without = lived(holding(small, fee=90_000.0, term_weeks=52, weeks=20), 14)
    assert sum(contracts.places_held(without.market, one) for one in held_of(without)) > 0


def test_a_shared_block_is_one_and_paid_by_use_from_april(small: Small) -> None:
    model = lived(holding(small, one_per="region", places=4, may_refuse=False, weeks=60), 53)
    shared = held_of(model)
    assert [one.members.tolist() for one in shared] == [[0, 1], [2, 3]]
    for one in shared:
        placed = model.market.children_placed_through(one.number)[one.members]
        if placed.sum():
            np.testing.assert_allclose(one.shares, placed / placed.sum(), atol=0.35)
    assert not all((one.shares == 0.5).all() for one in shared)


def test_what_stands_empty_is_sold_on_and_then_owed_by_nobody(small: Small) -> None:
    """A neighbour's child pays the agreed fee, and the retainer for that place falls away."""
    sold = holding(small, order=("neighbours",), places=5, sells_empty=True, weeks=30)
    model = lived(sold, 30)
    children, holdings = model.market.children, model.market.holdings
    names = {one.number: one.name for one in model.orders.arrangements}
    inside = np.flatnonzero((children.state == PLACED) & (children.holding != OPEN_PLACE))
    bought = inside[[names[number] == "neighbours" for number in children.arrangement[inside].tolist()]]
    assert len(bought) > 0
    fee = children.fee[bought] - children.extra_fee[bought]
    np.testing.assert_allclose(fee, holdings.fee[children.holding[bought]])
    owed = run(sold, seed=1).tables["contracts"]["sum_retainers_gbp"].sum()
    kept = run(holding(small, order=("neighbours",), places=5, weeks=30), seed=1).tables["contracts"]
    assert owed < kept["sum_retainers_gbp"].sum()


# ---- houses, cost and profit


def test_members_pay_for_houses_once_and_homes_then_cost_less(small: Small) -> None:
    model = MarketModel(holding(small, places=0, opens_homes=1, houses_paid=1.0), 1)
    paid = np.zeros(4)
    for _ in range(12):
        due = costs.setting_up(model.market)
        model.step()
        paid += model.ledger.paid["capital"]
        if model.market.week == 1:
            np.testing.assert_allclose(paid, due)
    np.testing.assert_allclose(paid, due)
    homes, new = model.market.homes, np.flatnonzero(model.market.homes.opened_week > 0)
    cost = homes.unit_cost[new].copy()
    homes.house_paid[new] = 0.0
    assert len(new) and (cost < costs.place_cost(model.market, new)).all()


@pytest.mark.parametrize("rule", ["cost_plus", "open_book"])
def test_homes_at_cost_end_each_week_with_the_agreed_surplus(small: Small, rule: str) -> None:
    """Revenue less cost less what is handed back is the surplus over running cost, for the part that is held."""
    terms: dict[str, Any] = {"places": 2, "opens_homes": 1, "surplus": 0.05}
    if rule == "cost_plus":
        terms |= {"opens_a_year": 0, "mobilisation": 0.0, "health_per_year": 0.0}
    else:
        terms |= {"management_fee": 300.0}
    model = lived(holding(small, rule, weeks=30, **terms), 25)
    market = model.market
    due = model.census.due
    revenue, cost = costs.books(market, due.received, due.needs, due.extra)
    new = np.flatnonzero((market.homes.opened_week > 0) & (market.homes.sector == VOLUNTARY))
    assert len(new) == 4
    for one in held_of(model):
        back = one.rule.shares_in(market, one, revenue - cost)
        mine = new[market.homes.authority[new] == one.members[0]]
        kept = (revenue - cost - back)[mine]
        planned = market.scenario.providers.planned_occupancy * market.homes.places[mine]
        np.testing.assert_allclose(kept, 0.05 * market.homes.unit_cost[mine] * market.cost_index * planned)
        if rule == "open_book":
            fee = one.rule.owes(market, one).homes[mine]
            np.testing.assert_allclose(fee, 300.0 * market.cost_index * market.homes.places[mine])


def test_what_is_handed_back_is_not_earned_and_what_is_made_up_is(small: Small) -> None:
    """Homes that are repaid their cost have been earning their management fee, which is what keeps them open."""
    model = lived(holding(small, "open_book", weeks=70, places=0, opens_homes=1, management_fee=300.0), 66)
    homes, new = model.market.homes, np.flatnonzero(model.market.homes.opened_week > 0)
    fees = 300.0 * model.market.cost_index * homes.places[new]
    assert len(new) == 4 and (model.market.homes.sector[new] == VOLUNTARY).all()
    assert (homes.recent_profit[new] > 0.5 * fees).all() and (homes.recent_profit[new] < 1.05 * fees).all()


def test_cost_plus_is_set_up_in_the_first_year_and_health_pays_for_open_homes(small: Small) -> None:
    terms = {"opens_homes": 2, "opens_a_year": 1, "mobilisation": 520_000.0, "health_per_year": 52_000.0}
    model = MarketModel(holding(small, "cost_plus", weeks=110, **terms), 1)
    one = held_of(model)[0]
    first = one.rule.owes(model.market, one)
    assert first.office == pytest.approx(520_000.0 / 52.1775 * model.market.cost_index, rel=1e-3)
    assert first.from_outside == 0
    for _ in range(58):
        model.step()
    later = one.rule.owes(model.market, one)
    assert later.office == 0 and later.from_outside > 0
    assert one.homes_planned == 2, "the second was planned a year after the first"
    assert abs(model.ledger.imbalance()) < 1e-6 * model.ledger.spend.sum()


def test_a_joint_venture_shares_profit_and_loss_in_halves(small: Small) -> None:
    model = lived(holding(small, "joint_venture", opens_homes=1, new_home_places=3, houses_paid=0.0, weeks=40), 30)
    market, due = model.market, model.census.due
    revenue, cost = costs.books(market, due.received, due.needs, due.extra)
    new = np.flatnonzero((market.homes.opened_week > 0) & (market.homes.sector != LOCAL_AUTHORITY))
    back = sum(one.rule.shares_in(market, one, revenue - cost) for one in held_of(model))
    np.testing.assert_allclose(back[new], 0.5 * (revenue - cost)[new])
    assert len(new) == 4 and (market.holdings.retainer == 0).all() and not np.delete(back, new).any()


# ---- a preferred list


def test_the_providers_with_most_children_are_on_the_list(small: Small) -> None:
    listed = small(
        purchasing={"arrangements": {"known": {"rule": "preferred_list", "providers": 2}}, "order": ["known", "spot"]}
    )
    market_model = MarketModel(listed, 1)
    market, children = market_model.market, market_model.market.children
    for one in (one for one in market_model.orders.arrangements if one.name == "known"):
        own = (children.state == PLACED) & (children.authority == one.members[0])
        home = children.home[own]
        number = np.bincount(market.homes.provider[home[market.homes.sector[home] != LOCAL_AUTHORITY]])
        providers = np.unique(market.homes.provider[: len(one.on_panel)][one.on_panel])
        assert 1 <= len(providers) <= 2
        assert number[providers].min() >= np.delete(number, providers).max(initial=0)
