"""What a calibration found, as tables for the terminal and one figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from marketsim.reports import drawing, fitting, tables
from marketsim.trust.calibration import found

FIGURE = "calibration.png"
FURTHEST = 3.0  # tolerances from the target at which the axis of the figure ends


def print_calibration(done: found.Calibration, console: Console) -> None:
    """Print how the space shrank, what is left of each range, how near the targets are met, and what that rests on."""
    fitting.print_table(_waves(done), console)
    fitting.print_table(_parameters(done), console)
    held_out = done.targets["use"] == found.HELD_OUT
    fitted = _targets("Targets fitted to, and what runs of the plausible vectors give", done.targets[~held_out])
    fitting.print_table(fitted, console)
    if held_out.any():
        out = _targets("Targets held out, that no parameter was fitted to", done.targets[held_out])
        fitting.print_table(out, console)
    for sentence in _remarks(done):
        console.print(sentence)


def write_calibration_figure(done: found.Calibration, folder: Path, footing: str) -> Path:
    """Draw what is left of each range, and how near the plausible vectors come to each target, as PNG."""
    sns.set_theme(style="whitegrid", font_scale=0.9)
    measured = done.targets[done.targets["plausible_median"].notna()].reset_index(drop=True)
    rows = max(len(done.parameters), len(measured))
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 1.8 + 0.36 * rows), layout="constrained")
    _draw_parameters(left, done)
    _draw_targets(right, measured, done)
    _note(figure, done, footing)
    path = folder / FIGURE
    drawing.keep(figure, path)
    return path


def _waves(done: found.Calibration) -> Table:
    title = "Waves: runs, and what they left of the space"
    table = tables.table(title, "wave", "runs", "failed", "space left", "may miss")
    for wave in _rows(done.waves):
        left = f"{100 * wave.space_left_share:.2g}%"
        table.add_row(str(wave.wave), str(wave.runs), str(wave.runs_failed), left, str(wave.may_miss))
    confirming = len(done.runs) - int(done.waves["runs"].sum())
    table.add_row("confirming", str(confirming), "", "", "")
    table.add_row("in all", str(len(done.runs)), str(int((done.runs["error"] != "").sum())), "", "")
    return table


def _parameters(done: found.Calibration) -> Table:
    title = f"Ranges before, and among {len(done.plausible)} plausible vectors"
    table = tables.table(title, "parameter", "before", "plausible", "left")
    for row in _rows(done.parameters):
        after = _span(_short(row.plausible_low), _short(row.plausible_high))
        table.add_row(row.key, _span(_short(row.low), _short(row.high)), after, f"{100 * row.left_share:.0f}%")
    return table


def _targets(title: str, targets: pd.DataFrame) -> Table:
    """Published values and what single runs of the plausible vectors give."""
    table = tables.table(title, "measure", "published", "plausible", "within")
    for row in _rows(targets):
        unit = str(row.unit)
        published = f"{tables.number(row.published, unit)} ±{100 * row.tolerance:.0f}%"
        span, within = "-", "-"
        if not pd.isna(row.within_share):
            span = _span(tables.number(row.plausible_low, unit), tables.number(row.plausible_high, unit))
            within = f"{100 * row.within_share:.0f}%"
        mark = " !" if row.use == found.CANNOT_BE_MET else ""
        table.add_row(row.measure + mark, published, span, within)
    return table


def _remarks(done: found.Calibration) -> list[str]:
    """Sentences on what the tables rest on."""
    total, made = len(done.runs), done.runs_made
    before = f" ({made} made now, {total - made} found from before)" if made < total else ""
    left = f"{100 * done.waves['space_left_share'].iloc[-1]:.2g}%"
    remarks = [
        f"{total} runs in all{before}; {left} of the space is not ruled out: combinations, more than single values."
    ]
    if not done.settled:
        remarks.append("The space was still shrinking when the waves ran out: more waves would rule out more.")
    missed = done.targets[done.targets["use"] == found.CANNOT_BE_MET]
    for row in _rows(missed):
        nearest, published = tables.number(row.nearest, row.unit), tables.number(row.published, row.unit)
        remarks.append(f"Cannot be met within the ranges: {row.measure}; nearest {nearest}, published {published}.")
    may_miss = int(done.waves["may_miss"].iloc[-1])
    if may_miss:
        remarks.append(f"No vector meets all targets at once: each kept vector may miss {may_miss} of them.")
    if not done.confirmed:
        remarks.append(
            "No vector was confirmed by a run of its own: those kept come nearest, and are not plausible yet."
        )
    failed = done.runs.loc[done.runs["error"] != "", "error"]
    if len(failed):
        remarks.append(f"{len(failed)} runs failed and count as ruled out; the first: {failed.iloc[0]}")
    return remarks


def _rows(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples())


def _span(low: str, high: str) -> str:
    return low if low == high else f"{low} - {high}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2g}"


def _draw_parameters(axes: Axes, done: found.Calibration) -> None:
    """A row for each parameter: all runs, and the plausible ones on top, at their places within the range."""
    for row, parameter in enumerate(done.space.parameters):
        places = [parameter.unit(value) for value in done.runs[parameter.key]]
        kept = done.runs["plausible"].to_numpy()
        at = np.array(places)
        axes.plot(at[~kept], np.full((~kept).sum(), row), "|", color=drawing.GREY, alpha=0.4, markersize=7, zorder=1)
        axes.plot(at[kept], np.full(kept.sum(), row), "o", color=drawing.BLUE, alpha=0.6, markersize=5, zorder=2)
        axes.annotate(f"{parameter.low:.4g}", (0, row), (-2, 8), textcoords="offset points", ha="left", fontsize=7)
        axes.annotate(f"{parameter.high:.4g}", (1, row), (2, 8), textcoords="offset points", ha="right", fontsize=7)
    labels = [f"{p.key}{' (log)' if p.log else ''}" for p in done.space.parameters]
    axes.set_yticks(range(len(labels)), labels)
    axes.set(
        title="Ranges: runs (bars) and plausible vectors (dots)", xlabel="place within the range", xlim=(-0.03, 1.03)
    )
    axes.set_ylim(len(labels) - 0.5, -0.7)
    sns.despine(ax=axes, left=True)


def _draw_targets(axes: Axes, measured: pd.DataFrame, done: found.Calibration) -> None:
    """A row for each target: the plausible runs' distance from the published value, in tolerances."""
    kept = done.runs[done.runs["plausible"]]
    axes.axvspan(-1, 1, color="#DDDDDD", zorder=0)
    axes.axvline(0, color=drawing.GREY, linewidth=1)
    for row in _rows(measured):
        off = (kept[row.measure] - row.published) / (row.tolerance * abs(row.published))
        colour, marker = (drawing.BLUE, "o") if row.use == found.FITTED else (drawing.ORANGE, "D")
        shown = off.dropna().clip(-FURTHEST, FURTHEST)
        axes.plot(shown, np.full(len(shown), row.Index), marker, color=colour, alpha=0.5, markersize=5)
    axes.set_yticks(range(len(measured)), [f"{row.measure}{_mark(row.use)}" for row in _rows(measured)])
    axes.set(
        title="Targets: model less published, in tolerances", xlim=(-FURTHEST - 0.1, FURTHEST + 0.1),
        xlabel=f"grey: within tolerance; beyond {FURTHEST:.0f} drawn at the edge",
    )  # fmt: skip
    axes.set_ylim(len(measured) - 0.5, -0.7)
    sns.despine(ax=axes, left=True)


def _mark(use: str) -> str:
    return "" if use == found.FITTED else f" ({use})"


def _note(figure: Figure, done: found.Calibration, footing: str) -> None:
    left = f"{100 * done.waves['space_left_share'].iloc[-1]:.2g}%"
    text = f"{len(done.runs)} runs, {len(done.plausible)} plausible vectors, {left} of the space not ruled out. "
    text += "Dots: fitted to; diamonds: held out, or cannot be met."
    figure.supxlabel(f"{text}\n{footing}", fontsize=8, color=drawing.GREY, x=0.01, ha="left")
