"""What a sensitivity analysis found, as ranked tables for the terminal and ranked figures with intervals."""

from __future__ import annotations

import math
import textwrap
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from rich.console import Console
from rich.table import Table

from marketsim.reports import drawing, fitting, tables
from marketsim.results.outcomes import MEASURES

MORRIS = ("strength", "95% interval", "luck", "change", "spread")
SOBOL = ("total", "95% interval", "luck", "alone", "95% interval")
KEY_WIDTH = 22  # of a dotted key in a table for a window of 80 columns
MOST_DRAWN = 30  # factors in a figure
MEANING = {
    "morris": "Mean absolute change of the outcome when the factor goes over its whole range (Morris, mu*)",
    "sobol": "Share of the outcome's variance that the factor has a part in (Sobol, total index)",
}
HELD = (
    "Intervals (95%) hold how few points were tried, not the luck of runs. Luck: standard "
    "error from it (jackknife over replicates); with one replicate it can't be told. Neither holds the model's errors."
)


def print_sensitivity(found: pd.DataFrame, method: str, runs: str, footing: str, console: Console) -> None:
    """A table for each outcome and quantity, the strongest factor first, and what the numbers hold."""
    for (outcome, quantity), rows in found.groupby(["outcome", "quantity"], sort=False):
        fitting.print_table(_table(str(outcome), str(quantity), rows, method), console)
    if method == "morris":
        console.print("Change: over the whole range, with its sign. Spread: large beside the change if it depends on "
                      "other factors, or is no straight line. Shares: in percentage points.")  # fmt: skip
    else:
        console.print("Total: share of variance that the factor has a part in; alone: without the other factors.")
    for sentence in (HELD, runs, footing):
        console.print(sentence)


def write_sensitivity_figures(found: pd.DataFrame, method: str, runs: str, footing: str, folder: Path) -> list[Path]:
    """A ranked figure for each outcome (a panel a quantity) as PNG and SVG; returns their paths."""
    sns.set_theme(style="whitegrid", font_scale=0.85)
    paths: list[Path] = []
    for outcome, rows in found.groupby("outcome", sort=False):
        quantities = list(dict.fromkeys(rows["quantity"]))
        height = 1.0 + 0.27 * min(rows["factor"].nunique(), MOST_DRAWN)
        size = (8.5, 1.2 + height * len(quantities))
        figure, axes = plt.subplots(len(quantities), 1, figsize=size, squeeze=False, layout="constrained")
        for panel, quantity in zip(axes[:, 0], quantities, strict=True):
            _draw(panel, str(outcome), quantity, rows[rows["quantity"] == quantity].head(MOST_DRAWN), method)
        texts = (MEANING[method] + ". Hollow: may be nothing.", HELD, runs, footing)
        figure.supxlabel(drawing.wrapped(texts), fontsize=7.5, color=drawing.GREY, x=0.01, ha="left")
        files = [folder / f"sensitivity_{outcome}.{suffix}" for suffix in ("png", "svg")]
        drawing.keep(figure, *files)
        paths += files
    return paths


def _table(outcome: str, quantity: str, rows: pd.DataFrame, method: str) -> Table:
    measure = MEASURES[outcome]
    morris = method == "morris"
    headings = MORRIS if morris else SOBOL
    table = tables.table(f"{measure.label}: {quantity}", "", "factor", *headings, words=["factor"])
    for row in rows.itertuples():
        table.add_row(str(row.rank), _broken_at_dots(str(row.factor)), *_cells(row, measure.unit, morris))
    return table


def _broken_at_dots(key: str) -> str:
    """A dotted key in lines that fit into a narrow column."""
    return textwrap.fill(key.replace(".", ". "), KEY_WIDTH, break_long_words=False).replace(". ", ".")


def _cells(row: Any, unit: str, morris: bool) -> list[str]:

    def show(value: float) -> str:
        return tables.number(value, unit) if morris else f"{value:.2f}"

    luck = "-" if math.isnan(row.luck) else show(row.luck)
    cells = [show(row.strength), f"{show(row.strength_low)} - {show(row.strength_high)}", luck]
    if morris:
        return [*cells, tables.number(row.mean_effect, unit, True), show(row.spread)]
    return [*cells, show(row.first), f"{show(row.first_low)} - {show(row.first_high)}"]


def _draw(axes: Axes, outcome: str, quantity: str, rows: pd.DataFrame, method: str) -> None:
    """Dots with intervals, a row a factor; hollow where interval or luck reach down to nothing."""
    measure = MEASURES[outcome]
    factor, unit = (100.0, "percentage points") if measure.unit == "share" else (1.0, measure.unit)
    if method == "sobol":
        factor, unit = 1.0, "share of variance"
    at, strength = np.arange(len(rows)), factor * rows["strength"]
    reach = 2 * factor * rows["luck"].fillna(0.0)
    low, high = factor * rows["strength_low"], factor * rows["strength_high"]
    clear = ((low > 0) & (strength > reach)).to_numpy()
    axes.hlines(at + 0.22, (strength - reach).clip(0), strength + reach, color=drawing.ORANGE, linewidth=1.2,
                linestyle="dashed", label="luck: two standard errors")  # fmt: skip
    axes.hlines(at, low, high, color=drawing.BLUE, linewidth=1.8, zorder=2, label="95% interval")
    for chosen, face in ((clear, drawing.BLUE), (~clear, "white")):
        axes.scatter(strength[chosen], at[chosen], s=36, facecolors=face, edgecolors=drawing.BLUE, zorder=3)
    axes.legend(loc="lower right", fontsize=7.5)
    axes.set_yticks(at, list(rows["factor"]))
    axes.set(ylim=(len(rows) - 0.4, -0.6), xlabel=unit)
    axes.set_xlim(left=min(0.0, float(low.min())) if method == "sobol" else 0)
    axes.set_title(f"{measure.label}\n{quantity}", loc="left", fontsize=9.5)
    sns.despine(ax=axes, left=True)
