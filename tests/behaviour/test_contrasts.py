"""Ways of buying set side by side, each in the direction that theory and reports foretell, and where it vanishes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from marketsim.core.columns import Floats, Ints
from marketsim.experiments.run import run
from marketsim.market.homes import LOCAL_AUTHORITY
from marketsim.model import MarketModel
from marketsim.purchasing import contracts
from marketsim.scenario.schema import Scenario

Quiet = Callable[..., Scenario]
Stepped = Callable[..., MarketModel]
BANDS = ("standard", "complex", "severe")
EVERYBODY = dict.fromkeys(BANDS, 1.0)
NO_BYPASS = {"not_urgent": 0.0, "urgent": 0.0}

# ---- framework decay: fees under frozen ceilings


@dataclass
class Bought:
    """Placements of the second year: mean fees, share bought on the spot, highest fee under the framework."""

    framework_fee: float
    spot_fee: float
    spot_share: float
    framework_highest: float


def second_year(quiet: Quiet, uplift: str, inflation: float) -> Bought:
    """Cost steps up by `inflation` at the end of the first year, and what homes ask follows."""
    terms = {"one_per": "england", "reach_miles": 500.0, "takes_part": 1.0, "flow_value": 0.0, "uplift": uplift}
    ceilings = dict.fromkeys(BANDS, 5_000.0)
    result = run(
        quiet(
            horizon={"weeks": 80},
            world={"homes": 240, "children_at_start": 520},
            demand={"new_needs_per_year": 520.0},
            providers={"cost_spread": 0.2, "fee_adjustment": 1.0, "pressure_half": 100.0},
            economy=dict.fromkeys(("cpi_per_year", "pay_per_year", "minimum_wage_per_year"), inflation)
            | {"prices_of": 2024},
            purchasing={
                "arrangements": {"framework": {"rule": "framework", "ceilings": ceilings} | terms},
                "order": ["framework", "spot"],
            },
        ),
        seed=1,
    )
    placements = result.placements[result.placements["start_week"] > 53]
    fees = placements.groupby("route")["weekly_fee_gbp"]
    highest = fees.max()["framework"]
    return Bought(fees.mean()["framework"], fees.mean()["spot"], (placements["route"] == "spot").mean(), highest)


def test_frozen_ceilings_hold_down_framework_fees_and_drive_children_to_the_spot(quiet: Quiet) -> None:
    """Cost rises by a tenth: frozen ceilings leave the rest to the spot; with an uplift, or no rise, they don't."""
    frozen, followed, still = (
        second_year(quiet, *terms) for terms in (("none", 0.1), ("cpi_and_pay", 0.1), ("none", 0.0))
    )
    assert frozen.framework_highest <= 5_000 < followed.framework_highest
    assert frozen.framework_fee < followed.framework_fee - 100
    assert frozen.spot_share > followed.spot_share + 0.06
    assert followed.spot_share == pytest.approx(still.spot_share, abs=0.05)
    assert frozen.spot_fee > 1.15 * frozen.framework_fee
    assert frozen.spot_fee > 1.05 * still.spot_fee


# ---- paying twice

AUTHORITIES = 16


@dataclass
class Held:
    """A year under held places: weekly means of places held, of those empty, of what these cost (GBP), of all spend;
    children bought on the spot while their authority paid for an empty place, by need band, and all who were placed."""

    places: float
    empty: float
    empty_cost: float
    spend: float
    paid_twice: Ints
    placed: Ints


def year_with_held_places(quiet: Quiet, stepped: Stepped, order: list[str], **terms: Any) -> Held:
    rule = {"rule": "block", "places": 5, "radius_miles": 40.0, "places_per_home": 1} | terms
    model = stepped(
        quiet(
            world={"authorities": AUTHORITIES, "homes": 320, "children_at_start": 530},
            demand={"new_needs_per_year": 590.0},
            providers={"acceptance_least_need": 0.25, "acceptance_most_need": 0.0005},
            purchasing={"arrangements": {"held": rule}, "order": order},
        )
    )
    market, records = model.market, model.market.records
    buyer = np.array([arrangement.members[0] for arrangement in model.orders.arrangements])
    spot = [arrangement.number for arrangement in model.orders.arrangements if arrangement.route == "spot"]
    weekly, twice = [], np.zeros(3, dtype=np.int64)
    for week in range(1, 53):
        model.step()
        holdings = market.holdings
        empty = np.bincount(buyer[holdings.arrangement], weights=holdings.empty(), minlength=AUTHORITIES)
        new = np.flatnonzero((records.start_week == week) & np.isin(records.arrangement, spot))
        twice += np.bincount(records.band[new[empty[records.child_authority[new]] > 0]], minlength=3)
        cost, spend = model.ledger.paid["empty_places"].sum(), model.ledger.spend.sum()
        weekly.append((holdings.places.sum(), empty.sum(), cost, spend))
    return Held(*np.mean(weekly, axis=0), twice, np.bincount(records.band[records.start_week > 0], minlength=3))


