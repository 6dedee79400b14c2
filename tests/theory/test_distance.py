"""Design section 3: homes at random in the plane, no price difference, ample places: mean distance 1/(2 sqrt(density)).

With homes that say yes to a share p of referrals, the nearest offer is the nearest of p x density homes. The edge of
the plane is at least 30 miles from any child who is counted. Replicates are seeds: each has other homes and children.
"""

from __future__ import annotations

import numpy as np
import pytest

from marketsim.market.children import PLACED

SIDE, HOMES = 300.0, 3_600
DENSITY = HOMES / SIDE**2
ACROSS, RADIUS = 20, 7.0
SEEDS = range(1, 21)


def scenario(frictionless, acceptance):
    spot = {
        "rule": "spot",
        "radius_miles_at_first": 200.0,
        "radius_miles_at_deadline": 200.0,
        "fee_limit_at_first": 10.0,
    }
    return frictionless(
        {"arrangements": {"spot": spot}, "order": ["spot"]},
        world={
            "authorities": ACROSS**2,
            "homes": HOMES,
            "homes_everywhere": True,
            "places_per_home": 40,
            "local_authority_share": 0.0,
            "side_miles": SIDE,
            "authority_radius_miles": RADIUS,
            "children_at_start": 0,
        },
        demand={"new_needs_per_year": 3_000 * 365.25 / 7},
        providers={"acceptance_least_need": acceptance, "acceptance_most_need": acceptance},
    )


def interior_miles(model):
    """Distances of the children of the inner authorities who are placed in one week, all of them placed."""
    model.step()
    children = model.market.children
    row, column = children.authority // ACROSS, children.authority % ACROSS
    inner = (np.minimum(row, column) >= 2) & (np.maximum(row, column) < ACROSS - 2)
    placed = children.state == PLACED
    assert placed[inner].all()
    return children.miles[inner & placed]


@pytest.fixture(scope="module", params=[1.0, 0.25], ids=["all accept", "one in four accepts"])
def distances(request, frictionless, make_model):
    settings = scenario(frictionless, request.param)
    theory = 1 / (2 * np.sqrt(request.param * DENSITY))
    return theory, [interior_miles(make_model(settings, seed)) for seed in SEEDS]


def test_mean_distance(distances, mean_and_error):
    theory, miles = distances
    mean, error = mean_and_error([one.mean() for one in miles])
    print(f"mean distance: model {mean:.4f}, theory {theory:.4f}, error {error:.4f} miles")
    assert error < 0.008 * theory
    assert abs(mean - theory) < 3.5 * error


@pytest.mark.parametrize("share", [0.25, 0.5, 0.9])
def test_distribution_of_distance(distances, mean_and_error, share):
    """The share nearer than r is 1 - exp(-pi density r^2), here at its quartile, median and ninth decile."""
    theory, miles = distances
    limit = theory * np.sqrt(-4 * np.log(1 - share) / np.pi)
    mean, error = mean_and_error([(one < limit).mean() for one in miles])
    print(f"nearer than {limit:.2f} miles: model {mean:.4f}, theory {share}, error {error:.4f}")
    assert error < 0.01
    assert abs(mean - share) < 3.5 * error
