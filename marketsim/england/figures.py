"""The figures on England that the product carries with it: each with unit, source and status.

`authorities.csv`: 153 authorities on April 2023 boundaries, 31 March 2024 (sources in README.md beside it).
`figures.csv`: national distributions. `economy.csv`: recorded prices and pay. `stock.csv`: homes of other years.
`national.csv`: national figures by year. `targets.csv`: what a baseline of 2024 should reproduce. `uncertain.csv`:
ranges of what is not known. `plausible.csv`: values that calibration left. `evidence.csv`: what every value rests on.
`scorecard.csv`: what passed when it was last recorded. `hexagons.csv`: an own layout of the authorities in cells.
`authority_changes.csv`: who became whom, and when. `authority_codes.csv`: other codes and names of the authorities.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


def _table(name: str) -> list[dict[str, str]]:
    text = files("marketsim.england").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def authority_rows() -> tuple[dict[str, str], ...]:
    """The rows of authorities.csv as text; an empty cell was not published."""
    return tuple(_table("authorities.csv"))


@cache
def change_rows() -> tuple[dict[str, str], ...]:
    """The rows of authority_changes.csv as text: authorities that there are no more, and who followed them."""
    return tuple(_table("authority_changes.csv"))


@cache
def code_rows() -> tuple[dict[str, str], ...]:
    """The rows of authority_codes.csv as text: other codes and names of the authorities that there are."""
    return tuple(_table("authority_codes.csv"))


def name_of(code: str) -> str:
    """The name of an authority of today by its ONS code; the code itself of others."""
    return next((row["name"] for row in authority_rows() if row["ons_code"] == code), code)


@cache
def target_rows() -> tuple[dict[str, str], ...]:
    """The rows of targets.csv as text."""
    return tuple(_table("targets.csv"))


@cache
def economy_rates() -> dict[int, tuple[float, float, float]]:
    """Rise of consumer prices and of pay in the twelve months to March of each recorded year, and of the minimum wage
    in the April after it (shares)."""
    rows = {int(row["year"]): row for row in _table("economy.csv")}
    wage = minimum_wages()
    return {
        year: (float(row["cpi"]), float(row["pay"]), wage[year] / wage[year - 1] - 1)
        for year, row in rows.items()
        if year - 1 in wage
    }


@cache
def minimum_wages() -> dict[int, float]:
    """The minimum wage of adults (GBP/hour) from April of each recorded year."""
    return {int(row["year"]): float(row["minimum_wage"]) for row in _table("economy.csv")}


@cache
def stock_rows(year: int) -> dict[str, tuple[int, int]]:
    """Homes and places by sector on 31 March of a year that stock.csv holds."""
    rows = [row for row in _table("stock.csv") if int(row["year"]) == year]
    return {row["sector"]: (int(row["homes"]), int(row["places"])) for row in rows}


@cache
def national_rows() -> tuple[dict[str, str], ...]:
    """The rows of national.csv as text: figures recorded for England, year by year."""
    return tuple(_table("national.csv"))


@cache
def decomposition_rows() -> tuple[dict[str, str], ...]:
    """The rows of decomposition.csv as text: what made spend per child rise from 2014 to 2024, in log points."""
    return tuple(_table("decomposition.csv"))


@cache
def distribution(group: str) -> dict[str, float]:
    """The shares of one group of figures.csv by item, scaled to add up to 1; KeyError if there is no such group."""
    shares = {row["item"]: float(row["value"]) for row in _table("figures.csv") if row["group"] == group}
    if not shares:
        raise KeyError(group)
    total = sum(shares.values())
    return {item: share / total for item, share in shares.items()}


@cache
def hexagons() -> dict[str, tuple[int, int]]:
    """Column and row of each authority's cell in an own layout, by ONS code; odd rows stand half a cell right."""
    return {row["ons_code"]: (int(row["column"]), int(row["row"])) for row in _table("hexagons.csv")}
