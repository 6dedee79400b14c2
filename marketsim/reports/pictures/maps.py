"""Where an outcome changes: England in cells or authorities at their centres, and who places children where."""

from __future__ import annotations

import textwrap

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import Colormap, Normalize, TwoSlopeNorm
from matplotlib.figure import Figure

from marketsim.core.columns import Floats
from marketsim.england.figures import hexagons
from marketsim.experiments import uncertainty, who
from marketsim.market.authorities import Authorities
from marketsim.reports import drawing, flows
from marketsim.reports.pictures import picture
from marketsim.reports.pictures.picture import DARK, Asked, Picture, Rows
from marketsim.reports.tables import number
from marketsim.results import definitions
from marketsim.results.store import StoreError

NAMED, MOST_FLOWS = 6, 40  # authorities that are named on a map, and flows that are drawn
ENDS = 3  # authorities that are named in words from each end
SHADES = 13  # so few that the bar beside a map is drawn and is no picture within a picture
WIDE, CELL = 7.2, 0.56  # width in inches, and of a cell from its middle to a corner
APART = 0.07  # of the map, between names
BEHIND = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.0}  # names, to be read on any colour


def in_cells(asked: Asked) -> Picture:
    """A cell an authority, coloured by the change of an outcome for its children, or its level; StoreError for made-up
    worlds."""
    cells, rows = hexagons(), _rows(asked)
    if not set(rows.index) <= set(cells):
        raise StoreError("a map in cells is of England; this is a made-up world: --kind points")
    values, norm, colours = _coloured(asked, rows)
    east, north = np.array([_centre(cells[str(code)]) for code in values.index]).T
    figure = _canvas(east, north)
    axes = figure.subplots()
    meant = np.array([asked.concerned is not None and code in asked.codes for code in values.index])
    order = np.argsort(meant, kind="stable")  # the rims of those who are meant lie on top
    corner = np.pi / 3 * np.arange(6) + np.pi / 6
    hexagon = CELL * np.column_stack([np.cos(corner), np.sin(corner)])
    axes.add_collection(
        PolyCollection(
            [hexagon + np.array([east[row], north[row]]) for row in order],
            facecolors=[_face(float(values.iloc[row]), norm, colours) for row in order],
            edgecolors=[DARK if meant[row] else "#BDBDBD" for row in order],
            linewidths=[1.8 if meant[row] else 0.7 for row in order],
        )
    )
    _name_regions(asked, axes)
    _bare(axes)
    axes.autoscale_view()
    _bar(asked, figure, axes, norm, colours)
    ringed = "" if asked.concerned is None else f"; ringed: {asked.place}"
    where = f"by home authority, an own layout with regions apart{ringed}"
    return _found(asked, figure, rows, where, "A map of England in cells.")


def in_points(asked: Asked) -> Picture:
    """Authorities at their centres, as large as the number of their children in homes, coloured by the change of an
    outcome or its level; of a group, it and its neighbours."""
    rows, areas = _rows(asked), _areas(asked)
    shown = _near(asked, areas)
    values, norm, colours = _coloured(asked, rows)
    children = _rows(asked, "children_placed")["baseline_mean"]
    known = {code: row for row, code in enumerate(areas.code) if code in shown and code in values.index}
    x, y = (column[list(known.values())] for column in (areas.x, areas.y))
    of = values.reindex(list(known))
    size = children.reindex(list(known)).fillna(0.0).to_numpy(dtype=np.float64)
    meant = [asked.concerned is not None and code in asked.codes for code in known]
    faces = [_face(value, norm, colours) for value in of]
    figure = _canvas(x, y)
    axes = figure.subplots()
    area = 30 + 500 * size / max(size.max(), 1.0)
    axes.scatter(x, y, s=area, c=faces, zorder=2,
                 edgecolor=[DARK if one else "#8A8A8A" for one in meant],
                 linewidth=[1.6 if one else 0.5 for one in meant])  # fmt: skip
    _bare(axes, 0.12)
    _name_some(
        axes,
        of.abs() if asked.shown == "change" else of,
        dict(zip(areas.code, areas.name, strict=True)),
        x,
        y,
        np.sqrt(area) / 2,
    )
    _bar(asked, figure, axes, norm, colours)
    ringed = "" if asked.concerned is None else "; dark rim: members"
    return _found(asked, figure, rows[rows.index.isin(list(known))], f"home authorities at their centres{ringed}",
                  "A map of authorities at their centres.")  # fmt: skip


