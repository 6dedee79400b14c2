"""A search for terms that serve several aims: generations of points, paired with a baseline; the front; fresh runs.

Each generation is a folder of runs that goes on where it was stopped, and so is what is run once: the baseline, and
what is checked. The points of the front were chosen for what they gave on these replicates, so that their values are
too good to be true (the winner's curse): each entry is run again with luck and vectors that the search has not seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from marketsim.core.columns import Floats, Ints
from marketsim.experiments.cooperatives import front
from marketsim.experiments.cooperatives.proposing import GENERATION, Point, Told, proposed
from marketsim.experiments.cooperatives.search_plan import Search
from marketsim.experiments.cooperatives.search_runs import Runs
from marketsim.experiments.definition import points_of
from marketsim.experiments.tasks import Progress, Work
from marketsim.experiments.uncertainty import mean_of
from marketsim.results import store


@dataclass(frozen=True)
class Again:
    """The entries of the front on fresh runs: differences from the baseline (entries x replicates x objectives; NaN
    where a run failed), whether no other entry beats each, and the first earlier entry that it can't be told apart from
    (None if there is none)."""

    differences: Floats
    holds: list[bool]
    same_as: list[int | None]


@dataclass(frozen=True)
class Found:
    """What a search found: points in the order tried with their generation, differences from the baseline (points x
    replicates x objectives; NaN where a run failed), entries of the front (rows of points, the nearest to the
    scenario's own values first), how often each point is beaten, the false discovery rate of the surest difference
    between two points, what the entries are on fresh runs, and how many runs there are, were made now, and failed."""

    search: Search
    points: list[Point]
    generation: list[int]
    differences: Floats
    entries: list[front.Entry]
    beaten_by: list[int]
    least_false: float
    again: Again
    runs: int
    made: int
    failed: int


def search(
    wanted: Search, folder: Path, workers: int | None = None, work: Work | None = None,
    on_progress: Progress | None = None,
) -> Found:  # fmt: skip
    """Make the runs that the folder doesn't hold yet, and find the front.

    `work` makes a run (None: of the market) and must be a function of a module. `on_progress` is called with the runs
    done and in all of what is made, and what that is. Raises StoreError before anything is written if the folder holds
    something else, and for a baseline that failed.
    """
    runs = Runs(wanted, folder, workers, work, on_progress)
    with runs.kept():
        base = runs.of_baseline("baseline", 0, wanted.replicates)
        points, generation, differences = _generations(wanted, runs, base)
        known = np.flatnonzero(~np.isnan(differences).any(axis=(1, 2)))
        if not len(known):
            raise store.StoreError(f"{folder}: no point has all of its runs, so there is no front; see failed/ in it")
        sure, least_false = front.compared(differences[known], wanted.own_vectors[0])
        away = [sum(lever.from_base(points[row][lever.key]) for lever in wanted.levers) for row in known]
        entries = [front.Entry(int(known[one.point]), tuple(int(known[row]) for row in one.points))
                   for one in front.entries(sure, away)]  # fmt: skip
        beaten_by = np.zeros(len(points), dtype=np.int64)
        beaten_by[known] = front.beats(sure).sum(axis=0)
        again = _checked(wanted, runs, [points[one.point] for one in entries])
    return Found(wanted, points, generation, differences, entries, beaten_by.tolist(), least_false, again, runs.count,
                 runs.made, runs.failed)  # fmt: skip


def _generations(wanted: Search, runs: Runs, base: Floats) -> tuple[list[Point], list[int], Floats]:
    """The points of all generations, the generation of each, and their differences from the baseline."""
    told: list[Told] = []
    differences: list[Floats] = []
    generation: list[int] = []
    whole = {lever.key: lever.whole for lever in wanted.levers}
    first = [{str(key): value for key, value in row.items()}
             for row in points_of(wanted.definition, whole).to_dict("records")]  # fmt: skip
    while len(told) < wanted.trials:
        number, count = 1 + len(told) // GENERATION, min(GENERATION, wanted.trials - len(told))
        name = f"generation-{number:02d}"
        new = runs.begun(name, count) or proposed(wanted.levers, told, first, wanted.definition.seed, number, count)
        if new:
            values = runs.of_points(name, new, 0, wanted.replicates) - base
            told += [(point, _means(own, wanted.own_vectors[0])) for point, own in zip(new, values, strict=True)]
            differences.append(values)
            generation += [number] * len(new)
        if len(new) < count:  # all that there are were tried
            break
    return [point for point, _ in told], generation, np.concatenate(differences)


def _means(differences: Floats, vectors: Ints | None) -> Floats | None:
    """The means of a point's differences, an objective each; None where a run is missing."""
    if np.isnan(differences).any():
        return None
    return np.array([mean_of(column, vectors) for column in differences.T], dtype=np.float64)


def _checked(wanted: Search, runs: Runs, points: list[Point]) -> Again:
    """The entries of the front on fresh runs; one of which a run failed isn't confirmed."""
    ends = wanted.replicates, wanted.replicates + wanted.check_replicates
    base = runs.of_baseline("check-baseline", *ends)
    return again_of(runs.of_points(f"check-{wanted.trials}", points, *ends) - base, wanted.own_vectors[1])


def again_of(fresh: Floats, vectors: Ints | None) -> Again:
    """Which entries no other beats on fresh runs, and which can't be told apart there: two that have the same truth are
    told apart by luck now and then, twice seldom."""
    known = np.flatnonzero(~np.isnan(fresh).any(axis=(1, 2))).tolist()
    sure = front.surely(fresh[known], vectors)
    left = {known[row] for row in front.unbeaten(sure)} if known else set()
    same: list[int | None] = [None] * len(fresh)
    for row, one in enumerate(known):
        same[one] = next((known[other] for other in range(row) if not sure[row, other].any()), None)
    return Again(fresh, [one in left for one in range(len(fresh))], same)
