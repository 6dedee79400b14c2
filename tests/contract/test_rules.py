"""What every purchasing rule promises, whoever wrote it: run over all rules that are registered.

A rule in a folder named in MARKETSIM_RULES is covered too, without a line here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from lever_shapes import check_bounds, check_frozen, check_numbers, smallest

from marketsim.experiments.run import run
from marketsim.market.children import OPEN_PLACE
from marketsim.model import MarketModel
from marketsim.purchasing.asking_rules import lots_of
from marketsim.purchasing.rule import Arrangement, PurchasingRule, Reach, Together
from marketsim.scenario.levers import RULES as RULES_KIND
from marketsim.scenario.levers import registered_levers
from marketsim.scenario.schema import Scenario
from marketsim.week.placing.panels import PanelBook

WEEKS = 30
LONG = 160  # beyond three years, the usual term of a contract
WORLD = {"authorities": 2, "homes": 32, "children_at_start": 60}  # enough children for contracts of a few in a hundred
LIVELY = {  # homes open and close all the time
    "openings_per_year": 1.0,
    "closings_per_year": 0.3,
    "return_least": 0.0,
    "return_usual": 0.01,
    "floor_margin": 0.3,
    "cost_private": 3_500.0,
    "pressure_half": 5.0,
    "registration_weeks_least": 4,
    "registration_weeks_most": 20,
    "managers_per_year": 1.0,
}
RULES: Any = registered_levers()
every_rule = pytest.mark.parametrize("kind", RULES.values(), ids=RULES)


SOLD = {"rule": "block", "share_of_children": 0.3, "sells_empty": True}
BESIDE: dict[str, dict[str, Any]] = {"neighbours": {"sold": SOLD}}  # what a rule needs beside it to have lots


def bought_through(kind: type[PurchasingRule], *behind: str, name: str = "tested") -> dict[str, Any]:
    """A purchasing section in which all buy through the rule, what it needs before it and others `behind` it."""
    beside = BESIDE.get(kind.name, {})
    return {"arrangements": {name: smallest(kind, RULES_KIND), **beside}, "order": [*beside, name, *behind]}


@every_rule
def test_it_has_a_name_and_says_what_it_is(kind: type[PurchasingRule]) -> None:
    rule = kind.model_validate(smallest(kind, RULES_KIND))
    assert RULES[kind.name] is kind and rule.rule == kind.name == kind.name.lower()
    assert kind.name.isidentifier(), "the name becomes a column, share_<name>"
    assert kind.__doc__ and kind.__doc__ != PurchasingRule.__doc__
    assert rule.scope() in ("authority", "region", "england")


@every_rule
def test_it_cannot_be_changed_and_takes_no_unknown_field(kind: type[PurchasingRule]) -> None:
    check_frozen(kind, RULES_KIND)


@every_rule
def test_its_numbers_have_unit_bounds_status_and_meaning(kind: type[PurchasingRule]) -> None:
    check_numbers(kind)


@every_rule
def test_its_numbers_are_refused_outside_their_bounds(kind: type[PurchasingRule]) -> None:
    check_bounds(kind, RULES_KIND)


@every_rule
def test_its_reach_is_sane(kind: type[PurchasingRule]) -> None:
    reach = kind.model_validate(smallest(kind, RULES_KIND)).reach()
    assert isinstance(reach, Reach)
    assert 0 <= reach.miles_at_first <= reach.miles_at_last < np.inf
    assert reach.fee_limit_at_first is None or 0 < reach.fee_limit_at_first < np.inf


@every_rule
def test_a_market_under_it_adds_up(
    kind: type[PurchasingRule],
    small: Callable[..., Scenario],
    checked: Callable[..., Any],
    week_is_sound: Callable[[MarketModel], None],
) -> None:
    """Alone, with spot behind it: children, places and money are conserved, and what it offers can be had."""
    scenario = small(
        purchasing=bought_through(kind, "spot"),
        providers=LIVELY,
        world=WORLD,
    )
    offered = 0
    with checked(scenario, 11) as model:
        for _ in range(WEEKS):
            model.step()
            week_is_sound(model)
            used = [a for a in model.orders.arrangements if isinstance(a.rule, kind)]
            assert used, "nobody uses the rule"
            inside = [model.orders.arrangements[number] for one in used for number in one.inner]
            asked = [one for one in (*used, *inside) if not one.inner]
            offered += sum(_check_lots(model, one) for one in asked)
            _check_together(model, [one for one in asked if one.rule is asked[0].rule])
        assert offered > 0, "no home could ever be asked"
        closed = model.market.homes.closed_week <= WEEKS
        opened = model.market.homes.opened_week > 0
        assert closed.any() and opened.any(), "the market should have seen homes open and close"


def _check_lots(model: MarketModel, arrangement: Arrangement) -> int:
    """Check what may be asked for now; returns how many lots there are."""
    market = model.market
    lots, again = (lots_of(market, Together([arrangement])) for _ in range(2))
    count = len(lots.home)
    for one, other in zip(vars(lots).values(), vars(again).values(), strict=True):
        assert np.array_equal(one, other), "asking twice gives another answer"
    assert lots.fee.shape == lots.eager.shape == (count, 3) and lots.holding.shape == (count,)
    assert market.homes.in_market(market.week)[lots.home].all(), "a home that is closed or takes no children"
    assert np.isfinite(lots.fee).all() and (lots.fee >= 0).all()
    assert ((lots.eager >= 0) & (lots.eager <= 1)).all()
    assert lots.number.tolist() == [count] and lots.least_acceptance.shape == (1, 3)
    assert ((lots.least_acceptance >= 0) & (lots.least_acceptance <= 1)).all()
    pools = np.where(lots.holding == OPEN_PLACE, lots.home, len(market.homes) + lots.holding)
    assert len(np.unique(pools)) == count, "the same places are offered twice"
    held = lots.holding[lots.holding != OPEN_PLACE]
    assert (market.holdings.home[held] == lots.home[lots.holding != OPEN_PLACE]).all()
    assert ((market.holdings.arrangement[held] == arrangement.number) | market.holdings.sold[held]).all()
    return count


def _check_together(model: MarketModel, arrangements: list[Arrangement]) -> None:
    """Asked for several arrangements at once, in whatever order, a rule says what it says of each."""
    rule, arrangements = arrangements[0].rule, arrangements[::-1]
    together = vars(rule.lots_of_all(model.market, Together(arrangements)))
    one_by_one = [vars(rule.lots_of_all(model.market, Together([arrangement]))) for arrangement in arrangements]
    for name, column in together.items():
        assert np.array_equal(column, np.concatenate([one[name] for one in one_by_one])), name


@every_rule
def test_it_says_when_its_offers_change(kind: type[PurchasingRule], small: Callable[..., Scenario]) -> None:
    """What the model remembers of its lots until the next `refresh` is what the rule would say if asked again."""
    scenario = small(
        purchasing=bought_through(kind),
        providers=LIVELY,
        world=WORLD,
    )
    model = MarketModel(scenario, 12)
    for _ in range(LONG):
        model.step()
        assert_panels_are_fresh(model)


def assert_panels_are_fresh(model: MarketModel) -> None:
    asked, fresh = model.shop.book.panels, PanelBook(model.market, model.orders.arrangements).panels
    for name, one, other in zip(asked.lots._fields, asked.lots, fresh.lots, strict=True):
        assert np.array_equal(one, other), f"{name} in week {model.market.week}"
    for name, one, other in zip(asked._fields[1:-1], asked[1:-1], fresh[1:-1], strict=True):
        assert np.array_equal(one, other), f"{name} in week {model.market.week}"


def test_homes_weigh_an_agreed_fee_against_the_costs_of_now(small: Callable[..., Scenario]) -> None:
    """At a fee that doesn't cover them homes are less willing, and still less when costs have risen in week 52."""
    held = {"rule": "block", "fee": 4_500.0, "places": 5, "radius_miles": 100.0}
    model = MarketModel(small(purchasing={"arrangements": {"held": held}, "order": ["held"]}, world=WORLD), 12)
    eager = []
    for _ in range(53):
        model.step()
        assert_panels_are_fresh(model)
        eager.append(model.shop.book.panels.lots.eager.mean())
    assert 0 < eager[52] < eager[50] < 1


