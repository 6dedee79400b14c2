"""The map of a division: every authority carries the number of its part, and colour is never alone."""

from __future__ import annotations

from collections import Counter

from matplotlib.collections import LineCollection, PolyCollection

from marketsim.experiments.who import areas_of
from marketsim.reports.pictures.parts import parts_map
from marketsim.scenario.schema import EnglandWorld, SyntheticWorld
from marketsim.scenario.sections.world import places_of


def test_england_in_regions() -> None:
    world = EnglandWorld(kind="england")
    parts: dict[str, list[str]] = {}
    for place in places_of(world):
        parts.setdefault(place.region, []).append(place.code)
    drawn = parts_map("England in 9 parts", "below", "Source: test.", parts, areas_of(world))
    axes, beside = drawn.figure.axes
    numbers = Counter(text.get_text() for text in axes.texts)
    assert numbers == {str(number): len(own) for number, own in enumerate(parts.values(), start=1)}
    cells, edges = axes.collections
    assert isinstance(cells, PolyCollection) and len(cells.get_paths()) == 153
    assert len({tuple(face) for face in cells.get_facecolor()}) == 9
    assert isinstance(edges, LineCollection) and 0 < len(edges.get_segments()) < 6 * 153
    named = [text.get_text() for text in beside.texts]
    assert "London, 33" in named and drawn.alt.startswith("England in 9 parts. A map of England in cells")


def test_sides_between_cells_of_one_part_are_not_drawn() -> None:
    world = EnglandWorld(kind="england")
    north_east = [place.code for place in places_of(world) if place.region == "North East"]
    whole, halves = (
        parts_map("t", "s", "s", parts, areas_of(world)).figure.axes[0].collections[1]
        for parts in ({"all": north_east}, {"one": north_east[:6], "other": north_east[6:]})
    )
    assert len(whole.get_segments()) < len(halves.get_segments()) < 6 * len(north_east)


def test_a_made_up_world_and_very_many_parts() -> None:
    world = SyntheticWorld(kind="synthetic", authorities=40)
    parts = {place.name: [place.code] for place in places_of(world)}
    drawn = parts_map("40 parts", "below", "Source: test.", parts, areas_of(world))
    assert len(drawn.figure.axes[0].texts) == 40 and "centres" in drawn.alt
    assert drawn.figure.axes[1].texts[-1].get_text() == "and 14 more"
