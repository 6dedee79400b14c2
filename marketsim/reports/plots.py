"""Pictures of a comparison, for a report or a slide: each says in its title what is found, below it measure and unit.

`KINDS` has them by name; each returns a `Picture`, whose figure is matplotlib's and whose `alt` says in words what it
shows to who can't see it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
import pandas as pd
from matplotlib import colormaps, patheffects
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.colors import TwoSlopeNorm
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.patches import RegularPolygon
from matplotlib.ticker import FuncFormatter

from marketsim.core.columns import Floats
from marketsim.england.figures import hexagons
from marketsim.experiments import money as causes
from marketsim.experiments import uncertainty
from marketsim.experiments.comparison import WHOLE, Comparison
from marketsim.reports import drawing, headline
from marketsim.reports.tables import number
from marketsim.results import definitions, store
from marketsim.results.outcomes import ENGLAND, MEASURES
from marketsim.results.store import StoreError
from marketsim.scenario import errors

MONTH_WEEKS = 4
TITLE_LETTERS, SUBTITLE_LETTERS = 74, 100
LABEL_SPACE = 0.05  # of the height of a chart, between the labels of lines
DARK = "#1B1B1B"
DASHES: tuple[Any, ...] = ("solid", (0, (5, 2)), (0, (1, 1)), (0, (6, 2, 1, 2)), (0, (3, 1, 1, 1, 1, 1)))
Rows: TypeAlias = pd.DataFrame


@dataclass(frozen=True)
class Asked:
    """What a picture is asked for: `other` scenario against the baseline, an `outcome`, and for whom (None: all)."""

    comparison: Comparison
    other: str
    outcome: str = "weekly_fee_mean_gbp"
    concerned: str | None = None

    @property
    def against(self) -> str:
        """Who is compared, in words."""
        return f"{self.other} less {self.comparison.labels[0]}"

    @property
    def unit(self) -> str:
        """The unit of the outcome as people read it."""
        unit = definitions.column("outcomes", self.outcome).unit
        return "points" if unit == "share" else unit

    @property
    def label(self) -> str:
        """What the outcome is called, without its unit."""
        return definitions.column("outcomes", self.outcome).label.partition(",")[0]

    @property
    def factor(self) -> float:
        """What values are multiplied by to be in that unit."""
        return 100.0 if self.unit == "points" else 1.0


@dataclass(frozen=True)
class Picture:
    """A figure, the finding that is its title, and what it shows in words."""

    figure: Figure
    title: str
    alt: str


def over_time(asked: Asked) -> Picture:
    """The levels of both scenarios over time, and beside them their paired difference with its interval."""
    if _missing(asked, "difference"):
        raise StoreError(f"{asked.outcome} is not counted week by week, so there is no picture of it over time")
    base, other = (_monthly(asked, label) for label in (asked.comparison.labels[0], asked.other))
    dates, found = base.index, [_interval(asked, values) for values in (other - base).to_numpy(dtype=np.float64)]
    figure = _empty(10, 4.6)
    left, right = figure.subplots(1, 2, sharex=True)
    ends = []
    for place, (label, values) in enumerate(((asked.comparison.labels[0], base), (asked.other, other))):
        mean = asked.factor * values.mean(axis=1)
        left.plot(dates, mean, color=drawing.COLOURS[place], linestyle=DASHES[place], linewidth=2)
        ends.append((label, float(mean.iloc[-1])))
    ends_of = (np.array([getattr(one, end) for one in found]) for end in ("mean", "low", "high"))
    middle, low, high = (asked.factor * values for values in ends_of)
    right.axhline(0, color=DARK, linewidth=0.8)
    if not np.isnan(low).all():
        right.fill_between(dates, low, high, color=drawing.BLUE, alpha=0.18, linewidth=0)
    right.plot(dates, middle, color=drawing.BLUE, linewidth=2)
    label = asked.label
    last = found[-1]
    title = _moves(asked, label, last.mean, last.low, last.high, "at the end")
    band = "band: 95% interval of the difference" if not np.isnan(low).all() else "too few runs for an interval"
    left.set_title(f"{label}", loc="left", fontsize=10, color=DARK)
    right.set_title(f"difference: {asked.against} ({band})", loc="left", fontsize=10, color=DARK)
    for axes in (left, right):
        _numbers(axes.yaxis, asked.outcome, signed=axes is right)
        _dates(axes)
        axes.margins(x=0.02)
    _label_ends(left, ends)
    alt = f"{title}. Level of {label} by month under both scenarios, and their difference, which goes from " \
          f"{_said(asked, middle[0])} to {_said(asked, middle[-1])}."
    return _finished(asked, figure, title, f"{_all_areas(asked)}, {_unit_words(asked)}, by month", alt)


def members(asked: Asked) -> Picture:
    """Members (of a group, or the regions) ranked by the difference of an outcome, each with its interval."""
    if asked.concerned is None:
        rows = asked.comparison.regions.rename(columns={"region": "area"})
    else:
        rows = asked.comparison.members(asked.concerned)
        rows = rows[~rows["area"].isin([asked.concerned.strip(), ENGLAND])]
    rows = rows[(rows["scenario"] == asked.other) & (rows["outcome"] == asked.outcome) & rows["difference"].notna()]
    rows = rows.sort_values("difference", ascending=False, kind="stable")
    figure = _empty(8.5, 1.6 + 0.3 * max(len(rows), 3))
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
    _numbers(axes.xaxis, asked.outcome, signed=True)
    who = "regions" if asked.concerned is None else "areas"
    title = _ways(asked, rows, f"{{}} of {len(rows)} {who}", "for")
    each = [f"{area} {_said(asked, value)}" for area, value in zip(rows["area"], values[:, 0], strict=True)]
    alt = f"{title}. Differences from the highest to the lowest: {'; '.join(each)}."
    how = "line: 95% interval; filled: it leaves out 0" if asked.comparison.tells else "too few runs for intervals"
    return _finished(asked, figure, title, f"{asked.against}, {_unit_words(asked)}; {how}", alt)


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
    figure = _empty(9, 4.8)
    axes = figure.subplots()
    axes.barh(names, heights, left=begins, color=colours, height=0.65)
    axes.axvline(0, color=DARK, linewidth=0.8)
    reach = max(np.abs(np.concatenate([begins, begins + heights])).max(), 1e-9)
    low, high = float(rows.loc[WHOLE, "ci_low"]) / 1e6, float(rows.loc[WHOLE, "ci_high"]) / 1e6
    for place, (begin, height) in enumerate(zip(begins, heights, strict=True)):
        beyond = np.nanmax([begin, begin + height, high if place == len(parts) else np.nan]) + 0.015 * reach
        text = "0" if abs(height) < 5e-5 else f"{height:+,.2f}" if abs(height) < 10 else f"{height:+,.1f}"
        axes.text(beyond, place, text, va="center", color=DARK, fontsize=9)
    if not np.isnan(low):
        axes.hlines(len(names) - 1, low, high, color=DARK, linewidth=1.5)
    axes.invert_yaxis()
    axes.margins(x=0.14)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+,.3g}" if value else "0"))
    title = _costs(asked, 1e6 * whole, 1e6 * low, 1e6 * high)
    said = ", ".join(f"{cause} {part:+.2f}" for cause, part in zip(names, heights, strict=True))
    subtitle = f"{asked.against}, million GBP a year by cause; line: 95% interval of the sum"
    return _finished(asked, figure, title, subtitle, f"{title}. Million GBP a year: {said}.")


def hexagon_map(asked: Asked) -> Picture:
    """A cell an authority, coloured by the change of an outcome for its children; StoreError for made-up worlds."""
    cells = hexagons()
    rows = asked.comparison.authorities
    rows = rows[(rows["scenario"] == asked.other) & (rows["outcome"] == asked.outcome)].set_index("ons_code")
    if not set(rows.index) <= set(cells):
        raise StoreError("a map is of England; this is a made-up world")
    values = asked.factor * rows["difference"].astype("float64")
    reach = float(np.nanquantile(np.abs(values), 0.95)) or 1.0
    norm, colours = TwoSlopeNorm(0.0, -reach, reach), colormaps["PuOr_r"]
    figure = _empty(7.2, 7.6)
    axes = figure.subplots()
    for code, value in values.items():
        east, north = _centre(cells[str(code)])
        face = "#DDDDDD" if np.isnan(value) else colours(norm(value))
        axes.add_patch(RegularPolygon((east, north), 6, radius=0.56, facecolor=face, edgecolor="white", linewidth=0.7))
    _name_regions(asked, axes)
    axes.set_aspect("equal")
    axes.autoscale_view()
    axes.margins(0.01)
    axes.axis("off")
    bar = figure.colorbar(ScalarMappable(norm, colours), ax=axes, shrink=0.45, pad=0.02, extend="both")
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+,.3g}" if value else "0"))
    bar.outline.set_visible(False)
    title = _ways(asked, rows, f"{{}} of {values.notna().sum()} authorities", "in")
    alt = f"{title}. A map of England in cells; the middle authority changes by {_said(asked, float(values.median()))}."
    chance = f"; of so many, {len(rows) * (1 - uncertainty.LEVEL) / 2:.0f} would seem sure by chance"
    where = "by home authority, an own layout with regions apart"
    subtitle = f"{asked.against}, {_unit_words(asked)}, {where}{chance if asked.comparison.tells else ''}"
    return _finished(asked, figure, title, subtitle, alt)


def routes(asked: Asked) -> Picture:
    """Through which routes children were placed, over time, under each scenario."""
    labels = [asked.comparison.labels[0], asked.other]
    if _missing(asked, "routes"):
        raise StoreError("the routes of a comparison are in its folder only: name one that was kept")
    weekly = asked.comparison.tables["weekly"]
    shares = [str(name) for name in weekly if str(name).startswith("share_")]
    figure = _empty(10, 4.6)
    both = figure.subplots(1, 2, sharey=True)
    ends = {}
    for axes, label in zip(both, labels, strict=True):
        of_arm = weekly[(weekly["scenario"] == label) & (weekly["week"] % MONTH_WEEKS == 0)]
        mean = 100 * of_arm.groupby("date")[shares].mean()
        used = [name for name in shares if mean[name].max() > 0.5]
        for name in used:
            place = shares.index(name)
            axes.plot(mean.index, mean[name], color=drawing.COLOURS[place % len(drawing.COLOURS)],
                      linestyle=DASHES[place % len(DASHES)], linewidth=2)  # fmt: skip
        ends[label] = {name.removeprefix("share_").replace("_", " "): float(mean[name].iloc[-1]) for name in used}
        axes.set_title(label, loc="left", fontsize=10, color=DARK)
        axes.set_ylim(0, None)
        _dates(axes)
    for axes, label in zip(both, labels, strict=True):
        _label_ends(axes, list(ends[label].items()))
    most = max(ends[asked.other], key=lambda route: ends[asked.other][route])
    title = f"Under {asked.other}, {ends[asked.other][most]:.0f}% of children live where {most} placed them at the end"
    said = {label: [f"{route} {share:.0f}%" for route, share in found.items()] for label, found in ends.items()}
    alt = f"{title}. " + " ".join(f"{label}: {', '.join(shares)}." for label, shares in said.items())
    return _finished(asked, figure, title, "children placed by the route that placed them, % of children placed", alt)


Kind: TypeAlias = Callable[[Asked], Picture]
KINDS: dict[str, Kind] = {
    "difference": over_time, "members": members, "money": spend, "map": hexagon_map, "routes": routes,
}  # fmt: skip


ALL = "all"


def pictures(
    comparison: Comparison, kind: str, outcome: str, concerned: str | None, other: str | None
) -> dict[str, Picture]:
    """The pictures of a kind, or of all kinds that these results have, by name; StoreError, in one line, if they can't
    be drawn, ScenarioError for nobody of that name."""
    asked = Asked(comparison, other_of(comparison, other), _outcome(comparison, outcome), concerned)
    if concerned is not None:
        comparison.group(concerned)
    if kind != ALL:
        return {kind: KINDS[kind](asked)}
    drawn = {}
    for name, draw in KINDS.items():
        if _missing(asked, name):
            continue
        drawn[name] = draw(asked)
    return drawn


def write(drawn: Mapping[str, Picture], folder: Path, form: str) -> list[Path]:
    """Keep pictures as files of a form (png, svg), with what each shows in words beside it; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, picture in drawn.items():
        path = folder / f"{name}.{form}"
        drawing.keep(picture.figure, path)
        store.write_text(path.with_suffix(".txt"), picture.alt + "\n")
        paths.append(path)
    return paths


