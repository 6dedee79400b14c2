"""What a word in a YAML file stands for: the core schema of YAML 1.2, and dates.

Kept here rather than left to the YAML library so that `NO` stays text, a number of 5,000 digits is an error
and not a traceback, and the answer is the same under every version of the library.
"""

from __future__ import annotations

import datetime
import math
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
        if len(text) > MOST_DIGITS + 2:
            raise ValueError(f"a number of {len(text):,} digits; at most {MOST_DIGITS} are allowed")
        return int(text, {"0x": 16, "0o": 8}.get(text[:2], 10))
    if _NO_NUMBER.fullmatch(text) or (_FLOAT.fullmatch(text) and math.isinf(float(text))):
        raise ValueError(f"{shown(text)} is not a finite number; NaN and infinity are not allowed")
    if _FLOAT.fullmatch(text):
        return float(text)
    try:
        return datetime.date.fromisoformat(text) if _DATE.fullmatch(text) else text
    except ValueError:
        raise ValueError(f"there is no date {shown(text)}; write year-month-day, such as 2024-04-01") from None
