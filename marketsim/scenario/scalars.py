"""What a word in a YAML file stands for: the core schema of YAML 1.2, and dates.

Kept here rather than left to the YAML library so that `NO` stays text, a number of 5,000 digits is an error
and not a traceback, and the answer is the same under every version of the library.
"""

from __future__ import annotations

import datetime
import re

from marketsim.scenario.errors import shown

MOST_DIGITS = 18
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")

Scalar = str | int | float | bool | datetime.date | None

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def scalar_value(text: str) -> Scalar:
    """The value of a word without quotes: nothing, true or false, a number, a date, or else the text itself.

    Raises ValueError, in words for the user, for NaN, infinity, too large numbers and dates that don't exist.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text) or _NO_NUMBER.fullmatch(text):
        return _float(text)
    return _date(text) if _DATE.fullmatch(text) else text


def _integer(text: str) -> int:
    if len(text) > MOST_DIGITS + 2:
        raise ValueError(f"a number of {len(text):,} digits; at most {MOST_DIGITS} are allowed")
    base = {"0x": 16, "0o": 8}.get(text[:2], 10)
    return int(text, base)


def _float(text: str) -> float:
    value = float("nan") if _NO_NUMBER.fullmatch(text) else float(text)
    if value - value != 0:
        raise ValueError(f"{shown(text)} is not a finite number; NaN and infinity are not allowed")
    return value


def _date(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"there is no date {shown(text)}; write year-month-day, such as 2024-04-01") from None
