"""A division of authorities as a map: every authority with the number and the colour of its part."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection

from marketsim.core.columns import Floats, Ints
from marketsim.england.figures import hexagons
from marketsim.market.authorities import Authorities
from marketsim.reports.pictures import maps, picture
from marketsim.reports.pictures.picture import DARK, Picture

WIDE, MAP_WIDE = 9.6, 0.66  # inches of the picture, and what of it is the map's
MOST_NAMED = 26  # parts named beside the map
NEXT = 1.1  # cells within which two touch
ALONE = (0.9, 0.9, 0.9)
PALETTE = [colour for colour in colormaps["Set3"].colors if np.ptp(colour) > 0.05]  # type: ignore[attr-defined]
Colour: TypeAlias = tuple[float, ...]


def parts_map(
    title: str, subtitle: str, source: str, parts: Mapping[str, Sequence[str]], areas: Authorities
) -> Picture:
    """A map of authorities numbered and coloured by part (ONS codes by name of part), each part's edge drawn dark; what
    has a part for itself is grey. England is drawn in cells, a made-up world at its centres."""
    codes = [code for own in parts.values() for code in own]
    part = np.repeat(np.arange(len(parts)), [len(own) for own in parts.values()])
    cells = hexagons()
    in_cells = set(codes) <= set(cells)
    east, north = np.array([maps.centre(cells[code]) for code in codes]).T if in_cells else _centres(codes, areas)
    figure = picture.fresh(WIDE, 8.0)
    axes, beside = figure.subplots(1, 2, width_ratios=[MAP_WIDE, 1 - MAP_WIDE])
    colours = _colours(parts)
    faces = [colours[number] for number in part]
    if in_cells:
        shapes = [maps.hexagon(x, y) for x, y in zip(east, north, strict=True)]
        axes.add_collection(PolyCollection(shapes, facecolors=faces, edgecolors="white", linewidths=0.8))
        axes.add_collection(LineCollection(_edges(shapes, part), colors=DARK, linewidths=1.4, capstyle="round"))
    else:
        axes.scatter(east, north, s=420, c=faces, edgecolor=DARK, linewidth=1.0)
    for x, y, number in zip(east, north, part, strict=True):
        axes.text(x, y, str(number + 1), ha="center", va="center", fontsize=7.5, color=DARK)
    axes.axis("off")
    axes.set_aspect("equal")
    axes.margins(0.08)
    _name_parts(beside, parts, colours)
    told = "; ".join(f"{number} {name}, {len(own)}" for number, (name, own) in enumerate(parts.items(), start=1))
    kind = "A map of England in cells" if in_cells else "A map of authorities at their centres"
    alt = f"{title}. {kind}, each with the number of its part. Parts and their members: {told}."
    return picture.framed(figure, title, subtitle, alt, source)


def _centres(codes: Sequence[str], areas: Authorities) -> tuple[Floats, Floats]:
    rows = [areas.code.index(code) for code in codes]
    return areas.x[rows], areas.y[rows]


def _colours(parts: Mapping[str, Sequence[str]]) -> list[Colour]:
    """A colour a part, pale enough for numbers; the same again where there are many, and grey for who is alone."""
    return [PALETTE[number % len(PALETTE)] if len(own) > 1 else ALONE for number, own in enumerate(parts.values())]


def _edges(shapes: Sequence[Floats], part: Ints) -> list[Floats]:
    """The sides of cells that have no cell of the same part across."""
    middle = np.array([shape.mean(axis=0) for shape in shapes])
    found = []
    for row, shape in enumerate(shapes):
        away = np.hypot(*(middle - middle[row]).T)
        same = middle[(part == part[row]) & (away > 0) & (away < NEXT)]
        for start, end in zip(shape, np.roll(shape, -1, axis=0), strict=True):
            across = start + end - middle[row]
            if not len(same) or np.hypot(*(same - across).T).min() > NEXT / 2:
                found.append(np.array([start, end]))
    return found


def _name_parts(axes: Axes, parts: Mapping[str, Sequence[str]], colours: Sequence[Colour]) -> None:
    """Number, colour, name and size of the first parts."""
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(MOST_NAMED + 1, -0.5))
    axes.text(0, 0, "part, and its members", fontsize=9, fontweight="bold", color=DARK, va="center")
    for number, (name, own) in enumerate(list(parts.items())[:MOST_NAMED], start=1):
        axes.text(0.05, number, str(number), fontsize=8, color=DARK, va="center", ha="center",
                  bbox={"facecolor": colours[number - 1], "edgecolor": DARK, "linewidth": 0.6, "pad": 2.5})  # fmt: skip
        short = textwrap.shorten(name, 30, placeholder="...")
        axes.text(0.13, number, f"{short}, {len(own)}", fontsize=8.5, color=DARK, va="center")
    if (more := len(parts) - MOST_NAMED) > 0:
        axes.text(0.13, MOST_NAMED + 0.9, f"and {more} more", fontsize=8.5, color=DARK, va="center")
