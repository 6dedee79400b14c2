"""Who stays in a cooperative and who leaves it: each alone, or a group that forms a cooperative of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, islice
from math import comb
from typing import Any, Final, NamedTuple, Self

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from marketsim.core.columns import Floats
from marketsim.experiments.cooperatives import coalitions
from marketsim.scenario import overlay
from marketsim.scenario.schema import Scenario

COOPERATIVE, MEMBERS, LEAVERS = "cooperative", "members", "leavers"  # columns of a design
SIZES: Final = {2: "pair", 3: "triple"}  # of groups that leave together


class Split(NamedTuple):
    """The ONS codes of who is in the cooperative, and of the `leavers` who form a second one of the same terms; neither
    has one member only, since who is alone buys alone."""

    members: tuple[str, ...] = ()
    leavers: tuple[str, ...] = ()

    @classmethod
    def of(cls, everybody: Iterable[str], leaving: Iterable[str] = ()) -> Self:
        """Some of `everybody` leave together: who is left alone buys alone, and of two cooperatives of which one has no
        members the other is the first."""
        gone = set(leaving)
        sides = [tuple(c for c in everybody if c not in gone), tuple(c for c in everybody if c in gone)]
        return cls(*(side for side in sides if len(side) > 1))

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Self:
        """The split that a row of a design stands for."""
        return cls(tuple(row[MEMBERS].split()), tuple(row[LEAVERS].split()))


def points_of(name: str, splits: Iterable[Split]) -> pd.DataFrame:
    """A row a split, each once, in the order given: columns COOPERATIVE, MEMBERS and LEAVERS (codes with spaces)."""
    rows = [(name, " ".join(one.members), " ".join(one.leavers)) for one in dict.fromkeys(splits)]
    return pd.DataFrame(rows, columns=[COOPERATIVE, MEMBERS, LEAVERS])


def each_alone(codes: Sequence[str]) -> list[Split]:
    """All members, nobody, and all but each."""
    return [Split.of(codes), Split(), *(Split.of(codes, [code]) for code in codes)]


def groups_of(codes: Sequence[str], gains: Floats, apart: Floats, most: int) -> list[tuple[str, ...]]:
    """Up to `most` pairs and as many triples that could leave together, some members staying: all of them, or where
    there are more those that are likeliest to.

    Likeliest are those with the lowest mean of two ranks: by what they gain together from each being in (`gains`, a
    value a member, the lowest first), and by the miles between them (`apart`, member by member, the nearest first).
    Ties go by the order of `codes`.
    """
    chosen: list[tuple[str, ...]] = []
    for size in SIZES:
        if size < len(codes):
            every = np.array(list(combinations(range(len(codes)), size)))
            near = sum(apart[every[:, a], every[:, b]] for a, b in combinations(range(size), 2))
            score = rankdata(gains[every].sum(axis=1)) + rankdata(near)
            first = np.sort(np.argsort(score, kind="stable")[:most])
            chosen += [tuple(codes[row] for row in group) for group in every[first].tolist()]
    return chosen


def some_groups(codes: Sequence[str], size: int, most: int) -> list[tuple[str, ...]]:
    """Up to `most` groups of a size, the first in order: as many as `groups_of` chooses."""
    return list(islice(combinations(codes, size), most)) if size < len(codes) else []


def how_many(members: int, size: int) -> int:
    """How many groups of a size there are with somebody left to stay."""
    return comb(members, size) if size < members else 0


def with_split(scenario: Scenario, name: str, split: Split) -> Scenario:
    """The scenario with only some authorities in the cooperative, and others in a second one of the same rule and
    terms, whose members try it where the first stands in their order."""
    stay = coalitions.with_members(scenario, name, split.members)
    if not split.leavers:
        return stay
    second = _unused(scenario, f"{name}_leavers")
    left = overlay.given(coalitions.with_members(scenario, name, split.leavers))
    taken = _with_second(overlay.given(stay), left, name, second)
    changes = zip(taken.get("changes", []), left.get("changes", []), strict=True)
    taken["changes"] = [_with_second(entry, other, name, second) for entry, other in changes]
    return type(scenario).model_validate(taken)


def _unused(scenario: Scenario, name: str) -> str:
    while name in scenario.purchasing.arrangements:
        name += "_"
    return name


def _with_second(part: dict[str, Any], other: Mapping[str, Any], name: str, second: str) -> dict[str, Any]:
    """A part of a scenario with what `other` says of the arrangement `name` as a `second` one, and that behind the
    first in every order."""
    buying = part.get("purchasing")
    if not isinstance(buying, dict):
        return part
    buying = dict(buying)
    own = other["purchasing"].get("arrangements", {})
    if name in own:
        buying["arrangements"] = {**buying["arrangements"], second: own[name]}
    for key in ("order", "order_before"):
        if key in buying:
            buying[key] = _with_behind(buying[key], name, second)
    if "groups" in buying:
        buying["groups"] = [one | {"order": _with_behind(one["order"], name, second)} for one in buying["groups"]]
    if name in buying.get("preferences", {}):
        buying["preferences"] = {**buying["preferences"], second: buying["preferences"][name]}
    return part | {"purchasing": buying}


def _with_behind(order: Sequence[Any], name: str, second: str) -> list[Any]:
    """An order with `second` behind `name`, which shares no tier."""
    return [one for tier in order for one in ([tier, second] if tier == name else [tier])]
