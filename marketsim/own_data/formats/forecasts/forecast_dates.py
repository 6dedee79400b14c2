"""When the figures of a forecast are: weeks from their Monday, years from their first day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from marketsim.own_data.formats.forecasts.forecast_rows import first_wrong
from marketsim.own_data.formats.words import bare
from marketsim.own_data.reading.cells import FIRST_DAY, LAST_DAY, dates, weeks_of
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.tables import Table

PERIODS = {"week": "week", "weekly": "week", "weeks": "week", "year": "year", "yearly": "year", "annual": "year",
           "years": "year"}  # fmt: skip
FINANCIAL = r"(?:FY ?)?(\d{4}) ?[/-] ?(?:20)?(\d{2})"


def days(table: Table, head: str) -> pd.Series[pd.Timestamp]:
    """Dates by row. Raises ScenarioError for a cell that is none, or not from 1990 to 2060."""
    found, wrong = dates(table.cells[head])
    wrong |= found.isna() | (found < FIRST_DAY) | (found > LAST_DAY)
    first_wrong(table, wrong, head, "is no date; write 07/04/2025 or 2025-04-07")
    return found


def years(table: Table, head: str, stock: bool, findings: Findings) -> pd.Series[pd.Timestamp]:
    """The first day of years like 2025/26 (1 April 2025). Of a stock, a plain 2025 is 31 March 2025, as in what the
    Department for Education publishes; of arrivals it could be one of three years. Dates stand for themselves.

    Raises ScenarioError for other cells.
    """
    text = table.cells[head].astype("object")
    parts = text.str.extract(f"^{FINANCIAL}$").astype("float64")
    financial = parts[0].notna() & ((parts[0] + 1) % 100 == parts[1])
    plain = text.str.fullmatch(r"\d{4}").fillna(False).astype(bool)
    if not stock:
        first_wrong(table, plain, head, "could be a calendar year or end or begin in March; write 2025/26")
    first_wrong(table, parts[0].notna() & ~financial, head, "is no year and the next; write 2025/26")
    first = text.where(~financial, parts[0].map("{:.0f}-04-01".format)).where(~plain, text + "-03-31")
    found, wrong = dates(first)
    wrong |= found.isna() | (found < FIRST_DAY) | (found > LAST_DAY)
    first_wrong(table, wrong, head, "is no year; write 2025/26 for the year from 1 April 2025")
    if plain.any():
        findings.note(table, "a year alone is taken for 31 March of it", head)
    if financial.any():
        findings.note(table, "a year like 2025/26 is taken for the year from 1 April 2025 (a stock: for its first day)",
                      head)  # fmt: skip
    return found


def mondays(table: Table, head: str, found: pd.Series[pd.Timestamp], findings: Findings) -> pd.Series[pd.Timestamp]:
    """The Monday of each week; said if a date is another day."""
    monday = weeks_of(found)
    if (monday != found).any():
        findings.note(table, "weeks are taken to begin on the Monday on or before each date", head)
    return monday


def told_periods(table: Table, head: str) -> pd.Series[str]:
    """`week` or `year` by row. Raises ScenarioError for another word."""
    cells = table.cells[head].astype("object")
    found = cells.map({word: PERIODS.get(bare(word)) for word in cells.unique()})
    first_wrong(table, found.isna(), head, "is no period; allowed: week, year")
    return found


def period_of(table: Table, head: str, found: pd.Series[pd.Timestamp]) -> str:
    """`day`, `week` or `year`, by how far dates are apart. Raises ScenarioError if they are neither."""
    different = pd.DatetimeIndex(found.drop_duplicates()).sort_values()
    gaps = np.diff(different.to_numpy()) // np.timedelta64(1, "D")
    if len(gaps) == 0:
        raise table.error("one date doesn't say whether it is a week or a year; call the column 'week' or 'year', or "
                          "add a column 'period'", int(found.index[0]), head)  # fmt: skip
    if len(set(zip(different.month, different.day, strict=True))) == 1:
        return "year"
    if (gaps % 7 == 0).all():
        return "week"
    if gaps.min() == 1:
        return "day"
    raise table.error(f"dates are {gaps.min()} to {gaps.max()} days apart; give one a week or one a year", column=head)
