"""What maps stand on: axes without marks, where authorities are, and room for names that lie on nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes

from marketsim.core.columns import Floats
from marketsim.experiments import who
from marketsim.market.authorities import Authorities
from marketsim.reports.pictures.picture import DARK, Asked

WIDE = 7.2  # inches of a map
LETTER, HIGH = 0.56, 1.35  # width of a letter and height of a line, over the size of the letters
SIZE, POINTS = 8.5, 72  # of letters, in printer's points, and these in an inch
MAP_SHARE = 0.72  # of the width of a figure that is the map's
BEHIND = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.6}
AROUND = 16  # directions in which room is looked for


def areas_of(asked: Asked) -> Authorities:
    """The authorities of the world that is compared, with where they are."""
    return who.areas_of(asked.comparison.scenarios[asked.other].world)


def near(asked: Asked, areas: Authorities) -> set[str]:
    """Whom a map shows (ONS codes): everybody, or a group and its neighbours."""
    if asked.concerned is None:
        return set(areas.code)
    group = asked.comparison.group(asked.concerned)
    return set(group.members) | set(group.neighbours)


@dataclass
class Ground:
    """The axes of a map, marks on it at x, y with a `radius`, and the boxes of names (left, bottom, right, top); all in
    units of the map, of which a printer's point is `point`."""

    axes: Axes
    x: Floats
    y: Floats
    radius: Floats
    point: float
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)

    @classmethod
    def of(
        cls, axes: Axes, x: Floats, y: Floats, radius: Floats, margin: float = 0.1, in_points: bool = False
    ) -> Ground:  # fmt: skip
        """Axes without marks, the same scale both ways, with a margin around; `in_points`: radii are printer's."""
        axes.axis("off")
        axes.set_aspect("equal")
        room = margin * max(float(np.ptp(x)), float(np.ptp(y)), 1e-9)
        axes.set_xlim(float(x.min()) - room, float(x.max()) + room)
        axes.set_ylim(float(y.min()) - room, float(y.max()) + room)
        width, height = axes.figure.get_size_inches()  # type: ignore[union-attr]
        wide, high = float(np.ptp(x)) + 2 * room, float(np.ptp(y)) + 2 * room
        point = max(wide / (MAP_SHARE * width), high / height) / POINTS
        return cls(axes, x, y, radius * point if in_points else radius, point)

    def name_some(self, names: Sequence[str], weight: Sequence[float], most: int) -> None:
        """Name some of the marks (as many as there is room for), those with most weight first."""
        named, heavy = 0, np.asarray(weight, dtype=np.float64)
        for entry in np.argsort(-heavy, kind="stable"):
            if named < most and np.isfinite(heavy[entry]):
                away = float(self.radius[entry]) + 3 * self.point
                named += self._put([names[entry]], float(self.x[entry]), float(self.y[entry]), [away])

    def name_near(self, lines: Sequence[str], east: float, north: float, reach: float) -> None:
        """Write a name of some lines where there is room, as near to a place as can be, within a reach."""
        self._put(lines, east, north, np.linspace(0, 1.2 * reach, 40).tolist())

    def _put(self, lines: Sequence[str], east: float, north: float, distances: Sequence[float]) -> bool:
        """Write lines in the first place where they lie on nothing; whether there was one."""
        wide = max(map(len, lines)) * LETTER * SIZE * self.point
        high = len(lines) * HIGH * SIZE * self.point
        for distance in distances:
            for x, y in _around(east, north, distance, wide, high):
                box = x - wide / 2, y - high / 2, x + wide / 2, y + high / 2
                if self._free(box):
                    self.boxes.append(box)
                    self.axes.text(x, y, "\n".join(lines), ha="center", va="center", fontsize=SIZE, color=DARK,
                                   bbox=BEHIND, zorder=5)  # fmt: skip
                    return True
        return False

    def _free(self, box: tuple[float, float, float, float]) -> bool:
        left, bottom, right, top = box
        (west, east), (south, north) = self.axes.get_xlim(), self.axes.get_ylim()
        if left < west or right > east or bottom < south or top > north:
            return False
        away = np.hypot(np.clip(self.x, left, right) - self.x, np.clip(self.y, bottom, top) - self.y)
        apart = all(left > box[2] or right < box[0] or bottom > box[3] or top < box[1] for box in self.boxes)
        return apart and bool((away >= self.radius).all())


def _around(east: float, north: float, away: float, wide: float, high: float) -> Iterator[tuple[float, float]]:
    """Middles of a box of some width and height whose edge lies `away` from a place: right, left, and around."""
    for turn in sorted(range(AROUND), key=lambda one: (one not in (0, AROUND // 2), one)):
        angle = 2 * np.pi * turn / AROUND
        yield (float(east + np.cos(angle) * (away + wide / 2)), float(north + np.sin(angle) * (away + high / 2)))
