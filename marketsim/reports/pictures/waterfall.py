"""Why spend differs, by cause."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import FuncFormatter

from marketsim.experiments import money as causes
from marketsim.experiments.comparison import WHOLE
from marketsim.reports import drawing, headline
from marketsim.reports.pictures import picture
from marketsim.reports.pictures.picture import DARK, Asked, Picture


def spend(asked: Asked) -> Picture:
    """Why spend differs: a bar a cause, each beginning where the one before ends, up to the difference in all."""
    table = asked.comparison.money(asked.concerned)
    area = table["area"].iloc[0]
    rows = table[(table["scenario"] == asked.other) & (table["area"] == area)].set_index("cause")
    parts = rows.loc[list(causes.CAUSES), "difference"].to_numpy(dtype=np.float64) / 1e6
    whole = float(rows.loc[WHOLE, "difference"]) / 1e6
    names = [*causes.CAUSES, "in all"]
    begins = np.concatenate([np.cumsum(parts) - parts, [0.0]])
    heights = np.concatenate([parts, [whole]])
    colours = [drawing.GREEN if height < 0 else drawing.ORANGE for height in heights[:-1]] + [drawing.BLUE]
    figure = picture.fresh(9, 4.8)
    axes = figure.subplots()
    axes.use_sticky_edges = False  # room to the left of the first bar, too
    axes.barh(names, heights, left=begins, color=colours, height=0.65)
    axes.axvline(0, color=DARK, linewidth=0.8)
    reach = max(np.abs(np.concatenate([begins, begins + heights])).max(), 1e-9)
    low, high = float(rows.loc[WHOLE, "ci_low"]) / 1e6, float(rows.loc[WHOLE, "ci_high"]) / 1e6
    for place, (begin, height) in enumerate(zip(begins, heights, strict=True)):
        beyond = np.nanmax([begin, begin + height, high if place == len(parts) else np.nan]) + 0.015 * reach
        axes.text(beyond, place, _millions(height), va="center", color=DARK, fontsize=9)
    if not np.isnan(low):
        axes.hlines(len(names) - 1, low, high, color=DARK, linewidth=1.5)
    axes.invert_yaxis()
    axes.margins(x=0.14)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+,.3g}" if value else "0"))
    title = _costs(asked, 1e6 * whole, 1e6 * low, 1e6 * high)
    said = ", ".join(f"{cause} {part:+.2f}" for cause, part in zip(names, heights, strict=True))
    line = "; line: 95% interval of the sum" if not np.isnan(low) else "; too few runs for an interval"
    subtitle = f"{asked.against} in {asked.place}, million GBP a year by cause{line}"
    return picture.finished(asked, figure, title, subtitle, f"{title}. Million GBP a year: {said}.")


def _millions(amount: float) -> str:
    """With as many places as it takes to see it, down to fifty pounds."""
    if abs(amount) < 5e-5:
        return "0"
    places = 1 if abs(amount) >= 10 else 2 if abs(amount) >= 0.01 else 4
    return f"{amount:+,.{places}f}"


def _costs(asked: Asked, mean: float, low: float, high: float) -> str:
    """A sentence on what spend does."""
    place = "" if asked.concerned is None else f" for {asked.concerned.strip()}"
    if mean == 0:
        return f"{asked.other} costs what {asked.baseline} costs{place}"
    if low <= 0 <= high:
        return f"{asked.other} may cost less or more than {asked.baseline}{place}: the runs can't tell"
    way = "less" if mean < 0 else "more"
    return f"{asked.other} costs {headline.pounds(abs(mean))} a year {way} than {asked.baseline}{place}"
