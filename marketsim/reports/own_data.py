"""A council's own numbers beside the national ones: tables for the terminal, and a picture."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from marketsim.england.figures import name_of
from marketsim.own_data.estimates.quantities import BOUGHT, QUANTITIES, fee_name
from marketsim.own_data.estimates.rows import ALL, TOO_FEW, WEAK, WEAKLY
from marketsim.own_data.records import NEEDS
from marketsim.reports import drawing, fitting, tables
from marketsim.reports.pictures import picture
from marketsim.reports.pictures.picture import DARK, Picture
from marketsim.results import store

Rows: TypeAlias = pd.DataFrame

BY_AUTHORITY = {
    "children_in_homes": "children", "starts_per_year": "starts a year", "stay_mean": "mean stay, weeks",
    "fee_mean": "fee, GBP/week", "out_of_area": "out of area",
}  # fmt: skip
PANELS = {
    "%": ("share",), "weeks": ("weeks",), "GBP a week": ("GBP/week",),
    "children; placements a year": ("children", "placements/year"), "miles": ("miles",),
}  # fmt: skip
MAIN_FEES = (
    "fee_mean", "fee_median", "fee_of_starts_mean", *(fee_name("fee", "mean", need) for need in NEEDS),
    *(fee_name("fee", "mean", route=route) for route in ("in_house", *BOUGHT)),
)  # fmt: skip
IN_SHORT = {
    "children_in_homes": "children in homes", "out_of_area": "out of area", "over_20_miles": "over 20 miles",
    "stay_mean": "mean stay in weeks", "fee_mean": "mean fee of bought places in GBP a week",
}  # fmt: skip
WHOSE = {"children_in_homes": "published"}
SAID_UNITS = ("weeks", "miles", "GBP/week")
LABEL_LETTERS = 31
ROW_INCHES, PANEL_INCHES = 0.29, 0.75


def print_estimates(estimates: Rows, console: Console) -> None:
    """Print what own data says of all authorities together beside England, of fees the main ones, a table for each
    part, what is to be said of single values, and the main ones by authority."""
    together = _main(estimates)
    for part in dict.fromkeys(one.part for one in QUANTITIES.values()):
        rows = together[[QUANTITIES[name].part == part for name in together["quantity"]]]
        given = rows[(rows["n"] != 0).fillna(True) | rows["usable"]]
        if len(given):
            fitting.print_table(_part_table(part, given), console)
        if without := list(rows.drop(given.index)["quantity"]):
            console.print(escape(f"Not in the files: {', '.join(_label(name) for name in without)}."))
        for name, note in tables.columns(given[given["usable"]], "quantity", "note"):
            if further := note.partition("; ")[2] if _is_weak(note) else note:
                console.print(escape(f"- {_label(name)}: {further}"))
        console.print()
    if estimates.loc[estimates["group"] != ALL, "group"].nunique() > 1:
        fitting.print_table(_by_authority(estimates), console)
    console.print(
        f"n: placements that a value rests on; below {WEAK} it is weak, below {TOO_FEW} not used. Intervals (95%): the "
        "luck of which children there were. Above, below: the national value lies outside of the interval. Beside "
        "children and placements begun stands what is published of the same authorities; sources: estimates.csv."
    )


def in_short(estimates: Rows) -> str:
    """The few numbers that are asked for first, each beside England's; empty if none of them is known."""
    together = estimates[(estimates["group"] == ALL) & estimates["usable"]]
    row_of = {row["quantity"]: row for row in together.to_dict("records")}
    said = []
    for name, words in IN_SHORT.items():
        if row := row_of.get(name):
            national = _number(row["national"], row["unit"])
            beside = "" if pd.isna(row["national"]) else f" ({WHOSE.get(name, 'England')} {national})"
            said.append(f"{words} {_number(row['value'], row['unit'])}{beside}")
    return f"In short: {'; '.join(said)}." if said else ""


