"""Frameworks: who joins and who leaves; each behaviour on, and switched off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from marketsim.core.columns import Bools, Floats
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.model import MarketModel
from marketsim.purchasing.rule import Together
from marketsim.results.weeks import week_row
from marketsim.scenario.schema import Scenario

Quiet = Callable[..., Scenario]
Stepped = Callable[..., MarketModel]
CEILING = 5_000.0
BANDS = ("standard", "complex", "severe")
# Homes differ in cost and follow it with what they ask; one framework for all, whose ceilings some of them beat.
DIFFERING: dict[str, Any] = {"cost_spread": 0.2, "fee_adjustment": 1.0, "pressure_half": 100.0}


def under_framework(quiet: Quiet, terms: dict[str, Any], **sections: Any) -> Scenario:
    ceilings = dict.fromkeys(BANDS, CEILING)
    rule = {"rule": "framework", "one_per": "england", "reach_miles": 500.0, "takes_part": 1.0, "flow_value": 0.0}
    purchasing = {"arrangements": {"framework": rule | {"ceilings": ceilings} | terms}, "order": ["framework", "spot"]}
    return quiet(**{"providers": DIFFERING, **sections, "purchasing": purchasing})


def on_panel(model: MarketModel) -> Bools:
    """Homes on the one framework that there is."""
    return next(a for a in model.orders.arrangements if a.name == "framework").on_panel


def coverage(model: MarketModel) -> float:
    return float(week_row(model.market, model.recorder)["framework_coverage"])


def coverage_after_a_review(quiet: Quiet, stepped: Stepped, uplift: str, inflation: float) -> tuple[float, float]:
    """Coverage before and after a yearly review."""
    economy = dict.fromkeys(("cpi_per_year", "pay_per_year", "minimum_wage_per_year"), inflation) | {"prices_of": 2024}
    small = {"homes": 120, "children_at_start": 240}
    scenario = under_framework(
        quiet, {"uplift": uplift}, economy=economy, world=small, demand={"new_needs_per_year": 200.0}
    )
    model = stepped(scenario, weeks=1)
    before = coverage(model)
    for _ in range(52):
        model.step()
    return before, coverage(model)


def test_coverage_decays_under_frozen_ceilings(quiet: Quiet, stepped: Stepped) -> None:
    """Cost rises by 15%: homes leave, unless ceilings follow prices and pay, or nothing gets dearer."""
    before, frozen = coverage_after_a_review(quiet, stepped, "none", 0.15)
    assert 0.3 < before < 0.9 and frozen < before - 0.2
    before, half = coverage_after_a_review(quiet, stepped, "share_of_cpi", 0.15)  # half the rise is not enough
    assert frozen + 0.05 < half < before - 0.05
    for uplift, inflation in (("cpi_and_pay", 0.15), ("none", 0.0)):
        before, after = coverage_after_a_review(quiet, stepped, uplift, inflation)
        assert after == pytest.approx(before, abs=0.05)


def test_some_leave_between_reviews(quiet: Quiet, stepped: Stepped) -> None:
    """Places become scarce within a year, so the spot brings more: each quarter some homes leave; or nobody does."""

    def panel_sizes(chance: float) -> list[int]:
        scarce = {"occupancy_at_start": 0.5, "occupancy_memory": 0.5, "fee_adjustment": 0.3}
        choosy = {"acceptance_least_need": 0.02, "acceptance_most_need": 0.02}
        model = stepped(
            under_framework(
                quiet,
                {"leaves_mid_term": chance, "flow_value": 0.3, "ceilings": dict.fromkeys(BANDS, 5_300.0)},
                world={"homes": 120, "children_at_start": 300},
                demand={"new_needs_per_year": 600.0},
                economy={"prices_of": 2024},
                providers={"cost_spread": 0.2} | scarce | choosy,
            )
        )
        sizes = [int(on_panel(model).sum())]
        for _ in range(45):
            model.step()
            sizes.append(int(on_panel(model).sum()))
        return sizes

    leaving = panel_sizes(0.25)
    assert leaving[0] > 100 and leaving[-1] < 0.75 * leaving[0]
    assert {week for week in range(1, 46) if leaving[week] != leaving[week - 1]} <= {13, 26, 39}
    assert len(set(panel_sizes(0.0))) == 1


def test_the_flow_of_referrals_is_worth_something_to_an_empty_home(quiet: Quiet, stepped: Stepped) -> None:
    """A ceiling a tenth below what homes ask: the empty ones join, the full ones don't; without a value nobody does."""

    def joined(flow_value: float) -> tuple[Bools, Bools]:
        ceilings = dict.fromkeys(BANDS, 0.9 * 1.04 * 4_700.0)
        terms = {"flow_value": flow_value, "ceilings": ceilings}
        model = stepped(under_framework(quiet, terms, providers={}, economy={"prices_of": 2024}))
        market, arrangement = model.market, model.orders.arrangements[0]
        market.homes.recent_occupancy[:] = np.where(np.arange(len(market.homes)) % 2, 1.0, 0.3)
        arrangement.rule.start(market, arrangement)
        return arrangement.on_panel[::2], arrangement.on_panel[1::2]

    empty, full = joined(0.3)
    assert empty.all() and not full.any()
    empty, full = joined(0.0)
    assert not empty.any() and not full.any()


def test_homes_paid_less_than_they_ask_are_less_willing(quiet: Quiet, stepped: Stepped) -> None:
    """A fee a tenth below the ask costs some willingness; without sensitivity none."""

    def factor(sensitivity: float) -> Floats:
        model = stepped(under_framework(quiet, {"takes_part": 1.0}, providers={"fee_sensitivity": sensitivity}))
        market, arrangement = model.market, model.orders.arrangements[0]
        arrangement.on_panel, arrangement.ceilings = np.ones(1, dtype=np.bool_), 0.9 * market.quotes[0]
        lots = arrangement.rule.lots_of_all(market, Together([arrangement]))
        np.testing.assert_array_equal(lots.fee, 0.9 * market.quotes[:1])
        return lots.eager

    np.testing.assert_allclose(factor(1.5), 0.85)
    np.testing.assert_array_equal(factor(0.0), 1.0)


def test_own_homes_and_unwilling_providers_stay_away(quiet: Quiet, stepped: Stepped) -> None:
    """However high the ceiling, `takes_part` is the share of independent homes that join."""
    high = dict.fromkeys(BANDS, 9_000.0)
    for share in (0.0, 0.5, 1.0):
        terms = {"takes_part": share, "ceilings": high}
        model = stepped(under_framework(quiet, terms, world={"local_authority_share": 0.3}))
        own = model.market.homes.sector == LOCAL_AUTHORITY
        assert not on_panel(model)[own].any()
        assert on_panel(model)[~own].mean() == pytest.approx(share, abs=0.12)
