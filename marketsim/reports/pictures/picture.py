"""What pictures of a comparison have in common: what is asked for, how findings are said, and how axes look."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias, cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import offset_copy

from marketsim.core.columns import Floats
from marketsim.experiments import uncertainty
from marketsim.experiments.comparison import Comparison
from marketsim.reports import drawing
from marketsim.reports.tables import capital, number
from marketsim.results import definitions
from marketsim.results.outcomes import ENGLAND, MEASURES

MONTH_WEEKS, FEW_TIMES, LAST_WEEKS = 4, 12, 52
MANY = 20  # areas: of so many some seem sure by chance
TITLE_LETTERS, SUBTITLE_LETTERS = 10.2, 13.4  # that fit into an inch
BELOW, ROOM = 0.03, 0.08  # of a chart that begins at nought, below and above what it shows
LABEL_SPACE = 0.055  # of the height of a chart, between the labels of lines
DARK = "#1B1B1B"
DASHES: tuple[Any, ...] = ("solid", (0, (5, 2)), (0, (1, 1)), (0, (6, 2, 1, 2)), (0, (3, 1, 1, 1, 1, 1)))
Rows: TypeAlias = pd.DataFrame
Shown: TypeAlias = Literal["change", "level"]


@dataclass(frozen=True)
class Asked:
    """What a picture is asked for: `other` scenario against the baseline, an `outcome`, for whom (None: all), and
    whether maps show its change or its level."""

    comparison: Comparison
    other: str
    outcome: str = "weekly_fee_mean_gbp"
    concerned: str | None = None
    shown: Shown = "change"

    @property
    def baseline(self) -> str:
        """The label of the baseline."""
        return self.comparison.labels[0]

    @property
    def against(self) -> str:
        """Who is compared, in words."""
        return f"{self.other} less {self.baseline}"

    @property
    def unit(self) -> str:
        """The unit of the outcome as people read it."""
        unit = definitions.column("outcomes", self.outcome).unit
        return "points" if unit == "share" else unit

    @property
    def unit_words(self) -> str:
        """The same for a subtitle; of a level, shares are percent."""
        if self.unit == "points":
            return "%" if self.shown == "level" else "percentage points"
        return self.unit

    @property
    def label(self) -> str:
        """What the outcome is called, without its unit."""
        return definitions.column("outcomes", self.outcome).label.partition(",")[0]

    @property
    def factor(self) -> float:
        """What values are multiplied by to be in that unit."""
        return 100.0 if self.unit == "points" else 1.0

    @property
    def whole(self) -> str:
        """What all areas together are called."""
        worlds = {one.world.kind for one in self.comparison.scenarios.values()}
        return "England" if "england" in worlds else "made-up world"

    @property
    def times(self) -> str:
        """How often values over time are told."""
        return "by month" if self.concerned is None else "by year"

    @property
    def when(self) -> str:
        """Over which weeks outcomes are."""
        weeks = self.comparison.manifest["weeks"] or LAST_WEEKS
        return f"in the last {min(weeks, LAST_WEEKS)} weeks"

    @property
    def place(self) -> str:
        """Whom the picture is for."""
        return self.whole if self.concerned is None else self.comparison.group(self.concerned).name

    @cached_property
    def codes(self) -> Collection[str]:
        """ONS codes of the authorities that the picture is for."""
        if self.concerned is None:
            return list(self.comparison.tables["sums"]["ons_code"].unique())
        return list(self.comparison.group(self.concerned).members)

    def size(self, difference: float) -> str:
        """How much, without a sign: 12 GBP/week, 3.1 points."""
        unit = definitions.column("outcomes", self.outcome).unit
        return f"{number(abs(difference), unit).rstrip('%')} {self.unit}"

    def said(self, shown: float) -> str:
        """A difference as it is shown, with its sign."""
        unit = definitions.column("outcomes", self.outcome).unit
        return number(shown / self.factor, unit, signed=True)


@dataclass(frozen=True)
class Picture:
    """A figure, the finding that is its title, and what it shows in words."""

    figure: Figure
    title: str
    alt: str


def fresh(width: float, height: float) -> Figure:
    """A figure (inches) that nobody else keeps, so that it goes when it is no longer used."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def has_weekly(asked: Asked, *columns: str) -> bool:
    """Whether these results count something week by week."""
    return set(columns) <= set(map(str, asked.comparison.tables["weekly"]))


def monthly(asked: Asked, label: str, *columns: str) -> Rows:
    """The sum of weekly columns, every fourth week and the last: a row a date, a column a replicate."""
    weekly = asked.comparison.tables.read("weekly", ["week", "date", "scenario", "replicate", *columns])
    of_arm = weekly[weekly["scenario"] == label]
    kept = of_arm[(of_arm["week"] % MONTH_WEEKS == 0) | (of_arm["week"] == of_arm["week"].max())]
    kept = kept.assign(shown=kept[list(columns)].sum(axis=1, skipna=False))
    wide: Rows = kept.pivot(index="date", columns="replicate", values="shown").sort_index(axis=1)
    return wide


