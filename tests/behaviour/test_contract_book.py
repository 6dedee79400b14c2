"""What contracts hold, use, cost and refuse is counted as it is: by hand, and against the market and the ledger."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from marketsim import run
from marketsim.core.columns import Floats
from marketsim.experiments.run import Watched
from marketsim.market.children import OPEN_PLACE, PLACED
from marketsim.market.ledger import Ledger
from marketsim.market.market import Market
from marketsim.scenario.schema import Scenario
from marketsim.week import paying
from marketsim.week.contract_book import AT_END, AT_START, FEES, FILLED, HELD, RETAINERS, SPOT_FEES, WIDTH, Period
from marketsim.week.paying import pay_week

Small = Callable[..., Scenario]
ORDER = {"order": ["in_house", "block", "soft_block", "spot"]}


def week_of(*held: float) -> Floats:
    table = np.zeros((len(held), WIDTH - 2))
    table[:, HELD] = held
    return table


def test_first_and_last_week_by_hand() -> None:
    """Two members share a contract that begins in the second week with 4 places and grows to 6; another joins."""
    period, nobody = Period(), (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.bool_))
    one, joined = np.zeros(2, dtype=np.int64), np.zeros(3, dtype=np.int64)
    for arrangement, held in ((one, (0, 0)), (one, (2, 2)), (one, (3, 3)), (joined, (2, 2, 2))):
        period.add(arrangement, week_of(*held), nobody)
    assert period.weeks == 4 and period.table[:, HELD].tolist() == [7, 7, 2]
    assert period.table[:, AT_START].tolist() == [2, 2, 0] and period.table[:, AT_END].tolist() == [2, 2, 2]


def test_children_are_asked_for_once_however_long_they_wait() -> None:
    period = Period()
    for pairs, children, offered in (
        ([5, 5, 9], [1, 2, 1], [False, False, False]), ([5, 5], [1, 3], [False, True]), ([5], [2], [True]),
    ):  # fmt: skip
        answers = np.array(pairs), np.array(children, dtype=np.uint64), np.array(offered)
        period.add(np.zeros(2, dtype=np.int64), np.zeros((2, WIDTH - 2)), answers)
    asked, refused = period.asked(np.array([9, 5]))
    assert asked.tolist() == [1, 3] and refused.tolist() == [1, 1]


def test_weeks_are_those_of_market_and_ledger(small: Small) -> None:
    total, retainers = np.zeros(4), 0.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paying, "pay_week", lambda market, *more: counted(market, total, pay_week(market, *more)))
        with Watched(small(purchasing=ORDER, horizon={"weeks": 40}), 3) as watched:
            for _ in watched:
                retainers += float(watched.model.ledger.paid["empty_places"].sum())
            book = watched.model.contracts.last_weeks.table
    assert book[:, [HELD, FILLED, FEES, SPOT_FEES]].sum(axis=0) == pytest.approx(total)
    assert book[:, RETAINERS].sum() == pytest.approx(retainers) and retainers > 0


def counted(market: Market, total: Floats, ledger: Ledger) -> Ledger:
    """Add what is held and used now, when it is paid for."""
    children, holdings = market.children, market.holdings
    rows = np.flatnonzero((children.state == PLACED) & (children.holding != OPEN_PLACE))
    if market.week > 0:
        asked = (children.asked_fee[rows] + children.extra_fee[rows]).sum()
        total += holdings.places.sum(), len(rows), children.fee[rows].sum(), asked
    return ledger


def test_what_an_answer_is(small: Small) -> None:
    """Held places are asked for only where some are empty; who was offered one is not refused; a contract that takes
    everybody refuses nobody, and one that takes nobody refuses all but those whom its homes would take anyway."""
    willing, unwilling = ({"standard": share, "complex": share, "severe": share} for share in (1.0, 0.0))
    refused = {}
    for name, accepts in (("willing", willing), ("unwilling", unwilling)):
        block = {"rule": "block", "share_of_children": 0.3, "radius_miles": 100.0, "accepts": accepts}
        scenario = small(purchasing={"arrangements": {"block": block}, "order": ["block", "spot"]},
                         horizon={"weeks": 208})  # fmt: skip
        table = run(scenario, seed=5).tables["contracts"].query("year > 0")
        assert (table["children_refused"] <= table["children_asked"]).all() and table["children_asked"].sum() > 10
        refused[name] = table["children_refused"].sum() / table["children_asked"].sum()
    assert refused["willing"] < 0.25 < 0.5 < refused["unwilling"]


def test_who_holds_nothing_has_no_contract(small: Small) -> None:
    tables = run(small(), seed=1).tables
    assert tables["contracts"].empty and list(tables["contracts"])[1:5] == [
        "arrangement", "cooperative", "rule", "ons_code"
    ]  # fmt: skip
