"""What the result depends on: the unknown values with which the difference goes up or down."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from scipy.stats import norm, rankdata

from marketsim.core.columns import Floats
from marketsim.experiments import uncertainty
from marketsim.reports import drawing
from marketsim.reports.pictures import picture
from marketsim.reports.pictures.picture import DARK, Asked, Picture
from marketsim.results import definitions
from marketsim.results.store import StoreError

FEWEST = 12  # vectors
MOST = 8  # values that are shown
LETTERS = 56  # in a line of what a value is


def unknown_values(asked: Asked) -> Picture:
    """The unknown values with which the difference goes up or down most, by their rank correlation over vectors."""
    if not has_vectors(asked):
        raise StoreError(f"what drives a result is told from {FEWEST} vectors of the plausible set or more")
    found = correlations(asked)
    sure = surely_beyond(len(found), _basis(asked))
    rows = found.reindex(found.abs().sort_values(ascending=False, kind="stable").index)[:MOST]
    figure = picture.fresh(8.6, 1.6 + 0.6 * len(rows))
    axes = figure.subplots()
    places = np.arange(len(rows))
    axes.axvspan(-min(sure, 1.0), min(sure, 1.0), color="#EFEFEF", zorder=0)
    axes.barh(places, rows, height=0.6, color=[drawing.BLUE if abs(one) > sure else "#9FB3C8" for one in rows])
    axes.axvline(0, color=DARK, linewidth=0.8)
    axes.set_yticks(places, [_named(str(key)) for key in rows.index], color=DARK)
    axes.invert_yaxis()
    axes.set_xlim(-1, 1)
    strong, place = rows[rows.abs() > sure], "" if asked.concerned is None else f" for {asked.place}"
    if len(strong):
        way = "higher" if strong.iloc[0] > 0 else "lower"
        title = (
            f"What {asked.other} changes in {asked.label}{place} depends most on {strong.index[0]}: "
            f"where that is higher, the change is {way}"
        )
    else:
        title = f"No single unknown value decides what {asked.other} changes in {asked.label}{place}"
    said = "; ".join(f"{key} {value:+.2f}" for key, value in rows.items())
    subtitle = (
        f"rank correlation of {asked.against} ({asked.label}) with values drawn, {_basis(asked)} vectors; "
        f"grey: what chance alone would give the strongest of {len(found)}"
    )
    return picture.finished(asked, figure, title, subtitle, f"{title}. Correlations: {said}.")


def has_vectors(asked: Asked) -> bool:
    """Whether there are vectors enough: of fewer the strongest of the values can't be told from chance."""
    return asked.comparison.vectors is not None and _basis(asked) >= FEWEST


def surely_beyond(values: int, vectors: int) -> float:
    """The rank correlation that the strongest of so many unrelated values passes in 5% of trials (Bonferroni; the
    normal approximation of Kendall and Gibbons, Rank Correlation Methods, 1990)."""
    return float(norm.isf((1 - uncertainty.LEVEL) / (2 * values)) / np.sqrt(vectors - 1))


def correlations(asked: Asked) -> pd.Series[float]:
    """By key of the plausible set the rank correlation of its value with the difference, over vectors."""
    drawn = asked.comparison.manifest["drawn_vectors"]
    differences = _by_vector(asked)
    values = pd.DataFrame({vector: drawn[str(vector)] for vector in differences.index}).T
    varying = values.loc[:, values.nunique() > 1]
    ranks = rankdata(differences)
    found = {str(key): float(np.corrcoef(rankdata(varying[key]), ranks)[0, 1]) for key in varying}
    return pd.Series(found, dtype="float64").fillna(0.0)


def _by_vector(asked: Asked) -> pd.Series[float]:
    """The mean difference of the outcome by vector; vectors in which it is not defined left out."""
    table = asked.comparison.values(asked.codes)
    rows = table[table["outcome"] == asked.outcome].pivot(index="replicate", columns="scenario", values="value")
    differences: Floats = (rows[asked.other] - rows[asked.baseline]).to_numpy(dtype=np.float64)
    vectors = pd.Series(asked.comparison.vectors, name="vector")
    return pd.Series(differences).groupby(vectors).mean().dropna()


def _basis(asked: Asked) -> int:
    return asked.comparison.rests_on[0]


def _named(key: str) -> str:
    what = definitions.column("plausible", key).definition
    return "\n".join([key, *textwrap.wrap(what, LETTERS, max_lines=2, placeholder=" ...")])
