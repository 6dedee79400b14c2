"""Design section 3: identical homes, ample places: fees fall to unit cost and floor margin; scarcity: they rise to what
authorities would pay for the last resort.

Fees go to their limits geometrically and the limits hold for endless ampleness or scarcity, so what is left of the gap
is stated in pounds, next to the Monte Carlo error over seeds.
"""

from __future__ import annotations

import numpy as np
import pytest

from marketsim.market.children import BANDS

COST, FLOOR_MARGIN = 5_000.0, 0.04
BY_NEED = {"standard": 0.9, "complex": 1.05, "severe": 1.3}
SAME = {"standard": 1.0, "complex": 1.0, "severe": 1.0}
WEEKS, LAST = 130, 26
SEEDS = (1, 2, 3)


def scenario(frictionless, places_per_home, needs_per_year, ratio, last_resort, **providers):
    spot = {
        "rule": "spot",
        "radius_miles_at_first": 999.0,
        "radius_miles_at_deadline": 999.0,
        "fee_limit_at_first": 10.0,
    }
    moving = {"cost_private": COST, "floor_margin": FLOOR_MARGIN, "fee_adjustment": 0.4, "occupancy_memory": 0.4}
    return frictionless(
        {"arrangements": {"spot": spot}, "order": ["spot"]},
        world={
            "homes": 40,
            "places_per_home": places_per_home,
            "children_at_start": 40,
            "unregistered_at_start": 200,
            "local_authority_share": 0.0,
        },
        demand={"new_needs_per_year": needs_per_year},
        stays={"mean_weeks": 50.0},
        need={"cost_by_need": ratio},
        providers=moving | {"occupancy_at_start": 1.0} | providers,
        unregistered={"weekly_cost": last_resort, "need_ends_mean_weeks": 60.0, "search_every_weeks": 1},
    )


def late_fees(model):
    """Fees, by need band, of placements that started in the last half year."""
    for _ in range(WEEKS):
        model.step()
    records = model.market.records
    late = records.start_week > WEEKS - LAST
    return [records.fee[late & (records.band == band)] for band in range(len(BANDS))]


def test_ample_places(frictionless, make_model, mean_and_error):
    """From £300 above it down to cost and floor margin, for each need band."""
    settings = scenario(frictionless, 100, 200.0, BY_NEED, 10_500.0)
    fees = []
    for seed in SEEDS:
        model = make_model(settings, seed)
        model.market.homes.ask[:] += 300
        fees.append(late_fees(model))
    for band, name in enumerate(BANDS):
        theory = COST * (BY_NEED[name] + FLOOR_MARGIN)
        mean, error = mean_and_error([one[band].mean() for one in fees])
        print(f"ample, {name}: model £{mean:.3f}, theory £{theory:.0f}, error £{error:.3f}")
        assert error < 0.1
        assert abs(mean - theory) < 3.5 * error + 0.5
        assert min(one[band].min() for one in fees) > theory - 1e-6


@pytest.mark.parametrize("last_resort", [8_000.0, 10_500.0])
def test_scarcity(frictionless, make_model, mean_and_error, last_resort):
    """Four hundred children a year for eighty places: fees rise to the cost of the last resort, whatever it is."""
    settings = scenario(frictionless, 2, 400.0, SAME, last_resort, occupancy_at_start=0.0)
    assert make_model(settings, 1).market.homes.ask.max() < last_resort - 500
    fees = [np.concatenate(late_fees(make_model(settings, seed))) for seed in SEEDS]
    mean, error = mean_and_error([one.mean() for one in fees])
    print(f"scarce: model £{mean:.3f}, theory £{last_resort:.0f}, error £{error:.3f}, {len(fees[0])} placements")
    assert min(map(len, fees)) > 20
    assert error < 0.1
    assert abs(mean - last_resort) < 3.5 * error + 0.5
    assert max(one.max() for one in fees) <= last_resort


def test_scarcity_with_bids_only(frictionless, make_model):
    """Homes that never move what they ask are bid up at once: all the way with `bidding` 1, half of it with 0.5."""
    asked = COST * (1 + FLOOR_MARGIN)
    for bidding in (0.0, 0.5, 1.0):
        fixed = {"fee_adjustment": 0.0, "occupancy_at_start": 0.0, "risk_cost": 0.0, "bidding": bidding}
        fixed |= {"pressure_half": 100.0, "scarcity_power": 100.0}
        fees = np.concatenate(late_fees(make_model(scenario(frictionless, 2, 400.0, SAME, 10_500.0, **fixed), 1)))
        theory = asked + bidding * (10_500.0 - asked)
        print(f"bidding {bidding}: model £{fees.mean():.2f}, theory £{theory:.2f}, {len(fees)} placements")
        assert len(fees) > 20
        np.testing.assert_allclose(fees, theory, rtol=1e-12)
