"""Luck: counters that are uniform and independent, and that depend on nobody but whom they concern.

The statistical tests have fixed seeds: they pass or fail for good. Bounds are four standard errors or more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest
from scipy import stats

from marketsim import compare, load_scenario
from marketsim.core.streams import (
    arrivals,
    bits_below,
    key,
    name_key,
    pair_bits,
    second_key,
    stream,
    to_unit,
    uniform,
    unit,
)
from marketsim.experiments.run import forget, run
from marketsim.experiments.scenarios import as_scenario
from marketsim.market.children import PLACED
from marketsim.model import MarketModel
from marketsim.scenario.schema import Scenario
from marketsim.week import arriving as demand
from marketsim.world.synthetic import synthetic_authorities

MANY = 100_000
WHO = np.arange(MANY)


@numba.njit  # type: ignore[untyped-decorator]
def pairs(who: Any, whom: Any) -> Any:
    """Bits of every pair and what they mean: the functions can only be called by compiled code."""
    bits, luck = np.empty((len(who), len(whom)), dtype=np.uint64), np.empty((len(who), len(whom)))
    for one in range(len(who)):
        for other in range(len(whom)):
            bits[one, other] = pair_bits(who[one], second_key(whom[other]))
            luck[one, other] = unit(bits[one, other])
    return bits, luck


@numba.njit  # type: ignore[untyped-decorator]
def below(bits: Any, share: float) -> Any:
    """Which bits lie below the number that stands for a share."""
    return bits < bits_below(share)


def test_the_luck_of_today_is_the_luck_of_tomorrow() -> None:
    """Golden values: whoever changes these changes every result ever published."""
    assert name_key("arrivals") == 0xDC91105E690BAC15
    assert key(1, 2, 3).tolist() == [0x7554B573BE63D147]
    assert stream(7, "need", [0, 1, -1]).tolist() == [0x66360DDA26AC8746, 0x2CC83387FEEFEFAD, 0xA29F5F64EA49E1FA]
    assert uniform(7, "need", [0, 1, -1]).tolist() == [0.39926230026201104, 0.1749298293133844, 0.6352443333983397]
    assert poisson(uniform(7, "arrivals", np.arange(8)), 3.0).tolist() == [4, 2, 3, 2, 6, 4, 3, 3]
    assert pairs(key(1), key(2))[0].tolist() == [[1290430347898352]]


@pytest.mark.parametrize("decision", ["need", "offer", "arrivals"])
@pytest.mark.parametrize("when", [0, 1, 51])
def test_numbers_are_uniform(decision: str, when: int) -> None:
    luck = uniform(1, decision, WHO, when)
    assert luck.min() >= 0 and luck.max() < 1
    assert stats.kstest(luck, "uniform").pvalue > 1e-4
    counts = np.bincount((luck * 256).astype(int), minlength=256)
    assert stats.chisquare(counts).pvalue > 1e-4


def test_every_bit_is_set_half_of_the_time() -> None:
    keys = stream(3, "need", WHO)
    for bit in range(64):
        share = ((keys >> np.uint64(bit)) & np.uint64(1)).mean()
        assert abs(share - 0.5) < 5 * 0.5 / np.sqrt(MANY), bit


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (uniform(1, "need", WHO), uniform(2, "need", WHO)),
        (uniform(1, "need", WHO), uniform(1, "age", WHO)),
        (uniform(1, "need", WHO), uniform(1, "need", WHO + 1)),
        (uniform(1, "need", WHO, 1), uniform(1, "need", WHO, 2)),
        (uniform(1, "need", WHO, 5), uniform(1, "need", 5, WHO)),
        (uniform(1, "need", WHO), uniform(1, "need", WHO, 0)),
        (uniform(1, "need", stream(1, "child", WHO)), to_unit(stream(1, "child", WHO))),
    ],
    ids=["seeds", "decisions", "neighbours", "weeks", "order of parts", "number of parts", "nested keys"],
)
def test_streams_know_nothing_of_each_other(one: np.ndarray, other: np.ndarray) -> None:
    """No correlation (standard error 1/sqrt(n)), and the two together fill the square evenly."""
    assert abs(np.corrcoef(one, other)[0, 1]) < 4.5 / np.sqrt(MANY)
    cells = np.bincount((one * 16).astype(int) * 16 + (other * 16).astype(int), minlength=256)
    assert stats.chisquare(cells).pvalue > 1e-4


def test_luck_of_pairs_is_uniform_for_each_child_and_for_each_home() -> None:
    children, homes = stream(1, "offer", np.arange(300), 0, 0), key(name_key("home") >> 1, np.arange(300))
    luck = pairs(children, homes)[1]
    assert stats.kstest(luck.ravel(), "uniform").pvalue > 1e-4
    for means in (luck.mean(axis=0), luck.mean(axis=1)):
        scaled = (means - 0.5) * np.sqrt(12 * 300)
        assert abs(scaled).max() < 4.5 and stats.kstest(scaled, "norm").pvalue > 1e-4


def test_compiled_luck_is_the_vectorised_luck() -> None:
    """`pair_bits`, `unit` and `bits_below` in compiled code against NumPy and against whole numbers of Python."""
    who, whom = stream(1, "offer", np.arange(60)), stream(1, "home", np.arange(60))
    bits, luck = pairs(who, whom)
    assert bits.tolist() == [[_mixed(int(a) ^ int(b) * 0x9E3779B97F4A7C15 % 2**64) >> 11 for b in whom] for a in who]
    assert (luck == bits.astype(np.float64) * 2.0**-53).all()
    for share in (0.0, 2.0**-53, 0.3, 1 / 3, 1.0):
        assert (below(bits, share) == (luck < share)).all()


def _mixed(z: int) -> int:
    """SplitMix64's finaliser in Python's own whole numbers."""
    wrap = 2**64 - 1
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & wrap
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & wrap
    return z ^ (z >> 31)


def test_keys_are_those_of_whole_numbers() -> None:
    """`key` against the same sums in Python's own whole numbers, negative weeks included."""
    for parts in [(0,), (1, 2, 3), (5, -104), (2**53, 7)]:
        mixed = 0
        for part in parts:
            mixed = _mixed(((mixed + 0x9E3779B97F4A7C15) ^ (part * 0x94D049BB133111EB)) & (2**64 - 1))
        assert int(key(*parts)[0]) == mixed