@pytest.fixture(scope="module")
def block(quiet: Quiet, stepped: Stepped) -> Held:
    return year_with_held_places(quiet, stepped, ["held", "spot"])


def test_a_hard_block_pays_for_voids_and_refuses_children_who_are_then_bought_on_the_spot(
    quiet: Quiet, stepped: Stepped, block: Held
) -> None:
    """Paying twice, and most often for the needy; not if the block takes every child, nor on the spot alone."""
    assert block.empty > 3 and block.empty_cost > 15_000
    assert block.paid_twice.sum() > 20
    of_the_needy = block.paid_twice[1:].sum() / block.placed[1:].sum()
    assert of_the_needy > 1.2 * block.paid_twice[0] / block.placed[0]
    willing = year_with_held_places(quiet, stepped, ["held", "spot"], accepts=EVERYBODY)
    assert not willing.paid_twice.any() and willing.empty < 0.7 * block.empty
    spot = year_with_held_places(quiet, stepped, ["spot"])
    assert spot.empty == spot.empty_cost == 0 and not spot.paid_twice.any()
    assert spot.placed.sum() == pytest.approx(block.placed.sum(), rel=0.05)


def test_at_the_same_held_places_a_soft_block_pays_less_for_empty_ones(
    quiet: Quiet, stepped: Stepped, block: Held
) -> None:
    """The same 80 places in the same homes: a retainer is owed, not the fee; if it is the whole fee they are equal."""
    accepts = dict(zip(BANDS, (0.6, 0.3, 0.05), strict=True))
    soft = {"rule": "soft_block", "grow_above": 1.0, "shrink_below": 0.0, "accepts": accepts}
    retained = year_with_held_places(quiet, stepped, ["held", "spot"], **soft, retainer=0.4)
    assert retained.places == block.places == 5 * AUTHORITIES and retained.empty == block.empty
    assert retained.empty_cost < 0.6 * block.empty_cost and retained.spend < block.spend
    whole = year_with_held_places(quiet, stepped, ["held", "spot"], **soft, retainer=1.0, expected_fill=0.9)
    assert (whole.empty_cost, whole.spend) == pytest.approx((block.empty_cost, block.spend))


def test_a_provider_wants_a_higher_fee_where_less_is_paid_for_an_empty_place(quiet: Quiet, stepped: Stepped) -> None:
    """So a soft block isn't simply cheaper: full, its places cost more; at full occupancy the retainer says nothing."""
    market = stepped(quiet(providers={"cost_spread": 0.0})).market
    market.homes.ask *= 1.4
    market.quotes *= 1.4
    market.homes.recent_occupancy[:] = 0.8

    def fee(fill: float, retainer: float) -> Floats:
        return contracts.contract_fee(market, fill, retainer, certainty_value=0.02)

    assert (fee(0.85, 0.4) > fee(0.85, 1.0) + 300).all()
    np.testing.assert_allclose(fee(1.0, 0.4), fee(1.0, 1.0))


# ---- pooling

POOLED: dict[str, Any] = {
    "world": {
        "authorities": 16,
        "regions": 4,
        "homes": 32,
        "places_per_home": 3,
        "local_authority_share": 1.0,
        "children_at_start": 64,
    },
    "demand": {"new_needs_per_year": 166.0},
    "stays": {"mean_weeks": 30.0},
    "commissioning": {"deadline_weeks_planned": 0},
    "unregistered": {"need_ends_mean_weeks": 0.0},
}


