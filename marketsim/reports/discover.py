"""When a policy fails, in plain words: the conditions, how much they catch, how sure they are; and as a figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from rich.console import Console
from rich.table import Table

from marketsim.experiments.discover import Discovery, Found
from marketsim.experiments.prim import Limit
from marketsim.reports import drawing, fitting, tables
from marketsim.results import store
from marketsim.results.outcomes import ENGLAND
from marketsim.results.result import Result

CONDITIONS = ["box", "factor", "low", "high", "among", "quasi_p", "returns_low", "returns_high", "returns_among",
              "coverage", "density", "support"]  # fmt: skip


LARGE = 10_000.0  # from which a value is shown without places


def print_discovery(found: Discovery, console: Console) -> None:
    """The boxes in words and as tables, and what the numbers hold."""
    for sentence in sentences(found):
        console.print(sentence)
    for number, one in enumerate(found.boxes, start=1):
        fitting.print_table(_table(number, one), console)
    if found.boxes:
        console.print(
            "Coverage: share of all failing points that the conditions hold; density: share of the points in them "
            "which fail. p: chance of as many if that condition did nothing (binomial; the same points chose it, so "
            "take it as a guide). Comes back: in how many of 100 resamples of the points it is found again."
        )
    for sentence in _rests_on(found):
        console.print(sentence)


def sentences(found: Discovery) -> list[str]:
    """What was found, a sentence each."""
    failing, count = int(found.cases.sum()), len(found.cases)
    label = Result.column(found.outcome).label + ("" if found.area == ENGLAND else f" of {found.area}")
    said = [f"Failing means: {label}, {found.quantity}, is {found.fails_if}: so at {failing} of {count} points."]
    said.append(_range(found, label))
    other = found.quantity.partition(" less ")[0]
    if failing == 0:
        return [*said, f"{other} never fails in this sweep: there are no conditions to find."]
    if failing == count:
        return [*said, f"{other} fails at every point of this sweep: no condition makes the difference."]
    if not found.boxes:
        few = "Too few points fail (or don't) to tell when." if min(failing, count - failing) < 5 else ""
        return [*said, few or "No conditions tell failing points from the others better than chance."]
    for number, one in enumerate(found.boxes):
        start = f"{other} fails when" if number == 0 else f"{other} also fails when"
        words = " and ".join(words_of(key, limit) for key, limit in one.box.limits.items())
        said.append(
            f"{start} {words}: coverage {one.coverage:.0%}, density {one.density:.0%} (of all points "
            f"{failing / count:.0%}), support {one.support:.0%}."
        )
    return said


def _range(found: Discovery, label: str) -> str:
    """What values the outcome takes over the points."""
    unit = Result.column(found.outcome).unit
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    low, first, middle, third, high = (tables.number(float(one), unit, signed=True)
                                       for one in np.quantile(found.differences, shares))  # fmt: skip
    points = " points" if unit == "share" else ""
    return f"Over all points, {label}, {found.quantity}, goes from {low} to {high}{points}; half of them lie between " \
           f"{first} and {third}, the middle one is {middle}."


def words_of(key: str, limit: Limit) -> str:
    """A condition as people say it: `demand growth share per year is above 4.1% a year`."""
    name = key.rpartition("arrangements.")[2].replace(".", " ").replace("_", " ")
    unit = Result.column(key, "design").unit
    if limit.among is not None:
        return f"{name} is {' or '.join(sorted(map(str, limit.among)))}"
    low, high = _value(limit.low, unit), _value(limit.high, unit)
    sides = limit.sides()
    if len(sides) == 2:
        return f"{name} is between {low} and {high}"
    return f"{name} is {'above ' + low if sides == ('above',) else 'below ' + high}"


def write_discovery(found: Discovery, folder: Path) -> list[Path]:
    """Write points, trajectory and conditions as CSV, the words as text, and the trajectory as PNG and SVG."""
    points = found.points.assign(difference=found.differences, fails=found.cases)
    store.write_csv(folder / "points.csv", points)
    store.write_csv(folder / "trajectory.csv", found.trajectory)
    store.write_csv(folder / "conditions.csv", pd.DataFrame(_conditions(found), columns=CONDITIONS))
    store.write_text(folder / "conditions.txt", "\n".join([*sentences(found), *_rests_on(found)]) + "\n")
    if len(found.trajectory):
        _draw(found, folder)
    return sorted(folder.iterdir())


def _conditions(found: Discovery) -> list[tuple[Any, ...]]:
    rows = []
    for number, one in enumerate(found.boxes, start=1):
        for key, limit in one.box.limits.items():
            among = None if limit.among is None else "; ".join(sorted(map(str, limit.among)))
            low, high = (None if abs(end) == float("inf") else end for end in (limit.low, limit.high))
            returns = [one.returns.get((key, side)) for side in ("above", "below", "among")]
            rows.append((number, key, low, high, among, one.p_values[key], *returns, one.coverage, one.density,
                         one.support))  # fmt: skip
    return rows


def _table(number: int, one: Found) -> Table:
    table = tables.table(f"Conditions {number}", "condition", "p", "comes back")
    for key, limit in one.box.limits.items():
        again = ", ".join(f"{100 * one.returns[key, side]:.0f}%" for side in limit.sides())
        p_value = one.p_values[key]
        table.add_row(words_of(key, limit), "<0.001" if p_value < 0.001 else f"{p_value:.3f}", again)
    return table


def _rests_on(found: Discovery) -> list[str]:
    of = "one run" if found.replicates == 1 else f"{found.replicates} paired replicates"
    said = [f"{len(found.cases)} points, each the mean of {of}."]
    if found.unsure is None:
        said[0] += " With one replicate it can't be told at how many points luck decided."
    else:
        said[0] += f" At {found.unsure} of them luck may have decided: within two standard errors of the threshold."
    if found.left_out:
        said.append(f"{found.left_out} points are left out: runs are missing, failed, or don't have this outcome.")
    return [*said, found.footing] if found.footing else said


def _draw(found: Discovery, folder: Path) -> None:
    """Coverage and density along the peeling, coloured by the number of factors restricted, the chosen box marked."""
    sns.set_theme(style="whitegrid", font_scale=0.95)
    figure, axes = plt.subplots(figsize=(8, 5))
    rows, colours = found.trajectory, drawing.COLOURS
    for number, restricted in enumerate(sorted(set(rows["restricted"]))):
        part = rows[rows["restricted"] == restricted]
        axes.scatter(100 * part["coverage"], 100 * part["density"], color=colours[number % len(colours)],
                     marker="osD^vP"[number % 6], s=34, label=f"{restricted}", zorder=3)  # fmt: skip
    axes.plot(100 * rows["coverage"], 100 * rows["density"], color=drawing.GREY, linewidth=0.8, zorder=1)
    chosen = rows.iloc[found.chosen]
    axes.scatter(100 * chosen["coverage"], 100 * chosen["density"], s=190, facecolors="none", edgecolors=drawing.GREY,
                 linewidths=1.8, zorder=4)  # fmt: skip
    axes.annotate("chosen", (100 * chosen["coverage"], 100 * chosen["density"]), (-12, -3),
                  textcoords="offset points", ha="right")  # fmt: skip
    axes.set(xlabel="coverage: % of failing points that the box holds", ylabel="density: % of its points that fail",
             xlim=(0, 104), ylim=(0, 104))  # fmt: skip
    axes.set_title("Peeling: from all points (right) to a small, dense box (left)", loc="left")
    axes.legend(title="factors restricted", loc="lower left")
    note = drawing.wrapped([*sentences(found), *_rests_on(found)])
    drawing.note(figure, note)
    sns.despine(ax=axes)
    drawing.keep(figure, folder / "peeling.png", folder / "peeling.svg")


def _value(value: float, unit: str) -> str:
    if unit == "share":
        return f"{100 * value:.3g}%"
    if unit == "share/year":
        return f"{100 * value:.2g}% a year"
    if unit.startswith("GBP"):
        return f"£{value:,.0f}{unit.removeprefix('GBP').replace('/', ' a ')}"
    return f"{value:,.0f} {unit}".strip() if abs(value) >= LARGE else f"{value:,.4g} {unit}".strip()
