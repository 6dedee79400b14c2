"""What a search found, as a picture: objectives against each other, two and two, with the front and its intervals."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from marketsim.experiments.cooperatives import search_tables
from marketsim.experiments.cooperatives.objectives import OBJECTIVES
from marketsim.experiments.cooperatives.search import Found
from marketsim.reports import drawing
from marketsim.reports.pictures import picture
from marketsim.reports.search import basis, headline, of_own, remark
from marketsim.results.result import Result

PANEL = (3.5, 3.1)  # inches
BESIDE = 3  # panels in a row
MOST_TICKS = 4
FAINT = "#8A8A8A"


def draw(found: Found) -> picture.Picture:
    """A panel a pair of objectives: all points, those of the front, what stands for them, and that on fresh runs."""
    pairs = list(combinations(range(len(found.search.aims)), 2))
    beside = min(BESIDE, len(pairs))
    down = -(-len(pairs) // beside)
    figure = picture.fresh(max(PANEL[0] * beside, 6.5), PANEL[1] * down + (1.0 if down == 1 else 0.0))
    panels = figure.subplots(down, beside, squeeze=False).ravel()
    for axes, pair in zip(panels, pairs, strict=False):
        _draw_pair(axes, found, *pair)
    for axes in panels[len(pairs) :]:
        axes.axis("off")
    handles, labels = panels[0].get_legend_handles_labels()
    below = -0.16 / figure.get_size_inches()[1]
    figure.legend(handles, labels, loc="upper left", bbox_to_anchor=(0.0, below), ncols=5, fontsize=8, frameon=False)
    title = headline(found)
    whom, less = found.search.whom.name, found.search.baseline.words
    subtitle = f"{whom}, less {less}; lower and further left is better; bars: 95% intervals"
    choices = [remark(found, number) for number in range(len(found.entries))]
    source = f"Source: marketsim, {len(found.points)} points x {basis(found, 0)}, the same children and luck in all."
    return picture.framed(figure, title, subtitle, " ".join([title, of_own(found), *choices]), source)


def _draw_pair(axes: Axes, found: Found, x: int, y: int) -> None:
    """Two objectives against each other; shapes say what a mark is, colours only help."""
    outcomes = [OBJECTIVES[found.search.aims[place]] for place in (x, y)]
    scale = np.array([100.0 if Result.column(name).unit == "share" else 1.0 for name in outcomes])
    whole = ~np.isnan(found.differences).any(axis=(1, 2))
    means = found.differences[whole][:, :, [x, y]].mean(axis=1) * scale
    on = np.isin(np.flatnonzero(whole), [row for one in found.entries for row in one.points])
    axes.axhline(0, color=FAINT, linewidth=0.8, linestyle="dashed")
    axes.axvline(0, color=FAINT, linewidth=0.8, linestyle="dashed", label="baseline")
    axes.plot(*means[~on].T, "x", color=FAINT, markersize=5, label="surely beaten")
    axes.plot(*means[on].T, "o", color=drawing.BLUE, markersize=5, markerfacecolor="none", label="on the front")
    own, fresh = found.search.own_vectors
    for number, one in enumerate(found.entries):
        for values, vectors, mark, colour, above, label in (
            (found.differences[one.point], own, "D", drawing.BLUE, 4, "stands for it"),
            (found.again.differences[number], fresh, "s", drawing.ORANGE, -11, "that on fresh runs"),
        ):
            told = np.array(search_tables.told(values[:, [x, y]], vectors)) * scale[:, None]
            ends = np.abs(told[:, 1:] - told[:, [0]])
            axes.errorbar(told[0, 0], told[1, 0], ends[[1]].T, ends[[0]].T, fmt=mark, color=colour, markersize=6,
                          elinewidth=0.9, capsize=2, label=label if number == 0 else None)  # fmt: skip
            axes.annotate(str(number + 1), (told[0, 0], told[1, 0]), (5, above), textcoords="offset points",
                          color=picture.DARK, fontsize=9, fontweight="bold")  # fmt: skip
    for axis, name, named in ((axes.xaxis, outcomes[0], axes.set_xlabel), (axes.yaxis, outcomes[1], axes.set_ylabel)):
        picture.numbers(axis, name, signed=True)
        column = Result.column(name)
        axis.set_major_locator(MaxNLocator(MOST_TICKS))
        named(f"{column.label}{', points' if column.unit == 'share' else ''}", color=picture.DARK, fontsize=9)
