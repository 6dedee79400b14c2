"""The end of a sweep: what each factor does to the outcomes, as tables; and heat maps where two factors vary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.colors import Normalize, TwoSlopeNorm
from rich.console import Console
from rich.markup import escape

from marketsim.experiments import effects
from marketsim.experiments.differences import LESS, area_of
from marketsim.reports import drawing, fitting, members, tables
from marketsim.reports.pictures import picture
from marketsim.results import definitions, store
from marketsim.results.outcomes import ENGLAND
from marketsim.results.result import Result

SHOWN = members.SHOWN
MOST_CELLS = 15  # a side of a heat map


def tell(found: Result, folder: Path, console: Console) -> list[Path]:
    """Print what each factor does, and keep the effects as CSV and heat maps as PNG; returns the files. Nothing is done
    for a sweep in which nothing varies."""
    design, runs = found.design, found.outcomes
    table = effects.effects(design, runs)
    if table.empty:
        if effects.factors_of(design):
            console.print("What each factor changes can't be told: points are too few, or factors change together.")
        return []
    for quantity, rows in table.groupby("quantity", sort=False):
        fitting.print_table(_table(str(quantity), rows), console)
    area = area_of(runs)
    console.print(
        f"Change of the outcome of {'all areas' if area == ENGLAND else escape(area)} when a factor goes from the "
        "first value to the other, the rest being as they are (main effects, least squares over the points), with "
        "half the width of the 95% interval. Shares: in points."
    )
    path = folder / "effects.csv"
    store.write_csv(path, table)
    return [path, *_heat_maps(design, runs, table, folder)]


def _table(quantity: str, rows: pd.DataFrame) -> Any:
    """A row a factor, a column an outcome."""
    known = list(dict.fromkeys(rows["outcome"]))
    outcomes = [one for one in SHOWN if one in known] or known[: len(SHOWN)]
    heads = [SHOWN.get(one, definitions.column("outcomes", one).label) for one in outcomes]
    shown = tables.table(escape(f"{quantity}: what each factor changes"), "factor", "from", "to", *heads,
                         words=("from", "to"))  # fmt: skip
    for factor, own in rows.groupby("factor", sort=False):
        of = own.set_index("outcome")
        cells = ["-" if one not in of.index else tables.with_half(*of.loc[one, ["effect", "ci_high", "unit"]])
                 for one in outcomes]  # fmt: skip
        name = str(factor).removeprefix("purchasing.arrangements.").replace(".", ". ")
        shown.add_row(*map(escape, (name, of["from_value"].iloc[0], of["to_value"].iloc[0], *cells)))
    return shown


def _heat_maps(design: pd.DataFrame, runs: pd.DataFrame, table: pd.DataFrame, folder: Path) -> list[Path]:
    """A heat map for each outcome that is told, if two factors vary on a grid."""
    known, paths = list(dict.fromkeys(table["outcome"])), []
    for outcome in [one for one in SHOWN if one in known] or known[: len(SHOWN)]:
        for quantity in dict.fromkeys(table["quantity"]):
            cells = effects.grid(design, runs, outcome, quantity)
            if cells is not None and max(cells.shape) <= MOST_CELLS:
                several = table["quantity"].nunique() > 1
                name = f"heat_{outcome}{'_' + quantity.partition(LESS)[0] if several else ''}.png"
                (folder / "figures").mkdir(exist_ok=True)
                drawing.keep(heat_map(cells, outcome, quantity).figure, folder / "figures" / name)
                paths.append(folder / "figures" / name)
    return paths


def heat_map(cells: pd.DataFrame, outcome: str, quantity: str) -> picture.Picture:
    """A quantity over two factors, as `effects.grid` gives it: a cell a pair of values, with the value in it."""
    label, unit, _ = definitions.column("outcomes", outcome)
    compared = LESS in quantity
    factor = 100.0 if unit == "share" else 1.0
    values = factor * cells.to_numpy(dtype=np.float64)
    reach = float(np.nanmax(np.abs(values))) or 1.0
    norm = TwoSlopeNorm(0.0, -reach, reach) if compared else Normalize(np.nanmin(values), np.nanmax(values) + 1e-12)
    colours = colormaps["PuOr_r" if compared else "cividis_r"]
    figure = picture.fresh(2.6 + 0.95 * cells.shape[1], 1.9 + 0.5 * cells.shape[0])
    axes = figure.subplots()
    axes.imshow(values, norm=norm, cmap=colours, aspect="auto", origin="lower")
    for (row, column), value in np.ndenumerate(values):
        text = tables.number(value / factor, unit, compared)
        dark = np.dot(colours(norm(value))[:3], (0.299, 0.587, 0.114)) < 0.5
        axes.text(column, row, text, ha="center", va="center", fontsize=9, color="white" if dark else picture.DARK)
    axes.set_xticks(range(cells.shape[1]), [_value(one) for one in cells.columns], color=picture.DARK)
    axes.set_yticks(range(cells.shape[0]), [_value(one) for one in cells.index], color=picture.DARK)
    axes.set_xlabel(_short(str(cells.columns.name)), color=picture.DARK)
    axes.set_ylabel(_short(str(cells.index.name)), color=picture.DARK)
    title, said = _finding(values, label, unit, factor, quantity, compared)
    name = label.partition(",")[0]
    units = {"share": "percentage points" if compared else "%"}.get(unit, unit)
    subtitle = f"{name}, {quantity}, {units}; mean of the replicates"
    return picture.framed(figure, title, subtitle, said, "Source: marketsim.")


def _finding(
    values: Any, label: str, unit: str, factor: float, quantity: str, compared: bool
) -> tuple[str, str]:  # fmt: skip
    """The title of a heat map, and what it shows in words."""
    low, high = (tables.number(float(end) / factor, unit, compared) for end in (np.nanmin(values), np.nanmax(values)))
    name = tables.capital(label.partition(",")[0])
    title = f"{name}, {quantity}: from {low} to {high}"
    if compared and float(np.nanmax(values)) < 0:
        title += ", lower at every point"
    elif compared and float(np.nanmin(values)) > 0:
        title += ", higher at every point"
    return title, f"{title}. A cell a pair of values of two factors."


def _value(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _short(key: str) -> str:
    return key.rpartition("arrangements.")[2]
