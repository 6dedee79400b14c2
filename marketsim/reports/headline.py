"""A comparison in words: one sentence on what it costs, and a line each on money, children and neighbours."""

from __future__ import annotations

from typing import Any, TypeAlias

import pandas as pd

from marketsim.experiments.comparison import NEIGHBOURS, WHOLE, Comparison
from marketsim.experiments.uncertainty import FALSE_SHARE
from marketsim.reports import reasons as reasoned
from marketsim.reports.tables import number
from marketsim.results import definitions
from marketsim.results.outcomes import ENGLAND

MOST_CAUSES = 3  # that are named
LEAST = 0.02  # of the largest cause: smaller ones are not named
OF_CHILDREN = ("children_unregistered", "out_of_area_share", "over_20_miles_share", "distance_mean_miles")
Row: TypeAlias = "pd.Series[Any]"


def headline(comparison: Comparison, money: pd.DataFrame, other: str, area: str) -> str:
    """What spend does in an area under another scenario, how surely, and what that rests on; `money` as
    `Comparison.money` gives it."""
    whole = _whole(money, other, area)
    count, noun = comparison.rests_on
    place = "all areas together" if area == ENGLAND else area
    mean, low, high = float(whole["difference"]), float(whole["ci_low"]), float(whole["ci_high"])
    first = f"In {place}, {other} "
    if mean == 0 and low == high:
        return f"{first}costs what {comparison.labels[0]} costs, to the penny, in each of {count} {noun}."
    if pd.isna(low):
        average = f"on average of {count} {noun}: too few to say how surely"
        return f"{first}costs {_less_or_more(mean)} than {comparison.labels[0]} {average}."
    rests = f"95% interval, from {count} {noun}"
    if low <= 0 <= high:
        return (
            f"{first}may cost less or more than {comparison.labels[0]}: on average {_less_or_more(mean)}, and anything "
            f"from {_less_or_more(low)} to {_less_or_more(high)} ({rests})."
        )
    ends = sorted((abs(low), abs(high)))
    return (
        f"{first}costs {_less_or_more(mean)} than {comparison.labels[0]}, and between {pounds(ends[0])} and "
        f"{pounds(ends[1])} {'less' if mean < 0 else 'more'} ({rests})."
    )


def spillover(money: pd.DataFrame, other: str) -> str:
    """What those near it who are not in it pay, and how surely; empty if there is nobody."""
    if not ((money["area"] == NEIGHBOURS) & (money["scenario"] == other)).any():
        return ""
    whole = _whole(money, other, NEIGHBOURS)
    mean, low, high = float(whole["difference"]), float(whole["ci_low"]), float(whole["ci_high"])
    if pd.isna(low) or low <= 0 <= high:
        sure = "" if pd.isna(low) or low == high else ", which may be nothing"
        return f"Neighbours outside: {signed(mean)}{_interval(whole)} a year{sure}."
    return f"Neighbours outside pay {_less_or_more(mean)}{_interval(whole)}."


def reasons(comparison: Comparison, money: pd.DataFrame, rows: pd.DataFrame, other: str, area: str) -> list[str]:
    """What moved and why, a line each: who gains and loses, money by its largest causes, children; `rows` as
    `Comparison.members` gives them, or the table itself with its regions called areas."""
    lines = [_members_line(rows, other), _money_line(money, other, area), _children_line(comparison, rows, other, area)]
    return [line for line in lines if line]


def _members_line(rows: pd.DataFrame, other: str) -> str:
    """How many members surely spend less or more, with their names, and of how many that can't be told."""
    if "false_discovery" not in rows:
        return ""
    spend = rows[(rows["scenario"] == other) & (rows["outcome"] == "spend_gbp") & rows["false_discovery"].notna()]
    if len(spend) < 2:
        return ""
    sure = spend[spend["false_discovery"] <= FALSE_SHARE]
    if sure.empty:
        return f"Of none of {len(spend)} members it can be told whether it gains or loses."
    parts = []
    for noun, those in (("less", sure[sure["difference"] < 0]), ("more", sure[sure["difference"] > 0])):
        names = f" ({', '.join(those.sort_values('difference')['area'])})" if len(those) else ""
        parts.append(f"{len(those)} surely spend{'s' if len(those) == 1 else ''} {noun}{names}")
    left = len(spend) - len(sure)
    return f"Of {len(spend)} members {', '.join(parts)}; of {left} it can't be told."


def _money_line(money: pd.DataFrame, other: str, area: str) -> str:
    rows = money[(money["scenario"] == other) & (money["area"] == area) & (money["cause"] != WHOLE)]
    largest = rows.reindex(rows["difference"].abs().sort_values(ascending=False).index)
    named = largest[largest["difference"].abs() > LEAST * largest["difference"].abs().max()].head(MOST_CAUSES)
    if named.empty:
        return ""
    causes = zip(named["cause"], named["difference"], strict=True)
    others = float(rows["difference"].sum() - named["difference"].sum())
    rest = f", all else {signed(others)}" if abs(others) >= 1 else ""
    return f"Money: {', '.join(f'{cause} {signed(difference)}' for cause, difference in causes)}{rest} a year."


def _children_line(comparison: Comparison, rows: pd.DataFrame, other: str, area: str) -> str:
    """What moves for children; a difference out of area that would startle carries what stands behind it."""
    found = rows[(rows["scenario"] == other) & (rows["area"] == area)].set_index("outcome")
    if found.empty:
        return ""
    parts, differences = [], {name: float(value) for name, value in found["difference"].items()}
    for outcome in OF_CHILDREN:
        label, unit, _ = definitions.column("outcomes", outcome)
        words = {"share": " points", "miles": " miles"}.get(unit, "")
        parts.append(f"{label.partition(',')[0]} {number(differences[outcome], unit, True)}{words}")
    across, far = differences["out_of_area_share"], differences["over_20_miles_share"]
    why = "" if not across > 0 > far else " More cross a boundary, fewer live far away: nearer homes lie across it."
    if abs(across) >= reasoned.STARTLING:
        why += reasoned.outside_all(comparison, other)
    return f"Children: {', '.join(parts)}.{why}"


def _whole(money: pd.DataFrame, other: str, area: str) -> Row:
    return money[(money["scenario"] == other) & (money["area"] == area) & (money["cause"] == WHOLE)].iloc[0]


def _less_or_more(difference: float) -> str:
    return f"{pounds(abs(difference))} a year {'less' if difference < 0 else 'more'}"


def _interval(row: Row) -> str:
    return "" if pd.isna(row["ci_low"]) else f" [{signed(row['ci_low'])}, {signed(row['ci_high'])}]"


def signed(value: float) -> str:
    """An amount with its sign, as people say it: +1.2m GBP."""
    return f"{'-' if value < 0 else '+'}{pounds(abs(value))}"


def pounds(value: float) -> str:
    """An amount as people say it: 12.3m, 830k, 4,200 GBP."""
    if value >= 999_500:
        return f"{value / 1e6:,.1f}m GBP"
    return f"{value / 1e3:,.0f}k GBP" if value >= 9_999.5 else f"{value:,.0f} GBP"
