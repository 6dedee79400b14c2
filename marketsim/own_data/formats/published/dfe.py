"""DfE's figures on children looked after, by authority: files of Explore education statistics and those before."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from marketsim.own_data.formats.published import dfe_areas, dfe_columns, dfe_settling, dfe_wide
from marketsim.own_data.formats.published.dfe_words import BASE, UNITS, measure_of
from marketsim.own_data.reading.findings import Findings
from marketsim.own_data.reading.recognising import Asked, Family, Format, Recognised, with_heads
from marketsim.own_data.reading.tables import Table
from marketsim.own_data.records import Part
from marketsim.scenario.errors import shortened

LONG = Format(
    "dfe", "a DfE file by authority (Explore education statistics)",
    ("time_period", "geographic_level", "la_name", "number"), with_heads("time_period", "geographic_level"),
    personal=False,
)  # fmt: skip
GEOGRAPHY = re.compile("time_.*|geographic_level|(country|region|la)_(code|name)|(old|new)_la_code")
SEPARATOR = "\x1f"
MOST_NAMED = 3


def read(recognised: Sequence[Recognised], asked: Asked) -> Part:
    """The figures of the measures in UNITS, by authority of today, region and England.

    Raises ScenarioError for a file without what it needs, and for two values of one figure.
    """
    readers = {LONG.name: statements, dfe_wide.FORMAT.name: dfe_wide.statements}
    found = [readers[one.format.name](one.table, asked.findings) for one in recognised]
    return Part(figures=dfe_settling.settled(pd.concat(found, ignore_index=True), asked.findings))


def statements(table: Table, findings: Findings) -> pd.DataFrame:
    """The rows that tell a measure, as dfe_areas.COLUMNS."""
    table = dfe_columns.plain_heads(table)
    values = [head for head in table.heads if not GEOGRAPHY.fullmatch(head) and dfe_columns.is_value(table, head)]
    words = [head for head in table.heads if not GEOGRAPHY.fullmatch(head) and head not in values]
    rows = _measured(table, words, findings)
    rows["year"] = dfe_columns.years(table.cells.loc[rows.index, "time_period"])
    unclear = rows.index[rows["year"].isna()]
    findings.leave_out(table, unclear, "time_period", "is no year (2024, 202324 or 2023-24)")
    rows = dfe_areas.with_areas(table, rows.drop(index=unclear), findings)
    return _with_values(table, rows, values, findings).assign(file=table.name, line=lambda found: found.index)


def _measured(table: Table, words: Sequence[str], findings: Findings) -> pd.DataFrame:
    """The measure of each row that has one, and a remark; what else there is is noted."""
    joined = pd.Series("", index=table.cells.index, dtype="object")
    for head in words:
        joined = joined + SEPARATOR + table.cells[head].astype("object")
    meaning = {one: measure_of(one.split(SEPARATOR)[1:]) for one in joined.unique()}
    told = [meaning[one] for one in joined]
    rows = pd.DataFrame(told, index=joined.index, columns=["measure", "note"])
    unused = joined[rows["measure"] == ""]
    if len(unused):
        others = [" / ".join(filter(None, one.split(SEPARATOR))) or "no words" for one in unused.unique()]
        more = f" and {len(others) - MOST_NAMED:,} more" if len(others) > MOST_NAMED else ""
        named = "; ".join(shortened(one) for one in others[:MOST_NAMED]) + more
        findings.note(table, f"rows of statistics that aren't used: {len(unused):,} ({named})")
    return rows[rows["measure"] != ""].copy()


def _with_values(table: Table, rows: pd.DataFrame, values: Sequence[str], findings: Findings) -> pd.DataFrame:
    """The value of each row: a number of children, or a share as it is given, else out of the numbers."""
    number_head = next((head for head in dfe_columns.NUMBER_HEADS if head in values), None)
    share_head = next((head for head in values if dfe_columns.SHARE_HEAD.search(head)), None)
    if number_head is None and share_head is None:
        raise table.error(f"has no column of numbers; one is called {' or '.join(dfe_columns.NUMBER_HEADS[:2])}")
    nothing = pd.Series(float("nan"), index=rows.index)
    is_share = rows["measure"].map(UNITS) == "share"
    number = nothing
    if number_head is not None:
        needed = rows.index if share_head is None else rows.index[~is_share]
        number = dfe_columns.parts(table.cells.loc[rows.index, number_head])[0]
        number = dfe_columns.numbers(table, number_head, needed, findings).combine_first(number[number >= 0])
        number = number.reindex(rows.index)
    share, given_as = nothing, ""
    if share_head is not None and is_share.any():
        share, given_as = dfe_columns.shares(table, share_head, rows.index[is_share], findings)
        share = share.reindex(rows.index)
    worked_out = out_of_numbers(rows, number)
    rows["value"] = number.where(~is_share, share.fillna(worked_out))
    rows["given_as"] = pd.Series(given_as, index=rows.index).where(share.notna(), "number")
    missing = rows.loc[rows["value"].isna(), "measure"].value_counts(sort=False)
    for measure, count in missing.items():
        findings.note(table, f"{measure}: no figure in {count:,} of {(rows['measure'] == measure).sum():,} rows")
    return rows.dropna(subset=["value"])


def out_of_numbers(rows: pd.DataFrame, number: pd.Series[float]) -> pd.Series[float]:
    """Shares as number over the number of all whom they are of, where the file has both."""
    keys = ["level", "word", "year"]
    base = rows.assign(base=number)[rows["measure"].isin(list(BASE.values()))]
    base = base.dropna(subset=["base"]).drop_duplicates([*keys, "measure"])
    wanted = rows[keys].assign(measure=rows["measure"].map(BASE))
    whole = wanted.merge(base[[*keys, "measure", "base"]], on=[*keys, "measure"], how="left")["base"]
    whole.index = rows.index
    return (number / whole).where((whole > 0) & (number >= 0) & (number <= whole))


FAMILY = Family(formats=(LONG, dfe_wide.FORMAT), read=read)
