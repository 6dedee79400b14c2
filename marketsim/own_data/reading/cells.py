"""What single cells say: dates, money, numbers, in the ways in which councils write them. All for whole columns."""

from __future__ import annotations

import numpy as np
import pandas as pd

NOTHING = ("", "n/a", "na", "none", "null", "nan", "-", "not applicable", "not known", "unknown", "nk", "tbc")
DATE_FORMS = ("%d/%m/%Y", "%Y-%m-%d", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%Y", "%d-%b-%Y", "%d %B %Y", "%d-%b-%y")
EXCEL_DAY_ZERO = pd.Timestamp("1899-12-30")
FIRST_DAY, LAST_DAY = pd.Timestamp("1990-01-01"), pd.Timestamp("2060-12-31")


def plain(words: pd.Series[str]) -> pd.Series[str]:
    """Lower case with single spaces, for comparing words."""
    return words.astype("object").str.lower().str.split().str.join(" ").fillna("")


def says_nothing(words: pd.Series[str]) -> pd.Series[bool]:
    """Empty, or one of the usual words for no value (`None` and `N/A` are that in a date or an amount; where they are
    an answer the column's own reader says so)."""
    return plain(words).isin(NOTHING)


def dates(words: pd.Series[str]) -> tuple[pd.Series[pd.Timestamp], pd.Series[bool]]:
    """Dates (NaT where nothing is said) and where there is something that is none.

    dd/mm/yyyy, dd/mm/yy, ISO with or without a time of day, the usual forms with month names, and
    Excel's day numbers. Never the American order. What lies before 1990 or after 2060 is none.
    """
    text = words.astype("object").str.strip().str.replace(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?Z?$", "", regex=True)
    found = pd.Series(pd.NaT, index=words.index, dtype="datetime64[ns]")
    empty = says_nothing(text)
    left = ~empty
    for form in DATE_FORMS:
        if not left.any():
            break
        part = text[left]
        if form == "%d/%m/%Y":  # %Y takes two digits too
            part = part[part.str.fullmatch(r"\d{1,2}/\d{1,2}/\d{4}")]
        read = pd.to_datetime(part, format=form, errors="coerce").dropna()
        found[read.index] = _within(read)
        left &= found.isna()
    numbers = text[left & text.str.fullmatch(r"\d{5}(\.0+)?").fillna(False)]
    found[numbers.index] = _within(EXCEL_DAY_ZERO + pd.to_timedelta(numbers.astype(float), unit="D"))
    return found, ~empty & found.isna()


def _within(days: pd.Series[pd.Timestamp]) -> pd.Series[pd.Timestamp]:
    return days.where((days >= FIRST_DAY) & (days <= LAST_DAY)).astype("datetime64[ns]")


def amounts(words: pd.Series[str]) -> tuple[pd.Series[float], pd.Series[bool]]:
    """Numbers (NaN where nothing is said) and where there is something that is none; pound signs, commas between
    thousands, and `pw` or `per week` behind are passed over."""
    text = plain(words).str.replace(r"gbp|£|\s+|/week$|/wk$", "", regex=True)
    text = text.str.replace(r"(perweek|pw|p/w)$", "", regex=True)
    grouped = text.str.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d*)?").fillna(False).astype(bool)  # 12,5 is no 125
    text = text.mask(grouped, text.str.replace(",", ""))
    empty = says_nothing(words)
    number = pd.to_numeric(text.where(~empty), errors="coerce").astype("float64")
    number = number.where(np.isfinite(number))
    return number, ~empty & number.isna()


def weeks_of(days: pd.Series[pd.Timestamp]) -> pd.Series[pd.Timestamp]:
    """The Monday of each date's week: as exactly as dates are kept."""
    return days - pd.to_timedelta(days.dt.day_of_week, unit="D")
