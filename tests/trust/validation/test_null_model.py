"""The null model where theory says what must come out, and what its fit can find again."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from marketsim.scenario.schema import Scenario
from marketsim.trust.validation.null_model import (
    FITTED_TO,
    NOWHERE,
    Layout,
    OfferRates,
    fit_rates,
    lay_out,
    null_snapshot,
    null_targets,
    take_nearest,
)

SIDE, HOMES, ACROSS = 200.0, 1_600, 20
DENSITY = HOMES / SIDE**2
Small = Callable[..., Scenario]


def plane(small: Small, **changed: Any) -> Scenario:
    """Homes at random in a plane with ample places, and children everywhere in it."""
    world = {
        "authorities": ACROSS**2, "homes": HOMES, "homes_everywhere": True, "places_per_home": 100, "side_miles": SIDE,
        "authority_radius_miles": 5.0, "local_authority_share": 0.0, "children_at_start": 2_000,
        "unregistered_at_start": 0,
    }  # fmt: skip
    return small(world=world | changed)


def inner(layout: Layout) -> np.ndarray:
    """Children at least 30 miles from the edge of the plane."""
    row, column = layout.authority // ACROSS, layout.authority % ACROSS
    return np.asarray((np.minimum(row, column) >= 3) & (np.maximum(row, column) < ACROSS - 3))


@pytest.fixture(scope="module")
def layouts(small: Small) -> list[Layout]:
    return [lay_out(plane(small), seed, highest_rate=1.0) for seed in (1, 2, 3)]


@pytest.mark.parametrize("rate", [1.0, 0.25])
def test_distance_is_that_of_the_nearest_of_random_points(layouts: list[Layout], rate: float) -> None:
    """Mean 1 / (2 sqrt(density of offers)) and standard deviation sqrt((4 - pi) / pi) times that; 3,000 children."""
    miles = np.concatenate([take_nearest(layout, OfferRates(rate, rate))[1][inner(layout)] for layout in layouts])
    theory = 1 / (2 * np.sqrt(rate * DENSITY))
    assert len(miles) > 2_500
    assert miles.mean() == pytest.approx(theory, rel=0.05)
    assert miles.std() == pytest.approx(theory * np.sqrt((4 - np.pi) / np.pi), rel=0.08)


def test_equal_rates_know_no_need_and_unequal_ones_do(layouts: list[Layout]) -> None:
    layout = layouts[0]
    for rates, ratio in ((OfferRates(0.2, 0.2), 1.0), (OfferRates(0.2, 0.05), 2.0)):
        state = null_snapshot(layout, *take_nearest(layout, rates))
        miles = state.children[["need_band", "distance_miles"]].groupby("need_band")["distance_miles"].mean()
        assert miles["complex"] / miles["standard"] == pytest.approx(ratio, rel=0.12)


def test_a_higher_rate_is_never_farther(layouts: list[Layout]) -> None:
    """With ample places offers are only added: the same luck, the same homes."""
    near, far = (take_nearest(layouts[0], OfferRates(rate, rate))[1] for rate in (0.5, 0.1))
    assert (near <= far).all() and near.mean() < far.mean()


def test_full_homes_offer_nothing(small: Small) -> None:
    """24 homes of 3 places and 100 children: 72 are placed, nobody else."""
    layout = lay_out(small(world={"children_at_start": 100}), 1, highest_rate=1.0)
    home, miles = take_nearest(layout, OfferRates(1.0, 1.0))
    placed = home != NOWHERE
    assert placed.sum() == 72 and (np.bincount(home[placed]) == 3).all()
    assert np.isnan(miles[~placed]).all() and np.isfinite(miles[placed]).all()
    told = null_targets(layout, home, miles)
    assert (told["children_placed"], told["unregistered_children"]) == (72, 100 + 2 - 72)
    assert (told["homes"], told["places"], told["occupancy_registered"]) == (24, 72, 1.0)


def test_the_children_are_those_of_the_model(small: Small) -> None:
    """The same bands and authorities as the children placed at the start of a run with the same seed."""
    from marketsim.experiments.run import run

    scenario = small(world={"children_at_start": 30, "unregistered_at_start": 0})
    layout, result = lay_out(scenario, 5), run(scenario, 5, weeks=1)
    began = result.placements[result.placements["start_week"] < 1]
    bands = np.bincount(layout.band, minlength=3).tolist()
    assert [int((began["need_band"] == band).sum()) for band in ("standard", "complex", "severe")] == bands


def test_same_seed_same_null(small: Small) -> None:
    one, two = (take_nearest(lay_out(small(), 3), OfferRates(0.1, 0.05)) for _ in range(2))
    assert (one[0] == two[0]).all()
    assert (one[0] != take_nearest(lay_out(small(), 4), OfferRates(0.1, 0.05))[0]).any()


def test_the_fit_comes_near_the_figures_that_a_null_gave(small: Small) -> None:
    layout = lay_out(plane(small, homes=800, children_at_start=600), 1)
    truth = null_targets(layout, *take_nearest(layout, OfferRates(0.05, 0.004)))
    wanted = {name: truth[name] for name in FITTED_TO}
    rates = fit_rates(layout, wanted)
    given = null_targets(layout, *take_nearest(layout, rates))
    assert [given[name] for name in FITTED_TO] == pytest.approx(list(wanted.values()), rel=0.06)
    assert rates.complex < rates.standard


def test_a_rate_is_a_chance(small: Small) -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        take_nearest(lay_out(small(), 1), OfferRates(1.5, 0.1))
