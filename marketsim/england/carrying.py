"""Figures of old authorities, carried over to those of today: added where merged, shared out where split."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from marketsim.england.changes import change_of, date_of, today
from marketsim.england.figures import authority_rows, change_rows

Kind: TypeAlias = Literal["number", "share"]
MERGED = "was merged into"
WITH_CHILDREN_IN_CARE = tuple(row["name"] for row in change_rows() if row["dfe_code"])  # no districts
FIRST = datetime.date(2009, 4, 1)  # figures of authorities that ended before are not asked for


@dataclass(frozen=True)
class CarriedOver:
    """Figures by ONS code of today's authorities, and what was done to get them, in sentences."""

    values: dict[str, float] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Given:
    """A figure as it came: the word for its authority, today's codes, and the change since if it is an old one."""

    word: str
    value: float
    codes: tuple[str, ...]
    change: dict[str, str] | None

    @property
    def name(self) -> str:
        """What the authority is or was called."""
        return self.change["name"] if self.change else _joined(self.codes)


@dataclass(frozen=True)
class How:
    """How figures of a kind and year are carried over: see `carried_over`."""

    year: int
    weights: Mapping[str, float]
    kind: Kind
    whole: bool


def carried_over(
    values: Mapping[str, float], year: int, weights: Mapping[str, float] | None = None, kind: Kind = "number",
    whole: bool = False,
) -> CarriedOver:  # fmt: skip
    """Figures by authorities as they were on 31 March of a year (names or codes, see `today`), for those of today.

    A number is added up where authorities were merged and shared out where one was split: by `weights` (children, by
    codes of today or the words of `values`; without them by children looked after, as recorded), `whole` by largest
    remainder. A share (0 to 1) is averaged by weights where merged, repeated where split. An old figure isn't counted
    where a successor has its own; where a part of a merger is missing, the merged authority has none.
    """
    done, how = CarriedOver(), How(year, weights or {}, kind, whole)
    given = _given(values, year, done)
    present = [one for one in given if one.change is None and len(one.codes) == 1]
    merged = [one for one in given if one.change is not None and one.change["became"] == MERGED]
    for one in present:
        _own(one, how, done)
    for one in given:
        if one not in present and one not in merged:
            _followed(one, how, done)
    for code in dict.fromkeys(one.codes[0] for one in merged):
        _merged(code, [one for one in merged if one.codes[0] == code], how, done)
    known = {code: value for code, value in done.values.items() if not math.isnan(value)}
    return CarriedOver(known, done.said)


def in_whole_parts(codes: Sequence[str], count: int) -> dict[str, int]:
    """A count of things shared out between authorities of today by the children they look after, largest remainder
    first."""
    how = How(0, {}, "number", True)
    parts = _shared_out(count, [_weight(code, how, codes) for code in codes], whole=True)
    return {code: round(part) for code, part in zip(codes, parts, strict=True)}


def _given(values: Mapping[str, float], year: int, done: CarriedOver) -> list[Given]:
    found = []
    for word, value in values.items():
        codes, change = today(word), change_of(word, year)
        if not codes:
            done.said.append(f"'{word}' is no authority that is known: left out")
        elif change and date_of(change) < FIRST:
            done.said.append(f"{change['name']} ended in {change['date'][:4]}: left out")
        else:
            found.append(Given(word, value, codes, change))
    return found


def _own(one: Given, how: How, done: CarriedOver) -> None:
    """The figure of an authority that there is; two that differ are none."""
    code = one.codes[0]
    if code in done.values and done.values[code] != one.value:
        done.said.append(f"{one.name} has two figures for {how.year}: left out")
        done.values[code] = math.nan
    done.values.setdefault(code, one.value)


