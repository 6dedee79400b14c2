"""A cooperative of all, for everything and never gone round, is one buyer: nobody is left to bid against."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from marketsim.experiments.run import run
from marketsim.scenario.schema import Scenario

Small = Callable[..., Scenario]
NEVER = {"not_urgent": 0.0, "urgent": 0.0}


def bought(small: Small, bidding: float, together: bool, mandate_share: float = 1.0) -> pd.DataFrame:
    """Placements of a market that is short of places; `together`: all authorities are in one cooperative."""
    coop = {
        "rule": "cooperative", "order": ["spot"], "bypass": NEVER, "running_cost_per_year": 0.0,
        "mandate_share": mandate_share,
    }  # fmt: skip
    purchasing: dict[str, Any] = {"arrangements": {"spot": {"rule": "spot", "uplift_given": 0.0}}, "order": ["spot"]}
    if together:
        purchasing = {"arrangements": purchasing["arrangements"] | {"all": coop}, "order": ["all", "spot"]}
    scenario = small(
        horizon={"weeks": 40}, demand={"new_needs_per_year": 200.0}, purchasing=purchasing,
        providers={"bidding": bidding, "acceptance_most_need": 0.2, "acceptance_least_need": 0.4},
    )  # fmt: skip
    placements = run(scenario, seed=1).placements.drop(columns="route")
    return placements.sort_values(["start_week", "child_id"], ignore_index=True)


@pytest.fixture(scope="module")
def one_buyer(small: Small) -> pd.DataFrame:
    return bought(small, bidding=0.0, together=True)


def test_however_much_rivals_bid_there_are_none(small: Small, one_buyer: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(bought(small, bidding=1.0, together=True), one_buyer, check_exact=True)


def test_it_buys_what_all_would_who_never_bid(small: Small, one_buyer: pd.DataFrame) -> None:
    """Alone, each buys the same at the same fee if nobody bids: what the cooperative changes here is bidding alone."""
    pd.testing.assert_frame_equal(bought(small, bidding=0.0, together=False), one_buyer, check_exact=True)


def test_alone_they_bid_each_other_up(small: Small, one_buyer: pd.DataFrame) -> None:
    alone = bought(small, bidding=1.0, together=False)
    assert alone["weekly_fee_gbp"].mean() > one_buyer["weekly_fee_gbp"].mean()


def test_a_cooperative_for_nobody_is_none(small: Small) -> None:
    nobody, alone = bought(small, 1.0, together=True, mandate_share=0.0), bought(small, 1.0, together=False)
    pd.testing.assert_frame_equal(nobody, alone, check_exact=True)
