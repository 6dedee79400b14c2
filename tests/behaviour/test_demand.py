"""Demand: growth, fostering, seasons, shocks and returns; each behaviour on, and switched off."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from marketsim.core.columns import Floats, Ints
from marketsim.experiments.run import run
from marketsim.market.children import BREAKDOWN, COMPLEX, GONE, SEVERE, STANDARD
from marketsim.model import MarketModel
from marketsim.scenario.schema import Scenario
from marketsim.week import arriving as demand
from marketsim.week import moving
from marketsim.week.stays import stay_table
from marketsim.world.start import build_market

Quiet = Callable[..., Scenario]
Stepped = Callable[..., MarketModel]
YEAR = 52
DATE = datetime.date(2024, 6, 2)
FROM_WEEK = 9  # the first week that begins on or after that date


# ---- growth


def needs_by_region(quiet: Quiet, **of_demand: Any) -> Floats:
    """New needs in each of three years (rows) and regions (columns); nobody is placed."""
    scenario = quiet(world={"regions": 3}, demand={"new_needs_per_year": 3_000.0} | of_demand)
    market = build_market(scenario, 1)
    count, growth = np.zeros((3, 3)), demand.weekly_growth(scenario.demand, market.authorities)
    for week in range(3 * YEAR):
        market.week = week + 1
        market.demand_index *= growth
        born_in = market.authorities.region[demand.new_needs(market).authority]
        count[week // YEAR] += np.bincount(born_in, minlength=3)
    return count


def test_new_needs_grow_along_the_path_of_their_region(quiet: Quiet) -> None:
    """Thirty percent a year in one region: 1.69 times as many two years on, and the others stay as they were."""
    still = needs_by_region(quiet)
    np.testing.assert_allclose(still[2], still[0], rtol=0.12)
    one = needs_by_region(quiet, growth_by_region={"Region 2": 0.3})
    assert one[2, 1] / one[0, 1] == pytest.approx(1.3**2, rel=0.12)
    np.testing.assert_array_equal(one[:, [0, 2]], still[:, [0, 2]])
    everywhere = needs_by_region(quiet, growth_share_per_year=0.3)
    np.testing.assert_array_equal(everywhere[:, 1], one[:, 1])
    assert (everywhere[2] > 1.45 * still[2]).all()


# ---- fostering


def arrivals(quiet: Quiet, weeks: int, **of_demand: float) -> dict[int, tuple[bool, int]]:
    """Key of every child who newly needs a home, with whether fostering would suit better, and the need band."""
    market = build_market(quiet(demand={"new_needs_per_year": 2_000.0} | of_demand), 1)
    found: dict[int, tuple[bool, int]] = {}
    for week in range(1, weeks + 1):
        market.week = week
        new = demand.new_needs(market)
        found |= dict(zip(new.key.tolist(), zip(new.displaced, new.band, strict=True), strict=True))
    return found


@pytest.mark.parametrize("recovered", [0.0, 0.5, 1.0])
def test_foster_homes_that_are_found_keep_exactly_these_children_out_of_homes(quiet: Quiet, recovered: float) -> None:
    """27.5% would be better off in fostering, all of standard need; who isn't among them arrives as before."""
    all_needs, left = arrivals(quiet, 40), arrivals(quiet, 40, fostering_recovered=recovered)
    displaced = {key for key, (suited, _) in all_needs.items() if suited}
    assert len(displaced) / len(all_needs) == pytest.approx(0.275, abs=0.04)
    assert {all_needs[key][1] for key in displaced} == {STANDARD}
    spared = set(all_needs) - set(left)
    assert set(left) <= set(all_needs) and spared <= displaced
    assert len(spared) / len(displaced) == pytest.approx(recovered, abs=0.08)


def test_nobody_is_spared_where_fostering_displaces_nobody(quiet: Quiet) -> None:
    none = {"fostering_displacement": 0.0}
    assert arrivals(quiet, 10, **none, fostering_recovered=1.0) == arrivals(quiet, 10, **none)


# ---- seasons


