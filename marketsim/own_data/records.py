"""What is read from files, whatever their form: placements, homes, figures, forecasts, contracts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import pandas as pd

NEEDS = ("standard", "complex", "severe")
CARE = ("shared", "one_to_one", "two_to_one", "solo")
NOTICE = ("planned", "emergency")
ROUTES = ("in_house", "block", "soft_block", "framework", "cooperative", "spot")
SECTORS = ("private", "voluntary", "local_authority", "health")
SEXES = ("boy", "girl")
END_REASONS = ("moved", "breakdown", "left_care", "other")
SETTINGS = ("home", "secure", "unregistered")
ELSEWHERE = "elsewhere"
HELD = ("block", "soft_block")  # rules of contracts that hold a number of places
UNDER_10, FROM_16 = 10, 16  # limits of ages that are told apart

TEXT, NUMBER, DATE, FLAG = "object", "float64", "datetime64[ns]", "bool"

# Of a placement. `child`, `urn` link files while they are read, and are never written. `authority` and `host_authority`
# are ONS codes of today's authorities. `start` and `end` (NaT: it runs on) are dates here, weeks in what is written.
# The file would have shown the placement while it ran between `seen_from` and `seen_to` and not otherwise.
# `whole`: start and end are known, so that it counts in stays and numbers (a list of costs only adds to others).
# `returns`: it is of a statutory return, which lists add to. `host_authority` is ELSEWHERE where all that is known is
# that the home isn't in the authority's own area.
PLACEMENTS = {
    "child": TEXT, "urn": TEXT, "authority": TEXT, "host_authority": TEXT, "setting": TEXT, "start": DATE, "end": DATE,
    "end_reason": TEXT, "seen_from": DATE, "seen_to": DATE, "whole": FLAG, "age": NUMBER, "sex": TEXT, "need": TEXT,
    "care": TEXT, "notice": TEXT, "route": TEXT, "sector": TEXT, "weekly_fee_gbp": NUMBER, "distance_miles": NUMBER,
    "returns": FLAG, "file": TEXT, "line": NUMBER,
}  # fmt: skip
# Of a home: `urn` and `provider` (a name) link rows while they are read. `authority` is where it stands; `takes` the
# need bands that it takes, with ; between (empty: not said); `complete`: the list has all homes of that area.
HOMES = {
    "urn": TEXT, "provider": TEXT, "authority": TEXT, "sector": TEXT, "places": NUMBER, "short_break": FLAG,
    "opened": DATE, "closed": DATE, "rating": TEXT, "weekly_fee_gbp": NUMBER, "as_at": DATE, "takes": TEXT,
    "complete": FLAG, "file": TEXT, "line": NUMBER,
}  # fmt: skip
# A published figure: `unit` is `share` (0 to 1), `children`, `homes`, `places`, `GBP/week`; `area` an ONS code of
# today, a region or England; `given_as` says how the file wrote it (`percent`, `share`, `number`).
FIGURES = {
    "measure": TEXT, "area": TEXT, "year": NUMBER, "value": NUMBER, "unit": TEXT, "given_as": TEXT, "note": TEXT,
    "file": TEXT, "line": NUMBER,
}  # fmt: skip
# A forecast of others: `measure` is `children_in_homes` (a stock) or `new_needs` (children a period); `period` is
# `week` or `year`, which begins on `date`; `need` is empty where the forecast doesn't tell needs apart.
FORECAST = {
    "authority": TEXT, "need": TEXT, "date": DATE, "period": TEXT, "measure": TEXT, "children": NUMBER, "file": TEXT,
    "line": NUMBER,
}  # fmt: skip
# A contract of one's own: `authorities` are ONS codes with ; between.
CONTRACTS = {
    "contract": TEXT, "rule": TEXT, "authorities": TEXT, "places": NUMBER, "weekly_fee_gbp": NUMBER, "start": DATE,
    "end": DATE, "file": TEXT, "line": NUMBER,
}  # fmt: skip

SHAPES = {
    "placements": PLACEMENTS, "homes": HOMES, "figures": FIGURES, "forecast": FORECAST, "contracts": CONTRACTS
}  # fmt: skip


def empty(shape: str) -> pd.DataFrame:
    """No row of a shape."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in SHAPES[shape].items()})


def shaped(shape: str, columns: dict[str, object], index: pd.Index[int] | None = None) -> pd.DataFrame:
    """Rows of a shape from some of its columns: text that isn't given is empty, numbers and dates are missing, flags
    false. Raises KeyError for a column that the shape doesn't have."""
    if unknown := set(columns) - set(SHAPES[shape]):
        raise KeyError(", ".join(sorted(unknown)))
    given = pd.DataFrame(columns, index=index).reset_index(drop=True)
    filled = {}
    for name, kind in SHAPES[shape].items():
        blank = {TEXT: "", NUMBER: np.nan, DATE: pd.NaT, FLAG: False}[kind]
        column = given[name] if name in given else pd.Series(blank, index=given.index)
        if kind == FLAG:
            column = column.astype("object").map(lambda flag: flag is True or flag is np.True_)
        filled[name] = column.astype(pd.api.types.pandas_dtype(kind)) if kind != TEXT else _text(column)
    return pd.DataFrame(filled)


def _text(column: pd.Series[Any]) -> pd.Series[Any]:
    return column.astype("object").fillna("")


@dataclass
class Part:
    """What some files contribute, a table of each shape."""

    placements: pd.DataFrame = field(default_factory=lambda: empty("placements"))
    homes: pd.DataFrame = field(default_factory=lambda: empty("homes"))
    figures: pd.DataFrame = field(default_factory=lambda: empty("figures"))
    forecast: pd.DataFrame = field(default_factory=lambda: empty("forecast"))
    contracts: pd.DataFrame = field(default_factory=lambda: empty("contracts"))


def together(parts: Iterable[Part]) -> Part:
    """All rows of several parts."""
    parts = list(parts)
    return Part(*(_stacked(one.name, [getattr(part, one.name) for part in parts]) for one in fields(Part)))


def _stacked(shape: str, tables: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else empty(shape)