def _followed(one: Given, how: How, done: CarriedOver) -> None:
    """The figure of an authority that was replaced or split, or of several together."""
    if _counted(one, how, done):
        return
    weights = [_weight(code, how, one.codes) for code in one.codes]
    if len(one.codes) == 1:
        parts = [one.value]
        why = one.change["remark"] if one.change and one.change["remark"] else "the same area"
        done.said.append(f"{one.name} {how.year} is that of the authority before {_day(one)}: {why}")
    elif how.kind == "share":
        parts = [one.value] * len(one.codes)
        done.said.append(f"{one.name} {how.year} is taken for each of {_joined(one.codes)}")
    else:
        parts = _shared_out(one.value, weights, how.whole)
        shares = ", ".join(f"{weight / sum(weights):.0%}" for weight in weights)
        done.said.append(f"{one.name} {how.year} is shared out between {_joined(one.codes)} by children ({shares})")
    done.values.update(zip(one.codes, parts, strict=True))


def _merged(code: str, parts: list[Given], how: How, done: CarriedOver) -> None:
    """One figure of those of authorities that were merged into one."""
    if any([_counted(one, how, done) for one in parts]):
        return
    name = _joined([code])
    wanted = [row["name"] for row in change_rows() if row["successors"] == name and row["became"] == MERGED]
    wanted = [part for part in wanted if part in WITH_CHILDREN_IN_CARE]
    as_one = [one for one in parts if one.name == " and ".join(wanted)]
    missing = [part for part in wanted if not as_one and part not in {one.name for one in parts}]
    if missing:
        done.said.append(f"{name} {how.year} is left out: that of {' and '.join(missing)} isn't known")
        return
    parts = as_one or parts
    value, verb = _together(parts, how)
    if math.isnan(value):
        done.said.append(f"{name} {how.year} is left out: how many children its parts had isn't known")
        return
    done.values[code] = value
    remarks = dict.fromkeys(one.change["remark"] for one in parts if one.change and one.change["remark"])
    told = f"{name} {how.year} is {verb} {' and '.join(one.name for one in parts)}"
    done.said.append("; ".join([told, *remarks]))


def _together(parts: list[Given], how: How) -> tuple[float, str]:
    """The figure of several together, NaN without weights for an average, and how it came about."""
    if len(parts) == 1:
        return parts[0].value, "that of"
    if how.kind == "number":
        return math.fsum(one.value for one in parts), "added up from"
    weights = [_old_weight(one, how) for one in parts]
    if not all(weights):
        return math.nan, ""
    weighed = math.fsum(weight * one.value for weight, one in zip(weights, parts, strict=True))
    return weighed / math.fsum(weights), "averaged, weighted by children, over"


def _counted(one: Given, how: How, done: CarriedOver) -> bool:
    """Whether a successor has a figure already, so that the old one would be counted a second time."""
    taken = [code for code in one.codes if code in done.values]
    if taken:
        done.said.append(f"{one.name} {how.year} isn't counted beside {_joined(taken)}")
    return bool(taken)


def _shared_out(value: float, weights: Sequence[float], whole: bool) -> list[float]:
    total = math.fsum(weights)
    parts = [value * weight / total for weight in weights]
    if not whole:
        return parts
    floors = [math.floor(part) for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda place: floors[place] - parts[place])
    for place in by_remainder[: round(value) - sum(floors)]:
        floors[place] += 1
    return [float(part) for part in floors]


def _weight(code: str, how: How, codes: Sequence[str]) -> float:
    """Children of an authority of today: by the weights given if they tell all that share, else as recorded."""
    if all(other in how.weights for other in codes):
        return how.weights[code]
    rows = {row["ons_code"]: row for row in authority_rows() if row["ons_code"] in codes}
    known = all(row["children_looked_after"] for row in rows.values())
    return float(rows[code]["children_looked_after" if known else "population_0_17"])


def _old_weight(one: Given, how: How) -> float:
    """Children of an authority that was merged; 0 if they are not known."""
    recorded = one.change["children_looked_after"] if one.change else ""
    return how.weights.get(one.word, float(recorded or 0))


def _joined(codes: Sequence[str]) -> str:
    names = [row["name"] for code in codes for row in authority_rows() if row["ons_code"] == code]
    return names[0] if len(names) == 1 else " and ".join(f"'{name}'" for name in names)


def _day(one: Given) -> str:
    day = date_of(one.change) if one.change else FIRST
    return f"{day.day} {day:%B %Y}"
