"""A division made as it is wished: cut where it doesn't hang together, merged, levelled and polished, step by step.

Every step is the one that modularity gains most by, or loses least, of all that are allowed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

import networkx as nx
import numpy as np

from marketsim.core.columns import Bools, Floats, Ints
from marketsim.experiments.cooperatives.wishes import Wishes

Rows: TypeAlias = list[set[int]]  # the rows of each part
LEAST_GAIN = 1e-12  # of modularity; less is rounding


class Mending:
    """`gains[i, j]` is what authorities in one part add to modularity; `touching` says who are neighbours, None where
    parts need not hang together."""

    def __init__(self, gains: Floats, touching: Floats | None, wishes: Wishes) -> None:
        self.gains, self.touching, self.wishes = gains, touching, wishes
        self.near = None if touching is None else nx.from_numpy_array(touching)
        self.most = wishes.most or len(gains)

    def mended(self, start: Sequence[Collection[int]]) -> Rows | None:
        """The division as wished; None if it has too few or too large parts to begin with, or no step leads on."""
        parts = sorted((set(piece) for part in start for piece in self._pieces(part)), key=min)
        if len(parts) < (self.wishes.parts or 1) or max(map(len, parts)) > self.most:
            return None
        while self._too_many(parts):
            if not (self._merge(parts, self.most) or self._merge(parts, len(self.gains))):
                return None
        while (self.wishes.parts is None and self._small(parts)) and self._merge(parts, self.most):
            pass
        if not self._level(parts):
            return None
        while self._merge_for_gain(parts) or self._move(parts, floor=self.wishes.least, gain=LEAST_GAIN):
            pass
        return parts

    def _pieces(self, part: Collection[int]) -> Iterator[Collection[int]]:
        """What hangs together of a part."""
        return iter([part]) if self.near is None else nx.connected_components(self.near.subgraph(part))

    def _small(self, parts: Rows) -> list[int]:
        return [number for number, part in enumerate(parts) if len(part) < self.wishes.least]

    def _too_many(self, parts: Rows) -> bool:
        return self.wishes.parts is not None and len(parts) > self.wishes.parts

    def _merge(self, parts: Rows, most: int) -> bool:
        """Join the best two parts to one of at most so many, one of them too small if there are such; False if none may
        be joined."""
        small = np.isin(np.arange(len(parts)), self._small(parts))
        allowed = small[:, None] | small[None, :] if small.any() else np.ones((len(parts), len(parts)), dtype=np.bool_)
        return self._join(parts, allowed, -np.inf, most)

    def _merge_for_gain(self, parts: Rows) -> bool:
        """Join two parts if modularity gains by it, unless their number is wished."""
        every = np.ones((len(parts), len(parts)), dtype=np.bool_)
        return self.wishes.parts is None and self._join(parts, every, LEAST_GAIN, self.most)

    def _join(self, parts: Rows, allowed: Bools, least: float, most: int) -> bool:
        of, size = self._of(parts), np.array([len(part) for part in parts])
        allowed = allowed & (size[:, None] + size[None, :] <= most) & ~np.tri(len(parts), dtype=np.bool_)
        if self.touching is not None:
            allowed &= of.T @ self.touching @ of > 0
        gain = np.where(allowed, 2 * of.T @ self.gains @ of, -np.inf)
        one, other = np.unravel_index(int(gain.argmax()), gain.shape)
        if not allowed.any() or gain[one, other] <= least:
            return False
        parts[int(one)] |= parts.pop(int(other))
        return True

    def _level(self, parts: Rows) -> bool:
        """Pass members on, one by one and from part to part, from where there are too many, or enough, to where there
        is room, or there are too few; False if none can be passed on."""
        while True:
            over = [number for number, part in enumerate(parts) if len(part) > self.most]
            small = self._small(parts)
            if not over and not small:
                return True
            sources = over or [number for number, part in enumerate(parts) if len(part) > self.wishes.least]
            targets = small or [number for number, part in enumerate(parts) if len(part) < self.most]
            if not any(self._pass_on(parts, path) for path in self._paths(parts, sources, targets)):
                return False

    def _paths(self, parts: Rows, sources: Collection[int], targets: Collection[int]) -> list[list[int]]:
        """The ways from part to neighbouring part, the shortest first."""
        of = self._of(parts)
        beside = (
            nx.complete_graph(len(parts)) if self.touching is None else nx.from_numpy_array(of.T @ self.touching @ of)
        )
        found = [path for source in sources for end, path in nx.single_source_shortest_path(beside, source).items()
                 if end in targets and end != source]  # fmt: skip
        return sorted(found, key=lambda path: (len(path), path))

    def _pass_on(self, parts: Rows, path: Sequence[int]) -> bool:
        """Move one member along each step of a way, the last step first; False, and nothing done, if one can't be."""
        left = [set(part) for part in parts]
        for source, target in reversed(list(pairwise(path))):
            if not self._move(left, floor=1, targets=[target], sources=[source]):
                return False
        parts[:] = left
        return True

    def _move(
        self, parts: Rows, floor: int, targets: Collection[int] = (), sources: Collection[int] = (),
        gain: float = -np.inf,
    ) -> bool:  # fmt: skip
        """Move the best authority from a part to another; none named: from and to any. A part keeps `floor` members,
        and hangs together; False if no move is allowed or gains more than `gain`."""
        of, part_of = self._of(parts), self._part_of(parts)
        size, numbers = np.array([len(part) for part in parts]), np.arange(len(parts))
        there = self.gains @ of
        here = there[np.arange(len(part_of)), part_of] - np.diag(self.gains)
        value = 2 * (there - here[:, None])
        allowed = (part_of[:, None] != numbers) & (size < self.most) & (size[part_of] > floor)[:, None]
        if targets:
            allowed &= np.isin(numbers, list(targets))
        if sources:
            allowed &= np.isin(part_of, list(sources))[:, None]
        if self.touching is not None:
            allowed &= self.touching @ of > 0
        value = np.where(allowed & (value > gain), value, -np.inf)
        for entry in np.argsort(-value, axis=None, kind="stable").tolist():
            row, target = divmod(entry, len(parts))
            if value[row, target] == -np.inf:
                return False
            source = parts[int(part_of[row])]
            if len(list(self._pieces(source - {row}))) == 1:
                source.remove(row)
                parts[target].add(row)
                return True
        return False

    def _of(self, parts: Rows) -> Floats:
        """A column a part: 1 for its authorities."""
        return np.asarray(self._part_of(parts)[:, None] == np.arange(len(parts)), dtype=np.float64)

    def _part_of(self, parts: Rows) -> Ints:
        part_of = np.zeros(len(self.gains), dtype=np.int64)
        for number, part in enumerate(parts):
            part_of[list(part)] = number
        return part_of
