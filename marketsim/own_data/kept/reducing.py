"""What is kept of records: nothing that says who a child is, dates as weeks, ages as years, homes under numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from marketsim.own_data.reading.cells import weeks_of
from marketsim.own_data.records import FLAG, NUMBER, SHAPES, TEXT, Part

LEFT_BEHIND = ("child", "urn", "provider", "contract", "returns", "file", "line")
KEPT: dict[str, dict[str, str]] = {
    shape: {name: kind for name, kind in columns.items() if name not in LEFT_BEHIND}
    for shape, columns in SHAPES.items()
}
KEPT["homes"] = {"home": TEXT, "provider": TEXT, **KEPT["homes"]}
KEPT["placements"] = {"home": TEXT, **KEPT["placements"]}
WEEKS_OF = ("placements", "start"), ("placements", "end")  # kept as the Monday of the week
DECIMALS = {"weekly_fee_gbp": 0, "distance_miles": 1, "age": 0, "children": 4, "value": 6, "places": 0, "year": 0}


def reduced(part: Part) -> dict[str, pd.DataFrame]:
    """The tables of KEPT, by name. Rows are sorted by what stands in them, so that their order tells nothing."""
    homes, number_of = _homes(part.homes)
    placements = part.placements.assign(home=part.placements["urn"].map(number_of).astype("object").fillna(""))
    tables = {"placements": placements, "homes": homes, "figures": part.figures, "forecast": part.forecast,
              "contracts": part.contracts}  # fmt: skip
    return {name: _kept(name, table) for name, table in tables.items()}


def _homes(homes: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Homes and providers under numbers that say nothing, and the number of each home by its URN."""
    homes = homes.sort_values(["authority", "places", "sector", "urn"], kind="stable").reset_index(drop=True)
    numbers = pd.Series([f"H{number + 1:04d}" for number in homes.index], index=homes.index, dtype="object")
    names = [name for name in pd.unique(homes["provider"]) if name]
    of_provider = {name: f"P{number + 1:04d}" for number, name in enumerate(names)}
    providers = homes["provider"].map(of_provider).astype("object").fillna("")
    known = homes["urn"] != ""
    number_of = dict(zip(homes.loc[known, "urn"], numbers[known], strict=True))
    return homes.assign(home=numbers, provider=providers), number_of


def _kept(shape: str, table: pd.DataFrame) -> pd.DataFrame:
    columns: dict[str, pd.Series[Any]] = {}
    for name, kind in KEPT[shape].items():
        column = table[name]
        if (shape, name) in WEEKS_OF:
            column = weeks_of(column)
        elif kind == NUMBER:
            column = (np.floor(column) if name == "age" else column.round(DECIMALS[name])) + 0.0
        elif kind == FLAG:
            column = column.astype(bool)
        columns[name] = column
    kept = pd.DataFrame(columns)
    return kept.sort_values(list(kept.columns), kind="stable", ignore_index=True)