def between(asked: Asked) -> Picture:
    """Who places children where: the largest flows between authorities under the other scenario, at the end."""
    if not has_placements(asked):
        raise StoreError("where children are placed is in the folder of a comparison only: name one that was kept")
    areas, graph, names = _areas(asked), _network(asked), asked.comparison.names
    away = [(home, host, count) for home, host, count in graph.edges(data="children")
            if home != host and (asked.concerned is None or {home, host} & set(asked.codes))]  # fmt: skip
    largest = sorted(away, key=lambda flow: (-flow[2], flow[:2]))[:MOST_FLOWS]
    place = {code: (areas.x[row], areas.y[row]) for row, code in enumerate(areas.code)}
    ends = {code for home, host, _ in largest for code in (home, host)}
    drawn = nx.DiGraph()
    drawn.add_nodes_from(sorted(ends | (_near(asked, areas) & set(place))))
    drawn.add_weighted_edges_from(largest)
    x, y = (np.array([place[code][axis] for code in drawn]) for axis in (0, 1))
    figure = _canvas(x, y, bar=False)
    axes = figure.subplots()
    most = max((count for _, _, count in largest), default=1.0)
    for size, those in ((2.2, set(drawn) - ends), (4.5, ends)):
        at = np.array([place[code] for code in sorted(those)]).reshape(-1, 2)
        axes.plot(*at.T, "o", markersize=size, color=drawing.GREY)
    if largest:
        nx.draw_networkx_edges(
            drawn, place, ax=axes, width=[0.6 + 4 * count / most for _, _, count in drawn.edges(data="weight")],
            edge_color=drawing.BLUE, alpha=0.75, arrowsize=11, node_size=40, connectionstyle="arc3,rad=0.18",
        )  # fmt: skip
    _bare(axes, 0.12)
    taken = pd.Series({code: 0.0 for code in drawn})
    for home, host, count in largest:
        taken[[home, host]] += count
    _name_some(axes, taken, names, x, y, np.full(len(x), 4.0))
    inside = sum(count for home, host, count in graph.edges(data="children") if home == host and home in asked.codes)
    every = sum(count for home, _, count in graph.edges(data="children") if home in asked.codes)
    title = (
        f"Under {asked.other}, {every - inside:,.0f} of {every:,.0f} children of {asked.place} live in homes of "
        f"another authority"
    )
    said = [f"{names[home]} to {names[host]} {count:.0f}" for home, host, count in largest[:NAMED]]
    subtitle = (
        f"children in homes at the end, by home and host authority; the {len(largest)} largest of "
        f"{len(away):,} flows, width by children, mean of the runs"
    )
    alt = f"{title}. The largest flows of children: {'; '.join(said) or 'none'}."
    return picture.finished(asked, figure, title, subtitle, alt)


def has_placements(asked: Asked) -> bool:
    """Whether these results have every placement: those in folders do."""
    return "placements" in asked.comparison.tables


def _network(asked: Asked) -> nx.DiGraph:
    """Flows of children in homes at the end under the other scenario, mean of its runs."""
    wanted = ["scenario", "home_authority", "host_authority", "end_week"]
    placed = asked.comparison.tables.read("placements", wanted)
    placed = placed[(placed["scenario"] == asked.other) & placed["end_week"].isna()]
    return flows.network(placed, int(asked.comparison.runs_made["replicate"].nunique()))


def _rows(asked: Asked, outcome: str | None = None) -> Rows:
    """The rows of an outcome (not given: what is asked for) of the other scenario, by ONS code."""
    rows = asked.comparison.authorities
    chosen = (rows["scenario"] == asked.other) & (rows["outcome"] == (outcome or asked.outcome))
    return rows[chosen].set_index("ons_code")


def _areas(asked: Asked) -> Authorities:
    return who.areas_of(asked.comparison.scenarios[asked.other].world)


def _near(asked: Asked, areas: Authorities) -> set[str]:
    """Whom a map in points shows: everybody, or a group and its neighbours."""
    if asked.concerned is None:
        return set(areas.code)
    group = asked.comparison.group(asked.concerned)
    return set(group.members) | set(group.neighbours)


def _coloured(asked: Asked, rows: Rows) -> tuple[pd.Series[float], Normalize, Colormap]:
    """What is shown of each area, and how its colours are found; of changes 0 is in the middle."""
    if asked.shown == "level":
        values = asked.factor * rows["scenario_mean"].astype("float64")
        low, high = (float(np.nanquantile(values, share)) for share in (0.03, 0.97))
        norm = Normalize(low, high if high > low else low + 1.0, clip=True)
        return values, norm, colormaps["cividis_r"].resampled(SHADES)
    values = asked.factor * rows["difference"].astype("float64")
    reach = float(np.nanquantile(np.abs(values), 0.95)) or 1.0
    return values, TwoSlopeNorm(0.0, -reach, reach), colormaps["PuOr_r"].resampled(SHADES)


def _face(value: float, norm: Normalize, colours: Colormap) -> tuple[float, ...]:
    """The colour of a value; grey where nothing is known."""
    return (0.87, 0.87, 0.87, 1.0) if np.isnan(value) else tuple(colours(norm(value)))


