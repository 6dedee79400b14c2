"""Design section 3: Poisson arrivals at n places, lost if full, are Erlang B; two authorities pooled, with the sums.

One run holds 66 authorities that buy alone and 67 pairs that share their homes as cooperatives: each is a replicate.
The model moves at whole weeks, where first children leave and then children come. `weekly_loss` is the exact theory of
that, and becomes Erlang B as stays grow longer; the model is held against both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import binom, poisson

from marketsim.market.children import PLACED

PLACES, LOAD, STAY = 10, 8.0, 40.0
AUTHORITIES, PAIRS = 200, 67
WARM_UP, WEEKS = 100, 1_000
WEEKS_PER_YEAR = 365.25 / 7


@dataclass
class Observed:
    """Per authority: mean occupied places, and children who came and who were lost."""

    occupied: np.ndarray
    came: np.ndarray
    lost: np.ndarray


def scenario(frictionless):
    everybody = {"standard": 1.0, "complex": 1.0, "severe": 1.0}
    own = {"rule": "in_house", "accepts": everybody, "radius_miles": 1_000.0, "sell_vacant_places": False}
    pooled = {
        "rule": "cooperative",
        "members": {"regions": [f"Region {number + 1}" for number in range(PAIRS)], "one_per": "region"},
        "order": ["own"],
        "bypass": {"not_urgent": 0.0, "urgent": 0.0},
    }
    pairs = {"name": "pairs", "regions": pooled["members"]["regions"], "order": ["pooled"]}
    return frictionless(
        {"arrangements": {"own": own, "pooled": pooled}, "order": ["own"], "groups": [pairs]},
        world={
            "authorities": AUTHORITIES,
            "regions": AUTHORITIES // 2,
            "homes": AUTHORITIES,
            "places_per_home": PLACES,
            "local_authority_share": 1.0,
            "side_miles": 1_000.0,
            "children_at_start": 7 * AUTHORITIES,
        },
        demand={"new_needs_per_year": AUTHORITIES * LOAD / STAY * WEEKS_PER_YEAR},
        stays={"mean_weeks": STAY},
    )


@pytest.fixture(scope="module")
def observed(frictionless, make_model):
    model = make_model(scenario(frictionless), 1)
    children = model.market.children
    occupied, came, placed = (np.zeros(AUTHORITIES) for _ in range(3))
    for week in range(1, WARM_UP + WEEKS + 1):
        known = children.admitted
        model.step()
        if week > WARM_UP:
            here, new = children.state == PLACED, children.number >= known
            for counts, chosen in ((occupied, here), (came, new), (placed, here & new)):
                counts += np.bincount(children.authority[chosen], minlength=AUTHORITIES)
    return Observed(occupied / WEEKS, came, came - placed)


def weekly_loss(places, load, stay):
    """Share lost when a child leaves with chance 1/stay at each turn of a week and then Poisson arrivals come."""
    left, come = np.arange(places + 1), np.arange(places + 1)
    leave = binom.pmf(left[:, None] - left[None, :], left[:, None], 1 / stay)
    fill = poisson.pmf(come[None, :] - come[:, None], load / stay)
    fill[:, -1] = 1 - fill[:, :-1].sum(axis=1)
    step = leave @ fill
    balance = np.vstack([step.T - np.eye(places + 1), np.ones(places + 1)])
    state = np.linalg.lstsq(balance, np.append(np.zeros(places + 1), 1.0))[0]
    return 1 - state @ left / load


def alone(values):
    """One value for each authority that buys alone."""
    return values[2 * PAIRS :]


def pooled(values):
    """One value for each pair."""
    return values[: 2 * PAIRS].reshape(PAIRS, 2).sum(axis=1)


def share_lost(came, lost):
    """Share of children lost, and its standard error (ratio of the sums over independent replicates)."""
    share = lost.sum() / came.sum()
    return share, (lost - share * came).std(ddof=1) / np.sqrt(len(came)) / came.mean()


MARKETS = pytest.mark.parametrize(("market", "places", "load"), [(alone, PLACES, LOAD), (pooled, 2 * PLACES, 2 * LOAD)])


@MARKETS
def test_occupied_places(observed, erlang_b, mean_and_error, market, places, load):
    theory, limit = load * (1 - weekly_loss(places, load, STAY)), load * (1 - erlang_b(places, load))
    mean, error = mean_and_error(market(observed.occupied))
    print(f"occupied of {places}: model {mean:.3f}, theory {theory:.3f}, Erlang {limit:.3f}, error {error:.3f}")
    assert error < 0.01 * theory
    assert abs(mean - theory) < 3.5 * error
    assert abs(mean - limit) < 3.5 * error + abs(theory - limit)


@MARKETS
def test_share_lost(observed, erlang_b, market, places, load):
    theory, limit = weekly_loss(places, load, STAY), erlang_b(places, load)
    share, error = share_lost(market(observed.came), market(observed.lost))
    print(f"share lost at {places}: model {share:.4f}, theory {theory:.4f}, Erlang {limit:.4f}, error {error:.4f}")
    assert error < 0.06 * theory
    assert abs(share - theory) < 3.5 * error
    assert abs(share - limit) < 3.5 * error + abs(theory - limit)


@MARKETS
def test_whole_weeks_matter_little(erlang_b, market, places, load):
    """Weekly theory is within 6% of Erlang B at the stays simulated here, and becomes it as stays grow longer."""
    limit = erlang_b(places, load)
    assert abs(weekly_loss(places, load, STAY) - limit) < 0.06 * limit
    assert weekly_loss(places, load, 20_000.0) == pytest.approx(limit, rel=2e-4)


def test_arrivals_are_poisson(observed):
    """As many children come as were meant to, and their variance over authorities is their mean."""
    meant = LOAD / STAY * WEEKS
    assert abs(observed.came.mean() - meant) < 3.5 * np.sqrt(meant / AUTHORITIES)
    assert abs(observed.came.var(ddof=1) / meant - 1) < 3.5 * np.sqrt(2 / AUTHORITIES)


def test_pooling_gain(observed):
    """Pooling about halves the share lost: by what theory says, and far beyond chance."""
    apart, error_apart = share_lost(alone(observed.came), alone(observed.lost))
    together, error_together = share_lost(pooled(observed.came), pooled(observed.lost))
    theory = weekly_loss(PLACES, LOAD, STAY) - weekly_loss(2 * PLACES, 2 * LOAD, STAY)
    error = np.hypot(error_apart, error_together)
    print(f"pooling gain: model {apart - together:.4f}, theory {theory:.4f}, error {error:.4f}")
    assert theory > 8 * error
    assert abs(apart - together - theory) < 3.5 * error
