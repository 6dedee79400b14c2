"""All estimates of a council's own placements in one table, beside the national values."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
import pandas as pd

from marketsim.own_data.estimates import amounts, shares, stays
from marketsim.own_data.estimates.hiding import FEWEST, hidden
from marketsim.own_data.estimates.national import national
from marketsim.own_data.estimates.quantities import QUANTITIES
from marketsim.own_data.estimates.rows import ALL, TOO_FEW, WEAK, WEAKLY, Row

COLUMNS = {
    "quantity": "object", "group": "object", "value": "float64", "low": "float64", "high": "float64", "unit": "object",
    "n": "Int64", "usable": "bool", "note": "object", "national": "float64", "national_source": "object",
    "national_status": "object",
}  # fmt: skip


def estimate(placements: pd.DataFrame, authorities: Collection[str] | None = None) -> pd.DataFrame:
    """What placements in homes say, for all authorities together (`all`) and for each by its ONS code: a table of
    COLUMNS, in the order of QUANTITIES.

    `authorities`: whose placements count (ONS codes; not given: all that there are). What rests on too few has no
    value, is not `usable`, and its note says so; groups of 1 to 4 have no `n` either. Quantities of which nothing is
    known stand for all together only. Intervals (95%) hold the luck of which children there were, as if each placement
    were another child's.
    """
    homes = placements[placements["setting"] == "home"]
    if authorities is not None:
        homes = homes[homes["authority"].isin(list(authorities))]
    codes = sorted(set(homes["authority"]) - {""})
    parts = {ALL: homes, **{code: homes[homes["authority"] == code] for code in codes}}
    rows = [row for group, own in parts.items() for row in _of_group(own, group)]
    rank = {name: place for place, name in enumerate(QUANTITIES)}
    rows.sort(key=lambda row: rank[row.quantity])  # stable: all, then by code
    concealed = hidden(rows)
    cells = [_shown(row, place in concealed) | _beside(row, codes) for place, row in enumerate(rows)]
    return pd.DataFrame(cells, columns=list(COLUMNS)).astype(COLUMNS)


def _of_group(placements: pd.DataFrame, group: str) -> Iterator[Row]:
    for part in (shares.estimates, stays.estimates, amounts.distances, amounts.numbers, amounts.fees):
        yield from (row for row in part(placements, group) if row.count or row.found is not None or group == ALL)


def _shown(row: Row, concealed: bool) -> dict[str, object]:
    """The columns of what is our own."""
    usable, note = _usable(row, concealed)
    value, low, high = row.found if usable and row.found else (np.nan, np.nan, np.nan)
    count = None if concealed else row.count
    unit = QUANTITIES[row.quantity].unit
    return {"quantity": row.quantity, "group": row.group, "value": value, "low": low, "high": high, "unit": unit,
            "n": count, "usable": usable, "note": note}  # fmt: skip


def _usable(row: Row, concealed: bool) -> tuple[bool, str]:
    """Whether there is a value to use, and what has to be said of it."""
    if concealed:
        return False, f"fewer than {FEWEST} in a group, or a group that would follow from it: not shown"
    if row.found is None and row.count == 0:
        return False, "not in the files"
    if row.count < TOO_FEW and not row.whole:
        return False, f"too few to use: {row.count}"
    if row.found is None:
        return False, row.note
    weak = f"{WEAKLY}: from {row.count} only" if row.count < WEAK and not row.whole else ""
    return True, "; ".join(filter(None, (weak, row.note)))


def _beside(row: Row, codes: Collection[str]) -> dict[str, object]:
    """The columns of what is national."""
    found = national(row.quantity, codes if row.group == ALL else [row.group])
    value, source, status = found or (np.nan, "", "")
    return {"national": value, "national_source": source, "national_status": status}
