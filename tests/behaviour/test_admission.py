"""Admission: whom homes take, what stands empty beside a child, and what ratings do; each on, and switched off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from marketsim.core.columns import Floats, Ints
from marketsim.market.children import PLACED, SEVERE, STANDARD, UNREGISTERED, WAITING
from marketsim.market.homes import GOOD, INADEQUATE, REQUIRES_IMPROVEMENT
from marketsim.model import MarketModel
from marketsim.results.weeks import week_row
from marketsim.scenario.schema import Scenario
from marketsim.week import inspecting
from marketsim.week import opening_and_closing as supply
from marketsim.week import providers as providers_decide
from marketsim.world.start import build_market

Quiet = Callable[..., Scenario]
Stepped = Callable[..., MarketModel]
BANDS = 3
# Many moves in little time, so that who lives with whom is the homes' choice.
BRISK: dict[str, Any] = {
    "world": {"homes": 300, "children_at_start": 450},
    "demand": {"new_needs_per_year": 1_500.0},
    "stays": {"mean_weeks": 25.0},
}
MANY, MANY_NEEDS = {"homes": 900, "children_at_start": 1_350}, {"new_needs_per_year": 4_500.0}
WEEKS = 40


def alike(chance: float) -> dict[str, float]:
    """Homes that take every child with the same chance."""
    return {"acceptance_least_need": chance, "acceptance_most_need": chance}


def without_home(model: MarketModel) -> Ints:
    state = model.market.children.state
    return np.flatnonzero((state == WAITING) | (state == UNREGISTERED))


def waits(model: MarketModel) -> Floats:
    """Mean wait by need band of the placements that started within the run."""
    records = model.market.records
    started = records.start_week > 0
    return np.array([records.wait[started & (records.band == band)].mean() for band in range(BANDS)])


# ---- cherry-picking


def test_cherry_picking(quiet: Quiet, stepped: Stepped) -> None:
    """Homes that seldom take needy children leave them waiting and unregistered; homes that take all alike do not."""

    def market(**providers: float) -> tuple[Floats, Floats]:
        model = stepped(quiet(providers=providers), weeks=60)
        children, left = model.market.children, without_home(model)
        there = np.isin(children.state, (PLACED, WAITING, UNREGISTERED))
        left_over = np.bincount(children.band[left], minlength=BANDS) / np.bincount(children.band[there])
        return waits(model), left_over

    wait, left_over = market(acceptance_least_need=0.25, acceptance_most_need=0.00001)
    assert wait[0] < 0.5 and wait[1] > 2  # of severe children hardly any is placed
    assert left_over[0] < 0.01 and left_over[1] > 0.05 and left_over[2] > 0.25
    wait, left_over = market(**alike(0.02))
    assert np.ptp(wait) < 0.4
    assert left_over.max() < 0.05


def test_void_paradox(quiet: Quiet, stepped: Stepped) -> None:
    """Hundreds of places empty and children without a home; none if homes take every child."""

    def paradox(**providers: float) -> tuple[int, int]:
        model = stepped(quiet(providers=providers), weeks=WEEKS)
        return int(model.market.free().sum()), len(without_home(model))

    free, left = paradox(acceptance_least_need=0.25, acceptance_most_need=0.00001)
    assert free > 150 and left > 20
    free, left = paradox(**alike(1.0))
    assert free > 150 and left == 0


def test_with_several_referrals_for_a_place_the_least_costly_child_is_taken(quiet: Quiet, stepped: Stepped) -> None:
    """Every home offers to all; it prefers the child of less need where need means risk, and has no preference else."""

    def need_of_placed_and_left(risk_cost: float) -> tuple[float, float]:
        model = stepped(
            quiet(
                world={"homes": 60, "places_per_home": 2, "children_at_start": 100},
                demand={"new_needs_per_year": 420.0},
                providers=alike(1.0) | {"risk_cost": risk_cost},
            ),
            weeks=30,
        )
        records, children = model.market.records, model.market.children
        placed = records.score[records.start_week > 0]
        assert len(placed) > 60
        return float(placed.mean()), float(children.score[without_home(model)].mean())

    placed, left = need_of_placed_and_left(1_500.0)
    assert left > placed + 0.2
    placed, left = need_of_placed_and_left(0.0)
    assert abs(left - placed) < 0.1


def test_a_home_is_less_ready_where_the_fee_leaves_a_loss(quiet: Quiet, stepped: Stepped) -> None:
    """At a fee just above cost the risk of the needy leaves a loss; without sensitivity to it all are welcome."""

    def readiness(**providers: float) -> Floats:
        eager = stepped(quiet(providers={"risk_cost": 1_500.0} | providers)).shop.book.panels.lots.eager
        assert not np.ptp(eager, axis=0).any()
        return np.asarray(eager[0])

    sensitive = readiness(loss_sensitivity=2.0)
    assert (np.diff(sensitive) < -0.1).all() and sensitive[SEVERE] < 0.6
    assert (readiness(loss_sensitivity=2.0, floor_margin=0.4) == 1).all()  # a fee that pays for the risk
    assert (readiness(loss_sensitivity=0.0) == 1).all()


def test_homes_that_expect_a_loss_leave_needy_children_without_a_home(quiet: Quiet, stepped: Stepped) -> None:
    """The same in a market where homes offer seldom: severe children wait longer only where losses count."""

    def extra_wait(sensitivity: float) -> float:
        providers = alike(0.01) | {"risk_cost": 3_000.0, "loss_sensitivity": sensitivity}
        wait = waits(stepped(quiet(providers=providers), weeks=60))
        return float(wait[1] - wait[0])

    assert extra_wait(1.5) > 1.0
    assert abs(extra_wait(0.0)) < 0.7


def test_an_earlier_breakdown_makes_homes_careful(quiet: Quiet, stepped: Stepped) -> None:
    """Children whose stay broke down wait longer for the next home; with a factor of 1 they don't."""

    def extra_wait(caution: float) -> float:
        model = stepped(
            quiet(
                world={"children_at_start": 100},
                demand={"new_needs_per_year": 200.0, "breakdown_share": 1.0},
                stays={"mean_weeks": 15.0},
                providers=alike(0.03) | {"breakdown_caution": caution},
            ),
            weeks=WEEKS,
        )
        records = model.market.records
        rows = np.flatnonzero(records.child >= 100)  # records stand in the order in which placements started
        first = np.zeros(len(rows), dtype=np.bool_)
        first[np.unique(records.child[rows], return_index=True)[1]] = True
        assert min(first.sum(), (~first).sum()) > 80
        return float(records.wait[rows[~first]].mean() - records.wait[rows[first]].mean())

    assert extra_wait(0.3) > 1.0
    assert abs(extra_wait(1.0)) < 0.2


