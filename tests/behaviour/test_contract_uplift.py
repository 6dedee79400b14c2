"""Fees of held places rise every April as the contract says: filled places and empty ones, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from marketsim import run
from marketsim.experiments.run import Watched
from marketsim.market.children import OPEN_PLACE, PLACED
from marketsim.scenario.schema import Scenario

Small = Callable[..., Scenario]
CPI, PAY, COST = 0.04, 0.06, 0.05
ECONOMY = {"recorded": False, "cpi_per_year": CPI, "pay_per_year": PAY, "minimum_wage_per_year": PAY,
           "pay_share_of_cost": 0.5}  # fmt: skip
RISES = {"none": 0.0, "share_of_cpi": 0.25 * CPI, "cpi": CPI, "cpi_and_pay": COST}


def held_by(small: Small, rule: str, weeks: int = 70, **terms: Any) -> Scenario:
    contract = {"rule": rule, "share_of_children": 0.3, "radius_miles": 200.0} | terms
    if rule == "soft_block":
        contract |= {"grow_above": 1.0, "shrink_below": 0.0}
    buying = {"arrangements": {"held": contract}, "order": ["in_house", "held", "spot"]}
    return small(purchasing=buying, economy=ECONOMY, horizon={"weeks": weeks, "start": "2024-04-15"})


@pytest.mark.parametrize("rule", ["block", "soft_block"])
@pytest.mark.parametrize("uplift", RISES)
def test_agreed_fees_rise_by_what_was_agreed(small: Small, rule: str, uplift: str) -> None:
    """From the week before to the week after 31 March: all that was held then and is held still."""
    terms = {"uplift": uplift} | ({"uplift_share": 0.25} if uplift == "share_of_cpi" else {})
    with Watched(held_by(small, rule, **terms), 4) as watched:
        market = watched.model.market
        before: dict[str, Any] = {}
        for _ in watched:
            children, holdings = market.children, market.holdings
            if market.calendar.ends("financial_year", market.week + 1):
                rows = np.flatnonzero((children.state == PLACED) & (children.holding != OPEN_PLACE))
                keys = children.key[rows].tolist()
                before = {
                    "fee": holdings.fee.copy(), "retainer": holdings.retainer.copy(),
                    "children": dict(zip(keys, children.fee[rows].tolist(), strict=True)),
                    "search": dict(zip(keys, children.search[rows].tolist(), strict=True)),
                }  # fmt: skip
            if before and market.ends("financial_year"):
                rise = 1 + RISES[uplift]
                count = len(before["fee"])
                assert holdings.fee[:count] == pytest.approx(rise * before["fee"])
                assert holdings.retainer[:count] == pytest.approx(rise * before["retainer"])
                rows = np.flatnonzero((children.state == PLACED) & (children.holding != OPEN_PLACE))
                stayed = [row for row in rows if before["search"].get(int(children.key[row])) == children.search[row]]
                assert len(stayed) > 3
                for row in stayed:
                    assert children.fee[row] == pytest.approx(rise * before["children"][int(children.key[row])])
                break
        else:
            raise AssertionError("no April came")


def test_a_stated_fee_is_raised_and_stays_so_when_the_term_ends(small: Small) -> None:
    with Watched(held_by(small, "block", weeks=160, fee=4_000.0, term_weeks=104, uplift="cpi"), 1) as watched:
        for _ in watched:
            pass
        held = watched.model.market.holdings
        assert held.fee[held.running & (held.places > 0)] == pytest.approx(4_000 * (1 + CPI) ** 3)


def test_no_uplift_is_what_there_was_before(small: Small) -> None:
    said, unsaid = (run(held_by(small, "block", **terms), seed=2).tables for terms in ({"uplift": "none"}, {}))
    assert all(table.equals(unsaid[name]) for name, table in said.items())
