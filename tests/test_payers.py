"""Who pays for places that contracts hold: a worked example of two arrangements, one of them shared."""

from typing import Any

import numpy as np
import pytest

from marketsim.experiments.run import forget
from marketsim.experiments.scenarios import as_scenario
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.market import Market
from marketsim.model import MarketModel
from marketsim.week.paying import PayersBook, paid_empty_places, pay_week

MEMBERS = np.array([0, 2])


@pytest.fixture(scope="module")
def contracts() -> tuple[MarketModel, PayersBook]:
    """A town in which the first arrangement, of two members, holds 4 places and the second, of one, 2."""
    model = MarketModel(as_scenario("town", 4), 1)
    model.step()
    alone, shared = model.orders.arrangements[1], model.orders.arrangements[0]
    shared.members, shared.shares = MEMBERS, np.array([0.25, 0.75])
    alone.members, alone.shares = MEMBERS[:1], np.ones(1)
    bought = np.flatnonzero(model.market.homes.sector != LOCAL_AUTHORITY)[:3]
    for number, home, places, retainer in zip((0, 0, 1), bought, (3, 1, 2), (100.0, 200.0, 10.0), strict=True):
        model.market.holdings.add(1, arrangement=number, home=home, places=places, retainer=retainer, running=True)
    forget(model)
    return model, PayersBook(model.orders.arrangements)


def own_empty_places(market: Market) -> np.ndarray:
    own = market.homes.sector == LOCAL_AUTHORITY
    return np.bincount(market.homes.authority, weights=market.free() * own, minlength=len(market.authorities))


def test_retainers_are_shared(contracts: tuple[MarketModel, PayersBook]) -> None:
    model, book = contracts
    spent = np.zeros(len(model.market.authorities))
    ledger, _ = pay_week(model.market, book.payers, model.recorder.groups, spent)
    assert ledger.paid["empty_places"][MEMBERS].tolist() == [0.25 * 500 + 20, 0.75 * 500]
    assert ledger.paid["empty_places"].sum() == 520
    assert abs(ledger.imbalance()) < 1e-9 * ledger.spend.sum()
    assert (spent == ledger.spend).all()


def test_empty_places_are_shared_and_own_ones_added(contracts: tuple[MarketModel, PayersBook]) -> None:
    model, book = contracts
    market = model.market
    tables = market.homes.table, market.holdings.table, market.homes.in_market(market.week)
    of_contracts = paid_empty_places(*tables, book.payers, len(market.authorities)) - own_empty_places(market)
    assert of_contracts[MEMBERS] == pytest.approx([0.25 * 4 + 2, 0.75 * 4])
    assert of_contracts.sum() == pytest.approx(6)


def test_shares_are_those_of_the_last_update(contracts: tuple[MarketModel, PayersBook]) -> None:
    model, book = contracts
    model.orders.arrangements[0].shares[:] = 0.5
    book.update()
    assert book.payers.share[:2].tolist() == [0.5, 0.5]
    model.orders.arrangements[0].shares[:] = 0.25, 0.75
    book.update()
    assert book.payers.share[:2].tolist() == [0.25, 0.75]


def test_shares_by_use_are_known_from_the_review_of_the_year(checked: Any, small: Any, week_is_sound: Any) -> None:
    rcc = {"rule": "cooperative", "members": {"one_per": "all"}, "order": ["spot"], "cost_sharing": "by_use"}
    spot = {"rule": "spot"}
    with checked(small(purchasing={"arrangements": {"spot": spot, "rcc": rcc}, "order": ["rcc", "spot"]}), 3) as model:
        first = model._payers.payers.share.copy()
        for _ in range(53):
            model.step()
            week_is_sound(model)
        assert (model._payers.payers.share != first).any()