# ---- residents


def company(model: MarketModel) -> dict[str, Floats]:
    """For children who share a home: own value and mean of the others, by trait."""
    children, homes = model.market.children, model.market.homes
    placed = np.flatnonzero(children.state == PLACED)
    placed = placed[homes.occupied[children.home[placed]] >= 2]
    home = children.home[placed]
    others = homes.occupied[home] - 1
    sums = {"age": homes.residents_age, "boy": homes.residents_boys, "score": homes.residents_score}
    own = {name: getattr(children, name)[placed].astype(np.float64) for name in sums}
    return {name: np.stack([own[name], (total[home] - own[name]) / others]) for name, total in sums.items()}


def gap(own: Floats, others: Floats) -> float:
    return float(np.abs(own - others).mean())


def both_needy(own: Floats, others: Floats) -> float:
    return float(((own > 0.6) & (others > 0.6)).mean())


@pytest.mark.parametrize(
    ("mismatch", "trait", "unlike"),
    [("age_mismatch", "age", gap), ("sex_mismatch", "boy", gap), ("need_mismatch", "score", both_needy)],
)
def test_residents_suit_each_other(
    quiet: Quiet, stepped: Stepped, mismatch: str, trait: str, unlike: Callable[[Floats, Floats], float]
) -> None:
    """Homes for two, filled within the run: fewer are of unlike age, of unlike sex or both of high need."""

    def measured(loss: float) -> float:
        scenario = quiet(
            world={"homes": 700, "places_per_home": 2, "children_at_start": 0},
            demand={"new_needs_per_year": 1_400.0},
            stays={"mean_weeks": 1_000.0},
            matching={mismatch: loss},
        )
        return unlike(*company(stepped(scenario, weeks=WEEKS))[trait])

    assert measured(1.0) < 0.8 * measured(0.0)