def draw(estimates: Rows, path: Path) -> Path:
    """Draw what own data says of all authorities together beside the national values, as PNG or SVG (as the name ends),
    and keep beside it in words what it shows; returns the file."""
    made = compared(estimates)
    drawing.keep(made.figure, path)
    store.write_text(path.with_suffix(".txt"), made.alt + "\n")
    return path


def compared(estimates: Rows) -> Picture:
    """Own values with their intervals beside the national ones, a chart a unit."""
    rows = _drawn(estimates)
    panels = {title: rows[rows["unit"].isin(units)] for title, units in PANELS.items()}
    panels = {title: own for title, own in panels.items() if len(own)} or {"nothing to show": rows}
    left, *others = panels
    heights = [PANEL_INCHES + ROW_INCHES * len(panels[title]) for title in panels]
    figure = picture.fresh(10.4, max(heights[0], sum(heights[1:]), 2.0))
    for axes, title in zip(_laid_out(figure, heights), (left, *others), strict=True):
        _panel(axes, panels[title], title)
    title = _finding(rows)
    subtitle = (
        f"circle: our own placements, with 95% interval (hollow: weak, from fewer than {WEAK}); diamond: England, or "
        "of children and placements what is published for the same authorities"
    )
    alt = f"{title}. {'; '.join(_in_words(row) for row in rows.to_dict('records'))}."
    return picture.framed(figure, title, subtitle, alt, "Sources of the national values: estimates.csv.")


def _drawn(estimates: Rows) -> Rows:
    """What has a value of our own or a national one."""
    rows = _main(estimates)
    return rows[rows["usable"] | rows["national"].notna()]


def _main(estimates: Rows) -> Rows:
    """Of all authorities together, everything but the fees of small kinds."""
    wanted = [name for name, one in QUANTITIES.items() if one.part != "fees" or name in MAIN_FEES]
    return estimates[(estimates["group"] == ALL) & estimates["quantity"].isin(wanted)]


def _laid_out(figure: Any, heights: Sequence[float]) -> list[Axes]:
    """The first chart to the left, the others below each other to the right, each as high as it has rows."""
    if len(heights) == 1:
        return [figure.subplots()]
    grid = figure.add_gridspec(len(heights) - 1, 2, height_ratios=heights[1:])
    return [figure.add_subplot(grid[:, 0]), *(figure.add_subplot(grid[place, 1]) for place in range(len(heights) - 1))]


def _panel(axes: Axes, rows: Rows, title: str) -> None:
    """A row a quantity, the first on top."""
    factor = 100.0 if title == "%" else 1.0
    own, low, high, national = (factor * rows[name].to_numpy(dtype=np.float64)
                                for name in ("value", "low", "high", "national"))  # fmt: skip
    places = np.arange(len(rows))
    weak = np.array([_is_weak(note) for note in rows["note"]], dtype=bool)
    axes.hlines(places, low, high, color=drawing.BLUE, linewidth=2.4, alpha=0.45)
    axes.scatter(own[~weak], places[~weak], color=drawing.BLUE, zorder=3, s=40)
    axes.scatter(own[weak], places[weak], facecolor="white", edgecolor=drawing.BLUE, zorder=3, s=40)
    axes.scatter(national, places, marker="D", facecolor="none", edgecolor=drawing.ORANGE, lw=1.8, zorder=4, s=42)
    axes.margins(x=0.1)
    for place, (usable, count) in enumerate(tables.columns(rows, "usable", "n")):
        if not usable:
            right = national[place] < np.mean(axes.get_xlim())  # where there is room
            axes.annotate(_why_not(count), (national[place], place), (9 if right else -9, 0), fontsize=8, va="center",
                          textcoords="offset points", ha="left" if right else "right", color=drawing.GREY)  # fmt: skip
    labels = [textwrap.fill(_label(name), LABEL_LETTERS) for name in rows["quantity"]]
    axes.set_yticks(places, labels, color=DARK, fontsize=8.5)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    picture.plain_numbers(axes.xaxis, "%" if title == "%" else "")
    picture.panel(axes, "shares" if title == "%" else title)


