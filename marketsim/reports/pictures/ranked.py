"""Members or regions ranked by the difference of an outcome."""

from __future__ import annotations

import numpy as np

from marketsim.experiments.comparison import NEIGHBOURS
from marketsim.reports import drawing
from marketsim.reports.pictures import picture
from marketsim.reports.pictures.picture import DARK, Asked, Picture, Rows
from marketsim.results.outcomes import ENGLAND


def members(asked: Asked) -> Picture:
    """Members (of a group, or the regions) ranked by the difference of an outcome, each with its interval."""
    rows = _rows(asked)
    rows = rows[(rows["scenario"] == asked.other) & (rows["outcome"] == asked.outcome) & rows["difference"].notna()]
    rows = rows.sort_values("difference", ascending=False, kind="stable")
    figure = picture.fresh(7.8, 1.6 + 0.28 * max(len(rows), 3))
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
    counted = rows[rows["area"] != NEIGHBOURS]
    title = picture.ways(asked, counted, f"{{}} of {len(counted)} {_called(asked)}", "for")
    each = [f"{area} {asked.said(value)}" for area, value in zip(rows["area"], values[:, 0], strict=True)]
    alt = f"{title}. Differences from the highest to the lowest: {'; '.join(each)}."
    filled = "; filled: it leaves out 0" if sure.any() else ""
    how = f"line: 95% interval{filled}" if asked.comparison.tells else "too few runs for intervals"
    subtitle = f"{asked.label}, {asked.against}, {asked.unit_words}, {asked.when}; {how}"
    return picture.finished(asked, figure, title, subtitle, alt)


def _rows(asked: Asked) -> Rows:
    """Members and neighbours of a group; or regions; or, of a world with one region, authorities by name."""
    comparison = asked.comparison
    if asked.concerned is not None:
        rows = comparison.members(asked.concerned)
        return rows[~rows["area"].isin([comparison.group(asked.concerned).name, ENGLAND])]
    if comparison.regions["region"].nunique() > 1:
        return comparison.regions.rename(columns={"region": "area"})
    return comparison.authorities.assign(area=comparison.authorities["ons_code"].map(comparison.names))


def _called(asked: Asked) -> str:
    if asked.concerned is not None:
        return f"members of {asked.place}"
    return "regions" if asked.comparison.regions["region"].nunique() > 1 else "authorities"