# ---- ratings

HALF_GOOD = {"share_outstanding": 0.1, "share_good": 0.4}


def test_needy_children_live_where_no_good_rating_is_at_stake(quiet: Quiet, stepped: Stepped) -> None:
    """Half of the homes have a good rating to lose; with `rating_caution` 0 they take the needy like the others."""

    def in_low_homes(caution: float) -> Floats:
        terms = {"providers": {"rating_caution": caution}, "ratings": HALF_GOOD}
        model = stepped(quiet(**BRISK | {"world": MANY, "demand": MANY_NEEDS}, **terms), weeks=WEEKS)
        children = model.market.children
        placed = np.flatnonzero(children.state == PLACED)
        low = model.market.homes.rating[children.home[placed]] > GOOD
        return np.array([low[children.band[placed] == band].mean() for band in range(BANDS)])

    cautious, careless = in_low_homes(0.8), in_low_homes(0.0)
    assert cautious[SEVERE] > cautious[STANDARD] + 0.12
    assert abs(careless[SEVERE] - careless[STANDARD]) < 0.12


def test_homes_below_good_stand_empty_where_authorities_ask_only_better_ones(quiet: Quiet, stepped: Stepped) -> None:
    """With the default share of such authorities, and with none."""

    def occupancy(share: float) -> tuple[float, float]:
        terms = {"commissioning": {"only_good_share": share}, "ratings": HALF_GOOD}
        model = stepped(quiet(**BRISK | {"world": MANY, "demand": MANY_NEEDS}, **terms), weeks=WEEKS)
        homes = model.market.homes
        low, full = homes.rating > GOOD, homes.occupied / homes.places
        return float(full[low].mean()), float(full[~low].mean())

    low, good = occupancy(0.6)
    assert low < 0.7 * good
    low, good = occupancy(0.0)
    assert abs(low - good) < 0.06


def judged(quiet: Quiet, breakdowns: int = 0, **of_ratings: float) -> tuple[Ints, Ints]:
    """Judgements of 4,000 homes at the start, and after a year in which every second home had some breakdowns."""
    scenario = quiet(world={"homes": 4_000}, demand={"breakdown_share": 0.2}, ratings=of_ratings)
    market = build_market(scenario, 1)
    homes, first = market.homes, market.homes.rating.copy()
    homes.occupied[:], homes.residents_fit[:], homes.breakdowns[::2] = 2, 2.0, breakdowns
    for market.week in range(1, 53):
        inspecting.inspect(market)
    assert (homes.breakdowns > 0).mean() < 0.01  # the count begins anew, but on the day that 52 weeks lack of a year
    return first, homes.rating.copy()


def shares(rating: Ints) -> Floats:
    return np.bincount(rating, minlength=4) / len(rating)


@pytest.mark.parametrize("lasting", [0.0, 0.6, 1.0])
def test_ratings_change_and_their_shares_stay_as_published(quiet: Quiet, lasting: float) -> None:
    """The less of a judgement is lasting quality, the more homes change theirs; all of it: nobody does."""
    before, after = judged(quiet, lasting_share=lasting, breakdown_effect=0.0)
    published = [0.109, 0.722, 0.152, 0.017]
    np.testing.assert_allclose(shares(before), published, atol=0.02)
    np.testing.assert_allclose(shares(after), published, atol=0.02)
    changed = (before != after).mean()
    assert {0.0: 0.40 < changed < 0.48, 0.6: 0.28 < changed < 0.38, 1.0: changed == 0}[lasting]