def yearly(asked: Asked, label: str, *outcomes: str) -> Rows:
    """The sum of outcomes of a group in each year of the runs: a row a year, a column a replicate."""
    found = {}
    for place, year in enumerate(asked.comparison.years, start=1):
        values = asked.comparison.values(asked.codes, year)
        own = values[(values["scenario"] == label) & values["outcome"].isin(outcomes)]
        found[place] = own.groupby("replicate")["value"].sum(min_count=len(outcomes))
    return pd.DataFrame(found).T


def over_time(asked: Asked, label: str, *outcomes: str) -> Rows:
    """The sum of outcomes by month, or of a group by year: a row a time, a column a replicate."""
    return (monthly if asked.concerned is None else yearly)(asked, label, *outcomes)


def interval(asked: Asked, differences: Floats) -> uncertainty.Interval:
    """Mean and interval of differences, one a replicate; without ends where there are too few."""
    known = ~np.isnan(differences)
    vectors = asked.comparison.vectors
    if not known.any():
        return uncertainty.Interval(np.nan, np.nan, np.nan)
    found = uncertainty.interval(differences[known], None if vectors is None else vectors[known])
    return found if asked.comparison.tells else uncertainty.Interval(found.mean, np.nan, np.nan)


def lines(
    axes: Axes, means: Mapping[str, pd.Series[float]], from_zero: bool = False, order: Sequence[str] = ()
) -> None:
    """A line a name (values by date or number of the year), told apart by colour and dashes, named at its end; `order`
    are all names that there are, where other charts beside this one have others."""
    places = list(order or means)
    for name, values in means.items():
        place = places.index(name)
        line(axes, values, drawing.COLOURS[place % len(drawing.COLOURS)], DASHES[place % len(DASHES)])
    times(axes, next(iter(means.values())).index)
    if from_zero:
        highest = max(float(values.max()) for values in means.values())
        axes.set_ylim(-BELOW * highest, (1 + ROOM) * highest or 1.0)  # so that marks at nought are whole
    label_ends(axes, [(label, float(values.iloc[-1])) for label, values in means.items()])


def told(asked: Asked) -> tuple[float, float, float]:
    """The difference of the outcome and the ends of its interval, as all tables have them."""
    table = asked.comparison.table.rename(columns={"region": "area"})
    area = ENGLAND if asked.concerned is None else asked.comparison.group(asked.concerned).name
    rows = table if asked.concerned is None else asked.comparison.members(asked.concerned)
    rows = rows[(rows["scenario"] == asked.other) & (rows["outcome"] == asked.outcome) & (rows["area"] == area)]
    mean, low, high = rows[["difference", "ci_low", "ci_high"]].iloc[0].astype("float64")
    return float(mean), float(low), float(high)


def moves(asked: Asked, mean: float, low: float, high: float, when: str) -> str:
    """A sentence on which way an outcome goes, and whether that is sure."""
    label, ends = capital(asked.label), in_brackets(*(asked.said(asked.factor * end) for end in (low, high)))
    if np.isnan(mean):
        return f"{label} is not known {when}"
    if mean == 0 and not low < high:
        return f"{label} is the same under both {when}"
    if low <= 0 <= high:
        return f"{label} may be lower or higher under {asked.other} {when}: {asked.said(asked.factor * mean)} {ends}"
    way = "lower" if mean < 0 else "higher"
    return f"{label} is {asked.size(mean)} {way} under {asked.other} {when}{'' if np.isnan(low) else f' {ends}'}"


def ways(asked: Asked, rows: Rows, of: str, where: str) -> str:
    """For how many areas an outcome is lower, or higher if that is for more, and for how many that is sure; where many
    are looked at, beside how many would be so by chance."""
    difference, low, high = (rows[name].to_numpy(dtype=np.float64) for name in ("difference", "ci_low", "ci_high"))
    less, more = int((difference < 0).sum()), int((difference > 0).sum())
    way, count, sure = ("lower", less, high < 0) if less >= more else ("higher", more, low > 0)
    surely = f", surely {where} {int(sure.sum()) or 'none'}" if asked.comparison.tells else ""
    if surely and len(rows) >= MANY:
        surely += f" (chance alone: {len(rows) * (1 - uncertainty.LEVEL) / 2:.0f})"
    return f"{capital(asked.label)}: {way} {where} {of.format(count)} under {asked.other}{surely}"


def between(found: uncertainty.Interval, size: Callable[[float], str]) -> str:
    """The ends of an interval in brackets; nothing if it has none."""
    return "" if np.isnan(found.low) else f" {in_brackets(size(found.low), size(found.high))}"


def in_brackets(low: str, high: str) -> str:
    """Two ends that stay on one line."""
    return f"[{low},\u00a0{high}]"


