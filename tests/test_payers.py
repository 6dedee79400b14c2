"""Who pays for places that contracts hold: a worked example of two arrangements, one of them shared; and what a rule
owes and gets back besides."""

from typing import Any, ClassVar, Literal

import numpy as np
import pytest

from marketsim.experiments.run import forget
from marketsim.experiments.scenarios import as_scenario
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.market.ledger import Ledger
from marketsim.market.market import Market
from marketsim.model import MarketModel
from marketsim.purchasing.rule import Arrangement, Dues
from marketsim.purchasing.spot import Spot
from marketsim.week.paying import Payers, paid_empty_places, pay_week

MEMBERS = np.array([0, 2])


class Venture(Spot):
    """Members pay an office and each open home a pound a week, and get half of what is left to homes."""

    name: ClassVar[str] = "venture"
    rule: Literal["venture"] = "venture"  # type: ignore[assignment]

    def owes(self, market: Market, arrangement: Arrangement) -> Dues:
        return Dues(office=1_000.0, homes=market.homes.in_market(market.week).astype(np.float64))

    def shares_in(self, market: Market, arrangement: Arrangement, left: np.ndarray) -> np.ndarray:
        return np.maximum(left, 0) / 2


@pytest.fixture(scope="module")
def contracts() -> MarketModel:
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
    return model


def paid(model: MarketModel) -> Ledger:
    return pay_week(model.market, Payers(model.orders.arrangements), model.recorder.census(model.market))


def own_empty_places(market: Market) -> np.ndarray:
    own = market.homes.sector == LOCAL_AUTHORITY
    return np.bincount(market.homes.authority, weights=market.free() * own, minlength=len(market.authorities))


def test_retainers_are_shared(contracts: MarketModel) -> None:
    ledger = paid(contracts)
    assert ledger.paid["empty_places"][MEMBERS].tolist() == [0.25 * 500 + 20, 0.75 * 500]
    assert ledger.paid["empty_places"].sum() == 520
    assert abs(ledger.imbalance()) < 1e-9 * ledger.spend.sum()


def test_empty_places_are_shared_and_own_ones_added(contracts: MarketModel) -> None:
    market, payers = contracts.market, Payers(contracts.orders.arrangements)
    of_contracts = paid_empty_places(market, payers) - own_empty_places(market)
    assert of_contracts[MEMBERS] == pytest.approx([0.25 * 4 + 2, 0.75 * 4])
    assert of_contracts.sum() == pytest.approx(6)


def test_shares_are_those_of_the_last_update(contracts: MarketModel) -> None:
    payers, shared = Payers(contracts.orders.arrangements), contracts.orders.arrangements[0]
    shared.shares[:] = 0.5
    assert payers.share[:2].tolist() == [0.25, 0.75]
    payers.update()
    assert payers.share[:2].tolist() == [0.5, 0.5]
    shared.shares[:] = 0.25, 0.75


def test_a_rule_says_what_is_owed_to_whom_and_shares_in_what_is_left(contracts: MarketModel) -> None:
    """An office of 1,000 and a pound a home are paid 1 to 3; half of the homes' surplus comes back 1 to 3."""
    market, shared = contracts.market, contracts.orders.arrangements[0]
    before, ordinary = paid(contracts), shared.rule
    shared.rule = Venture(rule="venture")
    after = paid(contracts)
    shared.rule = ordinary
    homes = int(market.homes.in_market(market.week).sum())
    assert after.paid["running_cost"][MEMBERS].tolist() == [250.0, 750.0] and after.offices == 1_000
    assert after.paid["agreed_dues"][MEMBERS] == pytest.approx([homes / 4, 3 * homes / 4])
    back = -after.paid["handed_back"][MEMBERS]
    assert back[1] == pytest.approx(3 * back[0]) and back.sum() > 1_000
    assert (after.received - before.received).sum() == pytest.approx(homes - back.sum())
    assert abs(after.imbalance()) < 1e-9 * after.spend.sum()


def test_shares_by_use_are_known_from_the_review_of_the_year(checked: Any, small: Any, week_is_sound: Any) -> None:
    rcc = {"rule": "cooperative", "members": {"one_per": "all"}, "order": ["spot"], "cost_sharing": "by_use"}
    spot = {"rule": "spot"}
    with checked(small(purchasing={"arrangements": {"spot": spot, "rcc": rcc}, "order": ["rcc", "spot"]}), 3) as model:
        first = model.payers.share.copy()
        for _ in range(53):
            model.step()
            week_is_sound(model)
        assert (model.payers.share != first).any()
