"""Columns of DfE's files: which hold numbers, what stands in for one, percent or share, and years."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from marketsim.own_data.reading import cells
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.recognising import plain_head
from marketsim.own_data.reading.tables import Table
from marketsim.scenario.errors import shown

SYMBOLS = {
    "c": "kept back to protect people", "x": "not available, or kept back", "z": "not applicable", ":": "not available",
    "~": "not available", "..": "not available", ".": "not applicable", "low": "above 0 but rounds to it",
    "k": "above 0 but rounds to it", "u": "too unreliable", "*": "kept back to protect people", "-": "not applicable",
    "": "", "n/a": "not applicable", "na": "not available", "#value!": "an error of a spreadsheet",
}  # fmt: skip
VALUE_HEAD = re.compile("number|count|percent|pct|share|proportion|rate|estimate|average|mean")
SHARE_HEAD = re.compile("percent|pct|share|proportion")
NUMBER_HEADS = ("number", "children_count", "count", "number_of_children", "headcount")
MOSTLY = 0.5  # of the cells of a column of numbers that are some
YEARS = re.compile(r"(?P<first>(19|20)\d{2})(?:\s*[-/]?\s*(?:20)?(?P<last>\d{2}))?(?:\.0)?")


def plain_heads(table: Table, names: Mapping[str, str] | None = None) -> Table:
    """The table with its heads in lower case, and some of them under other names.

    Raises ScenarioError where two heads are the same then.
    """
    heads = {head: plain_head(head) for head in table.heads}
    renamed = table.renamed({head: (names or {}).get(word, word) for head, word in heads.items()})
    twice = [head for head in renamed.heads if renamed.heads.count(head) > 1]
    if twice:
        raise table.error(f"has the column {shown(twice[0])} twice", table.head_line)
    return renamed


def is_value(table: Table, head: str) -> bool:
    """Whether a column holds numbers, by its head and its cells (`population_count` holds words in some files)."""
    if not VALUE_HEAD.search(head.lower()):
        return False
    words = pd.Series(table.cells[head].unique(), dtype="object")
    _, symbol = parts(words)
    return bool((symbol != "?").mean() >= MOSTLY)


def parts(words: pd.Series[str]) -> tuple[pd.Series[float], pd.Series[str]]:
    """Numbers (NaN where none is told), and what stands in for one: a key of SYMBOLS, `empty` for an empty cell, `?`
    for what is neither."""
    text = cells.plain(words)
    number = pd.to_numeric(text.str.replace(",", "").str.removesuffix("%").str.strip(), errors="coerce")
    number = number.astype("float64").where(lambda found: found.abs() < float("inf"))
    symbol = text.where(text.isin(list(SYMBOLS)), "?").replace("", "empty").where(number.isna(), "")
    return number, symbol


def numbers(table: Table, head: str, lines: pd.Index[int], findings: Findings) -> pd.Series[float]:
    """The numbers of a column in some lines. What stands in for one is counted and said, never taken for 0."""
    number, symbol = parts(table.cells.loc[lines, head])
    for what, count in symbol[symbol != ""].value_counts(sort=False).items():
        if what != "?":
            meaning = f" ({SYMBOLS[str(what)]})" if what != "empty" else ""
            findings.note(table, f"cells that are {what}{meaning}: {count:,}; no figure, and not 0", head)
    wrong = (symbol == "?") | (number < 0)
    findings.read_as(table, symbol.index[wrong], head, "is no number from 0: passed over")
    return number.where(~wrong)


def shares(table: Table, head: str, lines: pd.Index[int], findings: Findings) -> tuple[pd.Series[float], str]:
    """The shares (0 to 1) of a column in some lines, and how the whole column gives them: `percent` or `share`."""
    number = numbers(table, head, lines, findings)
    largest = parts(table.cells[head])[0].max()
    named_share = not re.search("percent|pct", head.lower())
    whole_column = parts(pd.Series(table.cells[head].unique(), dtype="object"))[0].dropna()
    as_share = largest <= 1 and (named_share or bool((whole_column % 1 != 0).any()))
    given_as = "share" if as_share else "percent"
    if len(whole_column):
        said = "shares from 0 to 1" if as_share else "percent, 0 to 100"
        findings.note(table, f"read as {said}: the largest in the column is {largest:g}", head)
    value = number if as_share else number / 100
    wrong = value > 1
    findings.read_as(table, value.index[wrong], head, f"is no {given_as}: passed over")
    return value.where(~wrong), given_as


def years(words: pd.Series[str]) -> pd.Series[float]:
    """The year on whose 31 March a time period ends: 2024, 202324, 2023-24, 2023/24; NaN for what is none."""
    found = pd.Series(words.unique(), dtype="object")
    return words.astype("object").map({word: _year(word) for word in found}).astype("float64")


def _year(word: str) -> float:
    match = YEARS.fullmatch(word.strip())
    if match is None:
        return float("nan")
    first = int(match["first"])
    if match["last"] is None:
        return float(first)
    return float(first + 1) if (first + 1) % 100 == int(match["last"]) else float("nan")
