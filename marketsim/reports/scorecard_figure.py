"""The score card as a picture: how far each target is missed, in tolerances, by the model and by the null model."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from marketsim.reports import drawing
from marketsim.trust.validation.recorded import ROLES

FARTHEST = 4.0  # tolerances; what lies beyond is drawn at the edge, as an arrow
LETTERS = {"input": "put in", "fitted": "fitted", "out of sample": "out of sample"}


def draw_card(card: pd.DataFrame, path: Path, note: str) -> Path:
    """Draw the targets of a card as PNG, a note below; what was not measured has its row and no dot."""
    sns.set_theme(style="whitegrid", font_scale=0.85)
    rows = _in_order(card[card["kind"] == "target"])
    inches = 0.8 + 0.27 * len(rows)
    figure, axes = plt.subplots(figsize=(8.5, inches))
    axes.axvspan(-1, 1, color=drawing.GREEN, alpha=0.18, hatch="//", label="within tolerance", zorder=0)
    axes.axvline(0, color=drawing.GREY, linewidth=1)
    height = np.arange(len(rows))
    _dots(axes, rows["null_off_by"] / rows["tolerance"], height + 0.12, drawing.ORANGE, "D", "null model", hollow=True)
    _dots(axes, rows["off_by"] / rows["tolerance"], height - 0.12, drawing.BLUE, "o", "model", hollow=False)
    labels = [f"{_mark(result)} {name.replace('_', ' ')} ({LETTERS.get(role, role)})" for name, role, result in
              zip(rows["measure"], rows["role"], rows["result"], strict=True)]  # fmt: skip
    axes.set_yticks(height, labels)
    axes.set(ylim=(len(rows) - 0.5, -0.5), xlim=(-FARTHEST - 0.3, FARTHEST + 0.3))
    axes.set(xlabel="off by, in tolerances of the target (an arrow at the edge: farther)", ylabel="")
    axes.set_title("Model and null model against the published figures", loc="left")
    axes.legend(loc="upper center", bbox_to_anchor=(0.4, -0.7 / inches), ncols=3, frameon=False)
    drawing.note(figure, note, size=7, below=0.05 / inches)
    sns.despine(ax=axes, left=True)
    drawing.keep(figure, path)
    return path


def _in_order(targets: pd.DataFrame) -> pd.DataFrame:
    """By role, the most telling first, as the targets stand within each."""
    rank = {role: number for number, role in enumerate(reversed(ROLES))}
    return targets.sort_values("role", key=lambda roles: roles.map(rank), kind="stable").reset_index(drop=True)


def _dots(
    axes: Axes, off: pd.Series[float], height: np.ndarray, colour: str, marker: str, label: str, hollow: bool
) -> None:
    """One dot a row; arrows at the edge for those beyond FARTHEST."""
    face = "none" if hollow else colour
    values = off.to_numpy(dtype=np.float64)
    with np.errstate(invalid="ignore"):
        near = np.abs(values) <= FARTHEST
    axes.scatter(
        values[near], height[near], marker=marker, edgecolors=colour, facecolors=face, s=38, label=label, zorder=3
    )
    for arrow, beyond in ((">", values > FARTHEST), ("<", values < -FARTHEST)):
        edge = np.full(int(beyond.sum()), FARTHEST if arrow == ">" else -FARTHEST)
        axes.scatter(edge, height[beyond], marker=arrow, edgecolors=colour, facecolors=face, s=60, zorder=3)


def _mark(result: str) -> str:
    return {"pass": "✓", "fail": "✗"}.get(result, "–")