@pytest.mark.parametrize(("season", "share"), [(0.15, 0.5 + 0.15 / np.pi), (0.0, 0.5)])
def test_breakdowns_follow_the_season(quiet: Quiet, season: float, share: float) -> None:
    """Share of a year's breakdowns in the half year around mid-September: the mean of the cosine says how many."""
    scenario = quiet(
        demand={"new_needs_per_year": 100_000.0, "breakdown_share": 0.2, "breakdown_season": season},
        stays={"distribution": "published"},
    )
    market, stays = build_market(scenario, 1), stay_table(scenario.stays)
    for week in range(1, YEAR + 1):
        market.week = week
        rows = market.children.admit(demand.new_needs(market), since=week)
        moving.plan_stays(market, rows, stays)
    children = market.children
    week_of = children.end_week[children.ends_by == BREAKDOWN]
    week_of = week_of[(week_of > YEAR) & (week_of <= 2 * YEAR)]
    days = (scenario.horizon.start - datetime.date(2024, 9, 15)).days + 7 * week_of
    around_peak = np.cos(2 * np.pi * days / 365.25) > 0
    assert len(week_of) > 5_000
    assert around_peak.mean() == pytest.approx(share, abs=0.02)


# ---- what is dated


def first_seen(quiet: Quiet, stepped: Stepped, changes: list[dict[str, Any]]) -> dict[int, tuple[int, int]]:
    """For each child of a run its key, the week of the run in which it was first there, and its need band."""
    model = stepped(quiet(demand={"new_needs_per_year": 200.0}, changes=changes))
    seen: dict[int, tuple[int, int]] = {}
    for week in range(1, 21):
        model.step()
        children = model.market.children
        there: Ints = np.flatnonzero(children.state != GONE)
        for key, band in zip(children.key[there].tolist(), children.band[there].tolist(), strict=True):
            seen.setdefault(key, (week, band))
    return seen


def test_closing_beds_bring_more_needy_children_from_that_date(quiet: Quiet, stepped: Stepped) -> None:
    """300 a year, complex or severe, none before; the children who come anyway are the same."""
    without = first_seen(quiet, stepped, [])
    more = first_seen(quiet, stepped, [{"from": DATE, "demand": {"extra_complex_per_year": 300.0}}])
    assert set(without) < set(more)
    extra = [more[key] for key in set(more) - set(without)]
    assert len(extra) == pytest.approx(300 * 12 / YEAR, rel=0.3)
    assert FROM_WEEK <= min(week for week, _ in extra) <= FROM_WEEK + 2
    assert {band for _, band in extra} == {COMPLEX, SEVERE}


def test_a_level_from_a_date_changes_needs_from_then_on(quiet: Quiet, stepped: Stepped) -> None:
    """Twice the level: the same children, and about as many again; none: nobody comes any more."""
    usual = first_seen(quiet, stepped, [])
    later = {key for key, (week, _) in usual.items() if week >= FROM_WEEK}
    double = first_seen(quiet, stepped, [{"from": DATE, "demand": {"level": 2.0}}])
    extra = [double[key][0] for key in set(double) - set(usual)]
    assert set(usual) < set(double) and FROM_WEEK <= min(extra) <= FROM_WEEK + 2
    assert len(extra) == pytest.approx(len(later), rel=0.4)
    nobody = first_seen(quiet, stepped, [{"from": DATE, "demand": {"level": 0.0}}])
    assert set(nobody) == set(usual) - later


# ---- returns


@pytest.mark.parametrize(
    ("moves_on", "breaks_down", "comes_back", "third", "returns"),
    [
        (0.75, 0.2, 0.15, (0.08, 0.20), (0.12, 0.35)),
        (0.75, 0.0, 0.15, (0.08, 0.20), (0.02, 0.10)),
        (0.0, 0.2, 0.15, (0.002, 0.04), (0.12, 0.35)),
        (0.75, 0.0, 0.0, (0.08, 0.20), (0.0, 0.0)),
        (0.0, 0.0, 0.15, (0.0, 0.0), (0.0, 0.0)),
    ],
    ids=["all", "no breakdowns", "nobody moves on", "nobody comes back", "off"],
)
def test_moves_and_returns_make_third_placements(
    quiet: Quiet,
    moves_on: float,
    breaks_down: float,
    comes_back: float,
    third: tuple[float, float],
    returns: tuple[float, float],
) -> None:
    """Children with three placements of any kind in a year, and placements of children who had lived in a home."""
    result = run(
        quiet(
            horizon={"weeks": YEAR},
            world={"homes": 300, "children_at_start": 800},
            demand={"moves_on_share": moves_on, "breakdown_share": breaks_down, "comes_back_share": comes_back},
            stays={"distribution": "published"},
        ),
        seed=1,
    )
    values = result.outcomes.set_index(["outcome", "region"])["value"]
    assert third[0] <= values["three_or_more_placements_share", "England"] <= third[1]
    started = result.placements.sort_values("start_week", kind="stable")
    again = started["child_id"].duplicated() & (started["start_week"] > 0)
    assert returns[0] <= again.sum() / (started["start_week"] > 0).sum() <= returns[1]
