"""Rooms for tests: markets of a room in this process, and a server as a user starts it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from server_process import Served

from marketsim.live.beginning import beginnings
from marketsim.live.side import Side

SHORT = "extends: town.yaml\nhorizon: {weeks: 30}\n"
COUNTY = """
extends: town.yaml
horizon: {weeks: 80}
world: {kind: synthetic, authorities: 9, homes: 160, children_at_start: 400}
demand: {new_needs_per_year: 400}
providers: {acceptance_most_need: 0.03}
"""


@pytest.fixture(scope="session")
def short_town(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A town that ends after thirty weeks, as a file of the user's own."""
    path = tmp_path_factory.mktemp("towns") / "short.yaml"
    path.write_text(SHORT, encoding="utf-8")
    return str(path)


@pytest.fixture
def county(tmp_path: Path) -> Iterator[tuple[Side, Side]]:
    """Two markets of nine authorities with more homes, so that most children have several offers to choose among."""
    path = tmp_path / "county.yaml"
    path.write_text(COUNTY, encoding="utf-8")
    first = beginnings([str(path)], 1)
    sides = Side(first[0]), Side(first[1])
    yield sides
    for side in sides:
        side.close()


@pytest.fixture
def two_sides(short_town: str) -> Iterator[tuple[Side, Side]]:
    """Two markets that begin as the same town."""
    first = beginnings([short_town], 1)
    sides = Side(first[0]), Side(first[1])
    yield sides
    for side in sides:
        side.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start servers that end with the test: `served("town", "--port", "0")`."""
    started: list[Served] = []

    def start(*words: str, folder: Path | None = None) -> Served:
        started.append(Served(words, folder or tmp_path / "results").start())
        return started[-1]

    yield start
    for one in started:
        if one.process is not None and one.process.poll() is None:
            one.kill()


@pytest.fixture(scope="module")
def town_address(tmp_path_factory: pytest.TempPathFactory, short_town: str) -> Iterator[str]:
    """The address of a room of the short town that all tests of a module share."""
    server = Served([short_town, "--port", "0"], tmp_path_factory.mktemp("shared")).start()
    yield server.address
    server.kill()


