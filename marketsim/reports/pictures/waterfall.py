"""Why spend differs, by cause."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import FuncFormatter

from marketsim.core.columns import Floats
from marketsim.experiments import money as causes
from marketsim.experiments.comparison import WHOLE
from marketsim.reports import drawing, headline
from marketsim.reports.pictures import picture
from marketsim.reports.pictures.picture import DARK, Asked, Picture

LEAST = 50.0  # GBP a year by which a cause must move spend to be shown
PALE = "#A9BBCB"


def spend(asked: Asked) -> Picture:
    """Why spend differs: a bar a cause, each beginning where the one before ends, up to the difference in all."""
    table = asked.comparison.money(asked.concerned)
    area = table["area"].iloc[0]
    rows = table[(table["scenario"] == asked.other) & (table["area"] == area)].set_index("cause")
    moving = [cause for cause in causes.CAUSES if abs(float(rows.loc[[cause], "difference"].iloc[0])) >= LEAST]
    parts = rows.loc[moving, "difference"].to_numpy(dtype=np.float64) / 1e6
    mean, low, high = rows.loc[[WHOLE], ["difference", "ci_low", "ci_high"]].to_numpy(dtype=np.float64)[0] / 1e6
    names, heights = [*moving, "in all"], np.concatenate([parts, [mean]])
    begins = np.concatenate([np.cumsum(parts) - parts, [0.0]])
    figure = picture.fresh(7.8, 1.7 + 0.33 * len(names))
    axes = figure.subplots()
    axes.use_sticky_edges = False  # room to the left of the first bar, too
    colours = [drawing.GREEN if height < 0 else drawing.ORANGE for height in parts]
    axes.barh(names, heights, left=begins, color=[*colours, PALE], height=0.62)
    for place, end in enumerate(begins[:-1] + parts):
        axes.plot([end, end], [place, place + 1], color="#6F6F6F", linewidth=0.7, zorder=1)
    axes.axvline(0, color=DARK, linewidth=0.8)
    if not np.isnan(low):
        axes.hlines(len(names) - 1, low, high, color=DARK, linewidth=1.8)
    axes.plot(mean, len(names) - 1, "o", color=DARK, markersize=5)
    places = _places(heights)
    beside = axes.get_yaxis_transform()
    for place, height in enumerate(heights):
        text = f"{height:+,.{places}f}"
        axes.text(1.14, place, text, transform=beside, ha="right", va="center", color=DARK, fontsize=9)
    axes.invert_yaxis()
    axes.margins(x=0.04)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+,.3g}" if value else "0"))
    title = _costs(asked, 1e6 * mean, 1e6 * low, 1e6 * high)
    said = ", ".join(f"{cause} {height:+,.{places}f}" for cause, height in zip(names, heights, strict=True))
    line = "line: 95% interval of the sum" if not np.isnan(low) else "too few runs for an interval"
    subtitle = f"{asked.against} in {asked.place}, million GBP a year by cause, {asked.when}; {line}"
    return picture.finished(asked, figure, title, subtitle, f"{title}. Million GBP a year: {said}.")


def _places(millions: Floats) -> int:
    """Decimal places for all amounts alike: three digits of the largest, and two places at least."""
    largest = float(np.abs(millions).max(initial=0.0))
    return 1 if largest >= 100 else 2 if largest >= 0.1 else 4


def _costs(asked: Asked, mean: float, low: float, high: float) -> str:
    """A sentence on what spend does."""
    place = "" if asked.concerned is None else f" for {asked.place}"
    ends = "" if np.isnan(low) else f" {picture.in_brackets(headline.signed(low), headline.signed(high))}"
    begins = f"Under {asked.other} spend{place}"
    if mean == 0:
        return f"{begins} is what it is under {asked.baseline}"
    if low <= 0 <= high:
        return f"{begins} may be lower or higher than under {asked.baseline}: {headline.signed(mean)}{ends} a year"
    way = "lower" if mean < 0 else "higher"
    return f"{begins} is {headline.pounds(abs(mean))} a year {way} than under {asked.baseline}{ends}"