@pytest.mark.parametrize("who", [(), (1,), (4,), (3, 1), (3, 4), (0,)])
@pytest.mark.parametrize("when", [(), (1,), (4,), (3, 4)])
def test_keys_of_arrays_are_those_of_their_entries(who: tuple[int, ...], when: tuple[int, ...]) -> None:
    if 0 in who and when not in ((), (1,)):
        return  # shapes that don't go together
    people, weeks = np.arange(int(np.prod(who))).reshape(who) + 5, np.arange(int(np.prod(when))).reshape(when) - 2
    together = stream(3, "test", people, weeks)
    entries = zip(*(part.ravel() for part in np.broadcast_arrays(people, weeks)), strict=True)
    assert together.shape == (np.broadcast_shapes(who, when) or (1,))
    assert together.ravel().tolist() == [int(stream(3, "test", int(one), int(week))[0]) for one, week in entries]


def poisson(luck: Any, mean: float) -> Any:
    """`arrivals` with one mean for all."""
    return arrivals(luck, np.full(len(luck), mean))


@pytest.mark.parametrize("mean", [0.0, 0.02, 0.9, 7.0, 120.0, 600.0])
def test_poisson_has_its_mean_and_variance(mean: float) -> None:
    counts = poisson(uniform(1, "arrivals", WHO), mean)
    error = np.sqrt(mean / MANY)
    assert abs(counts.mean() - mean) <= 4.5 * error
    assert abs(counts.var() - mean) <= 4.5 * np.sqrt((mean + 2 * mean**2) / MANY)


def test_a_higher_mean_adds_arrivals_and_never_exchanges_them() -> None:
    luck = uniform(1, "arrivals", WHO[:5_000])
    counts = np.array([poisson(luck, mean) for mean in np.linspace(0, 40, 81)])
    assert (np.diff(counts, axis=0) >= 0).all() and counts[-1].min() > counts[0].max()


NOBODY = {"standard": 0.0, "complex": 0.0, "severe": 0.0}
AMPLE: dict[str, Any] = {
    "world": {"places_per_home": 60},
    "demand": {"new_needs_per_year": 300.0},
    "providers": {
        "fee_adjustment": 0.0,
        "bidding": 0.0,
        "bargaining": 0.0,
        "occupancy_memory": 0.0,
        "openings_per_year": 0.0,
        "openings_local_authority": 0.0,
        "closings_per_year": 0.0,
        "closings_if_losing": 0.0,
    },
    "matching": dict.fromkeys(("purpose_mismatch", "age_mismatch", "sex_mismatch", "need_mismatch"), 0.0),
    "need": {name: NOBODY for name in ("beside_share", "one_to_one", "two_to_one", "solo")},
    "ratings": {"breakdown_effect": 0.0, "closings_if_inadequate": 0.0},
    "commissioning": {"fee_memory": 0.0, "value_of_match": 0.0, "budget_tightening": 0.0},
    "purchasing": {"order": ["in_house", "framework", "spot"]},
}
EXTRA = 987_654_323
DERIVED = ("keeps_vacancies", "overspent")  # columns that authorities make for themselves


