"""The plausible set: values, found by calibration, under which the model comes near the published figures.

`england/plausible.csv` has a row for each vector: its number (`vector`), then a column for each dotted key. A scenario
with `uncertainty: plausible` draws one vector for each run; what its own file or `--set` gives is never replaced.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import numpy as np

from marketsim.core import streams
from marketsim.scenario import errors, overlay
from marketsim.scenario.schema import Scenario

FILE = "plausible.csv"
NUMBER = "vector"
Values = dict[str, float]


@cache
def plausible_set() -> dict[int, Values]:
    """The vectors by number, as the package carries them; ScenarioError if the file can't be read as that."""
    table = files("marketsim.england").joinpath(FILE)
    try:
        return read_vectors(table.read_text(encoding="utf-8"))
    except OSError as error:
        raise errors.ScenarioError(f"the plausible set can't be read: {error.strerror or error}", FILE) from None


def read_vectors(text: str) -> dict[int, Values]:
    """The vectors that a CSV text holds; ScenarioError, with the line, for anything but numbers in all cells."""
    rows = csv.reader(text.splitlines())
    header = next(rows, [])
    if header[:1] != [NUMBER] or len(set(header)) != len(header):
        raise errors.ScenarioError(
            f"expected a first column {errors.shown(NUMBER)}, then a column for each key, each once", FILE, 1, 1
        )
    vectors: dict[int, Values] = {}
    for line, cells in enumerate(rows, start=2):
        if len(cells) != len(header):
            raise errors.ScenarioError(f"expected {len(header)} cells, got {len(cells)}", FILE, line, 1)
        number, *values = (_number(cell, line, column) for column, cell in enumerate(cells, start=1))
        if number in vectors or number != int(number):
            raise errors.ScenarioError(
                f"expected a whole number that no other vector has, got {errors.shown(cells[0])}", FILE, line, 1
            )
        vectors[int(number)] = dict(zip(header[1:], values, strict=True))
    if not vectors:
        raise errors.ScenarioError("the plausible set has no vectors", FILE)
    return vectors


def draws_vectors(scenario: Scenario) -> bool:
    """True for a scenario whose unknown values are drawn from the plausible set."""
    return scenario.uncertainty == "plausible"


def drawn_keys(scenario: Scenario) -> list[str]:
    """The keys whose values are drawn for the scenario, in the order of the set; none if it draws no vectors."""
    return overlay.free_keys(scenario, list(next(iter(plausible_set().values())))) if draws_vectors(scenario) else []


def recorded(numbers: Iterable[int | None]) -> dict[str, Values]:
    """What a manifest says of the vectors of some runs: the values of each, by its number."""
    used = sorted({number for number in numbers if number is not None})
    return {str(number): plausible_set()[number] for number in used}


def vector_of(scenario: Scenario, seed: int, vector: int | None = None) -> int | None:
    """The number of the vector for one run: the one asked for, else drawn by the seed; None if none is used.

    Raises ValueError for a number that the set doesn't have.
    """
    if not draws_vectors(scenario):
        return None
    numbers = sorted(plausible_set())
    if vector is None:
        return numbers[int(streams.uniform(seed, "plausible vector")[0] * len(numbers))]
    if vector not in numbers:
        raise ValueError(f"the plausible set has no vector {vector}; it has {len(numbers)}, up to {numbers[-1]}")
    return vector


def with_vector(scenario: Scenario, vector: int | None) -> Scenario:
    """The scenario with a vector's values where it gives none itself; ScenarioError for a key or value not allowed."""
    if vector is None:
        return scenario
    try:
        return overlay.with_values(scenario, plausible_set()[vector], keep_given=True)
    except errors.ScenarioError as error:
        raise errors.ScenarioError(f"vector {vector}: {error.message}", FILE) from None


def vectors_of(replicates: int, seed: int, different: int | None = None) -> list[int]:
    """The vector of each replicate: another as long as there are any, in an order of the seed's, then the same again.

    So the first replicates have the same vectors however many follow. With fewer `different` ones some come again, with
    another luck, and the shares of the uncertainty can be told apart.
    """
    numbers = np.array(sorted(plausible_set()), dtype=np.int64)
    order = np.argsort(streams.uniform(seed, "order of plausible vectors", np.arange(len(numbers))), kind="stable")
    count = len(numbers) if different is None else min(different, len(numbers))
    return [int(numbers[order[replicate % count]]) for replicate in range(replicates)]


def _number(cell: str, line: int, column: int) -> float:
    """A whole number as int, so that it may stand where the schema wants one."""
    try:
        value = int(cell) if cell.strip().lstrip("+-").isdecimal() else float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise errors.ScenarioError(f"expected a number, got {errors.shown(cell)}", FILE, line, column)
    return value