def other_of(comparison: Comparison, other: str | None) -> str:
    """The scenario that is told about beside the baseline: the one named, or the first. StoreError, in one line, if
    these are other results, unfinished ones, or there is no such scenario."""
    if comparison.kind != "comparison":
        raise StoreError(f"{comparison.folder}: is a {comparison.kind}, no comparison")
    if comparison.done == 0 or "comparison" not in comparison.tables:
        raise StoreError(f"{comparison.folder}: has no comparison.csv: it isn't finished")
    others = comparison.labels[1:]
    if other is not None and other not in others:
        raise StoreError(errors.sentence(f"no scenario {errors.shown(other)}; these results have {', '.join(others)}",
                                         errors.did_you_mean(other, others)))  # fmt: skip
    return others[0] if other is None else other


def _outcome(comparison: Comparison, outcome: str) -> str:
    known = list(dict.fromkeys(comparison.table["outcome"]))
    if outcome not in known:
        hint = errors.did_you_mean(outcome, known)
        raise StoreError(errors.sentence(f"no outcome {errors.shown(outcome)}; there are {', '.join(known)}", hint))
    return outcome


def _missing(asked: Asked, kind: str) -> bool:
    """Whether these results lack what a kind of picture shows: a map is of England, routes are kept in folders."""
    if kind == "map":
        return _all_areas(asked) != "England"
    weekly = list(map(str, asked.comparison.tables["weekly"])) if kind in ("difference", "routes") else []
    return (kind == "difference" and asked.outcome not in weekly) or (
        kind == "routes" and not any(name.startswith("share_") for name in weekly)
    )