def _bar(asked: Asked, figure: Figure, axes: Axes, norm: Normalize, colours: Colormap) -> None:
    """What the colours mean."""
    bar = figure.colorbar(ScalarMappable(norm, colours), ax=axes, shrink=0.45, pad=0.02, extend="both")
    picture.numbers(bar.ax.yaxis, asked.outcome, signed=asked.shown == "change")
    bar.outline.set_visible(False)


def _found(asked: Asked, figure: Figure, rows: Rows, where: str, what: str) -> Picture:
    """The finding of a map and its words."""
    if asked.shown == "level":
        return _levels_found(asked, figure, rows, where, what)
    values = asked.factor * rows["difference"].astype("float64")
    title = picture.ways(asked, rows, f"{{}} of {values.notna().sum()} authorities", "in")
    names, ranked = asked.comparison.names, values.dropna().sort_values(kind="stable")
    ends = pd.concat([ranked.head(ENDS), ranked.tail(ENDS)])
    said = "; ".join(f"{names[str(code)]} {asked.said(float(value))}" for code, value in ends.items())
    alt = f"{title}. {what} The middle authority changes by {asked.said(float(values.median()))}, the lowest and " \
          f"highest: {said}."
    chance = f"; of so many, {len(rows) * (1 - uncertainty.LEVEL) / 2:.0f} would seem sure by chance"
    told = chance if asked.comparison.tells else ""
    return picture.finished(asked, figure, title, f"{asked.against}, {asked.unit_words}, {where}{told}", alt)


def _levels_found(asked: Asked, figure: Figure, rows: Rows, where: str, what: str) -> Picture:
    """The same where levels are shown."""
    names, levels = asked.comparison.names, rows["scenario_mean"].astype("float64").dropna()
    unit = definitions.column("outcomes", asked.outcome).unit
    ends = levels.sort_values(kind="stable").iloc[[0, -1]]
    said = [f"{names[str(code)]} {number(float(level), unit)}" for code, level in ends.items()]
    title = f"{picture.sentence(asked.label)} under {asked.other}: from {said[0]} to {said[1]}"
    alt = f"{title}. {what} The middle authority has {number(float(levels.median()), unit)}."
    return picture.finished(asked, figure, title, f"{asked.other}, {asked.unit_words}, {where}", alt)


def _canvas(x: Floats, y: Floats, bar: bool = True) -> Figure:
    """A figure as high as a map of some points needs, beside a bar for its colours or without."""
    ratio = (float(np.ptp(y)) + 1e-9) / (float(np.ptp(x)) + 1e-9)
    return picture.fresh(WIDE, float(np.clip((0.8 if bar else 0.95) * WIDE * ratio, 3.6, 7.6)))


def _centre(cell: tuple[int, int]) -> tuple[float, float]:
    column, row = cell
    return column + 0.5 * (row % 2), row * 0.866


def _name_regions(asked: Asked, axes: Axes) -> None:
    """The name of each region in the middle of its cells."""
    cells = hexagons()
    regions = asked.comparison.tables["sums"].drop_duplicates("ons_code").groupby("region")["ons_code"]
    for region, codes in regions:
        east, north = np.array([_centre(cells[code]) for code in codes]).mean(axis=0)
        words = "\n".join(textwrap.wrap(str(region), 12))
        axes.text(east, north, words, ha="center", va="center", fontsize=8.5, color=DARK, bbox=BEHIND, zorder=4)


def _name_some(
    axes: Axes, weight: pd.Series[float], names: dict[str, str], x: Floats, y: Floats, radius: Floats
) -> None:
    """The names of a few points (positions, and radius in printer's points, by entry of `weight`) with most weight that
    lie apart from each other."""
    reach = max(float(np.ptp(x)), float(np.ptp(y)), 1e-9)
    named: list[tuple[float, float]] = []
    for entry in np.argsort(-weight.to_numpy(dtype=np.float64), kind="stable"):
        here = float(x[entry]), float(y[entry])
        clear = all(abs(here[1] - other[1]) > APART * reach or abs(here[0] - other[0]) > 5 * APART * reach
                    for other in named)  # fmt: skip
        if clear and np.isfinite(weight.iloc[entry]):
            named.append(here)
            right = here[0] > float(x.min()) + 0.7 * np.ptp(x)
            beside, name = float(radius[entry]) + 4, names[str(weight.index[entry])]
            axes.annotate(name, here, (-beside if right else beside, 0), textcoords="offset points",
                          ha="right" if right else "left", va="center", fontsize=8.5, color=DARK, bbox=BEHIND,
                          zorder=5)  # fmt: skip
        if len(named) == NAMED:
            return


def _bare(axes: Axes, margin: float = 0.01) -> None:
    """A map has no axes, and the same scale both ways."""
    axes.set_aspect("equal")
    axes.margins(margin)
    axes.axis("off")
