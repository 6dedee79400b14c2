"""Divisions of authorities: what is found, what is asked of it, and what is measured."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest

from marketsim.experiments.cooperatives import contiguity, divisions, network, pooling
from marketsim.experiments.cooperatives.communities import Parts, communities, modularity
from marketsim.experiments.cooperatives.measures import measured
from marketsim.experiments.cooperatives.network import Placed
from marketsim.experiments.cooperatives.partition import Partition, partition
from marketsim.experiments.cooperatives.wishes import Wishes
from marketsim.experiments.run import run
from marketsim.experiments.scenarios import SEEDS_PER_COMPARISON
from marketsim.experiments.who import areas_of
from marketsim.scenario.errors import ScenarioError
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.schema import EnglandWorld
from marketsim.scenario.sections.world import Place, places_of

ENGLAND = EnglandWorld(kind="england")
CODES = [f"S{number:04d}" for number in range(24)]


def scattered() -> tuple[np.ndarray, np.ndarray]:
    """Made-up centres, and child-weeks that fall with distance."""
    luck = np.random.default_rng(7)
    at = luck.uniform(0, 100, (len(CODES), 2))
    apart = np.hypot(*(at[:, None] - at[None, :]).T)
    return at, luck.poisson(400 * np.exp(-apart / 15)).astype(np.float64)


def among(parts: Parts) -> set[frozenset[str]]:
    return set(parts)


def made_up(flows: np.ndarray, places: list[Place], replicates: int = 1) -> Placed:
    """Runs that all say the same, with ten places in every area and one new need a year for each child."""
    every = np.repeat(flows[None], replicates, axis=0)
    stock, needs = np.full((replicates, len(flows)), 10.0), every.sum(axis=2)
    return Placed(places, 1, None, every, 5.0 * every, 70.0 * np.ones_like(every), stock, needs)


def of_england() -> Placed:
    """Placements that fall with distance, everywhere in England."""
    areas = areas_of(ENGLAND)
    flows = areas.children[:, None] * np.exp(-areas.apart / 12.0)
    return made_up(flows / flows.sum(axis=1, keepdims=True).clip(1e-9) * areas.children[:, None], places_of(ENGLAND))


def test_two_planted_blocks_are_found_again() -> None:
    within, between = 20.0, 1.0
    block = np.arange(24) % 2
    flows = np.where(block[:, None] == block, within, between)
    found = communities(network.graph_of(CODES, flows), Wishes())
    assert among(found) == {frozenset(CODES[0::2]), frozenset(CODES[1::2])}


def test_the_order_of_authorities_makes_no_difference() -> None:
    at, flows = scattered()
    order = np.random.default_rng(3).permutation(len(CODES))
    moved = [CODES[row] for row in order]
    for wishes in (Wishes(), Wishes(parts=5), Wishes(contiguous=True, least=3, most=7)):
        near = contiguity.neighbours(CODES, *at.T)
        near_moved = contiguity.neighbours(moved, *at[order].T)
        found = communities(network.graph_of(CODES, flows), wishes, near)
        assert found == communities(network.graph_of(moved, flows[np.ix_(order, order)]), wishes, near_moved)


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(parts=1), Wishes(parts=3), Wishes(parts=24), Wishes(least=4), Wishes(most=3), Wishes(parts=5, most=5),
        Wishes(parts=8, least=3, most=3), Wishes(parts=4, least=6), Wishes(resolution=3.0, least=2),
    ],
)  # fmt: skip
@pytest.mark.parametrize("contiguous", [False, True])
def test_parts_are_as_wished(wishes: Wishes, contiguous: bool) -> None:
    at, flows = scattered()
    near = contiguity.neighbours(CODES, *at.T)
    asked = Wishes(wishes.parts, wishes.least, wishes.most, contiguous, wishes.resolution)
    try:
        found = communities(network.graph_of(CODES, flows), asked, near)
    except ScenarioError as error:  # eight threes that hang together are not there
        assert contiguous and wishes.parts == 8 and "no division was found" in str(error)
        return
    sizes = [len(part) for part in found]
    assert sorted(code for part in found for code in part) == CODES
    assert wishes.parts in (None, len(found)) and min(sizes) >= wishes.least and max(sizes) <= (wishes.most or 24)
    assert not contiguous or all(nx.is_connected(near.subgraph(part)) for part in found)


def test_hanging_together_is_not_idle() -> None:
    """Two blocks that lie across each other are found as they are, and cut up if parts must hang together."""
    flows = np.where((np.arange(24) % 2)[:, None] == np.arange(24) % 2, 20.0, 1.0)
    near = contiguity.neighbours(CODES, np.arange(24.0), np.zeros(24))  # in a row
    apart = communities(network.graph_of(CODES, flows), Wishes(), near)
    together = communities(network.graph_of(CODES, flows), Wishes(contiguous=True, parts=3), near)
    assert not nx.is_connected(near.subgraph(apart[0]))
    assert len(together) == 3 and all(nx.is_connected(near.subgraph(part)) for part in together)


def test_no_division_is_better_by_moving_one() -> None:
    _, flows = scattered()
    graph = network.graph_of(CODES, flows)
    found = communities(graph, Wishes(parts=4))
    best = modularity(graph, found)
    for source in found:
        for target in found:
            for code in source if source is not target and len(source) > 1 else ():
                moved = [part for part in found if part not in (source, target)] + [source - {code}, target | {code}]
                assert modularity(graph, moved) <= best + 1e-12


def test_who_has_no_children_is_put_beside_a_neighbour() -> None:
    flows = np.kron(np.eye(2), np.full((3, 3), 5.0))
    flows[2] = flows[:, 2] = 0
    codes = CODES[:6]
    near = contiguity.neighbours(codes, np.arange(6.0) ** 2, np.zeros(6))
    found = among(communities(network.graph_of(codes, flows), Wishes(), near))
    assert found == {frozenset(codes[:3]), frozenset(codes[3:])}
    assert among(communities(network.graph_of(codes, np.zeros((6, 6))), Wishes(parts=2))) != found  # nothing to go by


@pytest.mark.parametrize(
    "wishes, words",
    [
        (Wishes(parts=25), "--parts: expected from 1 to 24, the number of authorities, got 25"),
        (Wishes(parts=0), "--parts: expected from 1 to 24"),
        (Wishes(least=25), "--least-members: expected from 1 to 24"),
        (Wishes(parts=5, least=5), "--least-members: 5 parts of at least 5 need 25 authorities; there are 24"),
        (Wishes(parts=3, most=7), "--most-members: 3 parts of at most 7 hold 21 authorities; there are 24"),
        (Wishes(least=5, most=4), "--least-members: 5 is more than --most-members 4"),
        (Wishes(least=7, most=7), "--least-members: 4 parts of at least 7 need 28 authorities"),
    ],
)
def test_what_can_not_be_is_one_line(wishes: Wishes, words: str) -> None:
    _, flows = scattered()
    with pytest.raises(ScenarioError) as refused:
        communities(network.graph_of(CODES, flows), wishes)
    assert str(refused.value).startswith(words) and "\n" not in str(refused.value)


def test_neighbours_on_a_grid_share_a_side_and_everybody_is_reached() -> None:
    x, y = (axis.ravel() for axis in np.meshgrid(np.arange(4.0), np.arange(3.0)))
    grid = contiguity.neighbours(CODES[:12], x, y)
    assert grid.number_of_edges() == 3 * 3 + 4 * 2
    areas = areas_of(ENGLAND)
    assert nx.is_connected(contiguity.neighbours(areas.code, areas.x, areas.y))
    at, _ = scattered()
    found = contiguity.neighbours(CODES, *at.T)
    for one in range(len(CODES)):
        for other in range(one):
            middle, radius = (at[one] + at[other]) / 2, np.hypot(*(at[one] - at[other])) / 2
            third = np.delete(np.hypot(*(at - middle).T), [one, other])
            assert found.has_edge(CODES[one], CODES[other]) == bool(third.min() > radius)


def test_an_edge_weighs_both_directions_and_within_is_the_share_contained() -> None:
    _, flows = scattered()
    graph, halves = network.graph_of(CODES, flows), [set(CODES[:12]), set(CODES[12:])]
    assert graph[CODES[0]][CODES[1]]["weight"] == flows[0, 1] + flows[1, 0]
    inside = flows[:12, :12].sum() + flows[12:, 12:].sum()
    assert nx.community.partition_quality(graph, halves)[0] <= 1
    within = sum(graph.subgraph(half).size("weight") for half in halves) / graph.size("weight")
    assert within == pytest.approx(inside / flows.sum(), rel=1e-12)
    alike = network.graph_of(CODES, flows, "authorities")
    assert alike.size("weight") == pytest.approx(len(CODES), rel=1e-12)


def test_erlang_is_as_in_tables(erlang_by_hand=((10, 5.0, 0.018385), (1, 1.0, 0.5), (5, 3.0, 0.110054))) -> None:  # type: ignore[no-untyped-def]
    for places, load, lost in erlang_by_hand:
        assert float(pooling.erlang_b(np.array(places), np.array(load))) == pytest.approx(lost, abs=1e-6)
    assert pooling.places_needed(5.0) == 9 and pooling.places_needed(0.0) == 0
    assert pooling.erlang_b(np.array(8), np.array(5.0)) > pooling.BLOCKED


def test_sharing_never_needs_more_places() -> None:
    luck = np.random.default_rng(1)
    for loads in luck.exponential(20, (200, 4)):
        assert pooling.places_needed(loads.sum()) <= sum(map(pooling.places_needed, loads))
        assert pooling.spare_places(loads.sum()) <= sum(map(pooling.spare_places, loads)) + 1e-9


def test_all_together_hold_everybody_and_forecasts_get_better_with_size() -> None:
    placed = of_england()
    told = divisions.divisions(placed, placed.places, [frozenset(place.code for place in placed.places)], None)
    rows = measured(placed, told)
    whole = rows[rows["part"] == ""].pivot(index="division", columns="measure", values="value")
    assert whole.loc["one", "contained"] == 1.0 and whole.loc["one", "parts"] == 1
    assert (whole.loc["alone", ["places_saved", "members_most"]] == [0.0, 1.0]).all()
    assert whole.loc["one", "forecast_error"] == pytest.approx(1 / np.sqrt(placed.needs.sum()), rel=1e-12)
    ordered = whole.loc[["alone", "pathfinders", "regions", "one"]]
    assert ordered["places_saved"].is_monotonic_increasing and ordered["contained"].is_monotonic_increasing
    assert ordered["forecast_error"].is_monotonic_decreasing


def test_what_a_division_is_set_beside() -> None:
    placed = of_england()
    names = {}
    for within in (None, "North West", "south east", "London"):
        chosen = divisions.meant(placed.places, within)
        parts = [frozenset(place.code for place in chosen[:3]), frozenset(place.code for place in chosen[3:])]
        told = divisions.divisions(placed, chosen, parts, within)
        names[within] = [one.name for one in told]
        for one in told:
            assert sorted(one.part_of) == sorted(place.code for place in chosen), one.name
    assert names[None] == ["found", "regions", "pathfinders", "one", "alone"]
    assert names["North West"] == names["south east"] == ["found", "pathfinders", "one", "alone"]
    assert names["London"] == ["found", "one", "alone"]
    regions = divisions.divisions(placed, placed.places, [], None)[1]
    assert len(regions.parts) == 9 and len(regions.parts["London"]) == 33
    with pytest.raises(ScenarioError, match=r"unknown region 'Nort West'.*did you mean 'North West'"):
        divisions.meant(placed.places, "Nort West")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Placed, Partition]:
    """Four runs of a small market."""
    loaded = load_scenario("town")
    folder = tmp_path_factory.mktemp("town") / "runs"
    placed = network.make(network.plan_of(loaded, 4, 1, 8), folder, 1)
    return folder, placed, partition(placed, loaded.scenario.world, None, Wishes(parts=2))


def test_alone_holds_those_whom_the_runs_place_at_home(town: tuple[Path, Placed, Partition]) -> None:
    _, placed, found = town
    runs = [run("town", SEEDS_PER_COMPARISON + number, 8).outcomes for number in range(4)]
    of = [one[one["region"] == "England"].set_index("outcome")["value"] for one in runs]
    alone = next(one for one in found.told if one.name == "alone")
    row = found.whole(alone)["contained"]
    assert row["value"] == pytest.approx(np.mean([1 - one["out_of_area_share"] for one in of]), rel=1e-14)
    for number, one in enumerate(of):
        assert placed.flows[number].sum() / 8 == one["children_placed"]
        assert placed.miles[number].sum() / placed.flows[number].sum() == pytest.approx(one["distance_mean_miles"])
    together = found.whole(next(one for one in found.told if one.name == "one"))
    assert together["contained"]["value"] == 1.0
    assert together["miles_within"]["value"] == pytest.approx(np.mean([one["distance_mean_miles"] for one in of]))


def test_intervals_are_paired_and_told_from_four_runs(town: tuple[Path, Placed, Partition]) -> None:
    _, _, found = town
    row = found.whole(found.found)["contained"]
    assert row["ci_low"] < row["value"] < row["ci_high"] and row["replicates"] == 4
    assert row["difference_low"] <= row["difference"] <= row["difference_high"] and row["difference"] < 0  # than one
    assert 0 <= row["chance"] <= row["false_discovery"] <= 1
    assert found.agreement is not None and len(found.agreement) == 4 and found.agreement.max() <= 1


def test_runs_are_kept_and_serve_again(town: tuple[Path, Placed, Partition], monkeypatch: pytest.MonkeyPatch) -> None:
    folder, placed, _ = town
    monkeypatch.setattr(network, "_counted", None)  # nothing is run again
    again = network.make(network.plan_of(load_scenario("town"), 4, 1, 8), folder, 1)
    assert np.array_equal(again.flows, placed.flows) and np.array_equal(again.reach, placed.reach)
