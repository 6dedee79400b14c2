"""Why the numbers of the second market differ from those of the first: money by cause, and a sentence a number."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from marketsim.core.columns import Floats
from marketsim.experiments import money
from marketsim.live.messages import Why
from marketsim.live.side import Side
from marketsim.results import outcomes
from marketsim.results.outcomes import Tally

WEEKS = 13  # over which both are averaged: a quarter
LEAST = 0.5  # GBP a week below which a cause is none


def why(sides: tuple[Side, Side]) -> Why:
    """The difference in spend by cause, which add up to it (GBP a week), over the latest quarter or less; and in words
    what stands behind the other numbers."""
    a, b = (_sums(side) for side in sides)
    weeks = min(WEEKS, *(side.week for side in sides))
    if weeks == 0:
        return Why(type="why", weeks=0, difference=0.0, causes=[], sentences=["Nothing has happened yet."])
    causes = money.by_cause(_frame(sides[0], a), _frame(sides[1], b))
    per_week = {name: float(value[0]) / weeks for name, value in causes.items()}
    told = [(name, value, money.CAUSES[name]) for name, value in per_week.items() if abs(value) >= LEAST]
    told.sort(key=lambda cause: -abs(cause[1]))
    left, right = (Tally(dict(zip(side.model.recorder.names, sums[:, None], strict=True)), weeks)
                   for side, sums in zip(sides, (a, b), strict=True))  # fmt: skip
    return Why(type="why", weeks=weeks, difference=sum(per_week.values()), causes=told,
               sentences=list(_sentences(left, right, per_week)))  # fmt: skip


def _sums(side: Side) -> Floats:
    """What was counted and paid in the latest weeks, added up."""
    latest = side.model.recorder.totals[-WEEKS:]
    return np.sum(latest, axis=0) if latest else np.zeros(len(side.model.recorder.names))


def _frame(side: Side, sums: Floats) -> pd.DataFrame:
    return pd.DataFrame([sums], columns=[name.replace(" ", "_") for name in side.model.recorder.names])


def _sentences(a: Tally, b: Tally, causes: dict[str, float]) -> list[str]:
    """A sentence each on fee, area, empty places and children without a place; nothing on what doesn't differ."""
    found = [_fee(a, b, causes), _area(a, b), _empty(a, b), _unplaced(a, b)]
    return [one for one in found if one] or ["Both markets are the same so far, to the penny."]


def _fee(a: Tally, b: Tally, causes: dict[str, float]) -> str:
    change = _difference(outcomes.weekly_fee_mean_gbp, a, b)
    if abs(change) < LEAST:
        return ""
    children = float(b["independent_children"][0]) / b.weeks
    price = causes["price"] / children if children else 0.0
    moves = f"{price:+,.0f} for the same needs, {change - price:+,.0f} because other children live there"
    return f"A bought place costs {abs(change):,.0f} GBP a week {_way(change)} in b: {moves}."


def _area(a: Tally, b: Tally) -> str:
    across = 100 * _difference(outcomes.out_of_area_share, a, b)
    miles = _difference(outcomes.distance_mean_miles, a, b)
    if abs(across) < 0.05 and abs(miles) < 0.05:
        return ""
    first = f"{abs(across):.1f} points {_way(across)} live out of their area in b, {abs(miles):.1f} miles " \
            f"{'farther' if miles > 0 else 'nearer'} on average."
    if across > 0 > miles:
        return f"{first} More cross a boundary though they live nearer: the nearer home lies across it."
    return first


def _empty(a: Tally, b: Tally) -> str:
    """Empty places are places less children: which of the two moved?"""
    places = round(float(b["market_places"][0] - a["market_places"][0]) / a.weeks)
    lived = round(float(b["occupied"][0] - a["occupied"][0]) / a.weeks)
    if places == lived == 0:
        return ""
    return f"b has {places:+,} places and {lived:+,} children in them: {places - lived:+,} empty places."


def _unplaced(a: Tally, b: Tally) -> str:
    waiting = round(_difference(outcomes.children_waiting, a, b))
    unregistered = round(_difference(outcomes.children_unregistered, a, b))
    if waiting == unregistered == 0:
        return ""
    return f"Without a place are {waiting + unregistered:+,} children in b: {waiting:+,} who wait and " \
           f"{unregistered:+,} in unregistered settings."


def _difference(measure: Callable[[Tally], Floats], a: Tally, b: Tally) -> float:
    return float(measure(b)[0] - measure(a)[0])


def _way(change: float) -> str:
    return "more" if change > 0 else "less"