def _finding(rows: Rows) -> str:
    """How many of the own values differ from the national ones, beside how many would by chance."""
    both = rows[rows["usable"] & rows["national"].notna() & rows["low"].notna() & rows["high"].notna()]
    if both.empty:
        return "Of our own numbers none can be held against a national one"
    differ = sum(_differs(row) for row in both.to_dict("records"))
    chance = f" (by chance alone: {0.05 * len(both):.0f})" if len(both) >= picture.MANY else ""
    return f"{differ} of {len(both)} of our own numbers differ from the national ones by more than luck{chance}"


def _in_words(row: dict[Any, Any]) -> str:
    """A row of the picture: own value and interval, and the national value."""
    national = "" if pd.isna(row["national"]) else f", nationally {_number(row['national'], row['unit'])}"
    return f"{_label(row['quantity'])} {_own(row) if row['usable'] else _why_not(row['n'])}{national}"


def _own(row: dict[Any, Any]) -> str:
    return f"{_number(row['value'], row['unit'])} {_interval(row)}".rstrip()


def _number(value: float, unit: str) -> str:
    """A value as tables have it; children whole."""
    return f"{value:,.0f}" if unit == "children" and not pd.isna(value) else tables.number(value, unit)


def _interval(row: dict[Any, Any]) -> str:
    """The ends of an interval; one that isn't known is left open."""
    ends = [row["low"], row["high"]]
    if all(map(pd.isna, ends)):
        return ""
    low, high = ("" if pd.isna(end) else _number(end, row["unit"]) for end in ends)
    return f"[{low}, {high}]"


def _part_table(part: str, rows: Rows) -> Table:
    """The quantities of a part, all authorities together."""
    heads = ("", "own", "95% interval", "n", "England", "ours is")
    shown = tables.table(f"Our own numbers: {part}", *heads, words=["ours is"])
    for row in rows.to_dict("records"):
        unit, usable = row["unit"], row["usable"]
        count = "-" if pd.isna(row["n"]) else f"{row['n']:,}"
        own, national = _number(row["value"], unit) if usable else "-", _number(row["national"], unit)
        label = _label(row["quantity"]) + (f", {unit}" if unit in SAID_UNITS else "")
        shown.add_row(escape(label), own, escape(_interval(row)), count, national, _so(row))
    return shown


def _by_authority(estimates: Rows) -> Table:
    """The main values of each authority; a dash where there are too few."""
    shown = tables.table("By authority", "authority", *BY_AUTHORITY.values())
    cells = {
        (group, name): _number(value, unit)
        for group, name, value, unit in tables.columns(estimates, "group", "quantity", "value", "unit")
    }
    for code in dict.fromkeys(estimates.loc[estimates["group"] != ALL, "group"]):
        shown.add_row(escape(name_of(code)), *(cells.get((code, name), "-") for name in BY_AUTHORITY))
    return shown


def _so(row: dict[Any, Any]) -> str:
    """In a word or two, what to make of a value."""
    if not row["usable"]:
        return _why_not(row["n"])
    return ", ".join(filter(None, ("weak" if _is_weak(row["note"]) else "", _differs_to(row))))


def _is_weak(note: str) -> bool:
    return note.startswith(WEAKLY)


def _why_not(count: Any) -> str:
    if pd.isna(count):
        return "not shown"
    return "not in the files" if count == 0 else "too few" if count < TOO_FEW else "not long enough"


def _differs(row: dict[Any, Any]) -> bool:
    """Whether the national value lies outside of the interval of our own."""
    return bool(row["national"] < row["low"] or row["national"] > row["high"])


def _differs_to(row: dict[Any, Any]) -> str:
    """To which side our own differs from the national value."""
    return ("above" if row["national"] < row["low"] else "below") if _differs(row) else ""


def _label(quantity: str) -> str:
    return QUANTITIES[quantity].label
