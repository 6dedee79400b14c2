"""Who places children where: flows between authorities."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from marketsim.reports import drawing, flows
from marketsim.reports.pictures import picture
from marketsim.reports.pictures.ground import Ground, areas_of, near
from marketsim.reports.pictures.picture import DARK, Asked, Picture
from marketsim.results.store import StoreError

MOST, LISTED = 40, 14  # flows that are drawn, and of these listed with their numbers
COLUMNS = ["scenario", "home_authority", "host_authority", "end_week"]


def authorities(asked: Asked) -> Picture:
    """The largest flows between authorities under the other scenario, at the end, drawn and listed."""
    if not has_placements(asked):
        raise StoreError("where children are placed is in the folder of a comparison only: name one that was kept")
    areas, names = areas_of(asked), asked.comparison.names
    placed = asked.comparison.tables.read("placements", COLUMNS)
    placed = placed[placed["end_week"].isna()]
    shares = {label: _away(placed[placed["scenario"] == label], asked) for label in (asked.baseline, asked.other)}
    runs = int(asked.comparison.runs_made["replicate"].nunique())
    graph = flows.network(placed[placed["scenario"] == asked.other], runs)
    away = [(home, host, count) for home, host, count in graph.edges(data="children")
            if home != host and (asked.concerned is None or {home, host} & set(asked.codes))]  # fmt: skip
    largest = sorted(away, key=lambda flow: (-flow[2], flow[:2]))[:MOST]
    place = {code: (areas.x[row], areas.y[row]) for row, code in enumerate(areas.code)}
    drawn = nx.DiGraph()
    drawn.add_nodes_from(sorted({code for flow in largest for code in flow[:2]} | near(asked, areas)))
    drawn.add_weighted_edges_from(largest)
    figure = picture.fresh(8.4, 6.4)
    axes, beside = figure.subplots(1, 2, width_ratios=[1.7, 1])
    x, y = (np.array([place[code][axis] for code in drawn]) for axis in (0, 1))
    most = max((count for _, _, count in largest), default=1.0)
    axes.plot(x, y, "o", markersize=3, color=drawing.GREY)
    if largest:
        nx.draw_networkx_edges(
            drawn, place, ax=axes, width=[0.6 + 4 * count / most for _, _, count in drawn.edges(data="weight")],
            edge_color=drawing.BLUE, alpha=0.75, arrowsize=11, node_size=40, connectionstyle="arc3,rad=0.18",
        )  # fmt: skip
    ground = Ground.of(axes, x, y, np.full(len(x), 3.0), margin=0.1, in_points=True)
    taken = pd.Series(0.0, index=list(drawn))
    for home, host, count in largest:
        taken[[home, host]] += count
    ground.name_some([names[code] for code in drawn], taken.where(taken > 0).tolist(), 5)
    listed = [f"{names[home]} to {names[host]} {count:,.1f}" for home, host, count in largest[:LISTED]]
    _list(beside, listed)
    carried = sum(flow[2] for flow in largest) / max(sum(flow[2] for flow in away), 1e-9)
    title = f"Under {asked.other}, {shares[asked.other]:.0f}% of children of {asked.place} live in homes of another " \
            f"authority; under {asked.baseline} {shares[asked.baseline]:.0f}%"
    drawn_are = f"all {len(away)} flows" if len(away) <= MOST else \
        f"the {len(largest)} largest of {len(away):,} flows, {100 * carried:.0f}% of these children"  # fmt: skip
    subtitle = f"children in homes at the end, by home and host authority; {drawn_are}, width by children, mean of runs"
    alt = f"{title}. The largest flows of children: {'; '.join(listed) or 'none'}."
    return picture.finished(asked, figure, title, subtitle, alt)


def has_placements(asked: Asked) -> bool:
    """Whether these results have every placement: those in folders do."""
    return "placements" in asked.comparison.tables


def _away(placed: pd.DataFrame, asked: Asked) -> float:
    """Percent of the children of those whom it is about who live in homes of another authority."""
    own = placed[placed["home_authority"].isin(list(asked.codes))]
    return 100 * float((own["home_authority"] != own["host_authority"]).mean()) if len(own) else 0.0


def _list(axes: Axes, lines: list[str]) -> None:
    """The largest flows beside the map, a line each."""
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.text(0, 1, "largest flows, children", fontsize=9, fontweight="bold", color=DARK, va="top")
    for place, text in enumerate(lines, start=1):
        axes.text(0, 1 - 0.062 * place, text, fontsize=8.5, color=DARK, va="top")
