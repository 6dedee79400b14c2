"""Own contracts as parts of a scenario file: arrangements, who uses them, and the days on which they begin and end."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from marketsim.core.units import DAYS_PER_WEEK
from marketsim.england.figures import name_of
from marketsim.own_data.records import HELD


@dataclass(frozen=True)
class Contract:
    """What one authority has of a contract: `places` are its own part; `end` is the first day without it, None where
    none is given."""

    arrangement: str
    rule: str
    authority: str
    places: int
    fee: float
    start: datetime.date | None
    end: datetime.date | None

    def runs(self, day: datetime.date) -> bool:
        """Whether it is in force on a day."""
        return (self.start is None or self.start <= day) and (self.end is None or self.end > day)


def contracts_of(table: pd.DataFrame, as_at: datetime.date) -> list[Contract]:
    """The contracts of each authority that run on a day or begin later; places are shared out evenly, whole."""
    found = []
    for number, row in enumerate(table.to_dict("records"), start=1):
        codes = [code.strip() for code in str(row["authorities"]).split(";") if code.strip()]
        places = 0 if pd.isna(row["places"]) else int(row["places"])
        for position, code in enumerate(codes):
            part = places // len(codes) + (position < places % len(codes))
            name = f"own_{number}" if len(codes) == 1 else f"own_{number}_{position + 1}"
            one = Contract(name, str(row["rule"]), code, part, float(row["weekly_fee_gbp"]),
                           _day(row["start"]), _after(_day(row["end"])))  # fmt: skip
            if (one.end is None or one.end > as_at) and (part > 0 or one.rule not in HELD):
                found.append(one)
    return found


def lines(table: pd.DataFrame, as_at: datetime.date) -> Iterator[str]:
    """The lines of a scenario: all arrangements, the orders of those who have one on the day, and the changes of these
    when contracts begin or end."""
    contracts = contracts_of(table, as_at)
    if not contracts:
        return
    yield from ("", "purchasing:", "  arrangements:")
    for one in contracts:
        yield from _arrangement(one, as_at)
    yield from _groups(contracts, as_at, "  ")
    days = {day for one in contracts for day in (one.start, one.end) if day is not None and day > as_at}
    if days:
        yield from ("", "changes:  # when contracts begin or end")
    for day in sorted(days):
        yield from (f"  - from: {day}", "    purchasing:")
        yield from _groups(contracts, day, "      ")


def _arrangement(one: Contract, as_at: datetime.date) -> Iterator[str]:
    fee = one.fee > 0
    unused = "" if one.rule == "block" or not fee else f"; its fee of {one.fee:.0f} is not used, what spot brings is"
    yield f"    {one.arrangement}:  # of {name_of(one.authority)}{unused}"
    yield f"      rule: {one.rule}"
    if one.rule in HELD:
        yield f"      places: {one.places}"
    if one.rule == "block":
        if fee:
            yield f"      fee: {one.fee:.0f}"
        yield f"      runs_at_start: {'true' if one.runs(as_at) else 'false'}"
        if one.end is not None:
            begins = max(one.start or as_at, as_at)
            yield f"      term_weeks: {max(round((one.end - begins).days / DAYS_PER_WEEK), 1)}"


def _groups(contracts: Sequence[Contract], day: datetime.date, indent: str) -> Iterator[str]:
    """The orders of those who have a contract on a day: own homes first, then these."""
    running = [one for one in contracts if one.runs(day)]
    codes = list(dict.fromkeys(one.authority for one in running))
    yield f"{indent}groups:" + ("" if codes else " []")
    for code in codes:
        names = ", ".join(one.arrangement for one in running if one.authority == code)
        yield f"{indent}  - name: {name_of(code)}"
        yield f"{indent}    authorities: [{_quoted(name_of(code))}]"
        yield f"{indent}    order: [in_house, {names}, [framework, spot]]"


def _quoted(name: str) -> str:
    return f'"{name}"' if "," in name else name


def _day(value: object) -> datetime.date | None:
    day = pd.Timestamp(value)  # type: ignore[arg-type]
    return None if pd.isna(day) else day.date()


def _after(day: datetime.date | None) -> datetime.date | None:
    """The day behind the last one."""
    return None if day is None else day + datetime.timedelta(days=1)
