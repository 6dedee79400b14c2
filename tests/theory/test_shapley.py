"""Shapley values are those that books give, and have the four properties that make them the only ones."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsim.experiments.cooperatives import shapley
from marketsim.experiments.cooperatives.shapley import sampled_orders, sampled_values, shapley_values

PLAYERS = ["a", "b", "c", "d"]
EVERY = shapley.every_coalition(PLAYERS)
AMOUNT = st.integers(-1_000, 1_000).map(float)
GAMES = st.lists(st.tuples(AMOUNT, AMOUNT), min_size=len(EVERY), max_size=len(EVERY)).map(
    lambda costs: dict(zip(EVERY, map(np.array, costs), strict=True))
)


def game(cost):
    """A game of PLAYERS from a function of the coalition, in one replicate."""
    return {one: np.array([float(cost(one))]) for one in EVERY}


def test_the_glove_game():
    """One has a left glove, two a right one each; a pair is worth 1 (worked by hand over the six orders)."""
    every = shapley.every_coalition(["left", "right 1", "right 2"])
    worth = {one: np.array([float("left" in one and len(one) > 1)]) for one in every}
    values = {player: value[0] for player, value in shapley_values(worth).items()}
    assert values == pytest.approx({"left": 2 / 3, "right 1": 1 / 6, "right 2": 1 / 6})


def test_the_airport_game():
    """Littlechild and Owen (1973): who needs the longer runway pays for its extension; published for 8, 11, 13, 18."""
    need = dict(zip(PLAYERS, (8, 11, 13, 18), strict=True))
    values = shapley_values(game(lambda coalition: max(need[one] for one in coalition)))
    assert [values[one][0] for one in PLAYERS] == pytest.approx([2, 3, 4, 9])


def test_every_replicate_is_a_game_of_its_own():
    first, second = (game(lambda one, power=power: len(one) ** power + ("a" in one)) for power in (1, 2))
    both = {one: np.concatenate([first[one], second[one]]) for one in EVERY}
    values = shapley_values(both)
    for one in PLAYERS:
        assert values[one] == pytest.approx([shapley_values(first)[one][0], shapley_values(second)[one][0]])


@given(GAMES)
def test_they_add_up_to_the_cost_of_all(costs):
    np.testing.assert_allclose(sum(shapley_values(costs).values()), costs[frozenset(PLAYERS)], atol=1e-9)


@given(GAMES)
def test_who_adds_the_same_bears_the_same(costs):
    """The game in which a and b have changed places, added to the game, makes them alike."""
    swap = str.maketrans("ab", "ba")
    alike = {one: costs[one] + costs[frozenset(player.translate(swap) for player in one)] for one in EVERY}
    values = shapley_values(alike)
    np.testing.assert_allclose(values["a"], values["b"], atol=1e-9)


@given(GAMES, AMOUNT)
def test_who_adds_only_its_own_bears_its_own(costs, own):
    nothing = np.zeros(2)
    with_dummy = {one: costs.get(one - {"d"}, nothing) + own * ("d" in one) for one in EVERY}
    np.testing.assert_allclose(shapley_values(with_dummy)["d"], own, atol=1e-9)


@given(GAMES, GAMES)
def test_values_of_two_games_add_up(one, other):
    both = shapley_values({coalition: one[coalition] + other[coalition] for coalition in EVERY})
    apart = shapley_values(one), shapley_values(other)
    for player in PLAYERS:
        np.testing.assert_allclose(both[player], apart[0][player] + apart[1][player], atol=1e-9)


@given(GAMES)
def test_all_orders_sampled_are_the_exact_values(costs):
    orders = [order for one in permutations(PLAYERS) if one < one[::-1] for order in (one, one[::-1])]
    sampled, exact = sampled_values(costs, orders), shapley_values(costs)
    for player in PLAYERS:
        np.testing.assert_allclose(sampled[player].mean(axis=0), exact[player], atol=1e-9)


@settings(deadline=None)  # the first draw compiles
@given(GAMES, st.integers(0, 10**9))
def test_sampled_ones_add_up_in_every_pair_of_orders(costs, seed):
    sampled = sampled_values(costs, sampled_orders(PLAYERS, 6, seed))
    total = sum(sampled.values())
    assert total.shape == (3, 2)
    np.testing.assert_allclose(total, np.broadcast_to(costs[frozenset(PLAYERS)], (3, 2)), atol=1e-9)


def test_orders_come_with_their_reverse_and_from_the_seed():
    orders = sampled_orders(PLAYERS, 8, 1)
    assert [one[::-1] for one in orders[::2]] == orders[1::2]
    assert all(sorted(one) == PLAYERS for one in orders)
    assert orders == sampled_orders(PLAYERS, 8, 1) and orders[:4] == sampled_orders(PLAYERS, 4, 1)
    assert orders != sampled_orders(PLAYERS, 8, 2)


@pytest.mark.parametrize("count", [0, 3, -2, 10_002])
def test_a_number_of_orders_that_cannot_be(count):
    with pytest.raises(ValueError, match="must be even, from 2 to 10,000"):
        sampled_orders(PLAYERS, count, 1)


def test_a_missing_coalition_is_named():
    costs = game(lambda one: len(one))
    del costs[frozenset("ab")]
    with pytest.raises(ValueError, match="the cost of a, b is missing"):
        shapley_values(costs)
