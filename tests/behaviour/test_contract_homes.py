"""A contract can create capacity: homes open because of it, where it says, after their lead time, and it holds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from marketsim import compare, load_scenario, run
from marketsim.experiments.run import Watched
from marketsim.market.homes import PRIVATE
from marketsim.purchasing import contracts
from marketsim.scenario.schema import Scenario

Small = Callable[..., Scenario]
LEAD = {
    "registration_weeks_least": 10, "registration_weeks_most": 20, "managers_per_year": 1.0, "openings_per_year": 0.0,
    "closings_per_year": 0.0, "closings_if_losing": 0.0, "notice_per_quarter": 0.0,
}  # fmt: skip


def with_homes(small: Small, rule: str = "soft_block", opens: int | None = 2, **sections: Any) -> Scenario:
    """Each of four authorities opens so many homes (None: nothing is said of it); no other private home opens or
    closes."""
    contract = {"rule": rule, "places": 1, "radius_miles": 200.0} | ({} if opens is None else {"opens_homes": opens})
    if rule == "soft_block":
        contract |= {"grow_above": 1.0, "shrink_below": 0.0}
    buying = {"arrangements": {"held": contract}, "order": ["in_house", "held", "spot"]}
    return small(purchasing=buying, providers=LEAD, horizon={"weeks": 80}, **sections)


@pytest.mark.parametrize("rule", ["block", "soft_block"])
def test_homes_open_where_they_are_agreed_after_their_lead_time(small: Small, rule: str) -> None:
    with Watched(with_homes(small, rule), 1) as watched:
        for _ in watched:
            pass
        homes, market = watched.model.market.homes, watched.model.market
        arrangements = [one for one in watched.model.orders.arrangements if one.name == "held"]
        new = np.flatnonzero((homes.opened_week > 0) & (homes.sector == PRIVATE))
        assert np.bincount(homes.authority[new], minlength=4).tolist() == [2, 2, 2, 2]
        assert homes.opened_week[new].min() >= 10
        for one in arrangements:
            rows = one.holdings_of(market)
            own = [row for row in rows if homes.opened_week[market.holdings.home[row]] > 0]
            assert one.homes_planned == 2 and one.places_created == market.holdings.places[own].sum() > 0
            assert set(homes.authority[market.holdings.home[own]]) == set(one.members)
            assert contracts.places_held(market, one) >= one.places_created
            assert market.holdings.used[rows].sum() > 0


def test_a_contract_that_opens_nothing_differs_by_nothing(small: Small) -> None:
    said, unsaid = (run(with_homes(small, opens=opens), seed=2).tables for opens in (0, None))
    assert all(table.equals(unsaid[name]) for name, table in said.items())


def test_more_homes_of_a_contract_at_a_date_open_on_top(small: Small) -> None:
    later = {"from": "2024-08-01", "purchasing": {"arrangements": {"held": {"opens_homes": 3}}}}
    scenario = with_homes(small, opens=1, changes=[later])
    homes = run(scenario, seed=1).homes
    new = homes[(homes["opened_week"] > 0) & (homes["sector"] == "private")]
    assert new.groupby("host_authority", observed=True).size().tolist() == [3, 3, 3, 3]
    assert (new["opened_week"] > 27).sum() >= 8  # not before ten weeks after the date


def test_homes_of_members_go_where_most_children_come_from(small: Small) -> None:
    with Watched(with_homes(small, opens=0), 1) as watched:
        market = watched.model.market
        [one, *_] = [one for one in watched.model.orders.arrangements if one.name == "held"]
        one.members, market.authorities.children[:] = np.arange(4), [60, 30, 10, 0]
        assert contracts.sites(market, one, 10).tolist().count(0) == 6
        assert np.bincount(contracts.sites(market, one, 10), minlength=4).tolist() == [6, 3, 1, 0]
        assert contracts.sites(market, one, 1).tolist() == [0]


def test_an_ended_contract_holds_nothing_in_homes_that_open_later(small: Small) -> None:
    ends = {"from": "2024-04-20", "purchasing": {"order": ["in_house", "spot"]}}
    with Watched(with_homes(small, changes=[ends]), 1) as watched:
        for _ in watched:
            pass
        market = watched.model.market
        opened = np.flatnonzero((market.homes.opened_week > 0) & (market.homes.sector == PRIVATE))
        assert len(opened) == 8 and not np.isin(market.holdings.home, opened).any()


def test_local_homes_bring_children_nearer() -> None:
    """The direction that all five reports claim: homes where children come from, held for them."""
    here = ["purchasing.arrangements.soft_block.share_of_children=0.1", "purchasing.order=[in_house, soft_block, spot]"]
    without = load_scenario("town", [*here, "name=without"])
    opening = "purchasing.arrangements.soft_block.opens_homes=3"
    with_new = load_scenario("town", [*here, opening, "name=with_new"])
    found = compare(without, with_new, replicates=4, weeks=208, workers=1)
    rows = found.table[found.table["region"] == "England"].set_index("outcome")["difference"]
    assert rows["out_of_area_share"] < 0 and rows["places"] > 0 and rows["children_unregistered"] < 0