def numbers(axis: Any, outcome: str, signed: bool) -> None:
    """Thousands with commas; differences with their sign; shares in percent or points."""
    share = MEASURES[outcome].unit == "share"

    def shown(value: float, _: object) -> str:
        text = f"{value:+,.6g}" if signed and value else f"{value:,.6g}"
        return text + ("%" if share and not signed else "")

    axis.set_major_formatter(FuncFormatter(shown))


def plain_numbers(axis: Any, end: str = "") -> None:
    """Thousands with commas."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}{end}"))


def line(axes: Axes, values: pd.Series[float], colour: str, dashes: Any = "solid") -> None:
    """A line; of few values each is marked."""
    mark = "o" if len(values) <= FEW_TIMES else None
    axes.plot(values.index, values.to_numpy(), color=colour, linestyle=dashes, linewidth=2, marker=mark, markersize=5)


def times(axes: Axes, index: pd.Index[Any]) -> None:
    """Few dates, each as short as it can be said; or years by their number."""
    axes.margins(x=0.02)
    if not isinstance(index, pd.DatetimeIndex):
        axes.set_xticks(list(index), list(map(str, index)))
        axes.set_xlabel("year", color=DARK, fontsize=9)
        room = 0.3 if len(index) > 1 else 0.05  # what is named beside its only mark need not be looked for
        axes.set_xlim(float(index[0]) - 0.3, float(index[-1]) + room)
        return
    places: Any = cast(Any, AutoDateLocator)(minticks=3, maxticks=7)
    axes.xaxis.set_major_locator(places)
    axes.xaxis.set_major_formatter(cast(Any, ConciseDateFormatter)(places))


def label_ends(axes: Axes, ends: Sequence[tuple[str, float]]) -> None:
    """Names beside the ends of lines, in dark text, as near as they can be without lying on another; a thin line leads
    from each to its end."""
    (bottom, top), right = axes.get_ylim(), axes.get_xlim()[1]
    beside: Any = offset_copy(axes.transData, cast(Figure, axes.figure), x=14, units="points")
    several = sorted(ends, key=lambda end: end[1])
    heights = spread_out([value for _, value in several], LABEL_SPACE * (top - bottom), bottom, top)
    for (name, value), height in zip(several, heights, strict=True):
        axes.annotate(
            name, (right, value), (right, height), textcoords=beside, va="center", color=DARK, fontsize=9,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": "#8A8A8A", "linewidth": 0.7, "shrinkA": 1, "shrinkB": 1},
        )  # fmt: skip


def spread_out(values: Sequence[float], gap: float, bottom: float, top: float) -> list[float]:
    """Places for rising values that lie `gap` apart, within bottom and top if there is room, and as near to the values
    as that allows: those that crowd are spread evenly about their mean (isotonic least squares)."""
    pools: list[list[float]] = []  # mean of a crowd less what its members are apart, and how many they are
    for place, value in enumerate(values):
        pools.append([value - place * gap, 1.0])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            mean, count = pools.pop()
            pools[-1] = [(pools[-1][0] * pools[-1][1] + mean * count) / (pools[-1][1] + count), pools[-1][1] + count]
    starts = [mean for mean, count in pools for _ in range(int(count))]
    highest = top - gap * (len(values) - 1)
    return [min(max(start, bottom), max(highest, bottom)) + place * gap for place, start in enumerate(starts)]


def panel(axes: Axes, title: str) -> None:
    """What one of several charts shows, above it."""
    axes.set_title(title, loc="left", fontsize=10, color=DARK)


def finished(asked: Asked, figure: Figure, title: str, subtitle: str, alt: str) -> Picture:
    """Title, subtitle and source of a picture of a comparison; spines and grid as all have them."""
    count, noun = asked.comparison.rests_on
    source = f"Source: marketsim, {count} {noun}, the same children and luck in both."
    return framed(figure, title, subtitle, alt, source)


def framed(figure: Figure, title: str, subtitle: str, alt: str, source: str) -> Picture:
    """The same of any figure."""
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
        if axes.axison and not axes.images:
            axes.grid(axis="both", color="#E3E3E3", linewidth=0.6)
            axes.set_axisbelow(True)
            axes.tick_params(colors=DARK, labelsize=9)
    width, height = figure.get_size_inches()
    above = textwrap.wrap(title, int(TITLE_LETTERS * width) - 10)
    below = textwrap.wrap(subtitle, int(SUBTITLE_LETTERS * width) - 10)
    figure.tight_layout()
    top = 1 + (0.30 * len(above) + 0.22 * len(below)) / height
    for place, line in enumerate(above):
        figure.text(0.012, top - 0.29 * place / height, line, fontsize=13, fontweight="bold", color=DARK, va="top")
    start = top - (0.30 * len(above) + 0.02) / height
    for place, line in enumerate(below):
        figure.text(0.012, start - 0.2 * place / height, line, fontsize=9.5, color=drawing.GREY, va="top")
    figure.text(0.012, -0.06 / height, source, fontsize=8, color=drawing.GREY, va="top")
    return Picture(figure, title, alt)
