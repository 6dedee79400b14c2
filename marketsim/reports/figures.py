"""The three figures of a comparison, just made or read again: fee over time, out-of-area by region, empty places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from marketsim.experiments import uncertainty
from marketsim.reports import drawing, tables
from marketsim.results.outcomes import ENGLAND
from marketsim.results.result import Result

DASHES: list[Any] = ["", (4, 2), (1, 1), (6, 2, 1, 2), (3, 1, 1, 1, 1, 1), (8, 2)]
MONTH_WEEKS = 4
FEE_TITLE = "Mean fee of independent placements"
MARKERS = ["o", "s", "D", "^", "v", "P"]


def write_figures(comparison: Result, folder: Path) -> list[Path]:
    """Draw the figures as PNG into the folder; returns their paths."""
    sns.set_theme(style="whitegrid", font_scale=0.95)
    drawn = {
        "fee_over_time.png": _over_time(comparison, "weekly_fee_mean_gbp", "GBP a week", FEE_TITLE, 1.0),
        "out_of_area_by_region.png": _by_region(comparison),
        "voids.png": _over_time(comparison, "void_rate", "% of registered places", "Empty places", 100.0),
    }
    for name, figure in drawn.items():
        drawing.keep(figure, folder / name)
    return [folder / name for name in drawn]


def _over_time(comparison: Result, column: str, unit: str, title: str, factor: float) -> Figure:
    """Mean over replicates with the range of the middle 95% of them, by scenario."""
    figure, axes = plt.subplots(figsize=(8, 4.5))
    labels = comparison.labels
    weekly = comparison.tables.read("weekly", ["week", "date", "scenario", "replicate", column])
    monthly = weekly[(weekly["week"] % MONTH_WEEKS == 0) | (weekly["week"] == weekly["week"].max())]
    data = monthly.assign(shown=monthly[column] * factor)
    sns.lineplot(
        data=data, x="date", y="shown", hue="scenario", style="scenario", hue_order=labels, style_order=labels,
        palette=_palette(labels), dashes=_dashes(labels), errorbar=("pi", 95) if _enough(comparison) else None, ax=axes,
    )  # fmt: skip
    axes.set(title=title, xlabel="", ylabel=unit)
    band = "; band: middle 95% of replicates" if _enough(comparison) else ""
    _note(figure, f"Mean of {int(data['replicate'].nunique())} replicates{band}.", comparison)
    _tidy(axes)
    return figure


def _by_region(comparison: Result) -> Figure:
    """Share out of area by region in the last year, with 95% intervals of the replicates' mean."""
    figure, axes = plt.subplots(figsize=(8, 5))
    labels = comparison.labels
    outcomes = comparison.outcomes
    data = outcomes[outcomes["outcome"] == "out_of_area_share"].assign(percent=lambda frame: 100 * frame["value"])
    whole = tables.all_of(comparison)
    data = data.assign(region=data["region"].replace(ENGLAND, whole))
    regions = [whole, *sorted(set(data["region"]) - {whole})]
    sns.pointplot(
        data=data, y="region", x="percent", hue="scenario", order=regions, hue_order=labels,
        palette=_palette(labels), markers=_markers(labels), linestyle="none", dodge=0.4,
        errorbar=("se", 2) if _enough(comparison) else None, ax=axes,
    )  # fmt: skip
    axes.set(title="Children placed out of area, by home region", xlabel="% of children placed", ylabel="")
    bars = "; bars: two standard errors of the mean of the replicates (intervals: comparison.csv)"
    _note(figure, f"Last year of the run{bars if _enough(comparison) else ''}.", comparison)
    _tidy(axes)
    return figure


def _enough(comparison: Result) -> bool:
    """Whether there are replicates enough to show how they spread."""
    return int(comparison.outcomes["replicate"].nunique()) >= uncertainty.FEWEST


def _palette(labels: list[str]) -> dict[str, str]:
    return {label: drawing.COLOURS[number % len(drawing.COLOURS)] for number, label in enumerate(labels)}


def _dashes(labels: list[str]) -> dict[str, Any]:
    return {label: DASHES[number % len(DASHES)] for number, label in enumerate(labels)}


def _markers(labels: list[str]) -> list[str]:
    return [MARKERS[number % len(MARKERS)] for number in range(len(labels))]


def _note(figure: Figure, text: str, comparison: Result) -> None:
    """What is shown, and below it what the values rest on."""
    drawing.note(figure, f"{text}\n{drawing.wrapped([comparison.footing])}")


def _tidy(axes: Axes) -> None:
    sns.despine(ax=axes)
    legend = axes.get_legend()
    if legend is not None:
        legend.set_title("")