def own_homes_only(quiet: Quiet, route: str, one_per: str = "all", regions: int = 4) -> pd.DataFrame:
    """Weeks of sixteen authorities with own homes and nothing else: who finds them full is lost."""
    own = {"rule": "in_house", "accepts": EVERYBODY, "radius_miles": 500.0, "sell_vacant_places": False}
    members = {"one_per": one_per}
    together = {"rule": "cooperative", "order": ["own"], "members": members, "bypass": NO_BYPASS}
    world = POOLED["world"] | {"regions": regions}
    purchasing = {"arrangements": {"own": own, "together": together}, "order": [route]}
    return run(quiet(**POOLED | {"world": world, "horizon": {"weeks": 78}, "purchasing": purchasing}), seed=1).weekly


def test_places_shared_by_more_authorities_stand_empty_less(quiet: Quiet) -> None:
    """The same places and children, shared by one, four and sixteen; a cooperative of one shares with nobody."""
    alone, four, sixteen = (
        own_homes_only(quiet, *how) for how in (("own",), ("together", "region"), ("together", "all"))
    )
    voids = [weeks["void_rate"].tail(52).mean() for weeks in (alone, four, sixteen)]
    placed = [weeks["placements_started"].sum() for weeks in (alone, four, sixteen)]
    assert voids[0] - 0.03 > voids[1] > voids[2] and placed[0] < placed[1] < placed[2]
    of_one = own_homes_only(quiet, "together", "region", regions=16)
    for column in ("void_rate", "placements_started", "children_placed"):
        pd.testing.assert_series_equal(of_one[column], alone[column], check_exact=True)


def test_homes_of_any_member_are_used_for_children_of_any_member(quiet: Quiet, stepped: Stepped) -> None:
    """What pools places: alone no child lives in the homes of another authority."""

    def hosted(route: str) -> float:
        own = {"rule": "in_house", "accepts": EVERYBODY, "radius_miles": 500.0, "sell_vacant_places": False}
        together = {"rule": "cooperative", "order": ["own"], "bypass": NO_BYPASS}
        purchasing = {"arrangements": {"own": own, "together": together}, "order": [route]}
        model = stepped(quiet(**POOLED, purchasing=purchasing), 12)
        records, homes = model.market.records, model.market.homes
        rows = np.flatnonzero(records.start_week > 0)
        assert (homes.sector[records.home[rows]] == LOCAL_AUTHORITY).all() and len(rows) > 10
        return float((homes.authority[records.home[rows]] != records.child_authority[rows]).mean())

    assert hosted("together") > 0.15
    assert hosted("own") == 0


# ---- bypass


def test_urgent_members_go_round_the_cooperative_and_bid_again(quiet: Quiet, stepped: Stepped) -> None:
    """The more members go alone the more they bid against each other; nobody does where nobody may."""

    def alone_and_bid(not_urgent: float, urgent: float) -> tuple[float, float, float]:
        together = {"rule": "cooperative", "order": ["spot"], "bypass": {"not_urgent": not_urgent, "urgent": urgent}}
        model = stepped(
            quiet(
                world={"homes": 130},
                demand={"new_needs_per_year": 600.0},
                providers={"acceptance_least_need": 0.01, "acceptance_most_need": 0.01, "bidding": 0.5},
                purchasing={"arrangements": {"together": together}, "order": ["together", "spot"]},
            ),
            40,
        )
        market, records = model.market, model.market.records
        rows = np.flatnonzero(records.start_week > 0)
        alone = np.array([arrangement.route == "spot" for arrangement in model.orders.arrangements])[
            records.arrangement[rows]
        ]
        bid = records.fee[rows] - market.quotes[records.home[rows], records.band[rows]]
        longer = records.wait[rows[alone]].mean() - records.wait[rows[~alone]].mean() if 0 < alone.mean() < 1 else 0.0
        return float(alone.mean()), float(bid.mean()), float(longer)

    share, bid, longer = alone_and_bid(0.0, 1.0)
    assert share > 0.15 and bid > 5 and longer > 2  # those who waited long are urgent
    assert alone_and_bid(0.0, 0.0)[:2] == (0, 0)
    share_of_all, bid_of_all, _ = alone_and_bid(1.0, 1.0)
    assert share_of_all == 1 and bid_of_all > 2 * bid