def _empty(width: float, height: float) -> Figure:
    """A figure (inches) that nobody else keeps, so that it goes when it is no longer used."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def _monthly(asked: Asked, label: str) -> Rows:
    """A weekly outcome, every fourth week and the last: a row a date, a column a replicate."""
    weekly = asked.comparison.tables.read("weekly", ["week", "date", "scenario", "replicate", asked.outcome])
    of_arm = weekly[weekly["scenario"] == label]
    kept = of_arm[(of_arm["week"] % MONTH_WEEKS == 0) | (of_arm["week"] == of_arm["week"].max())]
    wide: Rows = kept.pivot(index="date", columns="replicate", values=asked.outcome).sort_index(axis=1)
    return wide


def _interval(asked: Asked, differences: Floats) -> uncertainty.Interval:
    known = ~np.isnan(differences)
    vectors = asked.comparison.vectors
    if not known.any():
        return uncertainty.Interval(np.nan, np.nan, np.nan)
    found = uncertainty.interval(differences[known], None if vectors is None else vectors[known])
    return found if asked.comparison.tells else uncertainty.Interval(found.mean, np.nan, np.nan)


def _ways(asked: Asked, rows: Rows, of: str, where: str) -> str:
    """For how many areas an outcome is lower, or higher if that is for more, and for how many that is sure."""
    difference, low, high = (rows[name].to_numpy(dtype=np.float64) for name in ("difference", "ci_low", "ci_high"))
    less, more = int((difference < 0).sum()), int((difference > 0).sum())
    way, count, sure = ("lower", less, high < 0) if less >= more else ("higher", more, low > 0)
    surely = f", surely {where} {int(sure.sum()) or 'none'}" if asked.comparison.tells else ""
    return f"{_sentence(asked.label)}: {way} {where} {of.format(count)} under {asked.other}{surely}"


def _moves(asked: Asked, label: str, mean: float, low: float, high: float, when: str) -> str:
    """A sentence on which way an outcome goes, and whether that is sure."""
    if np.isnan(mean):
        return f"{_sentence(label)} is not known {when}"
    if mean == 0 and not low < high:
        return f"{_sentence(label)} is the same under both {when}"
    way = "lower" if mean < 0 else "higher"
    if np.isnan(low):
        return f"{_sentence(label)} is {_size(asked, mean)} {way} under {asked.other} {when}"
    if low <= 0 <= high:
        return f"{_sentence(label)} may be lower or higher under {asked.other} {when}: the runs can't tell"
    return f"{_sentence(label)} is {_size(asked, mean)} {way} under {asked.other} {when}"


def _costs(asked: Asked, mean: float, low: float, high: float) -> str:
    """A sentence on what spend does."""
    place = "" if asked.concerned is None else f" for {asked.concerned.strip()}"
    baseline = asked.comparison.labels[0]
    if mean == 0:
        return f"{asked.other} costs what {baseline} costs{place}"
    if low <= 0 <= high:
        return f"{asked.other} may cost less or more than {baseline}{place}: the runs can't tell"
    way = "less" if mean < 0 else "more"
    return f"{asked.other} costs {headline.pounds(abs(mean))} a year {way} than {baseline}{place}"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _size(asked: Asked, difference: float) -> str:
    unit = definitions.column("outcomes", asked.outcome).unit
    return f"{number(abs(difference), unit).rstrip('%')} {asked.unit}"


def _said(asked: Asked, shown: float) -> str:
    unit = definitions.column("outcomes", asked.outcome).unit
    return number(shown / asked.factor, unit, signed=True)


def _unit_words(asked: Asked) -> str:
    return "percentage points" if asked.unit == "points" else asked.unit


def _all_areas(asked: Asked) -> str:
    worlds = {one.world.kind for one in asked.comparison.scenarios.values()}
    return "England" if "england" in worlds else "made-up world"


def _numbers(axis: Any, outcome: str, signed: bool) -> None:
    """Thousands with commas; differences with their sign; shares in percent or points."""
    share = MEASURES[outcome].unit == "share"

    def shown(value: float, _: object) -> str:
        text = f"{value:+,.6g}" if signed and value else f"{value:,.6g}"
        return text + ("%" if share and not signed else "")

    axis.set_major_formatter(FuncFormatter(shown))


def _dates(axes: Axes) -> None:
    """Few dates, each as short as it can be said."""
    places: Any = cast(Any, AutoDateLocator)(minticks=3, maxticks=8)
    axes.xaxis.set_major_locator(places)
    axes.xaxis.set_major_formatter(cast(Any, ConciseDateFormatter)(places))


def _label_ends(axes: Axes, ends: Sequence[tuple[str, float]]) -> None:
    """Names at the ends of lines, in dark text, pushed apart so that none lies on another."""
    bottom, top = axes.get_ylim()
    right, gap, placed = axes.get_xlim()[1], LABEL_SPACE * (top - bottom), -np.inf
    for name, value in sorted(ends, key=lambda end: end[1]):
        placed = max(value, placed + gap)
        axes.annotate(name, (right, placed), (4, 0), textcoords="offset points", va="center", color=DARK, fontsize=9,
                      annotation_clip=False)  # fmt: skip


def _centre(cell: tuple[int, int]) -> tuple[float, float]:
    column, row = cell
    return column + 0.5 * (row % 2), row * 0.866


def _name_regions(asked: Asked, axes: Axes) -> None:
    """The name of each region in the middle of its cells, with a white edge so that it can be read on any colour."""
    cells = hexagons()
    regions = asked.comparison.tables["sums"].drop_duplicates("ons_code").groupby("region")["ons_code"]
    for region, codes in regions:
        east, north = np.array([_centre(cells[code]) for code in codes]).mean(axis=0)
        words = "\n".join(textwrap.wrap(str(region), 12))
        edge = [patheffects.withStroke(linewidth=3, foreground="white")]
        axes.text(east, north, words, ha="center", va="center", fontsize=8.5, color=DARK, path_effects=edge)


def _finished(asked: Asked, figure: Figure, title: str, subtitle: str, alt: str) -> Picture:
    """Title, subtitle and source of a figure; spines and grid as all have them."""
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
        if axes.axison:
            axes.grid(axis="both", color="#E3E3E3", linewidth=0.6)
            axes.set_axisbelow(True)
            axes.tick_params(colors=DARK, labelsize=9)
    lines = [*textwrap.wrap(title, TITLE_LETTERS), ""]
    height = figure.get_figheight()
    below = textwrap.wrap(subtitle, SUBTITLE_LETTERS)
    figure.tight_layout()
    top = 1 + (0.30 * (len(lines) - 1) + 0.22 * len(below)) / height
    for place, line in enumerate(lines[:-1]):
        figure.text(0.012, top - 0.29 * place / height, line, fontsize=13, fontweight="bold", color=DARK, va="top")
    start = top - (0.30 * (len(lines) - 1) + 0.02) / height
    for place, line in enumerate(below):
        figure.text(0.012, start - 0.2 * place / height, line, fontsize=9.5, color=drawing.GREY, va="top")
    count, noun = asked.comparison.rests_on
    source = f"Source: marketsim, {count} {noun}, the same children and luck in both."
    figure.text(0.012, -0.06 / height, source, fontsize=8, color=drawing.GREY, va="top")
    return Picture(figure, title, alt)