def test_homes_with_breakdowns_are_judged_worse(quiet: Quiet) -> None:
    """Two breakdowns among four places; without an effect the judgements are those of homes without any."""
    _, after = judged(quiet, breakdowns=2, breakdown_effect=0.5)
    assert (after[::2] >= REQUIRES_IMPROVEMENT).mean() > (after[1::2] >= REQUIRES_IMPROVEMENT).mean() + 0.05
    np.testing.assert_array_equal(judged(quiet, breakdowns=2, breakdown_effect=0.0)[1], judged(quiet)[1])


def test_inadequate_homes_close_more(quiet: Quiet) -> None:
    """Forty quarters of 2,000 homes of which half are rated inadequate."""

    def closings(share: float) -> tuple[float, float]:
        scenario = quiet(
            world={"homes": 2_000}, providers={"closings_per_year": 0.05}, ratings={"closings_if_inadequate": share}
        )
        market = build_market(scenario, 1)
        market.homes.rating[:] = GOOD
        market.homes.rating[::2] = INADEQUATE
        closed = np.zeros(len(market.homes))
        for quarter in range(40):
            market.week = quarter
            closed[supply.closing_homes(market, 1)] += 1
        return float(closed[::2].sum() / 10_000), float(closed[1::2].sum() / 10_000)

    inadequate, others = closings(0.3)
    assert inadequate == pytest.approx(0.35, abs=0.02) and others == pytest.approx(0.05, abs=0.01)
    inadequate, others = closings(0.0)
    assert inadequate == pytest.approx(others, abs=0.01)


# ---- places beside a child


def test_places_stay_empty_beside_needy_children_paid_or_lost(quiet: Quiet, stepped: Stepped) -> None:
    """Three in ten complex and severe children need one; a share of them is paid for, and nobody needs one if off."""

    def beside(share: float, paid: float) -> MarketModel:
        needs = {"beside_share": {"standard": 0.0, "complex": share, "severe": share}}
        return stepped(quiet(need=needs, commissioning={"beside_paid_share": paid}), weeks=8)

    lost, half, paid, off = (beside(*terms) for terms in ((0.3, 0.0), (0.3, 0.5), (0.3, 1.0), (0.0, 1.0)))
    for model in (lost, half, paid):
        children, row = model.market.children, week_row(model.market, model.recorder)
        assert children.places_beside.sum() == row["blocked_places"] > 20
        assert (children.band[children.places_beside > 0] != STANDARD).all()
    payments = [model.ledger.paid["places_beside"].sum() for model in (lost, half, paid)]
    assert payments[0] == 0 and 0.2 * payments[2] < payments[1] < 0.8 * payments[2]
    fees = paid.market.children.fee[paid.market.children.places_beside > 0]
    assert payments[2] == pytest.approx(0.7 * fees.sum())
    margins = [week_row(model.market, model.recorder)["provider_margin"] for model in (lost, half, paid)]
    assert (np.diff(margins) > 0.01).all()
    assert week_row(off.market, off.recorder)["blocked_places"] == off.ledger.paid["places_beside"].sum() == 0
    assert off.market.free().sum() == lost.market.free().sum() + lost.market.children.places_beside.sum()


def test_willingness_falls_with_need_and_with_breakdowns(quiet: Quiet) -> None:
    """The chance that a home offers, residents and fee aside, and the two ways to make it the same for all."""
    scores, none = np.linspace(0, 1, 11), np.zeros(11, dtype=np.int64)
    values = {"acceptance_most_need": 0.0001, "breakdown_caution": 0.75}
    choosy = quiet(providers=values).providers
    chance = providers_decide.willingness(choosy, scores, none)
    assert (np.diff(chance) < 0).all() and chance[0] == 0.05 and chance[-1] == pytest.approx(0.0001)
    np.testing.assert_allclose(providers_decide.willingness(choosy, scores, none + 2), 0.75**2 * chance)
    off = quiet().providers
    np.testing.assert_array_equal(providers_decide.willingness(off, scores, none + 2), np.full(11, 0.05))
