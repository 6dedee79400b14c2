"""What all figures have in common: drawn without a screen, in the same colours, with a note below, and kept."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

matplotlib.use("Agg")

COLOURS = ["#12436D", "#F46A25", "#28A197", "#801650", "#3D3D3D", "#A285D1"]  # UK Government analysis palette
BLUE, ORANGE, GREEN, GREY = (COLOURS[number] for number in (0, 1, 2, 4))
NOTE_LETTERS = 125  # that fit under a figure
MADE_BY: dict[str, Any] = {"png": {"Software": "marketsim"}, "svg": {"Date": None}}  # the same bytes every day
AS_SVG: Any = {"svg.hashsalt": "marketsim", "svg.fonttype": "none"}  # same ids every time, words as words


def wrapped(texts: Iterable[str]) -> str:
    """Texts as the lines of a note below a figure."""
    return "\n".join(line for text in texts for line in textwrap.wrap(text, NOTE_LETTERS))


def note(figure: Figure, text: str, size: float = 8, below: float = 0.0) -> None:
    """What is to be said of a figure, below it."""
    figure.text(0.01, -below, text, fontsize=size, color=GREY, verticalalignment="top")


def keep(figure: Figure, *paths: Path) -> None:
    """Write a figure as PNG or SVG, as the names of the files end, and forget it."""
    with matplotlib.rc_context(AS_SVG):
        for path in paths:
            figure.savefig(path, dpi=150, bbox_inches="tight", metadata=MADE_BY[path.suffix[1:]])
    plt.close(figure)