@every_rule
def test_it_is_reviewed_whenever_it_has_something_to_do(
    kind: type[PurchasingRule], small: Callable[..., Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Called every week, as a rule without `next_review` is, it does the same."""
    scenario = small(purchasing=bought_through(kind), world=WORLD)
    when_due = run(scenario, seed=2, weeks=LONG)
    monkeypatch.setattr(kind, "next_review", PurchasingRule.next_review)
    every_week = run(scenario, seed=2, weeks=LONG)
    for table in ("weekly", "authorities", "placements", "outcomes"):
        assert getattr(when_due, table).equals(getattr(every_week, table)), table


@every_rule
def test_unused_it_changes_nothing(kind: type[PurchasingRule], small: Callable[..., Scenario]) -> None:
    without = run(small(), seed=2, weeks=WEEKS)
    beside = run(small(purchasing={"arrangements": {"unused": smallest(kind, RULES_KIND)}}), seed=2, weeks=WEEKS)
    assert "unused" in beside.scenario.purchasing.arrangements
    for table in ("weekly", "authorities", "placements", "outcomes"):
        assert getattr(beside, table).equals(getattr(without, table)), table


@every_rule
def test_used_it_changes_something(kind: type[PurchasingRule], small: Callable[..., Scenario]) -> None:
    """The yardstick of the test above: the same arrangement in the order is seen in the placements."""
    with_it = run(small(purchasing=bought_through(kind, name="used")), seed=2, weeks=WEEKS)
    assert not with_it.placements.equals(run(small(), seed=2, weeks=WEEKS).placements)
