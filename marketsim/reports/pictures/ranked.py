"""Members or regions ranked by the difference of an outcome."""

from __future__ import annotations

import numpy as np

from marketsim.reports import drawing
from marketsim.reports.pictures import picture
from marketsim.reports.pictures.picture import DARK, Asked, Picture
from marketsim.results.outcomes import ENGLAND


def members(asked: Asked) -> Picture:
    """Members (of a group, or the regions) ranked by the difference of an outcome, each with its interval."""
    if asked.concerned is None:
        rows = asked.comparison.regions.rename(columns={"region": "area"})
    else:
        rows = asked.comparison.members(asked.concerned)
        rows = rows[~rows["area"].isin([asked.concerned.strip(), ENGLAND])]
    rows = rows[(rows["scenario"] == asked.other) & (rows["outcome"] == asked.outcome) & rows["difference"].notna()]
    rows = rows.sort_values("difference", ascending=False, kind="stable")
    figure = picture.fresh(8.5, 1.6 + 0.3 * max(len(rows), 3))
    axes = figure.subplots()
    places = np.arange(len(rows))
    values = asked.factor * rows[["difference", "ci_low", "ci_high"]].to_numpy(dtype=np.float64)
    axes.axvline(0, color=DARK, linewidth=0.8)
    axes.hlines(places, values[:, 1], values[:, 2], color=drawing.BLUE, linewidth=2, alpha=0.45)
    sure = (values[:, 1] > 0) | (values[:, 2] < 0)
    axes.scatter(values[sure, 0], places[sure], color=drawing.BLUE, zorder=3, s=36)
    axes.scatter(values[~sure, 0], places[~sure], facecolor="white", edgecolor=drawing.BLUE, zorder=3, s=36)
    axes.set_yticks(places, [str(area) for area in rows["area"]], color=DARK)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    picture.numbers(axes.xaxis, asked.outcome, signed=True)
    who = "regions" if asked.concerned is None else "areas"
    title = picture.ways(asked, rows, f"{{}} of {len(rows)} {who}", "for")
    each = [f"{area} {asked.said(value)}" for area, value in zip(rows["area"], values[:, 0], strict=True)]
    alt = f"{title}. Differences from the highest to the lowest: {'; '.join(each)}."
    how = "line: 95% interval; filled: it leaves out 0" if asked.comparison.tells else "too few runs for intervals"
    return picture.finished(asked, figure, title, f"{asked.against}, {asked.unit_words}; {how}", alt)
