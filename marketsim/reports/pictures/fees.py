"""What is paid for whom: the mean fee by what children need, and the dearest placements."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from marketsim.experiments.money import FEES, NUMBERS, by_needs
from marketsim.market.children import BANDS, CARE
from marketsim.market.homes import LOCAL_AUTHORITY, SECTORS
from marketsim.reports import drawing
from marketsim.reports.pictures import picture
from marketsim.reports.pictures.picture import DARK, Asked, Picture
from marketsim.results import groups
from marketsim.results.store import StoreError

SHARES = (0.5, 0.25, 0.1, 0.05, 0.02, 0.01, 0.005)  # of placements, dearest first: what they cost at least
FEWEST = 10.0  # children, mean of weeks and runs, below which a kind's mean or a share's least fee says little
MARKERS = ("o", "D")


def by_need(asked: Asked) -> Picture:
    """Mean fees by what children need, and what the dearest placements cost at least, under both scenarios."""
    if "placements" not in asked.comparison.tables:
        raise StoreError("the fees of all placements are in the folder of a comparison only: name one that was kept")
    figure = picture.fresh(8.4, 4.6)
    left, right = figure.subplots(1, 2)
    labels = (asked.baseline, asked.other)
    means, tails = _means(asked), {label: _tail(asked, label) for label in labels}
    both = [str(share) for share in tails[asked.baseline].index if share in tails[asked.other].index]
    tails = {label: tail.loc[both] for label, tail in tails.items()}
    _dots(left, {label: means[label] for label in labels})
    _dots(right, {label: tail.mean(axis=1) for label, tail in tails.items()})
    picture.panel(left, "mean by what children need")
    picture.panel(right, "what the dearest cost at least")
    rarest = both[-1]
    dear, before = (tails[label].loc[rarest].astype("float64") for label in (asked.other, asked.baseline))
    change = picture.interval(asked, np.asarray(dear - before, dtype=np.float64))
    title = f"The dearest {rarest} placements cost {before.mean():,.0f} GBP a week or more under {asked.baseline}; " \
            f"under {asked.other} {_pounds(change.mean)}{picture.between(change, _pounds)}"
    said = "; ".join(f"{need} {means[asked.baseline][need]:,.0f} and {means[asked.other][need]:,.0f}"
                     for need in means.index)  # fmt: skip
    alt = f"{title}. Mean fees under {asked.baseline} and under {asked.other}: {said}."
    subtitle = (
        f"bought places of {asked.place}, GBP a week; circle: {asked.baseline}, diamond: {asked.other}; "
        "numbers: their difference"
    )
    return picture.finished(asked, figure, title, subtitle, alt)


def _means(asked: Asked) -> pd.DataFrame:
    """Mean fee by need, a column a scenario; kinds that are too rare under one of them left out."""
    found = {}
    sums = groups.sums_of(asked.comparison.tables["sums"], asked.codes)
    for label in (asked.baseline, asked.other):
        own = sums.xs(label)
        weeks = float(own["weeks"].sum())
        number, fees = (by_needs(pd.DataFrame(own), columns).sum(axis=(0, 2)) for columns in (NUMBERS, FEES))
        found[label] = np.where(number / weeks >= FEWEST, fees / np.maximum(number, 1e-9), np.nan)
    said = [f"{band}, {care.replace('_', ' ')}" for band in BANDS for care in CARE]
    enough = pd.DataFrame(found, index=said).dropna()
    return enough if len(enough) else pd.DataFrame(_all_together(asked), index=["all"])


def _all_together(asked: Asked) -> dict[str, float]:
    """The mean fee of all bought places, where no kind has children enough."""
    sums = groups.sums_of(asked.comparison.tables["sums"], asked.codes)
    own = {label: sums.xs(label) for label in (asked.baseline, asked.other)}
    return {label: float(rows[FEES].to_numpy().sum() / max(rows[NUMBERS].to_numpy().sum(), 1e-9))
            for label, rows in own.items()}  # fmt: skip


def _tail(asked: Asked, label: str) -> pd.DataFrame:
    """What the dearest of the placements that run at the end of a scenario cost at least, a column a replicate."""
    wanted = ["scenario", "replicate", "home_authority", "sector", "end_week", "weekly_fee_gbp"]
    placed = asked.comparison.tables.read("placements", wanted)
    bought = placed["end_week"].isna() & (placed["sector"] != SECTORS[LOCAL_AUTHORITY])
    meant = placed["home_authority"].isin(list(asked.codes)) & (placed["scenario"] == label)
    fees = placed[bought & meant].groupby("replicate")["weekly_fee_gbp"]
    shares = [share for share in SHARES if share * fees.size().mean() >= FEWEST] or [SHARES[0]]
    return pd.DataFrame({f"1 in {1 / share:.0f}": fees.quantile(1 - share) for share in shares}).T


def _pounds(value: float) -> str:
    return f"{value:+,.0f}" if round(value) else "no difference"


def _dots(axes: Axes, columns: dict[str, pd.Series[float]]) -> None:
    """Two dots a row, joined by a line, the first row on top, and by how much the second differs."""
    rows = next(iter(columns.values())).index
    places = np.arange(len(rows))
    first, second = columns.values()
    axes.hlines(places, np.minimum(first, second), np.maximum(first, second), color="#9A9A9A", linewidth=1.5)
    for place, values in enumerate(columns.values()):
        axes.scatter(values, places, marker=MARKERS[place], color=drawing.COLOURS[place], s=34, zorder=3)
    for row, change in enumerate((second - first).to_numpy(dtype=np.float64)):
        axes.annotate(f"{change:+,.0f}" if round(change) else "0", (max(first.iloc[row], second.iloc[row]), row),
                      (8, 0), textcoords="offset points", va="center", fontsize=8.5, color=DARK)  # fmt: skip
    axes.set_yticks(places, list(rows), color=DARK)
    axes.invert_yaxis()
    axes.margins(x=0.14)
    axes.locator_params(axis="x", nbins=5)
    picture.plain_numbers(axes.xaxis)
