"""Where an outcome changes: England in cells, or authorities at their centres."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import BoundaryNorm, Colormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from marketsim.core.columns import Bools, Floats
from marketsim.england.figures import hexagons
from marketsim.reports.pictures import picture
from marketsim.reports.pictures.ground import WIDE, Ground, areas_of, near
from marketsim.reports.pictures.picture import DARK, Asked, Picture, Rows
from marketsim.reports.tables import capital, number
from marketsim.results import definitions
from marketsim.results.outcomes import MEASURES
from marketsim.results.store import StoreError

NAMED, ENDS = 6, 3  # authorities that are named on a map, and in words from each end
CLASSES = 6  # of colours, at most; few, so that they can be told apart
FEWEST = 5.0  # children below which an authority's outcome is luck, and grey
CELL = 0.56  # from the middle of a cell to a corner
GREY = (0.80, 0.80, 0.80, 1.0)


@dataclass(frozen=True)
class Coloured:
    """What a map shows: `rows` of the outcome by ONS code, those of the authorities `known` to have children enough."""

    asked: Asked
    rows: Rows
    known: Bools

    @cached_property
    def values(self) -> pd.Series[float]:
        """The change or level of each authority as it is shown; missing where there are too few children."""
        column = "scenario_mean" if self.asked.shown == "level" else "difference"
        values: pd.Series[float] = self.asked.factor * self.rows[column].astype("float64")
        return values.where(self.known)

    @cached_property
    def edges(self) -> list[float]:
        """Round values at which colours change; of changes 0 is in the middle of as many on both sides."""
        level = self.asked.shown == "level"
        known = self.values.dropna()
        if known.empty:
            return [0.0, 1.0]
        low, high = (float(known.quantile(share)) for share in (0.03, 0.97))
        reach = float(known.abs().quantile(0.95)) or 1.0
        places = MaxNLocator(CLASSES, symmetric=not level, steps=[1, 2, 2.5, 5, 10])
        edges = [float(edge) for edge in places.tick_values(*((low, high) if level else (-reach, reach)))]
        if level and MEASURES[self.asked.outcome].unit == "share":
            edges = [edge for edge in edges if 0 <= edge <= 100]
        return edges if len(edges) > 1 else [low, low + 1]

    @cached_property
    def norm(self) -> BoundaryNorm:
        """From values to colours."""
        return BoundaryNorm(self.edges, 256, extend="both")

    @property
    def colours(self) -> Colormap:
        """From light to dark for levels; from purple to orange for changes."""
        return colormaps["cividis_r" if self.asked.shown == "level" else "PuOr_r"]

    @cached_property
    def faces(self) -> list[tuple[float, ...]]:
        """The colour of each authority."""
        return [GREY if np.isnan(value) else tuple(self.colours(self.norm(value))) for value in self.values]

    @cached_property
    def sure(self) -> Bools:
        """Whose change has an interval that leaves out 0."""
        low, high = (self.rows[name].to_numpy(dtype=np.float64) for name in ("ci_low", "ci_high"))
        return np.asarray(((low > 0) | (high < 0)) & self.known & (self.asked.shown == "change"))

    @property
    def notes(self) -> str:
        """What grey and dots mean, if there are any."""
        grey = f"; grey: fewer than {FEWEST:.0f} children" if self.values.isna().any() else ""
        return grey + ("; dot: its 95% interval leaves out 0" if self.sure.any() else "")


def in_cells(asked: Asked) -> Picture:
    """A cell an authority, coloured by the change of an outcome for its children, or its level; StoreError for made-up
    worlds."""
    cells, shown = hexagons(), _coloured(asked)
    codes = [str(code) for code in shown.rows.index]
    if not set(codes) <= set(cells):
        raise StoreError("a map in cells is of England; this is a made-up world: --kind points")
    east, north = np.array([centre(cells[code]) for code in codes]).T
    figure = picture.fresh(WIDE, 7.4)
    axes = figure.subplots()
    meant = np.array([asked.concerned is not None and code in asked.codes for code in codes])
    order = np.argsort(meant, kind="stable")  # the rims of those who are meant lie on top
    axes.add_collection(
        PolyCollection(
            [hexagon(east[row], north[row]) for row in order],
            facecolors=[shown.faces[row] for row in order],
            edgecolors=[DARK if meant[row] else "#9A9A9A" for row in order],
            linewidths=[1.8 if meant[row] else 0.6 for row in order],
        )
    )
    axes.plot(east[shown.sure], north[shown.sure], "o", color=DARK, markersize=3.5)
    ground = Ground.of(axes, east, north, np.full(len(east), 0.9 * CELL), margin=0.06)
    _name_regions(asked, ground, codes)
    _bar(asked, figure, axes, shown)
    ringed = "" if asked.concerned is None else f"; dark rim: {asked.place}"
    where = f"an own layout, a cell an authority{ringed}"
    meant_rows = shown.rows[meant] if meant.any() else shown.rows
    return _found(asked, figure, shown, meant_rows, where, "A map of England in cells.")


def in_points(asked: Asked) -> Picture:
    """Authorities at their centres, their areas as large as the number of their children in homes, coloured by the
    change of an outcome or its level; of a group, it and its neighbours."""
    areas, shown = areas_of(asked), _coloured(asked)
    there = near(asked, areas)
    row_of = {code: row for row, code in enumerate(areas.code)}
    kept = np.array([code in there for code in shown.rows.index])
    codes = [str(code) for code in shown.rows.index[kept]]
    x, y = (column[[row_of[code] for code in codes]] for column in (areas.x, areas.y))
    children = _rows(asked, "children_placed")["baseline_mean"].reindex(codes).fillna(0.0).to_numpy(dtype=np.float64)
    meant = np.array([asked.concerned is not None and code in asked.codes for code in codes])
    ratio = (float(np.ptp(y)) + 1e-9) / (float(np.ptp(x)) + 1e-9)
    figure = picture.fresh(WIDE, float(np.clip(0.8 * WIDE * ratio, 3.6, 7.4)))
    axes = figure.subplots()
    size = 20 + 420 * children / max(children.max(), 1.0)
    axes.scatter(x, y, s=size, c=[face for face, one in zip(shown.faces, kept, strict=True) if one], zorder=2,
                 edgecolor=[DARK if one else "#8A8A8A" for one in meant],
                 linewidth=[1.6 if one else 0.5 for one in meant])  # fmt: skip
    axes.plot(x[shown.sure[kept]], y[shown.sure[kept]], "o", color=DARK, markersize=3, zorder=3)
    ground = Ground.of(axes, x, y, np.sqrt(size) / 2, margin=0.14, in_points=True)
    values = shown.values[kept]
    weight = values.abs() if asked.shown == "change" else values
    told = [f"{asked.comparison.names[code]} {_short(asked, value)}" for code, value in zip(codes, values, strict=True)]
    ground.name_some(told, weight.tolist(), NAMED)
    _bar(asked, figure, axes, shown)
    ringed = "" if asked.concerned is None else "; dark rim: members"
    where = f"authorities at their centres, as large as the number of their children in homes{ringed}"
    counted = shown.rows[kept][meant] if meant.any() else shown.rows[kept]
    return _found(asked, figure, shown, counted, where, "A map of authorities at their centres.")


def _coloured(asked: Asked) -> Coloured:
    rows = _rows(asked)
    children = _rows(asked, "children_placed")["baseline_mean"].reindex(rows.index).to_numpy(dtype=np.float64)
    return Coloured(asked, rows, children >= FEWEST)


def _rows(asked: Asked, outcome: str | None = None) -> Rows:
    """The rows of an outcome (not given: what is asked for) of the other scenario, by ONS code."""
    rows = asked.comparison.authorities
    chosen = (rows["scenario"] == asked.other) & (rows["outcome"] == (outcome or asked.outcome))
    return rows[chosen].set_index("ons_code")


def _short(asked: Asked, value: float) -> str:
    """A value as it stands behind a name."""
    if asked.shown == "change":
        return asked.said(value)
    return number(value / asked.factor, definitions.column("outcomes", asked.outcome).unit)


def _bar(asked: Asked, figure: Figure, axes: Axes, shown: Coloured) -> None:
    """What the colours mean."""
    bar = figure.colorbar(ScalarMappable(shown.norm, shown.colours), ax=axes, shrink=0.5, pad=0.02, extend="both")
    bar.set_ticks(shown.edges)
    picture.numbers(bar.ax.yaxis, asked.outcome, signed=asked.shown == "change")
    bar.outline.set_visible(False)


def _found(asked: Asked, figure: Figure, shown: Coloured, counted: Rows, where: str, what: str) -> Picture:
    """The finding of a map and its words; `counted` are the rows of those whom it is about."""
    values = shown.values.reindex(counted.index).dropna().sort_values(kind="stable")
    names = asked.comparison.names
    ends = pd.concat([values.head(ENDS), values.tail(ENDS)])
    said = "; ".join(f"{names[str(code)]} {_short(asked, float(value))}" for code, value in ends.items())
    if asked.shown == "level":
        first, last = (f"{names[str(code)]} {_short(asked, float(value))}".replace(" ", "\u00a0")
                       for code, value in values.iloc[[0, -1]].items())  # fmt: skip
        title = f"{capital(asked.label)} under {asked.other}: from {first} to {last}"
        against = asked.other
    else:
        enough = counted.loc[values.index]
        of = "authorities" if asked.concerned is None else f"members of {asked.place}"
        title, against = picture.ways(asked, enough, f"{{}} of {len(values)} {of}", "in"), asked.against
    alt = f"{title}. {what} The middle authority: {_short(asked, float(values.median()))}; the lowest and highest: " \
          f"{said}."
    subtitle = f"{asked.label}, {against}, {asked.unit_words}, {asked.when}; {where}{shown.notes}"
    return picture.finished(asked, figure, title, subtitle, alt)


def centre(cell: tuple[int, int]) -> tuple[float, float]:
    """Where the middle of a cell lies, east and north, in cells."""
    column, row = cell
    return column + 0.5 * (row % 2), row * 0.866


def hexagon(east: float, north: float) -> Floats:
    """The corners of the cell about a middle."""
    corner = np.pi / 3 * np.arange(6) + np.pi / 6
    return np.asarray(CELL * np.column_stack([np.cos(corner), np.sin(corner)]) + np.array([east, north]))


def _name_regions(asked: Asked, ground: Ground, codes: list[str]) -> None:
    """The name of each region beside its cells, as near to their middle as there is room."""
    cells = hexagons()
    regions = asked.comparison.tables["sums"].drop_duplicates("ons_code").groupby("region")["ons_code"]
    for region, own in regions:
        at = np.array([centre(cells[code]) for code in own if code in codes])
        east, north = at.mean(axis=0)
        ground.name_near(textwrap.wrap(str(region), 14), float(east), float(north), float(np.ptp(at, axis=0).max()))
