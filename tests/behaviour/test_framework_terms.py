"""What frameworks and cooperatives can say, term by term."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from marketsim.core.units import WEEKS_PER_YEAR
from marketsim.experiments.run import run
from marketsim.market import inflation
from marketsim.market.children import SEVERE, STANDARD
from marketsim.model import MarketModel
from marketsim.purchasing.rule import Arrangement, Together
from marketsim.scenario.schema import Scenario

Small = Callable[..., Scenario]
WORLD = {"homes": 36, "homes_per_provider": 6, "children_at_start": 40}


def buying(small: Small, order: tuple[str, ...] = ("framework", "spot"), **terms: Any) -> Scenario:
    arrangements = {"framework": {"rule": "framework", "one_per": "england", "takes_part": 1.0} | terms}
    return small(purchasing={"arrangements": arrangements, "order": ["in_house", *order]}, world=WORLD)


def framework_of(model: MarketModel) -> Arrangement:
    return next(one for one in model.orders.arrangements if one.name == "framework")


def on_it(model: MarketModel) -> np.ndarray:
    panel = framework_of(model).on_panel
    return np.append(panel, np.zeros(len(model.market.homes) - len(panel), dtype=np.bool_))


def sizes(model: MarketModel) -> np.ndarray:
    """By home the number of homes of its provider."""
    provider = model.market.homes.provider
    return np.bincount(provider)[provider]


def test_small_providers_stay_off_where_bids_take_staff_that_they_lack(small: Small) -> None:
    usual, burdened = (MarketModel(buying(small, takes_part_small=share), 1) for share in (None, 0.0))
    for model in (usual, burdened):  # two homes of one that has six become a firm of their own
        model.market.homes.provider[:2] = model.market.homes.provider.max() + 1
        framework_of(model).rule.start(model.market, framework_of(model))
    tiny = sizes(usual) <= 2
    assert tiny.any() and (on_it(usual) & tiny).any() and not (on_it(burdened) & tiny).any()
    assert (on_it(usual)[~tiny] == on_it(burdened)[~tiny]).all()


def test_only_large_providers_are_asked_for_volume_terms(small: Small) -> None:
    model = MarketModel(buying(small, providers="large"), 1)
    assert not on_it(model).any()
    model.market.homes.provider[:12] = model.market.homes.provider[0]
    framework_of(model).rule.start(model.market, framework_of(model))
    assert on_it(model).any() and (sizes(model)[on_it(model)] >= 10).all()


def test_broad_lots_have_one_ceiling_and_leave_complex_children_out(small: Small) -> None:
    by_need, broad = (MarketModel(buying(small, broad_lots=one), 1) for one in (False, True))
    terms = framework_of(by_need).terms
    shares = by_need.market.need_shares
    assert len(set(terms)) == 3
    np.testing.assert_allclose(framework_of(broad).terms, np.full(3, terms @ shares))
    placed = []
    for model in (by_need, broad):
        for _ in range(40):
            model.step()
        records, number = model.market.records, framework_of(model).number
        through = (records.arrangement == number) & (records.start_week > 0)
        placed.append((records.band[through] != STANDARD).mean())
    assert placed[1] <= placed[0]


def test_homes_join_a_dynamic_system_every_quarter(small: Small) -> None:
    """Ceilings that begin too low for all are raised at once: a list waits for April."""
    low = {"standard": 100.0, "complex": 100.0, "severe": 100.0}
    joined = []
    for joining in ("yearly", "any_time"):
        model = MarketModel(buying(small, joining=joining, ceilings=low, leaves_mid_term=0.0), 1)
        framework_of(model).ceilings = np.full(3, 9_000.0)
        for _ in range(14):
            model.step()
        joined.append(int(on_it(model).sum()))
    assert joined[0] == 0 < joined[1]


def test_a_new_list_begins_at_todays_costs_when_the_term_is_over(small: Small) -> None:
    """Ceilings stand still for a year, and are then those of the first day at the costs of now."""
    still, replaced = (MarketModel(buying(small, uplift="none", term_years=years), 1) for years in (0, 1))
    first = framework_of(still).ceilings.copy()
    for _ in range(54):
        still.step(), replaced.step()
    terms, ceilings = framework_of(replaced).terms, framework_of(replaced).ceilings
    np.testing.assert_allclose(ceilings, terms * replaced.market.cost_index)
    np.testing.assert_allclose(framework_of(still).ceilings, first)
    assert (ceilings > first).all()


def test_rates_agreed_for_emergencies_are_for_emergencies(small: Small) -> None:
    result = run(buying(small, for_emergencies=True), seed=1)
    through = result.placements[(result.placements["route"] == "framework") & (result.placements["start_week"] > 0)]
    assert len(through) > 3 and set(through["notice"]) == {"emergency"}
    others = result.placements[(result.placements["route"] == "spot") & (result.placements["start_week"] > 0)]
    assert (others["notice"] == "planned").any()


def test_in_a_tier_the_others_go_on_where_one_is_for_other_children(small: Small) -> None:
    """A planned child finds the tier's second arrangement although the first, which begins the tier, isn't for it."""
    scenario = buying(small, order=(["framework", "spot"],), for_emergencies=True)  # type: ignore[arg-type]
    placements = run(scenario, seed=1).placements
    new = placements[placements["start_week"] > 0]
    assert (new.loc[new["route"] == "spot", "notice"] == "planned").any()
    assert set(new.loc[new["route"] == "framework", "notice"]) == {"emergency"}


def test_barred_uplifts_come_back_in_the_first_quote(small: Small) -> None:
    rates = inflation.Rates(cpi=0.04, pay=0.05, cost=0.05)
    assert inflation.falls_behind("none", 0.5, rates, WEEKS_PER_YEAR) == pytest.approx(0.05 / 2)
    behind = inflation.falls_behind("none", 0.5, rates, 40.0)
    assert behind > inflation.falls_behind("cpi", 0.5, rates, 40.0) > 0
    assert inflation.falls_behind("cpi_and_pay", 0.5, rates, 40.0) == 0
    plain, loaded = (MarketModel(buying(small, uplift="none", front_loading=share), 1) for share in (0.0, 1.0))
    for model in (plain, loaded):
        framework_of(model).ceilings = np.full(3, 1e6)
        model.market.rates = rates
    fees = [
        one.rule.lots_of_all(model.market, Together([one])).fee
        for model in (plain, loaded) for one in [framework_of(model)]
    ]  # fmt: skip
    np.testing.assert_allclose(fees[1], fees[0] * (1 + behind))


def test_a_cooperative_with_a_mandate_buys_for_these_needs_only(small: Small) -> None:
    coop = {"rule": "cooperative", "order": ["in_house", "spot"], "mandate": ["severe"]}
    scenario = small(
        purchasing={"arrangements": {"coop": coop}, "order": ["coop", "in_house", "spot"]}, world=WORLD,
        need={"share_severe": 0.4, "share_standard": 0.3},
    )  # fmt: skip
    model = MarketModel(scenario, 1)
    inside = {number for one in model.orders.arrangements for number in one.inner}
    for _ in range(40):
        model.step()
    records = model.market.records
    through = np.isin(records.arrangement, list(inside)) & (records.start_week > 0)
    assert through.any() and set(records.band[through]) == {SEVERE}
    others = ~np.isin(records.arrangement, list(inside)) & (records.start_week > 0)
    assert (records.band[others] != SEVERE).any()
