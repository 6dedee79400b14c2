"""Design section 3: a cooperative of one member is that member alone, to the last digit."""

from __future__ import annotations

import pandas as pd
import pytest

from marketsim.experiments.run import run
from marketsim.scenario.schema import Scenario

ARRANGEMENTS = {
    "in_house": {"rule": "in_house"},
    "spot": {"rule": "spot"},
    "framework": {"rule": "framework", "one_per": "authority"},
    "block": {"rule": "block", "share_of_children": 0.15, "term_weeks": 40},
    "soft_block": {"rule": "soft_block", "share_of_children": 0.15},
}
ORDERS = [
    ["spot"],
    ["in_house", "spot"],
    ["framework", "spot"],
    ["block", "spot"],
    ["soft_block", "spot"],
    ["in_house", "soft_block", "block", "framework", "spot"],
]
WORLD = {
    "kind": "synthetic",
    "authorities": 6,
    "regions": 6,
    "homes": 72,
    "children_at_start": 180,
    "unregistered_at_start": 6,
}
WEEKS = 60


def cooperative_of(order, **members):
    """Free of charge and never bypassed."""
    never = {"not_urgent": 0.0, "urgent": 0.0}
    return {"rule": "cooperative", "members": members, "order": order, "running_cost_per_year": 0.0, "bypass": never}


def tables(seed, **sections):
    """Weekly, yearly and placement tables without the words and columns that name the route.

    Placements of a week are sorted by child: they are written buyer by buyer, and a cooperative is numbered otherwise.
    """
    result = run(Scenario.model_validate(sections), seed)
    placements = result.placements.sort_values(["start_week", "child_id"], ignore_index=True)
    weekly = result.weekly[[name for name in result.weekly if not name.startswith("share_")]]
    return [weekly, result.authorities, placements.drop(columns="route")]


def assert_same(alone, together):
    for one, other in zip(alone, together, strict=True):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


def in_synthetic_world(arrangements, order, at_start):
    return tables(
        1,
        horizon={"weeks": WEEKS},
        world=WORLD,
        demand={"new_needs_per_year": 120.0},
        providers={"acceptance_most_need": 0.01},
        purchasing={"arrangements": arrangements, "order": order, "at_start": at_start},
    )


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_everybody_in_a_cooperative_of_one(order):
    at_start = {"framework": 0.4} if "framework" in order else {}
    with_rcc = ARRANGEMENTS | {"rcc": cooperative_of(order, one_per="region")}
    alone = in_synthetic_world(ARRANGEMENTS, order, at_start)
    together = in_synthetic_world(with_rcc, ["rcc"], at_start)
    assert (alone[2]["start_week"] > 0).sum() > 50
    assert_same(alone, together)


def test_orders_differ():
    """The tables do tell purchasing apart: each order gives other spend."""
    spend = [in_synthetic_world(ARRANGEMENTS, order, {})[0]["spend_gbp"].sum() for order in ORDERS]
    assert len(set(spend)) == len(ORDERS)


def test_one_authority_of_england():
    """Kent as a cooperative of one, among 152 authorities that buy alone; nobody else notices either."""

    def england(kent):
        return tables(
            1,
            horizon={"weeks": 8},
            world={"kind": "england"},
            purchasing={
                "arrangements": ARRANGEMENTS | {"rcc": cooperative_of(ORDERS[-1], authorities=["Kent"])},
                "order": ["in_house", "spot"],
                "groups": [{"name": "kent", "authorities": ["Kent"], "order": kent}],
            },
        )

    alone = england(ORDERS[-1])
    kent = alone[2]["home_authority"] == "E10000016"
    assert (kent & (alone[2]["start_week"] > 0)).sum() > 10
    assert_same(alone, england(["rcc"]))
