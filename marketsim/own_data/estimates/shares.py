"""Shares of placements: who the children are, how homes are bought and run, how far away, how stays end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import pandas as pd

from marketsim.own_data.estimates import intervals
from marketsim.own_data.estimates.quantities import BOUGHT, FAR_MILES
from marketsim.own_data.estimates.rows import TOO_FEW, Row
from marketsim.own_data.estimates.watching import ended, running
from marketsim.own_data.records import FROM_16, NEEDS, SECTORS, UNDER_10

Rows: TypeAlias = pd.DataFrame
Flags: TypeAlias = "pd.Series[bool]"


@dataclass(frozen=True)
class Share:
    """A share: among which placements (`among`: those of which it is known), which are meant, and which shares add up
    to 1 with it (`family`)."""

    name: str
    among: Callable[[Rows], Rows]
    meant: Callable[[Rows], Flags]
    family: str = ""


def estimates(placements: Rows, group: str) -> Iterator[Row]:
    """The shares of a group."""
    for share in SHARES:
        among = share.among(placements)
        count, yes = len(among), int(share.meant(among).sum())
        found = intervals.share(yes, count) if count else None
        smallest = count if count < TOO_FEW else min(filter(None, (yes, count - yes)), default=0)
        yield Row(share.name, group, found, count, smallest, share.family)


def _known(column: str, among: Callable[[Rows], Rows] = lambda rows: rows) -> Callable[[Rows], Rows]:
    """Those of which a column says something."""

    def known(rows: Rows) -> Rows:
        rows = among(rows)
        return rows[rows[column].notna() & (rows[column] != "")]

    return known


def _is(column: str, word: str) -> Callable[[Rows], Flags]:
    return lambda rows: rows[column] == word


def _bought(rows: Rows) -> Rows:
    return rows[rows["route"].isin(BOUGHT)]


def _bought_or_not(rows: Rows) -> Rows:
    """Returns say whether a home is the authority's own, and not how the others were bought; lists say the way."""
    return rows[(rows["route"] != "") | (rows["sector"] != "")]


def _both_authorities(rows: Rows) -> Rows:
    return running(rows[(rows["authority"] != "") & (rows["host_authority"] != "")])


SHARES = (
    Share("breakdown", _known("end_reason", ended), _is("end_reason", "breakdown")),
    *(Share(f"need_{need}", _known("need"), _is("need", need), "need") for need in NEEDS),
    Share("age_under_10", _known("age"), lambda rows: rows["age"] < UNDER_10),
    Share("age_16_and_over", _known("age"), lambda rows: rows["age"] >= FROM_16),
    Share("boys", _known("sex"), _is("sex", "boy")),
    Share("emergency", _known("notice"), _is("notice", "emergency")),
    Share("in_house", _bought_or_not, _is("route", "in_house")),
    *(Share(f"route_{route}", _bought, _is("route", route), "route") for route in BOUGHT),
    *(Share(f"sector_{sector}", _known("sector"), _is("sector", sector), "sector") for sector in SECTORS),
    Share("out_of_area", _both_authorities, lambda rows: rows["authority"] != rows["host_authority"]),
    Share("over_20_miles", _known("distance_miles", running), lambda rows: rows["distance_miles"] > FAR_MILES),
)  # fmt: skip