def test_one_more_child_changes_that_child_only(
    small: Callable[..., Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ample places, and fees and residents that do not matter, every other child lives as before."""
    scenario, new_needs = small(**AMPLE), demand.new_needs

    def one_more(market: Any) -> Any:
        if market.week != 5:
            return new_needs(market)
        who = np.array([0]), np.array([EXTRA], dtype=np.uint64)
        extra = demand.traits(scenario, market.seed, market.authorities, *who)
        return type(extra)(*map(np.concatenate, zip(extra, new_needs(market), strict=True)))

    before = _lives(scenario)
    monkeypatch.setattr(demand, "new_needs", one_more)
    after = _lives(scenario)
    assert EXTRA not in before and len(before) > 150
    assert any(placed for _, placed, *_ in after.pop(EXTRA)), "the extra child should have found a home"
    assert after == before


def _lives(scenario: Scenario) -> dict[int, list[tuple[Any, ...]]]:
    """For each child, by key: where it was in each of 30 weeks, at what fee, and until when."""
    model, lives = MarketModel(scenario, 3), {}
    for week in range(30):
        model.step()
        children = model.market.children
        for row in np.flatnonzero(children.state > 0):
            place = (children.home[row], children.fee[row], children.arrangement[row], children.end_week[row])
            placed = bool(children.state[row] == PLACED)
            lives.setdefault(int(children.key[row]), []).append((week, placed, int(children.state[row]), *place))
    forget(model)
    return lives


def test_one_more_authority_changes_nobody_elses_arrivals(small: Callable[..., Scenario]) -> None:
    """Ten authorities, or the same ten behind an eleventh: they have the same children, with the same traits."""
    ten, eleven = ([_born(small, count, week) for week in range(1, 105)] for count in (10, 11))
    assert sum(len(week["key"]) for week in ten) > 200
    assert any(0 in week["authority"] for week in eleven), "the eleventh should have children too"
    for few, many in zip(ten, eleven, strict=True):
        theirs = np.array(many["authority"]) > 0
        many["authority"] = many["authority"] - 1
        assert {name: column[theirs].tolist() for name, column in many.items()} == {
            name: column.tolist() for name, column in few.items()
        }


def _born(small: Callable[..., Scenario], count: int, week: int) -> dict[str, Any]:
    """The children of a week in a world of `count` authorities alike, the eleventh put first."""
    world = {"authorities": count, "children_at_start": 6 * count, "regions": 1}
    scenario = small(world=world, demand={"new_needs_per_year": 20.0 * count})
    authorities = synthetic_authorities(scenario.world)
    if count > 10:
        rolled = {name: np.roll(column, 1) for name, column in vars(authorities).items()
                  if column is not None and len(column) == count}  # fmt: skip
        authorities = replace(authorities, **{name: rolled[name] for name in rolled if name not in DERIVED})
    market = SimpleNamespace(
        scenario=scenario, seed=1, authorities=authorities, week=week, demand_index=np.ones(count), policies=()
    )
    return demand.new_needs(market)._asdict()


def test_town_against_itself_is_exactly_zero() -> None:
    table = compare("town", "town", replicates=4, weeks=40, workers=1).table
    assert set(table["scenario"]) == {"town-2"}
    _all_zero(table, replicates=4)


def test_england_against_itself_is_exactly_zero() -> None:
    table = compare("england_2024", "england_2024", replicates=1, weeks=5, workers=1).table
    assert table["region"].nunique() == 10
    _all_zero(table, replicates=1)


def test_a_parameter_without_effect_makes_no_difference() -> None:
    """Terms of contracts that nobody uses, and the cost of own homes where there are none."""
    changes = ["purchasing.arrangements.soft_block.retainer=0.9", "providers.cost_voluntary=9000"]
    same = load_scenario("town", changes)
    assert same.digest != load_scenario("town").digest
    _all_zero(compare("town", same, replicates=4, weeks=40, workers=1).table, replicates=4)


def test_a_parameter_with_effect_makes_a_difference() -> None:
    """The yardstick of the tests above: they would see a small change."""
    table = compare("town", load_scenario("town", ["demand.breakdown_share=0.3"]), 1, weeks=40, workers=1).table
    assert (table["difference"] != 0).any()


def _all_zero(table: Any, replicates: int) -> None:
    defined = table[table["replicates"] > 0]
    assert len(defined) > 0.9 * len(table)
    assert (defined["replicates"] == replicates).all()
    assert (defined["difference"] == 0).all()
    assert (defined["baseline_mean"] == defined["scenario_mean"]).all()
    if replicates > 1:
        assert (defined[["ci_low", "ci_high"]] == 0).all(axis=None)


def test_tables_of_a_run_do_not_depend_on_runs_before() -> None:
    """No hidden state: the same run twice in one process, another between them."""
    first = run("town", seed=4, weeks=20)
    run("town", seed=5, weeks=3)
    again = run(as_scenario("town", 20), seed=4)
    for table in ("weekly", "authorities", "placements", "outcomes"):
        assert getattr(first, table).equals(getattr(again, table)), table
