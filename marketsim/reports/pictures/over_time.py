"""What changes over time: an outcome and its difference, routes, empty places beside children without a home."""

from __future__ import annotations

import numpy as np
import pandas as pd

from marketsim.reports import drawing
from marketsim.reports.pictures import picture
from marketsim.reports.pictures.picture import DARK, Asked, Picture, Rows
from marketsim.reports.tables import number
from marketsim.results import groups
from marketsim.results.store import StoreError

UNPLACED = ("children_waiting", "children_unregistered")
OF_ROUTE = "route_"  # before the names of routes in sums
LEAST = 0.5  # percent of children that a route must have placed at some time to be shown


def difference(asked: Asked) -> Picture:
    """The levels of both scenarios over time, and beside them their paired difference with its interval; by month, of a
    group by year."""
    if not has_times(asked):
        raise StoreError(f"{asked.outcome} is not counted week by week, so there is no picture of it over time")
    base, other = (picture.over_time(asked, label, asked.outcome) for label in (asked.baseline, asked.other))
    both = base.index.intersection(other.index)  # one may be longer
    found = [picture.interval(asked, values) for values in (other - base).loc[both].to_numpy(dtype=np.float64)]
    figure = picture.fresh(8.2, 4.2)
    left, right = figure.subplots(1, 2, sharex=True)
    means = {label: asked.factor * values.mean(axis=1)
             for label, values in ((asked.baseline, base), (asked.other, other))}  # fmt: skip
    picture.lines(left, means)
    ends_of = (np.array([getattr(one, end) for one in found]) for end in ("mean", "low", "high"))
    middle, low, high = (asked.factor * values for values in ends_of)
    right.axhline(0, color=DARK, linewidth=0.8)
    if not np.isnan(low).all():
        right.fill_between(both, low, high, color=drawing.BLUE, alpha=0.18, linewidth=0)
        if len(both) <= picture.FEW_TIMES:
            right.vlines(both, low, high, color=drawing.BLUE, alpha=0.45, linewidth=2)
    picture.line(right, pd.Series(middle, both), drawing.BLUE)
    title = picture.moves(asked, *picture.told(asked), asked.when)
    band = "with its 95% interval" if not np.isnan(low).all() else "too few runs for an interval"
    cut = "" if left.get_ylim()[0] <= 0 else " (the axis doesn't start at 0)"
    picture.panel(left, f"level{cut}")
    picture.panel(right, "difference")
    for axes in (left, right):
        picture.numbers(axes.yaxis, asked.outcome, signed=axes is right)
    picture.times(right, both)
    alt = (
        f"{title}. Level of {asked.label} {asked.times} under both scenarios, and their difference, which goes from "
        f"{asked.said(middle[0])} to {asked.said(middle[-1])}."
    )
    what = f"{asked.label} in {asked.place}, {asked.unit_words}, {asked.times}"
    subtitle = f"{what}; difference: {asked.against}, {band}"
    return picture.finished(asked, figure, title, subtitle, alt)


def has_times(asked: Asked) -> bool:
    """Whether the outcome is known over time: of a group by year, of all by week if it is counted so."""
    return asked.concerned is not None or picture.has_weekly(asked, asked.outcome)


def routes(asked: Asked) -> Picture:
    """Through which routes children were placed, by year, under each scenario."""
    figure = picture.fresh(8.2, 4.2)
    both = figure.subplots(1, 2, sharey=True)
    ends, means = {}, _shares(asked)
    highest = max(mean.to_numpy().max() for mean in means.values())
    both[0].set_ylim(-picture.BELOW * highest, (1 + picture.ROOM) * highest)
    for axes, (label, mean) in zip(both, means.items(), strict=True):
        used = {str(name): mean[name] for name in mean if mean[name].max() > LEAST}
        picture.lines(axes, used, order=list(map(str, mean)))
        ends[label] = {str(name): float(mean[name].iloc[-1]) for name in mean if mean[name].max() > LEAST}
        picture.panel(axes, label)
        picture.plain_numbers(axes.yaxis, "%")
    most = max(ends[asked.other], key=lambda route: ends[asked.other][route])
    share = ends[asked.other][most]
    title = f"Under {asked.other}, {share:.0f}% of children in homes came by the route {most} {asked.when}"
    if most in ends[asked.baseline]:
        title += f"; under {asked.baseline} {ends[asked.baseline][most]:.0f}%"
    said = {label: [f"{route} {share:.0f}%" for route, share in found.items()] for label, found in ends.items()}
    alt = f"{title}. " + " ".join(f"{label}: {', '.join(shares)}." for label, shares in said.items())
    subtitle = f"children in homes by the route that placed them, % of children placed, {asked.place}, by year"
    return picture.finished(asked, figure, title, subtitle, alt)


def _shares(asked: Asked) -> dict[str, Rows]:
    """By scenario the share of each route (% of children placed), mean over its runs: a row a year, the same routes in
    the same order."""
    sums, found = asked.comparison.tables["sums"], {}
    means = {place: groups.sums_of(sums, asked.codes, year).groupby(level="scenario").sum()
             for place, year in enumerate(asked.comparison.years, start=1)}  # fmt: skip
    routes = [str(name) for name in next(iter(means.values())) if str(name).startswith(OF_ROUTE)]
    for label in (asked.baseline, asked.other):
        of_years = {place: mean.loc[label].astype("float64") for place, mean in means.items()}
        wide = pd.DataFrame(of_years).T.fillna(0.0)  # a route that only others have
        shares = 100 * wide[routes].div(wide["children_placed"], axis=0)
        found[label] = shares.rename(columns=lambda name: str(name).removeprefix(OF_ROUTE).replace("_", " "))
    return found


def voids(asked: Asked) -> Picture:
    """Empty places and children without a home over time, beside each other: one can't be judged without the other."""
    figure = picture.fresh(8.2, 4.2)
    left, right = figure.subplots(1, 2, sharex=True)
    ends: dict[str, list[float]] = {}
    changes = []
    for axes, columns, factor, end, text in (
        (left, ("open_void_rate",), 100.0, "%", "empty places"), (right, UNPLACED, 1.0, "", "children without a home")
    ):  # fmt: skip
        wide = {label: factor * picture.over_time(asked, label, *columns) for label in (asked.baseline, asked.other)}
        for label, values in wide.items():
            ends.setdefault(label, []).append(float(values.iloc[-1].mean()))
        picture.lines(axes, {label: values.mean(axis=1) for label, values in wide.items()}, from_zero=True)
        picture.plain_numbers(axes.yaxis, end)
        picture.panel(axes, text)
        both = (wide[asked.other] - wide[asked.baseline]).dropna(how="all")  # one may be longer
        last = both.iloc[-1].to_numpy(dtype=np.float64)
        changes.append(picture.interval(asked, last))
    empty, children = changes
    title = f"Under {asked.other} at the end: children without a home {_signed(children.mean)}" \
            f"{picture.between(children, _signed)}, empty places {_signed(empty.mean)} points" \
            f"{picture.between(empty, _signed)}"
    said = [f"{label}: {number(rate / 100, 'share')} of open places empty, {count:,.0f} children without a home"
            for label, (rate, count) in ends.items()]  # fmt: skip
    subtitle = (
        f"open places that stand empty, %, and children who wait or are in unregistered settings, "
        f"{asked.place}, {asked.times}; changes against {asked.baseline}"
    )
    return picture.finished(asked, figure, title, subtitle, f"{title}. {'; '.join(said)}.")


def _signed(change: float) -> str:
    return number(change, "children", signed=True)
